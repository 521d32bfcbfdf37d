// Whom a request comes from when there are proxies in front.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gio/gio.h>

#include "base/glib_support.h"
#include "base/result.h"
#include "http/message.h"

MATINEE_GOBJECT(GInetAddressMask);

namespace matinee::http {

// Which fields the proxies write. One kind only is believed: a proxy replaces or extends the one it
// knows, and hands on whatever its client has written in the other.
enum class ForwardedFields : std::uint8_t {
    kXForwarded,  // X-Forwarded-For, X-Forwarded-Proto
    kForwarded,   // Forwarded (RFC 7239)
};

// Networks whose word on where a request comes from is believed. Immutable, thread-safe.
class TrustedProxies {
  public:
    struct Client {
        std::string address;  // numeric, without port
        bool secure = true;   // it speaks HTTPS with the first trusted proxy
    };

    // `networks`: addresses ("10.0.0.7") or prefixes ("10.0.0.0/8", "fd00::/8"). kInvalid, naming
    // the first that is neither.
    static Result<TrustedProxies> create(std::span<const std::string> networks,
                                         ForwardedFields fields = ForwardedFields::kXForwarded);

    // `peer` is who has connected, over TLS or not. What it says is believed when it is trusted,
    // and what that says of the one before it when that is trusted too: the client is the last
    // address, from the end of the list, that nobody vouches for as a proxy. What is no address
    // ends the search.
    [[nodiscard]] Client client(const Client& peer, const HeaderSource& headers) const;

  private:
    [[nodiscard]] bool trusts(const std::string& address) const;

    std::vector<base::Ref<GInetAddressMask>> networks_;
    ForwardedFields fields_ = ForwardedFields::kXForwarded;
};

}  // namespace matinee::http
