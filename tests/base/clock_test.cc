#include "base/clock.h"

#include <gtest/gtest.h>

namespace matinee::base {
namespace {

TEST(Rfc3339, AlwaysHasMillisecondsAndZulu) {
    EXPECT_EQ(to_rfc3339(Instant(std::chrono::milliseconds(0))), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(Instant(std::chrono::milliseconds(1'795'464'000'007))),
              "2026-11-23T20:00:00.007Z");
    EXPECT_EQ(to_rfc3339(Instant(std::chrono::milliseconds(951'782'400'000))),
              "2000-02-29T00:00:00.000Z");
}

}  // namespace
}  // namespace matinee::base
