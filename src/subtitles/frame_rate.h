// Frames per second, for formats that count in frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "subtitles/cue.h"

namespace matinee::subtitles {

struct FrameRate {
    std::int64_t numerator = 25;
    std::int64_t denominator = 1;

    bool operator==(const FrameRate&) const = default;
};

// "25", "23.976", "29,97": decimals near a rate of film or video mean that rate exactly
// (24000/1001, 30000/1001 ...). Unset when it is no number from 1 to 1000.
std::optional<FrameRate> parse_frame_rate(std::string_view text);

// "25", "23.976".
std::string to_string(const FrameRate& rate);

// When frame `frame` is shown, to the nearest millisecond. `frame` is at most 10^12 in size.
Milliseconds time_of_frame(std::int64_t frame, const FrameRate& rate);

}  // namespace matinee::subtitles
