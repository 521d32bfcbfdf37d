#include "subtitles/timing.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ms = Milliseconds;

std::vector<std::string> times(const Document& document) {
    std::vector<std::string> out;
    for (const Cue& cue : document.cues) {
        out.push_back(fmt::format("{}-{} {}", cue.start.count(), cue.end.count(), cue.text));
    }
    return out;
}

TEST(Timing, ReadsShiftsAsPeopleWriteThem) {
    const std::pair<const char*, ms> cases[] = {
        {"1.5", ms(1500)},        {"-1.5", ms(-1500)},        {"+0.04", ms(40)},
        {"-1500ms", ms(-1500)},   {"250 ", ms(250'000)},      {"2s", ms(2000)},
        {"-01:02.5", ms(-62500)}, {"00:00:01,250", ms(1250)}, {"-1:00:00", ms(-3'600'000)},
        {"0.0019", ms(1)},
    };
    for (const auto& [text, expected] : cases) {
        const auto shift = parse_shift(text);
        ASSERT_TRUE(shift) << text;
        EXPECT_EQ(*shift, expected) << text;
    }
    for (const char* text : {"", "-", "soon", "1.", "1:2:3:4", "1.5x", "--1", "99999999999"}) {
        const auto shift = parse_shift(text);
        ASSERT_FALSE(shift) << text;
        EXPECT_THAT(shift.error().to_string(), HasSubstr("is no shift")) << text;
    }
}

TEST(Timing, ReadsStretchesExactly) {
    const std::pair<const char*, Ratio> cases[] = {
        {"25:23.976", {1001, 960}},  // 25 * 1001 / 24000
        {"23.976:25", {960, 1001}},    {"25:24", {25, 24}},
        {"24/25", {24, 25}},           {"29.97:30", {1000, 1001}},
        {"23.98:24", {1000, 1001}},    {"59.94:29.97", {2, 1}},
        {"1.001", {1001, 1000}},       {"1", {1, 1}},
        {"24000:24024", {1000, 1001}},
    };
    for (const auto& [text, expected] : cases) {
        const auto ratio = parse_stretch(text);
        ASSERT_TRUE(ratio) << text << ": " << ratio.error().to_string();
        EXPECT_EQ(*ratio, expected) << text;
    }
    for (const char* text : {"", "25", "25:", ":25", "0:25", "25:0", "pal", "5:1", "25:24:23"}) {
        EXPECT_FALSE(parse_stretch(text)) << text;
    }
}

TEST(Timing, MakesEachTimeFromTheFilesOwnWithoutDrift) {
    TimingOptions options;
    options.stretch_numerator = 1001;
    options.stretch_denominator = 960;
    const TimeMap map = *make_time_map(options);
    // 1001/960 of n thousandths, rounded: never half a millisecond off, also after ten hours.
    for (std::int64_t n = 0; n <= 36'000'000; n += 997) {
        const std::int64_t doubled = 2 * (map(ms(n)).count() * 960 - n * 1001);
        ASSERT_LE(doubled, 960) << n;
        ASSERT_GE(doubled, -960) << n;
    }
    EXPECT_EQ(map(ms(960'000)), ms(1'001'000));
    EXPECT_EQ(map(ms(-960)), ms(-1001));
}

TEST(Timing, GoesThereAndBack) {
    const std::uint32_t seed = property_seed();
    Random random(seed);
    for (int i = 0; i < 1000; ++i) {
        TimingOptions there;
        there.stretch_numerator = 1 + random.below(4000);
        there.stretch_denominator = there.stretch_numerator + random.below(200);
        const TimeMap map = *make_time_map(there);
        std::swap(there.stretch_numerator, there.stretch_denominator);
        const TimeMap back = *make_time_map(there);
        const ms time(random.below(20'000'000));
        // Back is where it was, but for what a millisecond is on the other side.
        const auto off = back(map(time)) - time;
        EXPECT_LE(std::abs(off.count()), 100 + 1) << "MATINEE_SEED=" << seed;
        EXPECT_LE(map(time), map(time + ms(1))) << "MATINEE_SEED=" << seed;
    }
}

TEST(Timing, MeetsTwoPointsExactly) {
    TimingOptions options;
    options.sync = *parse_sync("0:01:00=0:01:02.5,1:20:00=1:20:09");
    const TimeMap map = *make_time_map(options);
    EXPECT_EQ(map(ms(60'000)), ms(62'500));
    EXPECT_EQ(map(ms(4'800'000)), ms(4'809'000));
    EXPECT_EQ(map(ms(2'430'000)), ms(2'435'750));
    options.sync = *parse_sync("10=20,20=10");
    EXPECT_FALSE(make_time_map(options));
    options.sync = *parse_sync("10=20,10=30");
    EXPECT_FALSE(make_time_map(options));
    options.sync = *parse_sync("10=20,20=1:10:00");
    EXPECT_FALSE(make_time_map(options));
    for (const char* text : {"", "1=2", "1=2,3", "1,2=3,4", "1=2,3=4,5=6"}) {
        EXPECT_FALSE(parse_sync(text)) << text;
    }
}

TEST(Timing, SaturatesInsteadOfOverflowing) {
    TimeMap map;
    map.numerator = 4;
    map.to = ms(std::numeric_limits<std::int64_t>::max() / 16);
    EXPECT_GT(map(ms(std::numeric_limits<std::int64_t>::max() / 2)), ms(0));
    EXPECT_LT(map(ms(std::numeric_limits<std::int64_t>::min() / 2)), ms(0));
}

TEST(Timing, MovesCuesAndTheTimestampsInThem) {
    Document document = document_of({make_cue(500, 1500, "gone"), make_cue(1000, 3000, "early"),
                                     make_cue(4000, 5000, "a <00:00:04.500>b <i>c</i> &lt;")});
    TimingOptions options;
    options.shift = ms(-2000);
    std::vector<Problem> problems;
    ASSERT_TRUE(apply_timing(options, document, problems));
    EXPECT_THAT(times(document),
                ElementsAre("0-1000 early", "2000-3000 a <00:00:02.500>b <i>c</i> &lt;"));
    EXPECT_THAT(messages(problems), ElementsAre(HasSubstr("1 cues would be over before"),
                                                HasSubstr("1 cues would start before")));
}

TEST(Timing, LeavesEverythingWhenNothingIsAsked) {
    const Document before = document_of({make_cue(0, 10, "a <00:00:00.005>b")});
    Document document = before;
    std::vector<Problem> problems;
    ASSERT_TRUE(apply_timing({}, document, problems));
    EXPECT_EQ(document, before);
    EXPECT_THAT(problems, IsEmpty());
}

TEST(Timing, CutsOverlapsOnlyWhenAsked) {
    const std::vector<Cue> cues = {make_cue(0, 2000, "a"), make_cue(1500, 3000, "b"),
                                   make_cue(1500, 2500, "c"), make_cue(3000, 4000, "d")};
    Document document = document_of(cues);
    std::vector<Problem> problems;
    ASSERT_TRUE(apply_timing({}, document, problems));
    EXPECT_EQ(document.cues, cues);
    TimingOptions options;
    options.overlaps = OverlapHandling::kCut;
    ASSERT_TRUE(apply_timing(options, document, problems));
    EXPECT_THAT(times(document), ElementsAre("0-1500 a", "1500-3000 b\nc", "3000-4000 d"));
}

TEST(Timing, TrimsToTheFilm) {
    Document document =
        document_of({make_cue(0, 1000, "a"), make_cue(1500, 3000, "b"), make_cue(2000, 2500, "c")});
    std::vector<Problem> problems;
    trim_to(ms(2000), document, problems);
    EXPECT_THAT(times(document), ElementsAre("0-1000 a", "1500-2000 b"));
    EXPECT_THAT(messages(problems),
                ElementsAre(HasSubstr("1 cues start after"), HasSubstr("1 cues last beyond")));
}

}  // namespace
}  // namespace matinee::subtitles
