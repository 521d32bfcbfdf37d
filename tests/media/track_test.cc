#include "media/track.h"

#include <gtest/gtest.h>

#include "support/tracks.h"

namespace matinee::media {
namespace {

TEST(InitSection, ReadsBackWhatItWrote) {
    for (const TrackConfig& config : {test::video_config(), test::audio_config()}) {
        EXPECT_EQ(*read_init_section(init_section(config)), config);
    }
}

TEST(InitSection, DependsOnTheConfigurationAlone) {
    EXPECT_EQ(init_section(test::video_config()), init_section(test::video_config()));
    EXPECT_NE(init_section(test::video_config(640, 360, 1)),
              init_section(test::video_config(640, 360, 2)));
}

TEST(InitSection, RefusesEveryTruncationWithoutCrashing) {
    const Bytes whole = init_section(test::audio_config());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(read_init_section(ByteSpan(whole).first(size))) << size << " bytes";
    }
}

TEST(CodecString, NamesProfileAndLevel) {
    EXPECT_EQ(*codec_string(test::video_config()), "avc1.640028");
    EXPECT_EQ(*codec_string(test::audio_config()), "mp4a.40.2");
}

}  // namespace
}  // namespace matinee::media
