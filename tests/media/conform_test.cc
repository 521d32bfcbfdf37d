#include "media/conform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::media {
namespace {

using testing::HasSubstr;

// The presentation times of frames `order`, every one `delay` late as encoders are.
std::vector<Ticks> times(const std::vector<std::int64_t>& order, FrameRate rate, Ticks delay) {
    std::vector<Ticks> ticks;
    for (const std::int64_t index : order) {
        ticks.push_back(rate.start_of(index) + delay);
    }
    return ticks;
}

TEST(VideoConformer, TakesOutTheDelayAndPutsFramesOnTheGrid) {
    const FrameRate rate{24000, 1001};
    const Ticks delay(324'000'000'000 + 7508);
    VideoConformer conformer(rate);
    std::vector<SampleTiming> timing = *conformer.add_group(times({0, 3, 1, 2}, rate, delay));
    const auto second = *conformer.add_group(times({4, 5}, rate, delay));
    timing.insert(timing.end(), second.begin(), second.end());
    EXPECT_EQ(conformer.frames(), 6);
    EXPECT_EQ(timing[0].composition_offset, 0);
    EXPECT_EQ(timing[4].composition_offset, 0);
    Ticks decode{0};
    const std::vector<std::int64_t> order = {0, 3, 1, 2, 4, 5};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Ticks shown = decode + Ticks(timing[i].composition_offset);
        EXPECT_EQ(shown, rate.start_of(order[i]));
        EXPECT_EQ(shown + Ticks(timing[i].duration), rate.start_of(order[i] + 1));
        decode += Ticks(timing[i].duration);
    }
    EXPECT_EQ(decode, rate.start_of(6));
}

TEST(VideoConformer, ForgivesRoundedTimes) {
    const FrameRate rate{30000, 1001};
    auto rounded = times({0, 1, 2}, rate, Ticks(0));
    rounded[1] += Ticks(2);
    rounded[2] -= Ticks(2);
    EXPECT_EQ(*VideoConformer(rate).add_group(rounded),
              *VideoConformer(rate).add_group(times({0, 1, 2}, rate, Ticks(0))));
}

TEST(VideoConformer, DoesNotDriftOverManyGroups) {
    const FrameRate rate{30000, 1001};
    VideoConformer conformer(rate);
    Ticks decode{0};
    for (std::int64_t group = 0; group < 2000; ++group) {
        std::vector<std::int64_t> order(60);
        for (std::int64_t i = 0; i < 60; ++i) {
            order[static_cast<std::size_t>(i)] = group * 60 + i;
        }
        const auto timing = *conformer.add_group(times(order, rate, Ticks(0)));
        for (const SampleTiming& sample : timing) {
            decode += Ticks(sample.duration);
        }
    }
    EXPECT_EQ(decode, rate.start_of(120'000));
}

TEST(VideoConformer, RefusesWhatCannotBeSpliced) {
    const FrameRate rate{25, 1};
    const auto error = [&](const std::vector<std::int64_t>& first,
                           const std::vector<std::int64_t>& second) {
        VideoConformer conformer(rate);
        const auto added = conformer.add_group(times(first, rate, Ticks(0)));
        if (!added) return added.error().message();
        return conformer.add_group(times(second, rate, Ticks(0))).error().message();
    };
    EXPECT_THAT(error({0, 1, 3}, {}), HasSubstr("frames are missing or doubled"));
    EXPECT_THAT(error({0, 1, 1}, {}), HasSubstr("frames are missing or doubled"));
    EXPECT_THAT(error({0, 3, 1}, {2, 4, 5}), HasSubstr("not closed"));
    EXPECT_THAT(error({0, 1, 2}, {4, 3, 5}), HasSubstr("not closed"));
    EXPECT_THAT(error({1, 0, 2}, {}), HasSubstr("before the first keyframe"));
    EXPECT_THAT(error({0, 1, 2}, {}), HasSubstr("is empty"));

    auto off = times({0, 1}, rate, Ticks(0));
    off[1] += Ticks(1500);
    EXPECT_THAT(VideoConformer(rate).add_group(off).error().message(), HasSubstr("off the grid"));
}

}  // namespace
}  // namespace matinee::media
