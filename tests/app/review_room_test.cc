#include "app/review_room.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_support.h"

namespace matinee::app {
namespace {

using nlohmann::json;
using review::Milliseconds;
using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAreArray;

// A round of prepared films of ten seconds, and its room.
struct Contest {
    explicit Contest(std::vector<std::string> films = {"a", "b", "c", "d", "e", "f"}) {
        for (const std::string& id : films) {
            add_film(id);
        }
        store::ReviewRound round;
        round.id = "final";
        round.criteria = {{"story", {{"en", "Story"}}, 1, 5, 2},
                          {"image", {{"ru", "=Кадр"}}, 1, 5, 1}};
        must(room.create(round, "ann"));
        must(store->assign_review_entries("final", films, "ann"));
    }

    void add_film(const std::string& id) {
        store::EntryDescription entry;
        entry.id = id;
        entry.titles = {{"en", "Film " + id}, {"ru", "=Фильм " + id}};
        entry.source = {"/films/" + id, 1, 1, "sha of " + id};
        must(store->upsert_entry(entry));
        const store::Job job = must(store->enqueue_job(id));
        must(store->take_job("worker", seconds(60)));
        store::Media media;
        media.id = "media-" + id;
        media.duration = seconds(10);
        must(store->finish_job(job.id, "worker", media));
    }

    store::Juror add(const std::string& name) {
        return must(room.add_juror({.round_id = "final", .name = name, .account = ""}, "ann"));
    }

    void score(const store::Juror& juror, const std::string& film, review::Scores scores) {
        must(store->write_review_sheet(juror.id, film, {.scores = std::move(scores)}));
    }

    std::vector<std::string> order(const store::Juror& juror) {
        return films_of(must(store->find_review_round("final")),
                        must(store->list_review_entries("final")),
                        must(store->find_juror(juror.id)));
    }

    TempFolder folder;
    FakeClock clock;
    std::unique_ptr<store::Store> store = must(store::Store::open(folder / "matinee.db", clock));
    auth::LinkKey key = must(auth::LinkKey::create(Bytes(auth::LinkKey::kSize, std::byte{7})));
    ReviewRoom room{*store, key};
};

TEST(ReviewRoom, KeepsAJurorsOrderWhenFilmsComeAndGo) {
    Contest contest;
    contest.add("Ana");
    const auto bo = contest.add("Bo");
    auto before = contest.order(bo);
    EXPECT_THAT(before, UnorderedElementsAreArray({"a", "b", "c", "d", "e", "f"}));
    contest.add_film("g");
    contest.add_film("h");
    const std::vector<std::string> more{"g", "h"};
    must(contest.store->assign_review_entries("final", more, "ann"));
    const auto longer = contest.order(bo);
    ASSERT_EQ(longer.size(), 8U);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), longer.begin()));
    must(contest.store->withdraw_review_entry("final", before[1], "ann"));
    must(contest.store->set_review_conflict(bo.id, before[3], "", "ann"));
    contest.add("Cy");
    const auto shorter = contest.order(bo);
    before.erase(before.begin() + 3);
    before.erase(before.begin() + 1);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), shorter.begin()));
    EXPECT_EQ(shorter.size(), 6U);
}

TEST(ReviewRoom, GivesEachJurorAnOrderOfTheirOwn) {
    Contest contest;
    EXPECT_NE(contest.order(contest.add("Ana")), contest.order(contest.add("Bo")));
}

TEST(ReviewRoom, GivesAJurorALinkThatSaysNothingOfFilms) {
    Contest contest;
    const std::string path = must(contest.room.path_of(contest.add("Ana")));
    ASSERT_THAT(path, StartsWith("/t/"));
    const auto claims = must(contest.key.verify(path.substr(3, path.find('/', 3) - 3)));
    EXPECT_TRUE(claims.entries.empty());
    EXPECT_TRUE(claims.channels.empty());
    auth::Asker asker;
    asker.link = claims;
    EXPECT_EQ(must(contest.room.juror_who_asks(asker, "final")).name, "Ana");
    EXPECT_EQ(contest.room.juror_who_asks({}, "final").error().code(), ErrorCode::kDenied);
}

