#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using playout::AsRunMark;
using playout::AsRunRecord;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::ElementsAre;

const Instant kEpoch{milliseconds(1'795'000'000'123)};

// The airing of that number: ten seconds each.
AsRunRecord record(std::int64_t ordinal, const std::string& channel = "main") {
    AsRunRecord record;
    record.channel_id = channel;
    record.epoch = kEpoch;
    record.ordinal = ordinal;
    record.entry_id = ordinal % 2 == 0 ? "even" : "odd";
    record.titles = {{"en", "A \"title\", quoted"}, {"zh", "纸船"}};
    record.author = "林小满";
    record.country = "CN";
    record.media_id = "media";
    record.subtitles_id = "subtitles";
    record.source_sha256 = "sha";
    record.start = Ticks(ordinal * 900'001);
    record.duration = Ticks(900'001);
    record.media_duration = Ticks(900'001);
    record.rate = media::FrameRate{24000, 1001};
    if (ordinal % 2 == 0) {
        record.in = 25;
        record.out = 2500;
    }
    return record;
}

std::vector<std::int64_t> ordinals(const std::vector<AsRunRecord>& records) {
    std::vector<std::int64_t> all;
    for (const AsRunRecord& each : records) {
        all.push_back(each.ordinal);
    }
    return all;
}

class StoreAsRun : public testing::Test {
  protected:
    StoreAsRun() {
        main_.id = "main";
        main_.epoch = kEpoch;
    }

    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<Store> store_ = must(Store::open(folder_ / "matinee.db", clock_));
    Channel main_;
};

TEST_F(StoreAsRun, ComesBackAsItWasWithItsMarks) {
    AsRunRecord marked = record(0);
    AsRunRecord bare = record(1);
    bare.media_duration.reset();
    bare.rate.reset();
    bare.titles.clear();
    must(store_->append_as_run(std::vector{marked, bare}));
    marked.marks = {{kEpoch + seconds(1), "media-gone", "no such file"},
                    {kEpoch + seconds(4), "cut-short", "it fell behind"}};
    must(store_->mark_as_run(
        main_, std::vector<AiringMark>{{0, marked.marks[1]},
                                       {0, marked.marks[0]},
                                       {7, {kEpoch, "cut-short", "of an airing to come"}}}));
    EXPECT_THAT(must(store_->list_as_run({})), ElementsAre(marked, bare));
}

TEST_F(StoreAsRun, StandsWhateverIsSaidLater) {
    must(store_->append_as_run(std::vector{record(0)}));
    AsRunRecord other = record(0);
    other.author = "somebody else";
    must(store_->append_as_run(std::vector{other, record(1)}));
    EXPECT_THAT(must(store_->list_as_run({})), ElementsAre(record(0), record(1)));
    for (const seconds later : {seconds(0), seconds(5)}) {
        must(store_->mark_as_run(
            main_, std::vector<AiringMark>{{0, {kEpoch + later, "off-air", "reason"}}}));
    }
    EXPECT_THAT(must(store_->list_as_run({})).front().marks,
                ElementsAre(AsRunMark{kEpoch, "off-air", "reason"}));
}

TEST_F(StoreAsRun, IsAskedForByChannelEntryAndPeriod) {
    std::vector<AsRunRecord> all;
    for (std::int64_t i = 0; i < 6; ++i) {
        all.push_back(record(i));
    }
    all.push_back(record(0, "other"));
    must(store_->append_as_run(all));
    EXPECT_THAT(ordinals(must(store_->list_as_run({.channel_id = "main"}))),
                ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(ordinals(must(store_->list_as_run({.entry_id = "even"}))), ElementsAre(0, 0, 2, 4));
    // Each belongs to the period it begins in, so periods that meet have each once.
    const Instant third = all[3].starts_at();
    EXPECT_THAT(ordinals(must(store_->list_as_run({.channel_id = "main", .to = third}))),
                ElementsAre(0, 1, 2));
    EXPECT_THAT(ordinals(must(store_->list_as_run({.channel_id = "main", .from = third}))),
                ElementsAre(3, 4, 5));
    EXPECT_EQ(must(store_->last_as_run(main_))->ordinal, 5);
}

TEST_F(StoreAsRun, TellsAChannelFromAnEarlierOneOfItsName) {
    must(store_->append_as_run(std::vector{record(0), record(1)}));
    Channel again = main_;
    again.epoch = kEpoch + std::chrono::hours(100);
    EXPECT_FALSE(must(store_->last_as_run(again)));
    AsRunRecord first = record(0);
    first.epoch = again.epoch;
    first.marks = {{again.epoch, "off-air", ""}};
    must(store_->append_as_run(std::vector{first}));
    const auto records = must(store_->list_as_run({.channel_id = "main"}));
    ASSERT_EQ(records.size(), 3U);
    EXPECT_TRUE(records[0].marks.empty());
    EXPECT_EQ(records[2].marks.size(), 1U);
}

TEST_F(StoreAsRun, KnowsWhenAServerLastRan) {
    EXPECT_FALSE(must(store_->last_alive()));
    must(store_->set_alive(kEpoch));
    must(store_->set_alive(kEpoch + seconds(10)));
    EXPECT_EQ(must(store_->last_alive()), kEpoch + seconds(10));
}

}  // namespace
}  // namespace matinee::store
