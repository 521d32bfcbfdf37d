#include "playout/schedule.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::playout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Programme programme(std::string id, std::int64_t seconds, std::string fingerprint = "house") {
    return {id,
            "m-" + id,
            "",
            Ticks(std::chrono::seconds(seconds)),
            (seconds + 3) / 4,
            std::move(fingerprint)};
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
    EXPECT_THAT(extend({}, std::nullopt, seconds(10)), IsEmpty());
    const std::vector<Programme> empty = {programme("e", 0)};
    EXPECT_THAT(extend(empty, std::nullopt, seconds(10)), IsEmpty());
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
