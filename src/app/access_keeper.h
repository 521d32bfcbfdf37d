// Keeps what requests are judged by in step with the database.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "app/config.h"
#include "auth/access.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// A thread that asks a counter in the database, often, whether accounts, tokens, links or channels
// have changed, and if so makes a new snapshot. What the command line revokes is refused within
// `poll`; who changes something in this process calls refresh(). Thread-safe.
class AccessKeeper {
  public:
    struct Options {
        AccessConfig access;
        std::chrono::milliseconds poll{500};
    };

    // `store` and `clock` must outlive the keeper.
    static Result<std::unique_ptr<AccessKeeper>> start(store::Store& store,
                                                       const base::Clock& clock, Options options);
    ~AccessKeeper();
    AccessKeeper(const AccessKeeper&) = delete;
    AccessKeeper& operator=(const AccessKeeper&) = delete;

    // Never null.
    [[nodiscard]] std::shared_ptr<const auth::Snapshot> snapshot() const {
        return snapshot_.load();
    }

    // Other rules from now on; when the database does not answer, with the next snapshot.
    Result<void> set_access(const AccessConfig& access);

    // Takes up what has changed, now. When the database does not answer, what was known stays.
    Result<void> refresh();

    // Writes down which tokens have been used since, to the minute. It is done now and then.
    Result<void> record_uses();

  private:
    AccessKeeper(store::Store& store, const base::Clock& clock, Options options);
    void run();
    Result<std::shared_ptr<const auth::Snapshot>> read(const auth::Snapshot* before);

    store::Store& store_;
    const base::Clock& clock_;
    const std::chrono::milliseconds poll_;
    std::atomic<std::shared_ptr<const auth::Snapshot>> snapshot_;

    std::mutex refreshing_;  // guards what follows
    AccessConfig access_;
    std::uint64_t seen_ = 0;
    Instant pruned_{};
    std::map<std::string, Instant> recorded_uses_;  // by token
    std::set<std::string> said_;                    // channels whose rule makes no sense: said once

    std::mutex mutex_;  // guards what follows
    std::condition_variable wakeup_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace matinee::app
