#include "library/house_format.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace matinee::library {
namespace {

using testing::HasSubstr;

// The error for the default format with one thing changed.
template <typename Change>
std::string complaint(Change change) {
    HouseFormat format;
    change(format);
    const auto result = validate(format);
    return result ? "" : result.error().message();
}

template <typename Change>
std::string complaint_about_json(Change change) {
    const HouseFormat format;
    auto json = nlohmann::json::parse(to_json(format));
    change(json);
    const auto result = house_format_from_json(json.dump());
    return result ? "" : result.error().message();
}

TEST(HouseFormat, IsSoundByDefault) {
    EXPECT_TRUE(validate(HouseFormat{}));
}

TEST(HouseFormat, HasOneText) {
    // Part of the name of every prepared entry: when this text changes, everything is prepared
    // again.
    EXPECT_EQ(to_json(HouseFormat{}),
              R"({"audio_kbps":160,"gop_seconds":2,"loudness_lufs":-23.0,"max_frame_rate":60,)"
              R"("padding":"blur","quantizer":22,"rungs":[)"
              R"({"height":1080,"max_kbps":6000,"name":"1080p","width":1920},)"
              R"({"height":720,"max_kbps":3000,"name":"720p","width":1280},)"
              R"({"height":480,"max_kbps":1400,"name":"480p","width":854},)"
              R"({"height":240,"max_kbps":400,"name":"240p","width":426}],)"
              R"("speed_preset":"veryfast","true_peak_dbtp":-1.0})");
}

TEST(HouseFormat, ReadsBackWhatItWrote) {
    HouseFormat format;
    EXPECT_EQ(*house_format_from_json(to_json(format)), format);
    format.rungs = {{"hd", 1280, 720, 2500}};
    format.padding = Padding::kBlack;
    format.loudness_lufs = std::nullopt;
    format.true_peak_dbtp = -1.3;
    format.speed_preset = "slow";
    EXPECT_EQ(*house_format_from_json(to_json(format)), format);
}

TEST(HouseFormat, NamesTheKeyThatIsWrong) {
    EXPECT_THAT(complaint_about_json([](auto& json) { json.erase("quantizer"); }),
                HasSubstr("\"quantizer\" is missing"));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["colour"] = "warm"; }),
                HasSubstr("no \"colour\""));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["audio_kbps"] = "many"; }),
                HasSubstr("\"audio_kbps\" must be a whole number"));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["audio_kbps"] = -1; }),
                HasSubstr("\"audio_kbps\""));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["audio_kbps"] = 1LL << 40; }),
                HasSubstr("\"audio_kbps\""));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["padding"] = "pink"; }),
                HasSubstr("\"padding\" must be \"blur\" or \"black\""));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["loudness_lufs"] = "loud"; }),
                HasSubstr("\"loudness_lufs\" must be a number"));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["rungs"] = 3; }),
                HasSubstr("\"rungs\" must be a list"));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["rungs"][1].erase("width"); }),
                HasSubstr("rung 2: \"width\" is missing"));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["rungs"][0]["x"] = 1; }),
                HasSubstr("rung 1: there is no \"x\""));
    EXPECT_THAT(complaint_about_json([](auto& json) { json["rungs"][0] = 1; }),
                HasSubstr("rung 1 must be a JSON object"));
    EXPECT_FALSE(house_format_from_json("{"));
    EXPECT_FALSE(house_format_from_json("[]"));
}

TEST(HouseFormat, RefusesWhatCannotBeEncodedOrPlayed) {
    EXPECT_THAT(complaint([](auto& f) { f.rungs.clear(); }), HasSubstr("at least one rung"));
    EXPECT_THAT(complaint([](auto& f) { f.rungs[2].width = 853; }), HasSubstr("480p is 853x480"));
    EXPECT_THAT(complaint([](auto& f) { f.rungs[0].height = 0; }), HasSubstr("1080p is 1920x0"));
    EXPECT_THAT(complaint([](auto& f) { f.rungs[1].name = "1080p"; }),
                HasSubstr("two rungs are named 1080p"));
    EXPECT_THAT(complaint([](auto& f) { f.rungs[1].name = "../x"; }), HasSubstr("\"../x\""));
    EXPECT_THAT(complaint([](auto& f) { f.rungs[1].name = ""; }), HasSubstr("rung name \"\""));
    EXPECT_THAT(complaint([](auto& f) { std::swap(f.rungs[0], f.rungs[1]); }),
                HasSubstr("largest first"));
    EXPECT_THAT(complaint([](auto& f) { f.rungs[3].max_kbps = 0; }),
                HasSubstr("max_kbps of rung 240p is 0"));
    EXPECT_THAT(complaint([](auto& f) { f.speed_preset = "warp"; }), HasSubstr("\"warp\""));
    EXPECT_THAT(complaint([](auto& f) { f.quantizer = 0; }), HasSubstr("quantizer is 0"));
    EXPECT_THAT(complaint([](auto& f) { f.gop_seconds = 0; }), HasSubstr("gop_seconds is 0"));
    EXPECT_THAT(complaint([](auto& f) { f.max_frame_rate = 240; }), HasSubstr("max_frame_rate"));
    EXPECT_THAT(complaint([](auto& f) { f.audio_kbps = 0; }), HasSubstr("audio_kbps"));
    EXPECT_THAT(complaint([](auto& f) { f.loudness_lufs = NAN; }), HasSubstr("loudness_lufs"));
    EXPECT_THAT(complaint([](auto& f) { f.true_peak_dbtp = 1; }), HasSubstr("true_peak_dbtp"));
}

}  // namespace
}  // namespace matinee::library
