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

TEST(Clock, ReadsInstantsAsRfc3339WritesThem) {
    const auto at = [](std::string_view text) {
        const auto instant = parse_rfc3339(text);
        return instant ? to_rfc3339(*instant) : std::string("none");
    };
    EXPECT_EQ(at("2026-11-23T20:00:00Z"), "2026-11-23T20:00:00.000Z");
    EXPECT_EQ(at("2026-11-23t20:00:00.5z"), "2026-11-23T20:00:00.500Z");
    EXPECT_EQ(at("2026-11-23T20:00:00.12345+08:00"), "2026-11-23T12:00:00.123Z");
    EXPECT_EQ(at("2026-12-31T23:30:00-01:30"), "2027-01-01T01:00:00.000Z");
    EXPECT_EQ(at("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
    for (const char* wrong :
         {"", "2026-11-23", "2026-11-23T20:00Z", "2026-11-23T20:00:00", "2026-13-23T20:00:00Z",
          "2026-02-29T20:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T20:00:00.Z",
          "2026-11-23T20:00:00Zx", "2026-11-23T20:00:00+8:00", "+026-11-23T20:00:00Z"}) {
        EXPECT_EQ(at(wrong), "none") << wrong;
    }
    EXPECT_EQ(parse_date("2026-11-23"), parse_rfc3339("2026-11-23T00:00:00Z"));
    EXPECT_FALSE(parse_date("2026-11-23T"));
    EXPECT_FALSE(parse_date("2026-11-31"));
}

}  // namespace
}  // namespace matinee::base
