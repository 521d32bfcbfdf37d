#include "review/csv.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace matinee::review {
namespace {

TEST(Csv, QuotesWhatNeedsIt) {
    const std::array<std::string, 4> fields{"plain", "a, b", "say \"no\"", "two\nlines"};
    EXPECT_EQ(csv_line(fields), "plain,\"a, b\",\"say \"\"no\"\"\",\"two\nlines\"\r\n");
}

TEST(Csv, KeepsTextFromCalculating) {
    for (const std::string text :
         {"=1+1", "+1+1", "-1+1", "@SUM(A1)", "  =1+1", "\t=1", "\u00ff", "\uFF1D1+1"}) {
        const std::array<std::string, 1> fields{text};
        const bool harmless = text == "\u00ff";
        EXPECT_EQ(csv_line(fields), (harmless ? text : "'" + text) + "\r\n") << text;
    }
}

TEST(Csv, LeavesNumbersNumbers) {
    const std::array<std::string, 4> fields{"-1.5", "7", "", "-1.5.2"};
    EXPECT_EQ(csv_line(fields), "-1.5,7,,'-1.5.2\r\n");
}

}  // namespace
}  // namespace matinee::review
