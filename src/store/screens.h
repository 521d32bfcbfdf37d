// Rows about the screens of venues.
#pragma once

#include <cstddef>
#include <string>

#include "base/clock.h"

namespace matinee::store {

// A browser that stands in a venue and shows a channel.
struct Screen {
    std::string id;
    std::string name;         // unique; what people call it
    std::string secret_hash;  // of what its browser keeps in a cookie
    std::string channel_id;   // what it shows; empty: nothing yet
    bool muted = false;
    Instant created;

    // Of its last heartbeat: 1970 and "{}" before the first.
    Instant reported;
    std::string report = "{}";  // JSON

    bool operator==(const Screen&) const = default;
};

// A browser that would like to be a screen.
struct ScreenPairing {
    std::string code;         // what it shows, and somebody types in
    std::string secret_hash;  // of what its browser keeps in a cookie already
    std::string network;      // where it asked from (auth::network_of)
    Instant created;
    Instant expires;

    bool operator==(const ScreenPairing&) const = default;
};

// How many may wait at the same time.
struct PairingLimits {
    std::size_t all = 256;
    std::size_t of_network = 32;
};

// What a screen is to do, once.
struct ScreenCommand {
    std::string id;    // sorts by time
    std::string kind;  // "identify", "reload"
    Instant expires;

    bool operator==(const ScreenCommand&) const = default;
};

}  // namespace matinee::store
