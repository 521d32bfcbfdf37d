// Tells listeners of what changes: in the database, and on the air.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/event_hub.h"
#include "http/presentation.h"
#include "store/store.h"

namespace matinee::app {

// A thread that reads the database's journal, so that it sees also what the command line changes,
// and looks at what is on. Event types are those of store::JournalEntry, and "airing".
class Announcer {
  public:
    struct Options {
        std::chrono::milliseconds poll{300};
        std::int64_t kept = 10'000;  // rows of the journal
    };

    // All arguments must outlive it.
    static Result<std::unique_ptr<Announcer>> start(store::Store& store, const http::OnAir& on_air,
                                                    const base::Clock& clock, http::EventHub& hub,
                                                    Options options);
    ~Announcer();
    Announcer(const Announcer&) = delete;
    Announcer& operator=(const Announcer&) = delete;

    // Looks now.
    void wake();

  private:
    Announcer(store::Store& store, const http::OnAir& on_air, const base::Clock& clock,
              http::EventHub& hub, Options options);
    void run();
    Result<void> read_journal();
    void look_at_channels();

    store::Store& store_;
    const http::OnAir& on_air_;
    const base::Clock& clock_;
    http::EventHub& hub_;
    const Options options_;
    std::int64_t seen_ = 0;  // of the journal
    std::int64_t pruned_ = 0;
    // What was last said to be on a channel. It holds for this presentation, until then.
    struct Said {
        std::shared_ptr<const http::Presentation> channel;
        Instant until;
        std::string data;
    };
    std::map<std::string, Said, std::less<>> said_;  // by channel

    std::mutex mutex_;  // guards what follows
    std::condition_variable wakeup_;
    bool stopping_ = false;
    bool woken_ = false;
    std::thread thread_;
};

// What is on a channel at `now`, and what comes next.
http::Event airing_event(const http::Presentation& channel, Instant now);

}  // namespace matinee::app
