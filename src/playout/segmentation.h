// How an entry is cut into segments.
#pragma once

#include <cstdint>

#include "media/sample_index.h"
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
// The same for every rung, since their groups are the same. Borrows the index of one of them;
// immutable, so thread-safe.
class Segmentation {
  public:
    // `video` must have at least one group of pictures; `gops_per_segment` at least 1.
    Segmentation(const media::TrackIndex& video, std::uint32_t gops_per_segment);

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] Ticks duration() const { return duration_; }

    // Segment `index` of [0, count()).
    [[nodiscard]] EntrySegment at(std::int64_t index) const;

    // The longest that segments of any entry can get: one and a half segments of groups that
    // last `gop_seconds`, and what rounding to whole frames adds to those.
    static Ticks longest(std::uint32_t gop_seconds, std::uint32_t gops_per_segment);

  private:
    [[nodiscard]] Ticks start_of_gop(std::uint64_t gop) const;

    std::span<const media::Chunk> gops_;
    std::uint32_t gops_per_segment_;
    Ticks duration_;
    std::int64_t count_;
};

}  // namespace matinee::playout
