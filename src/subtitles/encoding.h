// From the bytes of a text file to UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::subtitles {

enum class Encoding : std::uint8_t { kUtf8, kUtf8WithMark, kUtf16LittleEndian, kUtf16BigEndian };

// "UTF-8", "UTF-16LE" ...: the IANA names, plus " with BOM" where a producer may wonder.
std::string_view to_string(Encoding encoding);

struct DecodedText {
    std::string text;  // valid UTF-8 without byte order mark
    Encoding encoding = Encoding::kUtf8;
};

// UTF-8, and UTF-16 by its byte order mark, in which half characters become U+FFFD. Fails with
// kInvalid, naming `file_name`, the line and the remedy, when the bytes are neither.
Result<DecodedText> decode_text(std::string_view file_name, ByteSpan bytes);

}  // namespace matinee::subtitles
