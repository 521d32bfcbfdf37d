// The wall clock as a value that shells pass down: the core never asks what time it is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

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

// The instant that "2026-11-23T20:00:00Z" or "2026-11-23T22:00:00.500+02:00" names (RFC 3339
// section 5.6), cut to whole milliseconds; nothing for other text. A leap second is the second
// after it.
std::optional<Instant> parse_rfc3339(std::string_view text);

// The first instant of "2026-11-23" in UTC; nothing for other text.
std::optional<Instant> parse_date(std::string_view text);

}  // namespace matinee::base

namespace matinee {
using base::Instant;
}
