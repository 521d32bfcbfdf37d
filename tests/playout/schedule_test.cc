#include "playout/schedule.h"

#include <array>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "playout/rundown.h"
#include "support/timeline.h"

namespace matinee::playout {
namespace {

using std::chrono::seconds;
using test::programme;
using test::slate;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> names(const std::vector<Airing>& airings) {
    std::vector<std::string> out;
    for (const Airing& airing : airings) {
        out.push_back(airing.entry_id);
    }
    return out;
}

TEST(Extend, LoopsUntilTheHorizonIsCovered) {
    const std::vector<Programme> loop = {programme("a", 10), programme("b", 6)};
    const auto airings = extend(loop, std::nullopt, seconds(27));
    EXPECT_THAT(names(airings), ElementsAre("a", "b", "a", "b"));
    EXPECT_EQ(airings.back().start, seconds(26));
    EXPECT_EQ(airings.back().first_sequence, 3 + 2 + 3);
    EXPECT_EQ(airings.back().ordinal, 3);
}

TEST(Extend, AddsNothingToACoveredHorizonOrFromAnEmptyLoop) {
    const std::vector<Programme> loop = {programme("a", 10)};
    const auto once = extend(loop, std::nullopt, seconds(5));
    EXPECT_THAT(extend(loop, RundownEnd{once.back(), "house"}, seconds(10)), IsEmpty());
    EXPECT_THAT(extend(std::vector<Programme>(), std::nullopt, seconds(10)), IsEmpty());
}

TEST(Extend, GivesTheSameRowsHoweverOftenItStops) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const std::vector<Programme> loop = {programme("a", 10), programme("b", 6, "other"),
                                         programme("c", 13)};
    const auto whole = extend(loop, std::nullopt, seconds(5000));
    std::vector<Airing> pieces;
    std::string fingerprint;
    std::int64_t until = 0;
    while (until < 5000) {
        until = std::min<std::int64_t>(until + static_cast<std::int64_t>(random() % 100), 5000);
        std::optional<RundownEnd> end;
        if (!pieces.empty()) {
            end = RundownEnd{pieces.back(), pieces.back().entry_id == "b" ? "other" : "house"};
        }
        const auto more = extend(loop, end, seconds(until));
        pieces.insert(pieces.end(), more.begin(), more.end());
    }
    EXPECT_EQ(pieces, whole);
}

TEST(Extend, MarksADiscontinuityWhereInitSectionsDiffer) {
    const std::vector<Programme> loop = {programme("a", 4), programme("b", 4, "other"),
                                         programme("c", 4, "other")};
    const auto airings = extend(loop, std::nullopt, seconds(24));
    std::vector<int> marked;
    std::vector<std::int64_t> numbers;
    for (const Airing& airing : airings) {
        marked.push_back(airing.discontinuity ? 1 : 0);
        numbers.push_back(airing.discontinuity_sequence);
    }
    EXPECT_THAT(marked, ElementsAre(0, 1, 0, 1, 1, 0));
    EXPECT_THAT(numbers, ElementsAre(0, 1, 1, 2, 3, 3));
}

TEST(Extend, StartsOverWhenTheLastEntryHasLeftTheLoop) {
    const auto before = extend(std::vector{programme("gone", 4)}, std::nullopt, seconds(4));
    const auto after = extend(std::vector{programme("a", 4), programme("b", 4)},
                              RundownEnd{before.back(), "house"}, seconds(12));
    EXPECT_THAT(names(after), ElementsAre("a", "b"));
    EXPECT_EQ(after.front().start, seconds(4));
}

Block block(std::string id, std::vector<std::optional<Programme>> items, std::int64_t passes = 0) {
    Block block;
    block.id = std::move(id);
    block.items = std::move(items);
    block.passes = passes;
    return block;
}

Block fixed(std::string id, std::vector<std::optional<Programme>> items, std::int64_t passes = 1,
            Overrun overrun = Overrun::kFill) {
    Block made = block(std::move(id), std::move(items), passes);
    made.fixed = true;
    made.overrun = overrun;
    return made;
}

// "name start+duration" in seconds: "slate 30+5.5".
std::vector<std::string> lines(const std::vector<Airing>& airings) {
    std::vector<std::string> out;
    for (const Airing& airing : airings) {
        out.push_back(fmt::format("{} {:g}+{:g}", airing.entry_id,
                                  static_cast<double>(airing.start.count()) / 90'000,
                                  static_cast<double>(airing.duration.count()) / 90'000));
    }
    return out;
}

TEST(Schedule, FillsTheTimeBeforeAFixedStartAndBeginsOnItsTick) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 20)}), fixed("gala", {programme("g", 30)}),
                       block("night", {programme("n", 20)})};
    schedule.starts = {{Ticks(90'000 * 55 + 12'345), 1}};
    schedule.slate = slate();
    const auto airings = extend(schedule, std::nullopt, seconds(120));
    EXPECT_THAT(names(airings), ElementsAre("a", "a", "slate", "slate", "g", "n", "n"));
    EXPECT_EQ(airings[4].start, schedule.starts[0].at);
    EXPECT_EQ(airings[3].duration, schedule.starts[0].at - seconds(50));
    EXPECT_EQ(airings[3].place.role, Role::kFill);
}

