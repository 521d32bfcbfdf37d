#include "auth/throttle.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "auth/secret.h"

namespace matinee::auth {

using std::chrono::milliseconds;

std::string network_of(const std::string& address) {
    in6_addr binary{};
    if (::inet_pton(AF_INET6, address.c_str(), &binary) != 1) return address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (IN6_IS_ADDR_V4MAPPED(&binary)) {
        in_addr mapped{};
        std::copy_n(&binary.s6_addr[12], 4, reinterpret_cast<unsigned char*>(&mapped));
        ::inet_ntop(AF_INET, &mapped, text.data(), text.size());
        return text.data();
    }
    std::fill_n(&binary.s6_addr[8], 8, std::uint8_t{0});
    ::inet_ntop(AF_INET6, &binary, text.data(), text.size());
    return std::string(text.data()) + "/64";
}

LoginThrottle::LoginThrottle() : LoginThrottle(Policy()) {}

LoginThrottle::LoginThrottle(Policy policy)
    : policy_(policy), salt_(new_secret()), accounts_(policy_.places), networks_(policy_.places) {}

LoginThrottle::Place& LoginThrottle::place_of(std::vector<Place>& table,
                                              std::string_view name) const {
    const std::string hash = hash_of_secret(salt_ + std::string(name));
    std::uint64_t value = 0;
    std::from_chars(hash.data(), hash.data() + 16, value, 16);
    return table[value % table.size()];
}

milliseconds LoginThrottle::wait_at(Place& place, milliseconds longest, Instant now) const {
    if (now - place.last >= policy_.forgotten_after) place.attempts = 0;
    if (place.attempts < policy_.free_attempts) return milliseconds(0);
    // 20 doublings are more than any longest wait.
    const unsigned doublings = std::min(place.attempts - policy_.free_attempts, 20U);
    const auto wait = std::min<milliseconds>(policy_.first_wait * (1LL << doublings), longest);
    return std::max(place.last + wait - now, milliseconds(0));
}

milliseconds LoginThrottle::begin(std::string_view account, const std::string& address,
                                  Instant now) {
    const std::lock_guard lock(mutex_);
    Place& by_account = place_of(accounts_, account);
    Place& by_network = place_of(networks_, network_of(address));
    const milliseconds wait = std::max(wait_at(by_account, policy_.longest_account_wait, now),
                                       wait_at(by_network, policy_.longest_network_wait, now));
    if (wait > milliseconds(0)) return wait;
    if (now - second_ >= std::chrono::seconds(1) || now < second_) {
        second_ = now;
        in_second_ = 0;
    }
    if (in_second_ >= policy_.attempts_per_second) {
        return second_ + std::chrono::seconds(1) - now;
    }
    ++in_second_;
    for (Place* place : {&by_account, &by_network}) {
        ++place->attempts;
        place->last = now;
    }
    return milliseconds(0);
}

void LoginThrottle::succeeded(std::string_view account, const std::string& address) {
    const std::lock_guard lock(mutex_);
    place_of(accounts_, account).attempts = 0;
    Place& by_network = place_of(networks_, network_of(address));
    if (by_network.attempts > 0) --by_network.attempts;
}

}  // namespace matinee::auth
