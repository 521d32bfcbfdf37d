// What holds for every document, whatever it was read from.
#pragma once

#include <utility>
#include <vector>

#include "base/utf8.h"
#include "fuzz/check.h"
#include "subtitles/cue.h"
#include "subtitles/segment.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {

inline void check_document(const Document& document) {
    Milliseconds last_start(0);
    for (const Cue& cue : document.cues) {
        FUZZ_CHECK(cue.start >= last_start);
        FUZZ_CHECK(cue.end > cue.start);
        last_start = cue.start;
    }
    // Written and read, it is what it was, and nothing in it needed mending.
    const std::string file = render_file(document);
    FUZZ_CHECK(base::is_valid_utf8(file));
    Result<Source> again = parse_webvtt(file);
    FUZZ_CHECK(again);
    std::vector<Problem> problems;
    FUZZ_CHECK(tidy(*std::move(again), Overlaps::kExpected, problems) == document);
    FUZZ_CHECK(problems.empty());

    const Track track("en", Kind::kSubtitles, document);
    const Ticks entry = std::chrono::seconds(20);
    for (Ticks offset(0); offset < entry; offset += std::chrono::seconds(4)) {
        const std::string segment =
            render_segment(&track, Ticks(1), offset, std::chrono::seconds(4), entry);
        const Result<Source> read = parse_webvtt(segment);
        FUZZ_CHECK(read);
        for (const SourceCue& found : read->cues) {
            FUZZ_CHECK(found.cue.start < found.cue.end);
            FUZZ_CHECK(Ticks(found.cue.end) <= entry);
            FUZZ_CHECK(Ticks(found.cue.end) > offset);
            FUZZ_CHECK(Ticks(found.cue.start) < offset + std::chrono::seconds(4));
        }
    }
}

}  // namespace matinee::subtitles