TEST(Schedule, PlaysFillersThatFitInTurnBeforeTheSlate) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}), fixed("gala", {programme("g", 30)})};
    schedule.starts = {{seconds(75), 1}};
    schedule.fillers = {programme("x", 12), programme("y", 8), programme("z", 60)};
    schedule.slate = slate();
    EXPECT_THAT(lines(extend(schedule, std::nullopt, seconds(80))),
                ElementsAre("a 0+40", "x 40+12", "y 52+8", "x 60+12", "slate 72+3", "g 75+30"));
}

TEST(Schedule, CutsAFilmAtItsLastWholeSegmentAndFillsTheRest) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}),
                       fixed("gala", {programme("g", 30)}, 1, Overrun::kCut)};
    schedule.starts = {{seconds(75), 1}};
    schedule.slate = slate();
    const auto airings = extend(schedule, std::nullopt, seconds(80));
    EXPECT_THAT(lines(airings), ElementsAre("a 0+40", "a 40+32", "slate 72+3", "g 75+30"));
    EXPECT_EQ(airings[1].to, seconds(32));
}

TEST(Schedule, CutsACardOnThePicture) {
    Schedule schedule;
    schedule.blocks = {block("day", {slate()}),
                       fixed("gala", {programme("g", 30)}, 1, Overrun::kCut)};
    schedule.starts = {{seconds(17), 1}};
    EXPECT_THAT(lines(extend(schedule, std::nullopt, seconds(20))),
                ElementsAre("slate 0+10", "slate 10+7", "g 17+30"));
}

TEST(Schedule, LetsAFilmFinishAndStartsLate) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}),
                       fixed("gala", {programme("g", 30)}, 1, Overrun::kFinish)};
    schedule.starts = {{seconds(75), 1}, {seconds(200), 1}};
    schedule.slate = slate();
    const auto airings = extend(schedule, std::nullopt, seconds(125));
    EXPECT_THAT(lines(airings),
                ElementsAre("a 0+40", "a 40+40", "g 80+30", "slate 110+10", "slate 120+10"));
}

TEST(Schedule, NeverWaitsWhereThereIsNothingToFillWith) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}), fixed("gala", {programme("g", 30)})};
    schedule.starts = {{seconds(75), 1}};
    // Two seconds late, at the end of a segment; then the gala goes on, for lack of anything else.
    EXPECT_THAT(lines(extend(schedule, std::nullopt, seconds(110))),
                ElementsAre("a 0+40", "a 40+36", "g 76+30", "g 106+30"));
}

