#include "base/csv.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::vector<std::string>> fields_of(std::string_view text) {
    std::vector<std::vector<std::string>> all;
    for (const CsvRecord& record : parse_csv(text).records) {
        all.push_back(record.fields);
    }
    return all;
}

TEST(Csv, ReadsWhatRfc4180Says) {
    const CsvTable table = parse_csv("a,b,c\r\n\"x,\"\"y\"\"\",,\"two\r\nlines\"\r\nlast,1,2");
    ASSERT_THAT(table.records, SizeIs(3));
    EXPECT_THAT(table.records[0].fields, ElementsAre("a", "b", "c"));
    EXPECT_THAT(table.records[1].fields, ElementsAre("x,\"y\"", "", "two\r\nlines"));
    EXPECT_THAT(table.records[2].fields, ElementsAre("last", "1", "2"));
    EXPECT_THAT(table.problems, IsEmpty());
}

TEST(Csv, CountsLinesAlsoWithinQuotes) {
    const CsvTable table = parse_csv("a\n\n\"one\ntwo\r\nthree\rfour\"\nb\rc\n");
    ASSERT_THAT(table.records, SizeIs(4));
    EXPECT_EQ(table.records[0].line, 1U);
    EXPECT_EQ(table.records[1].line, 3U);
    EXPECT_EQ(table.records[2].line, 7U);
    EXPECT_EQ(table.records[3].line, 8U);
}

TEST(Csv, FindsTheSeparatorOutsideOfQuotes) {
    EXPECT_EQ(parse_csv("a;b;c\n1;2,5;3\n").delimiter, ';');
    EXPECT_EQ(parse_csv("\"a;b;c;d\",e,f\n").delimiter, ',');
    EXPECT_EQ(parse_csv("\n\na\tb, c\td\n").delimiter, '\t');
    EXPECT_THAT(fields_of("only\nfields\n"),
                ElementsAre(ElementsAre("only"), ElementsAre("fields")));
}

TEST(Csv, HeedsTheLineInWhichExcelNamesTheSeparator) {
    EXPECT_THAT(fields_of("sep=;\r\na,b;c\r\n"), ElementsAre(ElementsAre("a,b", "c")));
    EXPECT_THAT(fields_of("\"sep=\t\"\na,b\tc\n"), ElementsAre(ElementsAre("a,b", "c")));
    EXPECT_EQ(parse_csv("sep=;\na;b\n").records[0].line, 2U);
    // A column may be called anything.
    EXPECT_THAT(fields_of("sep=x,b\n"), ElementsAre(ElementsAre("sep=x", "b")));
}

TEST(Csv, DropsAByteOrderMark) {
    EXPECT_THAT(fields_of("\xEF\xBB\xBFTitle,Country\n"),
                ElementsAre(ElementsAre("Title", "Country")));
}

TEST(Csv, ReadsNumbersThatASpreadsheetWasKeptFrom) {
    EXPECT_THAT(fields_of("=\"0042\",\"=\"\"0043\"\"\",=1+2\n"),
                ElementsAre(ElementsAre("0042", "0043", "=1+2")));
}

TEST(Csv, TakesSpacesAroundQuotesForNothing) {
    EXPECT_THAT(fields_of("\"a\" , \"b\" ,  c \n"), ElementsAre(ElementsAre("a", "b", "  c ")));
}

TEST(Csv, ReadsAQuoteThatIsNeverClosedAsACharacter) {
    const CsvTable table = parse_csv("title,country\n\"Best film,DE\nNext,FR\n");
    EXPECT_THAT(table.records[1].fields, ElementsAre("\"Best film", "DE"));
    EXPECT_THAT(table.records[2].fields, ElementsAre("Next", "FR"));
    ASSERT_THAT(table.problems, SizeIs(1));
    EXPECT_EQ(table.problems[0].line, 2U);
    EXPECT_THAT(table.problems[0].message, HasSubstr("never closed"));
}

TEST(Csv, KeepsWhatFollowsAQuoteClosedTooEarly) {
    const CsvTable table = parse_csv("a\n\"The \"best\" film\",x\n");
    EXPECT_THAT(table.records[1].fields, ElementsAre("The best\" film\"", "x"));
    ASSERT_THAT(table.problems, SizeIs(1));
    EXPECT_EQ(table.problems[0].line, 2U);
    // An inch in the middle is no quote at all.
    EXPECT_THAT(fields_of("a 5\" floppy,x\n"), ElementsAre(ElementsAre("a 5\" floppy", "x")));
}

TEST(Csv, LeavesOutLinesWithoutAnything) {
    EXPECT_THAT(fields_of("a,b\n\n,,,\r\n\"\",\nc,d"),
                ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
    EXPECT_THAT(fields_of(""), IsEmpty());
    EXPECT_THAT(fields_of("\n\r\n"), IsEmpty());
}

TEST(Csv, ReadsWhatItWrites) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    constexpr std::string_view kLetters = "ab,;\t\"\r\n =x";
    std::vector<std::vector<std::string>> rows(200);
    std::string text = "c1,c2,c3,c4\r\n";  // says which separator it is
    for (auto& row : rows) {
        for (int i = 0; i < 4; ++i) {
            std::string field = i == 0 ? "k" : "";
            const std::size_t size = random() % 6;
            for (std::size_t c = 0; c < size; ++c)
                field += kLetters[random() % kLetters.size()];
            // That one is read as what a spreadsheet means by it.
            if (field.starts_with("=\"")) field.insert(0, "-");
            row.push_back(std::move(field));
        }
        text += csv_line(row);
    }
    auto read = fields_of(text);
    ASSERT_THAT(read, SizeIs(rows.size() + 1));
    read.erase(read.begin());
    EXPECT_EQ(read, rows);
    EXPECT_THAT(parse_csv(text).problems, IsEmpty());
}

}  // namespace
}  // namespace matinee::base
