// How loud a film is, and what to do about it (EBU R 128, ITU-R BS.1770-4).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/house_format.h"
#include "library/manifest.h"
#include "prepare/pipeline.h"
#include "prepare/plan.h"

namespace matinee::prepare {

// What the first pass over the sound heard, after the mix to stereo.
struct SoundMeasure {
    std::optional<double> integrated_lufs;  // unset when all of it is below the absolute gate
    std::optional<double> true_peak_dbtp;   // unset for digital silence
    std::int64_t first_ns = 0;              // of the first and past the last sample
    std::int64_t end_ns = 0;
    std::vector<library::Note> notes;  // of SoundCheck
    bool any = false;                  // at least one sample came out of the decoder
    bool damaged = false;              // it ended with an error; what came before was measured
    std::string damage;                // GStreamer's words for it
};

// The most a quiet film is raised. Room tone raised by more is just noise.
inline constexpr double kMaximumGainDb = 20.0;

struct GainDecision {
    library::Loudness loudness;
    std::vector<library::Note> notes;
};

// The gain to `house.loudness_lufs` that keeps the true peak at or below `house.true_peak_dbtp`,
// at most kMaximumGainDb; 0 for silence. With no loudness wanted, only peaks above the ceiling are
// brought down. Pure.
GainDecision decide_gain(const SoundMeasure& measure, const library::HouseFormat& house);

// Decodes the stream and measures it. `on_progress` gets the position (ns since the first
// sample) from the calling thread. A stream that breaks is not an error but `damaged`; kCancelled
// and kExhausted are.
// `picture_start_ns`, where there is a picture, is what the notes' times go by.
Result<SoundMeasure> measure_sound(const std::string& path, const SoundPlan& sound,
                                   std::optional<std::int64_t> picture_start_ns,
                                   const Supervision& supervision, Heartbeat& heartbeat,
                                   const std::function<void(std::int64_t)>& on_progress);

}  // namespace matinee::prepare