TEST(Schedule, FollowsOnThroughPassesAndEnds) {
    Schedule schedule;
    schedule.blocks = {block("one", {programme("a", 4), programme("b", 4)}, 2),
                       block("two", {programme("c", 8)}), block("three", {programme("d", 12)})};
    schedule.blocks[1].ends = {seconds(30)};
    EXPECT_THAT(
        lines(extend(schedule, std::nullopt, seconds(50))),
        ElementsAre("a 0+4", "b 4+4", "a 8+4", "b 12+4", "c 16+8", "c 24+8", "d 32+12", "d 44+12"));
}

TEST(Schedule, PassesOverWhatIsNotReady) {
    Schedule schedule;
    schedule.blocks = {block("one", {std::nullopt, programme("b", 4), std::nullopt}),
                       block("two", {std::nullopt})};
    const auto airings = extend(schedule, std::nullopt, seconds(8));
    EXPECT_THAT(names(airings), ElementsAre("b", "b"));
    EXPECT_EQ(airings[1].place.item, 1);
    schedule.blocks.erase(schedule.blocks.begin());
    EXPECT_THAT(extend(schedule, std::nullopt, seconds(8)), IsEmpty());
    schedule.slate = slate();
    EXPECT_THAT(names(extend(schedule, std::nullopt, seconds(8))), ElementsAre("slate"));
}

TEST(Schedule, GoesOnAfterTheSameItemWhenAnEntryComesTwice) {
    const std::vector<Programme> loop = {programme("a", 4), programme("b", 4), programme("a", 4),
                                         programme("c", 4)};
    const auto airings = extend(loop, std::nullopt, seconds(24));
    EXPECT_THAT(names(airings), ElementsAre("a", "b", "a", "c", "a", "b"));
    // A row from before there were schedules has its entry alone.
    RundownEnd old{airings[1], "house"};
    old.last.place = Place{};
    EXPECT_THAT(names(extend(loop, old, seconds(16))), ElementsAre("a", "c"));
}

TEST(Schedule, StopsWhereFixedStartsAreNotKnownYet) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 20)})};
    schedule.slate = slate();
    schedule.starts_until = seconds(50);
    EXPECT_THAT(names(extend(schedule, std::nullopt, seconds(1000))), ElementsAre("a", "a"));
}

// What ends `whole` after so many of its frames.
Ending ending(const Programme& whole, std::int64_t frames) {
    Ending made{whole.media_id, frames, whole};
    made.programme.media_id = fmt::format("{}-faded-{}", whole.media_id, frames);
    made.programme.cut = Segmentation(whole.cut.rate(), frames, whole.cut.rate().frames_in(2), 2);
    return made;
}

TEST(Endings, TakeThePlaceOfAHardCutAndReachTheStartOnItsTick) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}),
                       fixed("gala", {programme("g", 30)}, 1, Overrun::kCut)};
    schedule.slate = slate();
    // Between two pictures, a little nearer to the one before and to the one after.
    for (const std::int64_t off : {1'500, 2'100}) {
        schedule.endings.clear();
        schedule.starts = {{seconds(75) + Ticks(off), 1}};
        const auto hard = extend(schedule, std::nullopt, seconds(80));
        ASSERT_THAT(names(hard), ElementsAre("a", "a", "slate", "g"));
        EXPECT_FALSE(frames_until_start(schedule, hard[0], {25, 1})) << "it is not cut";
        const auto frames = frames_until_start(schedule, hard[1], {25, 1});
        ASSERT_EQ(frames, 35 * 25 + (off > 1'800 ? 1 : 0));

        schedule.endings = {ending(programme("a", 40), *frames - 1)};
        EXPECT_EQ(extend(schedule, std::nullopt, seconds(80)), hard) << "of another frame";
        schedule.endings.push_back(ending(programme("a", 40), *frames));
        const auto faded = extend(schedule, std::nullopt, seconds(80));
        ASSERT_THAT(names(faded), ElementsAre("a", "a", "g"));
        EXPECT_EQ(faded[0], hard[0]);
        EXPECT_EQ(faded[1].media_id, schedule.endings[1].programme.media_id);
        EXPECT_EQ(faded[1].place, hard[1].place);
        EXPECT_EQ(faded[2].start, schedule.starts[0].at);
        const auto cut = airing_cut(faded[1], schedule.endings[1].programme.cut);
        ASSERT_TRUE(cut);
        EXPECT_EQ(cut->cut.frames(), *frames) << "no picture is left out";
    }
}

TEST(Endings, AreNotAskedForWhatHasBeenEndedByHand) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}),
                       fixed("gala", {programme("g", 30)}, 1, Overrun::kCut)};
    schedule.starts = {{seconds(30), 1}};
    schedule.slate = slate();
    Airing airing = extend(schedule, std::nullopt, seconds(1)).front();
    EXPECT_EQ(frames_until_start(schedule, airing, {25, 1}), 30 * 25);
    airing.duration = seconds(8);
    airing.segment_count = 2;
    EXPECT_FALSE(frames_until_start(schedule, airing, {25, 1}));
}

