#include "app/entry_sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "store/test_support.h"

namespace matinee::app {
namespace {

using nlohmann::json;
using test::must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

EntrySheet read(std::string_view text, const SheetMapping& more = {}) {
    return must(read_sheet("entries.csv", base::as_byte_span(text), must(sheet_mapping(more))));
}

json description(const store::SheetRow& row) {
    return json::parse(row.description);
}

TEST(EntrySheet, ReadsAnExportOfFilmFreeway) {
    const EntrySheet sheet = read(
        "Tracking Number,Submission ID,Project Title,Project Title (Original Language),Language,"
        "Submitter,Directors,Country of Origin,Duration,Submission Categories,Synopsis\r\n"
        "FF-0042,9001,Paper Boats,纸船,Chinese,Agent,\"Lin, Xiaoman\",China,00:03:20,"
        "Animation; Short,\"Down the river,\nto the sea.\"\r\n"
        "FF-0043,9002,Night Train,,German,Max Muster,,Germany,00:12:00,,\r\n");
    EXPECT_THAT(sheet.problems, IsEmpty());
    ASSERT_THAT(sheet.rows, SizeIs(2));
    const store::SheetRow& boats = sheet.rows[0];
    EXPECT_EQ(boats.key, "tracking:ff-0042");
    EXPECT_EQ(boats.tracking, "FF-0042");
    EXPECT_EQ(boats.submission, "9001");
    EXPECT_EQ(boats.title, "Paper Boats");
    EXPECT_EQ(boats.line, 2);
    const json said = description(boats);
    EXPECT_EQ(said["title"], json({{"und", "Paper Boats"}, {"zh", "纸船"}}));
    EXPECT_EQ(said["author"], "Lin, Xiaoman");
    EXPECT_EQ(said["country"], "China");
    EXPECT_EQ(said["category"], json({"Animation", "Short"}));
    EXPECT_EQ(said["synopsis"]["und"], "Down the river,\nto the sea.");
    EXPECT_EQ(said["sheet"]["Duration"], "00:03:20");
    EXPECT_EQ(said["sheet"]["tracking"], "FF-0042");
    // Who submitted it stands in for who made it, where nobody else is named.
    EXPECT_EQ(description(sheet.rows[1])["author"], "Max Muster");
    EXPECT_EQ(sheet.rows[1].line, 4);
}

TEST(EntrySheet, ReadsUsualEncodings) {
    // "Titel;Länder" in windows-1252, as a German spreadsheet writes it.
    EXPECT_EQ(read("Title;Country\r\nDie gr\xFC"
                   "nen H\xFC"
                   "gel von K\xF6ln;D\xE4nemark\r\n")
                  .rows[0]
                  .title,
              "Die grünen Hügel von Köln");
    std::string wide = "\xFF\xFE";
    for (const char c : std::string_view("Title\tCountry\r\nBoats\tCN\r\n")) {
        wide += c;
        wide += '\0';
    }
    EXPECT_EQ(read(wide).rows[0].title, "Boats");
}

TEST(EntrySheet, HeedsWhatColumnsAreMappedTo) {
    const EntrySheet sheet =
        read("Nr;Datei;Name (RU);Freigabe ab;Geheim\n7;C:\\films\\boats.mp4;Лодки;2026-11-20;x\n",
             {{"nr", "tracking"},
              {"Datei", "file"},
              {"Name (RU)", "title.ru"},
              {"Freigabe ab", "not_before"},
              {"Geheim", "ignore"}});
    ASSERT_THAT(sheet.rows, SizeIs(1));
    EXPECT_EQ(sheet.rows[0].file, "boats.mp4");
    const json said = description(sheet.rows[0]);
    EXPECT_EQ(said["title"]["ru"], "Лодки");
    EXPECT_EQ(said["not_before"], "2026-11-20");
    EXPECT_FALSE(said["sheet"].contains("Geheim"));
    EXPECT_FALSE(sheet_mapping({{"A", "titel"}}));
    EXPECT_FALSE(sheet_mapping({{"A", "author.zh"}}));
    EXPECT_FALSE(parse_mapping("no field"));
    EXPECT_EQ(must(parse_mapping("A=B=title")),
              std::pair(std::string("A=B"), std::string("title")));
}

TEST(EntrySheet, NamesTheLineOfEveryProblem) {
    const EntrySheet sheet = read(
        "Title,Country,Not Before,Not After\n"
        "A,DE,soon,\n"
        "B,DE,2026-11-20,2026-11-01\n"
        ",DE,,\n"
        "C,DE,,,,extra\n"
        "a,FR,,\n");
    std::vector<std::size_t> lines;
    for (const SheetProblem& problem : sheet.problems)
        lines.push_back(problem.line);
    EXPECT_THAT(lines, ElementsAre(2, 3, 4, 5, 6));
    EXPECT_THAT(sheet.problems[0].message, HasSubstr("\"soon\""));
    EXPECT_THAT(sheet.problems[4].message, HasSubstr("line 2"));
    ASSERT_THAT(sheet.rows, SizeIs(3));
    // What makes no sense is left out; the rest of the row is taken.
    EXPECT_EQ(description(sheet.rows[1]), json({{"title", {{"und", "B"}}}, {"country", "DE"}}));
}

TEST(EntrySheet, RefusesATableThatTellsNoFilmsApart) {
    const auto mapping = must(sheet_mapping({}));
    const auto sheet = read_sheet("a.csv", base::as_byte_span("Colour,Size\nred,2\n"), mapping);
    ASSERT_FALSE(sheet);
    EXPECT_THAT(sheet.error().message(), HasSubstr("--map \"Colour=title\""));
    EXPECT_FALSE(read_sheet("a.csv", {}, mapping));
}

// -- Matching ------------------------------------------------------------------------------------

store::SheetRow row(const std::string& title, const std::string& tracking = "",
                    const std::string& file = "") {
    store::SheetRow made;
    made.title = title;
    made.tracking = tracking;
    made.file = file;
    made.key = title + tracking + file;
    return made;
}

std::string fate(const RowMatch& match) {
    if (match.fate == RowFate::kMatched) return match.entry_id + " by " + match.by;
    return match.fate == RowFate::kWaiting ? "waits" : "ambiguous";
}

std::vector<std::string> fates(const std::vector<store::SheetRow>& rows,
                               const std::vector<SheetFilm>& films) {
    std::vector<std::string> all;
    for (const RowMatch& match : match_rows(rows, films))
        all.push_back(fate(match));
    return all;
}

TEST(MatchRows, GoesByFileNameThenNumberThenTitle) {
    const std::vector<SheetFilm> films = {{"e1", "Paper.Boats.2019.1080p.mp4"},
                                          {"e2", "FF-0043_whatever.mov"},
                                          {"e3", "screener final.mkv"},
                                          {"e4", "Ночной_поезд.mp4"},
                                          {"e5", "纸船终版.mp4"}};
    EXPECT_THAT(fates({row("Paper boats"), row("Anything", "FF-0043"),
                       row("Other", "", "Screener Final.mkv"), row("ночной поезд"), row("纸船"),
                       row("Not here", "FF-9")},
                      films),
                ElementsAre("e1 by title", "e2 by tracking", "e3 by file", "e4 by title",
                            "e5 by title", "waits"));
}

TEST(MatchRows, WantsANumberToStandByItself) {
    EXPECT_THAT(fates({row("", "42")}, {{"e", "420_film.mp4"}}), ElementsAre("waits"));
    EXPECT_THAT(fates({row("", "42")}, {{"e", "42_film.mp4"}}), ElementsAre("e by tracking"));
    // A row that names a file is about no other one.
    EXPECT_THAT(fates({row("film", "42", "other.mp4")}, {{"e", "42_film.mp4"}}),
                ElementsAre("waits"));
}

TEST(MatchRows, PrefersTheTitleThatSaysMore) {
    EXPECT_THAT(fates({row("Boats"), row("Paper Boats")}, {{"p", "paper boats.mp4"}}),
                ElementsAre("waits", "p by title"));
    EXPECT_THAT(
        fates({row("Boats"), row("Paper Boats")}, {{"b", "boats.mp4"}, {"p", "paper boats.mp4"}}),
        ElementsAre("b by title", "p by title"));
}

TEST(MatchRows, GuessesNothing) {
    const std::vector<SheetFilm> twice = {{"a", "boats 1.mp4"}, {"b", "boats 2.mp4"}};
    const auto matches = match_rows(std::vector{row("Boats")}, twice);
    EXPECT_EQ(matches[0].fate, RowFate::kAmbiguous);
    EXPECT_THAT(matches[0].candidates, ElementsAre("a", "b"));
    EXPECT_THAT(fates({row("Boats", "1"), row("Boats", "2")}, twice),
                ElementsAre("a by tracking", "b by tracking"));
    // Two rows for one film.
    EXPECT_THAT(fates({row("Sea"), row("sea", "", ""), row("Elsewhere")}, {{"s", "sea.mp4"}}),
                ElementsAre("ambiguous", "ambiguous", "waits"));
}

TEST(MatchRows, LeavesWhatIsMatchedAlone) {
    store::SheetRow known = row("Renamed");
    known.entry_id = "a";
    EXPECT_THAT(fates({known, row("boats")}, {{"a", "boats.mp4"}}),
                ElementsAre("a by before", "waits"));
}

}  // namespace
}  // namespace matinee::app
