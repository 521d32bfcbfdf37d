#include "http/rate_limit.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace matinee::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const RateLimiter::Time kStart{std::chrono::hours(1)};

TEST(RateLimit, LetsABurstThroughAndThenSoManyASecond) {
    RateLimiter limiter({2, 3});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(limiter.admit("a", kStart), milliseconds(0)) << i;
    EXPECT_EQ(limiter.admit("a", kStart), milliseconds(500));
    // What is refused does not count.
    EXPECT_EQ(limiter.admit("a", kStart + milliseconds(499)), milliseconds(1));
    EXPECT_EQ(limiter.admit("a", kStart + milliseconds(500)), milliseconds(0));
    EXPECT_EQ(limiter.admit("a", kStart + milliseconds(500)), milliseconds(500));
    // After a pause the burst is there again, and no more than that.
    const auto later = kStart + seconds(60);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(limiter.admit("a", later), milliseconds(0)) << i;
    EXPECT_GT(limiter.admit("a", later), milliseconds(0));
}

TEST(RateLimit, CountsEachClientByItself) {
    RateLimiter limiter({1, 1});
    EXPECT_EQ(limiter.admit("a", kStart), milliseconds(0));
    EXPECT_GT(limiter.admit("a", kStart), milliseconds(0));
    // One that meets "a" in the table is possible, nine of ten are not.
    int admitted = 0;
    for (int i = 0; i < 10; ++i)
        admitted += limiter.admit("b" + std::to_string(i), kStart) == milliseconds(0) ? 1 : 0;
    EXPECT_GE(admitted, 9);
}

TEST(RateLimit, OfZeroIsNone) {
    RateLimiter limiter({0, 1});
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(limiter.admit("a", kStart), milliseconds(0));
}

TEST(RateLimit, IsExactWhenManyThreadsAskAtOnce) {
    RateLimiter limiter({1, 100});
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i)
                admitted += limiter.admit("a", kStart) == milliseconds(0) ? 1 : 0;
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(admitted, 100);
}

TEST(RateLimits, TellTheClientHowLongToWait) {
    RateLimits::Options options;
    options.api = {1, 1};
    RateLimits limits(options);
    Request request;
    request.remote_address = "192.0.2.1";
    const RouteSpec api{Method::kGet, "/api/v1/entries", "api", Access::kStudio};
    EXPECT_FALSE(limits.admit(request, api, kStart));
    const auto refused = limits.admit(request, api, kStart);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 429);
    ASSERT_FALSE(refused->headers.empty());
    EXPECT_EQ(refused->headers.front(), (std::pair<std::string, std::string>("Retry-After", "1")));
    // Media are another matter, and so is another address.
    const RouteSpec media{Method::kGet, "/channels/{channel}/x", "channel", Access::kMedia};
    EXPECT_FALSE(limits.admit(request, media, kStart));
    request.remote_address = "2001:db8::1";
    EXPECT_FALSE(limits.admit(request, api, kStart));
    request.remote_address = "2001:db8::2";  // the same network
    EXPECT_TRUE(limits.admit(request, api, kStart));
}

TEST(RateLimits, CountSigningInApart) {
    RateLimits::Options options;
    options.sign_in = {1, 1};
    RateLimits limits(options);
    Request request;
    request.remote_address = "192.0.2.1";
    request.method = Method::kPost;
    const RouteSpec route{Method::kPost, "/api/v1/session", "sign-in", Access::kPublic};
    EXPECT_FALSE(limits.admit(request, route, kStart));
    EXPECT_TRUE(limits.admit(request, route, kStart));
    request.method = Method::kGet;  // who am I: no password
    EXPECT_FALSE(limits.admit(request, route, kStart));
}

}  // namespace
}  // namespace matinee::http
