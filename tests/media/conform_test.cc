#include "media/conform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tracks.h"

namespace matinee::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A track whose samples are presented in the order given, GOPs of `gop` frames, every time
// `delay` late as a muxer without edit lists writes them.
FragmentedTrack track_of(const std::vector<std::int64_t>& presentation, std::int64_t gop,
                         FrameRate rate, std::int64_t delay) {
    FragmentedTrack track;
    track.config = test::video_config();
    for (std::size_t i = 0; i < presentation.size(); ++i) {
        SampleRef sample;
        const auto index = static_cast<std::int64_t>(i);
        sample.decode_time = rate.start_of(index).count();
        sample.composition_offset = static_cast<std::int32_t>(
            rate.start_of(presentation[i]).count() + delay - sample.decode_time);
        sample.sync = index % gop == 0;
        track.samples.push_back(sample);
    }
    return track;
}

TEST(ConformVideo, TakesOutTheInitialOffsetAndPutsFramesOnTheGrid) {
    const FrameRate rate{24000, 1001};
    const auto video = conform_video(track_of({0, 3, 1, 2, 4, 5}, 4, rate, 7508), rate);
    ASSERT_TRUE(video) << video.error().to_string();
    EXPECT_THAT(video->gop_starts, ElementsAre(0, 4));
    EXPECT_EQ(video->timing[0].composition_offset, 0);
    EXPECT_EQ(video->timing[4].composition_offset, 0);
    Ticks decode{0};
    const std::vector<std::int64_t> order = {0, 3, 1, 2, 4, 5};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Ticks shown = decode + Ticks(video->timing[i].composition_offset);
        EXPECT_EQ(shown, rate.start_of(order[i]));
        EXPECT_EQ(shown + Ticks(video->timing[i].duration), rate.start_of(order[i] + 1));
        decode += Ticks(video->timing[i].duration);
    }
    std::int64_t total = 0;
    for (const SampleTiming& sample : video->timing) {
        total += sample.duration;
    }
    EXPECT_EQ(Ticks(total), rate.start_of(6));
}

TEST(ConformVideo, ForgivesAMuxersRounding) {
    const FrameRate rate{30000, 1001};
    FragmentedTrack track = track_of({0, 1, 2}, 3, rate, 0);
    track.samples[1].composition_offset += 2;
    track.samples[2].composition_offset -= 2;
    EXPECT_EQ(conform_video(track, rate)->timing,
              conform_video(track_of({0, 1, 2}, 3, rate, 0), rate)->timing);
}

TEST(ConformVideo, RefusesWhatCannotBeSpliced) {
    const FrameRate rate{25, 1};
    const auto error = [&](const std::vector<std::int64_t>& order) {
        return conform_video(track_of(order, 3, rate, 0), rate).error().message();
    };
    EXPECT_THAT(error({0, 1, 3}), HasSubstr("frames are missing or doubled"));
    EXPECT_THAT(error({0, 1, 1}), HasSubstr("frames are missing or doubled"));
    EXPECT_THAT(error({0, 3, 1, 2, 4, 5}), HasSubstr("not closed"));

    FragmentedTrack off = track_of({0, 1}, 2, rate, 0);
    off.samples[1].composition_offset += 1500;
    EXPECT_THAT(conform_video(off, rate).error().message(), HasSubstr("off the grid"));

    FragmentedTrack no_key = track_of({0, 1}, 2, rate, 0);
    no_key.samples[0].sync = false;
    EXPECT_FALSE(conform_video(no_key, rate));
    EXPECT_FALSE(conform_video(FragmentedTrack{}, rate));
}

}  // namespace
}  // namespace matinee::media
