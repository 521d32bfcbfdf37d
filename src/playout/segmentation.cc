#include "playout/segmentation.h"

#include <algorithm>
#include <cassert>

namespace matinee::playout {

Segmentation::Segmentation(const media::TrackIndex& video, std::uint32_t gops_per_segment)
    : gops_(video.chunks), gops_per_segment_(gops_per_segment), duration_(video.duration()) {
    assert(!gops_.empty() && gops_per_segment >= 1);
    const std::uint64_t gops = gops_.size();
    const std::uint64_t pieces = (gops + gops_per_segment - 1) / gops_per_segment;
    count_ = static_cast<std::int64_t>(pieces);
    if (pieces > 1) {
        const Ticks last = duration_ - start_of_gop((pieces - 1) * gops_per_segment);
        const Ticks whole = start_of_gop(gops_per_segment);
        if (last * 2 < whole) --count_;
    }
}

Ticks Segmentation::start_of_gop(std::uint64_t gop) const {
    return gop < gops_.size() ? Ticks(gops_[gop].decode_time) : duration_;
}

EntrySegment Segmentation::at(std::int64_t index) const {
    assert(index >= 0 && index < count_);
    const auto first = static_cast<std::uint64_t>(index) * gops_per_segment_;
    const bool last = index + 1 == count_;
    const std::uint64_t end = last ? gops_.size() : first + gops_per_segment_;
    EntrySegment segment;
    segment.first_gop = static_cast<std::uint32_t>(first);
    segment.gop_count = static_cast<std::uint32_t>(end - first);
    segment.start = start_of_gop(first);
    segment.duration = start_of_gop(end) - segment.start;
    return segment;
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
