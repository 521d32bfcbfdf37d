// SIGHUP: read the configuration again.
#pragma once

#include <chrono>

namespace matinee::app {

// From its construction on, the signal no longer ends the process but is noted. One at a time in a
// process.
class ReloadSignal {
  public:
    ReloadSignal();
    ~ReloadSignal();
    ReloadSignal(const ReloadSignal&) = delete;
    ReloadSignal& operator=(const ReloadSignal&) = delete;

    // Whether it has come since it was last asked; several at once are one.
    [[nodiscard]] bool take();
};

}  // namespace matinee::app
