#include "prepare/tone_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace matinee::prepare {
namespace {

// ST 2084 itself, written the other way round than the code under test.
double pq_code(double light) {
    const double y = std::pow(light / 10'000, 0.1593017578125);
    return 64 + 876 * std::pow((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375);
}

// The 8-bit grey of light in parts of white.
double sdr_code(double part) {
    return 16 + 219 * std::pow(part, 1 / 2.4);
}

TEST(ToneCurve, LeavesTheDarkAloneAndEndsAtWhite) {
    for (const double light : {0.0, 0.1, 1.0, 10.0, 50.0, 80.0}) {
        EXPECT_NEAR(tone_curve(light, 1000), light, 1e-9) << light;
    }
    for (const double peak : {406.0, 1000.0, 4000.0, 10'000.0}) {
        EXPECT_NEAR(tone_curve(peak, peak), kSdrWhite, 0.01) << peak;
        EXPECT_NEAR(tone_curve(10'000, peak), kSdrWhite, 0.01) << peak;
        double before = 0;
        for (double light = 1; light < peak; light *= 1.05) {
            const double mapped = tone_curve(light, peak);
            EXPECT_GT(mapped, before) << light << " of " << peak;
            EXPECT_LE(mapped, light + 1e-9) << light << " of " << peak;
            before = mapped;
        }
    }
}

TEST(ToneMapped, KeepsGreyGrey) {
    const HdrFormat pq;
    for (const double light : {0.5, 5.0, 50.0}) {
        const Colour grey = tone_mapped(pq, {pq_code(light), 512, 512});
        EXPECT_NEAR(grey[0], sdr_code(light / kSdrWhite), 0.5) << light;
        EXPECT_NEAR(grey[1], 128, 0.1);
        EXPECT_NEAR(grey[2], 128, 0.1);
    }
    // The reference white of HDR is bright, and there is room above it.
    const double white = tone_mapped(pq, {pq_code(203), 512, 512})[0];
    EXPECT_GT(white, 200);
    EXPECT_LT(white, 225);
    EXPECT_NEAR(tone_mapped(pq, {pq_code(1000), 512, 512})[0], 235, 0.5);
    EXPECT_NEAR(tone_mapped(pq, {64, 512, 512})[0], 16, 0.1);
}

TEST(ToneMapped, ShowsHlgAsBrightAsPqOfTheSameLight) {
    HdrFormat hlg;
    hlg.transfer = Transfer::kHlg;
    // ITU-R BT.2408: 75 % HLG is 203 cd/m2 on a display of 1000.
    const double from_hlg = tone_mapped(hlg, {64 + 876 * 0.75, 512, 512})[0];
    const double from_pq = tone_mapped({}, {pq_code(203), 512, 512})[0];
    EXPECT_NEAR(from_hlg, from_pq, 0.5);
    EXPECT_NEAR(tone_mapped(hlg, {940, 512, 512})[0], 235, 0.5);
}

TEST(ToneMapped, StaysInRangeAndKeepsTheHueOfWhatIsOutsideBt709) {
    HdrFormat format;
    // BT.2020's pure red, 100 cd/m2 in the red channel.
    const double red = (pq_code(100) - 64) / 876;
    const double y = 0.2627 * red;
    const Colour mapped = tone_mapped(
        format, {64 + 876 * y, 512 + 896 * (0 - y) / 1.8814, 512 + 896 * (red - y) / 1.4746});
    EXPECT_GT(mapped[2], 200) << "red stays red";
    EXPECT_NEAR(mapped[1], 128, 12) << "neither orange nor purple";
    std::mt19937 random(7);  // NOLINT: the same every time, on purpose
    std::uniform_real_distribution<double> code(0, 1023);
    for (int i = 0; i < 20'000; ++i) {
        format.transfer = i % 2 == 0 ? Transfer::kPq : Transfer::kHlg;
        format.range = i % 3 == 0 ? Range::kFull : Range::kLimited;
        const Colour any = tone_mapped(format, {code(random), code(random), code(random)});
        EXPECT_GE(any[0], 15.99);
        EXPECT_LE(any[0], 235.01);
        for (const double chroma : {any[1], any[2]}) {
            EXPECT_GE(chroma, 15.9);
            EXPECT_LE(chroma, 240.1);
        }
    }
}

// How far interpolation is off, in levels, over 20,000 colours around greys: R', G' and B' within
// `spread` of each other.
struct Errors {
    double mean = 0;
    double share_above_4 = 0;
};
Errors errors_of(Transfer transfer, double spread) {
    HdrFormat format;
    format.transfer = transfer;
    const ToneMap map(format);
    std::mt19937 random(11);  // NOLINT: the same every time, on purpose
    std::uniform_real_distribution<double> grey(0.05, 0.75);
    std::uniform_real_distribution<double> offset(-spread / 2, spread / 2);
    Errors errors;
    constexpr int kCount = 20'000;
    for (int i = 0; i < kCount; ++i) {
        const double base = grey(random);
        const auto part = [&] { return std::clamp(base + offset(random), 0.0, 1.0); };
        const double r = part();
        const double g = part();
        const double b = part();
        const double y = 0.2627 * r + 0.6780 * g + 0.0593 * b;
        const std::array<int, 3> code = {
            static_cast<int>(std::lround(64 + 876 * y)),
            static_cast<int>(std::lround(512 + 896 * (b - y) / 1.8814)),
            static_cast<int>(std::lround(512 + 896 * (r - y) / 1.4746))};
        const Colour exact =
            tone_mapped(format, {double(code[0]), double(code[1]), double(code[2])});
        const auto fast = map.pixel(code[0], code[1], code[2]);
        for (std::size_t k = 0; k < 3; ++k) {
            const double off = std::abs(fast[k] / 64.0 - exact[k]);
            errors.mean += off / (3 * kCount);
            if (off > 4) errors.share_above_4 += 1.0 / (3 * kCount);
        }
    }
    return errors;
}

TEST(ToneMap, InterpolatesWithinALevelOnTheWhole) {
    for (const Transfer transfer : {Transfer::kPq, Transfer::kHlg}) {
        EXPECT_LT(errors_of(transfer, 0.04).share_above_4, 0.0005);
        const Errors usual = errors_of(transfer, 0.1);
        EXPECT_LT(usual.mean, 0.2);
        EXPECT_LT(usual.share_above_4, 0.005);
        // Far outside BT.709 the curve has corners, which a lattice rounds off.
        const Errors any = errors_of(transfer, 1.0);
        EXPECT_LT(any.mean, 0.5);
        EXPECT_LT(any.share_above_4, 0.02);
    }
}

TEST(ToneMap, ConvertsPicturesOfOddSizes) {
    const ToneMap map(HdrFormat{});
    constexpr std::size_t kWidth = 5;
    constexpr std::size_t kHeight = 3;
    std::vector<std::uint16_t> y(kWidth * kHeight, static_cast<std::uint16_t>(pq_code(20)));
    std::vector<std::uint16_t> c(kWidth * kHeight, 512);
    y[kWidth * kHeight - 1] = 0xffff;  // no 10-bit value: must not be looked up as it is
    std::vector<std::uint8_t> out_y(kWidth * kHeight);
    std::vector<std::uint8_t> out_b(3 * 2);
    std::vector<std::uint8_t> out_r(3 * 2);
    map.convert(kWidth, kHeight, {{{y.data(), kWidth}, {c.data(), kWidth}, {c.data(), kWidth}}},
                {{{out_y.data(), kWidth}, {out_b.data(), 3}, {out_r.data(), 3}}});
    EXPECT_NEAR(out_y[0], sdr_code(20 / kSdrWhite), 1.0);
    EXPECT_EQ(out_y[0], out_y[kWidth + 2]);
    EXPECT_EQ(out_y.back(), 235);
    EXPECT_EQ(out_b[0], 128);
    EXPECT_EQ(out_r[0], 128);
}

}  // namespace
}  // namespace matinee::prepare
