// Which encoding bytes are in, told by what they would spell.
#pragma once

#include <string>
#include <string_view>

#include "subtitles/encoding.h"

namespace matinee::subtitles {

struct EncodingGuess {
    Encoding encoding = Encoding::kUtf8;
    Certainty certainty = Certainty::kSure;
    std::string reason;  // for the producer
};

// `language`: what the text is said to be in (BCP-47); may be empty.
//
// What no mark states is decided by weighing: the bytes are read in each encoding, and the reading
// that is the least surprising text of a language that is written in it wins (language_model.h).
// Surprise is counted in bits, so that readings of one byte and of two bytes a character compare.
// Letters that change to upper case within a word, or stand beside letters of another script,
// surprise more. uchardet's opinion and `language` weigh a few bits, which decides short texts
// only.
EncodingGuess detect_encoding(std::string_view bytes, std::string_view language);

}  // namespace matinee::subtitles
