#include "samples/marks.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::samples {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

TEST(FrameTimes, AreExactAtFilmRate) {
    const auto times = frame_times(24000, 1001, Timing::kConstant, 10s);
    ASSERT_THAT(times, SizeIs(240));
    EXPECT_EQ(times[24], 1001ms);
    EXPECT_EQ(times[239], 9968291666ns);
}

TEST(FrameTimes, StopBeforeTheEnd) {
    EXPECT_THAT(frame_times(25, 1, Timing::kConstant, 1s), SizeIs(25));
    EXPECT_THAT(frame_times(25, 1, Timing::kConstant, 1001ms), SizeIs(26));
}

TEST(FrameTimes, VaryWithoutLeavingTheNominalGrid) {
    const auto times = frame_times(60, 1, Timing::kVariable, 5s);
    std::vector<std::int64_t> steps;
    for (std::size_t i = 1; i < times.size(); ++i) {
        steps.push_back(std::llround(static_cast<double>((times[i] - times[i - 1]).count()) * 60 /
                                     1'000'000'000));
    }
    EXPECT_THAT(steps, Each(testing::AllOf(testing::Ge(1), testing::Le(3))));
    EXPECT_THAT(steps, testing::Contains(1));
    EXPECT_THAT(steps, testing::Contains(3));
}

TEST(Flashes, BeginAtTheFirstFrameOfEverySecond) {
    EXPECT_THAT(flash_times(frame_times(25, 1, Timing::kConstant, 4s)), ElementsAre(1s, 2s, 3s));
    // Film has frames at multiples of 1001/24000 s only.
    EXPECT_THAT(flash_times(frame_times(24000, 1001, Timing::kConstant, 4s)),
                ElementsAre(1001ms, 2002ms, 3003ms));
}

TEST(Flashes, LastAsManyFramesAsBeginWithinFortyMilliseconds) {
    const auto frames_white = [](int rate) {
        const auto times = frame_times(rate, 1, Timing::kConstant, 3s);
        const auto flashes = flash_times(times);
        return std::count_if(times.begin(), times.end(),
                             [&](nanoseconds time) { return is_flash(time, flashes); }) /
               static_cast<std::ptrdiff_t>(flashes.size());
    };
    EXPECT_EQ(frames_white(24), 1);
    EXPECT_EQ(frames_white(25), 1);
    EXPECT_EQ(frames_white(30), 2);
    EXPECT_EQ(frames_white(50), 2);
    EXPECT_EQ(frames_white(60), 3);
}

TEST(FrameCode, IsTheNumberBetweenWhiteAndBlack) {
    const auto cells = code_cells(0b1000'0000'0101);
    EXPECT_THAT(cells, ElementsAre(true, true, false, false, false, false, false, false, false,
                                   false, true, false, true, false));
    EXPECT_EQ(code_cells(0x1805), code_cells(0x805)) << "modulo 4096";
}

std::vector<std::int16_t> sound(Layout layout, std::int64_t first, std::size_t frames) {
    const std::vector<nanoseconds> flashes = {1s};
    std::vector<std::int16_t> samples(frames * static_cast<std::size_t>(channels_of(layout)));
    fill_sound(samples, first, 48000, layout, 220, flashes);
    return samples;
}

int loudest(const std::vector<std::int16_t>& samples, std::size_t channel, std::size_t channels,
            std::size_t begin, std::size_t end) {
    int peak = 0;
    for (std::size_t i = begin; i < end; ++i) {
        peak = std::max(peak, std::abs(int{samples[i * channels + channel]}));
    }
    return peak;
}

TEST(Sound, BeepsFromTheFlashOn) {
    const auto samples = sound(Layout::kMono, 0, 96000);
    EXPECT_LT(loudest(samples, 0, 1, 0, 48000), 1000);
    EXPECT_GT(loudest(samples, 0, 1, 48000, 48048), 10000) << "within the first millisecond";
    EXPECT_GT(loudest(samples, 0, 1, 48000 + 3790, 48000 + 3840), 10000);
    EXPECT_LT(loudest(samples, 0, 1, 48000 + 3840, 96000), 1000);
}

TEST(Sound, BeepsInTheCentreOfFivePointOne) {
    const auto samples = sound(Layout::kSurround51, 0, 52000);
    for (std::size_t channel = 0; channel < 6; ++channel) {
        const int peak = loudest(samples, channel, 6, 48000, 51840);
        EXPECT_EQ(peak > 10000, channel == 2) << "channel " << channel << " peaks at " << peak;
        EXPECT_GT(peak, 100) << "channel " << channel << " is silent";
    }
}

TEST(Sound, IsTheSameInAnyPieces) {
    const auto whole = sound(Layout::kStereo, 47000, 3000);
    auto pieces = sound(Layout::kStereo, 47000, 1024);
    const auto rest = sound(Layout::kStereo, 48024, 3000 - 1024);
    pieces.insert(pieces.end(), rest.begin(), rest.end());
    EXPECT_EQ(whole, pieces);
}

}  // namespace
}  // namespace matinee::samples
