#include "subtitles/webvtt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "subtitles/cue_text.h"
#include "subtitles/language.h"
#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kArrow = "-->";

// HTML §2.3.4.3, "rules for parsing floating-point number values", for what the callers have
// checked to be digits with at most one "." and one leading "-". Too large is an error, too small
// is 0, as there.
std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error == std::errc::result_out_of_range) {
        const std::string_view whole = text.substr(0, text.find('.'));
        if (whole.find_first_of("123456789") != std::string_view::npos) return std::nullopt;
        return 0;
    }
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value == 0 ? 0 : value;  // no negative zero
}

// WebVTT §6.3, "parse a percentage string".
std::optional<double> parse_percentage(std::string_view text) {
    LineScanner scanner(text);
    if (scanner.digits().empty()) return std::nullopt;
    if (scanner.take(".") && scanner.digits().empty()) return std::nullopt;
    if (!scanner.take("%") || !scanner.at_end()) return std::nullopt;
    const std::optional<double> value = parse_number(text.substr(0, text.size() - 1));
    return value && *value <= 100 ? value : std::nullopt;
}

struct Setting {
    std::string_view name;
    std::string_view value;
};

// "name:value", neither empty.
std::optional<Setting> parse_setting(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
        return std::nullopt;
    }
    return Setting{text.substr(0, colon), text.substr(colon + 1)};
}

template <typename T>
struct Keyword {
    std::string_view word;
    T value;
};

constexpr std::array<Keyword<WritingDirection>, 2> kDirections = {{
    {"rl", WritingDirection::kGrowingLeft},
    {"lr", WritingDirection::kGrowingRight},
}};
constexpr std::array<Keyword<LineAlign>, 3> kLineAligns = {{
    {"start", LineAlign::kStart},
    {"center", LineAlign::kCenter},
    {"end", LineAlign::kEnd},
}};
constexpr std::array<Keyword<PositionAlign>, 3> kPositionAligns = {{
    {"line-left", PositionAlign::kLineLeft},
    {"center", PositionAlign::kCenter},
    {"line-right", PositionAlign::kLineRight},
}};
constexpr std::array<Keyword<TextAlign>, 5> kTextAligns = {{
    {"start", TextAlign::kStart},
    {"center", TextAlign::kCenter},
    {"end", TextAlign::kEnd},
    {"left", TextAlign::kLeft},
    {"right", TextAlign::kRight},
}};

// Sets `value` when `word` is one of `keywords`; else leaves it and returns false.
template <typename T, std::size_t kCount>
bool set_keyword(const std::array<Keyword<T>, kCount>& keywords, std::string_view word, T& value) {
    for (const Keyword<T>& keyword : keywords) {
        if (keyword.word == word) {
            value = keyword.value;
            return true;
        }
    }
    return false;
}

template <typename T, std::size_t kCount>
std::string_view word_of(const std::array<Keyword<T>, kCount>& keywords, T value) {
    for (const Keyword<T>& keyword : keywords) {
        if (keyword.value == value) return keyword.word;
    }
    return {};
}

// "12%,center": what stands before and after the first comma.
struct Pair {
    std::string_view first;
    std::optional<std::string_view> second;
};

Pair split_at_comma(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return {text, std::nullopt};
    return {text.substr(0, comma), text.substr(comma + 1)};
}

// The number of a "line" setting that is no percentage: an optional "-", digits, and a "." only
// between digits.
std::optional<double> parse_line_number(std::string_view text) {
    LineScanner scanner(text);
    scanner.take("-");
    if (scanner.digits().empty()) return std::nullopt;
    if (scanner.take(".") && scanner.digits().empty()) return std::nullopt;
    if (!scanner.at_end()) return std::nullopt;
    return parse_number(text);
}

bool parse_line(std::string_view value, CueSettings& settings) {
    const Pair pair = split_at_comma(value);
    const bool percent = pair.first.ends_with('%');
    const std::optional<double> number =
        percent ? parse_percentage(pair.first) : parse_line_number(pair.first);
    if (!number) return false;
    settings.line = number;
    settings.line_unit = percent ? LineUnit::kPercent : LineUnit::kLines;
    return !pair.second || set_keyword(kLineAligns, *pair.second, settings.line_align);
}

