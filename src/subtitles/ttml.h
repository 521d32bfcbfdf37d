// Timed text in XML: TTML 1 and 2, the IMSC 1 text profile, EBU-TT-D, SMPTE-TT without pictures,
// and the drafts they came from (DFXP). "TTML §" is https://www.w3.org/TR/ttml1/.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

bool looks_like_ttml(std::string_view text);

// `text` is valid UTF-8 without byte order mark.
//
// One source for each language (xml:lang) of paragraphs, in the order of first use; problems are
// in the first. Times are all that §10.3.1 allows, nested in parallel or in sequence. A paragraph
// whose parts come and go becomes a cue for each moment between. A region becomes position, size,
// line and direction, except that the usual one at the bottom is left to the player; without any
// region cues are where they always are. Italics, bold, underline, ruby, languages within a text
// and colours that WebVTT has are kept. Animation is not.
//
// Broken XML is read up to where it breaks. Fails with kInvalid when it is not TTML, when it
// declares entities (which can make gigabytes of a line), or when nothing can be read; with
// kUnsupported when it holds pictures instead of text.
Result<std::vector<Source>> parse_ttml(std::string_view text);

}  // namespace matinee::subtitles
