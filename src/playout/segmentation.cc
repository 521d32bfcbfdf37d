#include "playout/segmentation.h"

#include <algorithm>
#include <cassert>

namespace matinee::playout {

Segmentation::Segmentation(media::FrameRate rate, std::int64_t frames, std::int64_t frames_per_gop,
                           std::uint32_t gops_per_segment)
    : Segmentation(rate, frames, rate.start_of(frames), frames_per_gop, gops_per_segment) {}

Segmentation::Segmentation(media::FrameRate rate, std::int64_t frames, Ticks duration,
                           std::int64_t frames_per_gop, std::uint32_t gops_per_segment)
    : rate_(rate),
      frames_(frames),
      duration_(duration),
      frames_per_gop_(frames_per_gop),
      gops_((frames + frames_per_gop - 1) / frames_per_gop),
      gops_per_segment_(gops_per_segment),
      count_((gops_ + gops_per_segment - 1) / gops_per_segment) {
    assert(frames >= 1 && frames_per_gop >= 1 && gops_per_segment >= 1);
    if (count_ > 1) {
        const Ticks last = duration_ - start_of_gop((count_ - 1) * gops_per_segment);
        const Ticks whole = start_of_gop(gops_per_segment);
        if (last * 2 < whole) --count_;
    }
}

Ticks Segmentation::start_of_gop(std::int64_t gop) const {
    const std::int64_t frame = gop * frames_per_gop_;
    return frame < frames_ ? rate_.start_of(frame) : duration_;
}

Segmentation Segmentation::ending_at(Ticks duration) const {
    assert(can_end_at(duration));
    const std::int64_t frames = std::clamp(rate_.nearest_frame(duration), std::int64_t{1}, frames_);
    return {rate_, frames, duration, frames_per_gop_, gops_per_segment_};
}

bool Segmentation::can_end_at(Ticks duration) const {
    return duration > Ticks(0) &&
           (duration <= duration_ || rate_.nearest_frame(duration) <= frames_);
}

Ticks Segmentation::last_boundary(Ticks tick) const {
    std::int64_t low = 0;  // segments that end by `tick`: at least so many
    std::int64_t high = count_;
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        if (at(middle - 1).end() <= tick) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low == 0 ? Ticks(0) : at(low - 1).end();
}

EntrySegment Segmentation::at(std::int64_t index) const {
    assert(index >= 0 && index < count_);
    const std::int64_t first = index * gops_per_segment_;
    const bool last = index + 1 == count_;
    const std::int64_t end = last ? gops_ : first + gops_per_segment_;
    EntrySegment segment;
    segment.first_gop = static_cast<std::uint32_t>(first);
    segment.gop_count = static_cast<std::uint32_t>(end - first);
    segment.pictures =
        std::min(end * frames_per_gop_, frames_) - std::min(first * frames_per_gop_, frames_);
    segment.start = start_of_gop(first);
    segment.duration = start_of_gop(end) - segment.start;
    return segment;
}

std::int64_t Segmentation::first_from(Ticks from) const {
    if (from <= Ticks(0)) return 0;
    std::int64_t low = 0;  // the first segment that ends behind `from`
    std::int64_t high = count_ - 1;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (at(middle).end() > from) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    const EntrySegment segment = at(low);
    if (segment.start == from || low + 1 == count_) return low;
    return (segment.end() - from) * 2 < start_of_gop(gops_per_segment_) ? low + 1 : low;
}

EntrySegment Segmentation::at_from(std::int64_t index, Ticks from) const {
    EntrySegment segment = at(index);
    const std::int64_t frame = rate_.nearest_frame(from);
    const std::int64_t gop = frame / frames_per_gop_;
    const std::int64_t end = std::int64_t{segment.first_gop} * frames_per_gop_ + segment.pictures;
    segment.gop_count += segment.first_gop - static_cast<std::uint32_t>(gop);
    segment.first_gop = static_cast<std::uint32_t>(gop);
    segment.skipped = frame - gop * frames_per_gop_;
    segment.pictures = end - frame;
    segment.duration = segment.end() - from;
    segment.start = from;
    return segment;
}

Ticks Segmentation::last_picture(Ticks tick) const {
    std::int64_t frame = std::min(rate_.nearest_frame(tick), frames_ - 1);
    if (rate_.start_of(frame) > tick) --frame;
    return rate_.start_of(frame);
}

std::int64_t Segmentation::complete_within(std::int64_t gops) const {
    if (gops >= gops_) return count_;
    // The last segment ends with the entry, all others after their share of groups.
    return std::min(gops / gops_per_segment_, count_ - 1);
}

Ticks Segmentation::longest(std::uint32_t gop_seconds, std::uint32_t gops_per_segment) {
    // A group of whole frames nearest to gop_seconds is off by half a frame at most; the slowest
    // house rate has 24000/1001 frames a second, so half a frame is below 1900 ticks.
    constexpr Ticks kHalfFrame{1900};
    const Ticks segment =
        gops_per_segment * (Ticks(std::chrono::seconds(gop_seconds)) + kHalfFrame);
    return segment + segment / 2;
}

}  // namespace matinee::playout