bool parse_position(std::string_view value, CueSettings& settings) {
    const Pair pair = split_at_comma(value);
    const std::optional<double> number = parse_percentage(pair.first);
    if (!number) return false;
    settings.position = number;
    return !pair.second || set_keyword(kPositionAligns, *pair.second, settings.position_align);
}

// Returns false when something of it was ignored.
bool apply_setting(const Setting& setting, const std::vector<Region>& regions,
                   CueSettings& settings) {
    const auto& [name, value] = setting;
    if (name == "region") {
        const bool known = std::any_of(regions.begin(), regions.end(), [&](const Region& region) {
            return region.id == setting.value;
        });
        settings.region = known ? value : std::string_view();
        return known;
    }
    if (name == "vertical") return set_keyword(kDirections, value, settings.direction);
    if (name == "line") return parse_line(value, settings);
    if (name == "position") return parse_position(value, settings);
    if (name == "align") return set_keyword(kTextAligns, value, settings.align);
    if (name == "size") {
        const std::optional<double> number = parse_percentage(value);
        if (number) settings.size = *number;
        return number.has_value();
    }
    return false;
}

// Sets both when both are percentages.
void parse_anchor(std::string_view value, double& x, double& y) {
    const Pair pair = split_at_comma(value);
    const std::optional<double> first = parse_percentage(pair.first);
    const std::optional<double> second =
        pair.second ? parse_percentage(*pair.second) : std::nullopt;
    if (!first || !second) return;
    x = *first;
    y = *second;
}

// WebVTT §6.2, "collect WebVTT region settings".
Region parse_region(std::string_view text) {
    Region region;
    for (const std::string_view word : split_at_space(text)) {
        const std::optional<Setting> setting = parse_setting(word);
        if (!setting) continue;
        const auto& [name, value] = *setting;
        if (name == "id") {
            region.id = value;
        } else if (name == "width") {
            region.width_percent = parse_percentage(value).value_or(region.width_percent);
        } else if (name == "lines") {
            LineScanner scanner(value);
            scanner.digits();
            if (scanner.at_end()) region.lines = parse_number(value).value_or(region.lines);
        } else if (name == "regionanchor") {
            parse_anchor(value, region.anchor_x_percent, region.anchor_y_percent);
        } else if (name == "viewportanchor") {
            parse_anchor(value, region.viewport_anchor_x_percent, region.viewport_anchor_y_percent);
        } else if (name == "scroll" && value == "up") {
            region.scroll_up = true;
        }
    }
    return region;
}

bool is_keyword_line(std::string_view line, std::string_view keyword) {
    return line.starts_with(keyword) && trim(line.substr(keyword.size())).empty();
}

bool starts_with_word(std::string_view line, std::string_view word) {
    return line.starts_with(word) &&
           (line.size() == word.size() || is_ascii_space(line[word.size()]));
}

// WebVTT §6.1, "WebVTT parser". Positions are numbers of lines: the rules never look at less.
class WebVttParser {
  public:
    explicit WebVttParser(std::vector<std::string_view> lines) : lines_(std::move(lines)) {}

    Source parse() && {
        at_ = 1;  // past the signature, which the caller has checked
        if (at_ < lines_.size() && !lines_[at_].empty()) {
            const std::size_t first = at_;
            collect_block(Where::kHeader);
            read_header(first, at_);
        }
        skip_empty_lines();
        while (at_ < lines_.size()) {
            collect_block(Where::kBody);
            skip_empty_lines();
        }
        return std::move(source_);
    }

  private:
    enum class Where : std::uint8_t { kHeader, kBody };

    void problem(std::size_t index, std::string message) {
        source_.problems.push_back({index + 1, std::move(message)});
    }

    void skip_empty_lines() {
        while (at_ < lines_.size() && lines_[at_].empty()) {
            ++at_;
        }
    }

    void read_header(std::size_t first, std::size_t end) {
        for (std::size_t i = first; i < end; ++i) {
            const std::optional<Setting> field = parse_setting(lines_[i]);
            if (field && to_ascii_lower(field->name) == "language" &&
                is_well_formed(trim(field->value))) {
                source_.language = canonical_tag(trim(field->value));
            } else if (lines_[i].starts_with("X-TIMESTAMP-MAP")) {
                problem(i, "X-TIMESTAMP-MAP ignored: the times are taken as the entry's own");
            }
        }
    }

