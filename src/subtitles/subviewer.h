// SubViewer files (.sub), versions 1 ("[00:00:01]" above a text and again below it) and 2
// ("00:00:01.00,00:00:02.00" above it).
#pragma once

#include <string_view>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// Whether it has one of the headers, or one of the first lines is a timing of either version.
bool looks_like_subviewer(std::string_view text);

// `text` is valid UTF-8 without byte order mark. "[br]" and "|" are line ends; [COLF] codes are
// dropped. A text of version 1 without an end lasts to the next, but five seconds at most.
//
// Fails with kInvalid when there is not one timing in it.
Result<Source> parse_subviewer(std::string_view text);

}  // namespace matinee::subtitles
