#include "subtitles/comma_timing.h"

#include <utility>

#include "subtitles/scan.h"

namespace matinee::subtitles {

std::optional<CommaTiming> parse_comma_timing(std::string_view line) {
    line = trim(line);
    // The comma between the times, as one before a fraction may be written with one too.
    const std::size_t second_colon = line.rfind(':', line.rfind(':') - 1);
    const std::size_t comma =
        second_colon == std::string_view::npos ? second_colon : line.rfind(',', second_colon);
    if (comma == std::string_view::npos) return std::nullopt;
    const std::string_view first = line.substr(0, comma);
    const std::optional<Milliseconds> start = parse_clock(first);
    const std::optional<Milliseconds> end = parse_clock(line.substr(comma + 1));
    if (!start || !end) return std::nullopt;
    const std::size_t point = trim(first).find_last_of(".,");
    return CommaTiming{*start, *end,
                       point == std::string_view::npos ? 0 : trim(first).size() - point - 1};
}

std::vector<SourceCue> read_comma_blocks(
    const std::vector<std::string_view>& lines, std::size_t first,
    const std::function<std::string(std::string_view)>& to_text, Notes& notes) {
    std::vector<SourceCue> cues;
    std::string text;
    bool gap = false;
    const auto finish = [&] {
        if (!cues.empty()) cues.back().cue.text = to_text(text);
        text.clear();
        gap = false;
    };
    for (std::size_t i = first; i < lines.size(); ++i) {
        const std::string_view line = trim(lines[i]);
        if (const std::optional<CommaTiming> timing = parse_comma_timing(line)) {
            finish();
            SourceCue found;
            found.line = i + 1;
            found.cue.start = timing->start;
            found.cue.end = timing->end;
            cues.push_back(std::move(found));
        } else if (line.empty()) {
            gap = !text.empty();
        } else if (cues.empty()) {
            notes.add(i + 1, "text before the first timing: dropped");
        } else {
            // What lost its timing is text of the cue above for all anybody can tell.
            if (gap) notes.add(i + 1, "an empty line within the text: the text goes on after it");
            if (!text.empty()) text += '\n';
            text += line;
            gap = false;
        }
    }
    finish();
    return cues;
}

}  // namespace matinee::subtitles
