#include "app/wall_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::app {
namespace {

using std::chrono::hours;
using testing::ElementsAre;

std::string utc(Instant instant) {
    return base::to_rfc3339(instant);
}

std::string instant(const std::string& zone, const std::string& local) {
    return utc(WallClock::of(zone)->instant_of(*parse_local_time(local)));
}

TEST(WallClock, KnowsSummerAndWinter) {
    EXPECT_EQ(instant("Europe/Berlin", "2026-07-01T20:00:00"), "2026-07-01T18:00:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-12-01T20:00"), "2026-12-01T19:00:00.000Z");
    EXPECT_EQ(instant("Asia/Shanghai", "2026-12-01T20:00:00"), "2026-12-01T12:00:00.000Z");
    EXPECT_EQ(instant("UTC", "2026-12-01T20:00:00"), "2026-12-01T20:00:00.000Z");
    EXPECT_EQ(instant("Asia/Kathmandu", "2026-12-01T20:00:00"), "2026-12-01T14:15:00.000Z");
}

TEST(WallClock, TakesATimeThatIsSkippedAsTheInstantOfTheChange) {
    // Clocks go from 02:00 to 03:00.
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29T01:59:59"), "2026-03-29T00:59:59.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29T02:30:00"), "2026-03-29T01:00:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29T03:00:00"), "2026-03-29T01:00:00.000Z");
    // In New York it is another day, on Lord Howe Island half an hour.
    EXPECT_EQ(instant("America/New_York", "2026-03-08T02:30:00"), "2026-03-08T07:00:00.000Z");
    EXPECT_EQ(instant("Australia/Lord_Howe", "2026-10-04T02:15:00"), "2026-10-03T15:30:00.000Z");
}

TEST(WallClock, TakesTheFirstOfATimeThatComesTwice) {
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25T02:30:00"), "2026-10-25T00:30:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25T03:00:00"), "2026-10-25T02:00:00.000Z");
}

TEST(WallClock, ComesBackFromEveryInstant) {
    const WallClock berlin = *WallClock::of("Europe/Berlin");
    Instant at{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
    for (int hour = 0; hour < 365 * 24; ++hour, at += hours(1)) {
        const Instant back = berlin.instant_of(berlin.local_time(at));
        EXPECT_TRUE(back == at || back == at - hours(1)) << utc(at);
    }
}

TEST(WallClock, RefusesWhatIsNoTimeOrPlace) {
    EXPECT_EQ(WallClock::of("Europe/Atlantis").error().code(), ErrorCode::kInvalid);
    EXPECT_FALSE(WallClock::of(""));
    for (const char* text : {"", "2026-02-30T20:00:00", "2026-01-01", "2026-01-01T24:00:00",
                             "2026-01-01T20:00:00Z", "2026-01-01 20:00:00", "20:00"}) {
        EXPECT_FALSE(parse_local_time(text)) << text;
    }
    EXPECT_EQ(*parse_time_of_day("23:30"), hours(23) + std::chrono::minutes(30));
    EXPECT_FALSE(parse_time_of_day("23:30:"));
    EXPECT_FALSE(parse_time_of_day("-1:30"));
}

store::ScheduleBlock block(store::Repeats repeats) {
    store::ScheduleBlock block;
    block.start = "2026-10-23T20:00:00";
    block.zone = "Europe/Berlin";
    block.repeats = repeats;
    return block;
}

std::vector<std::string> starts(const store::ScheduleBlock& block, const char* from, int days) {
    const Instant begin = WallClock::of("UTC")->instant_of(*parse_local_time(from));
    std::vector<std::string> out;
    const auto found = *starts_of(block, begin, begin + hours(24 * days));
    for (const Instant start : found) {
        out.push_back(utc(start));
    }
    return out;
}

TEST(Starts, KeepTheirTimeOfDayWhenClocksAreChanged) {
    EXPECT_THAT(starts(block(store::Repeats::kDaily), "2026-10-24T00:00:00", 3),
                ElementsAre("2026-10-24T18:00:00.000Z", "2026-10-25T19:00:00.000Z",
                            "2026-10-26T19:00:00.000Z"));
    EXPECT_THAT(starts(block(store::Repeats::kWeekly), "2026-10-01T00:00:00", 40),
                ElementsAre("2026-10-23T18:00:00.000Z", "2026-10-30T19:00:00.000Z",
                            "2026-11-06T19:00:00.000Z"));
    EXPECT_THAT(starts(block(store::Repeats::kOnce), "2026-10-01T00:00:00", 40),
                ElementsAre("2026-10-23T18:00:00.000Z"));
}

TEST(Starts, DoNotCountBeforeTheBlockWasThere) {
    store::ScheduleBlock late = block(store::Repeats::kDaily);
    late.since = WallClock::of("UTC")->instant_of(*parse_local_time("2026-10-24T18:00:01"));
    EXPECT_THAT(starts(late, "2026-10-24T00:00:00", 2), ElementsAre("2026-10-25T19:00:00.000Z"));
}

TEST(Ends, ComeEveryDay) {
    store::ScheduleBlock loop;
    loop.zone = "Europe/Berlin";
    loop.until = "23:00";
    const Instant begin =
        WallClock::of("UTC")->instant_of(*parse_local_time("2026-10-24T21:00:00"));
    const auto ends = *ends_of(loop, begin, begin + hours(48));
    ASSERT_EQ(ends.size(), 2u);
    EXPECT_EQ(utc(ends[0]), "2026-10-24T21:00:00.000Z");
    EXPECT_EQ(utc(ends[1]), "2026-10-25T22:00:00.000Z");
}

}  // namespace
}  // namespace matinee::app
