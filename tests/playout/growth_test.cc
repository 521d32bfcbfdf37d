#include "playout/growth.h"

#include <gtest/gtest.h>

namespace matinee::playout {
namespace {

using namespace std::chrono_literals;

constexpr Ticks kAhead = 18s;
constexpr Ticks kSoon = 28s;  // HOLD-BACK and the margin of a splice

// A film of an hour of which 60 s are there, after ten seconds at `speed` times real time.
Growth hour(int speed) {
    Growth growth;
    growth.promised = 1h;
    growth.complete = 60s;
    growth.complete_before = growth.complete - Ticks(10s) * speed;
    growth.watched = 10s;
    return growth;
}

TEST(KeepsAhead, WhenPreparationIsComfortablyFasterThanTheClock) {
    EXPECT_TRUE(keeps_ahead(hour(2), kSoon, kAhead));
    EXPECT_FALSE(keeps_ahead(hour(1), kSoon, kAhead)) << "three quarters of it would fall behind";
}

TEST(KeepsAhead, WhenASlowPreparationHasTimeEnough) {
    // At real time counted as 3/4, an hour takes 80 minutes: with a start in half an hour it fits.
    EXPECT_TRUE(keeps_ahead(hour(1), 30min, kAhead));
    EXPECT_FALSE(keeps_ahead(hour(1), 15min, kAhead));
    Growth late = hour(1);
    late.complete = 50min;
    late.complete_before = late.complete - Ticks(10s);
    EXPECT_TRUE(keeps_ahead(late, kSoon, kAhead));
}

TEST(KeepsAhead, NotBeforeTheReserveIsThere) {
    Growth growth = hour(10);
    growth.complete = 19s;
    growth.complete_before = Ticks(0);
    EXPECT_FALSE(keeps_ahead(growth, kSoon, kAhead));
    growth.complete = 20s;  // HOLD-BACK and reserve, less the time until it starts
    EXPECT_TRUE(keeps_ahead(growth, kSoon, kAhead));
    EXPECT_FALSE(keeps_ahead(growth, Ticks(0), kAhead));
}

TEST(KeepsAhead, NotBeforeItsSpeedIsKnown) {
    Growth growth = hour(10);
    growth.watched = 4s;
    EXPECT_FALSE(keeps_ahead(growth, kSoon, kAhead));
    growth.complete = growth.promised;
    EXPECT_TRUE(keeps_ahead(growth, kSoon, kAhead)) << "it is all there";
}

TEST(KeepsAhead, NeverOfMediaThatHasStopped) {
    EXPECT_FALSE(keeps_ahead(hour(0), 24h, kAhead));
}

TEST(KeepsAhead, CountsDaysWithoutOverflow) {
    Growth growth;
    growth.promised = 24h;
    growth.complete = 1h;
    growth.watched = 24h;
    EXPECT_FALSE(keeps_ahead(growth, kSoon, kAhead));
    EXPECT_TRUE(keeps_ahead(growth, std::chrono::hours(24 * 40), kAhead));
}

// What the promise is worth: whenever it says yes, a preparation that goes on at three quarters of
// its speed is never overtaken by what is listed.
TEST(KeepsAhead, IsNeverOvertaken) {
    for (int speed = 0; speed <= 40; ++speed) {  // tenths of real time
        for (int complete = 0; complete <= 600; complete += 30) {
            for (const Ticks until : {Ticks(0), kSoon, Ticks(5min)}) {
                Growth growth;
                growth.promised = 10min;
                growth.complete = std::chrono::seconds(complete);
                growth.watched = 10s;
                growth.complete_before = growth.complete - Ticks(1s) * speed;
                if (!keeps_ahead(growth, until, kAhead)) continue;
                for (Ticks time{0}; time < until + growth.promised; time += Ticks(10s)) {
                    const Ticks there =
                        std::min(growth.complete + time * (speed * 3) / 40, growth.promised);
                    const Ticks listed = std::min(time - until + kAhead, growth.promised);
                    ASSERT_GE(there, listed)
                        << speed << " " << complete << " " << until.count() << " " << time.count();
                }
            }
        }
    }
}

}  // namespace
}  // namespace matinee::playout
