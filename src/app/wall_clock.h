// Wall-clock times of a place, as instants.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// A time as clocks on the wall show it, without a place.
using LocalTime = std::chrono::local_seconds;

// "2026-11-23T20:00:00", also without the seconds. kInvalid otherwise.
Result<LocalTime> parse_local_time(const std::string& text);

// "23:00:00" or "23:00" as seconds since midnight. kInvalid otherwise.
Result<std::chrono::seconds> parse_time_of_day(const std::string& text);

// A place with clocks: an IANA zone. Immutable, thread-safe.
class WallClock {
  public:
    // kInvalid when this machine does not know the zone.
    static Result<WallClock> of(const std::string& zone);
    WallClock(WallClock&&) noexcept;
    WallClock& operator=(WallClock&&) noexcept;
    ~WallClock();

    // When clocks there show `time`. A time that they skip (they are put forward) is the instant
    // at which they do so; of a time that they show twice (they are put back) the first one.
    [[nodiscard]] Instant instant_of(LocalTime time) const;

    // What they show at that instant, to the second.
    [[nodiscard]] LocalTime local_time(Instant instant) const;

  private:
    struct Zone;
    explicit WallClock(std::unique_ptr<Zone> zone);
    std::unique_ptr<Zone> zone_;
};

// The starts of `block` in [from, until); none for one that follows on.
Result<std::vector<Instant>> starts_of(const store::ScheduleBlock& block, Instant from,
                                       Instant until);

// The instants in [from, until) at which `block` gives way.
Result<std::vector<Instant>> ends_of(const store::ScheduleBlock& block, Instant from,
                                     Instant until);

}  // namespace matinee::app
