#include "prepare/loudness.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>

#include <ebur128.h>

#include "prepare/sound_check.h"
#include "prepare/sound_source.h"

namespace matinee::prepare {
namespace {

using library::Severity;

void destroy_meter(ebur128_state* state) {
    ebur128_destroy(&state);
}

}  // namespace

GainDecision decide_gain(const SoundMeasure& measure, const library::HouseFormat& house) {
    GainDecision decision;
    auto note = [&](Severity severity, std::string code, std::string message) {
        decision.notes.push_back({severity, std::move(code), std::move(message)});
    };
    decision.loudness.integrated_lufs = measure.integrated_lufs;
    decision.loudness.true_peak_dbtp = measure.true_peak_dbtp;
    if (!measure.true_peak_dbtp) {
        note(Severity::kWarning, "silent", "the sound is silent from beginning to end");
        return decision;
    }
    const double headroom = house.true_peak_dbtp - *measure.true_peak_dbtp;
    if (*measure.true_peak_dbtp > 0.0) {
        note(Severity::kWarning, "clipped",
             fmt::format("its peaks ({:.1f} dBTP) are above full scale: it may be distorted",
                         *measure.true_peak_dbtp));
    }
    if (!house.loudness_lufs) {
        decision.loudness.gain_db = std::min(0.0, headroom);
        return decision;
    }
    if (!measure.integrated_lufs) {
        note(Severity::kWarning, "nearly-silent",
             "the sound is too quiet for its loudness to be measured; its level is left alone");
        decision.loudness.gain_db = std::min(0.0, headroom);
        return decision;
    }
    const double wanted = *house.loudness_lufs - *measure.integrated_lufs;
    double gain = wanted;
    if (gain > kMaximumGainDb) {
        gain = kMaximumGainDb;
        note(Severity::kWarning, "very-quiet",
             fmt::format("it is very quiet ({:.1f} LUFS): raised by {:.0f} dB only, to keep its "
                         "noise down",
                         *measure.integrated_lufs, kMaximumGainDb));
    }
    if (gain > headroom) {
        gain = headroom;
        note(Severity::kInfo, "peak-limited",
             fmt::format("its peaks ({:.1f} dBTP) allow {:+.1f} dB instead of {:+.1f} dB",
                         *measure.true_peak_dbtp, gain, wanted));
    }
    decision.loudness.gain_db = gain;
    return decision;
}

Result<SoundMeasure> measure_sound(const std::string& path, const SoundPlan& sound,
                                   std::optional<std::int64_t> picture_start_ns,
                                   const Supervision& supervision, Heartbeat& heartbeat,
                                   const std::function<void(std::int64_t)>& on_progress) {
    const Owned<ebur128_state, destroy_meter> meter(ebur128_init(
        2, 48'000,
        EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_HISTOGRAM));
    if (!meter) return fail(ErrorCode::kExhausted, "not enough memory to measure the loudness");

    SoundMeasure measure;
    SoundCheck check;
    std::atomic<std::int64_t> position = 0;
    // Runs in the streaming thread; `measure` is read only after the pipeline has stopped.
    const auto on_sound = [&](std::int64_t start_ns, std::span<const float> stereo) {
        heartbeat.beat();
        if (!measure.any) measure.first_ns = start_ns;
        measure.any = true;
        measure.end_ns =
            start_ns + static_cast<std::int64_t>(stereo.size() / 2) * 1'000'000'000 / 48'000;
        position.store(measure.end_ns - measure.first_ns, std::memory_order_relaxed);
        check.add(start_ns, stereo);
        ebur128_add_frames_float(meter.get(), stereo.data(), stereo.size() / 2);
        return true;
    };
    const auto source = TRY(SoundSource::open(path, sound, on_sound, [] {}));
    Pipeline* const pipelines[] = {&source->pipeline()};
    Supervision own{supervision.stop, heartbeat, supervision.stall_timeout, [&] {
                        supervision.on_tick();
                        on_progress(position.load(std::memory_order_relaxed));
                    }};
    auto result = run_all(pipelines, own);
    if (!result) {
        const ErrorCode code = result.error().code();
        if (code == ErrorCode::kCancelled || code == ErrorCode::kExhausted) {
            return Unexpected(std::move(result).error());
        }
        measure.damaged = true;
        measure.damage = result.error().to_string();
    }

    double loudness = 0;
    if (ebur128_loudness_global(meter.get(), &loudness) == EBUR128_SUCCESS &&
        std::isfinite(loudness)) {
        measure.integrated_lufs = loudness;
    }
    double peak = 0;
    for (unsigned channel = 0; channel < 2; ++channel) {
        double one = 0;
        if (ebur128_true_peak(meter.get(), channel, &one) == EBUR128_SUCCESS) {
            peak = std::max(peak, one);
        }
    }
    // Below the last bit of 24: digital silence.
    if (peak > 6e-8) measure.true_peak_dbtp = 20.0 * std::log10(peak);
    double range = 0;
    const bool has_range =
        ebur128_loudness_range(meter.get(), &range) == EBUR128_SUCCESS && std::isfinite(range);
    check.report(picture_start_ns ? programme_start_ns(*picture_start_ns, measure.first_ns)
                                  : measure.first_ns,
                 has_range ? std::optional(range) : std::nullopt, measure.notes);
    return measure;
}

}  // namespace matinee::prepare
