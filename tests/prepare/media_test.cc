// Films of the wild. MATINEE_MEDIA names the folder they lie in; without it this is skipped.
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prepare/discover.h"
#include "prepare/gst.h"

namespace matinee::prepare {
namespace {

class Media : public testing::Test {
  protected:
    void SetUp() override {
        const char* folder = std::getenv("MATINEE_MEDIA");
        if (!folder) GTEST_SKIP() << "MATINEE_MEDIA is not set: films of the wild are not tried";
        folder_ = folder;
        ASSERT_TRUE(init_gstreamer());
    }
    [[nodiscard]] Result<SourceInfo> look(const std::string& name) const {
        const StopFlag never;
        return discover((folder_ / name).string(), {}, never);
    }

  private:
    std::filesystem::path folder_;
};

TEST_F(Media, OrientationsAreRead) {
    const std::pair<const char*, Orientation> films[] = {
        {"rotated/video_0.mov", Orientation::kUpright},
        {"rotated/video_90.mov", Orientation::kRotate90},
        {"rotated/video_180.mov", Orientation::kRotate180},
        {"rotated/video_270.mov", Orientation::kRotate270},
        {"rotated/portrait.MOV", Orientation::kRotate90}};
    for (const auto& [name, orientation] : films) {
        const auto info = look(name);
        ASSERT_TRUE(info) << info.error().to_string();
        EXPECT_EQ(info->video->orientation, orientation) << name;
    }
}

TEST_F(Media, FrameRatesAreRead) {
    const std::tuple<const char*, Rational, Cadence> films[] = {
        {"fps/foreman-hevc-384.mp4", {24000, 1001}, Cadence::kConstant},
        {"fps/sample_12_5fps_720p_1s.mp4", {25, 2}, Cadence::kConstant},
        {"fps/video-1080p-60fps-2s.mp4", {60, 1}, Cadence::kConstant},
        {"containers/bear-640x360-hevc.ts", {30000, 1001}, Cadence::kConstant},
        {"codecs/av1_video.mkv", {25, 1}, Cadence::kConstant}};
    for (const auto& [name, rate, cadence] : films) {
        const auto info = look(name);
        ASSERT_TRUE(info) << info.error().to_string();
        EXPECT_EQ(info->video->frame_rate, rate) << name << " " << info->video->frame_rate.value();
        EXPECT_EQ(info->video->cadence, cadence) << name;
    }
    for (const char* name : {"vfr/cursed-vfr.mp4", "vfr/awesome movie.mov", "vfr/fire2.mp4"}) {
        const auto info = look(name);
        ASSERT_TRUE(info) << info.error().to_string();
        EXPECT_EQ(info->video->cadence, Cadence::kVariable) << name;
    }
}

TEST_F(Media, WhatThePictureIsLikeIsRead) {
    EXPECT_EQ(look("interlaced/video_interlace.mp4")->video->scan, Scan::kInterlaced);
    EXPECT_EQ(look("hdr/hdr10-av1.mp4")->video->transfer, Transfer::kPq);
    EXPECT_EQ(look("hdr/rotated_hdr_video.mov")->video->transfer, Transfer::kHlg);
    EXPECT_EQ(look("sar/SAR-2by3.mp4")->video->pixel_aspect, (Rational{2, 3}));
    EXPECT_EQ(look("high-bit-depth/h265_10bits.mp4")->video->bit_depth, 10U);
    EXPECT_EQ(look("fps/bigbuckbunny.mp4")->audio->speakers.size(), 6U);
    EXPECT_EQ(look("multitrack-subs/dual_audio.mp4")->audio_streams, 2U);
    EXPECT_EQ(look("multitrack-subs/sample_with_srt.mkv")->subtitles.size(), 1U);
}

TEST_F(Media, BadFilesAreRefusedWithAReason) {
    const std::pair<const char*, const char*> films[] = {
        {"corrupt/Vid1-1.mp4", "is empty"},
        {"corrupt/broken.mp4", "index (moov) is missing"},
        {"corrupt/video_short_fake.webm", "looks like text"},
        {"corrupt/complseg-1.0001.mp4", "is encrypted"},
        {"corrupt/sample_fragmented_clearkey.mp4", "is encrypted"},
        {"corrupt/sample.m4v", "is encrypted"},
        {"corrupt/webmVideo.webm", "no video or audio"},
        {"codecs/vvc_400kbps_2s.mp4", "VVC/H.266"}};
    for (const auto& [name, reason] : films) {
        const auto info = look(name);
        ASSERT_FALSE(info) << name;
        EXPECT_THAT(info.error().to_string(), testing::HasSubstr(reason)) << name;
    }
}

}  // namespace
}  // namespace matinee::prepare
