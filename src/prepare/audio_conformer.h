// From decoded sound as it comes to one unbroken stretch of stereo that fits the picture.
//
// Pure. Positions are samples of 48 kHz counted from the first picture; samples are interleaved
// stereo floats.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace matinee::prepare {

// Holes are filled with silence, overlaps and what lies before the picture are dropped, a gain is
// applied, the edges of the programme fade in and out so that they do not click, or it fades out
// for all to hear, and the end is padded or cut.
//
// Timestamps of decoders wobble; up to 40 ms of difference between a timestamp and the count of
// samples is believed to be wobble and the samples are joined without a seam.
//
// Reentrant.
class AudioConformer {
  public:
    static constexpr std::int64_t kFadeSamples = 480;     // 10 ms
    static constexpr std::int64_t kWobbleSamples = 1920;  // 40 ms

    // `fade_out`: samples at the programme's end.
    explicit AudioConformer(float gain = 1.0F, std::int64_t fade_out = kFadeSamples)
        : gain_(gain), fade_out_(fade_out) {}

    // Applied to what is pushed from now on.
    void set_gain(float gain) { gain_ = gain; }

    // Sound that starts at `start`, which may be negative.
    void push(std::int64_t start, std::span<const float> stereo);

    // No more sound comes: from here on there is silence.
    void end_input() { ended_ = true; }

    // The sound from where the last call ended up to `until`, or as much as is known. Only call
    // with `until` at least fade_out() before the programme's end.
    std::vector<float> take(std::int64_t until);

    // The rest: faded out to `programme_end`, then silence until `end`. Ends the input.
    std::vector<float> finish(std::int64_t programme_end, std::int64_t end);

    [[nodiscard]] std::int64_t fade_out() const { return fade_out_; }
    // How far the sound is known (everything, once the input has ended).
    [[nodiscard]] std::int64_t known_until() const;
    // How far it has been taken.
    [[nodiscard]] std::int64_t taken() const { return taken_; }
    // Samples dropped because they lay before the first picture.
    [[nodiscard]] std::int64_t dropped_before_start() const { return dropped_before_start_; }

  private:
    struct Chunk {
        std::int64_t start;
        std::vector<float> stereo;
        [[nodiscard]] std::int64_t end() const {
            return start + static_cast<std::int64_t>(stereo.size() / 2);
        }
    };

    float gain_;
    std::int64_t fade_out_;
    bool ended_ = false;
    bool any_ = false;
    std::int64_t expected_ = 0;  // where the next input sample belongs if it joins seamlessly
    std::int64_t taken_ = 0;
    std::int64_t dropped_before_start_ = 0;
    std::deque<Chunk> chunks_;  // in order, without overlap, all at or after taken_
};

}  // namespace matinee::prepare
