#include "subtitles/segment.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

// ISO 13818-1 section 2.4.3.7: time stamps have 33 bits.
std::int64_t mpeg_time(Ticks instant) {
    constexpr std::int64_t kModulus = std::int64_t{1} << 33;
    const std::int64_t remainder = instant.count() % kModulus;
    return remainder < 0 ? remainder + kModulus : remainder;
}

}  // namespace

std::string render_segment(const Track* track, Ticks airing_start, Ticks offset, Ticks duration,
                           Ticks entry_duration) {
    std::string out = fmt::format("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:{}\n\n",
                                  mpeg_time(airing_start));
    if (track == nullptr) return out;
    out += format_definitions(track->document());

    // A cue [start, end) overlaps the segment when it ends after `first` and starts before `past`:
    // rounded so that nothing of less than a millisecond gets lost.
    const auto first = std::chrono::floor<Milliseconds>(offset);
    const auto past = std::chrono::ceil<Milliseconds>(std::min(offset + duration, entry_duration));
    const auto entry_end = std::chrono::floor<Milliseconds>(entry_duration);

    const std::vector<Cue>& cues = track->cues();
    std::vector<const Cue*> cut;  // cues that would say the same twice once they are cut
    for (std::size_t i = track->next_ending_after(0, first); i < cues.size();
         i = track->next_ending_after(i + 1, first)) {
        const Cue& cue = cues[i];
        if (cue.start >= past) break;
        const Milliseconds end = std::min(cue.end, entry_end);
        if (end <= cue.start || end <= first) continue;
        if (cue.end >= entry_end) {
            const bool repeated = std::any_of(cut.begin(), cut.end(), [&](const Cue* other) {
                return other->start == cue.start && other->text == cue.text;
            });
            if (repeated) continue;
            cut.push_back(&cue);
        }
        append_cue(cue, end, Identifiers::kUnambiguous, out);
        out += '\n';
    }
    return out;
}

}  // namespace matinee::subtitles
