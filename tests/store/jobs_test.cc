#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::HasSubstr;

constexpr auto kLease = seconds(60);

class StoreJobs : public testing::Test {
  protected:
    void add_entry(const std::string& id, const std::string& sha256 = "1") {
        must(store_->upsert_entry({.id = id,
                                   .titles = {},
                                   .author = "",
                                   .country = "",
                                   .source = {"/films/" + id + ".mp4", 1, 1, sha256}}));
    }
    Entry entry(const std::string& id) { return must(store_->find_entry(id)); }
    Job job(const std::string& id) { return must(store_->find_job(id)); }

    // A job of a fresh entry, taken by "w".
    Job taken(const std::string& entry_id) {
        add_entry(entry_id);
        must(store_->enqueue_job(entry_id));
        return must(store_->take_job("w", kLease)).value();
    }

    static Media media(const std::string& id) {
        return {.id = id,
                .house = "{}",
                .duration = Ticks(900'000),
                .frame_rate_numerator = 30000,
                .frame_rate_denominator = 1001,
                .size_bytes = 6'000'000'000,
                .summary = R"({"a":1})"};
    }

    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<Store> store_ = must(Store::open(folder_ / "matinee.db", clock_));
};

TEST_F(StoreJobs, GoFromQueueToReady) {
    add_entry("a");
    const Job queued = must(store_->enqueue_job("a"));
    EXPECT_EQ(queued.state, JobState::kQueued);
    EXPECT_EQ(queued.source_path, "/films/a.mp4");
    EXPECT_EQ(entry("a").state, EntryState::kQueued);

    const Job running = must(store_->take_job("w", kLease)).value();
    EXPECT_EQ(running.id, queued.id);
    EXPECT_EQ(running.state, JobState::kRunning);
    EXPECT_EQ(running.attempts, 1);
    EXPECT_EQ(running.lease_until, clock_.now() + kLease);
    EXPECT_EQ(entry("a").state, EntryState::kPreparing);
    EXPECT_EQ(must(store_->take_job("w2", kLease)), std::nullopt);

    EXPECT_EQ(must(store_->renew_job(running.id, "w", kLease, {"encode", 0.5})),
              JobOrder::kContinue);
    EXPECT_EQ(job(running.id).stage, "encode");
    EXPECT_EQ(job(running.id).fraction, 0.5);

    must(store_->finish_job(running.id, "w", media("m1")));
    EXPECT_EQ(job(running.id).state, JobState::kDone);
    EXPECT_EQ(entry("a").state, EntryState::kReady);
    EXPECT_EQ(entry("a").media_id, "m1");
    EXPECT_EQ(must(store_->find_media("m1")), media("m1"));
    EXPECT_EQ(must(store_->list_media()).size(), 1U);
    EXPECT_EQ(store_->find_media("m2").error().code(), ErrorCode::kNotFound);
}

TEST_F(StoreJobs, AreOnePerEntry) {
    add_entry("a");
    const Job first = must(store_->enqueue_job("a"));
    EXPECT_EQ(must(store_->enqueue_job("a")).id, first.id);
    must(store_->take_job("w", kLease));
    EXPECT_EQ(must(store_->enqueue_job("a")).id, first.id);
    EXPECT_EQ(entry("a").state, EntryState::kPreparing);
    EXPECT_EQ(must(store_->list_jobs()).size(), 1U);
    must(store_->finish_job(first.id, "w", media("m1")));
    EXPECT_NE(must(store_->enqueue_job("a")).id, first.id);
}

TEST_F(StoreJobs, OfAFileThatChangesWhileQueuedTakeTheNewContent) {
    add_entry("a", "1");
    const Job first = must(store_->enqueue_job("a"));
    add_entry("a", "2");
    EXPECT_EQ(must(store_->enqueue_job("a")).id, first.id);
    EXPECT_EQ(job(first.id).source_sha256, "2");
}

TEST_F(StoreJobs, OfAFileThatChangesMeanwhileMakeRoom) {
    const Job old = taken("a");
    add_entry("a", "2");
    const Job fresh = must(store_->enqueue_job("a"));
    EXPECT_NE(fresh.id, old.id);
    EXPECT_EQ(must(store_->renew_job(old.id, "w", kLease, {})), JobOrder::kCancel);
    EXPECT_EQ(store_->finish_job(old.id, "w", media("m1")).error().code(), ErrorCode::kCancelled);
    must(store_->confirm_cancelled(old.id, "w"));
    EXPECT_EQ(job(old.id).state, JobState::kCancelled);
    // The new job decides what becomes of the entry.
    EXPECT_EQ(entry("a").state, EntryState::kQueued);
    EXPECT_EQ(must(store_->take_job("w", kLease))->id, fresh.id);
}

TEST_F(StoreJobs, AreTakenInOrder) {
    std::vector<std::string> queued;
    for (const char* id : {"c", "a", "b"}) {
        add_entry(id);
        queued.push_back(must(store_->enqueue_job(id)).id);
    }
    for (const std::string& id : queued) {
        EXPECT_EQ(must(store_->take_job("w", kLease))->id, id);
    }
}

TEST_F(StoreJobs, AreTakenAgainWhenTheLeaseRunsOut) {
    const Job first = taken("a");
    clock_.advance(kLease - seconds(1));
    EXPECT_EQ(must(store_->take_job("w2", kLease)), std::nullopt);
    EXPECT_EQ(must(store_->list_running_jobs()).size(), 1U);
    must(store_->renew_job(first.id, "w", kLease, {}));
    clock_.advance(kLease - seconds(1));
    EXPECT_EQ(must(store_->take_job("w2", kLease)), std::nullopt);
    clock_.advance(seconds(1));
    EXPECT_EQ(must(store_->list_running_jobs()).size(), 0U);
    const Job second = must(store_->take_job("w2", kLease)).value();
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(second.attempts, 2);
    // Whoever had it first has lost it.
    EXPECT_EQ(store_->renew_job(first.id, "w", kLease, {}).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(store_->finish_job(first.id, "w", media("m")).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(store_->fail_job(first.id, "w", "x").error().code(), ErrorCode::kConflict);
    EXPECT_EQ(store_->retry_job(first.id, "w").error().code(), ErrorCode::kConflict);
    EXPECT_EQ(store_->release_job(first.id, "w").error().code(), ErrorCode::kConflict);
    EXPECT_EQ(entry("a").state, EntryState::kPreparing);
    must(store_->finish_job(first.id, "w2", media("m")));
}

TEST_F(StoreJobs, AreGivenUpWhenTheyKillEveryServer) {
    const Job first = taken("a");
    for (int attempt = 2; attempt <= kMaxAttempts; ++attempt) {
        clock_.advance(kLease);
        EXPECT_EQ(must(store_->take_job("w", kLease))->attempts, attempt);
    }
    clock_.advance(kLease);
    EXPECT_EQ(must(store_->take_job("w", kLease)), std::nullopt);
    EXPECT_EQ(job(first.id).state, JobState::kFailed);
    EXPECT_EQ(entry("a").state, EntryState::kFailed);
    EXPECT_THAT(entry("a").reason, HasSubstr("given up after 5 attempts"));
}

TEST_F(StoreJobs, FailWithAReasonAndKeepOlderMedia) {
    const Job first = taken("a");
    must(store_->finish_job(first.id, "w", media("m1")));
    add_entry("a", "2");
    must(store_->enqueue_job("a"));
    const Job second = must(store_->take_job("w", kLease)).value();
    must(store_->fail_job(second.id, "w", "the file is cut off"));
    EXPECT_EQ(job(second.id).state, JobState::kFailed);
    EXPECT_EQ(job(second.id).reason, "the file is cut off");
    EXPECT_EQ(entry("a").state, EntryState::kFailed);
    EXPECT_EQ(entry("a").reason, "the file is cut off");
    EXPECT_EQ(entry("a").media_id, "m1");
}

TEST_F(StoreJobs, GoBackToTheQueue) {
    const Job first = taken("a");
    must(store_->retry_job(first.id, "w"));
    EXPECT_EQ(job(first.id).crashes, 1);
    EXPECT_EQ(job(first.id).attempts, 1);
    EXPECT_EQ(entry("a").state, EntryState::kQueued);
    must(store_->take_job("w", kLease));
    must(store_->release_job(first.id, "w"));
    EXPECT_EQ(job(first.id).crashes, 1);
    EXPECT_EQ(job(first.id).attempts, 1);
    EXPECT_EQ(job(first.id).state, JobState::kQueued);
}

TEST_F(StoreJobs, AreCancelledQueuedOrRunning) {
    add_entry("a");
    const Job queued = must(store_->enqueue_job("a"));
    must(store_->cancel_job(queued.id));
    EXPECT_EQ(job(queued.id).state, JobState::kCancelled);
    EXPECT_EQ(entry("a").state, EntryState::kNew);
    EXPECT_EQ(store_->cancel_job(queued.id).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(store_->cancel_job("none").error().code(), ErrorCode::kNotFound);

    const Job running = taken("b");
    must(store_->cancel_job(running.id));
    EXPECT_EQ(job(running.id).state, JobState::kRunning);
    EXPECT_EQ(must(store_->renew_job(running.id, "w", kLease, {})), JobOrder::kCancel);
    must(store_->confirm_cancelled(running.id, "w"));
    EXPECT_EQ(job(running.id).state, JobState::kCancelled);
    EXPECT_EQ(entry("b").state, EntryState::kNew);
}

TEST_F(StoreJobs, CancelledAndLeftBehindAreNotTakenAgain) {
    const Job running = taken("a");
    must(store_->cancel_job(running.id));
    clock_.advance(kLease);
    EXPECT_EQ(must(store_->take_job("w2", kLease)), std::nullopt);
    EXPECT_EQ(job(running.id).state, JobState::kCancelled);
}

TEST_F(StoreJobs, NobodyTakesAJobTwice) {
    constexpr int kJobs = 40;
    for (int i = 0; i < kJobs; ++i) {
        const std::string id = "e" + std::to_string(i);
        add_entry(id);
        must(store_->enqueue_job(id));
    }
    const auto take_all = [&](const std::string& worker, std::vector<std::string>* ids) {
        const auto store = must(Store::open(folder_ / "matinee.db", clock_));
        while (const auto job = must(store->take_job(worker, kLease))) {
            ids->push_back(job->id);
        }
    };
    std::vector<std::string> first;
    std::vector<std::string> second;
    std::thread other(take_all, "w1", &first);
    take_all("w2", &second);
    other.join();
    std::set<std::string> all(first.begin(), first.end());
    all.insert(second.begin(), second.end());
    EXPECT_EQ(all.size(), static_cast<std::size_t>(kJobs));
    EXPECT_EQ(first.size() + second.size(), static_cast<std::size_t>(kJobs));
}

}  // namespace
}  // namespace matinee::store