TEST(Endings, GoOnWhereAFilmWasInterrupted) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}),
                       fixed("gala", {programme("g", 30)}, 1, Overrun::kCut)};
    schedule.starts = {{seconds(50), 1}};
    schedule.slate = slate();
    const Programme film = programme("a", 40);
    RundownEnd end{extend(schedule, std::nullopt, seconds(1)).front(), "house"};
    end.last.segment_count = 3;
    end.last.duration = seconds(12);
    // Resumed at 12 s after a hold of 20 s, which leaves 18 s.
    Planner held(schedule, end);
    Airing slate_row = *held.hold(Role::kHold);
    slate_row.duration = seconds(20);
    for (const std::int64_t seconds_shown : {30, 31}) {
        schedule.endings = {ending(film, seconds_shown * 25)};
        Planner planner(schedule, RundownEnd{slate_row, "house"});
        const auto rest = planner.play(film, seconds(12), {});
        ASSERT_TRUE(rest);
        EXPECT_EQ(rest->media_id == film.media_id, seconds_shown != 30);
    }
    schedule.endings = {ending(film, 30 * 25)};
    Planner planner(schedule, RundownEnd{slate_row, "house"});
    const Airing rest = *planner.play(film, seconds(12), {});
    EXPECT_EQ(rest.from, seconds(12));
    EXPECT_EQ(rest.end(), seconds(50));
    EXPECT_EQ(rest.segment_count, 5) << "four of 4 s, and two seconds";
}

// A card of a minute.
Programme countdown(std::int64_t length = 60) {
    Programme made = programme("countdown", length);
    made.cut_at = CutAt::kFrames;
    return made;
}

Schedule counted(std::int64_t at, std::int64_t length = 60) {
    Schedule schedule;
    schedule.blocks = {block("day", {programme("a", 40)}), fixed("gala", {programme("g", 30)})};
    schedule.blocks[1].countdown = countdown(length);
    schedule.starts = {{seconds(at), 1}};
    schedule.slate = slate();
    return schedule;
}

TEST(Countdown, ComesLastBeforeAFixedStart) {
    EXPECT_THAT(lines(extend(counted(115, 20), std::nullopt, seconds(120))),
                ElementsAre("a 0+40", "a 40+40", "slate 80+10", "slate 90+5", "countdown 95+20",
                            "g 115+30"));
    Schedule schedule = counted(115, 20);
    schedule.fillers = {programme("x", 12), programme("y", 8)};
    EXPECT_THAT(
        lines(extend(schedule, std::nullopt, seconds(120))),
        ElementsAre("a 0+40", "a 40+40", "x 80+12", "slate 92+3", "countdown 95+20", "g 115+30"))
        << "fillers have to fit before it";
}

