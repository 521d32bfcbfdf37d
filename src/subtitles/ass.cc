#include "subtitles/ass.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "subtitles/notes.h"
#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

enum class Section : std::uint8_t { kNone, kInfo, kOldStyles, kStyles, kEvents, kOther };

constexpr std::string_view kOldStyleFields =
    "name,fontname,fontsize,primarycolour,secondarycolour,tertiarycolour,backcolour,bold,italic,"
    "borderstyle,outline,shadow,alignment,marginl,marginr,marginv,alphalevel,encoding";
constexpr std::string_view kStyleFields =
    "name,fontname,fontsize,primarycolour,secondarycolour,outlinecolour,backcolour,bold,italic,"
    "underline,strikeout,scalex,scaley,spacing,angle,borderstyle,outline,shadow,alignment,marginl,"
    "marginr,marginv,encoding";
// What comes first differs ("Marked" or "Layer"), and is needed by neither.
constexpr std::string_view kEventFields =
    "layer,start,end,style,name,marginl,marginr,marginv,effect,text";

std::vector<std::string> split_fields(std::string_view text) {
    constexpr std::size_t kMostFields = 64;  // looked up one by one for each line
    std::vector<std::string> fields;
    for (;;) {
        const std::size_t comma = text.find(',');
        fields.push_back(to_ascii_lower(trim(text.substr(0, comma))));
        if (comma == std::string_view::npos || fields.size() == kMostFields) return fields;
        text.remove_prefix(comma + 1);
    }
}

// A line's values under the names of its fields; the last takes the rest, commas and all.
class Fields {
  public:
    Fields(const std::vector<std::string>& names, std::string_view line) : names_(names) {
        while (values_.size() + 1 < names.size()) {
            const std::size_t comma = line.find(',');
            if (comma == std::string_view::npos) break;
            values_.push_back(trim(line.substr(0, comma)));
            line.remove_prefix(comma + 1);
        }
        values_.push_back(line);
    }

    // Empty when the line is too short for it.
    [[nodiscard]] std::string_view operator[](std::string_view name) const {
        const auto found = std::find(names_.begin(), names_.end(), name);
        const auto index = static_cast<std::size_t>(found - names_.begin());
        return index < values_.size() ? values_[index] : std::string_view();
    }

    [[nodiscard]] bool complete() const { return values_.size() == names_.size(); }

  private:
    const std::vector<std::string>& names_;
    std::vector<std::string_view> values_;
};

Section section_of(std::string_view line) {
    const std::string name = to_ascii_lower(line);
    if (name == "[script info]") return Section::kInfo;
    if (name == "[v4 styles]") return Section::kOldStyles;
    if (name == "[v4+ styles]" || name == "[v4++ styles]") return Section::kStyles;
    if (name == "[events]") return Section::kEvents;
    return Section::kOther;
}

bool is_section(std::string_view line) {
    return line.size() > 2 && line.front() == '[' && line.back() == ']';
}

class AssParser {
  public:
    explicit AssParser(std::string_view text) : lines_(split_lines(text)) {}

    // Everything but the events.
    AssScript read_header() {
        walk([](std::size_t, std::string_view, std::string_view) {});
        return std::move(script_);
    }

    Result<Source> read() {
        // Styles may stand below the events that use them.
        walk([](std::size_t, std::string_view, std::string_view) {});
        std::size_t events = 0;
        event_fields_ = split_fields(kEventFields);
        walk([&](std::size_t index, std::string_view key, std::string_view value) {
            if (key == "format") {
                event_fields_ = split_fields(value);
            } else if (key == "dialogue") {
                ++events;
                read_event(index, value);
            } else if (key == "picture" || key == "sound" || key == "movie" || key == "command") {
                notes_.add(index + 1, fmt::format("an event of kind \"{}\": dropped", key));
            } else if (key != "comment") {
                notes_.add(index + 1, "the line is no event: dropped");
            }
        });
        if (events == 0) {
            return fail(ErrorCode::kInvalid,
                        "no cue found: no line begins with \"Dialogue:\" below [Events]");
        }
        if (repeated_ > 0) {
            notes_.add(first_repeated_,
                       fmt::format("{} lines say what another says at the same time, for outlines "
                                   "or shadows: one of each is kept",
                                   repeated_));
        }
        source_.problems = std::move(notes_).take();
        return std::move(source_);
    }

