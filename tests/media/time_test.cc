#include "media/time.h"

#include <gtest/gtest.h>

#include "media/frame_rate.h"

namespace matinee::media {
namespace {

TEST(AudioGrid, IsNeverMoreThanHalfAFrameAway) {
    for (std::int64_t tick = -5000; tick < 5000; ++tick) {
        const Ticks on_grid(nearest_audio_frame(Ticks(tick)).count() * 1920);
        EXPECT_LE(std::abs((on_grid - Ticks(tick)).count()), 960) << tick;
    }
}

TEST(AudioGrid, RoundsHalvesUp) {
    EXPECT_EQ(nearest_audio_frame(Ticks(960)).count(), 1);
    EXPECT_EQ(nearest_audio_frame(Ticks(959)).count(), 0);
    EXPECT_EQ(nearest_audio_frame(Ticks(-960)).count(), 0);
    EXPECT_EQ(nearest_audio_frame(Ticks(-961)).count(), -1);
}

TEST(FrameRate, DoesNotDriftOverAMillionFrames) {
    for (const FrameRate rate :
         {FrameRate{24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {60000, 1001}, {60, 1}}) {
        for (const std::int64_t index : {0, 1, 47, 48, 999'999, 1'000'000}) {
            const Ticks start = rate.start_of(index);
            const double exact =
                static_cast<double>(index) * 90'000.0 * rate.denominator / rate.numerator;
            EXPECT_NEAR(static_cast<double>(start.count()), exact, 0.5001);
            EXPECT_EQ(rate.nearest_frame(start), index);
        }
    }
}

TEST(FrameRate, CountsFramesBetweenKeyframes) {
    EXPECT_EQ((FrameRate{24000, 1001}.frames_in(2)), 48);
    EXPECT_EQ((FrameRate{25, 1}.frames_in(2)), 50);
    EXPECT_EQ((FrameRate{60000, 1001}.frames_in(2)), 120);
}

}  // namespace
}  // namespace matinee::media
