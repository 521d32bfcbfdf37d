#include "auth/throttle.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace matinee::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kStart;

// Guesses at an account; as often as it is let, a second apart at least.
struct Guesser {
    LoginThrottle& throttle;
    Instant now = kStart;
    int tries = 0;

    void guess_until(Instant end, const std::string& account, const std::string& address) {
        while (now < end) {
            const milliseconds wait = throttle.begin(account, address, now);
            if (wait == milliseconds(0)) {
                ++tries;
                now += seconds(1);
            } else {
                now += wait;
            }
        }
    }
};

TEST(LoginThrottle, LetsAFewMistakesPass) {
    LoginThrottle throttle;
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(throttle.begin("mei", "192.0.2.1", kStart + seconds(i)), milliseconds(0)) << i;
    }
    EXPECT_EQ(throttle.begin("mei", "192.0.2.1", kStart + seconds(5)), seconds(1));
    EXPECT_EQ(throttle.begin("mei", "192.0.2.1", kStart + seconds(6)), milliseconds(0));
    EXPECT_EQ(throttle.begin("mei", "192.0.2.1", kStart + seconds(6)), seconds(4));
}

TEST(LoginThrottle, SlowsDownGuessesAtOneAccountFromManyNetworks) {
    LoginThrottle throttle;
    Instant now = kStart;
    int tries = 0;
    for (int i = 0; now < kStart + minutes(60); ++i) {
        const std::string address =
            "198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250);
        const milliseconds wait = throttle.begin("mei", address, now);
        tries += wait == milliseconds(0) ? 1 : 0;
        now += std::max(wait, milliseconds(1000));
    }
    EXPECT_GT(tries, 60);  // the owner gets in within a minute
    EXPECT_LT(tries, 80);
}

TEST(LoginThrottle, SlowsDownGuessesAtManyAccountsFromOneNetwork) {
    LoginThrottle throttle;
    Instant now = kStart;
    int tries = 0;
    for (int i = 0; now < kStart + minutes(60); ++i) {
        const std::string address = "2001:db8:1:2::" + std::to_string(i % 1000);
        const milliseconds wait = throttle.begin("user" + std::to_string(i), address, now);
        tries += wait == milliseconds(0) ? 1 : 0;
        now += std::max(wait, milliseconds(1000));
    }
    EXPECT_LT(tries, 20);
}

TEST(LoginThrottle, StartsAnAccountAfreshWhenItsOwnerComes) {
    LoginThrottle throttle;
    Guesser guesser{throttle};
    guesser.guess_until(kStart + seconds(30), "mei", "192.0.2.1");
    ASSERT_GT(throttle.begin("mei", "203.0.113.9", guesser.now - milliseconds(1)), milliseconds(0));
    // From elsewhere, with the password.
    Instant now = guesser.now + minutes(2);
    ASSERT_EQ(throttle.begin("mei", "203.0.113.9", now), milliseconds(0));
    throttle.succeeded("mei", "203.0.113.9");
    for (int i = 0; i < 5; ++i) {
        now += seconds(1);
        EXPECT_EQ(throttle.begin("mei", "203.0.113.9", now), milliseconds(0)) << i;
    }
}

TEST(LoginThrottle, AnAccountOfOnesOwnDoesNotHelpGuessingOthers) {
    LoginThrottle throttle;
    Instant now = kStart;
    int tries = 0;
    while (now < kStart + minutes(10)) {
        if (throttle.begin("own", "192.0.2.1", now) == milliseconds(0)) {
            throttle.succeeded("own", "192.0.2.1");
        }
        tries += throttle.begin("mei" + std::to_string(tries), "192.0.2.1", now) == milliseconds(0)
                     ? 1
                     : 0;
        now += seconds(1);
    }
    EXPECT_LT(tries, 15);
}

TEST(LoginThrottle, ForgetsAfterAnHour) {
    LoginThrottle throttle;
    Guesser guesser{throttle};
    guesser.guess_until(kStart + minutes(30), "mei", "192.0.2.1");
    const Instant later = guesser.now + minutes(61);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(throttle.begin("mei", "192.0.2.1", later + seconds(i)), milliseconds(0)) << i;
    }
}

TEST(LoginThrottle, LimitsWhatAllTogetherCost) {
    LoginThrottle throttle;
    int tries = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::string number = std::to_string(i);
        const Instant now = kStart + milliseconds(2 * i);  // two seconds in all
        if (throttle.begin("user" + number, "198.51.100." + number, now) == milliseconds(0)) {
            ++tries;
        }
    }
    EXPECT_EQ(tries, 10);
}

TEST(LoginThrottle, KnowsNetworks) {
    EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff::1"));
    EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
    EXPECT_EQ(network_of("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(network_of("what"), "what");
}

}  // namespace
}  // namespace matinee::auth
