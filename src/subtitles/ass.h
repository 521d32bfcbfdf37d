// Advanced SubStation Alpha (.ass) and its ancestor (.ssa), versions 4 and 4+. The reference is
// what VSFilter and libass do; there is no specification that anyone follows.
#pragma once

#include <string_view>

#include "base/result.h"
#include "subtitles/ass_text.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// Whether there is a script header, a section of events or a line of dialogue.
bool looks_like_ass(std::string_view text);

// `text` is valid UTF-8 without byte order mark.
//
// Fields stand in the order their Format line gives, or in the usual one without it. Comments are
// left out, and so are lines that say the same at the same time on another layer (outlines and
// shadows are made so), which is reported once. See read_ass_text() for what is made of overrides.
//
// Fails with kInvalid when there is not one line of dialogue in it.
Result<Source> parse_ass(std::string_view text);

// Script information and styles of a script without events, as containers carry it apart from
// them. Reads what there is.
AssScript parse_ass_header(std::string_view text);

}  // namespace matinee::subtitles
