#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(LostMedia, IsNewsOnceAndAgainAfterItWasBack) {
    const TempFolder folder;
    const FakeClock clock;
    {
        const auto store = must(Store::open(folder / "matinee.db", clock));
        EXPECT_TRUE(must(store->set_media_lost("m", "its folder is gone")));
        EXPECT_FALSE(must(store->set_media_lost("m", "something else")));
    }
    // Also for whoever comes later.
    const auto store = must(Store::open(folder / "matinee.db", clock));
    EXPECT_FALSE(must(store->set_media_lost("m", "it still is")));
    EXPECT_THAT(must(store->list_lost_media()), ElementsAre(Pair("m", "its folder is gone")));
    EXPECT_TRUE(must(store->set_media_found("m")));
    EXPECT_FALSE(must(store->set_media_found("m")));
    EXPECT_THAT(must(store->list_lost_media()), IsEmpty());
    EXPECT_TRUE(must(store->set_media_lost("m", "gone again")));
}

TEST(Outlines, AreKeptTheNewestOfEachMedium) {
    const TempFolder folder;
    const FakeClock clock;
    const auto store = must(Store::open(folder / "matinee.db", clock));
    EXPECT_FALSE(must(store->find_outline("m")));
    must(store->keep_outline("m", R"({"frame_count":1})"));
    must(store->keep_outline("n", R"({"frame_count":7})"));
    must(store->keep_outline("m", R"({"frame_count":2})"));
    EXPECT_EQ(must(store->find_outline("m")), R"({"frame_count":2})");
    EXPECT_EQ(must(store->find_outline("n")), R"({"frame_count":7})");
}

// Servers look at everything again when the counter moves: keeping books is no reason to.
TEST(Outlines, AreNoChangeOfWhatViewersAreShown) {
    const TempFolder folder;
    const FakeClock clock;
    const auto store = must(Store::open(folder / "matinee.db", clock));
    const auto stamp = must(store->change_stamp());
    must(store->keep_outline("m", "{}"));
    must(store->set_media_lost("m", "gone"));
    EXPECT_EQ(must(store->change_stamp()), stamp);
}

}  // namespace
}  // namespace matinee::store
