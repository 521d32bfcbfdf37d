#include "media/conform.h"

#include <algorithm>
#include <cstdlib>

namespace matinee::media {

namespace {

// The presentation index of each sample, relative to the first presented one.
Result<std::vector<std::int64_t>> presentation_indices(const FragmentedTrack& track,
                                                       FrameRate rate) {
    const auto& samples = track.samples;
    std::int64_t first = samples.front().presentation_time();
    for (const SampleRef& sample : samples) {
        first = std::min(first, sample.presentation_time());
    }
    const std::int64_t frame_ticks = rate.start_of(1).count();
    std::vector<std::int64_t> indices;
    indices.reserve(samples.size());
    for (const SampleRef& sample : samples) {
        const std::int64_t elapsed = sample.presentation_time() - first;
        const Ticks tick(elapsed * kVideoTimescale / track.config.timescale);
        const std::int64_t index = rate.nearest_frame(tick);
        const std::int64_t off = std::abs((tick - rate.start_of(index)).count());
        if (off > frame_ticks / 4) {
            return fail(ErrorCode::kInvalid,
                        "sample {} is presented {} ticks off the grid of {}/{} frames a second",
                        indices.size(), off, rate.numerator, rate.denominator);
        }
        indices.push_back(index);
    }
    return indices;
}

}  // namespace

Result<ConformedVideo> conform_video(const FragmentedTrack& track, FrameRate rate) {
    if (track.samples.empty()) return fail(ErrorCode::kInvalid, "the track has no samples");
    if (!track.samples.front().sync) {
        return fail(ErrorCode::kInvalid, "the track does not begin with a keyframe");
    }
    const std::vector<std::int64_t> indices = TRY(presentation_indices(track, rate));
    const auto count = static_cast<std::int64_t>(indices.size());

    ConformedVideo video;
    video.timing.reserve(indices.size());
    std::vector<bool> seen(indices.size());
    std::int64_t gop_start = 0;
    Ticks decode{0};
    for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (track.samples[at].sync) {
            gop_start = i;
            video.gop_starts.push_back(at);
            if (indices[at] != i) {
                return fail(ErrorCode::kInvalid,
                            "the keyframe at sample {} is presented as frame {}: the group of "
                            "pictures before it is not closed",
                            i, indices[at]);
            }
        }
        if (indices[at] < gop_start || indices[at] >= count ||
            seen[static_cast<std::size_t>(indices[at])]) {
            return fail(ErrorCode::kInvalid,
                        "sample {} of {} is presented as frame {}: frames are missing or doubled",
                        i, count, indices[at]);
        }
        seen[static_cast<std::size_t>(indices[at])] = true;
        // Each sample lasts as long as its own frame is shown, so every frame ends exactly where
        // the next begins; over a closed group that adds up to the same decode time.
        const Ticks presentation = rate.start_of(indices[at]);
        const Ticks duration = rate.start_of(indices[at] + 1) - presentation;
        video.timing.push_back({static_cast<std::uint32_t>(duration.count()),
                                static_cast<std::int32_t>((presentation - decode).count())});
        decode += duration;
    }
    return video;
}

}  // namespace matinee::media
