// From what an encoder hands out to what the library keeps: times on the exact frame grid, group
// of pictures by group of pictures.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "media/frame_rate.h"

namespace matinee::media {

// A sample, placed.
struct SampleTiming {
    std::uint32_t duration = 0;           // 90 kHz
    std::int32_t composition_offset = 0;  // 90 kHz, signed

    bool operator==(const SampleTiming&) const = default;
};

// Puts the groups of pictures of a constant-rate track on the grid of `rate`: frame n is
// presented from rate.start_of(n) to rate.start_of(n + 1), decode times run from zero and meet the
// grid at every keyframe. What the encoder adds to all times (its delay, its own origin) is taken
// out, so that the first frame is presented at zero and composition offsets are signed.
//
// Thread-bound.
class VideoConformer {
  public:
    explicit VideoConformer(FrameRate rate) : rate_(rate) {}

    // The next group, whose samples are presented at `presentation` (90 kHz, from any origin that
    // is the same for the whole track), in decode order; the first is the keyframe.
    //
    // kInvalid when a frame is missing, doubled or off the grid by more than a quarter of a frame,
    // or when the group is not closed: such a track cannot be spliced. The conformer is of no
    // further use then.
    Result<std::vector<SampleTiming>> add_group(std::span<const Ticks> presentation);

    // Frames of all groups so far.
    [[nodiscard]] std::int64_t frames() const { return frames_; }

  private:
    FrameRate rate_;
    std::int64_t frames_ = 0;
    Ticks origin_{0};
};

}  // namespace matinee::media
