#include "base/utf8.h"

#include <gtest/gtest.h>

namespace matinee::base {
namespace {

TEST(Utf8, AcceptsEveryLength) {
    EXPECT_TRUE(is_valid_utf8("film Фильм 电影 \xf0\x9f\x8e\xac"));
    EXPECT_TRUE(is_valid_utf8(""));
}

TEST(Utf8, RefusesOverlongSurrogateTruncatedAndTooLarge) {
    EXPECT_FALSE(is_valid_utf8("\xc0\x80"));
    EXPECT_FALSE(is_valid_utf8("\xe0\x80\xaf"));
    EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
    EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));
    EXPECT_FALSE(is_valid_utf8("\xe7\x94"));
    EXPECT_FALSE(is_valid_utf8("\x80"));
}

TEST(Utf8, ReplacesOnlyWhatIsWrong) {
    EXPECT_EQ(to_valid_utf8("a\xff"
                            "b"),
              "a\xef\xbf\xbd"
              "b");
    EXPECT_EQ(to_valid_utf8("电影"), "电影");
    EXPECT_EQ(to_valid_utf8("\xe7\x94"), "\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace matinee::base
