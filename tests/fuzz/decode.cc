// Bytes to text: whatever they are, in whatever encoding is found out or forced on them; and what
// is done with text afterwards. The first byte picks the encoding and the language it is said to
// be in.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/utf8.h"
#include "fuzz/check.h"
#include "subtitles/checks.h"
#include "subtitles/cue_text.h"
#include "subtitles/detect_language.h"
#include "subtitles/encoding.h"
#include "subtitles/language.h"
#include "subtitles/timing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    if (size == 0) return 0;
    const ByteSpan content = std::as_bytes(std::span(data + 1, size - 1));
    const std::string_view text = base::as_text(content);

    subtitles::DecodeOptions options;
    constexpr const char* kLanguages[] = {"", "ru", "zh-Hant", "fr", "und"};
    options.language = kLanguages[data[0] % std::size(kLanguages)];
    const std::span<const subtitles::Encoding> all = subtitles::all_encodings();
    const std::size_t forced = data[0] / std::size(kLanguages);
    if (forced < all.size()) options.encoding = all[forced];

    const auto decoded = subtitles::decode_text("film.srt", content, options);
    if (!decoded) {
        FUZZ_CHECK(decoded.error().to_string().starts_with("film.srt"));
    } else {
        FUZZ_CHECK(base::is_valid_utf8(decoded->text));
        FUZZ_CHECK(!decoded->reason.empty());
        if (options.encoding) {
            FUZZ_CHECK(decoded->certainty == subtitles::Certainty::kStated);
        }
        const auto lines = static_cast<std::size_t>(
            std::count(decoded->text.begin(), decoded->text.end(), '\n') + 1);
        for (const subtitles::Problem& problem : decoded->problems) {
            FUZZ_CHECK(problem.line <= lines);
            FUZZ_CHECK(base::is_valid_utf8(problem.message));
        }
        const std::string language = subtitles::language_of_text(decoded->text);
        FUZZ_CHECK(subtitles::is_well_formed(language));

        subtitles::Document document;
        subtitles::Cue cue;
        cue.end = subtitles::Milliseconds(1 + size * 10);
        cue.text = subtitles::normalise_cue_text(decoded->text);
        document.cues = {cue, cue};
        subtitles::CheckContext context;
        context.language = language;
        context.duration = subtitles::Milliseconds(100);
        context.has_glyph = [](char32_t c) { return c % 7 != 0; };
        for (const subtitles::Finding& finding : check_document(document, context)) {
            FUZZ_CHECK(base::is_valid_utf8(finding.message));
            FUZZ_CHECK(finding.cue <= document.cues.size());
        }
    }

    // What people write about times.
    subtitles::TimingOptions timing;
    if (const auto shift = subtitles::parse_shift(text)) timing.shift = *shift;
    if (const auto stretch = subtitles::parse_stretch(text)) {
        FUZZ_CHECK(stretch->numerator > 0 && stretch->denominator > 0);
        timing.stretch_numerator = stretch->numerator;
        timing.stretch_denominator = stretch->denominator;
    }
    if (const auto sync = subtitles::parse_sync(text)) timing.sync = *sync;
    if (const auto map = subtitles::make_time_map(timing)) {
        const subtitles::Milliseconds time(static_cast<std::int64_t>(size) * 1'000'003);
        FUZZ_CHECK((*map)(time) <= (*map)(time + subtitles::Milliseconds(1)));
    }
    return 0;
}
