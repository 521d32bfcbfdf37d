#include "prepare/audio_conformer.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace matinee::prepare {

void AudioConformer::push(std::int64_t start, std::span<const float> stereo) {
    auto count = static_cast<std::int64_t>(stereo.size() / 2);
    if (count == 0) return;
    if (any_ && std::llabs(start - expected_) <= kWobbleSamples) start = expected_;
    // What was taken or written already stays: the older sound wins.
    std::int64_t earliest = taken_;
    if (!chunks_.empty()) earliest = std::max(earliest, chunks_.back().end());
    if (start < earliest) {
        const std::int64_t overlap = std::min(earliest - start, count);
        dropped_before_start_ += std::clamp<std::int64_t>(-start, 0, overlap);
        stereo = stereo.subspan(static_cast<std::size_t>(2 * overlap));
        start += overlap;
        count -= overlap;
    }
    any_ = true;
    expected_ = start + count;
    if (count == 0) return;
    chunks_.push_back({start, {stereo.begin(), stereo.begin() + 2 * count}});
}

std::int64_t AudioConformer::known_until() const {
    if (ended_) return std::numeric_limits<std::int64_t>::max();
    return chunks_.empty() ? taken_ : chunks_.back().end();
}

std::vector<float> AudioConformer::take(std::int64_t until) {
    until = std::min(until, known_until());
    if (until <= taken_) return {};
    std::vector<float> taken(static_cast<std::size_t>(2 * (until - taken_)), 0.0F);
    while (!chunks_.empty() && chunks_.front().start < until) {
        Chunk& chunk = chunks_.front();
        const std::int64_t end = std::min(chunk.end(), until);
        const auto samples = static_cast<std::size_t>(2 * (end - chunk.start));
        auto out = taken.begin() + 2 * (chunk.start - taken_);
        for (std::size_t i = 0; i < samples; ++i)
            *out++ = chunk.stereo[i] * gain_;
        if (end == chunk.end()) {
            chunks_.pop_front();
        } else {
            chunk.stereo.erase(chunk.stereo.begin(),
                               chunk.stereo.begin() + static_cast<std::ptrdiff_t>(samples));
            chunk.start = end;
        }
    }
    for (std::int64_t at = taken_; at < std::min(until, kFadeSamples); ++at) {
        const float level = static_cast<float>(at) / kFadeSamples;
        taken[static_cast<std::size_t>(2 * (at - taken_))] *= level;
        taken[static_cast<std::size_t>(2 * (at - taken_) + 1)] *= level;
    }
    taken_ = until;
    return taken;
}

std::vector<float> AudioConformer::finish(std::int64_t programme_end, std::int64_t end) {
    end_input();
    const std::int64_t begin = taken_;
    std::vector<float> rest = take(end);
    for (std::int64_t at = begin; at < end; ++at) {
        const std::int64_t left = programme_end - at;
        if (left >= fade_out_) continue;
        const float level =
            left <= 0 ? 0.0F : static_cast<float>(left) / static_cast<float>(fade_out_);
        rest[static_cast<std::size_t>(2 * (at - begin))] *= level;
        rest[static_cast<std::size_t>(2 * (at - begin) + 1)] *= level;
    }
    return rest;
}

}  // namespace matinee::prepare
