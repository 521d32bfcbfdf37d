#include "base/markup.h"

#include <gtest/gtest.h>

namespace matinee::base {
namespace {

TEST(Markup, IsTextWhateverItHolds) {
    EXPECT_EQ(escape_markup("<a href=\"x\">Tom & Jerry's</a>"),
              "&lt;a href=&quot;x&quot;&gt;Tom &amp; Jerry's&lt;/a&gt;");
    EXPECT_EQ(escape_markup("纸船\nбумажные\t\x01"), "纸船\nбумажные  ");
    EXPECT_EQ(escape_markup(""), "");
}

}  // namespace
}  // namespace matinee::base
