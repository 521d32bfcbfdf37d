#include "http/trusted_proxies.h"

#include <algorithm>
#include <array>
#include <optional>

#include "http/field_text.h"

MATINEE_GOBJECT(GInetAddress);

namespace matinee::http {

namespace {

using OwnedAddress = base::Ref<GInetAddress>;

// Splits at `separator`, but not within quotes.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    bool quoted = false;
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == separator && !quoted) {
            parts.push_back(trimmed(text.substr(start, i - start)));
            start = i + 1;
        }
    }
    parts.push_back(trimmed(text.substr(start)));
    return parts;
}

// An IPv4 address written as IPv6 (::ffff:10.0.0.1) is the IPv4 address.
OwnedAddress unmapped(OwnedAddress address) {
    constexpr std::array<guint8, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (g_inet_address_get_family(address.get()) != G_SOCKET_FAMILY_IPV6) return address;
    const guint8* bytes = g_inet_address_to_bytes(address.get());
    if (!std::equal(kMapped.begin(), kMapped.end(), bytes)) return address;
    return OwnedAddress::adopt(
        g_inet_address_new_from_bytes(bytes + kMapped.size(), G_SOCKET_FAMILY_IPV4));
}

// "10.0.0.7", "10.0.0.7:1234", "fd00::7", "[fd00::7]", "[fd00::7]:1234": the address alone.
std::optional<std::string> address_in(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        text = text.substr(1, end - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    auto address = OwnedAddress::adopt(g_inet_address_new_from_string(std::string(text).c_str()));
    if (!address) return std::nullopt;
    address = unmapped(std::move(address));
    const base::OwnedChars plain(g_inet_address_to_string(address.get()));
    return std::string(plain.get());
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](char x, char y) { return g_ascii_tolower(x) == g_ascii_tolower(y); });
}

// A hop as proxies tell of it: who has connected to them, and how. Nearest last.
struct Hop {
    std::string_view address;
    std::optional<bool> secure;
};

std::optional<bool> is_secure(std::string_view scheme) {
    if (equals_ignoring_case(scheme, "https")) return true;
    if (equals_ignoring_case(scheme, "http")) return false;
    return std::nullopt;
}

std::vector<Hop> x_forwarded(const HeaderSource& headers) {
    std::vector<Hop> hops;
    for (const std::string_view address :
         split(headers.find("X-Forwarded-For").value_or(""), ',')) {
        hops.push_back({address, std::nullopt});
    }
    const auto schemes = split(headers.find("X-Forwarded-Proto").value_or(""), ',');
    // Most proxies write one alone, that of their client's connection.
    for (std::size_t i = 0; i < hops.size(); ++i) {
        hops[i].secure = is_secure(schemes.size() == hops.size() ? schemes[i] : schemes.back());
    }
    return hops;
}

// RFC 7239 section 4.
std::vector<Hop> forwarded(const HeaderSource& headers) {
    std::vector<Hop> hops;
    for (const std::string_view element : split(headers.find("Forwarded").value_or(""), ',')) {
        Hop& hop = hops.emplace_back();
        for (const std::string_view pair : split(element, ';')) {
            const std::size_t equals = pair.find('=');
            if (equals == std::string_view::npos) continue;
            const std::string_view name = trimmed(pair.substr(0, equals));
            std::string_view value = trimmed(pair.substr(equals + 1));
            if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
                value = value.substr(1, value.size() - 2);
            }
            if (equals_ignoring_case(name, "for")) hop.address = value;
            if (equals_ignoring_case(name, "proto")) hop.secure = is_secure(value);
        }
    }
    return hops;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::create(std::span<const std::string> networks,
                                              ForwardedFields fields) {
    TrustedProxies proxies;
    proxies.fields_ = fields;
    for (const std::string& network : networks) {
        auto mask = base::Ref<GInetAddressMask>::adopt(
            g_inet_address_mask_new_from_string(network.c_str(), nullptr));
        if (!mask) {
            return fail(ErrorCode::kInvalid,
                        "\"{}\" is no address or network; write 10.0.0.7, 10.0.0.0/8 or fd00::/8",
                        network);
        }
        proxies.networks_.push_back(std::move(mask));
    }
    return proxies;
}

bool TrustedProxies::trusts(const std::string& text) const {
    auto address = OwnedAddress::adopt(g_inet_address_new_from_string(text.c_str()));
    if (!address) return false;
    address = unmapped(std::move(address));
    return std::ranges::any_of(networks_, [&](const auto& network) {
        return g_inet_address_mask_matches(network.get(), address.get()) != FALSE;
    });
}

TrustedProxies::Client TrustedProxies::client(const Client& peer,
                                              const HeaderSource& headers) const {
    Client client = peer;
    if (!trusts(peer.address)) return client;
    const std::vector<Hop> hops =
        fields_ == ForwardedFields::kForwarded ? forwarded(headers) : x_forwarded(headers);
    for (std::size_t i = hops.size(); i-- > 0;) {
        const auto address = address_in(hops[i].address);
        if (!address) break;
        client = {*address, hops[i].secure.value_or(client.secure)};
        if (!trusts(*address)) break;
    }
    return client;
}

}  // namespace matinee::http
