#include "subtitles/srt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "subtitles/cue_text.h"
#include "subtitles/markup.h"
#include "subtitles/scan.h"
#include "subtitles/styled_text.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

struct Timing {
    Milliseconds start{0};
    Milliseconds end{0};
    std::string_view rest;  // after the end time
};

// Hours, if any, minutes and seconds, of any length; thousandths as a decimal fraction. People
// put spaces after the separators.
std::optional<Milliseconds> take_time(LineScanner& scanner) {
    constexpr std::int64_t kMost = 1'000'000'000;
    scanner.skip_space();
    const bool negative = scanner.take("-");
    std::array<std::int64_t, 3> fields{};
    std::size_t count = 0;
    for (; count < fields.size(); ++count) {
        if (count > 0 && !scanner.take(":")) break;
        scanner.skip_space();
        const std::string_view digits = scanner.digits();
        if (digits.empty()) return std::nullopt;
        fields[count] = saturating_number(digits, kMost);
    }
    if (count < 2) return std::nullopt;
    const std::int64_t seconds =
        count == 3 ? (fields[0] * 60 + fields[1]) * 60 + fields[2] : fields[0] * 60 + fields[1];
    std::int64_t thousandths = 0;
    if (scanner.take(",") || scanner.take(".") || scanner.take(":") || scanner.take(";")) {
        scanner.skip_space();
        const std::string_view digits = scanner.digits();
        if (digits.empty()) return std::nullopt;
        std::string padded(digits.substr(0, 3));
        padded.resize(3, '0');
        thousandths = saturating_number(padded, 999);
    }
    const std::int64_t time = std::min(seconds, kMost * 3600) * 1000 + thousandths;
    return Milliseconds(negative ? -time : time);
}

std::optional<Timing> parse_timing(std::string_view line) {
    LineScanner scanner(line);
    Timing timing;
    const std::optional<Milliseconds> start = take_time(scanner);
    if (!start) return std::nullopt;
    scanner.skip_space();
    if (!scanner.take("-->") && !scanner.take("->")) return std::nullopt;
    const std::optional<Milliseconds> end = take_time(scanner);
    if (!end) return std::nullopt;
    // "00:00:01,000 --> 00:00:02,000l" is a slip of OCR, not a timing to lean on.
    if (!scanner.at_end() && !is_ascii_space(scanner.rest().front())) return std::nullopt;
    timing.start = *start;
    timing.end = *end;
    timing.rest = trim(scanner.rest());
    return timing;
}

// A line that is a number and nothing else.
std::optional<std::int64_t> parse_number_line(std::string_view line) {
    const std::string_view digits = trim(line);
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_ascii_digit)) {
        return std::nullopt;
    }
    return saturating_number(digits, 1'000'000'000);
}

bool is_blank(std::string_view line) {
    return trim(line).empty();
}

// Coordinates as some editors add them ("X1:040 X2:600 Y1:020 Y2:050").
bool is_coordinates(std::string_view rest) {
    const std::vector<std::string_view> words = split_at_space(rest);
    return std::all_of(words.begin(), words.end(), [](std::string_view word) {
        return word.size() > 3 && (word[0] == 'X' || word[0] == 'Y') &&
               (word[1] == '1' || word[1] == '2') && word[2] == ':';
    });
}

// Reads one cue's text.
class SrtTextReader {
  public:
    // `first_line` is the number of the text's first line, for problems.
    SrtTextReader(std::string_view text, std::size_t first_line, Source& source,
                  std::set<std::string>& said)
        : text_(text), line_(first_line), source_(source), said_(said) {}

