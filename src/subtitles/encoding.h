// From the bytes of a text file to UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// What subtitles come in. Where one encoding contains another, only the larger is here: GB18030
// stands for GBK and GB2312, windows-1252 for ISO 8859-1 and ASCII.
enum class Encoding : std::uint8_t {
    kUtf8,
    kUtf8WithMark,
    kUtf16LittleEndian,
    kUtf16BigEndian,
    kUtf32LittleEndian,
    kUtf32BigEndian,
    kGb18030,
    kBig5,
    kShiftJis,
    kEucJp,
    kIso2022Jp,
    kEucKr,
    kWindows1250,
    kWindows1251,
    kWindows1252,
    kWindows1253,
    kWindows1254,
    kWindows1255,
    kWindows1256,
    kWindows1257,
    kWindows1258,
    kWindows874,
    kIso8859Part2,
    kIso8859Part5,
    kIso8859Part6,
    kIso8859Part7,
    kIso8859Part15,
    kIso8859Part16,
    kKoi8R,
    kKoi8U,
    kIbm866,
    kMacCyrillic,
    kViscii,
};

// "UTF-8", "windows-1251" ...: the IANA names, plus " with BOM" where a producer may wonder.
std::string_view to_string(Encoding encoding);

// All of them, as listed above.
std::span<const Encoding> all_encodings();

// The encoding people call `name`: any case, with or without "-", "_" and spaces; also names of
// what it contains ("GBK", "latin1", "cp1251", "Big5-HKSCS"). Unset when it is none known here.
std::optional<Encoding> encoding_by_name(std::string_view name);

// How sure a choice is.
enum class Certainty : std::uint8_t {
    kStated,  // a byte order mark, the file itself or the producer says so
    kSure,    // nothing else makes sense
    kLikely,  // worth a look
    kGuess,   // too little text to tell: somebody has to look
};
std::string_view to_string(Certainty certainty);

struct DecodeOptions {
    // The producer's word, which counts whatever the bytes look like. Unset: found out.
    std::optional<Encoding> encoding;

    // What the text is said to be in (BCP-47), a hint where bytes fit several; may be empty.
    std::string language;
};

struct DecodedText {
    std::string text;  // valid UTF-8 without byte order mark
    Encoding encoding = Encoding::kUtf8;
    Certainty certainty = Certainty::kSure;
    std::string reason;             // why this encoding, for the producer
    std::vector<Problem> problems;  // bytes that mean nothing in it, by line; U+FFFD in `text`
};

// Decodes the file called `file_name`. Bytes without meaning become U+FFFD and a problem each
// line, as long as most of the file is text. Fails with kInvalid, naming the file, the first line
// and the remedy, when most is not.
//
// A byte order mark wins over everything but a producer's word, then what an XML declaration says,
// then valid UTF-8, and what is left is told by what it would spell (detect_encoding.h).
Result<DecodedText> decode_text(std::string_view file_name, ByteSpan bytes,
                                const DecodeOptions& options = {});

// Whether `bytes` are text of two or four bytes a character, with or without a byte order mark:
// not binary although every second byte is 0.
bool looks_like_wide_text(std::string_view bytes);

// `bytes` as UTF-8, where what means nothing is U+FFFD. `bad_bytes`, when not null, receives how
// many bytes that were. A byte order mark stays.
std::string convert(std::string_view bytes, Encoding encoding, std::size_t* bad_bytes = nullptr);

}  // namespace matinee::subtitles