    // WebVTT §6.1, "collect a WebVTT block".
    void collect_block(Where where) {
        const bool in_header = where == Where::kHeader;
        const std::size_t first = at_;
        std::size_t line_count = 0;
        bool seen_arrow = false;
        std::string buffer;
        std::optional<SourceCue> cue;
        enum class Definition : std::uint8_t { kNone, kStyle, kRegion };
        Definition definition = Definition::kNone;

        while (at_ < lines_.size()) {
            const std::size_t index = at_++;
            const std::string_view line = lines_[index];
            ++line_count;
            if (line.find(kArrow) != std::string_view::npos) {
                if (in_header || line_count > 2 || (line_count == 2 && seen_arrow)) {
                    at_ = index;  // a timing without an empty line above starts a block
                    break;
                }
                seen_arrow = true;
                cue = collect_timings(line, index);
                if (cue) {
                    cue->cue.id = std::move(buffer);
                    buffer.clear();
                    seen_cue_ = true;
                }
                continue;
            }
            if (line.empty()) break;
            if (!in_header && line_count == 2 && !seen_cue_) {
                if (is_keyword_line(buffer, "STYLE")) {
                    definition = Definition::kStyle;
                    buffer.clear();
                } else if (is_keyword_line(buffer, "REGION")) {
                    definition = Definition::kRegion;
                    buffer.clear();
                }
            }
            if (!buffer.empty()) buffer += '\n';
            buffer += line;
        }

        if (in_header) return;
        if (cue) {
            cue->cue.text = normalise_cue_text(buffer);
            source_.cues.push_back(*std::move(cue));
        } else if (definition == Definition::kStyle) {
            source_.stylesheets.push_back(std::move(buffer));
        } else if (definition == Definition::kRegion) {
            source_.regions.push_back(parse_region(buffer));
        } else if (!seen_arrow) {
            report_ignored(first);
        }
    }

    void report_ignored(std::size_t first) {
        const std::string_view line = lines_[first];
        if (starts_with_word(line, "NOTE")) return;
        if (starts_with_word(line, "STYLE") || starts_with_word(line, "REGION")) {
            problem(first, seen_cue_ ? "a STYLE or REGION block counts only before the first cue: "
                                       "ignored"
                                     : "the STYLE or REGION block is empty: ignored");
            return;
        }
        problem(first, "text without a timing: dropped");
    }

    // WebVTT §6.3, "collect WebVTT cue timings and settings".
    std::optional<SourceCue> collect_timings(std::string_view line, std::size_t index) {
        LineScanner scanner(line);
        SourceCue found;
        found.line = index + 1;
        scanner.skip_space();
        const std::optional<Milliseconds> start = scanner.webvtt_timestamp();
        if (!start) return refuse(index, "start");
        scanner.skip_space();
        if (!scanner.take(kArrow)) return refuse(index, "start");
        scanner.skip_space();
        const std::optional<Milliseconds> end = scanner.webvtt_timestamp();
        if (!end) return refuse(index, "end");
        found.cue.start = *start;
        found.cue.end = *end;
        std::vector<std::string> ignored;
        found.cue.settings = parse_cue_settings(scanner.rest(), source_.regions, &ignored);
        for (const std::string& setting : ignored) {
            problem(index, fmt::format("the setting \"{}\" is not understood: ignored", setting));
        }
        return found;
    }

    std::optional<SourceCue> refuse(std::size_t index, std::string_view which) {
        problem(index, fmt::format("the {} time is not written as hh:mm:ss.mmm: the cue is dropped",
                                   which));
        return std::nullopt;
    }

    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    bool seen_cue_ = false;
    Source source_;
};

// The shortest decimal that reads back as `number`; WebVTT knows no exponents.
void append_number(double number, std::string& out) {
    std::array<char, 1100> digits;  // the smallest double has 1,074 decimals
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                            std::chars_format::fixed);
    out.append(digits.data(), error == std::errc() ? end : digits.data());
}

void append_percentage(double number, std::string& out) {
    append_number(number, out);
    out += '%';
}

std::string format_region(const Region& region) {
    const Region defaults;
    std::string out = "REGION\n";
    const auto pair = [&](std::string_view name, double x, double y) {
        out += name;
        append_percentage(x, out);
        out += ',';
        append_percentage(y, out);
        out += '\n';
    };
    if (!region.id.empty()) out += fmt::format("id:{}\n", region.id);
    // Always there: a REGION block without a line below it is no region (§6.1).
    out += "width:";
    append_percentage(region.width_percent, out);
    out += '\n';
    if (region.lines != defaults.lines) {
        out += "lines:";
        append_number(region.lines, out);
        out += '\n';
    }
    pair("regionanchor:", region.anchor_x_percent, region.anchor_y_percent);
    pair("viewportanchor:", region.viewport_anchor_x_percent, region.viewport_anchor_y_percent);
    if (region.scroll_up) out += "scroll:up\n";
    return out;
}

