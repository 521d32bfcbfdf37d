// A clock that tests set.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace matinee::test {

// Thread-safe.
class FakeClock final : public base::Clock {
  public:
    explicit FakeClock(Instant start) : now_(start.time_since_epoch().count()) {}
    [[nodiscard]] Instant now() const override {
        return Instant(std::chrono::milliseconds(now_.load()));
    }
    void advance(std::chrono::milliseconds by) { now_ += by.count(); }
    void set(Instant instant) { now_ = instant.time_since_epoch().count(); }

  private:
    std::atomic<std::int64_t> now_;
};

}  // namespace matinee::test