    // Sets the position among `settings` when the text asks for one.
    std::string read(CueSettings& settings) && {
        while (at_ < text_.size()) {
            const std::string_view rest = text_.substr(at_);
            const char c = rest.front();
            std::size_t length = 0;
            if (c == '<') {
                length = tag(rest);
            } else if (c == '{') {
                length = override_block(rest, settings);
            } else if (c == '&') {
                length = resolve_reference(rest, References::kTerminated, plain_);
            } else if (rest.starts_with("\\N")) {
                plain_ += '\n';
                length = 2;
            } else if (rest.starts_with("\\h")) {
                plain_ += "\xc2\xa0";
                length = 2;
            }
            if (length == 0) {
                plain_ += c;
                length = 1;
            }
            line_ += static_cast<std::size_t>(
                std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length), '\n'));
            at_ += length;
        }
        flush();
        return std::move(writer_).finish();
    }

  private:
    void flush() {
        writer_.text(plain_);
        plain_.clear();
    }

    // Once per file and message: a film in one colour needs no thousand problems.
    void problem(std::string message) {
        if (!said_.insert(message).second) return;
        source_.problems.push_back({line_, std::move(message)});
    }

    void open(std::string_view name, const std::vector<std::string>& classes = {}) {
        flush();
        writer_.open(name, classes);
    }
    void close(std::string_view name) {
        flush();
        writer_.close(name);
    }

    // The length of the tag at the start of `rest`; 0 when it is text.
    std::size_t tag(std::string_view rest) {
        const std::size_t end = rest.find('>');
        if (end == std::string_view::npos) return 0;
        std::string_view inside = rest.substr(1, end - 1);
        if (inside.find_first_of("<\n") != std::string_view::npos) return 0;
        const bool closing = inside.starts_with('/');
        if (closing) inside.remove_prefix(1);
        const std::size_t name_end = std::min(inside.find_first_of(" \t/"), inside.size());
        const std::string name = to_ascii_lower(inside.substr(0, name_end));
        if (name == "i" || name == "em") {
            style("i", closing);
        } else if (name == "b" || name == "strong") {
            style("b", closing);
        } else if (name == "u") {
            style("u", closing);
        } else if (name == "font") {
            font(inside.substr(name_end), closing);
        } else if (name == "br") {
            plain_ += '\n';
        } else if (name == "s" || name == "strike" || name == "span" || name == "p" ||
                   name == "div" || name == "center" || name == "c" || name == "ruby" ||
                   name == "rt") {
            problem(fmt::format("<{}> has no meaning in SRT: dropped here and below", name));
        } else {
            return 0;
        }
        return end + 1;
    }

    void style(std::string_view name, bool closing) {
        if (closing) {
            close(name);
        } else {
            open(name);
        }
    }

    void font(std::string_view attributes, bool closing) {
        if (closing) {
            // Each <font> that became no element must not close one that did.
            const bool written = !fonts_.empty() && fonts_.back();
            if (!fonts_.empty()) fonts_.pop_back();
            if (written) close("c");
            return;
        }
        const std::string wanted = to_ascii_lower(attribute(attributes, "color"));
        const std::string_view colour = colour_class(wanted);
        fonts_.push_back(!colour.empty());
        if (!colour.empty()) {
            open("c", {std::string(colour)});
        } else if (!wanted.empty()) {
            problem(fmt::format(
                "the colour \"{}\" is none of WebVTT's eight: dropped here and below", wanted));
        }
    }

    // ASS override tags between braces. The length; 0 when it is text.
    std::size_t override_block(std::string_view rest, CueSettings& settings) {
        const std::size_t end = rest.find('}');
        if (end == std::string_view::npos) return 0;
        std::string_view inside = rest.substr(1, end - 1);
        if (!inside.starts_with('\\') || inside.find('\n') != std::string_view::npos) return 0;
        while (!inside.empty()) {
            inside.remove_prefix(1);  // the backslash
            const std::size_t next = std::min(inside.find('\\'), inside.size());
            override_tag(trim(inside.substr(0, next)), settings);
            inside.remove_prefix(next);
        }
        return end + 1;
    }

    void override_tag(std::string_view tag, CueSettings& settings) {
        LineScanner scanner(tag);
        if (scanner.take("an")) {
            const std::int64_t number = saturating_number(scanner.digits(), 10);
            if (number >= 1 && number <= 9 && scanner.at_end()) {
                place(settings, (number - 1) / 3, (number - 1) % 3);
                return;
            }
        } else if (scanner.take("a")) {
            // SSA: 1 to 3 at the bottom, +4 at the top, +8 in the middle.
            const std::int64_t number = saturating_number(scanner.digits(), 12);
            const std::int64_t column = number % 4 - 1;
            if (number >= 1 && number <= 11 && column >= 0 && scanner.at_end()) {
                constexpr std::array<std::int64_t, 3> kRows = {0, 2, 1};
                place(settings, kRows[static_cast<std::size_t>(number / 4)], column);
                return;
            }
        } else if (tag == "i0" || tag == "b0" || tag == "u0") {
            close(tag.substr(0, 1));
            return;
        } else if (tag == "i1" || tag == "b1" || tag == "u1") {
            open(tag.substr(0, 1));
            return;
        }
        problem(
            "an ASS override other than alignment and italics, bold or underline: dropped here "
            "and below");
    }

    // Row 0 is the bottom, where cues are anyway; column 1 is the middle.
    static void place(CueSettings& settings, std::int64_t row, std::int64_t column) {
        if (row == 2) {
            settings.line = 0;
        } else if (row == 1) {
            settings.line = 50;
            settings.line_unit = LineUnit::kPercent;
            settings.line_align = LineAlign::kCenter;
        }
        if (column == 0) settings.align = TextAlign::kLeft;
        if (column == 2) settings.align = TextAlign::kRight;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_;
    Source& source_;
    std::set<std::string>& said_;
    CueTextWriter writer_;
    std::string plain_;        // not yet given to the writer
    std::vector<bool> fonts_;  // the <font>s that are open: whether each became an element
};

class SrtParser {
  public:
    explicit SrtParser(std::vector<std::string_view> lines) : lines_(std::move(lines)) {}

