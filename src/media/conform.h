// From what an encoder and muxer wrote to what the library keeps: times on the exact frame
// grid, groups of pictures as chunks, no priming.
#pragma once

#include <vector>

#include "base/result.h"
#include "media/fragment.h"
#include "media/frame_rate.h"
#include "media/sample_index.h"

namespace matinee::media {

// Samples [first, first + count) in decode order, placed. `times` has one entry a sample.
struct SampleTiming {
    std::uint32_t duration = 0;           // 90 kHz
    std::int32_t composition_offset = 0;  // 90 kHz, signed

    bool operator==(const SampleTiming&) const = default;
};

struct ConformedVideo {
    std::vector<SampleTiming> timing;     // one a sample, decode order
    std::vector<std::size_t> gop_starts;  // indices of the first samples
};

// Puts a constant-rate track on the grid of `rate`: frame n is presented from rate.start_of(n) to
// rate.start_of(n + 1), decode times run from zero and meet the grid at every keyframe, and the first sample is presented first (the
// muxer's initial composition offset, which only an edit list could undo, is taken out; signed
// offsets allow that).
//
// Fails with kInvalid when a frame is missing, doubled or off the grid by more than a quarter of
// a frame, or when a group of pictures is not closed: such a track cannot be spliced.
Result<ConformedVideo> conform_video(const FragmentedTrack& track, FrameRate rate);

}  // namespace matinee::media
