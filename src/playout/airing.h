// One item placed on a channel's timeline.
#pragma once

#include <cstdint>
#include <string>

#include "media/time.h"

namespace matinee::playout {

// A row of the rundown. Rows of one channel follow each other without gap or overlap: each
// starts where the one before ends, in time and in media sequence numbers.
//
// Everything a client sees follows from these rows and the instant, so what may have been
// fetched stays the same as long as its rows do.
struct Airing {
    std::int64_t ordinal = 0;  // 0, 1, 2 ... within the channel, without gaps
    std::string entry_id;      // whose film it is: for titles and the as-run log
    std::string media_id;      // which preparation of it: names immutable tracks in the library
    std::string subtitles_id;  // which set of subtitles: immutable too; empty when there is none

    Ticks start{0};  // since the channel's epoch
    Ticks duration{0};

    std::int64_t first_sequence = 0;  // media sequence number of the first segment
    std::int64_t segment_count = 0;

    // Whether the first segment carries EXT-X-DISCONTINUITY, and how many discontinuities the
    // channel has had before this airing's first segment, that one included
    // (RFC 8216bis section 4.4.3.3).
    bool discontinuity = false;
    std::int64_t discontinuity_sequence = 0;

    [[nodiscard]] Ticks end() const { return start + duration; }
    [[nodiscard]] std::int64_t end_sequence() const { return first_sequence + segment_count; }

    bool operator==(const Airing&) const = default;
};

}  // namespace matinee::playout
