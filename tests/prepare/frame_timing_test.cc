#include "prepare/frame_timing.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "prepare/frame_pacer.h"

namespace matinee::prepare {
namespace {

std::vector<std::int64_t> grid(Rational rate, std::int64_t frames, std::int64_t rounding_ns = 1) {
    std::vector<std::int64_t> times;
    for (std::int64_t n = 0; n < frames; ++n) {
        const std::int64_t time = frame_start_ns(n, rate);
        times.push_back((time + rounding_ns / 2) / rounding_ns * rounding_ns);
    }
    return times;
}

TEST(FrameTiming, FindsEveryStandardRateThroughMillisecondRounding) {
    for (const Rational rate :
         {Rational{24000, 1001}, Rational{24, 1}, Rational{25, 1}, Rational{30000, 1001},
          Rational{30, 1}, Rational{50, 1}, Rational{60000, 1001}, Rational{60, 1}}) {
        const FrameTiming timing = analyse_timing(grid(rate, 5000, 1'000'000));
        EXPECT_EQ(timing.cadence, Cadence::kConstant) << rate.value();
        EXPECT_EQ(timing.average, rate) << rate.value();
        EXPECT_EQ(timing.frames, 5000);
    }
}

TEST(FrameTiming, TakesFramesInDecodingOrder) {
    auto times = grid({25, 1}, 100);
    for (std::size_t i = 1; i + 1 < times.size(); i += 3)
        std::swap(times[i], times[i + 1]);
    EXPECT_EQ(analyse_timing(times), analyse_timing(grid({25, 1}, 100)));
}

TEST(FrameTiming, ALostFrameIsNoVariableRate) {
    auto times = grid({25, 1}, 500);
    times.erase(times.begin() + 200, times.begin() + 202);
    const FrameTiming timing = analyse_timing(times);
    EXPECT_EQ(timing.cadence, Cadence::kConstant);
    EXPECT_EQ(timing.average, (Rational{25, 1}));
    EXPECT_EQ(timing.longest_gap_ns, 120'000'000);
}

TEST(FrameTiming, TellsAVariableRate) {
    std::vector<std::int64_t> times;
    std::int64_t at = 0;
    for (int i = 0; i < 200; ++i) {
        times.push_back(at);
        at += i % 7 == 0 ? 90'000'000 : 33'000'000;
    }
    EXPECT_EQ(analyse_timing(times).cadence, Cadence::kVariable);
}

TEST(FrameTiming, TellsAChangeOfRate) {
    auto times = grid({24, 1}, 240);
    for (const std::int64_t time : grid({30, 1}, 300))
        times.push_back(10'000'000'000 + time);
    EXPECT_EQ(analyse_timing(times).cadence, Cadence::kVariable);
}

TEST(FrameTiming, GivesStartAndEnd) {
    std::vector<std::int64_t> times = {5'000'000'000, 5'040'000'000, 5'080'000'000};
    const FrameTiming timing = analyse_timing(times);
    EXPECT_EQ(timing.first_ns, 5'000'000'000);
    EXPECT_EQ(timing.end_ns, 5'120'000'000);
}

TEST(FrameTiming, SaysNothingOfTooFewFrames) {
    EXPECT_EQ(analyse_timing({}).cadence, Cadence::kUnknown);
    EXPECT_FALSE(analyse_timing({0}).average.known());
    EXPECT_EQ(analyse_timing({0, 40'000'000}).cadence, Cadence::kUnknown);
    EXPECT_EQ(analyse_timing({7, 7, 7}).frames, 1);
}

TEST(CommonRate, SnapsToTheNearest) {
    EXPECT_EQ(snap_to_common_rate({23976, 1000}, 2e-4), (Rational{24000, 1001}));
    EXPECT_EQ(snap_to_common_rate({2997, 100}, 2e-4), (Rational{30000, 1001}));
    EXPECT_EQ(snap_to_common_rate({24, 1}, 2e-3), (Rational{24, 1}));
    EXPECT_EQ(snap_to_common_rate({8797, 1000}, 2e-4), (Rational{8797, 1000}));
}

std::vector<TimeJump> jumps_of(const std::vector<std::int64_t>& times) {
    JumpFinder finder;
    for (const std::int64_t time : times)
        finder.add(time);
    return finder.jumps();
}

// `count` frames of 40 ms from `start_ms`, appended.
void run(std::vector<std::int64_t>& times, std::int64_t start_ms, int count) {
    for (int i = 0; i < count; ++i)
        times.push_back((start_ms + 40 * i) * 1'000'000);
}

TEST(Jumps, AreFoundAndTakenOutAgain) {
    std::vector<std::int64_t> times;
    run(times, 0, 100);
    run(times, 2'000, 100);      // two seconds back
    run(times, 3'600'000, 100);  // an hour on
    run(times, 10, 100);         // and back to the beginning
    const auto jumps = jumps_of(times);
    ASSERT_EQ(jumps.size(), 3U);
    EXPECT_EQ(jumps[0], (TimeJump{3'960'000'000, -2'000'000'000}));
    JumpMender mender(jumps);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const std::int64_t mended = times[i] + mender.offset_at(times[i]);
        EXPECT_EQ(mended, static_cast<std::int64_t>(i) * 40'000'000) << i;
    }
}

TEST(Jumps, AreNotMadeOfStillsAndWobble) {
    std::vector<std::int64_t> times;
    run(times, 0, 10);
    run(times, 9'000, 10);  // a picture that stands for nine seconds
    times.push_back(times.back() - 60'000'000);
    run(times, 9'400, 10);
    EXPECT_TRUE(jumps_of(times).empty());
    JumpMender mender({});
    EXPECT_EQ(mender.offset_at(0), 0);
    EXPECT_EQ(mender.offset_at(-5'000'000'000), 0);
}

TEST(Jumps, ForwardOnesMustBeInPictureAndSound) {
    const TimeJump on{1, 20'000'000'000};
    const TimeJump back{2, -3'000'000'000};
    const TimeJump far{3, 700'000'000'000};
    std::vector<TimeJump> picture = {on, back, far};
    std::vector<TimeJump> none;
    reconcile_jumps(picture, none);
    EXPECT_EQ(picture, (std::vector<TimeJump>{back, far})) << "the first is a long still";
    picture = {on, back};
    std::vector<TimeJump> sound = {{1, 20'010'000'000}, {2, -2'990'000'000}};
    reconcile_jumps(picture, sound);
    EXPECT_EQ(picture, (std::vector<TimeJump>{on, back}));
    EXPECT_EQ(sound[0].delta_ns, on.delta_ns) << "so that they stay together";
    EXPECT_EQ(sound[1].delta_ns, back.delta_ns);
}

}  // namespace
}  // namespace matinee::prepare
