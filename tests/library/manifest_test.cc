#include "library/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::library {
namespace {

using testing::HasSubstr;

Manifest sample() {
    Manifest manifest;
    manifest.media_id = media_id("abc", manifest.house);
    manifest.source_name = "Фильм.mp4";
    manifest.source_sha256 = "abc";
    manifest.preparer = kPreparerVersion;
    manifest.frame_rate = {24000, 1001};
    manifest.frame_count = 48;
    manifest.duration = Ticks(180'180);
    manifest.tracks = {{"360p", "video-360p.mp4", "avc1.640028", 640, 360, 900'000, 500'000},
                       {"audio", "audio.mp4", "mp4a.40.2", 0, 0, 170'000, 160'000}};
    manifest.poster = "poster.jpg";
    manifest.thumbnails = Thumbnails{"thumbnails.jpg", 10, 160, 90, 7, 2.0};
    manifest.loudness = Loudness{-31.5, -4.0, 3.0};
    manifest.notes = {{Severity::kWarning, "variable-frame-rate", "The rate varies."}};
    return manifest;
}

TEST(Manifest, ReadsBackWhatItWrote) {
    EXPECT_EQ(*manifest_from_json(to_json(sample())), sample());
    Manifest silent = sample();
    silent.loudness = Loudness{std::nullopt, std::nullopt, 0};
    silent.thumbnails.reset();
    silent.poster.clear();
    EXPECT_EQ(*manifest_from_json(to_json(silent)), silent);
}

TEST(Manifest, NamesNoFilesOutsideItsFolder) {
    for (const char* name : {"../../tls/server.key", "/etc/passwd", "..", "", ".hidden"}) {
        Manifest manifest = sample();
        manifest.tracks.front().file = name;
        EXPECT_FALSE(manifest_from_json(to_json(manifest))) << name;
        manifest = sample();
        manifest.thumbnails->file = name;
        EXPECT_FALSE(manifest_from_json(to_json(manifest))) << name;
        manifest = sample();
        manifest.poster = name;
        EXPECT_EQ(manifest_from_json(to_json(manifest)).has_value(), *name == '\0') << name;
    }
}

TEST(Manifest, HasNumbersThatCanBeCalculatedWith) {
    for (const media::FrameRate rate :
         {media::FrameRate{0, 1}, media::FrameRate{25, 0}, media::FrameRate{4'000'000'000, 1}}) {
        Manifest manifest = sample();
        manifest.frame_rate = rate;
        EXPECT_THAT(manifest_from_json(to_json(manifest)).error().message(),
                    HasSubstr("frame rate"));
    }
    Manifest manifest = sample();
    manifest.frame_count = -1;
    EXPECT_THAT(manifest_from_json(to_json(manifest)).error().message(), HasSubstr("frame count"));
    manifest = sample();
    manifest.duration = Ticks(-1);
    EXPECT_THAT(manifest_from_json(to_json(manifest)).error().message(), HasSubstr("duration"));
}

TEST(Manifest, NamesWhatIsMissing) {
    EXPECT_THAT(manifest_from_json("{}").error().message(), HasSubstr("format"));
    EXPECT_THAT(manifest_from_json(R"({"format":1})").error().message(), HasSubstr("media_id"));
    EXPECT_FALSE(manifest_from_json("film"));
    EXPECT_EQ(manifest_from_json(R"({"format":99})").error().code(), ErrorCode::kUnsupported);
}

TEST(MediaId, ChangesWithSourceHouseAndPreparer) {
    const HouseFormat house;
    HouseFormat other = house;
    other.quantizer = 30;
    const std::string id = media_id("abc", house);
    EXPECT_EQ(id.size(), 32u);
    EXPECT_NE(media_id("abd", house), id);
    EXPECT_NE(media_id("abc", other), id);
    EXPECT_NE(media_id("abc", house, {}, "0"), id);
    Variant burned;
    burned.burn_in = {{{"zh", subtitles::Kind::kSubtitles}}, "0123"};
    const std::string burned_id = media_id("abc", house, burned);
    EXPECT_NE(burned_id, id);
    burned.burn_in.content = "0124";  // a line was corrected
    EXPECT_NE(media_id("abc", house, burned), burned_id);
}

}  // namespace
}  // namespace matinee::library
