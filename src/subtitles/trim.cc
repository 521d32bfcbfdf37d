#include "subtitles/trim.h"

#include <algorithm>

namespace matinee::subtitles {

Track trimmed(const Track& track, Milliseconds start, std::optional<Milliseconds> end) {
    Document document = track.document();
    std::vector<Cue> cues;
    for (Cue& cue : document.cues) {
        cue.start = std::max(cue.start, start);
        if (end) cue.end = std::min(cue.end, *end);
        if (cue.start >= cue.end) continue;
        cue.start -= start;
        cue.end -= start;
        cues.push_back(std::move(cue));
    }
    document.cues = std::move(cues);
    return {track.language(), track.kind(), std::move(document), track.ordinal(), track.label()};
}

}  // namespace matinee::subtitles
