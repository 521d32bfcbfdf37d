#include "subtitles/ttml.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "subtitles/cue_text.h"
#include "subtitles/language.h"
#include "subtitles/notes.h"
#include "subtitles/scan.h"
#include "subtitles/styled_text.h"
#include "subtitles/ttml_time.h"

namespace matinee::subtitles {
namespace {

// Elements within elements; nothing that anybody writes comes near.
constexpr int kMostLevels = 64;

// Characters of all cues together, when paragraphs whose pieces come and go are said again at each
// moment: more is no subtitle but an attack.
constexpr std::size_t kMostRepeated = std::size_t{64} << 20U;

// Each is searched for every paragraph.
constexpr std::size_t kMostLanguages = 64;

// How long a text that nothing ends is shown; the film ends sooner.
constexpr Microseconds kToTheEnd = std::chrono::hours(24);

// [begin, end) of the film; end is kForever when nothing ends it.
constexpr Microseconds kForever{kLongestTtmlTime * 100};
struct Interval {
    Microseconds begin{0};
    Microseconds end = kForever;
};

// Of names: which vocabulary they belong to (§5.1).
enum class Space : std::uint8_t { kNone, kTimedText, kStyling, kParameter, kXml, kOther };

enum Property : std::size_t {
    kFontStyle,
    kFontWeight,
    kTextDecoration,
    kColor,
    kTextAlign,
    kVisibility,
    kInherited,  // those above are inherited
    kDisplay = kInherited,
    kRuby,
    kWritingMode,
    kOrigin,
    kExtent,
    kDisplayAlign,
    kOpacity,
    kPropertyCount,
};
constexpr std::array<std::string_view, kPropertyCount> kPropertyNames = {
    "fontStyle", "fontWeight",  "textDecoration", "color",  "textAlign",    "visibility", "display",
    "ruby",      "writingMode", "origin",         "extent", "displayAlign", "opacity"};

// Values as written; empty where there is none. The document owns them.
using Style = std::array<std::string_view, kPropertyCount>;

void overlay(const Style& above, Style& style) {
    for (std::size_t i = 0; i < style.size(); ++i) {
        if (!above[i].empty()) style[i] = above[i];
    }
}

bool has_word(std::string_view text, std::string_view wanted) {
    const std::vector<std::string_view> words = split_at_space(text);
    return std::find(words.begin(), words.end(), wanted) != words.end();
}

struct Name {
    std::string_view prefix;
    std::string_view local;
};
Name split_name(std::string_view name) {
    const std::size_t colon = name.find(':');
    if (colon == std::string_view::npos) return {{}, name};
    return {name.substr(0, colon), name.substr(colon + 1)};
}

std::optional<Space> known_space(std::string_view uri) {
    for (const std::string_view base :
         {"http://www.w3.org/ns/ttml", "http://www.w3.org/2006/10/ttaf1",
          "http://www.w3.org/2006/04/ttaf1"}) {
        if (!uri.starts_with(base)) continue;
        const std::string_view rest = uri.substr(base.size());
        if (rest.empty() || rest == "#") return Space::kTimedText;
        if (rest == "#styling" || rest == "#style") return Space::kStyling;
        if (rest == "#parameter") return Space::kParameter;
        return Space::kOther;
    }
    return std::nullopt;
}

// What stands in a paragraph, in order.
struct Piece {
    enum class Type : std::uint8_t { kText, kBreak, kRuby, kRubyText, kEndRubyText, kEndRuby };
    Type type = Type::kText;
    std::string_view text;
    bool preserve = false;  // white space
    TextStyle style;
    Interval interval;
};

// What an element hands down to those within it.
struct Context {
    std::string_view default_namespace;
    Style style{};
    std::string_view region;
    std::string language;  // canonical, or empty
    bool preserve = false;
    Interval interval;
    bool sequence = false;    // the children follow each other
    Microseconds previous{};  // where in a sequence the next begins
    int level = 0;
};

// "10% 80%" and the like, in percent of the picture.
struct TtmlPoint {
    double x = 0;
    double y = 0;
};

class TtmlParser {
  public:
    TtmlParser(std::string_view text, const pugi::xml_document& document) : document_(document) {
        for (std::size_t at = text.find('\n'); at != std::string_view::npos;
             at = text.find('\n', at + 1)) {
            line_ends_.push_back(at);
        }
    }

    Notes& notes() { return notes_; }

    // The line on which the character at `offset` stands, from 1.
    [[nodiscard]] std::size_t line_of(std::ptrdiff_t offset) const {
        const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0));
        return static_cast<std::size_t>(std::lower_bound(line_ends_.begin(), line_ends_.end(), at) -
                                        line_ends_.begin()) +
               1;
    }

