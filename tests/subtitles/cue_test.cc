#include "subtitles/cue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Source source_of(std::vector<Cue> cues) {
    Source source;
    std::size_t line = 1;
    for (Cue& cue : cues) {
        source.cues.push_back({std::move(cue), line});
        line += 10;
    }
    return source;
}

TEST(Tidy, SortsByStartAndKeepsTheOrderOfEqualStarts) {
    std::vector<Problem> problems;
    const Document document =
        tidy(source_of({make_cue(500, 600, "c"), make_cue(100, 900, "a"), make_cue(100, 200, "b")}),
             Overlaps::kExpected, problems);
    EXPECT_THAT(document.cues, ElementsAre(make_cue(100, 900, "a"), make_cue(100, 200, "b"),
                                           make_cue(500, 600, "c")));
    EXPECT_THAT(messages(problems),
                ElementsAre("11: the cue starts before the one above it: cues sorted by time"));
}

TEST(Tidy, DropsWhatNobodyCouldSeeAndSaysSo) {
    std::vector<Problem> problems;
    const Document document =
        tidy(source_of({make_cue(0, 100, "kept"), make_cue(200, 100, "a"), make_cue(300, 300, "b"),
                        make_cue(400, 500, "<i> </i>")}),
             Overlaps::kReported, problems);
    EXPECT_THAT(document.cues, ElementsAre(make_cue(0, 100, "kept")));
    EXPECT_THAT(messages(problems), ElementsAre("11: the cue ends before it starts: dropped",
                                                "21: the cue ends when it starts: dropped",
                                                "31: the cue has no text: dropped"));
}

TEST(Tidy, StartsNothingBeforeTheFilm) {
    std::vector<Problem> problems;
    const Document document = tidy(source_of({make_cue(-500, -100, "a"), make_cue(-500, 0, "b"),
                                              make_cue(-500, 100, "c"), make_cue(0, 100, "d")}),
                                   Overlaps::kExpected, problems);
    EXPECT_THAT(document.cues, ElementsAre(make_cue(0, 100, "c"), make_cue(0, 100, "d")));
    EXPECT_THAT(messages(problems),
                ElementsAre("1: the cue ends before the film starts: dropped",
                            "11: the cue ends before the film starts: dropped",
                            "21: the cue starts before the film: it starts with it now"));
}

TEST(Tidy, SaysTheSameOnlyOnce) {
    std::vector<Problem> problems;
    Cue elsewhere = make_cue(0, 100, "a");
    elsewhere.settings.line = 0;
    const Document document = tidy(
        source_of({make_cue(0, 100, "a"), make_cue(0, 100, "b"), elsewhere, make_cue(0, 101, "a")}),
        Overlaps::kExpected, problems);
    EXPECT_THAT(document.cues,
                ElementsAre(make_cue(0, 100, "a"), make_cue(0, 100, "b"), make_cue(0, 101, "a")));
    EXPECT_THAT(messages(problems), ElementsAre("21: the cue repeats the one of line 1: dropped"));
}

TEST(Tidy, ReportsOverlapsOnlyWhereTheyAreMistakes) {
    const std::vector<Cue> cues = {make_cue(0, 1000, "a"), make_cue(1000, 2000, "b"),
                                   make_cue(1900, 3000, "c")};
    std::vector<Problem> problems;
    EXPECT_EQ(tidy(source_of(cues), Overlaps::kExpected, problems).cues, cues);
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(tidy(source_of(cues), Overlaps::kReported, problems).cues, cues);
    EXPECT_THAT(messages(problems),
                ElementsAre("21: the cue overlaps the one of line 11 by 100 ms: kept, both are "
                            "shown at once"));
}

TEST(Track, FindsTheNextCueThatEndsLater) {
    const Track track = make_track({make_cue(0, 10'000, "long"), make_cue(100, 200, "a"),
                                    make_cue(300, 400, "b"), make_cue(500, 600, "c")});
    EXPECT_EQ(track.next_ending_after(0, Milliseconds(450)), 0U);
    EXPECT_EQ(track.next_ending_after(1, Milliseconds(450)), 3U);
    EXPECT_EQ(track.next_ending_after(1, Milliseconds(400)), 3U) << "b has ended at 400";
    EXPECT_EQ(track.next_ending_after(1, Milliseconds(399)), 2U);
    EXPECT_EQ(track.next_ending_after(1, Milliseconds(600)), 4U) << "none";
    EXPECT_EQ(track.next_ending_after(4, Milliseconds(0)), 4U) << "past the end";
    EXPECT_EQ(make_track({}).next_ending_after(0, Milliseconds(0)), 0U);
}

TEST(Track, FindsTheSameAsALookAtEachCue) {
    const std::uint32_t seed = property_seed();
    SCOPED_TRACE(fmt::format("MATINEE_SEED={}", seed));
    Random random(seed);
    for (int round = 0; round < 200; ++round) {
        std::vector<Cue> cues;
        const std::uint32_t count = random.below(35);
        for (std::uint32_t i = 0; i < count; ++i) {
            cues.push_back(make_cue(i * 10, i * 10 + 1 + random.below(200), "x"));
        }
        const Track track = make_track(cues);
        for (int query = 0; query < 50; ++query) {
            const std::size_t from = random.below(count + 2);
            const Milliseconds instant(random.below(600));
            std::size_t expected = std::min<std::size_t>(from, count);
            while (expected < count && cues[expected].end <= instant) {
                ++expected;
            }
            ASSERT_EQ(track.next_ending_after(from, instant), expected)
                << "from " << from << " of " << count << ", after " << instant.count();
        }
    }
}

}  // namespace
}  // namespace matinee::subtitles
