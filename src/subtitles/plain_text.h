// What a viewer reads of cue text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "subtitles/cue.h"

namespace matinee::subtitles {

// Cue text without its markup: tags gone, character references resolved, lines still separated by
// LF. Of ruby only the base is kept: the small text beside it is read at the same time.
std::string plain_text(std::string_view cue_text);

// All cues' plain text, a line each line.
std::string plain_text(const Document& document);

}  // namespace matinee::subtitles