TEST(Countdown, BeginsWithThePictureThereIsTimeFor) {
    Schedule schedule = counted(63);
    schedule.starts[0].at += Ticks(12'345);
    const auto airings = extend(schedule, std::nullopt, seconds(70));
    ASSERT_THAT(names(airings), ElementsAre("a", "countdown", "g"));
    const Airing& shown = airings[1];
    EXPECT_EQ(shown.end(), schedule.starts[0].at);
    EXPECT_EQ(shown.place.role, Role::kFill);
    // 23 s and a bit of 60: within the group of pictures that begins at 36 s.
    EXPECT_EQ(shown.from.count() % 3600, 0);
    EXPECT_GT(shown.from, seconds(36));
    EXPECT_LT(shown.from, seconds(37));
    // It is over with the last of its pictures.
    EXPECT_EQ(Segmentation({25, 1}, 1500, 50, 2).ending_at(shown.to).frames(), 1500);
}

TEST(Countdown, LosesALittleRatherThanLettingTheSlateFlash) {
    Schedule schedule = counted(100, 20);
    schedule.starts[0].at += Ticks(9'000);
    const auto airings = extend(schedule, std::nullopt, seconds(105));
    ASSERT_THAT(names(airings), ElementsAre("a", "a", "slate", "countdown", "g"));
    EXPECT_EQ(airings[2].duration, kShortestPiece);
    EXPECT_EQ(airings[4].start, schedule.starts[0].at);
}

TEST(Countdown, FillsWhatACutLeaves) {
    Schedule schedule = counted(75);
    schedule.blocks[1].overrun = Overrun::kCut;
    EXPECT_THAT(lines(extend(schedule, std::nullopt, seconds(80))),
                ElementsAre("a 0+40", "a 40+32", "countdown 72+3", "g 75+30"));
}

TEST(Countdown, IsLeftOutWhenItCannotBeCut) {
    Schedule schedule = counted(115, 20);
    schedule.blocks[1].countdown->cut_at = CutAt::kSegments;
    EXPECT_THAT(names(extend(schedule, std::nullopt, seconds(115))),
                ElementsAre("a", "a", "slate", "slate", "slate", "slate"));
}

// A random schedule with an all-intra slate and tick-odd starts and lengths.
Schedule random_schedule(std::mt19937& random) {
    const auto below = [&](std::int64_t bound) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
    };
    constexpr std::array<media::FrameRate, 4> kRates = {
        media::FrameRate{25, 1}, {24000, 1001}, {30000, 1001}, {50, 1}};
    const auto film = [&](std::string id) {
        const media::FrameRate rate = kRates[static_cast<std::size_t>(below(4))];
        Programme made{id, "m-" + id, "", Segmentation(rate, 1 + below(2000), rate.frames_in(2), 2),
                       below(4) == 0 ? "other" : "house"};
        if (below(5) == 0) made.cut_at = CutAt::kFrames;
        return made;
    };
    Schedule schedule;
    for (std::int64_t i = 0, count = 1 + below(5); i < count; ++i) {
        Block& made = schedule.blocks.emplace_back();
        made.id = "block" + std::to_string(i);
        for (std::int64_t item = 0, items = below(4); item < items; ++item) {
            made.items.emplace_back();
            if (below(5) != 0) made.items.back() = film(made.id + "-" + std::to_string(item));
        }
        made.passes = below(3);
        made.fixed = below(2) == 0;
        made.overrun = static_cast<Overrun>(below(3));
        if (made.fixed && below(3) == 0) {
            made.countdown = film(made.id + "-countdown");
            made.countdown->cut_at = CutAt::kFrames;
        }
        if (below(3) == 0) made.ends = {Ticks(below(60'000'000)), Ticks(60'000'000)};
    }
    Ticks at{below(1'000'000)};
    for (int i = 0; i < 40; ++i) {
        const auto chosen =
            static_cast<std::size_t>(below(static_cast<std::int64_t>(schedule.blocks.size())));
        if (schedule.blocks[chosen].fixed) schedule.starts.push_back({at, chosen});
        at += Ticks(100'000 + below(4'000'000));
    }
    for (std::int64_t i = 0, count = below(3); i < count; ++i) {
        schedule.fillers.push_back(film("filler" + std::to_string(i)));
    }
    schedule.slate = slate();
    return schedule;
}

std::string fingerprint_of(const Schedule& schedule, const Airing& airing) {
    std::vector<Programme> all = schedule.fillers;
    all.push_back(*schedule.slate);
    for (const Ending& made : schedule.endings)
        all.push_back(made.programme);
    for (const Block& made : schedule.blocks) {
        if (made.countdown) all.push_back(*made.countdown);
        for (const auto& item : made.items) {
            if (item) all.push_back(*item);
        }
    }
    return std::ranges::find(all, airing.media_id, &Programme::media_id)->fingerprint;
}

TEST(RandomSchedules, GiveTheSameRowsHoweverOftenTheyStop) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        SCOPED_TRACE(testing::Message() << "round " << round);
        const Schedule schedule = random_schedule(random);
        const Ticks until = seconds(1200);
        const auto whole = extend(schedule, std::nullopt, until);
        std::vector<Airing> pieces;
        for (Ticks at{0}; at < until;) {
            at = std::min(at + Ticks(random() % 9'000'000), until);
            // What is known of fixed starts may differ, as long as it is enough.
            Schedule known = schedule;
            if (random() % 2 == 0) {
                known.starts_until = at + seconds(200);
                std::erase_if(known.starts,
                              [&](const Start& start) { return start.at >= known.starts_until; });
            }
            std::optional<RundownEnd> end;
            if (!pieces.empty()) {
                end = RundownEnd{pieces.back(), fingerprint_of(schedule, pieces.back())};
            }
            const auto more = extend(known, end, at);
            pieces.insert(pieces.end(), more.begin(), more.end());
        }
        ASSERT_EQ(pieces, whole);
        ASSERT_FALSE(whole.empty());
    }
}

