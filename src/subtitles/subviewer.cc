#include "subtitles/subviewer.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "subtitles/comma_timing.h"
#include "subtitles/notes.h"
#include "subtitles/scan.h"
#include "subtitles/styled_text.h"

namespace matinee::subtitles {
namespace {

// "[00:00:01]": the time of version 1.
std::optional<Milliseconds> parse_mark(std::string_view line) {
    line = trim(line);
    if (line.size() < 7 || line.front() != '[' || line.back() != ']') return std::nullopt;
    const std::string_view time = line.substr(1, line.size() - 2);
    // Lyrics have minutes, seconds and hundredths there; here are three numbers.
    if (std::count(time.begin(), time.end(), ':') != 2) return std::nullopt;
    return parse_clock(time);
}

// "[TITLE] ...", "[COLF]&HFFFFFF,[STYLE]bd": a line of the header or a code.
bool is_code(std::string_view line) {
    line = trim(line);
    if (!line.starts_with('[')) return false;
    const std::string name = to_ascii_lower(line.substr(1, line.find(']') - 1));
    for (const char* known :
         {"information", "title", "author",   "source",  "prg",   "program",
          "filepath",    "delay", "cd track", "comment", "begin", "end information",
          "subtitle",    "colf",  "style",    "size",    "font",  "start script",
          "end script",  "end"}) {
        if (name == known) return true;
    }
    return false;
}

std::string to_cue_text(std::string_view lines) {
    StyledTextWriter writer;
    std::string text = replace_ignoring_case(lines, "[br]", "\n");
    std::replace(text.begin(), text.end(), '|', '\n');
    writer.text(text, {});
    return std::move(writer).finish();
}

std::vector<SourceCue> read_marks(const std::vector<std::string_view>& lines, Notes& notes) {
    std::vector<SourceCue> cues;
    std::string text;
    std::optional<Milliseconds> start;
    std::size_t start_line = 0;
    const auto finish = [&](std::optional<Milliseconds> next) {
        if (!start || text.empty()) {
            text.clear();
            return;
        }
        SourceCue found;
        found.line = start_line;
        found.cue.start = *start;
        found.cue.end = next.value_or(*start + kUnendedLasts);
        if (!next) notes.add(start_line, "nothing ends the text: it is shown for five seconds");
        found.cue.text = to_cue_text(text);
        cues.push_back(std::move(found));
        text.clear();
    };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view line = trim(lines[i]);
        if (const std::optional<Milliseconds> mark = parse_mark(line)) {
            finish(mark);
            start = mark;
            start_line = i + 1;
        } else if (line.empty() || is_code(line)) {
            continue;
        } else if (!start) {
            notes.add(i + 1, "text before the first time: dropped");
        } else {
            if (!text.empty()) text += '\n';
            text += line;
        }
    }
    finish(std::nullopt);
    return cues;
}

}  // namespace

bool looks_like_subviewer(std::string_view text) {
    return any_early_line(text, [](std::string_view line) {
        const std::optional<CommaTiming> timing = parse_comma_timing(line);
        return (timing && timing->fraction_digits != 3) || parse_mark(line).has_value();
    });
}

Result<Source> parse_subviewer(std::string_view text) {
    std::vector<std::string_view> lines = split_lines(text);
    const bool second_version = std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
        return parse_comma_timing(line).has_value();
    });
    Notes notes;
    Source source;
    if (second_version) {
        for (std::string_view& line : lines) {
            if (is_code(line)) line = {};
        }
        source.cues = read_comma_blocks(lines, 0, to_cue_text, notes);
    } else {
        source.cues = read_marks(lines, notes);
    }
    if (source.cues.empty()) {
        return fail(ErrorCode::kInvalid,
                    "no cue found: no line reads like \"00:00:01.00,00:00:02.00\" or "
                    "\"[00:00:01]\"");
    }
    source.problems = std::move(notes).take();
    return source;
}

}  // namespace matinee::subtitles
