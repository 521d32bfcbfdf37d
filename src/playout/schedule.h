// From what a producer wants to what is on the air: extending a rundown.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/time.h"
#include "playout/airing.h"

namespace matinee::playout {

// An entry as a schedule needs it.
struct Programme {
    std::string entry_id;
    std::string media_id;
    std::string subtitles_id;
    Ticks duration{0};
    std::int64_t segment_count = 0;
    // Names the init sections of all its renditions: two programmes with equal fingerprints
    // follow each other without EXT-X-DISCONTINUITY.
    std::string fingerprint;
};

// Where a rundown ends: its last airing, and that media's fingerprint.
struct RundownEnd {
    Airing last;
    std::string fingerprint;
};

// The airings that continue a rundown by playing `loop` round and round until they reach
// `until`; none when it is reached already or the loop is empty. They begin with the item after
// the last airing's entry (with the first when that entry is no longer in the loop), at `end`;
// without one at tick zero and sequence number zero.
//
// Extending to A and then to B gives the same rows as extending to B at once.
std::vector<Airing> extend(std::span<const Programme> loop, const std::optional<RundownEnd>& end,
                           Ticks until);

// The first airing of `airings` (a rundown's rows in order) that nobody can have fetched
// anything of at `now`: it begins later than `ahead` from now, with `margin` to spare for
// requests and clocks. An edit may replace rows from that ordinal on, and none before.
// `airings.size()` when all may have been seen.
std::size_t first_replaceable(std::span<const Airing> airings, Ticks now, Ticks ahead,
                              Ticks margin);

}  // namespace matinee::playout
