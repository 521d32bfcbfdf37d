#include "subtitles/sbv.h"

#include <algorithm>
#include <string>
#include <utility>

#include "subtitles/comma_timing.h"
#include "subtitles/scan.h"
#include "subtitles/styled_text.h"

namespace matinee::subtitles {

bool looks_like_sbv(std::string_view text) {
    return any_early_line(text, [](std::string_view line) {
        const std::optional<CommaTiming> timing = parse_comma_timing(line);
        return timing && timing->fraction_digits == 3;
    });
}

Result<Source> parse_sbv(std::string_view text) {
    Notes notes;
    Source source;
    source.cues = read_comma_blocks(
        split_lines(text), 0,
        [](std::string_view lines) {
            StyledTextWriter writer;
            writer.text(replace_ignoring_case(lines, "[br]", "\n"), {});
            return std::move(writer).finish();
        },
        notes);
    if (source.cues.empty()) {
        return fail(ErrorCode::kInvalid,
                    "no cue found: no line reads like \"0:00:01.000,0:00:02.000\"");
    }
    source.problems = std::move(notes).take();
    return source;
}

}  // namespace matinee::subtitles
