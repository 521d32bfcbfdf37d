#include "prepare/programme.h"

#include <algorithm>
#include <cmath>

#include "prepare/frame_pacer.h"

namespace matinee::prepare {
namespace {

constexpr std::int64_t kSampleRate = 48'000;
constexpr std::int64_t kSamplesPerAacFrame = 1024;
constexpr std::int64_t kAheadSamples = 10 * kSampleRate;  // of sound before the picture
constexpr std::int64_t kStretchSamples = kSampleRate;     // handed out at once, at most
constexpr std::int64_t kLeastSamples = kSampleRate / 10;  // worth waking the pump for

std::int64_t ns_to_samples(std::int64_t ns) {
    return static_cast<std::int64_t>(
        std::llround(static_cast<long double>(ns) * kSampleRate / 1e9L));
}

}  // namespace

Programme::Programme(Rational frame_rate, std::int64_t spare_samples, std::int64_t fade_frames)
    : frame_rate_(frame_rate),
      spare_samples_(spare_samples),
      conformer_(1.0F, std::max(AudioConformer::kFadeSamples, samples_of(fade_frames))) {}

void Programme::set_gain(float gain) {
    const std::lock_guard lock(mutex_);
    conformer_.set_gain(gain);
}

std::int64_t Programme::samples_of(std::int64_t frames) const {
    return ns_to_samples(frame_start_ns(frames, frame_rate_));
}

void Programme::picture_starts(std::int64_t origin_ns) {
    const std::lock_guard lock(mutex_);
    origin_ns_ = origin_ns;
    changed_.notify_all();
}

void Programme::picture_reached(std::int64_t frames) {
    const std::lock_guard lock(mutex_);
    reached_ = samples_of(frames);
    changed_.notify_all();
}

void Programme::picture_ended(std::int64_t frames) {
    const std::lock_guard lock(mutex_);
    reached_ = samples_of(frames);
    picture_ended_ = true;
    changed_.notify_all();
}

bool Programme::push_sound(std::int64_t start_ns, std::span<const float> stereo) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return cancelled_ || picture_ended_ || origin_ns_; });
    if (cancelled_ || finished_ || !origin_ns_) return false;
    conformer_.push(ns_to_samples(start_ns - *origin_ns_), stereo);
    changed_.notify_all();
    changed_.wait(lock, [&] {
        return cancelled_ || finished_ || picture_ended_ ||
               conformer_.known_until() - conformer_.taken() < kAheadSamples ||
               // A hole in the sound makes it look far ahead; then the pump has work to do.
               conformer_.known_until() < reached_;
    });
    return !cancelled_ && !finished_;
}

void Programme::end_sound() {
    const std::lock_guard lock(mutex_);
    conformer_.end_input();
    changed_.notify_all();
}

std::optional<std::vector<float>> Programme::next_sound() {
    std::unique_lock lock(mutex_);
    if (finished_) return std::nullopt;
    const auto end = [&] {
        const std::int64_t frames =
            (reached_ + kSamplesPerAacFrame - 1) / kSamplesPerAacFrame * kSamplesPerAacFrame;
        return frames + spare_samples_;
    };
    const auto takeable = [&] {
        const std::int64_t limit = reached_ - conformer_.fade_out();
        return std::min(conformer_.known_until(), limit) - conformer_.taken();
    };
    changed_.wait(lock, [&] {
        return cancelled_ || takeable() >= kLeastSamples ||
               (picture_ended_ && conformer_.known_until() >= reached_);
    });
    if (cancelled_) return std::nullopt;
    if (takeable() >= kLeastSamples) {
        auto stretch = conformer_.take(conformer_.taken() + std::min(takeable(), kStretchSamples));
        changed_.notify_all();
        return stretch;
    }
    finished_ = true;
    changed_.notify_all();
    return conformer_.finish(reached_, end());
}

void Programme::cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
}

std::int64_t Programme::dropped_before_start() const {
    const std::lock_guard lock(mutex_);
    return conformer_.dropped_before_start();
}

}  // namespace matinee::prepare
