// Any subtitle file -> documents. The one door for callers: a new format or encoding changes
// nothing here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "subtitles/cue.h"
#include "subtitles/encoding.h"
#include "subtitles/frame_rate.h"

namespace matinee::subtitles {

enum class Format : std::uint8_t {
    kSrt,
    kWebVtt,
    kAss,
    kTtml,  // also IMSC 1, EBU-TT-D
    kSami,
    kSbv,
    kSubViewer,
    kMicroDvd,
};

// As people call it: "SubRip (SRT)", "WebVTT".
std::string_view to_string(Format format);

struct ParsedFile {
    Format format = Format::kSrt;
    Encoding encoding = Encoding::kUtf8;
    Certainty encoding_certainty = Certainty::kSure;
    std::string encoding_reason;  // why it was taken to be that, for the producer

    // At least one; several where a format holds several languages, each with its language then.
    std::vector<Document> documents;

    // What was dropped or repaired, by line.
    std::vector<Problem> problems;
};

// What is known of the film that subtitles belong to.
struct FilmFacts {
    std::optional<FrameRate> frame_rate;  // for subtitles that count in frames
};

// Reads the file called `file_name` (without folder; it ends up in messages) with content `bytes`.
// The content says what format it is; only where it does not, the extension does.
//
// `decoding`: the encoding, when the producer has named it, and the language its name gives, which
// helps to find it out. `film`: what is known of the film they belong to.
//
// Fails, naming the file and a remedy, with kInvalid when it is empty, damaged, larger than any
// subtitles or in an encoding not known here, or when it counts in frames and neither it nor `film`
// says how many make a second; and with kUnsupported when it is another kind of subtitles, bitmap
// subtitles for example.
Result<ParsedFile> parse(std::string_view file_name, ByteSpan bytes,
                         const DecodeOptions& decoding = {}, const FilmFacts& film = {});

// Whether a file of this name is worth giving to parse(): its extension is that of a subtitle
// format, supported or not. For picking sidecars out of a folder.
bool has_subtitle_extension(std::string_view file_name);

}  // namespace matinee::subtitles
