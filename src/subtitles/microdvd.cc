#include "subtitles/microdvd.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "subtitles/notes.h"
#include "subtitles/scan.h"
#include "subtitles/styled_text.h"

namespace matinee::subtitles {
namespace {

struct Line {
    std::int64_t from = 0;
    std::optional<std::int64_t> to;
    std::string_view text;
    std::size_t number = 0;  // in the file, from 1
};

// "{12}"; "{}" gives a number only where `otherwise` is one.
bool take_frame(LineScanner& scanner, std::optional<std::int64_t>& frame) {
    constexpr std::int64_t kMost = 100'000'000'000;
    if (!scanner.take("{")) return false;
    const bool negative = scanner.take("-");
    const std::string_view digits = scanner.digits();
    if (!digits.empty()) {
        const std::int64_t number = saturating_number(digits, kMost);
        frame = negative ? -number : number;
    }
    return scanner.take("}");
}

std::optional<Line> parse_microdvd_line(std::string_view text, std::size_t number) {
    LineScanner scanner(text);
    std::optional<std::int64_t> from;
    Line line;
    line.number = number;
    if (!take_frame(scanner, from) || !from || !take_frame(scanner, line.to)) return std::nullopt;
    line.from = *from;
    line.text = scanner.rest();
    return line;
}

// One cue's text.
class MicroDvdTextReader {
  public:
    MicroDvdTextReader(std::size_t line, Notes& notes) : line_(line), notes_(notes) {}

    std::string read(std::string_view text) && {
        bool first = true;
        for (;;) {
            const std::size_t bar = text.find('|');
            if (!first) writer_.text("\n", {});
            first = false;
            read_line(text.substr(0, bar));
            if (bar == std::string_view::npos) break;
            text.remove_prefix(bar + 1);
        }
        return std::move(writer_).finish();
    }

  private:
    void read_line(std::string_view text) {
        TextStyle style = whole_;
        std::size_t end = 0;
        while (text.size() > 2 && text[0] == '{' && text[2] == ':' &&
               (end = text.find('}')) != std::string_view::npos) {
            code(text[1], text.substr(3, end - 3), style);
            text.remove_prefix(end + 1);
        }
        if (text.starts_with('/')) {
            style.italic = true;
            text.remove_prefix(1);
        }
        writer_.text(trim(text), style);
    }

    // A capital letter is for the whole cue, a small one for the line.
    void code(char letter, std::string_view value, TextStyle& style) {
        const bool whole = letter >= 'A' && letter <= 'Z';
        const std::string lower = to_ascii_lower(value);
        const auto apply = [&](TextStyle& to) {
            if (lower.find('i') != std::string::npos) to.italic = true;
            if (lower.find('b') != std::string::npos) to.bold = true;
            if (lower.find('u') != std::string::npos) to.underline = true;
        };
        if (letter == 'y' || letter == 'Y') {
            apply(style);
            if (whole) apply(whole_);
        } else if ((letter == 'c' || letter == 'C') && lower.size() == 7 && lower[0] == '$') {
            // Blue, green, red.
            const std::string_view colour =
                colour_class(lower.substr(5, 2) + lower.substr(3, 2) + lower.substr(1, 2));
            if (colour.empty()) {
                notes_.once(line_,
                            "a colour that is none of WebVTT's eight: dropped, here and "
                            "below");
            }
            style.colour = text_colour(colour);
            if (whole) whole_.colour = style.colour;
        } else {
            notes_.once(line_, fmt::format("{{{}:...}} has no place in WebVTT: dropped, here and "
                                           "below",
                                           letter));
        }
    }

    std::size_t line_;
    Notes& notes_;
    StyledTextWriter writer_;
    TextStyle whole_;
};

}  // namespace

bool is_frame_timing(std::string_view line) {
    return parse_microdvd_line(trim(line), 0).has_value();
}

Result<Source> parse_microdvd(std::string_view text, std::optional<FrameRate> film_rate) {
    Notes notes;
    std::vector<Line> lines;
    std::size_t number = 0;
    for (const std::string_view raw : split_lines(text)) {
        ++number;
        const std::string_view line = trim(raw);
        if (line.empty()) continue;
        if (std::optional<Line> read = parse_microdvd_line(line, number)) {
            lines.push_back(*read);
        } else if (!to_ascii_lower(line).starts_with("{default}")) {
            notes.add(number, "the line does not begin with {from}{to} in frames: dropped");
        }
    }
    if (lines.empty()) {
        return fail(ErrorCode::kInvalid, "no cue found: no line begins with {{from}}{{to}}");
    }

    std::optional<FrameRate> rate;
    if (lines.front().from <= 1) rate = parse_frame_rate(lines.front().text);
    if (rate) {
        if (film_rate && *film_rate != *rate) {
            notes.add(lines.front().number,
                      fmt::format("the file counts {} frames a second, the film has {}: the file "
                                  "is believed",
                                  to_string(*rate), to_string(*film_rate)));
        }
        lines.erase(lines.begin());
    } else if (film_rate) {
        rate = film_rate;
        notes.add(0, fmt::format("the times are frames: read at the film's {} a second",
                                 to_string(*rate)));
    } else {
        return fail(ErrorCode::kInvalid,
                    "the times are frames, and nothing says how many a second has: write "
                    "\"{{1}}{{1}}25\" (or the film's own frame rate) as the first line, or read it "
                    "together with its film");
    }

    Source source;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Line& line = lines[i];
        SourceCue found;
        found.line = line.number;
        found.cue.start = time_of_frame(line.from, *rate);
        if (line.to) {
            found.cue.end = time_of_frame(*line.to, *rate);
        } else {
            found.cue.end = found.cue.start + kUnendedLasts;
            if (i + 1 < lines.size() && lines[i + 1].from > line.from) {
                found.cue.end = std::min(found.cue.end, time_of_frame(lines[i + 1].from, *rate));
            }
            notes.add(line.number,
                      "the cue has no end: it lasts to the next, but five seconds at "
                      "most");
        }
        found.cue.text = MicroDvdTextReader(line.number, notes).read(line.text);
        source.cues.push_back(std::move(found));
    }
    source.problems = std::move(notes).take();
    return source;
}

}  // namespace matinee::subtitles
