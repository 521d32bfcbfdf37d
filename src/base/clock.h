// The wall clock as a value that shells pass down: the core never asks what time it is.
#pragma once

#include <chrono>
#include <string>

namespace matinee::base {

// An instant of UTC, to the millisecond: what PROGRAM-DATE-TIME can say.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// Thread-safe.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override;
};

// "2026-11-23T20:00:00.000Z" (RFC 3339, always UTC, always milliseconds).
std::string to_rfc3339(Instant instant);

}  // namespace matinee::base

namespace matinee {
using base::Instant;
}
