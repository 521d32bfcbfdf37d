#include "store/reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using review::Milliseconds;
using review::Sheet;
using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A round of three prepared films with one juror.
struct Contest {
    TempFolder folder;
    FakeClock clock;
    std::unique_ptr<Store> store = must(Store::open(folder / "matinee.db", clock));
    Juror juror;

    Contest() {
        for (const std::string id : {"boats", "tram", "kettle", "late"}) {
            EntryDescription entry;
            entry.id = id;
            entry.source = {"/films/" + id, 1, 1, "sha of " + id};
            must(store->upsert_entry(entry));
            const Job job = must(store->enqueue_job(id));
            must(store->take_job("worker", seconds(60)));
            Media media;
            media.id = "media-" + id;
            media.duration = seconds(10);
            must(store->finish_job(job.id, "worker", media));
        }
        ReviewRound round;
        round.id = "final";
        round.titles = {{"en", "Final"}};
        round.criteria = {{"story", {{"en", "Story"}}, 1, 10, 2},
                          {"image", {{"en", "Image"}}, 1, 10, 1}};
        round.seed = 42;
        must(store->create_review_round(round, "ann"));
        const std::vector<std::string> films{"boats", "tram", "kettle"};
        must(store->assign_review_entries("final", films, "ann"));
        juror = add("Bo");
    }

    Juror add(const std::string& name) {
        Juror added;
        added.round_id = "final";
        added.name = name;
        Link link;
        link.id = "link-of-" + name;
        link.secret_hash = "hash of " + name;
        return must(store->add_juror(added, link, "ann"));
    }

    std::vector<std::string> granted_to(const std::string& link) {
        std::vector<std::string> entries;
        for (const auto& grant : must(store->review_grants()).grants) {
            if (grant.link_id == link) entries.push_back(grant.entry_id);
        }
        return entries;
    }
};

TEST(Reviews, KeepWhatARoundIs) {
    Contest contest;
    const ReviewRound round = must(contest.store->find_review_round("final"));
    EXPECT_EQ(round.criteria.size(), 2U);
    EXPECT_EQ(round.criteria[0].weight, 2);
    EXPECT_EQ(round.seed, 42U);
    EXPECT_EQ(round.titles.at("en"), "Final");
    EXPECT_EQ(contest.store->create_review_round(round, "ann").error().code(),
              ErrorCode::kConflict);
    EXPECT_EQ(contest.store->find_review_round("other").error().code(), ErrorCode::kNotFound);
}

TEST(Reviews, GrantAJurorTheRoundsFilmsMinusConflicts) {
    Contest contest;
    EXPECT_THAT(contest.granted_to("link-of-Bo"), UnorderedElementsAre("boats", "tram", "kettle"));
    must(contest.store->set_review_conflict(contest.juror.id, "tram", "taught the author", "ann"));
    EXPECT_THAT(contest.granted_to("link-of-Bo"), UnorderedElementsAre("boats", "kettle"));
    must(contest.store->withdraw_review_entry("final", "boats", "ann"));
    EXPECT_THAT(contest.granted_to("link-of-Bo"), ElementsAre("kettle"));
    must(contest.store->clear_review_conflict(contest.juror.id, "tram", "ann"));
    EXPECT_THAT(contest.granted_to("link-of-Bo"), UnorderedElementsAre("tram", "kettle"));
    must(contest.store->remove_juror(contest.juror.id, "ann"));
    EXPECT_THAT(contest.granted_to("link-of-Bo"), IsEmpty());
    EXPECT_NE(must(contest.store->find_link("link-of-Bo")).revoked, Instant());
}

TEST(Reviews, GrantNothingOnceClosedAndKeepTheFilmsOutOfPublic) {
    Contest contest;
    ReviewRound round = must(contest.store->find_review_round("final"));
    round.closed = true;
    must(contest.store->change_review_round(round, "ann"));
    EXPECT_THAT(contest.granted_to("link-of-Bo"), IsEmpty());
    EXPECT_THAT(must(contest.store->review_grants()).entries,
                UnorderedElementsAre("boats", "tram", "kettle"));
}

TEST(Reviews, MoveTheAccessStampWithWhatAccessDependsOn) {
    Contest contest;
    auto stamp = must(contest.store->access_stamp());
    const auto moved = [&] {
        const auto before = stamp;
        stamp = must(contest.store->access_stamp());
        return stamp != before;
    };
    must(contest.store->set_review_conflict(contest.juror.id, "tram", "", "ann"));
    EXPECT_TRUE(moved());
    must(contest.store->clear_review_conflict(contest.juror.id, "tram", "ann"));
    EXPECT_TRUE(moved());
    must(contest.store->withdraw_review_entry("final", "tram", "ann"));
    EXPECT_TRUE(moved());
    must(contest.store->write_review_sheet(contest.juror.id, "boats", {.note = "fine"}));
    EXPECT_FALSE(moved()) << "what jurors write is no reason to look at all links again";
    must(contest.store->remove_juror(contest.juror.id, "ann"));
    EXPECT_TRUE(moved());
}

TEST(Reviews, AddLaterFilmsBehindTheOthers) {
    Contest contest;
    const std::vector<std::string> more{"tram", "late"};
    EXPECT_EQ(must(contest.store->assign_review_entries("final", more, "ann")), 1);
    const auto entries = must(contest.store->list_review_entries("final"));
    ASSERT_EQ(entries.size(), 4U);
    EXPECT_EQ(entries.back(), (ReviewEntry{"late", 1, 0, false}));
    must(contest.store->withdraw_review_entry("final", "tram", "ann"));
    EXPECT_EQ(must(contest.store->assign_review_entries("final", more, "ann")), 1);
    EXPECT_EQ(must(contest.store->list_review_entries("final")), entries);
}

