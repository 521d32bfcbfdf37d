// Which language a text is in, told by its letters and words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "subtitles/cue.h"

namespace matinee::subtitles {

// The language of `text` (plain, UTF-8) as a BCP-47 tag, Chinese with its script when its
// characters tell ("zh-Hans", "zh-Hant", else "zh"); kUndetermined when not sure. Of a text in two
// languages the one that has more of it; Chinese beside anything is Chinese.
std::string language_of_text(std::string_view text);

// Whose word a language is.
enum class LanguageSource : unsigned char {
    kProducer,  // set by hand
    kFileName,
    kContainer,  // a tag of the file or stream
    kContent,    // told by the text
    kNobody,     // then it is kUndetermined
};
std::string_view to_string(LanguageSource source);

// What the language of a track is, all things considered.
struct LanguageChoice {
    std::string tag;  // BCP-47, canonical
    LanguageSource source = LanguageSource::kNobody;
    std::string note;  // for the producer, when the text says otherwise or more; else empty
};

// `declared` by `source`; empty or kUndetermined when nobody did. `text` is the plain text. A
// declared language stands, but "zh" is made exact by its characters, also where the name was
// that of a country ("zh-CN" with traditional characters): that is noted. What the producer has
// set by hand is not touched.
LanguageChoice choose_language(std::string_view declared, LanguageSource source,
                               std::string_view text);

}  // namespace matinee::subtitles
