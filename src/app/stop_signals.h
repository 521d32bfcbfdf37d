// SIGINT and SIGTERM as something to wait for.
#pragma once

#include <chrono>

namespace matinee::app {

// From its construction on, the signals no longer end the process but are noted. Handlers, unlike
// a blocked mask, are not inherited by the programs we start. One at a time in a process.
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    // Whether a signal has come; waits for one up to `timeout`. Thread-safe.
    [[nodiscard]] bool wait_for(std::chrono::milliseconds timeout) const;

    // Waits for one for as long as it takes.
    void wait() const;
};

}  // namespace matinee::app
