// How an entry is cut into segments.
#pragma once

#include <cstdint>

#include "media/frame_rate.h"
#include "media/time.h"

namespace matinee::playout {

// A piece of an entry: groups of pictures [first_gop, first_gop + gop_count).
struct EntrySegment {
    std::uint32_t first_gop = 0;
    std::uint32_t gop_count = 0;
    Ticks start{0};  // within the entry
    Ticks duration{0};

    [[nodiscard]] Ticks end() const { return start + duration; }
    bool operator==(const EntrySegment&) const = default;
};

// Segments of `gops_per_segment` groups of pictures each. A last piece shorter than half a
// segment joins its neighbour, so that no player has to open a connection for a few frames.
//
// Arithmetic over the frame grid, so it is known before the last picture is encoded, and the same
// for every rung. A value, thread-safe.
class Segmentation {
  public:
    // An entry of `frames` pictures at `rate`, a keyframe every `frames_per_gop`. All at least 1.
    Segmentation(media::FrameRate rate, std::int64_t frames, std::int64_t frames_per_gop,
                 std::uint32_t gops_per_segment);

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] Ticks duration() const { return rate_.start_of(frames_); }

    // Segment `index` of [0, count()).
    [[nodiscard]] EntrySegment at(std::int64_t index) const;

    // The longest that segments of any entry can get: one and a half segments of groups that
    // last `gop_seconds`, and what rounding to whole frames adds to those.
    static Ticks longest(std::uint32_t gop_seconds, std::uint32_t gops_per_segment);

    // How many of the first segments lie wholly within the first `gops` groups of pictures.
    [[nodiscard]] std::int64_t complete_within(std::int64_t gops) const;

    bool operator==(const Segmentation&) const = default;

  private:
    [[nodiscard]] Ticks start_of_gop(std::int64_t gop) const;

    media::FrameRate rate_;
    std::int64_t frames_;
    std::int64_t frames_per_gop_;
    std::int64_t gops_;
    std::uint32_t gops_per_segment_;
    std::int64_t count_;
};

}  // namespace matinee::playout