    Result<Source> parse() && {
        std::vector<std::size_t> timings;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (is_srt_timing(lines_[i])) timings.push_back(i);
        }
        if (timings.empty()) {
            return fail(ErrorCode::kInvalid,
                        "no cue found: no line reads like \"00:00:01,000 --> 00:00:02,000\"");
        }
        read_preamble(timings.front());
        for (std::size_t i = 0; i < timings.size(); ++i) {
            const std::size_t next = i + 1 < timings.size() ? timings[i + 1] : lines_.size();
            read_cue(timings[i], next);
        }
        return std::move(source_);
    }

  private:
    void problem(std::size_t index, std::string message) {
        source_.problems.push_back({index + 1, std::move(message)});
    }

    void read_preamble(std::size_t first_timing) {
        for (std::size_t i = 0; i < first_timing; ++i) {
            if (is_blank(lines_[i])) continue;
            number_ = parse_number_line(lines_[i]);
            if (number_ && i + 1 == first_timing) return;
            problem(i, "text before the first timing: dropped");
        }
        number_.reset();
    }

    // Whether line `index`, directly above the timing that ends a cue's lines, is the number of
    // the next cue rather than text.
    bool is_next_number(std::size_t index, std::size_t first_text) {
        const std::optional<std::int64_t> number = parse_number_line(lines_[index]);
        if (!number) return false;
        const bool stands_alone = index == first_text || is_blank(lines_[index - 1]);
        return stands_alone || number_.has_value();
    }

    // The cue whose timing is line `timing`, and the lines up to the next timing.
    void read_cue(std::size_t timing, std::size_t next) {
        const std::size_t first_text = timing + 1;
        std::size_t end = next;
        std::optional<std::int64_t> next_number;
        if (next < lines_.size() && end > first_text && is_next_number(end - 1, first_text)) {
            next_number = parse_number_line(lines_[--end]);
        }

        const std::optional<Timing> times = parse_timing(lines_[timing]);
        SourceCue found;
        found.line = timing + 1;
        found.cue.start = times->start;
        found.cue.end = times->end;
        read_rest(timing, times->rest, found.cue.settings);
        const std::string text = collect_text(first_text, end);
        found.cue.text =
            SrtTextReader(text, first_text_line_, source_, said_).read(found.cue.settings);
        source_.cues.push_back(std::move(found));
        number_ = next_number;
    }

    // What stands after a timing: coordinates, or settings where a WebVTT file lost its first line.
    void read_rest(std::size_t timing, std::string_view rest, CueSettings& settings) {
        if (rest.empty()) return;
        if (is_coordinates(rest)) {
            problem_once(timing, "coordinates after the timing: ignored here and below");
            return;
        }
        std::vector<std::string> ignored;
        settings = parse_cue_settings(rest, {}, &ignored);
        if (!ignored.empty()) {
            problem_once(timing, "text after the timing: ignored here and below");
        }
    }

    // Lines [first, end) less what is not text.
    std::string collect_text(std::size_t first, std::size_t end) {
        std::string text;
        first_text_line_ = first + 1;
        bool above_is_blank = false;
        bool reported_gap = false;
        for (std::size_t i = first; i < end; ++i) {
            if (is_blank(lines_[i])) {
                above_is_blank = true;
                continue;
            }
            if (above_is_blank) {
                const std::size_t lost = lost_cue_length(i, end);
                if (lost > 0) {
                    i += lost - 1;
                    continue;
                }
            }
            if (text.empty()) {
                first_text_line_ = i + 1;
            } else {
                if (above_is_blank && !reported_gap) {
                    problem(i, "an empty line within the text: the text goes on after it");
                    reported_gap = true;
                }
                text += '\n';
            }
            above_is_blank = false;
            text += trim(lines_[i]);
        }
        return text;
    }

    // How many lines from `at` belong to a cue whose timing cannot be read; 0 when they are text.
    // Reports them.
    std::size_t lost_cue_length(std::size_t at, std::size_t end) {
        const std::optional<std::int64_t> number = parse_number_line(lines_[at]);
        const std::size_t timing = number ? at + 1 : at;
        if (timing < end && lines_[timing].find("-->") != std::string_view::npos) {
            problem(timing,
                    "the timing is not written as hh:mm:ss,mmm --> hh:mm:ss,mmm: the cue is "
                    "dropped");
        } else if (number && number_ && *number == *number_ + 1) {
            problem(at, fmt::format("cue {} has no timing: dropped", *number));
        } else {
            return 0;
        }
        if (number) number_ = number;
        std::size_t past = timing;
        while (past < end && !is_blank(lines_[past])) {
            ++past;
        }
        return past - at;
    }

    void problem_once(std::size_t index, std::string message) {
        if (said_.insert(message).second) problem(index, std::move(message));
    }

    std::vector<std::string_view> lines_;
    std::optional<std::int64_t> number_;  // of the cue being read
    std::size_t first_text_line_ = 0;     // where the text collected last starts, from 1
    std::set<std::string> said_;
    Source source_;
};

}  // namespace

bool is_srt_timing(std::string_view line) {
    return parse_timing(line).has_value();
}

Result<Source> parse_srt(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    std::string without_nul;
    if (text.find('\0') != std::string_view::npos) {
        without_nul = text;
        std::erase(without_nul, '\0');
        text = without_nul;
    }
    return SrtParser(split_lines(text)).parse();
}

}  // namespace matinee::subtitles