TEST(Reviews, AssignAllOrNothing) {
    Contest contest;
    const std::vector<std::string> films{"late", "nothing"};
    const auto assigned = contest.store->assign_review_entries("final", films, "ann");
    ASSERT_FALSE(assigned);
    EXPECT_THAT(assigned.error().message(), HasSubstr("no film \"nothing\""));
    EXPECT_EQ(must(contest.store->list_review_entries("final")).size(), 3U);
}

TEST(Reviews, TakeASheetOnlyFromWhoSawTheLastVersion) {
    Contest contest;
    Sheet sheet{
        .scores = {{"story", 7}}, .note = "a\nb", .comments = {{"c1", Milliseconds(5), "x"}}};
    EXPECT_EQ(must(contest.store->write_review_sheet(contest.juror.id, "boats", sheet)).version, 1);
    sheet.scores["story"] = 8;
    EXPECT_EQ(contest.store->write_review_sheet(contest.juror.id, "boats", sheet).error().code(),
              ErrorCode::kConflict);
    sheet.version = 1;
    must(contest.store->write_review_sheet(contest.juror.id, "boats", sheet));
    sheet.version = 2;
    EXPECT_EQ(must(contest.store->find_review_sheet(contest.juror.id, "boats")), sheet);
}

TEST(Reviews, RefuseSheetsOfFilmsThatAreNotTheirs) {
    Contest contest;
    must(contest.store->set_review_conflict(contest.juror.id, "tram", "", "ann"));
    const auto write = [&](const std::string& entry) {
        const auto written = contest.store->write_review_sheet(contest.juror.id, entry, {});
        return written ? "" : std::string(to_string(written.error().code()));
    };
    EXPECT_EQ(write("tram"), "not-found");
    EXPECT_EQ(write("late"), "not-found");
    EXPECT_EQ(write("boats"), "");
    EXPECT_EQ(
        contest.store->note_watched(contest.juror.id, "tram", {}, Milliseconds(0)).error().code(),
        ErrorCode::kNotFound);
    ReviewRound round = must(contest.store->find_review_round("final"));
    round.closed = true;
    must(contest.store->change_review_round(round, "ann"));
    EXPECT_EQ(write("kettle"), "denied");
}

TEST(Reviews, AddUpWhatWasWatchedByTwoTabs) {
    Contest contest;
    const auto watch = [&](int from, int to) {
        const std::vector<review::Stretch> part{{Milliseconds(from), Milliseconds(to)}};
        return must(contest.store->note_watched(contest.juror.id, "boats", part, Milliseconds(to)));
    };
    watch(0, 4000);
    watch(3000, 5000);
    must(contest.store->write_review_sheet(contest.juror.id, "boats", {.note = "so far"}));
    const Sheet sheet = watch(9000, 12'000);
    EXPECT_THAT(sheet.seen, ElementsAre(review::Stretch{Milliseconds(0), Milliseconds(5000)},
                                        review::Stretch{Milliseconds(9000), Milliseconds(10'000)}));
    EXPECT_EQ(sheet.position, Milliseconds(10'000)) << "the film's end";
    EXPECT_EQ(sheet.note, "so far");
    EXPECT_EQ(sheet.version, 1) << "watching is no version";
}

TEST(Reviews, ChangeWithoutTakingScoresTheirMeaning) {
    Contest contest;
    must(contest.store->write_review_sheet(contest.juror.id, "boats", {.scores = {{"story", 7}}}));
    ReviewRound round = must(contest.store->find_review_round("final"));
    round.criteria[0].high = 5;
    EXPECT_THAT(contest.store->change_review_round(round, "ann").error().message(),
                HasSubstr("another scale"));
    round.criteria[0].high = 10;
    round.criteria[0].weight = 5;
    EXPECT_EQ(must(contest.store->change_review_round(round, "ann")), 2);
    EXPECT_EQ(contest.store->change_review_round(round, "ann").error().code(),
              ErrorCode::kConflict);
}

TEST(Reviews, GiveEveryJurorANumberOfTheirOwnForGood) {
    Contest contest;
    EXPECT_EQ(contest.juror.number, 0);
    const Juror second = contest.add("Cy");
    must(contest.store->remove_juror(second.id, "ann"));
    EXPECT_EQ(contest.add("Di").number, 2);
    Juror again;
    again.round_id = "final";
    again.name = "Bo";
    again.user_id = "somebody";
    EXPECT_EQ(contest.store->add_juror(again, std::nullopt, "ann").error().code(),
              ErrorCode::kConflict);
}

TEST(Reviews, AreInTheAuditLog) {
    Contest contest;
    must(contest.store->set_review_conflict(contest.juror.id, "tram", "cousin", "ann"));
    const auto log = must(contest.store->list_audit());
    for (const char* action :
         {"review.create", "review.assign", "review.juror", "link.add", "review.conflict"}) {
        EXPECT_THAT(log, Contains(Field(&AuditRecord::action, action)));
    }
    EXPECT_THAT(log.front().detail, HasSubstr("cousin"));
}

}  // namespace
}  // namespace matinee::store
