// The sound of a film, decoded to 48 kHz stereo floats.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "prepare/pipeline.h"
#include "prepare/plan.h"

namespace matinee::prepare {

// Decodes one audio stream of a file, resampled and mixed down, to callbacks. The callbacks run
// in a streaming thread of GStreamer; they may block, which holds the decoding back.
class SoundSource {
  public:
    // Sound that starts at `start_ns` on the file's timeline, interleaved stereo at 48 kHz.
    // Returns false to stop.
    using OnSound = std::function<bool(std::int64_t start_ns, std::span<const float> stereo)>;
    using OnEnd = std::function<void()>;

    static Result<std::unique_ptr<SoundSource>> open(const std::string& path,
                                                     const SoundPlan& sound, OnSound on_sound,
                                                     OnEnd on_end);

    SoundSource(const SoundSource&) = delete;
    SoundSource& operator=(const SoundSource&) = delete;
    ~SoundSource();

    [[nodiscard]] Pipeline& pipeline();

  private:
    struct State;
    explicit SoundSource(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace matinee::prepare
