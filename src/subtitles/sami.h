// SAMI files (.smi): HTML of a kind, in which each <SYNC> says what is shown from then on.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

bool looks_like_sami(std::string_view text);

// `text` is valid UTF-8 without byte order mark.
//
// One source for each class of paragraphs, with the language its style names, in the order of
// first use; problems are in the first. A text lasts until the next of its class (or to the End of
// its SYNC), the last one five seconds. <i>, <b>, <u>, <font color> where WebVTT has the colour,
// <br> and <ruby> are kept, other tags dropped.
//
// Fails with kInvalid when there is no SYNC with a paragraph in it.
Result<std::vector<Source>> parse_sami(std::string_view text);

}  // namespace matinee::subtitles
