#include "media/conform.h"

#include <cstdlib>

namespace matinee::media {

Result<std::vector<SampleTiming>> VideoConformer::add_group(std::span<const Ticks> presentation) {
    if (presentation.empty()) return fail(ErrorCode::kInvalid, "a group of pictures is empty");
    if (frames_ == 0) origin_ = presentation.front();
    const Ticks quarter_frame = rate_.start_of(1) / 4;
    const auto count = static_cast<std::int64_t>(presentation.size());
    std::vector<SampleTiming> timing;
    timing.reserve(presentation.size());
    std::vector<bool> seen(presentation.size());
    Ticks decode = rate_.start_of(frames_);
    for (const Ticks at : presentation) {
        const auto sample = frames_ + static_cast<std::int64_t>(timing.size());
        const Ticks tick = at - origin_;
        if (tick < Ticks(0)) {
            return fail(ErrorCode::kInvalid,
                        "sample {} is presented before the first keyframe: its group of pictures "
                        "is not closed",
                        sample);
        }
        const std::int64_t index = rate_.nearest_frame(tick);
        const Ticks off(std::abs((tick - rate_.start_of(index)).count()));
        if (off > quarter_frame) {
            return fail(ErrorCode::kInvalid,
                        "sample {} is presented {} ticks off the grid of {}/{} frames a second",
                        sample, off.count(), rate_.numerator, rate_.denominator);
        }
        if (timing.empty() && index != frames_) {
            return fail(ErrorCode::kInvalid,
                        "the keyframe at sample {} is presented as frame {}: the group of pictures "
                        "before it is not closed",
                        sample, index);
        }
        const std::int64_t within = index - frames_;
        if (within < 0 || within >= count || seen[static_cast<std::size_t>(within)]) {
            return fail(ErrorCode::kInvalid,
                        "sample {} is presented as frame {}: frames are missing or doubled, or its "
                        "group of pictures is not closed",
                        sample, index);
        }
        seen[static_cast<std::size_t>(within)] = true;
        // Each sample lasts as long as its own frame is shown, so every frame ends exactly where
        // the next begins; over a closed group that adds up to the same decode time.
        const Ticks shown = rate_.start_of(index);
        const Ticks duration = rate_.start_of(index + 1) - shown;
        timing.push_back({static_cast<std::uint32_t>(duration.count()),
                          static_cast<std::int32_t>((shown - decode).count())});
        decode += duration;
    }
    frames_ += count;
    return timing;
}

}  // namespace matinee::media