TEST(RandomSchedules, BeginFixedStartsOnTheirTickUnlessAFilmMayFinish) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    std::size_t exact = 0;
    for (int round = 0; round < 200; ++round) {
        SCOPED_TRACE(testing::Message() << "round " << round);
        Schedule schedule = random_schedule(random);
        for (Block& made : schedule.blocks) {
            if (made.overrun == Overrun::kFinish) made.overrun = Overrun::kCut;
        }
        const auto airings = extend(schedule, std::nullopt, seconds(1200));
        for (std::size_t i = 1; i < airings.size(); ++i) {
            const Airing& airing = airings[i];
            EXPECT_EQ(airing.start, airings[i - 1].end());
            EXPECT_GT(airing.duration, Ticks(0));
            if (airing.place.anchor == airings[i - 1].place.anchor) continue;
            // A start so soon after another that nothing fits in between comes late by itself.
            const Ticks off = airing.start - airing.place.anchor;
            EXPECT_LE(std::chrono::abs(off), kStartTolerance);
            // Films are cut between segments; the slate is what can be cut anywhere.
            if (airings[i - 1].entry_id == "slate" && airings[i - 1].to > Ticks(0)) {
                EXPECT_EQ(off, Ticks(0));
                ++exact;
            }
        }
    }
    EXPECT_GT(exact, 100u) << "the test tests something";
}

