// What SBV and SubViewer 2 have in common: "0:00:01.000,0:00:02.000" above a cue's text.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "subtitles/cue.h"
#include "subtitles/notes.h"

namespace matinee::subtitles {

struct CommaTiming {
    Milliseconds start{0};
    Milliseconds end{0};
    std::size_t fraction_digits = 0;  // of the start
};

// A line that is two times with a comma between them, and nothing else.
std::optional<CommaTiming> parse_comma_timing(std::string_view line);

// The cues of `lines` from index `first` on: each text goes from its timing to the next, with
// `to_text` making cue text of it (lines separated by LF, no empty lines at its ends). Empty lines
// within a text, and text above the first timing, are reported.
std::vector<SourceCue> read_comma_blocks(
    const std::vector<std::string_view>& lines, std::size_t first,
    const std::function<std::string(std::string_view)>& to_text, Notes& notes);

}  // namespace matinee::subtitles