    Result<std::vector<Source>> parse() {
        const pugi::xml_node root = find_root();
        if (!root) {
            return fail(ErrorCode::kInvalid,
                        "there is no <tt> element: it is no TTML, or broken from the start");
        }
        collect_namespaces(root);
        read_parameters(root);
        const Context context = root_context(root);
        for (const pugi::xml_node& child : root.children()) {
            if (is(child, "head", context)) read_head(child, entered(child, context));
        }
        for (const pugi::xml_node& child : root.children()) {
            if (is(child, "body", context)) walk(child, context);
        }
        if (sources_.empty() && images_ > 0) {
            return fail(ErrorCode::kUnsupported,
                        "it holds {} pictures of text, which cannot be shown as text: get the "
                        "subtitles as SRT or WebVTT, or have them recognised (OCR)",
                        images_);
        }
        if (images_ > 0) {
            notes_.add(0, fmt::format("{} pictures: dropped, only the text is read", images_));
        }
        if (sources_.empty()) {
            sources_.emplace_back();
            sources_.front().language = context.language;
            notes_.add(0, "there is no text in it that is ever shown");
        }
        return std::move(sources_);
    }

  private:
    pugi::xml_node find_root() const {
        for (const pugi::xml_node& child : document_.children()) {
            if (split_name(child.name()).local == "tt") return child;
        }
        return {};
    }

    // Prefixes mean the same all over a document, as far as anybody has seen.
    void collect_namespaces(const pugi::xml_node& root) {
        const Name root_name = split_name(root.name());
        const std::string declaration =
            root_name.prefix.empty() ? "xmlns" : fmt::format("xmlns:{}", root_name.prefix);
        const std::string_view root_uri = root.attribute(declaration.c_str()).value();
        if (known_space(root_uri) != Space::kTimedText) {
            own_namespace_ = root_uri;
            notes_.add(line_of(root.offset_debug()),
                       fmt::format("\"{}\" is no namespace of TTML: read as if it were", root_uri));
        }
        for (pugi::xml_node node = root; node;) {
            for (const pugi::xml_attribute& attribute : node.attributes()) {
                const Name name = split_name(attribute.name());
                if (name.prefix == "xmlns") prefixes_.emplace(name.local, attribute.value());
            }
            // The next in document order, without recursion.
            if (node.first_child()) {
                node = node.first_child();
                continue;
            }
            while (node && node != root && !node.next_sibling()) {
                node = node.parent();
            }
            node = node == root ? pugi::xml_node() : node.next_sibling();
        }
    }

    [[nodiscard]] Space space_of_uri(std::string_view uri) const {
        if (const std::optional<Space> known = known_space(uri)) return *known;
        if (!own_namespace_ || !uri.starts_with(*own_namespace_)) return Space::kOther;
        const std::string_view rest = uri.substr(own_namespace_->size());
        if (rest.empty()) return Space::kTimedText;
        if (rest == "#styling") return Space::kStyling;
        if (rest == "#parameter") return Space::kParameter;
        return Space::kOther;
    }

    [[nodiscard]] Space space_of_prefix(std::string_view prefix) const {
        if (prefix.empty()) return Space::kNone;
        if (prefix == "xml") return Space::kXml;
        if (const auto found = prefixes_.find(prefix); found != prefixes_.end()) {
            return space_of_uri(found->second);
        }
        // Undeclared: what everybody writes.
        if (prefix == "tts") return Space::kStyling;
        if (prefix == "ttp") return Space::kParameter;
        if (prefix == "tt") return Space::kTimedText;
        return Space::kOther;
    }

    // Whether `node` is TTML's element `local`. `parent` is the context it stands in.
    [[nodiscard]] bool is(const pugi::xml_node& node, std::string_view local,
                          const Context& parent) const {
        if (node.type() != pugi::node_element) return false;
        const Name name = split_name(node.name());
        if (name.local != local) return false;
        if (!name.prefix.empty()) return space_of_prefix(name.prefix) == Space::kTimedText;
        const pugi::xml_attribute own = node.attribute("xmlns");
        return space_of_uri(own ? std::string_view(own.value()) : parent.default_namespace) ==
               Space::kTimedText;
    }

    [[nodiscard]] std::string_view attribute(const pugi::xml_node& node, Space space,
                                             std::string_view local) const {
        for (const pugi::xml_attribute& candidate : node.attributes()) {
            const Name name = split_name(candidate.name());
            if (name.local == local && space_of_prefix(name.prefix) == space) {
                return candidate.value();
            }
        }
        return {};
    }

