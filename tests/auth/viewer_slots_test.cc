#include "auth/viewer_slots.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace matinee::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kStart;

TEST(ViewerSlots, AdmitAsManyAsTheLimitSays) {
    ViewerSlots slots;
    EXPECT_TRUE(slots.admit(1, 2, kStart));
    EXPECT_TRUE(slots.admit(2, 2, kStart));
    EXPECT_FALSE(slots.admit(3, 2, kStart));
    EXPECT_TRUE(slots.admit(1, 2, kStart));
    EXPECT_EQ(slots.taken(kStart), 2U);
}

TEST(ViewerSlots, AreFreeAgainWhenAViewerHasGone) {
    ViewerSlots slots;
    ASSERT_TRUE(slots.admit(1, 1, kStart));
    for (int i = 1; i < 20; ++i) {
        ASSERT_TRUE(slots.admit(1, 1, kStart + seconds(30 * i)));
        ASSERT_FALSE(slots.admit(2, 1, kStart + seconds(30 * i)));
    }
    const Instant last = kStart + seconds(30 * 19);
    EXPECT_FALSE(slots.admit(2, 1, last + ViewerSlots::kIdle - milliseconds(1)));
    EXPECT_TRUE(slots.admit(2, 1, last + ViewerSlots::kIdle));
    EXPECT_FALSE(slots.admit(1, 1, last + ViewerSlots::kIdle));
}

TEST(ViewerSlots, NeverAdmitTooManyAtOnce) {
    ViewerSlots slots;
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < 1000; ++i) {
                if (slots.admit(thread * 1000 + i, 7, kStart)) ++admitted;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(admitted, 7);
}

}  // namespace
}  // namespace matinee::auth
