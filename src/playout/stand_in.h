// What is shown instead of an airing whose media cannot be had any more.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/time.h"
#include "playout/airing.h"
#include "playout/schedule.h"

namespace matinee::playout {

// What can stand in.
struct Understudies {
    std::vector<Programme> fillers;  // played in turn, as far as they fit
    Programme slate;                 // the rest of the time; its every picture is a keyframe
};

// Airings that follow `end` and last `room` to the tick. The slate must be one that can end on any
// picture; `room` is more than nothing.
std::vector<Airing> fill_exactly(std::optional<RundownEnd> end, const Understudies& understudies,
                                 Ticks room, const Place& place);

// Rows that take the place of others, from row `ordinal` on.
struct StandIn {
    std::int64_t ordinal = 0;
    std::vector<Airing> airings;
    std::int64_t kept = 0;        // segments of the lost airing before `at`: they stay
    Ticks at{0};                  // from when on something else is shown
    std::size_t first_shown = 0;  // of `airings`: the first that stands in
    std::size_t end_shown = 0;    // and the one after the last
};

// Replaces what nobody can have fetched of row `lost`: what ends at `seen` or before stays as it
// is. What stands in lasts exactly as long as what it stands in for, so all rows behind keep their
// place on the timeline; only their numbers and discontinuities are made anew, by
// `fingerprint_of` their media.
//
// `cut` is that of the lost media, whole. `before` is the row before rows[0], if any: of it nothing
// changes. Nothing when all of the airing may have been fetched, when too little of it is left to
// be filled (less than a frame of sound), or the slate cannot end on any picture.
std::optional<StandIn> stand_in(std::span<const Airing> rows, std::size_t lost,
                                const Segmentation& cut, const std::optional<Airing>& before,
                                Ticks seen, const Understudies& understudies,
                                const std::function<std::string(const Airing&)>& fingerprint_of);

}  // namespace matinee::playout