bool looks_like_a_keyword(std::string_view identifier) {
    return starts_with_word(identifier, "NOTE") || starts_with_word(identifier, "STYLE") ||
           starts_with_word(identifier, "REGION");
}

}  // namespace

CueSettings parse_cue_settings(std::string_view text, const std::vector<Region>& regions,
                               std::vector<std::string>* ignored) {
    CueSettings settings;
    for (const std::string_view word : split_at_space(text)) {
        const std::optional<Setting> setting = parse_setting(word);
        const bool understood = setting && apply_setting(*setting, regions, settings);
        if (!understood && ignored != nullptr) ignored->emplace_back(word);
    }
    return settings;
}

Result<Source> parse_webvtt(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    // §6.1 steps 1 to 6: NUL is U+FFFD, and the signature ends at a space, a tab or a line end.
    std::string without_nul;
    if (text.find('\0') != std::string_view::npos) {
        for (const char c : text) {
            if (c == '\0') {
                append_utf8(0xfffd, without_nul);
            } else {
                without_nul += c;
            }
        }
        text = without_nul;
    }
    constexpr std::string_view kSignature = "WEBVTT";
    const std::string_view after =
        text.starts_with(kSignature) ? text.substr(kSignature.size()) : std::string_view("?");
    if (!after.empty() && after.find_first_of(" \t\r\n") != 0) {
        return fail(ErrorCode::kInvalid, "the first line is not \"WEBVTT\"");
    }
    return WebVttParser(split_lines(text)).parse();
}

std::string format_cue_settings(const CueSettings& settings) {
    const CueSettings defaults;
    std::string out;
    const auto name = [&](std::string_view text) {
        if (!out.empty()) out += ' ';
        out += text;
    };
    if (!settings.region.empty()) name(fmt::format("region:{}", settings.region));
    if (settings.direction != defaults.direction) {
        name(fmt::format("vertical:{}", word_of(kDirections, settings.direction)));
    }
    if (settings.line) {
        name("line:");
        append_number(*settings.line, out);
        if (settings.line_unit == LineUnit::kPercent) out += '%';
        if (settings.line_align != defaults.line_align) {
            out += fmt::format(",{}", word_of(kLineAligns, settings.line_align));
        }
    }
    if (settings.position) {
        name("position:");
        append_percentage(*settings.position, out);
        if (settings.position_align != defaults.position_align) {
            out += fmt::format(",{}", word_of(kPositionAligns, settings.position_align));
        }
    }
    if (settings.size != defaults.size) {
        name("size:");
        append_percentage(settings.size, out);
    }
    if (settings.align != defaults.align) {
        name(fmt::format("align:{}", word_of(kTextAligns, settings.align)));
    }
    return out;
}

std::string format_definitions(const Document& document) {
    std::string out;
    for (const std::string& stylesheet : document.stylesheets) {
        out += fmt::format("STYLE\n{}\n\n", stylesheet);
    }
    for (const Region& region : document.regions) {
        out += format_region(region);
        out += '\n';
    }
    return out;
}

void append_cue(const Cue& cue, Milliseconds end, Identifiers identifiers, std::string& out) {
    if (!cue.id.empty() && (identifiers == Identifiers::kAll || !looks_like_a_keyword(cue.id))) {
        out += cue.id;
        out += '\n';
    }
    out += format_timestamp(cue.start);
    out += " --> ";
    out += format_timestamp(end);
    const std::string settings = format_cue_settings(cue.settings);
    if (!settings.empty()) {
        out += ' ';
        out += settings;
    }
    out += '\n';
    out += cue.text;
    out += '\n';
}

std::string render_file(const Document& document) {
    std::string out = "WEBVTT\n";
    if (!document.language.empty()) out += fmt::format("Language: {}\n", document.language);
    out += '\n';
    out += format_definitions(document);
    for (const Cue& cue : document.cues) {
        append_cue(cue, cue.end, Identifiers::kAll, out);
        out += '\n';
    }
    return out;
}

}  // namespace matinee::subtitles
