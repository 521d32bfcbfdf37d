// SubRip files (.srt). There is no specification; what editors write and what people hand in is
// read as its author meant it, and everything that was bent or left out is reported.
#pragma once

#include <string_view>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// `text` is valid UTF-8, with or without a byte order mark.
//
// Tolerated: missing, repeated and wrong numbers; "." for ","; missing hours or thousandths,
// hours of any length; spaces within times; coordinates after the timing; no empty line between
// cues; empty lines within a text, when what follows can be nothing but text.
//
// `<i>`, `<b>`, `<u>`, `{\i1}` and their like become WebVTT's; `<font color>` a class when WebVTT
// has one for the colour (WebVTT §5.1); `{\an8}` and its like the cue's position; other tags that
// players hide are dropped. Anything else in angle brackets or braces is text.
//
// Fails with kInvalid when there is not one timing in it.
Result<Source> parse_srt(std::string_view text);

// Whether `line` is a cue's timing ("00:00:01,000 --> 00:00:02,000"): what tells SRT from others.
bool is_srt_timing(std::string_view line);

}  // namespace matinee::subtitles
