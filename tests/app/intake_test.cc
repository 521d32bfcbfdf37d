// Films, descriptions, sheets and what is set by hand, together.
#include "app/intake.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/description.h"
#include "app/intake_json.h"
#include "store/metadata.h"
#include "store/test_support.h"

namespace matinee::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class IntakeTest : public testing::Test {
  protected:
    IntakeTest() {
        workspace_.folder = folder_ / "data";
        fs::create_directories(workspace_.folder);
        fs::create_directories(folder_ / "films");
        auto clock = std::make_unique<test::FakeClock>();
        workspace_.store = must(store::Store::open(workspace_.folder / "matinee.db", *clock));
        workspace_.clock = std::move(clock);
        workspace_.library = std::make_unique<library::Library>(workspace_.folder / "library");
    }

    fs::path write(const fs::path& name, std::string_view text) {
        const fs::path path = folder_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }

    Intake take(const std::vector<fs::path>& paths, IntakeOptions options = {}) {
        return must(take_in(workspace_, paths, options));
    }

    store::Entry entry(const std::string& id) { return must(workspace_.store->find_entry(id)); }

    test::TempFolder folder_;
    Workspace workspace_;
};

constexpr std::string_view kSheet =
    "Tracking Number,Project Title,Directors,Country\r\n"
    "FF-1,Paper Boats,Lin,CN\r\n"
    "FF-2,Night Train,Max,DE\r\n";

TEST_F(IntakeTest, PutsASheetIntoTheFilmsItIsAbout) {
    write("films/Paper Boats.mp4", "one");
    const fs::path sheet = write("entries.csv", kSheet);
    const Intake intake = take({folder_ / "films", sheet});
    EXPECT_THAT(intake.summary.added, ElementsAre("paper-boats"));
    ASSERT_THAT(intake.sheets, SizeIs(1));
    EXPECT_THAT(intake.sheets[0].problems, IsEmpty());
    EXPECT_EQ(intake.sheets[0].rows[0].match.entry_id, "paper-boats");
    EXPECT_EQ(intake.sheets[0].rows[1].match.fate, RowFate::kWaiting);
    EXPECT_EQ(entry("paper-boats").author, "Lin");
    EXPECT_EQ(entry("paper-boats").country, "CN");
    EXPECT_THAT(entry("paper-boats").metadata, HasSubstr("FF-1"));
}

TEST_F(IntakeTest, ChangesNothingTheSecondTime) {
    write("films/FF-1.mp4", "one");
    const fs::path sheet = write("entries.csv", kSheet);
    take({folder_ / "films", sheet});
    const auto stamp = must(workspace_.store->change_stamp());
    const auto rows = must(workspace_.store->list_sheet_rows());
    const Intake again = take({folder_ / "films", sheet});
    for (const SheetRowNote& note : again.sheets[0].rows) {
        EXPECT_EQ(note.change, SheetRowNote::Change::kUnchanged) << note.row.title;
    }
    EXPECT_EQ(must(workspace_.store->list_sheet_rows()), rows);
    // But for the job, which is under way as before.
    EXPECT_EQ(must(workspace_.store->list_jobs()).size(), 1U);
    EXPECT_EQ(must(workspace_.store->change_stamp()), stamp);
}

TEST_F(IntakeTest, KeepsARowForWhenItsFilmComes) {
    take({write("entries.csv", kSheet)});
    const Intake later = take({write("films/night_train.mov", "two")});
    ASSERT_THAT(later.arrived, SizeIs(1));
    EXPECT_EQ(later.arrived[0].match.entry_id, "night-train");
    EXPECT_EQ(entry("night-train").author, "Max");
    EXPECT_EQ(entry("night-train").titles.at("und"), "Night Train");
    EXPECT_THAT(take({folder_ / "films"}).arrived, IsEmpty());
}

TEST_F(IntakeTest, ReportsFilmsWithoutARow) {
    write("films/odd.mp4", "x");
    write("films/FF-2.mp4", "y");
    const Intake intake = take({folder_ / "films", write("entries.csv", kSheet)});
    EXPECT_THAT(intake.without_row, ElementsAre("odd"));
}

