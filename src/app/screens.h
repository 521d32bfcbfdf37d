// What is known of the screens of venues. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.h"
#include "store/screens.h"

namespace matinee::app {

// How often a screen says that it is there. The server tells it, so that one that has been standing
// for a week follows a change.
inline constexpr std::chrono::seconds kScreenHeartbeat{3};

// So long a screen has for what it is told to do once; after that nobody expects it any more.
inline constexpr std::chrono::seconds kScreenCommandLasts{120};

// The largest still that is taken from a screen, in bytes.
inline constexpr std::size_t kLargestStill = 100'000;

// What the silence since its last heartbeat means.
enum class ScreenHealth : std::uint8_t {
    kNever,   // nothing heard of it yet
    kOnLine,  // three heartbeats at most are missing
    kLate,    // the network or the machine is slow, or it loads its page again
    kLost,    // somebody should go and look; it shows "back soon" when it is only the network
};

// "never", "on-line", "late", "lost".
std::string_view to_string(ScreenHealth health);

// A heartbeat from the future (the clock was set back) is one of now.
ScreenHealth health_of(Instant reported, Instant now);

// A screen as the schema Screen of the API says.
nlohmann::json screen_json(const store::Screen& screen, Instant now);

}  // namespace matinee::app
