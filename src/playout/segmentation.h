// How an entry is cut into segments.
#pragma once

#include <cstdint>

#include "media/frame_rate.h"
#include "media/time.h"

namespace matinee::playout {

// A piece of an entry: groups of pictures [first_gop, first_gop + gop_count), of the first one
// perhaps only its end, of the last one perhaps only its beginning.
struct EntrySegment {
    std::uint32_t first_gop = 0;
    std::uint32_t gop_count = 0;
    std::int64_t pictures = 0;  // in all its groups; the last lasts until end()
    Ticks start{0};             // within the entry
    Ticks duration{0};
    std::int64_t skipped = 0;  // pictures of its first group that come before it

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

    // The same entry shown only until `duration`, which need not be on the frame grid: its last
    // picture is the one that is on for at least half of its time, and stands until then. Where
    // that is within a group of pictures, every picture must be a keyframe. `duration` is one that
    // can_end_at().
    [[nodiscard]] Segmentation ending_at(Ticks duration) const;

    // Whether `duration` is at least one tick, and at most half a picture more than the entry
    // lasts.
    [[nodiscard]] bool can_end_at(Ticks duration) const;

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] Ticks duration() const { return duration_; }
    [[nodiscard]] media::FrameRate rate() const { return rate_; }
    [[nodiscard]] std::int64_t frames() const { return frames_; }

    // Where the last segment ends that does so at `tick` or before, groups of pictures whole;
    // zero when none does. Of the whole entry: the places at which any media can be cut.
    [[nodiscard]] Ticks last_boundary(Ticks tick) const;

    // Segment `index` of [0, count()).
    [[nodiscard]] EntrySegment at(std::int64_t index) const;

    // The segment in which the first piece ends of what is shown from `from` on: the one that
    // `from` is in or, if too little of that is left, the next.
    [[nodiscard]] std::int64_t first_from(Ticks from) const;

    // What segment `index` has from `from` on, where a picture starts: in that segment or the one
    // before. Where that is within a group of pictures, every picture must be a keyframe.
    [[nodiscard]] EntrySegment at_from(std::int64_t index, Ticks from) const;

    // Where the last picture starts that does so at `tick` or before; `tick` of [0, duration()].
    [[nodiscard]] Ticks last_picture(Ticks tick) const;

    // The longest that segments of any entry can get: one and a half segments of groups that
    // last `gop_seconds`, and what rounding to whole frames adds to those.
    static Ticks longest(std::uint32_t gop_seconds, std::uint32_t gops_per_segment);

    // How many of the first segments lie wholly within the first `gops` groups of pictures.
    [[nodiscard]] std::int64_t complete_within(std::int64_t gops) const;

    bool operator==(const Segmentation&) const = default;

  private:
    Segmentation(media::FrameRate rate, std::int64_t frames, Ticks duration,
                 std::int64_t frames_per_gop, std::uint32_t gops_per_segment);

    [[nodiscard]] Ticks start_of_gop(std::int64_t gop) const;

    media::FrameRate rate_;
    std::int64_t frames_;
    Ticks duration_;
    std::int64_t frames_per_gop_;
    std::int64_t gops_;
    std::uint32_t gops_per_segment_;
    std::int64_t count_;
};

}  // namespace matinee::playout
