#include "prepare/frame_pacer.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace matinee::prepare {
namespace {

// How often each input frame is shown.
std::vector<std::int64_t> pace(Rational rate, const std::vector<std::int64_t>& starts_ns,
                               std::int64_t last_duration_ns, std::int64_t minimum = 0) {
    FramePacer pacer(rate, minimum);
    std::vector<std::int64_t> counts;
    for (std::size_t i = 0; i < starts_ns.size(); ++i) {
        const std::int64_t count = pacer.next(starts_ns[i], last_duration_ns);
        if (i > 0) counts.push_back(count);
    }
    counts.push_back(pacer.finish());
    return counts;
}

std::int64_t ms(std::int64_t milliseconds) {
    return milliseconds * 1'000'000;
}

TEST(FramePacer, MapsItsOwnRateOneToOne) {
    for (const Rational rate : {Rational{24000, 1001}, Rational{25, 1}, Rational{60000, 1001}}) {
        FramePacer pacer(rate, 0);
        for (std::int64_t n = 0; n < 100'000; ++n) {
            ASSERT_EQ(pacer.next(frame_start_ns(n, rate), 0), n == 0 ? 0 : 1) << n;
        }
        EXPECT_EQ(pacer.finish(), 1);
        EXPECT_EQ(pacer.frames(), 100'000);
    }
}

TEST(FramePacer, IsNotMisledByTimestampsRoundedToMilliseconds) {
    const Rational rate{60000, 1001};
    FramePacer pacer(rate, 0);
    for (std::int64_t n = 0; n < 10'000; ++n) {
        const std::int64_t rounded = ms((frame_start_ns(n, rate) + 500'000) / 1'000'000);
        ASSERT_EQ(pacer.next(rounded, 0), n == 0 ? 0 : 1) << n;
    }
}

TEST(FramePacer, DoublesSlowFramesAndDropsFastOnes) {
    EXPECT_EQ(pace({50, 1}, {0, ms(40), ms(80)}, ms(40)), (std::vector<std::int64_t>{2, 2, 2}));
    EXPECT_EQ(pace({25, 1}, {0, ms(20), ms(40), ms(60)}, ms(20)),
              (std::vector<std::int64_t>{0, 1, 0, 1}));
}

TEST(FramePacer, CountsFromTheFirstFrameWhereverItStarts) {
    const std::int64_t day = 86'400'000'000'000;
    EXPECT_EQ(pace({25, 1}, {day, day + ms(40)}, ms(40)), (std::vector<std::int64_t>{1, 1}));
    EXPECT_EQ(pace({25, 1}, {-day, -day + ms(40)}, ms(40)), (std::vector<std::int64_t>{1, 1}));
}

TEST(FramePacer, HoldsTheFrameThroughAGap) {
    EXPECT_EQ(pace({25, 1}, {0, ms(1000), ms(1040)}, ms(40)),
              (std::vector<std::int64_t>{25, 1, 1}));
}

TEST(FramePacer, HoldsTheLastFrameToTheMinimum) {
    EXPECT_EQ(pace({25, 1}, {0, ms(40)}, ms(40), 50), (std::vector<std::int64_t>{1, 49}));
    EXPECT_EQ(pace({25, 1}, {0}, 0, 50), (std::vector<std::int64_t>{50}));
}

TEST(FramePacer, BelievesTheLastFramesDuration) {
    EXPECT_EQ(pace({25, 1}, {0}, ms(400)), (std::vector<std::int64_t>{10}));
}

TEST(FramePacer, ShowsAFrameOfUnknownDurationOnce) {
    EXPECT_EQ(pace({25, 1}, {0}, 0), (std::vector<std::int64_t>{1}));
}

TEST(FramePacer, IgnoresFramesThatGoBackInTime) {
    EXPECT_EQ(pace({25, 1}, {0, ms(40), ms(0), ms(80)}, ms(40)),
              (std::vector<std::int64_t>{1, 0, 1, 1}));
}

TEST(FramePacer, HasNothingToSayWithoutFrames) {
    FramePacer pacer({25, 1}, 50);
    EXPECT_EQ(pacer.finish(), 0);
    EXPECT_FALSE(pacer.origin_ns());
}

TEST(FrameStart, DoesNotDriftOverWeeks) {
    // 23.976 fps: 24000 frames last 1001 s exactly, however often.
    for (std::int64_t times : {1, 1000, 2000}) {
        EXPECT_EQ(frame_start_ns(24000 * times, {24000, 1001}), 1'001'000'000'000 * times);
    }
}

}  // namespace
}  // namespace matinee::prepare
