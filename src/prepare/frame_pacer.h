// From frames as they come to frames at a constant rate.
//
// Pure: times in, repeat counts out. The worker's video path asks it, for each decoded frame,
// how often the frame before it is to be encoded.
#pragma once

#include <cstdint>
#include <optional>

#include "prepare/rational.h"

namespace matinee::prepare {

// Output frame n covers [n/rate, (n+1)/rate) counted from the first frame's timestamp and shows
// the input frame that is on the screen in the middle of that interval. A source of the same
// rate therefore maps one to one even when its timestamps are rounded to milliseconds (Matroska)
// or jitter by less than half a frame.
//
// Reentrant.
class FramePacer {
  public:
    // `minimum_frames`: a source with fewer holds its last frame.
    FramePacer(Rational rate, std::int64_t minimum_frames);

    // A frame begins at `start` and lasts `duration` nanoseconds (zero or less: unknown).
    // Returns how many output frames the frame *before* this one fills; the caller keeps that
    // one until then. Frames that go back in time fill none and replace nothing earlier.
    std::int64_t next(std::int64_t start_ns, std::int64_t duration_ns);

    // No more frames: how many output frames the last one fills. At least one if there was any
    // input, at least what makes up `minimum_frames`.
    std::int64_t finish();

    // Output frames so far.
    [[nodiscard]] std::int64_t frames() const { return emitted_; }

    // The timestamp of the first frame, what the audio is aligned to.
    [[nodiscard]] std::optional<std::int64_t> origin_ns() const { return origin_; }

  private:
    std::int64_t fill_until(std::int64_t end_ns);

    Rational rate_;
    std::int64_t minimum_frames_;
    std::optional<std::int64_t> origin_;
    std::int64_t last_start_ = 0;
    std::int64_t last_duration_ = 0;
    std::int64_t emitted_ = 0;
};

// When output frame `n` starts, rounded to the nearest nanosecond: no drift over any n.
std::int64_t frame_start_ns(std::int64_t n, Rational rate);

}  // namespace matinee::prepare