    std::int64_t positive(const pugi::xml_node& root, std::string_view name, std::int64_t most,
                          std::int64_t otherwise) {
        const std::string_view value = trim(attribute(root, Space::kParameter, name));
        if (value.empty()) return otherwise;
        LineScanner scanner(value);
        const std::int64_t number = saturating_number(scanner.digits(), most);
        if (number > 0 && scanner.at_end()) return number;
        notes_.add(
            line_of(root.offset_debug()),
            fmt::format("{} \"{}\" is no number above 0: {} assumed", name, value, otherwise));
        return otherwise;
    }

    // §6.2
    void read_parameters(const pugi::xml_node& root) {
        constexpr std::int64_t kMostFrames = 1000;
        const bool has_frame_rate = !attribute(root, Space::kParameter, "frameRate").empty();
        const std::int64_t frame_rate = positive(root, "frameRate", kMostFrames, 30);
        clock_.sub_frames = positive(root, "subFrameRate", 10'000, 1);
        // "1000 1001", in drafts "1000:1001".
        std::string multiplier(attribute(root, Space::kParameter, "frameRateMultiplier"));
        std::replace(multiplier.begin(), multiplier.end(), ':', ' ');
        std::int64_t numerator = 1;
        std::int64_t denominator = 1;
        const std::vector<std::string_view> words = split_at_space(multiplier);
        if (words.size() == 2) {
            numerator = saturating_number(LineScanner(words[0]).digits(), 10'000);
            denominator = saturating_number(LineScanner(words[1]).digits(), 10'000);
        }
        if ((!words.empty() && words.size() != 2) || numerator == 0 || denominator == 0) {
            notes_.add(line_of(root.offset_debug()),
                       fmt::format("frameRateMultiplier \"{}\" is no pair of numbers: ignored",
                                   multiplier));
            numerator = denominator = 1;
        }
        clock_.frames = frame_rate * numerator;
        clock_.per_seconds = denominator;
        clock_.ticks = positive(root, "tickRate", 1'000'000'000,
                                has_frame_rate ? frame_rate * clock_.sub_frames : 1);
        const std::string_view time_base = attribute(root, Space::kParameter, "timeBase");
        if (!time_base.empty() && time_base != "media") {
            notes_.add(line_of(root.offset_debug()),
                       fmt::format("the time base is \"{}\": times are taken as the film's own",
                                   time_base));
        }
        const std::vector<std::string_view> cells =
            split_at_space(attribute(root, Space::kParameter, "cellResolution"));
        if (cells.size() == 2) {
            cells_.x = std::max(parse_decimal(cells[0]).value_or(cells_.x), 1.0);
            cells_.y = std::max(parse_decimal(cells[1]).value_or(cells_.y), 1.0);
        }
        const std::vector<std::string_view> extent =
            split_at_space(attribute(root, Space::kStyling, "extent"));
        if (extent.size() == 2 && extent[0].ends_with("px") && extent[1].ends_with("px")) {
            const auto pixels = [](std::string_view text) {
                return std::max(parse_decimal(text.substr(0, text.size() - 2)).value_or(0), 0.0);
            };
            pixels_ = {pixels(extent[0]), pixels(extent[1])};
        }
    }

    Context root_context(const pugi::xml_node& root) {
        Context context;
        return entered(root, context);
    }

    // The context within `node`, without its time and style.
    Context entered(const pugi::xml_node& node, const Context& parent) {
        Context context = parent;
        context.level = parent.level + 1;
        if (const pugi::xml_attribute own = node.attribute("xmlns")) {
            context.default_namespace = own.value();
        }
        if (const pugi::xml_attribute lang = node.attribute("xml:lang")) {
            const std::string_view tag = trim(lang.value());
            if (tag.empty() || is_well_formed(tag)) {
                context.language = tag.empty() ? std::string() : canonical_tag(tag);
            } else {
                notes_.once(line_of(node.offset_debug()),
                            fmt::format("\"{}\" is no language tag: ignored", tag));
            }
        }
        const std::string_view space = node.attribute("xml:space").value();
        if (!space.empty()) context.preserve = space == "preserve";
        const std::string_view region = trim(attribute(node, Space::kNone, "region"));
        if (!region.empty()) context.region = region;
        return context;
    }

    // §8.1 and §9.1
    void read_head(const pugi::xml_node& head, const Context& context) {
        for (const pugi::xml_node& part : head.children()) {
            const bool styling = is(part, "styling", context);
            const bool layout = is(part, "layout", context);
            if (!styling && !layout) continue;
            const Context inside = entered(part, context);
            for (const pugi::xml_node& child : part.children()) {
                const std::string_view id = child.attribute("xml:id").value();
                if (id.empty()) continue;
                if (styling && is(child, "style", inside)) styles_.emplace(id, child);
                if (layout && is(child, "region", inside)) {
                    regions_.emplace(id, Region{child, entered(child, inside)});
                }
            }
        }
    }

    [[nodiscard]] Style inline_style(const pugi::xml_node& node) const {
        Style style{};
        for (const pugi::xml_attribute& candidate : node.attributes()) {
            const Name name = split_name(candidate.name());
            const auto* const found =
                std::find(kPropertyNames.begin(), kPropertyNames.end(), name.local);
            if (found == kPropertyNames.end()) continue;
            if (space_of_prefix(name.prefix) != Space::kStyling) continue;
            style[static_cast<std::size_t>(found - kPropertyNames.begin())] =
                trim(candidate.value());
        }
        return style;
    }

    // §8.4.1: those it refers to, in order; its own above them.
    Style specified_style(const pugi::xml_node& node, int level) {
        Style style{};
        constexpr std::size_t kMostReferences = 64;
        std::size_t count = 0;
        for (const std::string_view id : split_at_space(attribute(node, Space::kNone, "style"))) {
            if (++count > kMostReferences) break;
            overlay(referenced_style(id, line_of(node.offset_debug()), level), style);
        }
        overlay(inline_style(node), style);
        return style;
    }

    Style referenced_style(std::string_view id, std::size_t line, int level) {
        if (const auto known = resolved_styles_.find(id); known != resolved_styles_.end()) {
            return known->second;
        }
        const auto found = styles_.find(id);
        if (found == styles_.end()) {
            notes_.once(line, fmt::format("there is no style \"{}\": ignored", id));
            return {};
        }
        if (level > kMostLevels || !resolving_.insert(id).second) {
            notes_.once(line, fmt::format("the style \"{}\" refers to itself: ignored", id));
            return {};
        }
        const Style style = specified_style(found->second, level + 1);
        resolving_.erase(id);
        return resolved_styles_.emplace(id, style).first->second;
    }

    // What `node` looks like within `parent` (§8.4.4).
    Style computed_style(const pugi::xml_node& node, const Style& parent) {
        Style style = parent;
        for (std::size_t i = kInherited; i < kPropertyCount; ++i) {
            style[i] = {};
        }
        overlay(specified_style(node, 0), style);
        return style;
    }

    static bool is_hidden(const Style& style) {
        return style[kVisibility] == "hidden" || style[kOpacity] == "0" || style[kOpacity] == "0.0";
    }

    std::optional<Microseconds> time_attribute(const pugi::xml_node& node, std::string_view name) {
        const std::string_view value = trim(attribute(node, Space::kNone, name));
        if (value.empty() || value == "indefinite") return std::nullopt;
        const std::optional<Microseconds> time = parse_ttml_time(value, clock_);
        if (!time) {
            notes_.add(line_of(node.offset_debug()),
                       fmt::format("{} \"{}\" is no time: ignored", name, value));
        }
        return time;
    }

    [[nodiscard]] bool is_sequence(const pugi::xml_node& node) const {
        return attribute(node, Space::kNone, "timeContainer") == "seq";
    }

    // How long what is in `node` lasts by itself (§10.4): kForever for text in parallel, nothing
    // for text in a sequence.
    Microseconds implicit_duration(const pugi::xml_node& node, int level) {
        if (level > kMostLevels) return kForever;
        const bool sequence = is_sequence(node);
        Microseconds lasts(0);
        for (const pugi::xml_node& child : node.children()) {
            const pugi::xml_node_type type = child.type();
            Microseconds child_end(0);
            if (type == pugi::node_pcdata || type == pugi::node_cdata) {
                const bool shows = !trim(child.value()).empty();
                if (shows && !sequence) child_end = kForever;
            } else if (type == pugi::node_element) {
                const std::string_view local = split_name(child.name()).local;
                if (local != "div" && local != "p" && local != "span") continue;
                const auto begin = time_or_nothing(child, "begin").value_or(Microseconds(0));
                const auto end = time_or_nothing(child, "end");
                const auto duration = time_or_nothing(child, "dur");
                child_end = kForever;
                if (end) child_end = *end;
                if (duration) child_end = std::min(child_end, begin + *duration);
                if (!end && !duration) {
                    child_end = std::min(begin + implicit_duration(child, level + 1), kForever);
                }
            }
            lasts = sequence ? std::min(lasts + child_end, kForever) : std::max(lasts, child_end);
        }
        return lasts;
    }

    // Like time_attribute(), which will say what is wrong with it when its turn comes.
    [[nodiscard]] std::optional<Microseconds> time_or_nothing(const pugi::xml_node& node,
                                                              std::string_view name) const {
        const std::string_view value = attribute(node, Space::kNone, name);
        return value.empty() ? std::nullopt : parse_ttml_time(value, clock_);
    }

    // When `node` is active (§10.2, §10.4), within `parent`.
    Interval active_interval(const pugi::xml_node& node, const Context& parent) {
        const Microseconds reference = parent.sequence ? parent.previous : parent.interval.begin;
        const std::optional<Microseconds> begin = time_attribute(node, "begin");
        const std::optional<Microseconds> end = time_attribute(node, "end");
        const std::optional<Microseconds> duration = time_attribute(node, "dur");
        Interval interval;
        interval.begin = std::min(reference + begin.value_or(Microseconds(0)), kForever);
        if (end) interval.end = std::min(interval.end, reference + *end);
        if (duration) interval.end = std::min(interval.end, interval.begin + *duration);
        if (!end && !duration && parent.sequence) {
            interval.end =
                std::min(interval.begin + implicit_duration(node, parent.level), kForever);
        }
        interval.end = std::min(interval.end, parent.interval.end);
        return interval;
    }

    bool enter(const pugi::xml_node& node, const Context& parent, Context& context) {
        if (parent.level > kMostLevels) {
            notes_.once(line_of(node.offset_debug()),
                        "elements within elements without end: dropped");
            return false;
        }
        context = entered(node, parent);
        context.style = computed_style(node, parent.style);
        context.interval = active_interval(node, parent);
        context.sequence = is_sequence(node);
        context.previous = context.interval.begin;
        if (context.style[kDisplay] == "none") {
            notes_.once(line_of(node.offset_debug()),
                        "text that is not to be displayed: dropped, here and below");
            return false;
        }
        return true;
    }

    // <body> and <div>.
    void walk(const pugi::xml_node& node, const Context& parent, Interval* interval = nullptr) {
        count_images(node);
        Context context;
        const bool shown = enter(node, parent, context);
        if (interval != nullptr) *interval = context.interval;
        if (!shown) return;
        for (const pugi::xml_node& child : node.children()) {
            Interval taken;
            if (is(child, "div", context)) {
                walk(child, context, &taken);
            } else if (is(child, "p", context)) {
                paragraph(child, context, taken);
            } else {
                report_animation(child, context);
                if (is(child, "image", context)) ++images_;
                continue;
            }
            context.previous = std::max(context.previous, taken.end);
        }
    }

    void count_images(const pugi::xml_node& node) {
        for (const pugi::xml_attribute& candidate : node.attributes()) {
            if (split_name(candidate.name()).local == "backgroundImage") ++images_;
        }
    }

    void report_animation(const pugi::xml_node& node, const Context& context) {
        if (is(node, "set", context) || is(node, "animate", context)) {
            notes_.once(line_of(node.offset_debug()), "animation: not shown, here and below");
        }
    }

    void paragraph(const pugi::xml_node& node, const Context& parent, Interval& interval) {
        count_images(node);
        Context context;
        const bool shown = enter(node, parent, context);
        interval = context.interval;
        if (!shown) return;
        const std::size_t line = line_of(node.offset_debug());
        CueSettings settings;
        if (!place_in_region(context, line, settings)) return;
        std::vector<Piece> pieces;
        collect(node, context, context.language, pieces);
        if (pieces.empty()) return;
        if (interval.begin >= interval.end) {
            notes_.add(line, "the text ends before it starts: dropped");
            return;
        }
        if (context.interval.begin >= kForever) return;
        add_cues(pieces, context, line, settings);
    }

    // The text of <p> and <span>. `language` is the paragraph's.
    void collect(const pugi::xml_node& node, const Context& context, const std::string& language,
                 std::vector<Piece>& pieces) {
        Context within = context;
        for (const pugi::xml_node& child : node.children()) {
            const pugi::xml_node_type type = child.type();
            Piece piece;
            piece.interval = context.interval;
            if (type == pugi::node_pcdata || type == pugi::node_cdata) {
                if (is_hidden(context.style)) continue;
                piece.text = child.value();
                if (context.sequence) {
                    // In a sequence text by itself lasts no time at all (§10.4).
                    if (!trim(piece.text).empty()) {
                        notes_.once(line_of(child.offset_debug()),
                                    "text that is part of a sequence without a time of its own: "
                                    "dropped, here and below");
                    }
                    continue;
                }
                piece.preserve = context.preserve;
                piece.style = text_style(context, language);
                pieces.push_back(std::move(piece));
            } else if (is(child, "br", context)) {
                piece.type = Piece::Type::kBreak;
                pieces.push_back(std::move(piece));
            } else if (is(child, "span", context)) {
                count_images(child);
                Context inside;
                const bool shown = enter(child, within, inside);
                within.previous = std::max(within.previous, inside.interval.end);
                if (shown) collect_span(child, inside, language, pieces);
            } else {
                report_animation(child, context);
                if (is(child, "image", context)) ++images_;
            }
        }
    }

    void collect_span(const pugi::xml_node& node, const Context& context,
                      const std::string& language, std::vector<Piece>& pieces) {
        const auto mark = [&](Piece::Type type) {
            Piece piece;
            piece.type = type;
            piece.interval = context.interval;
            pieces.push_back(std::move(piece));
        };
        const std::string_view ruby = context.style[kRuby];
        if (ruby == "delimiter") return;
        if (ruby == "container") mark(Piece::Type::kRuby);
        if (ruby == "text") mark(Piece::Type::kRubyText);
        collect(node, context, language, pieces);
        if (ruby == "text") mark(Piece::Type::kEndRubyText);
        if (ruby == "container") mark(Piece::Type::kEndRuby);
    }

    TextStyle text_style(const Context& context, const std::string& language) {
        TextStyle style;
        const Style& specified = context.style;
        style.italic = specified[kFontStyle] == "italic" || specified[kFontStyle] == "oblique";
        style.bold = specified[kFontWeight] == "bold";
        style.underline = has_word(specified[kTextDecoration], "underline");
        style.colour = text_colour(specified[kColor]);
        if (context.language != language) style.language = context.language;
        return style;
    }

    // A cue for each moment between two changes.
    void add_cues(const std::vector<Piece>& pieces, const Context& context, std::size_t line,
                  const CueSettings& settings) {
        std::set<Microseconds> moments = {context.interval.begin, context.interval.end};
        for (const Piece& piece : pieces) {
            for (const Microseconds moment : {piece.interval.begin, piece.interval.end}) {
                if (moment > context.interval.begin && moment < context.interval.end) {
                    moments.insert(moment);
                }
            }
        }
        std::size_t size = 0;
        for (const Piece& piece : pieces) {
            size += piece.text.size() + sizeof(Piece);
        }
        if (moments.size() > 2) repeated_ += (moments.size() - 1) * size;
        if (repeated_ > kMostRepeated && moments.size() > 2) {
            notes_.once(line, "paragraphs change too often: shown as a whole, here and below");
            moments = {context.interval.begin, context.interval.end};
        }
        std::optional<SourceCue> last;
        const auto finish = [&] {
            if (last && has_visible_text(last->cue.text)) {
                source_in(context.language).cues.push_back(*std::move(last));
            }
            last.reset();
        };
        for (auto moment = moments.begin(); std::next(moment) != moments.end(); ++moment) {
            std::string text = text_at(pieces, *moment, moments.size() == 2);
            const auto end = std::chrono::round<Milliseconds>(
                *std::next(moment) == kForever ? *moment + kToTheEnd : *std::next(moment));
            if (last && last->cue.text == text) {
                last->cue.end = end;
                continue;
            }
            finish();
            if (*std::next(moment) == kForever) {
                notes_.once(line, "nothing ends the text: it is shown to the film's end");
            }
            last = SourceCue();
            last->line = line;
            last->cue.settings = settings;
            last->cue.start = std::chrono::round<Milliseconds>(*moment);
            last->cue.end = end;
            last->cue.text = std::move(text);
        }
        finish();
    }

    static std::string text_at(const std::vector<Piece>& pieces, Microseconds moment, bool all) {
        StyledTextWriter writer;
        bool something_on_line = false;
        bool space_pending = false;
        for (const Piece& piece : pieces) {
            const bool active = piece.interval.begin <= moment && moment < piece.interval.end;
            if (!active && !(all && piece.interval.begin < piece.interval.end)) continue;
            switch (piece.type) {
                case Piece::Type::kBreak:
                    writer.text("\n", {});
                    something_on_line = space_pending = false;
                    break;
                case Piece::Type::kRuby:
                    if (space_pending) writer.text(" ", {});
                    space_pending = false;
                    writer.begin_ruby();
                    break;
                case Piece::Type::kRubyText:
                    space_pending = false;
                    writer.begin_ruby_text();
                    break;
                case Piece::Type::kEndRubyText:
                    space_pending = false;
                    writer.end_ruby_text();
                    break;
                case Piece::Type::kEndRuby:
                    space_pending = false;
                    writer.end_ruby();
                    break;
                case Piece::Type::kText: {
                    if (piece.preserve) {
                        if (space_pending) writer.text(" ", piece.style);
                        space_pending = false;
                        writer.text(piece.text, piece.style);
                        something_on_line = !piece.text.ends_with('\n');
                        break;
                    }
                    // White space before and after a line's text shows nothing (§8.2.3).
                    std::string plain;
                    for (const char c : piece.text) {
                        if (is_ascii_space(c)) {
                            space_pending = something_on_line;
                            continue;
                        }
                        if (space_pending) plain += ' ';
                        space_pending = false;
                        something_on_line = true;
                        plain += c;
                    }
                    writer.text(plain, piece.style);
                    break;
                }
            }
        }
        return std::move(writer).finish();
    }

    Source& source_in(const std::string& language) {
        const auto found = std::find_if(sources_.begin(), sources_.end(), [&](const Source& one) {
            return one.language == language;
        });
        if (found != sources_.end()) return *found;
        if (sources_.size() == kMostLanguages) return sources_.back();
        sources_.emplace_back();
        sources_.back().language = language;
        return sources_.back();
    }

    // A length along one axis, in percent of the picture (§8.3.9).
    static std::optional<double> percent(std::string_view text, double cells, double pixels) {
        const auto number = [&](std::string_view unit) -> std::optional<double> {
            if (!text.ends_with(unit)) return std::nullopt;
            return parse_decimal(text.substr(0, text.size() - unit.size()));
        };
        if (const auto value = number("%")) return value;
        if (const auto value = number("rw")) return value;
        if (const auto value = number("rh")) return value;
        if (const auto value = number("px")) {
            if (pixels > 0) return *value / pixels * 100;
            return std::nullopt;
        }
        if (const auto value = number("c")) return *value / cells * 100;
        return std::nullopt;
    }

    [[nodiscard]] std::optional<TtmlPoint> point(std::string_view text) const {
        const std::vector<std::string_view> words = split_at_space(text);
        if (words.size() != 2) return std::nullopt;
        const std::optional<double> x = percent(words[0], cells_.x, pixels_.x);
        const std::optional<double> y = percent(words[1], cells_.y, pixels_.y);
        if (!x || !y) return std::nullopt;
        return TtmlPoint{std::clamp(*x, 0.0, 100.0), std::clamp(*y, 0.0, 100.0)};
    }

    // Where and when the paragraph's region lets it be seen. False: never.
    bool place_in_region(Context& context, std::size_t line, CueSettings& settings) {
        const auto found = regions_.find(context.region);
        std::string_view align = context.style[kTextAlign];
        if (found == regions_.end()) {
            if (!context.region.empty()) {
                notes_.once(line, fmt::format("there is no region \"{}\": shown where cues "
                                              "usually are",
                                              context.region));
            }
            if (!align.empty()) settings.align = text_align(align);
            return true;
        }
        const auto& [node, outside] = found->second;
        Style style = specified_style(node, 0);
        // Styles within a region are its own (§8.1.3), below those of its attributes.
        for (const pugi::xml_node& child : node.children()) {
            if (!is(child, "style", outside)) continue;
            Style nested = specified_style(child, 0);
            overlay(style, nested);
            style = nested;
        }
        if (style[kDisplay] == "none" || is_hidden(style)) {
            notes_.once(line, fmt::format("the region \"{}\" is never shown: its text is dropped",
                                          context.region));
            return false;
        }
        const Interval visible = active_interval(node, Context{});
        context.interval.begin = std::max(context.interval.begin, visible.begin);
        context.interval.end = std::min(context.interval.end, visible.end);
        // What the region hands down counts where nothing nearer does.
        for (std::size_t i = 0; i < kInherited; ++i) {
            if (context.style[i].empty()) context.style[i] = style[i];
        }
        align = context.style[kTextAlign];
        settings.align = text_align(align.empty() ? "start" : align);

        const std::string_view mode = style[kWritingMode];
        if (mode == "tbrl" || mode == "tb") settings.direction = WritingDirection::kGrowingLeft;
        if (mode == "tblr") settings.direction = WritingDirection::kGrowingRight;
        const TtmlPoint origin = point(style[kOrigin]).value_or(TtmlPoint{});
        const TtmlPoint extent =
            point(style[kExtent]).value_or(TtmlPoint{100 - origin.x, 100 - origin.y});
        if (settings.direction == WritingDirection::kHorizontal) {
            place_in_box(origin, extent, style[kDisplayAlign], settings);
        }
        return true;
    }

    static TextAlign text_align(std::string_view align) {
        if (align == "left") return TextAlign::kLeft;
        if (align == "right") return TextAlign::kRight;
        if (align == "end") return TextAlign::kEnd;
        return align == "center" ? TextAlign::kCenter : TextAlign::kStart;
    }

    static void place_in_box(const TtmlPoint& origin, const TtmlPoint& extent,
                             std::string_view display_align, CueSettings& settings) {
        const auto rounded = [](double value) {
            return static_cast<double>(static_cast<std::int64_t>(value * 100 + 0.5)) / 100;
        };
        const double right = std::min(origin.x + extent.x, 100.0);
        const double bottom = std::min(origin.y + extent.y, 100.0);
        const double centre = (origin.x + right) / 2;
        // Text at the bottom or the top is left to the player, which keeps cues apart there.
        constexpr double kEdge = 20;
        if (display_align == "after") {
            if (bottom < 100 - kEdge) {
                settings.line = rounded(bottom);
                settings.line_align = LineAlign::kEnd;
            }
        } else if (display_align == "center") {
            settings.line = rounded((origin.y + bottom) / 2);
            settings.line_align = LineAlign::kCenter;
        } else if (origin.y > kEdge) {
            settings.line = rounded(origin.y);
        } else {
            settings.line = 0;
            settings.line_unit = LineUnit::kLines;
        }
        if (settings.line && !(*settings.line == 0 && settings.line_align == LineAlign::kStart)) {
            settings.line_unit = LineUnit::kPercent;
        }

        constexpr double kNearCentre = 3;
        constexpr double kWide = 70;
        const bool usual = settings.align == TextAlign::kCenter && centre > 50 - kNearCentre &&
                           centre < 50 + kNearCentre && right - origin.x >= kWide;
        const bool whole_width = right - origin.x > 99 && settings.align != TextAlign::kCenter;
        if (usual || whole_width) return;
        settings.size = rounded(right - origin.x);
        if (settings.align == TextAlign::kCenter) {
            settings.position = rounded(centre);
            settings.position_align = PositionAlign::kCenter;
        } else if (settings.align == TextAlign::kRight || settings.align == TextAlign::kEnd) {
            settings.position = rounded(right);
            settings.position_align = PositionAlign::kLineRight;
        } else {
            settings.position = rounded(origin.x);
            settings.position_align = PositionAlign::kLineLeft;
        }
    }

    struct Region {
        pugi::xml_node node;
        Context context;
    };

    const pugi::xml_document& document_;
    std::vector<std::size_t> line_ends_;
    std::optional<std::string_view> own_namespace_;  // of a document that names one not known
    std::map<std::string_view, std::string_view> prefixes_;
    TtmlClock clock_;
    TtmlPoint cells_{32, 15};
    TtmlPoint pixels_;  // the picture's size, where the document says; else 0
    std::map<std::string_view, pugi::xml_node> styles_;
    std::map<std::string_view, Style> resolved_styles_;
    std::set<std::string_view> resolving_;
    std::map<std::string_view, Region> regions_;
    std::vector<Source> sources_;
    std::size_t images_ = 0;
    std::size_t repeated_ = 0;
    Notes notes_;
};

}  // namespace

bool looks_like_ttml(std::string_view text) {
    // Licences and comments may come first.
    const std::string early = to_ascii_lower(text.substr(0, 65'536));
    if (!trim(early).starts_with('<')) return false;
    for (const std::string_view tag : {"<tt", ":tt"}) {
        for (std::size_t at = early.find(tag); at != std::string::npos;
             at = early.find(tag, at + 1)) {
            const std::size_t end = at + tag.size();
            if (end < early.size() &&
                (is_ascii_space(early[end]) || early[end] == '>' || early[end] == '/')) {
                return true;
            }
        }
    }
    return false;
}

Result<std::vector<Source>> parse_ttml(std::string_view text) {
    if (text.find("<!ENTITY") != std::string_view::npos) {
        return fail(ErrorCode::kInvalid,
                    "it declares entities, which subtitles do not need: take <!ENTITY ...> out");
    }
    pugi::xml_document document;
    const pugi::xml_parse_result parsed = document.load_buffer(
        text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
    TtmlParser parser(text, document);
    if (!parsed) {
        parser.notes().add(parser.line_of(parsed.offset),
                           fmt::format("the XML is broken here ({}): what stands above is read",
                                       parsed.description()));
    }
    Result<std::vector<Source>> sources = parser.parse();
    if (!sources) return sources;
    sources->front().problems = std::move(parser.notes()).take();
    return sources;
}

}  // namespace matinee::subtitles
