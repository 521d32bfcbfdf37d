// The frame rate of a film from its timestamps. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "prepare/source_info.h"

namespace matinee::prepare {

struct FrameTiming {
    std::int64_t frames = 0;
    std::int64_t first_ns = 0;
    std::int64_t end_ns = 0;  // of the last frame, taking it to last as long as a usual one
    std::int64_t longest_gap_ns = 0;
    Rational average;  // frames per second, 0/1 with fewer than two frames
    Cadence cadence = Cadence::kUnknown;

    bool operator==(const FrameTiming&) const = default;
};

// `timestamps_ns`: presentation times, any order (decode order is fine), duplicates allowed.
//
// Constant means: every timestamp lies within 0.45 of a frame, or 2.5 ms if that is more, of an
// even grid (containers round to milliseconds, and an odd frame lost is still the same rate: up to
// 1 % of the grid's places may be empty). The rate is then that of the grid, exact when it is
// within 0.02 % of one in common use. kUnknown with fewer than three frames.
FrameTiming analyse_timing(std::vector<std::int64_t> timestamps_ns);

// The rate in common use (film, television, and their halves and thirds) that is within a
// relative `tolerance` of `rate`; else `rate` itself.
Rational snap_to_common_rate(Rational rate, double tolerance);

// A gap in one track alone is a still or a silence; one that all tracks have at once is a jump,
// from this length on.
inline constexpr std::int64_t kLongestCommonGapNs = 10'000'000'000;
// No film stands still for longer than this.
inline constexpr std::int64_t kLongestStillNs = 600'000'000'000;

// Finds where the timestamps of a track jump, in the order of the file. Pure.
class JumpFinder {
  public:
    // `backwards_ns`: going back further than this is a jump.
    explicit JumpFinder(std::int64_t backwards_ns = 100'000'000) : backwards_ns_(backwards_ns) {}

    void add(std::int64_t time_ns);

    // Also the gaps that only reconcile_jumps() can judge.
    [[nodiscard]] const std::vector<TimeJump>& jumps() const { return jumps_; }

  private:
    std::int64_t backwards_ns_;
    std::optional<std::int64_t> last_;
    std::int64_t usual_step_ = 0;
    std::vector<TimeJump> jumps_;
};

// The jumps of a picture and its sound together: forward ones stay where both have them, or where
// they are longer than kLongestStillNs. Where both have the same jumps the sound's become as long
// as the picture's, so that they stay together.
void reconcile_jumps(std::vector<TimeJump>& picture, std::vector<TimeJump>& sound);

// Takes the jumps out again: timestamps in, in the order of the file, and out as if time had gone
// on. Pure.
class JumpMender {
  public:
    explicit JumpMender(std::vector<TimeJump> jumps) : jumps_(std::move(jumps)) {}

    // What to add to the timestamps of a buffer whose (decoding) time is `time_ns`.
    std::int64_t offset_at(std::int64_t time_ns);

  private:
    std::vector<TimeJump> jumps_;
    std::size_t next_ = 0;
    std::optional<std::int64_t> last_;
    std::int64_t offset_ = 0;
};

}  // namespace matinee::prepare
