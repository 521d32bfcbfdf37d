#include "subtitles/parse.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "subtitles/ass.h"
#include "subtitles/microdvd.h"
#include "subtitles/sami.h"
#include "subtitles/sbv.h"
#include "subtitles/scan.h"
#include "subtitles/srt.h"
#include "subtitles/subviewer.h"
#include "subtitles/ttml.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

bool looks_like_webvtt(std::string_view text) {
    return text.starts_with("WEBVTT") &&
           (text.size() == 6 || text.find_first_of(" \t\r\n", 6) == 6);
}

bool looks_like_srt(std::string_view text) {
    return any_early_line(text, is_srt_timing);
}

bool looks_like_microdvd(std::string_view text) {
    return any_early_line(text, is_frame_timing);
}

using Sources = Result<std::vector<Source>>;

Sources only(Result<Source> source) {
    if (!source) return Unexpected(std::move(source).error());
    std::vector<Source> sources;
    sources.push_back(*std::move(source));
    return sources;
}

// A format that is read: how it shows, and its reader, which gives a source for each language.
struct FormatReader {
    Format format;
    std::string_view name;
    std::string_view extensions;  // each with a "." before and after
    Overlaps overlaps;
    bool (*recognise)(std::string_view text);
    Sources (*read)(std::string_view text, const FilmFacts& film);
};

// In the order in which they are asked: the surest sign first. ".sub" is MicroDVD for those that
// show no sign.
constexpr std::array kReaders = std::to_array<FormatReader>({
    {Format::kWebVtt, "WebVTT", ".vtt.", Overlaps::kExpected, looks_like_webvtt,
     [](std::string_view text, const FilmFacts&) { return only(parse_webvtt(text)); }},
    {Format::kTtml, "TTML", ".ttml.dfxp.xml.", Overlaps::kExpected, looks_like_ttml,
     [](std::string_view text, const FilmFacts&) { return parse_ttml(text); }},
    {Format::kSami, "SAMI", ".smi.sami.", Overlaps::kReported, looks_like_sami,
     [](std::string_view text, const FilmFacts&) { return parse_sami(text); }},
    {Format::kAss, "SubStation Alpha (ASS/SSA)", ".ass.ssa.", Overlaps::kExpected, looks_like_ass,
     [](std::string_view text, const FilmFacts&) { return only(parse_ass(text)); }},
    {Format::kSrt, "SubRip (SRT)", ".srt.", Overlaps::kReported, looks_like_srt,
     [](std::string_view text, const FilmFacts&) { return only(parse_srt(text)); }},
    {Format::kSbv, "SBV", ".sbv.", Overlaps::kReported, looks_like_sbv,
     [](std::string_view text, const FilmFacts&) { return only(parse_sbv(text)); }},
    {Format::kMicroDvd, "MicroDVD", ".sub.", Overlaps::kReported, looks_like_microdvd,
     [](std::string_view text, const FilmFacts& film) {
         return only(parse_microdvd(text, film.frame_rate));
     }},
    {Format::kSubViewer, "SubViewer", ".sub.", Overlaps::kReported, looks_like_subviewer,
     [](std::string_view text, const FilmFacts&) { return only(parse_subviewer(text)); }},
});

const FormatReader& reader_of(Format format) {
    return *std::find_if(kReaders.begin(), kReaders.end(),
                         [&](const FormatReader& reader) { return reader.format == format; });
}

bool is_lyric(std::string_view line) {
    LineScanner scanner(line);
    return scanner.take("[") && !scanner.digits().empty() && scanner.take(":") &&
           !scanner.digits().empty() && (scanner.take(".") || scanner.take("]"));
}

// A kind of subtitles that is known, but not read.
struct Foreign {
    std::string_view name;
    std::string_view extensions;  // each with a "." before and after
    bool (*recognise)(std::string_view bytes);
    std::string_view remedy;
};

constexpr std::string_view kConvert = "save it as SRT or WebVTT in a subtitle editor";
constexpr std::string_view kBitmap =
    "it holds pictures of text, which cannot be shown as text: get the subtitles as SRT or WebVTT, "
    "or have them recognised (OCR)";

constexpr std::array kForeign = std::to_array<Foreign>({
    {"PGS bitmap subtitles (Blu-ray)", ".sup.",
     [](std::string_view bytes) { return bytes.size() > 10 && bytes.starts_with("PG"); }, kBitmap},
    {"VobSub bitmap subtitles (DVD)", ".idx.",
     [](std::string_view bytes) {
         return bytes.starts_with("# VobSub") ||
                bytes.starts_with(std::string_view("\x00\x00\x01\xba", 4));
     },
     kBitmap},
    {"DVB bitmap subtitles or a transport stream", "",
     [](std::string_view bytes) {
         return bytes.size() > 376 && bytes[0] == 'G' && bytes[188] == 'G' && bytes[376] == 'G';
     },
     kBitmap},
    {"EBU STL", ".stl.",
     [](std::string_view bytes) {
         return bytes.size() >= 1024 && bytes.substr(3, 3) == "STL" && bytes.substr(8, 3) == ".01";
     },
     kConvert},
    {"Scenarist closed captions (SCC)", ".scc.",
     [](std::string_view text) { return text.starts_with("Scenarist_SCC"); }, kConvert},
    {"song lyrics (LRC)", ".lrc.",
     [](std::string_view text) { return any_early_line(text, is_lyric); }, kConvert},
});

