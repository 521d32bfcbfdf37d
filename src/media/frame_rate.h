// A constant frame rate, and the grid of frame starts it makes on the 90 kHz clock.
#pragma once

#include <cstdint>

#include "media/time.h"

namespace matinee::media {

// numerator / denominator frames a second, in lowest terms: 24000/1001, 25/1.
struct FrameRate {
    std::uint32_t numerator = 25;
    std::uint32_t denominator = 1;

    bool operator==(const FrameRate&) const = default;

    [[nodiscard]] double as_double() const { return static_cast<double>(numerator) / denominator; }

    // Where frame `index` starts: the tick nearest to its exact time. Rounding each frame from
    // zero, not each duration, is what keeps 23.976 from drifting.
    [[nodiscard]] constexpr Ticks start_of(std::int64_t index) const {
        const std::int64_t scaled = index * std::int64_t{kVideoTimescale} * denominator;
        return Ticks((scaled + numerator / 2) / numerator);
    }

    // The index of the frame nearest to `tick`. For tick >= 0.
    [[nodiscard]] constexpr std::int64_t nearest_frame(Ticks tick) const {
        const std::int64_t scale = std::int64_t{kVideoTimescale} * denominator;
        return (tick.count() * numerator + scale / 2) / scale;
    }

    // Frames between two keyframes that are to be `seconds` apart: 48 at 23.976 for 2 s.
    [[nodiscard]] constexpr std::int64_t frames_in(std::uint32_t seconds) const {
        return (std::int64_t{seconds} * numerator + denominator / 2) / denominator;
    }
};

}  // namespace matinee::media
