// Time in media: integers on a scale, never floating point.
#pragma once

#include <chrono>
#include <cstdint>

namespace matinee::media {

// The clock of a channel and of every video track: 90 kHz. Signed 64 bits last 3 million years.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 90'000>>;

// Samples of 48 kHz audio.
using AudioSamples = std::chrono::duration<std::int64_t, std::ratio<1, 48'000>>;

// AAC access units of 1024 samples at 48 kHz.
using AudioFrames = std::chrono::duration<std::int64_t, std::ratio<1024, 48'000>>;

inline constexpr std::uint32_t kVideoTimescale = 90'000;
inline constexpr std::uint32_t kAudioTimescale = 48'000;

// Where an audio frame grid that starts with the channel has its frame nearest to `tick`
// (half rounds up). Two instants that are equal give equal frames, so consecutive spans
// neither overlap nor leave a gap.
constexpr AudioFrames nearest_audio_frame(Ticks tick) {
    // A frame lasts 1024 * 90000 / 48000 = 1920 ticks exactly.
    constexpr std::int64_t kTicksPerFrame = 1920;
    const std::int64_t shifted = tick.count() + kTicksPerFrame / 2;
    const std::int64_t quotient = shifted / kTicksPerFrame;
    return AudioFrames(shifted % kTicksPerFrame < 0 ? quotient - 1 : quotient);
}

}  // namespace matinee::media

namespace matinee {
using media::Ticks;
}
