// The frame rate of a film from its timestamps. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "prepare/source_info.h"

namespace matinee::prepare {

struct FrameTiming {
    std::int64_t frames = 0;
    std::int64_t first_ns = 0;
    std::int64_t end_ns = 0;  // of the last frame, taking it to last as long as a usual one
    std::int64_t longest_gap_ns = 0;
    Rational average;  // frames per second, 0/1 with fewer than two frames
    Cadence cadence = Cadence::kUnknown;

    bool operator==(const FrameTiming&) const = default;
};

// `timestamps_ns`: presentation times, any order (decode order is fine), duplicates allowed.
//
// Constant means: every timestamp lies within 0.45 of a frame, or 2.5 ms if that is more, of an
// even grid (containers round to milliseconds, and an odd frame lost is still the same rate: up to
// 1 % of the grid's places may be empty). The rate is then that of the grid, exact when it is
// within 0.02 % of one in common use. kUnknown with fewer than three frames.
FrameTiming analyse_timing(std::vector<std::int64_t> timestamps_ns);

// The rate in common use (film, television, and their halves and thirds) that is within a
// relative `tolerance` of `rate`; else `rate` itself.
Rational snap_to_common_rate(Rational rate, double tolerance);

}  // namespace matinee::prepare
