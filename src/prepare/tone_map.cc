#include "prepare/tone_map.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace matinee::prepare {
namespace {

// R'G'B' in 12 bits, 0 to 4095; 2^6 intervals of 2^6 an axis, the last node stands for 4096.
constexpr int kStepBits = 6;
constexpr int kStep = 1 << kStepBits;
constexpr int kNodes = 4096 / kStep + 1;
constexpr int kMost = 4095;
constexpr int kUnit = 64;  // of the output values
constexpr int kMatrixBits = 12;

struct Rgb {
    double r, g, b;
};

// SMPTE ST 2084.
constexpr double kM1 = 2610.0 / 16384;
constexpr double kM2 = 2523.0 / 4096 * 128;
constexpr double kC1 = 3424.0 / 4096;
constexpr double kC2 = 2413.0 / 4096 * 32;
constexpr double kC3 = 2392.0 / 4096 * 32;

double pq_to_light(double signal) {
    const double root = std::pow(std::clamp(signal, 0.0, 1.0), 1 / kM2);
    return 10'000 * std::pow(std::max(root - kC1, 0.0) / (kC2 - kC3 * root), 1 / kM1);
}

double light_to_pq(double light) {
    const double root = std::pow(std::clamp(light / 10'000, 0.0, 1.0), kM1);
    return std::pow((kC1 + kC2 * root) / (1 + kC3 * root), kM2);
}

// ITU-R BT.2100-2 table 5: the signal to light of the scene, 0 to 1.
double hlg_to_scene(double signal) {
    constexpr double kA = 0.17883277;
    constexpr double kB = 0.28466892;
    constexpr double kC = 0.55991073;
    signal = std::clamp(signal, 0.0, 1.0);
    return signal <= 0.5 ? signal * signal / 3 : (std::exp((signal - kC) / kA) + kB) / 12;
}

struct LumaWeights {
    double red, blue;
};
LumaWeights weights_of(Matrix matrix) {
    switch (matrix) {
        case Matrix::kBt2020:
            return {0.2627, 0.0593};
        case Matrix::kBt709:
            return {0.2126, 0.0722};
        case Matrix::kBt601:
            return {0.299, 0.114};
    }
    return {0.2627, 0.0593};
}

Rgb to_rgb(const HdrFormat& format, const Colour& ycbcr) {
    const bool full = format.range == Range::kFull;
    const double y = full ? ycbcr[0] / 1023 : (ycbcr[0] - 64) / 876;
    const double blue = (ycbcr[1] - 512) / (full ? 1023 : 896);
    const double red = (ycbcr[2] - 512) / (full ? 1023 : 896);
    const LumaWeights weights = weights_of(format.matrix);
    const double r = y + 2 * (1 - weights.red) * red;
    const double b = y + 2 * (1 - weights.blue) * blue;
    const double g = (y - weights.red * r - weights.blue * b) / (1 - weights.red - weights.blue);
    return {r, g, b};
}

// cd/m2 on the mastering display.
Rgb to_light(const HdrFormat& format, const Rgb& signal) {
    if (format.transfer == Transfer::kPq) {
        return {pq_to_light(signal.r), pq_to_light(signal.g), pq_to_light(signal.b)};
    }
    const Rgb scene{hlg_to_scene(signal.r), hlg_to_scene(signal.g), hlg_to_scene(signal.b)};
    const double luminance = 0.2627 * scene.r + 0.6780 * scene.g + 0.0593 * scene.b;
    const double gain = luminance > 0 ? kUsualPeak * std::pow(luminance, 0.2) : 0.0;
    return {gain * scene.r, gain * scene.g, gain * scene.b};
}

// Linear light, from the xy coordinates of the primaries, D65 white.
Rgb to_bt709(Primaries primaries, const Rgb& light) {
    switch (primaries) {
        case Primaries::kBt2020:
            return {1.6605 * light.r - 0.5877 * light.g - 0.0728 * light.b,
                    -0.1246 * light.r + 1.1330 * light.g - 0.0084 * light.b,
                    -0.0182 * light.r - 0.1006 * light.g + 1.1188 * light.b};
        case Primaries::kP3:
            return {1.2249 * light.r - 0.2249 * light.g, -0.0420 * light.r + 1.0420 * light.g,
                    -0.0197 * light.r - 0.0786 * light.g + 1.0983 * light.b};
        case Primaries::kBt709:
            break;
    }
    return light;
}

// Away from below zero, towards the grey of the same luminance.
Rgb without_negatives(const Rgb& colour) {
    const double grey = std::max(0.2126 * colour.r + 0.7152 * colour.g + 0.0722 * colour.b, 0.0);
    double keep = 1;
    for (const double part : {colour.r, colour.g, colour.b}) {
        if (part < 0) keep = std::min(keep, grey / (grey - part));
    }
    const auto move = [&](double part) { return std::max(grey + keep * (part - grey), 0.0); };
    return {move(colour.r), move(colour.g), move(colour.b)};
}

std::size_t node(int r, int g, int b) {
    return static_cast<std::size_t>((b * kNodes + g) * kNodes + r);
}

// R'G'B' of the source to Y'CbCr of SDR.
Colour mapped_rgb(const HdrFormat& format, const Rgb& signal) {
    const Rgb light = without_negatives(to_bt709(format.primaries, to_light(format, signal)));
    const double brightest = std::max({light.r, light.g, light.b});
    const double peak = format.transfer == Transfer::kHlg ? kUsualPeak : format.peak;
    const double gain = brightest > 0 ? tone_curve(brightest, peak) / brightest / kSdrWhite : 0.0;
    const Rgb sdr{gain * light.r, gain * light.g, gain * light.b};
    constexpr double kInverseGamma = 1 / 2.4;
    const double r = std::pow(sdr.r, kInverseGamma);
    const double g = std::pow(sdr.g, kInverseGamma);
    const double b = std::pow(sdr.b, kInverseGamma);
    const double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return {16 + 219 * y, 128 + 224 * (b - y) / 1.8556, 128 + 224 * (r - y) / 1.5748};
}

// The path along the edges of a lattice cell, from its first corner to its last, whose corners
// enclose the colour; the weight of each corner in parts of kStep.
struct Corners {
    std::array<std::size_t, 4> at;
    std::array<int, 4> weight;
};
Corners corners_of(const std::array<int, 3>& rgb) {
    struct Axis {
        int part;
        std::size_t step;
    };
    Axis first{rgb[0] & (kStep - 1), 1};
    Axis second{rgb[1] & (kStep - 1), kNodes};
    Axis third{rgb[2] & (kStep - 1), std::size_t{kNodes} * kNodes};
    const std::size_t all = first.step + second.step + third.step;
    if (first.part < second.part) std::swap(first, second);
    if (second.part < third.part) std::swap(second, third);
    if (first.part < second.part) std::swap(first, second);
    const std::size_t at = node(rgb[0] >> kStepBits, rgb[1] >> kStepBits, rgb[2] >> kStepBits);
    return {{at, at + first.step, at + first.step + second.step, at + all},
            {kStep - first.part, first.part - second.part, second.part - third.part, third.part}};
}

int rounded(int value, int unit) {
    return (value + unit / 2) / unit;
}

}  // namespace

double tone_curve(double light, double peak) {
    peak = std::clamp(peak, kLeastPeak, kMostPeak);
    const double source = light_to_pq(peak);
    const double most = light_to_pq(kSdrWhite) / source;
    const double knee = 1.5 * most - 0.5;
    const double signal = std::min(light_to_pq(light) / source, 1.0);
    if (signal <= knee) return light;
    const double t = (signal - knee) / (1 - knee);
    const double t2 = t * t;
    const double t3 = t2 * t;
    const double mapped =
        (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * most;
    return pq_to_light(mapped * source);
}

Colour tone_mapped(const HdrFormat& format, const Colour& ycbcr) {
    return mapped_rgb(format, to_rgb(format, ycbcr));
}

ToneMap::ToneMap(const HdrFormat& format)
    : luma_(std::size_t{kNodes} * kNodes * kNodes), chroma_(luma_.size()) {
    for (int b = 0; b < kNodes; ++b) {
        for (int g = 0; g < kNodes; ++g) {
            for (int r = 0; r < kNodes; ++r) {
                const auto part = [](int at) { return double(at) * kStep / kMost; };
                const Colour mapped = mapped_rgb(format, {part(r), part(g), part(b)});
                const auto fixed = [](double value) {
                    return static_cast<std::uint16_t>(std::lround(value * kUnit));
                };
                luma_[node(r, g, b)] = fixed(mapped[0]);
                chroma_[node(r, g, b)] = {fixed(mapped[1]), fixed(mapped[2])};
            }
        }
    }
    // The matrix is linear: its columns are what the unit of each of Y', Cb and Cr adds.
    const Rgb origin = to_rgb(format, {0, 0, 0});
    for (std::size_t column = 0; column < 3; ++column) {
        Colour unit{};
        unit[column] = 1;
        const Rgb rgb = to_rgb(format, unit);
        const auto fixed = [](double value) {
            return static_cast<int>(std::lround(value * kMost * (1 << kMatrixBits)));
        };
        matrix_[column] = {fixed(rgb.r - origin.r), fixed(rgb.g - origin.g),
                           fixed(rgb.b - origin.b)};
    }
    const auto fixed = [](double value) {
        return static_cast<int>(std::lround((value * kMost + 0.5) * (1 << kMatrixBits)));
    };
    origin_ = {fixed(origin.r), fixed(origin.g), fixed(origin.b)};
}

std::array<int, 3> ToneMap::rgb(int y, int cb, int cr) const {
    std::array<int, 3> rgb{};
    for (std::size_t i = 0; i < 3; ++i) {
        const int value = origin_[i] + y * matrix_[0][i] + cb * matrix_[1][i] + cr * matrix_[2][i];
        rgb[i] = std::clamp(value >> kMatrixBits, 0, kMost);
    }
    return rgb;
}

int ToneMap::luma(int y, int cb, int cr) const {
    const Corners corners = corners_of(rgb(y, cb, cr));
    int sum = 0;
    for (std::size_t i = 0; i < 4; ++i)
        sum += corners.weight[i] * luma_[corners.at[i]];
    return sum / kStep;
}

std::array<int, 3> ToneMap::pixel(int y, int cb, int cr) const {
    const Corners corners = corners_of(rgb(y, cb, cr));
    std::array<int, 3> sum{};
    for (std::size_t i = 0; i < 4; ++i) {
        sum[0] += corners.weight[i] * luma_[corners.at[i]];
        sum[1] += corners.weight[i] * chroma_[corners.at[i]][0];
        sum[2] += corners.weight[i] * chroma_[corners.at[i]][1];
    }
    return {sum[0] / kStep, sum[1] / kStep, sum[2] / kStep};
}

void ToneMap::convert(std::size_t width, std::size_t height,
                      const std::array<Plane<const std::uint16_t>, 3>& from,
                      const std::array<Plane<std::uint8_t>, 3>& to) const {
    constexpr std::uint16_t kLargest = 1023;
    for (std::size_t row = 0; row < height; ++row) {
        const std::uint16_t* y = from[0].data + row * from[0].stride;
        const std::uint16_t* cb = from[1].data + row * from[1].stride;
        const std::uint16_t* cr = from[2].data + row * from[2].stride;
        std::uint8_t* out = to[0].data + row * to[0].stride;
        for (std::size_t x = 0; x < width; ++x) {
            out[x] = static_cast<std::uint8_t>(
                rounded(luma(std::min(y[x], kLargest), std::min(cb[x], kLargest),
                             std::min(cr[x], kLargest)),
                        kUnit));
        }
    }
    // A chroma sample stands on every other pixel of a row (MPEG-2: on its left), between two
    // rows: the mean of a column of two, with the neighbours at half weight.
    for (std::size_t row = 0; row < (height + 1) / 2; ++row) {
        for (std::size_t x = 0; x < (width + 1) / 2; ++x) {
            std::array<int, 3> sum{};
            for (const std::size_t at_row : {2 * row, std::min(2 * row + 1, height - 1)}) {
                const std::size_t here = 2 * x;
                const std::size_t left = here > 0 ? here - 1 : here;
                const std::size_t right = std::min(here + 1, width - 1);
                for (std::size_t plane = 0; plane < 3; ++plane) {
                    const std::uint16_t* line = from[plane].data + at_row * from[plane].stride;
                    sum[plane] += std::min(line[left], kLargest) +
                                  2 * std::min(line[here], kLargest) +
                                  std::min(line[right], kLargest);
                }
            }
            const auto mean = [&](std::size_t plane) { return rounded(sum[plane], 8); };
            const std::array<int, 3> mapped = pixel(mean(0), mean(1), mean(2));
            to[1].data[row * to[1].stride + x] =
                static_cast<std::uint8_t>(rounded(mapped[1], kUnit));
            to[2].data[row * to[2].stride + x] =
                static_cast<std::uint8_t>(rounded(mapped[2], kUnit));
        }
    }
}

}  // namespace matinee::prepare