TEST_F(IntakeTest, TakesUpACorrectedSheet) {
    write("films/FF-1.mp4", "one");
    take({folder_ / "films", write("entries.csv", kSheet)});
    const Intake again = take({write("entries.csv",
                                     "Tracking Number,Project Title,Directors\n"
                                     "FF-1,Paper Boats,Lin Xiaoman\n")});
    EXPECT_EQ(again.sheets[0].rows[0].change, SheetRowNote::Change::kChanged);
    EXPECT_EQ(entry("ff-1").author, "Lin Xiaoman");
    EXPECT_EQ(entry("ff-1").country, "");  // the sheet says so no longer
}

TEST_F(IntakeTest, OnlySaysWhatItWouldDoOnADryRun) {
    write("films/FF-1.mp4", "one");
    write("films/notes.txt", "x");
    const fs::path sheet = write("entries.csv", kSheet);
    IntakeOptions options;
    options.dry_run = true;
    const auto stamp = must(workspace_.store->change_stamp());
    const Intake planned = take({folder_ / "films", sheet}, options);
    EXPECT_THAT(planned.summary.added, ElementsAre("ff-1"));
    EXPECT_THAT(planned.summary.ignored, SizeIs(1));
    EXPECT_EQ(planned.sheets[0].rows[0].match.entry_id, "ff-1");
    EXPECT_THAT(must(workspace_.store->list_entries()), IsEmpty());
    EXPECT_THAT(must(workspace_.store->list_jobs()), IsEmpty());
    EXPECT_THAT(must(workspace_.store->list_sheet_rows()), IsEmpty());
    EXPECT_EQ(must(workspace_.store->change_stamp()), stamp);
    // And what it said is what is done.
    const Intake done = take({folder_ / "films", sheet});
    EXPECT_EQ(done.summary.added, planned.summary.added);
    EXPECT_EQ(done.sheets[0].rows[0].match, planned.sheets[0].rows[0].match);
}

TEST_F(IntakeTest, TakesASheetThatIsInNoFile) {
    write("films/FF-1.mp4", "one");
    take({folder_ / "films"});
    IntakeOptions options;
    options.dry_run = true;
    options.mapping = {{"Directors", "ignore"}};
    const Intake planned =
        must(take_in_sheet(workspace_, "entries.csv", base::as_byte_span(kSheet), options));
    EXPECT_EQ(planned.sheets.at(0).columns.at("Directors"), "ignore");
    EXPECT_EQ(planned.sheets[0].rows.at(0).match.entry_id, "ff-1");
    EXPECT_EQ(entry("ff-1").titles.at("und"), "FF-1");
    options.dry_run = false;
    const Intake done =
        must(take_in_sheet(workspace_, "entries.csv", base::as_byte_span(kSheet), options));
    EXPECT_EQ(done.sheets.at(0).rows.at(0).change, SheetRowNote::Change::kAdded);
    EXPECT_EQ(entry("ff-1").titles.at("und"), "Paper Boats");
    EXPECT_EQ(entry("ff-1").author, "");
    const json told = intake_json(done, false);
    EXPECT_EQ(told["sheets"][0]["new"], 2);
    EXPECT_EQ(told["sheets"][0]["unchanged"], 0);
    EXPECT_EQ(told["sheets"][0]["rows"][1]["fate"], "waiting");
    EXPECT_EQ(told["sheets"][0]["rows"][1]["entry"], nullptr);
}

