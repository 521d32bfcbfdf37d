// MicroDVD files (.sub): "{from}{to}first line|second line", counted in frames.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "subtitles/cue.h"
#include "subtitles/frame_rate.h"

namespace matinee::subtitles {

// Whether `line` begins with two frame numbers in braces.
bool is_frame_timing(std::string_view line);

// `text` is valid UTF-8 without byte order mark.
//
// The frame rate is what the file says in its first cue ("{1}{1}23.976"), or else `film_rate`.
// Italics, bold and underline ({y:i}, {Y:b}, "/" at the start of a line) are kept, colours that
// WebVTT has ({c:$0000ff}) too; other codes are dropped. A cue without an end lasts to the next,
// but five seconds at most.
//
// Fails with kInvalid when there is no cue in it, or when neither says what a frame lasts.
Result<Source> parse_microdvd(std::string_view text, std::optional<FrameRate> film_rate);

}  // namespace matinee::subtitles
