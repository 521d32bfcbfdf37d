#include "samples/marks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace matinee::samples {
namespace {

constexpr double kBeepAmplitude = 0.35;
constexpr double kBedAmplitude = 0.02;  // 25 dB below the beep: a plain threshold tells them apart

// In nominal frames. Sums to 16, so that no pattern of steps falls in step with the seconds.
constexpr std::array kVariableSteps = {1, 1, 2, 1, 3, 1, 1, 2, 1, 2, 1};

// A just chord over the root, and what each speaker plays of it.
constexpr std::array kChord = {1.0, 1.25, 1.5, 0.25, 2.0, 2.5};

double turn(double phase) {
    return std::sin(2 * std::numbers::pi * phase);
}

}  // namespace

std::vector<nanoseconds> frame_times(int rate_numerator, int rate_denominator, Timing timing,
                                     nanoseconds length) {
    std::vector<nanoseconds> times;
    std::int64_t tick = 0;  // in nominal frames
    for (std::size_t i = 0;; ++i) {
        const nanoseconds time(tick * 1'000'000'000 * rate_denominator / rate_numerator);
        if (time >= length) return times;
        times.push_back(time);
        tick += timing == Timing::kVariable ? kVariableSteps[i % kVariableSteps.size()] : 1;
    }
}

std::vector<nanoseconds> flash_times(std::span<const nanoseconds> times) {
    std::vector<nanoseconds> flashes;
    for (auto at = times.begin();;) {
        at = std::lower_bound(
            at, times.end(),
            nanoseconds(std::chrono::seconds(static_cast<std::int64_t>(flashes.size()) + 1)));
        if (at == times.end()) return flashes;
        flashes.push_back(*at);
    }
}

bool is_flash(nanoseconds time, std::span<const nanoseconds> flashes) {
    const auto after = std::upper_bound(flashes.begin(), flashes.end(), time);
    return after != flashes.begin() && time < *(after - 1) + kFlashLength;
}

std::array<bool, kCodeCells> code_cells(std::uint32_t frame) {
    std::array<bool, kCodeCells> cells = {true};
    for (std::size_t i = 0; i < kCodeBits; ++i) {
        cells[1 + i] = (frame >> (kCodeBits - 1 - i) & 1) != 0;
    }
    return cells;
}

int channels_of(Layout layout) {
    switch (layout) {
        case Layout::kMono:
            return 1;
        case Layout::kStereo:
            return 2;
        case Layout::kSurround51:
            return 6;
    }
    return 0;
}

void fill_sound(std::span<std::int16_t> samples, std::int64_t first, int sample_rate, Layout layout,
                double root, std::span<const nanoseconds> flashes) {
    const int channels = channels_of(layout);
    std::vector<std::int64_t> beeps;
    beeps.reserve(flashes.size());
    for (const nanoseconds flash : flashes) {
        beeps.push_back((flash.count() * sample_rate + 500'000'000) / 1'000'000'000);
    }
    const std::int64_t beep_length = kBeepLength.count() * sample_rate / 1'000'000'000;

    for (std::size_t i = 0; i < samples.size(); ++i) {
        const std::int64_t at = first + static_cast<std::int64_t>(i) / channels;
        const std::size_t channel = i % static_cast<std::size_t>(channels);
        const double time = static_cast<double>(at) / sample_rate;

        const double swell = 0.75 + 0.25 * turn(time / 5 + static_cast<double>(channel) / 7);
        double value = kBedAmplitude * swell * turn(root * kChord[channel] * time);

        const bool speaks = layout != Layout::kSurround51 || channel == 2;
        const auto beep = std::upper_bound(beeps.begin(), beeps.end(), at);
        if (speaks && beep != beeps.begin() && at - *(beep - 1) < beep_length) {
            const auto since = static_cast<double>(at - *(beep - 1));
            value += kBeepAmplitude * turn(kBeepFrequency * since / sample_rate);
        }
        samples[i] = static_cast<std::int16_t>(std::lround(value * 32767));
    }
}

}  // namespace matinee::samples
