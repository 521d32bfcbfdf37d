// How many watch by one link at the same time.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/clock.h"

namespace matinee::auth {

// A viewer is a number that stands for an address and a player. Whoever has asked for something
// keeps a slot until nothing was asked for a while. Memory is bounded by the limit. Thread-safe;
// asks no clock.
class ViewerSlots {
  public:
    // Players ask every few seconds; those whose buffer is full, once in that time at least.
    static constexpr std::chrono::seconds kIdle{60};

    // Whether this viewer is among the first `limit`; takes or keeps a slot if so.
    bool admit(std::uint64_t viewer, std::size_t limit, Instant now);

    // Slots taken at `now`.
    [[nodiscard]] std::size_t taken(Instant now) const;

  private:
    struct Slot {
        std::uint64_t viewer = 0;
        Instant last;
    };

    mutable std::mutex mutex_;
    std::vector<Slot> slots_;
};

}  // namespace matinee::auth
