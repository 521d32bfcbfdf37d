#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using std::chrono::minutes;
using testing::IsEmpty;
using testing::SizeIs;

class StoreVariants : public testing::Test {
  protected:
    StoreVariants() { store = *Store::open(temp.path() / "matinee.db", clock); }

    void SetUp() override {
        EntryDescription entry;
        entry.id = "film";
        entry.source.path = "/films/film.mp4";
        entry.source.sha256 = "aa";
        ASSERT_TRUE(store->upsert_entry(entry));
    }

    // The entry's own preparation.
    void prepare(const std::string& media) {
        ASSERT_TRUE(store->enqueue_job("film"));
        finish(media);
    }

    void finish(const std::string& media) {
        const auto job = store->take_job("worker", minutes(1));
        ASSERT_TRUE(job && *job);
        Media made;
        made.id = media;
        made.duration = Ticks(90'000);
        ASSERT_TRUE(store->finish_job((*job)->id, "worker", made));
    }

    Variant only_variant() {
        const auto variants = store->list_variants();
        EXPECT_TRUE(variants);
        EXPECT_THAT(*variants, SizeIs(1));
        return variants->empty() ? Variant() : variants->front();
    }

    test::FakeClock clock;
    test::TempFolder temp;
    std::unique_ptr<Store> store;
};

TEST_F(StoreVariants, GoFromQueueToReadyAndLeaveTheEntryAlone) {
    prepare("plain");
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    EXPECT_EQ(only_variant().state, EntryState::kQueued);
    const auto job = store->take_job("worker", minutes(1));
    ASSERT_TRUE(job && *job);
    EXPECT_EQ((*job)->variant, "burned");
    EXPECT_EQ((*job)->subtitles_id, "set");
    EXPECT_EQ(only_variant().state, EntryState::kPreparing);
    EXPECT_EQ(store->find_entry("film")->state, EntryState::kReady);
    Media made;
    made.id = "variant";
    made.duration = Ticks(90'000);
    ASSERT_TRUE(store->finish_job((*job)->id, "worker", made));
    EXPECT_EQ(only_variant().state, EntryState::kReady);
    EXPECT_EQ(only_variant().media_id, "variant");
    EXPECT_EQ(only_variant().plain_media_id, "plain");
    EXPECT_EQ(store->find_entry("film")->media_id, "plain");
}

TEST_F(StoreVariants, AreAskedForOnceForEachPreparation) {
    EXPECT_FALSE(store->request_variant("film", "burned", "set"));  // nothing to vary yet
    prepare("plain");
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    const auto stamp = *store->change_stamp();
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    EXPECT_EQ(*store->change_stamp(), stamp);
    finish("variant");
    prepare("plain-2");
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    EXPECT_THAT(*store->list_variants(), SizeIs(2));
}

TEST_F(StoreVariants, FailWithoutFailingTheEntryAndCanBeAskedForAgain) {
    prepare("plain");
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    const auto job = store->take_job("worker", minutes(1));
    ASSERT_TRUE(store->fail_job((*job)->id, "worker", "no font"));
    EXPECT_EQ(only_variant().state, EntryState::kFailed);
    EXPECT_EQ(only_variant().reason, "no font");
    EXPECT_EQ(store->find_entry("film")->state, EntryState::kReady);
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    EXPECT_FALSE((*store->take_job("worker", minutes(1))).has_value());
    EXPECT_EQ(*store->forget_failed_variants(), 1);
    EXPECT_THAT(*store->list_variants(), IsEmpty());
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    EXPECT_TRUE((*store->take_job("worker", minutes(1))).has_value());
}

TEST_F(StoreVariants, AndTheEntryItselfHaveJobsSideBySide) {
    prepare("plain");
    ASSERT_TRUE(store->request_variant("film", "burned", "set"));
    const auto job = store->enqueue_job("film");
    ASSERT_TRUE(job);
    EXPECT_EQ(job->variant, "");
    EXPECT_EQ(store->find_entry("film")->state, EntryState::kQueued);
    finish("variant");  // the older job
    EXPECT_EQ(store->find_entry("film")->state, EntryState::kQueued);
    finish("plain");
    EXPECT_EQ(store->find_entry("film")->state, EntryState::kReady);
}

TEST_F(StoreVariants, AreForgottenOnceNoAiringHasThem) {
    prepare("plain");
    ASSERT_TRUE(store->request_variant("film", "ending", ""));
    EXPECT_FALSE(*store->forget_unused_variant(only_variant(), clock.now() + minutes(1)))
        << "it is not ready";
    finish("faded");
    Channel channel;
    channel.id = "main";
    ASSERT_TRUE(store->create_channel(channel));
    playout::Airing airing;
    airing.entry_id = "film";
    airing.media_id = "faded";
    airing.duration = Ticks(90'000);
    airing.segment_count = 1;
    ASSERT_TRUE(store->append_airings("main", {&airing, 1}));
    EXPECT_FALSE(*store->forget_unused_variant(only_variant(), clock.now() + minutes(1)));
    ASSERT_TRUE(store->replace_airings_from("main", 0, {}));
    EXPECT_FALSE(*store->forget_unused_variant(only_variant(), clock.now())) << "too soon";
    EXPECT_TRUE(*store->forget_unused_variant(only_variant(), clock.now() + minutes(1)));
    EXPECT_THAT(*store->list_variants(), IsEmpty());
}

}  // namespace
}  // namespace matinee::store