std::string extension_of(std::string_view file_name) {
    const std::size_t dot = file_name.rfind('.');
    return dot == std::string_view::npos ? std::string()
                                         : to_ascii_lower(file_name.substr(dot + 1));
}

// Of a FormatReader or a Foreign.
template <typename Kind>
bool is_extension_of(const Kind& kind, const std::string& extension) {
    return !extension.empty() &&
           kind.extensions.find("." + extension + ".") != std::string_view::npos;
}

// The kind of subtitles that `bytes`, text or not, show to be; null when none.
const Foreign* find_foreign(std::string_view bytes) {
    const auto* const found =
        std::find_if(kForeign.begin(), kForeign.end(),
                     [&](const Foreign& foreign) { return foreign.recognise(bytes); });
    return found == kForeign.end() ? nullptr : found;
}

Unexpected refuse(std::string_view file_name, const Foreign& foreign) {
    return fail(ErrorCode::kUnsupported, "{}: {} are not read by this version: {}", file_name,
                foreign.name, foreign.remedy);
}

bool is_binary(std::string_view bytes) {
    return bytes.substr(0, 4096).find('\0') != std::string_view::npos &&
           !looks_like_wide_text(bytes);
}

const FormatReader* find_reader(std::string_view text, const std::string& extension) {
    for (const FormatReader& reader : kReaders) {
        if (reader.recognise(text)) return &reader;
    }
    for (const FormatReader& reader : kReaders) {
        if (is_extension_of(reader, extension)) return &reader;
    }
    return nullptr;
}

}  // namespace

std::string_view to_string(Format format) {
    return reader_of(format).name;
}

Result<ParsedFile> parse(std::string_view file_name, ByteSpan bytes, const DecodeOptions& decoding,
                         const FilmFacts& film) {
    const std::string_view raw = base::as_text(bytes);
    const std::string extension = extension_of(file_name);
    if (raw.empty()) {
        return fail(ErrorCode::kInvalid, "{}: the file is empty: send it again", file_name);
    }
    constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
    if (bytes.size() > kMostBytes) {
        return fail(ErrorCode::kInvalid,
                    "{}: the file has {} bytes, more than the subtitles of any film: send the "
                    "subtitles alone",
                    file_name, bytes.size());
    }
    // What is no text at all goes first, or the message would be about its encoding.
    const auto* const binary = std::find_if(
        kForeign.begin(), kForeign.end(),
        [&](const Foreign& foreign) { return is_binary(raw) && foreign.recognise(raw); });
    if (binary != kForeign.end()) return refuse(file_name, *binary);
    if (is_binary(raw) && !looks_like_webvtt(raw) && !looks_like_srt(raw)) {
        return fail(ErrorCode::kInvalid,
                    "{}: the file is not text: send the subtitles as SRT or WebVTT", file_name);
    }

    Result<DecodedText> decoded_or_not = decode_text(file_name, bytes, decoding);
    if (!decoded_or_not) {
        // Another encoding would not help a format that is not read.
        if (!looks_like_srt(raw)) {
            const Foreign* const foreign = find_foreign(raw);
            if (foreign != nullptr) return refuse(file_name, *foreign);
        }
        return Unexpected(std::move(decoded_or_not).error());
    }
    DecodedText decoded = *std::move(decoded_or_not);
    const std::string_view text = decoded.text;
    const FormatReader* const reader = find_reader(text, extension);
    if (reader == nullptr || !reader->recognise(text)) {
        const Foreign* const foreign = find_foreign(text);
        if (foreign != nullptr) return refuse(file_name, *foreign);
    }
    if (reader == nullptr) {
        for (const Foreign& foreign : kForeign) {
            if (is_extension_of(foreign, extension)) return refuse(file_name, foreign);
        }
        return fail(ErrorCode::kInvalid,
                    "{}: this is no subtitle file known here: send it as SRT or WebVTT", file_name);
    }

    Sources sources = reader->read(text, film);
    if (!sources) {
        return fail(std::move(sources).error(), "{}: not read as {}", file_name, reader->name);
    }
    ParsedFile parsed;
    parsed.format = reader->format;
    parsed.encoding = decoded.encoding;
    parsed.encoding_certainty = decoded.certainty;
    parsed.encoding_reason = std::move(decoded.reason);
    parsed.problems = std::move(decoded.problems);
    if (!extension.empty() && !is_extension_of(*reader, extension) &&
        has_subtitle_extension(file_name)) {
        parsed.problems.push_back(
            {0, fmt::format("the file is called .{}, but its content is {}: read as that",
                            extension, reader->name)});
    }
    for (Source& source : *sources) {
        parsed.documents.push_back(tidy(std::move(source), reader->overlaps, parsed.problems));
    }
    return parsed;
}

bool has_subtitle_extension(std::string_view file_name) {
    const std::string extension = extension_of(file_name);
    // Any program writes .xml: only its content tells.
    if (extension == "xml") return false;
    return std::any_of(
               kReaders.begin(), kReaders.end(),
               [&](const FormatReader& reader) { return is_extension_of(reader, extension); }) ||
           std::any_of(kForeign.begin(), kForeign.end(),
                       [&](const Foreign& foreign) { return is_extension_of(foreign, extension); });
}

}  // namespace matinee::subtitles