TEST(ReviewRoom, TakesNoNameThatIsNotOneLine) {
    Contest contest;
    for (const std::string name : {"", "two\nlines"}) {
        EXPECT_EQ(contest.room.add_juror({.round_id = "final", .name = name, .account = ""}, "ann")
                      .error()
                      .code(),
                  ErrorCode::kInvalid);
    }
}

TEST(ReviewRoom, CountsNeitherRemovedJurorsNorConflicts) {
    Contest contest({"a", "b"});
    const auto ana = contest.add("Ana");
    const auto bo = contest.add("Bo");
    const auto cy = contest.add("Cy");
    contest.score(ana, "a", {{"story", 5}, {"image", 5}});
    contest.score(bo, "a", {{"story", 1}, {"image", 1}});
    contest.score(cy, "a", {{"story", 1}, {"image", 1}});
    contest.score(bo, "b", {{"story", 3}});
    must(contest.store->remove_juror(cy.id, "ann"));
    must(contest.store->set_review_conflict(bo.id, "a", "", "ann"));
    const json results = must(contest.room.results("final"));
    EXPECT_EQ(results["films"][0]["entry"], "a");
    EXPECT_EQ(results["films"][0]["marks"]["mean"], 100.0);
    EXPECT_EQ(results["films"][0]["marks"]["count"], 1);
    EXPECT_EQ(results["films"][1]["rank"], nullptr);
    EXPECT_EQ(results["films"][1]["incomplete"], 1);
}

TEST(ReviewRoom, SaysHowFarEverybodyIs) {
    Contest contest({"a", "b"});
    const auto ana = contest.add("Ana");
    const std::vector<review::Stretch> most{{Milliseconds(0), Milliseconds(9500)}};
    must(contest.store->note_watched(ana.id, "a", most, Milliseconds(9500)));
    const json progress = must(contest.room.progress("final"));
    EXPECT_EQ(progress["jurors"][0]["counts"]["seen"], 1);
    EXPECT_EQ(progress["jurors"][0]["counts"]["new"], 1);
    const json mine = must(contest.room.my_review(ana, "/t/x"));
    const auto film =
        std::ranges::find_if(mine["films"], [](const json& each) { return each["entry"] == "a"; });
    EXPECT_EQ((*film)["watched"], 0.95);
    EXPECT_EQ((*film)["position_ms"], 9500);
    EXPECT_EQ((*film)["master"], "/t/x/entries/a/master.m3u8");
}

TEST(ReviewRoom, WritesTablesThatSpreadsheetsReadAndDoNotCalculate) {
    Contest contest({"a", "b"});
    const auto ana = contest.add("@Ana");
    contest.score(ana, "a", {{"story", 4}, {"image", 2}});
    const std::string results = must(contest.room.results_csv("final", {"ru", "en"}));
    EXPECT_THAT(results, StartsWith("\xEF\xBB\xBFrank,entry,title,"));
    EXPECT_THAT(results, HasSubstr("\"Story (1-5, weight 2)\""));
    EXPECT_THAT(results, HasSubstr("'=Кадр"));
    EXPECT_THAT(results, HasSubstr("\r\n1,a,'=Фильм a,,,58.33,,58.33,58.33,1,0,4.00,,2.00,\r\n"));
    EXPECT_THAT(results, HasSubstr("\r\n,b,'=Фильм b,,,,,,,0,0,,,,\r\n"));
    const std::string sheets = must(contest.room.sheets_csv("final", {"en"}));
    EXPECT_THAT(sheets, HasSubstr("'@Ana,a,Film a,scored,0,4,2,58.33,,\r\n"));
    EXPECT_THAT(sheets, HasSubstr("'@Ana,b,Film b,new,0,,,,,\r\n"));
}

TEST(ReviewRoom, ReadsCriteriaAndSaysWhatIsWrong) {
    EXPECT_EQ(
        must(criteria_from(json::parse(R"([{"id": "story", "names": {"en": "Story"}}])")))[0].high,
        10);
    EXPECT_THAT(criteria_from(json::parse(R"([{"id": "story"}])")).error().message(),
                HasSubstr("names"));
    EXPECT_THAT(criteria_from(json::parse("{}")).error().message(), HasSubstr("JSON array"));
}

}  // namespace
}  // namespace matinee::app
