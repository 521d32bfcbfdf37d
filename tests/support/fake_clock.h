// A clock that tests set.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace matinee::test {

// The instant at which tests have something begin: 2026-11-23T20:00:00Z.
inline const Instant kStart{std::chrono::milliseconds(1'795'464'000'000)};

// Stands until told. Thread-safe.
class FakeClock final : public base::Clock {
  public:
    // 2026-11-18, where a test does not say.
    FakeClock() : FakeClock(Instant(std::chrono::milliseconds(1'795'000'000'000))) {}
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