// The endings of all cuts, as they are prepared one after the other.
TEST(RandomSchedules, AreChangedByAnEndingOnlyUpToTheStartThatItIsFor) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    std::size_t used = 0;
    for (int round = 0; round < 100; ++round) {
        SCOPED_TRACE(testing::Message() << "round " << round);
        Schedule schedule = random_schedule(random);
        auto before = extend(schedule, std::nullopt, seconds(600));
        for (std::size_t i = 0; i < before.size(); ++i) {
            const Airing airing = before[i];
            const Programme* whole = nullptr;
            for (const Block& made : schedule.blocks) {
                for (const auto& item : made.items) {
                    if (item && item->media_id == airing.media_id) whole = &*item;
                }
            }
            if (whole == nullptr || whole->cut_at == CutAt::kFrames) continue;
            const auto frames = frames_until_start(schedule, airing, whole->cut.rate());
            if (!frames) continue;
            const auto limit = std::ranges::upper_bound(
                                   schedule.starts, airing.start + kStartTolerance, {}, &Start::at)
                                   ->at;
            schedule.endings.push_back(ending(*whole, *frames));
            const auto after = extend(schedule, std::nullopt, seconds(600));
            // Up to it all is as it was, unless the same film was cut at the same frame before.
            ASSERT_GT(after.size(), i);
            ASSERT_EQ(std::vector(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(i)),
                      std::vector(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(i)));
            EXPECT_EQ(after[i].media_id, schedule.endings.back().programme.media_id);
            EXPECT_EQ(after[i].start, airing.start);
            EXPECT_EQ(after[i].end(), limit);
            ASSERT_TRUE(airing_cut(after[i], schedule.endings.back().programme.cut));
            // And what comes after it begins when it did: fixed starts are as exact as they were.
            const auto first_ones = [](const std::vector<Airing>& rows) {
                std::vector<Airing> out;
                for (std::size_t row = 1; row < rows.size(); ++row) {
                    if (rows[row].place.anchor != rows[row - 1].place.anchor) {
                        out.push_back(rows[row]);
                    }
                }
                return out;
            };
            const bool was_exact =
                std::ranges::any_of(before, [&](const Airing& row) { return row.start == limit; });
            if (was_exact) {
                const auto alike = [](const Airing& a, const Airing& b) {
                    return a.entry_id == b.entry_id &&
                           std::chrono::abs(a.start - b.start) <= kStartTolerance;
                };
                EXPECT_TRUE(std::ranges::equal(first_ones(after), first_ones(before), alike));
            }
            before = after;
            ++used;
        }
    }
    EXPECT_GT(used, 50u) << "the test tests something";
}

TEST(RandomSchedules, CountDownToTheTick) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    std::size_t counted = 0;
    std::size_t in_the_middle = 0;
    for (int round = 0; round < 200; ++round) {
        SCOPED_TRACE(testing::Message() << "round " << round);
        const Schedule schedule = random_schedule(random);
        const auto airings = extend(schedule, std::nullopt, seconds(1200));
        for (std::size_t i = 0; i + 1 < airings.size(); ++i) {
            const Airing& airing = airings[i];
            const auto of = std::ranges::find_if(schedule.blocks, [&](const Block& made) {
                return made.countdown && made.countdown->entry_id == airing.entry_id;
            });
            if (of == schedule.blocks.end()) continue;
            ASSERT_TRUE(airing_cut(airing, of->countdown->cut));
            const auto start =
                std::ranges::find(schedule.starts, airings[i + 1].place.anchor, &Start::at);
            ASSERT_NE(start, schedule.starts.end());
            EXPECT_EQ(&schedule.blocks[start->block], &*of) << "the block it counts down to";
            EXPECT_LE(std::chrono::abs(airing.end() - start->at), kStartTolerance);
            if (airing.from > Ticks(0)) {
                EXPECT_EQ(airing.end(), start->at);
                ++in_the_middle;
            }
            // It is over when it is: its last picture is the last one there is.
            EXPECT_LE(of->countdown->duration() - airing.from - airing.duration,
                      of->countdown->cut.rate().start_of(1) + Ticks(1));
            ++counted;
        }
    }
    EXPECT_GT(counted, 100u) << "the test tests something";
    EXPECT_GT(in_the_middle, 50u);
}

TEST(FirstReplaceable, LeavesAloneWhatMayHaveBeenSeen) {
    const auto airings = extend(std::vector{programme("a", 10)}, std::nullopt, seconds(100));
    ASSERT_THAT(airings, SizeIs(10));
    // Now 15 s, published 18 s ahead, 2 s to spare: what begins at 40 s is the first unseen.
    EXPECT_EQ(first_replaceable(airings, seconds(15), seconds(18), seconds(2)), 4u);
    // An airing that begins exactly on the bound may be seen.
    EXPECT_EQ(first_replaceable(airings, seconds(20), seconds(18), seconds(2)), 5u);
    EXPECT_EQ(first_replaceable(airings, seconds(99), seconds(18), seconds(2)), 10u);
}

}  // namespace
}  // namespace matinee::playout
