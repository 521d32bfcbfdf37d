#include "subtitles/microdvd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr FrameRate kPal{25, 1};
constexpr FrameRate kFilm{24000, 1001};

TEST(MicroDvd, CountsByTheRateOfTheFile) {
    const Result<Source> read =
        parse_microdvd("{1}{1}23.976\n{24}{48}a|b\n{143856}{143880}c\n", std::nullopt);
    ASSERT_TRUE(read);
    // 24000/1001 exactly: after 100 minutes a rate of 23.976 would be 6 ms off.
    EXPECT_THAT(cue_lines(*read), ElementsAre("1001-2002||a/b", "5999994-6000995||c"));
    EXPECT_THAT(read->problems, IsEmpty());
}

TEST(MicroDvd, CountsByTheRateOfTheFilm) {
    const Result<Source> read = parse_microdvd("{25}{50}a\n", kPal);
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("1000-2000||a"));
    EXPECT_THAT(messages(read->problems),
                ElementsAre("0: the times are frames: read at the film's 25 a second"));
}

TEST(MicroDvd, BelievesTheFileMoreThanTheFilm) {
    const Result<Source> read = parse_microdvd("{1}{1}25.000\n{25}{50}a\n", kFilm);
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("1000-2000||a"));
    EXPECT_THAT(messages(read->problems),
                ElementsAre("1: the file counts 25 frames a second, the film has 23.976: the file "
                            "is believed"));
}

TEST(MicroDvd, AsksForTheRateNobodyKnows) {
    const Result<Source> read = parse_microdvd("{25}{50}a\n", std::nullopt);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(read.error().to_string(), HasSubstr("\"{1}{1}25\""));
}

TEST(MicroDvd, ReadsCodes) {
    const std::pair<const char*, const char*> cases[] = {
        {"{y:i}a|b", "<i>a</i>/b"},
        {"{Y:i}a|b", "<i>a/b</i>"},
        {"{y:b,u}a", "<b><u>a</u></b>"},
        {"/a|b", "<i>a</i>/b"},
        {"{c:$0000ff}a", "<c.red>a</c>"},
        {"{C:$00ffff}a|b", "<c.yellow>a/b</c>"},
        {"{c:$123456}a", "a"},
        {"{f:Arial}{s:20}{P:0}a", "a"},
        {"a {y:i} b", "a {y:i} b"},
        {"a & <b>", "a &amp; &lt;b&gt;"},
        {"{y:ia", "{y:ia"},
    };
    for (const auto& [text, expected] : cases) {
        const Result<Source> read = parse_microdvd(fmt::format("{{25}}{{50}}{}\n", text), kPal);
        ASSERT_TRUE(read) << text;
        EXPECT_THAT(cue_lines(*read), ElementsAre(fmt::format("1000-2000||{}", expected))) << text;
    }
}

TEST(MicroDvd, RepairsAndReports) {
    const Result<Source> read = parse_microdvd(
        "{DEFAULT}{}{C:$FFFFFF}\n{0}{}a\n{50}{}b\n{9999}{}c\nnonsense\n{-50}{-25}d\n", kPal);
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read),
                ElementsAre("0-2000||a", "2000-7000||b", "399960-404960||c", "-2000--1000||d"));
    EXPECT_THAT(
        messages(read->problems),
        ElementsAre("5: the line does not begin with {from}{to} in frames: dropped",
                    StartsWith("0: "), StartsWith("2: the cue has no end"),
                    StartsWith("3: the cue has no end"), StartsWith("4: the cue has no end")));
    EXPECT_FALSE(parse_microdvd("nonsense", kPal));
}

TEST(FrameRate, KnowsTheRatesOfFilmAndVideo) {
    const std::pair<const char*, FrameRate> cases[] = {
        {"25", {25, 1}},           {"25.000", {25, 1}},      {"23.976", {24000, 1001}},
        {"23,976", {24000, 1001}}, {"23.98", {24000, 1001}}, {"29.97", {30000, 1001}},
        {"59.940", {60000, 1001}}, {"12.5", {12500, 1000}},  {"24", {24, 1}},
    };
    for (const auto& [text, rate] : cases) {
        EXPECT_EQ(parse_frame_rate(text), rate) << text;
    }
    for (const char* text : {"", "x", "0", "-25", "1001", "25 fps", "1e1", "nan"}) {
        EXPECT_FALSE(parse_frame_rate(text)) << text;
    }
    EXPECT_EQ(time_of_frame(1'000'000'000'000, {24000, 1001}).count(), 41708333333333);
    EXPECT_EQ(time_of_frame(-1, {3, 1}).count(), -333);
}

}  // namespace
}  // namespace matinee::subtitles
