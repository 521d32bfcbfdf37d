#include "base/log.h"

#include <gtest/gtest.h>

namespace matinee::base::log {
namespace {

TEST(JsonString, EscapesWhatJsonForbids) {
    EXPECT_EQ(json_string("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
}

TEST(JsonString, KeepsUtf8AndReplacesOtherBytes) {
    EXPECT_EQ(json_string("电影"), "\"电影\"");
    EXPECT_EQ(json_string("\xff"), "\"\xef\xbf\xbd\"");
}

TEST(Field, LeavesNumbersAndBooleansBare) {
    EXPECT_EQ(Field("n", 12).json(), "12");
    EXPECT_EQ(Field("b", true).json(), "true");
    EXPECT_EQ(Field("s", "x").json(), "\"x\"");
}

}  // namespace
}  // namespace matinee::base::log
