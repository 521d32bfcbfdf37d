#include "review/scoring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::review {
namespace {

using testing::HasSubstr;

std::vector<Criterion> criteria() {
    return {{"story", {{"en", "Story"}}, 1, 5, 3}, {"image", {{"en", "Image"}}, 0, 10, 1}};
}

std::string refusal(Sheet sheet) {
    const auto checked = check_sheet(sheet, criteria());
    return checked ? "" : checked.error().message();
}

TEST(Criteria, AreRefusedByName) {
    const auto refused = [](auto change) {
        auto changed = criteria();
        change(changed);
        const auto checked = check_criteria(changed);
        return checked ? std::string() : checked.error().message();
    };
    EXPECT_EQ(refused([](auto&) {}), "");
    EXPECT_THAT(refused([](auto& all) { all.clear(); }), HasSubstr("1 to 20 criteria"));
    EXPECT_THAT(refused([](auto& all) { all[1].id = "story"; }), HasSubstr("two criteria"));
    EXPECT_THAT(refused([](auto& all) { all[0].id = "A b"; }), HasSubstr("\"A b\""));
    EXPECT_THAT(refused([](auto& all) { all[0].high = 1; }), HasSubstr("from 1 to 1"));
    EXPECT_THAT(refused([](auto& all) { all[0].names.clear(); }), HasSubstr("needs a name"));
    EXPECT_THAT(refused([](auto& all) { all[0].weight = all[1].weight = 0; }),
                HasSubstr("weighs anything"));
}

TEST(Sheet, TakesWhatTheCriteriaAskFor) {
    EXPECT_EQ(refusal({.scores = {{"story", 5}, {"image", 0}}, .note = "good"}), "");
    EXPECT_THAT(refusal({.scores = {{"story", 6}}}), HasSubstr("6 for \"story\""));
    EXPECT_THAT(refusal({.scores = {{"sound", 1}}}), HasSubstr("\"sound\""));
    EXPECT_THAT(refusal({.note = std::string(kLongestNote + 1, 'a')}), HasSubstr("note"));
    EXPECT_THAT(refusal({.comments = {{"a", Milliseconds(-5), "x"}}}), HasSubstr("5 ms before"));
    EXPECT_THAT(refusal({.comments = {{"a", Milliseconds(5), ""}}}), HasSubstr("0 bytes"));
    EXPECT_THAT(refusal({.comments = {{"a", Milliseconds(5), "x"}, {"a", Milliseconds(6), "y"}}}),
                HasSubstr("id of its own"));
}

TEST(Sheet, HasItsCommentsInTheOrderOfTheFilm) {
    Sheet sheet{.comments = {{"b", Milliseconds(900), "late"}, {"a", Milliseconds(5), "early"}}};
    ASSERT_TRUE(check_sheet(sheet, criteria()));
    EXPECT_EQ(sheet.comments.front().text, "early");
}

TEST(Sheet, SaysHowFarItsJurorIs) {
    const Milliseconds film(1000);
    const auto state = [&](const Sheet& sheet) { return state_of(sheet, criteria(), film); };
    EXPECT_EQ(state({}), SheetState::kNew);
    EXPECT_EQ(state({.seen = {{Milliseconds(0), Milliseconds(10)}}}), SheetState::kBegun);
    EXPECT_EQ(state({.version = 1, .note = "later"}), SheetState::kBegun);
    EXPECT_EQ(state({.seen = {{Milliseconds(50), Milliseconds(950)}}}), SheetState::kSeen);
    EXPECT_EQ(state({.version = 1, .scores = {{"story", 2}}}), SheetState::kBegun);
    EXPECT_EQ(state({.version = 2, .scores = {{"story", 2}, {"image", 2}}}), SheetState::kScored);
}

TEST(Marks, AreWeighedOnTheirScales) {
    // Best of 1 to 5, weight 3; middle of 0 to 10, weight 1.
    EXPECT_DOUBLE_EQ(*mark_of({{"story", 5}, {"image", 5}}, criteria()), 87.5);
    EXPECT_DOUBLE_EQ(*mark_of({{"story", 1}, {"image", 0}}, criteria()), 0);
    EXPECT_DOUBLE_EQ(*mark_of({{"story", 5}, {"image", 10}}, criteria()), 100);
}

TEST(Marks, AreNotMadeUpForMissingScores) {
    EXPECT_FALSE(mark_of({{"story", 5}}, criteria()));
    auto uncounted = criteria();
    uncounted[1].weight = 0;
    EXPECT_DOUBLE_EQ(*mark_of({{"story", 3}}, uncounted), 50);
}

TEST(Spread, IsOfASample) {
    const std::vector<double> marks{2, 4, 4, 4, 5, 5, 7, 9};
    const Spread spread = spread_of(marks);
    EXPECT_EQ(spread.count, 8U);
    EXPECT_DOUBLE_EQ(spread.mean, 5);
    EXPECT_NEAR(spread.deviation, 2.13809, 1e-5);
    EXPECT_EQ(spread.lowest, 2);
    EXPECT_EQ(spread.highest, 9);
    EXPECT_EQ(spread_of(std::vector<double>{3}).deviation, 0);
    EXPECT_EQ(spread_of({}).count, 0U);
}

TEST(Results, RankByTheMeanOfCompleteSheets) {
    const Scores best{{"story", 5}, {"image", 10}};
    const Scores worst{{"story", 1}, {"image", 0}};
    const Scores half{{"story", 5}};
    const std::vector<std::vector<Scores>> films{{worst, best}, {best}, {half}, {best, half}, {{}}};
    const auto results = results_of(films, criteria());
    EXPECT_EQ(results[0].rank, 3U);
    EXPECT_EQ(results[1].rank, 1U);
    EXPECT_EQ(results[2].rank, std::nullopt);
    EXPECT_EQ(results[2].incomplete, 1U);
    EXPECT_EQ(results[3].rank, 1U) << "an incomplete sheet lowers nothing";
    EXPECT_EQ(results[4].incomplete, 0U);
    EXPECT_DOUBLE_EQ(results[0].marks.mean, 50);
    // What there is of an incomplete sheet still counts by criterion.
    EXPECT_EQ(results[2].by_criterion.at("story").count, 1U);
    EXPECT_EQ(results[3].by_criterion.at("story").count, 2U);
    EXPECT_EQ(results[3].by_criterion.at("image").count, 1U);
}

}  // namespace
}  // namespace matinee::review
