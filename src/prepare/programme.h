// What picture and sound must know of each other while they are encoded side by side.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "prepare/audio_conformer.h"
#include "prepare/rational.h"

namespace matinee::prepare {

// The picture leads: it says where the programme starts and how long it is. The sound follows,
// held back until the picture has got there, because its end fades out and only the
// picture knows when that is. Decoding of the sound waits when it is too far ahead.
//
// Thread-safe: the picture's, the sound's and the pump's thread meet here.
class Programme {
  public:
    // `frame_rate` of the output, `spare` samples after the picture's end; the last `fade_frames`
    // frames' sound fades out, or just its very end.
    Programme(Rational frame_rate, std::int64_t spare_samples, std::int64_t fade_frames = 0);

    // Linear; 1 until it is set. Before the first push_sound().
    void set_gain(float gain);

    // The picture's thread:
    void picture_starts(std::int64_t origin_ns);
    void picture_reached(std::int64_t frames);
    void picture_ended(std::int64_t frames);

    // The sound's thread. Blocks while ahead of the picture; false when no more is needed.
    bool push_sound(std::int64_t start_ns, std::span<const float> stereo);
    void end_sound();

    // The pump's thread: the next stretch of the programme's sound, blocking for it. Nothing at the
    // end.
    std::optional<std::vector<float>> next_sound();

    // Wakes and ends everybody.
    void cancel();

    [[nodiscard]] std::int64_t dropped_before_start() const;

  private:
    [[nodiscard]] std::int64_t samples_of(std::int64_t frames) const;

    const Rational frame_rate_;
    const std::int64_t spare_samples_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    AudioConformer conformer_;
    std::optional<std::int64_t> origin_ns_;
    std::int64_t reached_ = 0;  // samples of picture so far
    bool picture_ended_ = false;
    bool finished_ = false;
    bool cancelled_ = false;
};

}  // namespace matinee::prepare
