// What of a film a juror has seen.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"

namespace matinee::review {

using Milliseconds = std::chrono::milliseconds;

// A part of a film that was played, `end` not included.
struct Stretch {
    Milliseconds start{0};
    Milliseconds end{0};

    bool operator==(const Stretch&) const = default;
};

// More than that are kept of no film: the shortest are forgotten first. An honest viewer, who
// would have to jump that often, never gets there.
inline constexpr std::size_t kMostStretches = 2000;

// Both together, in order, apart from each other. What lies beyond the film is cut off. kInvalid
// for a stretch that ends before it starts, or starts before the film.
Result<std::vector<Stretch>> with_stretches(std::span<const Stretch> seen,
                                            std::span<const Stretch> added, Milliseconds duration);

// The part of the film in `seen`, from 0 to 1. `seen` is as with_stretches() makes it.
double share_of(std::span<const Stretch> seen, Milliseconds duration);

}  // namespace matinee::review
