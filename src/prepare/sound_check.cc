#include "prepare/sound_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace matinee::prepare {

using library::Severity;

void SoundCheck::add(std::int64_t start, std::span<const float> stereo) {
    if (stereo.size() < 2) return;
    const auto time_of = [&](std::size_t sample) {
        return start + static_cast<std::int64_t>(sample) * 1'000'000'000 / 48'000;
    };
    // A hole in the sound is silence too.
    if (samples_ > 0 && start > end_ns_ + 100'000'000) silence_.mark(end_ns_, true);
    // In blocks of 20 ms: a wave passes zero all the time.
    constexpr std::size_t kBlock = 960;
    const std::size_t count = stereo.size() / 2;
    for (std::size_t begin = 0; begin < count; begin += kBlock) {
        const std::size_t end = std::min(begin + kBlock, count);
        float peak = 0;
        for (std::size_t i = begin; i < end; ++i) {
            for (std::size_t side = 0; side < 2; ++side) {
                const float sample = stereo[2 * i + side];
                Side& heard = sides_[side];
                const float level = std::abs(sample);
                peak = std::max(peak, level);
                heard.energy += double(sample) * sample;
                const bool flat = level >= kFullScale && std::abs(sample - heard.last) < 1e-4F;
                heard.run = flat ? heard.run + 1 : 1;
                if (heard.run == kClippedRun) ++clipped_;
                heard.last = sample;
            }
            product_ += double(stereo[2 * i]) * stereo[2 * i + 1];
        }
        silence_.mark(time_of(begin), peak < kSilence);
    }
    samples_ += static_cast<std::int64_t>(count);
    end_ns_ = std::max(end_ns_, time_of(count));
}

void SoundCheck::report(std::int64_t origin, std::optional<double> range,
                        std::vector<library::Note>& notes) {
    silence_.finish(end_ns_);
    const double left = sides_[0].energy;
    const double right = sides_[1].energy;
    // Silent from end to end is said elsewhere.
    if (samples_ == 0 || left + right < double(samples_) * kSilence * kSilence) return;
    if (silence_.count() > 0) {
        notes.push_back({Severity::kInfo, "silence",
                         fmt::format("the sound is silent at {}", silence_.text(origin))});
    }
    const double minutes = static_cast<double>(samples_) / 48'000 / 60;
    if (static_cast<double>(clipped_) > std::max(kClippedPerMinute * minutes, 3.0)) {
        notes.push_back({Severity::kWarning, "clipping",
                         fmt::format("the sound is cut off at full scale in {} places: it is "
                                     "distorted; a mix with more headroom would not be",
                                     clipped_)});
    }
    if (left > kOneSided * right || right > kOneSided * left) {
        notes.push_back({Severity::kWarning, "one-sided",
                         fmt::format("the sound is on the {} side only; left as it is",
                                     left > right ? "left" : "right")});
    } else if (product_ < kInverted * std::sqrt(left * right)) {
        notes.push_back({Severity::kWarning, "phase-inverted",
                         "the two sides of the sound cancel each other out (one is inverted): on a "
                         "single loudspeaker it will be thin or gone; left as it is"});
    }
    if (range && *range > kWideRange) {
        notes.push_back(
            {Severity::kInfo, "wide-loudness-range",
             fmt::format("its loudness range is {:.0f} LU: quiet parts may be too quiet "
                         "in a hall",
                         *range)});
    }
}

}  // namespace matinee::prepare
