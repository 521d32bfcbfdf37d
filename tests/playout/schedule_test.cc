#include "playout/schedule.h"

#include <array>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::playout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Programme programme(std::string id, std::int64_t seconds, std::string fingerprint = "house") {
    return {id, "m-" + id, "", Segmentation({25, 1}, seconds * 25, 50, 2), std::move(fingerprint)};
}

std::vector<std::string> names(const std::vector<Airing>& airings) {
    std::vector<std::string> out;
    for (const Airing& airing : airings) {
        out.push_back(airing.entry_id);
    }
    return out;
}

Ticks seconds(std::int64_t count) {
    return std::chrono::seconds(count);
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

// A slate of ten seconds that can be cut on any picture.
Programme slate() {
    Programme programme{"slate", "m-slate", "", Segmentation({25, 1}, 250, 50, 2), "house"};
    programme.cut_at = CutAt::kFrames;
    return programme;
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
    for (const Block& made : schedule.blocks) {
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
