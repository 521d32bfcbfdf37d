// Subtitles that come too early, too late or at another speed, put right.
//
// Every new time is computed from the one in the file, in whole numbers, and rounded once: nothing
// adds up over a film.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// Where a time of the file is in the film: to + (time - from) * numerator / denominator.
struct TimeMap {
    std::int64_t numerator = 1;  // both above 0
    std::int64_t denominator = 1;
    Milliseconds from{0};
    Milliseconds to{0};

    // To the nearest millisecond, halves away from zero. Saturates at the limits of the type.
    [[nodiscard]] Milliseconds operator()(Milliseconds time) const;
    [[nodiscard]] bool is_identity() const;

    bool operator==(const TimeMap&) const = default;
};

// Two times of the file and where each belongs in the film.
struct SyncPoint {
    Milliseconds file{0};
    Milliseconds film{0};

    bool operator==(const SyncPoint&) const = default;
};

enum class OverlapHandling : std::uint8_t {
    kKeep,  // both are shown at once
    kCut,   // the earlier one ends when the later starts; with equal starts they become one cue
};

struct TimingOptions {
    Milliseconds shift{0};  // later by so much; negative: earlier; after stretching

    // Times are multiplied by this; from a speed to another. 1/1 leaves them.
    std::int64_t stretch_numerator = 1;
    std::int64_t stretch_denominator = 1;

    // Two points instead of shift and stretch.
    std::optional<std::pair<SyncPoint, SyncPoint>> sync;

    OverlapHandling overlaps = OverlapHandling::kKeep;

    bool operator==(const TimingOptions&) const = default;
};

// The parts of TimingOptions as people write them. All fail with kInvalid and say how it is
// written.

// "1.5", "-2", "+0.04" (seconds), "-1500ms", "-01:02.5", "00:00:01,250".
Result<Milliseconds> parse_shift(std::string_view text);

// "25:23.976": made for 25 frames a second, and the film runs at 23.976, so that it lasts longer:
// times are multiplied by 25 / 23.976. 23.976, 23.98, 29.97, 59.94 and 47.952 mean the exact
// 24000/1001 and so on. "1.001" is the factor itself. Between 1/4 and 4.
struct Ratio {
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;

    bool operator==(const Ratio&) const = default;
};
Result<Ratio> parse_stretch(std::string_view text);

// "0:01:00=0:01:02.5,1:20:00=1:20:09": two times of the file, each with its time in the film.
Result<std::pair<SyncPoint, SyncPoint>> parse_sync(std::string_view text);

// Fails with kInvalid when the two points of `sync` do not both move forward.
Result<TimeMap> make_time_map(const TimingOptions& options);

// Moves the cues of `document` and the timestamps inside them. Cues that would end before the film
// starts go, those that would start before it start with it: both are added to `problems`. Then
// overlaps are handled.
Result<void> apply_timing(const TimingOptions& options, Document& document,
                          std::vector<Problem>& problems);

// Cuts what is after the film's end: cues that start there or later go, others end with it. Both
// are added to `problems`.
void trim_to(Milliseconds duration, Document& document, std::vector<Problem>& problems);

}  // namespace matinee::subtitles
