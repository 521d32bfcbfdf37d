// Time expressions of TTML (§10.3.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace matinee::subtitles {

// Finer than the milliseconds of cues, so that sums of frames do not drift.
using Microseconds = std::chrono::microseconds;

// No expression means more (three years): sums of them stay far from overflow.
inline constexpr Microseconds kLongestTtmlTime{100'000'000'000'000};

// What frames and ticks last (§6.2.4 to §6.2.11).
struct TtmlClock {
    std::int64_t frames = 30;  // in `per_seconds`; both from 1 to 10^7
    std::int64_t per_seconds = 1;
    std::int64_t sub_frames = 1;  // a frame, from 1 to 10^4
    std::int64_t ticks = 1;       // a second, from 1 to 10^9
};

// "00:00:01.5", "00:00:01:12", "00:00:01:12.1", "1.5s", "3m", "0.5h", "1500ms", "36f", "15000t".
// Unset when it is none of them.
std::optional<Microseconds> parse_ttml_time(std::string_view text, const TtmlClock& clock);

}  // namespace matinee::subtitles
