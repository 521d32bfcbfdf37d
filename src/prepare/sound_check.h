// What is odd about a film's sound: silence, clipping, sides. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "library/manifest.h"
#include "prepare/stretches.h"

namespace matinee::prepare {

// Gets the sound as it is heard: stereo, 48 kHz, before the gain. Memory does not grow with the
// film.
//
// Reentrant.
class SoundCheck {
  public:
    // Silence: no sample above -60 dBFS, for four seconds.
    static constexpr float kSilence = 0.001F;
    static constexpr std::int64_t kLeastSilenceNs = 4'000'000'000;
    // Clipped: four samples on end of one channel at the same value of at least -0.1 dBFS. A few in
    // a film are chance; so many a minute are not.
    static constexpr float kFullScale = 0.988F;
    static constexpr int kClippedRun = 4;
    static constexpr double kClippedPerMinute = 6;
    // One side: the other is 30 dB quieter. Inverted: the correlation of the sides is below -0.5.
    static constexpr double kOneSided = 1000;
    static constexpr double kInverted = -0.5;
    // EBU R 128 s1 knows no limit; above this, halls complain.
    static constexpr double kWideRange = 20;  // LU

    // Sound that starts at `start_ns` on the file's timeline, interleaved.
    void add(std::int64_t start_ns, std::span<const float> stereo);

    // The notes "silence", "clipping", "one-sided", "phase-inverted" and "wide-loudness-range", for
    // a programme that starts at `origin_ns` on the file's timeline. `range_lu` is the loudness
    // range (EBU Tech 3342), where it could be measured.
    void report(std::int64_t origin_ns, std::optional<double> range_lu,
                std::vector<library::Note>& notes);

  private:
    Stretches silence_{kLeastSilenceNs};
    struct Side {
        float last = 0;
        int run = 0;
        double energy = 0;
    };
    Side sides_[2];
    double product_ = 0;
    std::int64_t clipped_ = 0;
    std::int64_t samples_ = 0;
    std::int64_t end_ns_ = 0;
};

}  // namespace matinee::prepare
