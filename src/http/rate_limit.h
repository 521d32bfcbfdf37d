// How much one client may ask for.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/router.h"

namespace matinee::http {

// Requests a second in the long run, and how many at once after a pause; `per_second` 0: any
// number.
struct Rate {
    double per_second = 0;
    double burst = 1;

    bool operator==(const Rate&) const = default;
};

// Whom a request counts for: the client's network (auth::network_of). The one place where it is
// decided what a client's address is.
std::string client_of(const Request& request);

// A token bucket for each client, kept as the instant at which the bucket will be full again
// (GCRA, as in ATM Forum TM 4.0): one number, changed without a lock.
//
// Memory is constant: clients are spread over a table by a hash that outsiders cannot know. Two
// that meet in one place share a bucket, which is rare. Thread-safe; asks no clock.
class RateLimiter {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit RateLimiter(Rate rate, std::size_t places = 16'384);

    // Zero: go on. Otherwise how long the client is to wait; the request does not count.
    std::chrono::milliseconds admit(std::string_view client, Time now);

  private:
    const std::chrono::nanoseconds interval_;   // between two requests in the long run; 0: no limit
    const std::chrono::nanoseconds tolerance_;  // how far ahead of that a client may be
    const std::string salt_;
    const std::size_t places_;
    std::unique_ptr<std::atomic<std::int64_t>[]> full_at_;  // nanoseconds of the steady clock
};

// The limits of a server, by what is asked for.
class RateLimits {
  public:
    struct Options {
        Rate api{50, 300};    // the API, and what else is not media
        Rate media{0, 1};     // playlists, segments, pictures
        Rate sign_in{1, 10};  // sign-in and set-up, where a request costs a password's hash

        bool operator==(const Options&) const = default;
    };

    explicit RateLimits(const Options& options);

    // 429 with Retry-After, when the client has to wait.
    std::optional<Response> admit(const Request& request, const RouteSpec& route,
                                  RateLimiter::Time now);

  private:
    RateLimiter api_;
    RateLimiter media_;
    RateLimiter sign_in_;
};

}  // namespace matinee::http
