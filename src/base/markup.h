// Text within XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace matinee::base {

// `text` as the content of an element or of an attribute in double quotes. Control characters but
// the line feed become spaces: XML 1.0 has no way to write most of them.
//
// WebVTT escapes otherwise (subtitles/cue_text.cc): quotes mean nothing there.
std::string escape_markup(std::string_view text);

}  // namespace matinee::base
