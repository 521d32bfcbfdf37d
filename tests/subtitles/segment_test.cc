#include "subtitles/segment.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

const Ticks kEntry = seconds(60);

TEST(Segment, IsOneWholeFile) {
    Document document;
    document.stylesheets = {"::cue(b) {\n  color: red;\n}"};
    document.regions = {Region{.id = "low", .width_percent = 40.5, .lines = 2}};
    document.cues = {make_cue(1000, 5000, "<i>Привет</i>"), make_cue(4500, 9000, "две\nстроки")};
    document.cues[1].id = "2";
    document.cues[1].settings.region = "low";
    document.cues[1].settings.align = TextAlign::kLeft;
    const Track track("ru", Kind::kSubtitles, document);
    EXPECT_EQ(render_segment(&track, Ticks(900'000), seconds(4), seconds(4), kEntry),
              "WEBVTT\n"
              "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n"
              "\n"
              "STYLE\n"
              "::cue(b) {\n"
              "  color: red;\n"
              "}\n"
              "\n"
              "REGION\n"
              "id:low\n"
              "width:40.5%\n"
              "lines:2\n"
              "regionanchor:0%,100%\n"
              "viewportanchor:0%,100%\n"
              "\n"
              "00:00:01.000 --> 00:00:05.000\n"
              "<i>Привет</i>\n"
              "\n"
              "2\n"
              "00:00:04.500 --> 00:00:09.000 region:low align:left\n"
              "две\n"
              "строки\n"
              "\n");
}

TEST(Segment, WithoutATrackHasOnlyAHeader) {
    EXPECT_EQ(render_segment(nullptr, Ticks(0), Ticks(0), seconds(4), kEntry),
              "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n");
}

TEST(Segment, KeepsTheClockWithin33Bits) {
    constexpr std::int64_t kWrap = std::int64_t{1} << 33;
    const std::pair<Ticks, std::int64_t> cases[] = {
        {Ticks(kWrap - 1), kWrap - 1},
        {Ticks(kWrap), 0},
        {Ticks(kWrap + 7), 7},
        {hours(40), 40LL * 3600 * 90'000 - kWrap},
        {hours(24 * 365 * 30), 24LL * 365 * 30 * 3600 * 90'000 % kWrap},
        {Ticks(-1), kWrap - 1},
        {Ticks(-kWrap), 0},
    };
    for (const auto& [start, expected] : cases) {
        EXPECT_THAT(render_segment(nullptr, start, Ticks(0), seconds(4), kEntry),
                    HasSubstr(fmt::format("MPEGTS:{}\n", expected)))
            << start.count();
    }
}

// The texts of the cues in a segment, joined.
std::string texts(const Track& track, Ticks offset, Ticks duration, Ticks entry = kEntry) {
    const std::string segment = render_segment(&track, Ticks(0), offset, duration, entry);
    const Result<Source> read = parse_webvtt(segment);
    std::string out;
    for (const SourceCue& found : read->cues) {
        out += found.cue.text;
    }
    return out;
}

TEST(Segment, HoldsWhatOverlapsItAndNothingThatOnlyTouches) {
    const Track track = make_track({make_cue(0, 4000, "a"), make_cue(3999, 4001, "b"),
                                    make_cue(4000, 8000, "c"), make_cue(8000, 9000, "d")});
    EXPECT_EQ(texts(track, seconds(0), seconds(4)), "ab");
    EXPECT_EQ(texts(track, seconds(4), seconds(4)), "bc");
    EXPECT_EQ(texts(track, seconds(8), seconds(4)), "d");
    EXPECT_EQ(texts(track, seconds(12), seconds(4)), "");
}

TEST(Segment, CountsPartsOfAMillisecond) {
    // At 23.976 fps no boundary is a whole millisecond.
    const Track track = make_track({make_cue(0, 4005, "a"), make_cue(4004, 5000, "b")});
    const Ticks boundary(360'360);  // 4.004 s
    EXPECT_EQ(texts(track, Ticks(0), boundary), "a");
    EXPECT_EQ(texts(track, boundary, boundary), "ab");
    EXPECT_EQ(texts(track, Ticks(0), boundary + Ticks(1)), "ab");
    EXPECT_EQ(texts(track, boundary + Ticks(89), boundary), "ab") << "a lasts one tick more";
    EXPECT_EQ(texts(track, boundary + Ticks(90), boundary), "b");
}

TEST(Segment, EndsCuesWithTheEntry) {
    const Track track =
        make_track({make_cue(58'000, 70'000, "cut"), make_cue(59'999, 60'001, "ms"),
                    make_cue(60'000, 61'000, "late"), make_cue(65'000, 66'000, "no")});
    const std::string last = render_segment(&track, Ticks(0), seconds(56), seconds(4), kEntry);
    EXPECT_THAT(last, HasSubstr("00:00:58.000 --> 00:01:00.000\ncut\n"));
    EXPECT_THAT(last, HasSubstr("00:00:59.999 --> 00:01:00.000\nms\n"));
    EXPECT_THAT(last, Not(HasSubstr("late")));
    EXPECT_EQ(texts(track, seconds(60), seconds(8)), "") << "past the entry's end";
}

TEST(Segment, DropsACueThatWouldEndWhereItStarts) {
    const Track track = make_track({make_cue(59'999, 61'000, "x")});
    EXPECT_EQ(texts(track, seconds(56), seconds(4), milliseconds(59'999) + Ticks(89)), "");
    EXPECT_EQ(texts(track, seconds(56), seconds(4), milliseconds(60'000)), "x");
}

TEST(Segment, DoesNotRepeatCuesThatTheEntrysEndMakesEqual) {
    const Track track = make_track({make_cue(58'000, 70'000, "x"), make_cue(58'000, 71'000, "x"),
                                    make_cue(58'000, 60'000, "x"), make_cue(58'000, 70'000, "y")});
    EXPECT_EQ(texts(track, seconds(56), seconds(4)), "xy");
}

TEST(Segment, LeavesOutIdentifiersThatReadAsComments) {
    Cue cue = make_cue(0, 1000, "x");
    cue.id = "NOTE me";
    EXPECT_THAT(render_segment(std::make_unique<Track>(make_track({cue})).get(), Ticks(0), Ticks(0),
                               seconds(4), kEntry),
                Not(HasSubstr("NOTE")));
    cue.id = "NOTEBOOK";
    EXPECT_THAT(render_segment(std::make_unique<Track>(make_track({cue})).get(), Ticks(0), Ticks(0),
                               seconds(4), kEntry),
                HasSubstr("NOTEBOOK\n00:00:00.000"));
}

// What a player may rely on, for any track and any cutting into segments.
TEST(Segment, TogetherAllSegmentsSayEachCueWhereItIs) {
    const std::uint32_t seed = property_seed();
    SCOPED_TRACE(fmt::format("MATINEE_SEED={}", seed));
    Random random(seed);
    for (int round = 0; round < 100; ++round) {
        const Track track("en", Kind::kSubtitles, random_document(random));
        const Ticks entry(1 + random.below(90'000 * 90));
        const auto entry_ms = std::chrono::floor<Milliseconds>(entry);
        using Shown = std::tuple<Milliseconds, Milliseconds, std::string>;
        std::map<Shown, std::vector<Ticks>> seen;  // the offsets of the segments that have it
        std::vector<Ticks> offsets;
        for (Ticks offset(0); offset < entry;) {
            const Ticks duration =
                std::min<Ticks>(Ticks(1 + random.below(90'000 * 8)), entry - offset);
            const std::string segment = render_segment(&track, hours(40), offset, duration, entry);
            ASSERT_EQ(segment, render_segment(&track, hours(40), offset, duration, entry));
            const Result<Source> read = parse_webvtt(segment);
            ASSERT_TRUE(read);
            std::set<Shown> here;
            Milliseconds last_start(0);
            for (const SourceCue& found : read->cues) {
                const Cue& cue = found.cue;
                EXPECT_LE(last_start, cue.start) << "in order";
                last_start = cue.start;
                EXPECT_LT(cue.start, cue.end);
                EXPECT_LE(cue.end, entry_ms) << "within the entry";
                EXPECT_GT(Ticks(cue.end), offset) << "overlaps its segment";
                EXPECT_LT(Ticks(cue.start), offset + duration) << "overlaps its segment";
                const Shown shown{cue.start, cue.end, cue.text};
                EXPECT_TRUE(here.insert(shown).second) << "twice in one segment: " << cue.text;
                seen[shown].push_back(offset);
            }
            offsets.push_back(offset);
            offset += duration;
        }
        offsets.push_back(entry);
        std::set<Shown> expected;
        for (const Cue& cue : track.cues()) {
            const Milliseconds end = std::min(cue.end, entry_ms);
            if (cue.start < end) expected.insert({cue.start, end, cue.text});
        }
        ASSERT_EQ(seen.size(), expected.size());
        for (const auto& shown : expected) {
            std::vector<Ticks> where;
            for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
                if (Ticks(std::get<1>(shown)) > offsets[i] &&
                    Ticks(std::get<0>(shown)) < offsets[i + 1]) {
                    where.push_back(offsets[i]);
                }
            }
            EXPECT_EQ(seen[shown], where) << std::get<2>(shown);
        }
    }
}

}  // namespace
}  // namespace matinee::subtitles
