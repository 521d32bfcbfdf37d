// Slows down whoever guesses passwords.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace matinee::auth {

// The network an address stands for: an IPv6 address's first 64 bits, for whoever has one has
// them all; an IPv4 address itself.
std::string network_of(const std::string& address);

// Counts attempts per account and per network, and says how long to wait. After some failures
// each further one doubles the wait.
//
// Memory is constant: accounts and networks are spread over a table by a hash that outsiders
// cannot know; two that meet in one place wait for each other's failures, which is rare and
// harmless. Nothing is forgotten because others come by. Thread-safe; asks no clock.
class LoginThrottle {
  public:
    struct Policy {
        unsigned free_attempts = 5;  // before the first wait
        std::chrono::milliseconds first_wait{2'000};
        // Somebody else's guesses must not lock the owner of an account out for long.
        std::chrono::milliseconds longest_account_wait{60'000};
        std::chrono::milliseconds longest_network_wait{900'000};
        std::chrono::milliseconds forgotten_after{3'600'000};
        // Of all together, since checking a password costs time and memory.
        unsigned attempts_per_second = 5;
        std::size_t places = 4096;
    };

    LoginThrottle();
    explicit LoginThrottle(Policy policy);

    // Zero: check the password; the attempt counts as failed until succeeded() is called, so that
    // many at once gain nothing. Otherwise how long to wait before trying again.
    std::chrono::milliseconds begin(std::string_view account, const std::string& address,
                                    Instant now);

    // The attempt that was begun had the right password: the account starts afresh, the network
    // has one failure less (whoever has an account must not guess others' freely).
    void succeeded(std::string_view account, const std::string& address);

  private:
    struct Place {
        unsigned attempts = 0;
        Instant last;
    };

    [[nodiscard]] std::chrono::milliseconds wait_at(Place& place, std::chrono::milliseconds longest,
                                                    Instant now) const;
    [[nodiscard]] Place& place_of(std::vector<Place>& table, std::string_view name) const;

    const Policy policy_;
    const std::string salt_;
    std::mutex mutex_;  // guards what follows
    std::vector<Place> accounts_;
    std::vector<Place> networks_;
    Instant second_;
    unsigned in_second_ = 0;
};

}  // namespace matinee::auth
