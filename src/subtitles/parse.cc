#include "subtitles/parse.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "subtitles/scan.h"
#include "subtitles/srt.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

// How far into a file its format must show.
constexpr std::size_t kLinesToLookAt = 200;

template <typename Predicate>
bool any_early_line(std::string_view text, Predicate predicate) {
    for (std::size_t i = 0; i < kLinesToLookAt && !text.empty(); ++i) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        if (predicate(text.substr(0, end))) return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

bool looks_like_webvtt(std::string_view text) {
    return text.starts_with("WEBVTT") &&
           (text.size() == 6 || text.find_first_of(" \t\r\n", 6) == 6);
}

bool looks_like_srt(std::string_view text) {
    return any_early_line(text, is_srt_timing);
}

// A format that is read: how it shows, and its reader.
struct Reader {
    Format format;
    std::string_view name;
    std::string_view extension;
    Overlaps overlaps;
    bool (*recognise)(std::string_view text);
    Result<Source> (*read)(std::string_view text);
};

// In the order in which they are asked: the surest sign first.
constexpr std::array kReaders = std::to_array<Reader>({
    {Format::kWebVtt, "WebVTT", "vtt", Overlaps::kExpected, looks_like_webvtt, parse_webvtt},
    {Format::kSrt, "SubRip (SRT)", "srt", Overlaps::kReported, looks_like_srt, parse_srt},
});

const Reader& reader_of(Format format) {
    return *std::find_if(kReaders.begin(), kReaders.end(),
                         [&](const Reader& reader) { return reader.format == format; });
}

// "12:34:56.789,..." of SubViewer's and YouTube's formats: two times with only a comma between.
bool is_comma_timing(std::string_view line) {
    LineScanner scanner(line);
    for (int time = 0; time < 2; ++time) {
        if (time == 1 && !scanner.take(",")) return false;
        for (int field = 0; field < 3; ++field) {
            if (field > 0 && !scanner.take(":")) return false;
            if (scanner.digits().empty()) return false;
        }
        if (!scanner.take(".") || scanner.digits().empty()) return false;
    }
    return scanner.at_end();
}

bool is_frame_timing(std::string_view line) {
    LineScanner scanner(line);
    return scanner.take("{") && !scanner.digits().empty() && scanner.take("}{");
}

bool is_lyric(std::string_view line) {
    LineScanner scanner(line);
    return scanner.take("[") && !scanner.digits().empty() && scanner.take(":") &&
           !scanner.digits().empty() && (scanner.take(".") || scanner.take("]"));
}

bool holds_early(std::string_view text, std::string_view wanted) {
    return to_ascii_lower(text.substr(0, 4096)).find(wanted) != std::string::npos;
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
    {"Advanced SubStation Alpha (ASS/SSA)", ".ass.ssa.",
     [](std::string_view text) { return holds_early(text, "[script info]"); }, kConvert},
    {"TTML", ".ttml.dfxp.xml.",
     [](std::string_view text) {
         return holds_early(text, "http://www.w3.org/ns/ttml") ||
                (holds_early(text, "<?xml") && holds_early(text, ":tt "));
     },
     kConvert},
    {"SAMI", ".smi.sami.", [](std::string_view text) { return holds_early(text, "<sami"); },
     kConvert},
    {"Scenarist closed captions (SCC)", ".scc.",
     [](std::string_view text) { return text.starts_with("Scenarist_SCC"); }, kConvert},
    {"MicroDVD", ".sub.",
     [](std::string_view text) { return any_early_line(text, is_frame_timing); }, kConvert},
    {"SubViewer or SBV", ".sbv.",
     [](std::string_view text) { return any_early_line(text, is_comma_timing); }, kConvert},
    {"song lyrics (LRC)", ".lrc.",
     [](std::string_view text) { return any_early_line(text, is_lyric); }, kConvert},
});

std::string extension_of(std::string_view file_name) {
    const std::size_t dot = file_name.rfind('.');
    return dot == std::string_view::npos ? std::string()
                                         : to_ascii_lower(file_name.substr(dot + 1));
}

bool is_extension_of(const Foreign& foreign, const std::string& extension) {
    return !extension.empty() &&
           foreign.extensions.find("." + extension + ".") != std::string_view::npos;
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

const Reader* find_reader(std::string_view text, const std::string& extension) {
    for (const Reader& reader : kReaders) {
        if (reader.recognise(text)) return &reader;
    }
    for (const Reader& reader : kReaders) {
        if (reader.extension == extension) return &reader;
    }
    return nullptr;
}

}  // namespace

std::string_view to_string(Format format) {
    return reader_of(format).name;
}

Result<ParsedFile> parse(std::string_view file_name, ByteSpan bytes,
                         const DecodeOptions& decoding) {
    const std::string_view raw = base::as_text(bytes);
    const std::string extension = extension_of(file_name);
    if (raw.empty()) {
        return fail(ErrorCode::kInvalid, "{}: the file is empty: send it again", file_name);
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
    const Reader* const reader = find_reader(text, extension);
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

    Result<Source> source = reader->read(text);
    if (!source) {
        return fail(std::move(source).error(), "{}: not read as {}", file_name, reader->name);
    }
    ParsedFile parsed;
    parsed.format = reader->format;
    parsed.encoding = decoded.encoding;
    parsed.encoding_certainty = decoded.certainty;
    parsed.encoding_reason = std::move(decoded.reason);
    parsed.problems = std::move(decoded.problems);
    if (!extension.empty() && extension != reader->extension && has_subtitle_extension(file_name)) {
        parsed.problems.push_back(
            {0, fmt::format("the file is called .{}, but its content is {}: read as that",
                            extension, reader->name)});
    }
    parsed.documents.push_back(tidy(*std::move(source), reader->overlaps, parsed.problems));
    return parsed;
}

bool has_subtitle_extension(std::string_view file_name) {
    const std::string extension = extension_of(file_name);
    // Any program writes .xml: only its content tells.
    if (extension == "xml") return false;
    return std::any_of(kReaders.begin(), kReaders.end(),
                       [&](const Reader& reader) { return reader.extension == extension; }) ||
           std::any_of(kForeign.begin(), kForeign.end(),
                       [&](const Foreign& foreign) { return is_extension_of(foreign, extension); });
}

}  // namespace matinee::subtitles
