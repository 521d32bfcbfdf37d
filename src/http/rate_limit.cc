#include "http/rate_limit.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "auth/secret.h"
#include "auth/throttle.h"
#include "http/problem.h"

namespace matinee::http {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

nanoseconds interval_of(Rate rate) {
    constexpr double kSecond = 1e9;
    return rate.per_second > 0 ? nanoseconds(static_cast<std::int64_t>(kSecond / rate.per_second))
                               : nanoseconds(0);
}

}  // namespace

std::string client_of(const Request& request) {
    return auth::network_of(request.remote_address);
}

RateLimiter::RateLimiter(Rate rate, std::size_t places)
    : interval_(interval_of(rate)),
      tolerance_(
          std::chrono::duration_cast<nanoseconds>(interval_ * (std::max(rate.burst, 1.0) - 1.0))),
      salt_(auth::new_secret()),
      places_(places),
      full_at_(interval_ == nanoseconds(0) ? nullptr : new std::atomic<std::int64_t>[places]()) {}

milliseconds RateLimiter::admit(std::string_view client, Time now) {
    if (!full_at_) return milliseconds(0);
    std::string name = salt_;
    name += client;
    std::atomic<std::int64_t>& place = full_at_[std::hash<std::string>()(name) % places_];
    const std::int64_t present = nanoseconds(now.time_since_epoch()).count();
    std::int64_t full_at = place.load(std::memory_order_relaxed);
    while (true) {
        const std::int64_t from = std::max(full_at, present);
        const std::int64_t ahead = from - present;
        if (ahead > tolerance_.count()) {
            return std::chrono::ceil<milliseconds>(nanoseconds(ahead - tolerance_.count()));
        }
        if (place.compare_exchange_weak(full_at, from + interval_.count(),
                                        std::memory_order_relaxed)) {
            return milliseconds(0);
        }
    }
}

RateLimits::RateLimits(const Options& options)
    : api_(options.api), media_(options.media), sign_in_(options.sign_in) {}

std::optional<Response> RateLimits::admit(const Request& request, const RouteSpec& route,
                                          RateLimiter::Time now) {
    const bool changes = request.method != Method::kGet && request.method != Method::kHead;
    RateLimiter& limiter = is_media(route.access)                ? media_
                           : changes && route.label == "sign-in" ? sign_in_
                                                                 : api_;
    const milliseconds wait = limiter.admit(client_of(request), now);
    if (wait == milliseconds(0)) return std::nullopt;
    const auto whole = std::chrono::ceil<std::chrono::seconds>(wait);
    Response response = problem(
        429, fmt::format("Too many requests from your address. Try again in {} s.", whole.count()));
    response.headers.emplace_back("Retry-After", std::to_string(whole.count()));
    return response;
}

}  // namespace matinee::http
