// SBV files (.sbv), what YouTube reads and writes.
#pragma once

#include <string_view>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// Whether one of the first lines is a timing with thousandths ("0:00:00.599,0:00:04.160").
bool looks_like_sbv(std::string_view text);

// `text` is valid UTF-8 without byte order mark. "[br]" is a line end. Fails with kInvalid when
// there is not one timing in it.
Result<Source> parse_sbv(std::string_view text);

}  // namespace matinee::subtitles