TEST_F(IntakeTest, LaysWhatIsSetByHandOverSheetAndDescription) {
    write("films/FF-1.mp4", "one");
    write("films/FF-1.json",
          R"({"title": {"en": "Boats", "zh": "船"}, "author": "file", "rating": "12"})");
    take({folder_ / "films", write("entries.csv", kSheet)});
    EXPECT_EQ(entry("ff-1").author, "Lin");
    EXPECT_EQ(entry("ff-1").titles.at("und"), "Paper Boats");
    EXPECT_EQ(entry("ff-1").titles.at("en"), "Boats");
    must(describe_by_hand(*workspace_.store, "ff-1",
                          R"({"title": {"zh": "纸船", "und": null}, "not_before": "2026-11-20",
                              "rating": null})",
                          Before::kKept));
    const auto check = [&] {
        const store::Entry now = entry("ff-1");
        EXPECT_EQ(now.titles, (store::Titles{{"en", "Boats"}, {"zh", "纸船"}}));
        EXPECT_EQ(now.author, "Lin");
        const json metadata = json::parse(now.metadata);
        EXPECT_EQ(metadata["not_before"], "2026-11-20");
        EXPECT_FALSE(metadata.contains("rating"));
    };
    check();
    take({folder_ / "films"});  // an import does not undo it
    check();
    // Nothing is changed by what makes no sense.
    const auto wrong = describe_by_hand(*workspace_.store, "ff-1", R"({"not_after": "2026-11-01"})",
                                        Before::kKept);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().to_string(), HasSubstr("could never be shown"));
    check();
    must(describe_by_hand(*workspace_.store, "ff-1", "{}", Before::kForgotten));
    EXPECT_EQ(entry("ff-1").titles.at("zh"), "船");
    EXPECT_FALSE(json::parse(entry("ff-1").metadata).contains("not_before"));
}

TEST_F(IntakeTest, SetsByHandWhatAnOlderMatineeImported) {
    store::EntryDescription old;
    old.id = "old";
    old.titles = {{"ru", "Старый"}};
    old.country = "RU";
    old.metadata = R"({"synopsis":"x"})";
    must(workspace_.store->upsert_entry(old));
    must(describe_by_hand(*workspace_.store, "old", R"({"title": {"en": "Old"}})", Before::kKept));
    EXPECT_EQ(entry("old").titles, (store::Titles{{"en", "Old"}, {"ru", "Старый"}}));
    EXPECT_EQ(entry("old").country, "RU");
    EXPECT_EQ(json::parse(entry("old").metadata)["synopsis"], "x");
}

// An upload takes the place of a file in a producer's folder.
TEST_F(IntakeTest, KnowsTheFileThatAnUploadHasReplaced) {
    const fs::path film = write("films/a.mp4", "one");
    write("films/a.json", R"({"title": "A"})");
    take({folder_ / "films"});
    const fs::path better = write("data/films/a/a.mp4", "a better one");
    IntakeOptions replace;
    replace.entry_id = "a";
    EXPECT_THAT(take({better}, replace).summary.changed, ElementsAre("a"));
    EXPECT_EQ(entry("a").source.path, better.string());
    EXPECT_EQ(entry("a").titles.at("und"), "A");  // what lies beside the old one still counts
    // Importing the folder again makes no second entry of it.
    EXPECT_THAT(take({folder_ / "films"}).summary.entries, ElementsAre("a"));
    EXPECT_EQ(entry("a").source.path, better.string());
    EXPECT_THAT(must(workspace_.store->list_entries()), SizeIs(1));
    // A description that changes is taken up, and so is a film that does.
    write("films/a.json", R"({"title": "B"})");
    take({folder_ / "films"});
    EXPECT_EQ(entry("a").titles.at("und"), "B");
    write("films/a.mp4", "the best one");
    EXPECT_THAT(take({folder_ / "films"}).summary.changed, ElementsAre("a"));
    EXPECT_EQ(entry("a").source.path, film.string());
}

TEST_F(IntakeTest, FindsSubtitlesOfAnEntryThatWereUploaded) {
    write("films/a.mp4", "one");
    write("films/a.en.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello there\n");
    write("data/films/a/a.ru.srt", "1\n00:00:01,000 --> 00:00:02,000\nПривет всем\n");
    take({folder_ / "films"});
    const auto sources = must(workspace_.store->list_subtitles("a"));
    ASSERT_THAT(sources, SizeIs(2));
    EXPECT_EQ(sources[0].language, "en");
    EXPECT_EQ(sources[1].language, "ru");
}

}  // namespace
}  // namespace matinee::app