  private:
    // Reads information and styles, and gives what stands among the events to `on_event`: the
    // line's index, its key in lower case, its value.
    template <typename OnEvent>
    void walk(OnEvent on_event) {
        // A script that lost its head still has its events.
        Section section = Section::kEvents;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            const std::string_view line = trim(lines_[i]);
            if (line.empty() || line.front() == ';' || line.starts_with("!:")) continue;
            const std::size_t colon = line.find(':');
            if (is_section(line) && colon == std::string_view::npos) {
                section = section_of(line);
                if (section == Section::kOldStyles) style_fields_ = split_fields(kOldStyleFields);
                if (section == Section::kStyles) style_fields_ = split_fields(kStyleFields);
                continue;
            }
            const std::string key = to_ascii_lower(trim(line.substr(0, colon)));
            std::string_view value =
                colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
            if (value.starts_with(' ')) value.remove_prefix(1);
            // Attachments look like anything, but never like dialogue.
            if (key == "dialogue" || section == Section::kEvents) {
                on_event(i, key, value);
            } else if (section == Section::kInfo) {
                read_information(key, trim(value));
            } else if (section == Section::kStyles || section == Section::kOldStyles) {
                if (key == "format") style_fields_ = split_fields(value);
                if (key == "style") read_style(value, section);
            }
        }
        const double width = width_.value_or(0);
        const double height = height_.value_or(0);
        script_.width = width > 0 ? width : height > 0 ? height * 4 / 3 : 384;
        script_.height = height > 0 ? height : width > 0 ? width * 3 / 4 : 288;
    }

    void read_information(const std::string& key, std::string_view value) {
        if (key == "playresx") width_ = parse_decimal(value);
        if (key == "playresy") height_ = parse_decimal(value);
        if (key == "wrapstyle") script_.breaks_at_small_n = value == "2";
    }

    void read_style(std::string_view value, Section section) {
        const Fields fields(style_fields_, value);
        AssStyle style;
        const auto flag = [&](std::string_view name) {
            const std::string_view text = fields[name];
            return !text.empty() && text.find_first_not_of("-+0 ") != std::string_view::npos;
        };
        style.bold = flag("bold");
        style.italic = flag("italic");
        style.underline = flag("underline");
        const auto alignment = static_cast<std::size_t>(
            saturating_number(LineScanner(trim(fields["alignment"])).digits(), 99));
        apply_alignment(
            alignment,
            section == Section::kOldStyles ? AssAlignment::kLegacy : AssAlignment::kKeypad,
            style.row, style.column);
        std::string_view name = trim(fields["name"]);
        if (name.starts_with('*')) name.remove_prefix(1);
        script_.styles.insert_or_assign(std::string(name), style);
    }

    void read_event(std::size_t index, std::string_view value) {
        const Fields fields(event_fields_, value);
        const std::size_t line = index + 1;
        if (!fields.complete()) {
            notes_.add(line, fmt::format("the line has fewer fields than its Format of {}: dropped",
                                         event_fields_.size()));
            return;
        }
        const std::optional<Milliseconds> start = parse_clock(fields["start"]);
        const std::optional<Milliseconds> end = parse_clock(fields["end"]);
        if (!start || !end) {
            notes_.add(line, fmt::format("the {} time is not written as h:mm:ss.cc: the cue is "
                                         "dropped",
                                         start ? "end" : "start"));
            return;
        }
        SourceCue found;
        found.line = line;
        found.cue.start = *start;
        found.cue.end = *end;
        found.cue.text = read_ass_text(fields["text"], script_, fields["style"], line,
                                       found.cue.settings, notes_);
        // A drawing and nothing else has been reported as such.
        if (found.cue.text.empty() && fields["text"].find('{') != std::string_view::npos) return;
        if (!seen_.emplace(*start, *end, found.cue.text).second) {
            if (repeated_++ == 0) first_repeated_ = line;
            return;
        }
        source_.cues.push_back(std::move(found));
    }

    std::vector<std::string_view> lines_;
    AssScript script_;
    std::optional<double> width_;
    std::optional<double> height_;
    std::vector<std::string> style_fields_ = split_fields(kStyleFields);
    std::vector<std::string> event_fields_;
    std::set<std::tuple<Milliseconds, Milliseconds, std::string>> seen_;
    std::size_t repeated_ = 0;
    std::size_t first_repeated_ = 0;
    Notes notes_;
    Source source_;
};

}  // namespace

bool looks_like_ass(std::string_view text) {
    bool found = false;
    std::size_t lines = 0;
    for (const std::string_view raw : split_lines(text.substr(0, 65'536))) {
        const std::string line = to_ascii_lower(trim(raw));
        found = line == "[script info]" || line == "[events]" || line == "[v4 styles]" ||
                line == "[v4+ styles]" || (line.starts_with("dialogue:") && line.size() > 30);
        if (found || ++lines > 200) break;
    }
    return found;
}

Result<Source> parse_ass(std::string_view text) {
    return AssParser(text).read();
}

AssScript parse_ass_header(std::string_view text) {
    return AssParser(text).read_header();
}

}  // namespace matinee::subtitles
