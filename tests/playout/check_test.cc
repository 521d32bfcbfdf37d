#include "playout/check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/timeline.h"

namespace matinee::playout {
namespace {

using std::chrono::seconds;
using test::programme;
using test::slate;
using testing::ElementsAre;
using testing::IsEmpty;

// A day that loops two films, and a gala of one at 100 s.
struct Plan {
    Schedule schedule;
    std::vector<std::vector<ItemFacts>> facts;
    std::vector<ItemFacts> fillers;
    std::optional<ItemFacts> slate_facts;
    Ticks until = seconds(200);

    Plan() {
        Block& day = schedule.blocks.emplace_back();
        day.id = "day";
        day.items = {programme("a", 20), programme("b", 30)};
        Block& gala = schedule.blocks.emplace_back();
        gala.id = "gala";
        gala.items = {programme("g", 40)};
        gala.fixed = true;
        schedule.starts = {{seconds(100), 1}};
        schedule.slate = slate();
        for (const Block& block : schedule.blocks) {
            auto& own = facts.emplace_back();
            for (const auto& item : block.items) {
                own.push_back({item->entry_id, true, false, {}, {}, {}});
            }
        }
    }

    // "severity code block/item at", one a finding.
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const Finding& finding :
             check({schedule, facts, std::nullopt, until, {}, fillers, slate_facts})) {
            out.push_back(fmt::format("{} {} {}/{} {}", to_string(finding.severity), finding.code,
                                      finding.block, finding.item,
                                      finding.at < Ticks(0) ? -1 : finding.at.count() / 90'000));
            EXPECT_FALSE(finding.message.empty());
        }
        return out;
    }
};

TEST(Check, FindsNothingInAGoodPlan) {
    EXPECT_THAT(Plan().lines(), IsEmpty());
}

TEST(Check, ReportsItemsByTheirPosition) {
    Plan plan;
    plan.facts[0][0].lacking = {"zh"};
    plan.schedule.blocks[0].items[1].reset();
    plan.schedule.blocks[0].items.push_back(programme("a", 20));
    plan.facts[0].push_back(plan.facts[0][0]);
    plan.schedule.blocks[0].items.push_back(std::nullopt);
    plan.facts[0].push_back({"nobody", false, false, {}, {}, {}});
    plan.schedule.blocks[0].items.push_back(std::nullopt);
    plan.facts[0].push_back({"trimmed", true, true, {}, {}, {}});
    EXPECT_THAT(plan.lines(),
                ElementsAre("warning missing-language day/0 -1", "error not-ready day/1 -1",
                            "warning missing-language day/2 -1", "warning repeat day/2 -1",
                            "error unknown-entry day/3 -1", "warning not-trimmed day/4 -1"));
}

TEST(Check, ReportsAFilmThatIsOnAgainInAnotherBlock) {
    Plan plan;
    plan.schedule.blocks[1].items = {programme("b", 30)};
    plan.facts[1][0].entry_id = "b";
    EXPECT_THAT(plan.lines(), ElementsAre("warning repeat gala/0 100"))
        << "once, however often the gala is repeated";
    plan.schedule.starts.push_back({std::chrono::hours(20), 1});
    plan.until = std::chrono::hours(21);
    plan.schedule.blocks[0].passes = 1;
    plan.schedule.blocks[1].passes = 1;
    EXPECT_THAT(plan.lines(), testing::Contains("warning repeat gala/0 100"));
    plan.schedule.starts = {{std::chrono::hours(25), 1}};
    plan.until = std::chrono::hours(26);
    EXPECT_THAT(plan.lines(), testing::Not(testing::Contains(testing::HasSubstr("repeat"))))
        << "on the next day that is as it should be";
}

TEST(Check, LetsCardsAndFillersComeAgain) {
    Plan plan;
    plan.schedule.blocks[0].items.push_back(programme("a", 20));
    plan.facts[0].push_back(plan.facts[0][0]);
    plan.schedule.blocks[1].items.push_back(programme("a", 20));
    plan.facts[1].push_back(plan.facts[0][0]);
    for (ItemFacts* const facts : {&plan.facts[0][0], &plan.facts[0][2], &plan.facts[1][1]})
        facts->may_repeat = true;
    EXPECT_THAT(plan.lines(), ElementsAre("warning gap /-1 90")) << "b does not fit, nor does a";
}

TEST(Check, LooksAtWhatPassesTheTime) {
    Plan plan;
    plan.schedule.starts[0].at = seconds(115);
    plan.schedule.fillers = {programme("f", 5)};
    plan.fillers = {{"f", true, false, {}, {}, Ticks(seconds(107))}, {"late"}, {"nobody", false}};
    plan.fillers[1].ready = false;
    plan.slate_facts = ItemFacts{"slate"};
    EXPECT_THAT(plan.lines(), ElementsAre("warning not-ready /-1 -1", "error unknown-entry /-1 -1",
                                          "error not-permitted /-1 105"));
    plan.schedule.fillers.clear();
    plan.fillers.clear();
    plan.slate_facts->permitted_from = seconds(300);
    EXPECT_THAT(plan.lines(), ElementsAre("error not-permitted /-1 100", "warning gap /-1 100"));
    plan.schedule.slate.reset();
    plan.slate_facts = ItemFacts{"slate"};
    plan.slate_facts->ready = false;
    EXPECT_THAT(plan.lines(), testing::Contains("error not-ready /-1 -1"));
}

TEST(Check, ReportsGapsBeforeAFixedStartAndAfterTheEnd) {
    Plan plan;
    plan.schedule.starts[0].at = seconds(115);
    plan.schedule.blocks[1].passes = 1;
    EXPECT_THAT(plan.lines(), ElementsAre("warning gap /-1 100", "warning gap /-1 155"))
        << "15 s before the gala: neither film fits";
}

TEST(Check, ReportsWhatIsCutAndWhatComesLate) {
    Plan plan;
    plan.schedule.starts[0].at = seconds(91);
    plan.schedule.blocks[1].overrun = Overrun::kCut;
    EXPECT_THAT(plan.lines(), ElementsAre("warning cut day/1 70", "warning gap /-1 90"))
        << "20 s of b, whole segments";
    plan.schedule.blocks[1].overrun = Overrun::kFinish;
    EXPECT_THAT(plan.lines(), ElementsAre("warning late gala/-1 91"));
    plan.schedule.starts = {{seconds(75), 1}, {seconds(95), 1}};
    EXPECT_THAT(plan.lines(), ElementsAre("error missed gala/-1 75", "warning late gala/-1 95"));
}

TEST(Check, SaysThatWhatIsCutFadesOutOnceThatIsPrepared) {
    Plan plan;
    plan.schedule.starts[0].at = seconds(91);
    plan.schedule.blocks[1].overrun = Overrun::kCut;
    plan.schedule.endings = {
        {"m-b", 21 * 25, {"b", "m-faded", "", Segmentation({25, 1}, 21 * 25, 50, 2), "house"}}};
    EXPECT_THAT(plan.lines(), ElementsAre("warning cut day/1 70")) << "and no slate is left";
    const auto findings = check({plan.schedule, plan.facts, std::nullopt, seconds(200)});
    EXPECT_EQ(findings.front().message,
              "\"b\" loses its last 9.0 s to the next fixed start, and fades out");
}

TEST(Check, ReportsACountdownThatCannotBeShown) {
    Plan plan;
    plan.schedule.starts[0].at = seconds(115);
    plan.schedule.blocks[1].countdown = slate();
    EXPECT_THAT(plan.lines(), ElementsAre("warning gap /-1 100")) << "five seconds before it";
    const CheckInput input{
        plan.schedule,
        plan.facts,
        std::nullopt,
        seconds(10),
        {{1, "late", true, false}, {1, "none", false, false}, {1, "film", true, true}}};
    std::vector<std::string> found;
    for (const Finding& finding : check(input)) {
        found.push_back(
            fmt::format("{} {} {}", to_string(finding.severity), finding.code, finding.block));
    }
    EXPECT_THAT(found, ElementsAre("warning no-countdown gala", "error no-countdown gala",
                                   "error no-countdown gala"));
}

TEST(Check, ReportsWhatAirsOutsideOfItsDates) {
    Plan plan;
    plan.facts[1][0].permitted_from = seconds(120);
    plan.facts[0][0].permitted_until = seconds(40);
    EXPECT_THAT(plan.lines(),
                ElementsAre("error not-permitted day/0 50", "error not-permitted gala/0 100"));
}

TEST(Check, ReportsThatNothingCanBeShown) {
    Plan plan;
    plan.schedule.blocks.clear();
    plan.schedule.starts.clear();
    plan.schedule.slate.reset();
    EXPECT_THAT(plan.lines(), ElementsAre("error off-air /-1 0"));
}

}  // namespace
}  // namespace matinee::playout
