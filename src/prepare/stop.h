// Asking long work to stop.
#pragma once

#include <atomic>
#include <csignal>

namespace matinee::prepare {

// Set from a signal handler or another thread, read by the work. Thread-safe and
// async-signal-safe.
class StopFlag {
  public:
    void request() noexcept { flag_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool requested() const noexcept { return flag_.load(std::memory_order_relaxed); }

  private:
    static_assert(std::atomic<bool>::is_always_lock_free);
    std::atomic<bool> flag_ = false;
};

// While this lives, SIGTERM and SIGINT request `stop` instead of ending the process. One at a
// time in a process.
class StopOnSignals {
  public:
    explicit StopOnSignals(StopFlag& stop);
    StopOnSignals(const StopOnSignals&) = delete;
    StopOnSignals& operator=(const StopOnSignals&) = delete;
    ~StopOnSignals();

  private:
    struct sigaction old_terminate_ {};
    struct sigaction old_interrupt_ {};
};

}  // namespace matinee::prepare
