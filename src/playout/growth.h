// Whether media that is still being prepared may be put on the air.
#pragma once

#include <chrono>

#include "media/time.h"

namespace matinee::playout {

// How the preparation of an entry gets on.
struct Growth {
    Ticks promised{0};  // how long it will be
    Ticks complete{0};  // how much of it can be played
    // What was complete when watching began, and how long ago that was: its speed.
    Ticks complete_before{0};
    std::chrono::milliseconds watched{0};

    bool operator==(const Growth&) const = default;
};

// How far ahead of what is listed preparation must be, at every moment of the airing.
inline constexpr Ticks kGrowthReserve = std::chrono::seconds(30);

// Whether an airing of the media that begins `until_start` from now can be listed to its end,
// `ahead` before the clock, without ever waiting for the preparation: if that goes on at three
// quarters of the speed it has shown, it stays kGrowthReserve ahead. False for what has not been
// watched for kLeastWatched: a speed takes time to show.
bool keeps_ahead(const Growth& growth, Ticks until_start, Ticks ahead);

inline constexpr std::chrono::milliseconds kLeastWatched{5'000};

}  // namespace matinee::playout
