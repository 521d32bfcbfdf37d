// The whole door: any bytes under a name with some extension, which the first byte picks.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/utf8.h"
#include "fuzz/subtitle_checks.h"
#include "subtitles/language.h"
#include "subtitles/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    if (size == 0) return 0;
    constexpr std::array<const char*, 9> kNames = {"film.en.srt", "film.vtt", "film.ass",
                                                   "film.sub",    "film.xml", "film",
                                                   "film.smi",    "film.sbv", "film.ssa"};
    const std::string name = kNames[data[0] % kNames.size()];
    const ByteSpan content = std::as_bytes(std::span(data + 1, size - 1));
    const Result<subtitles::ParsedFile> parsed =
        subtitles::parse(name, content, {}, {subtitles::FrameRate{25, 1}});
    if (!parsed) {
        FUZZ_CHECK(parsed.error().to_string().starts_with(name));
        FUZZ_CHECK(base::is_valid_utf8(parsed.error().to_string()));
    } else {
        FUZZ_CHECK(!parsed->documents.empty());
        for (const subtitles::Problem& problem : parsed->problems) {
            FUZZ_CHECK(base::is_valid_utf8(problem.message));
        }
        for (const subtitles::Document& document : parsed->documents) {
            subtitles::check_document(document);
        }
    }

    // Names come from strangers too.
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto sidecar = subtitles::match_sidecar(text, "film.mp4");
    FUZZ_CHECK(!sidecar || subtitles::is_well_formed(sidecar->language));
    if (subtitles::is_well_formed(text)) {
        const std::string tag = subtitles::canonical_tag(text);
        FUZZ_CHECK(subtitles::is_well_formed(tag));
        FUZZ_CHECK(subtitles::canonical_tag(tag) == tag);
        FUZZ_CHECK(!subtitles::native_name(tag).empty());
    }
    return 0;
}
