// The server's guard: finds out who asks, and whether they may.
//
// A request carries at most one of: a session's cookie, a bearer token (RFC 6750), a link in its
// path (/t/TOKEN/...), a screen's cookie. Nothing here looks into the database: all follows from the snapshot.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/access.h"
#include "base/clock.h"
#include "http/message.h"
#include "http/presentation.h"
#include "http/router.h"

namespace matinee::http {

// "__Host-" has browsers insist on Secure, Path=/ and no Domain (RFC 6265bis section 4.1.3.2).
inline constexpr std::string_view kSessionCookie = "__Host-matinee";

// Of a venue's screen. Another one than a session's, so that who sets a screen up stays signed in.
inline constexpr std::string_view kScreenCookie = "__Host-matinee-screen";

// The path parameter that holds a link's token.
inline constexpr std::string_view kLinkParameter = "token";

// The token of an Authorization field of the scheme Bearer.
std::optional<std::string_view> bearer_token(const Request& request);

// Thread-safe.
class Gatekeeper {
  public:
    struct Parts {
        // What is known of accounts and links; asked once a request.
        std::function<std::shared_ptr<const auth::Snapshot>()> snapshot;
        // All three must outlive the gatekeeper.
        const auth::LinkKey& link_key;
        const base::Clock& clock;
        const OnAir& on_air;
    };

    explicit Gatekeeper(Parts parts) : parts_(std::move(parts)) {}

    // Fills in request.asker and request.confidential; a response refuses the request: 401 to
    // somebody who might sign in, 403 to somebody for whom that is no help, 429 when a link has
    // as many viewers as it may.
    std::optional<Response> admit(Request& request, const RouteSpec& route) const;

    // Whether whoever sent an admitted request may watch the channel; for answers that tell of
    // several.
    [[nodiscard]] bool may_watch(const Request& request, std::string_view channel) const;

    // Why a request that changes something may come from another site's page; empty when it
    // cannot. By Sec-Fetch-Site (Fetch Metadata), else by Origin, which browsers without the
    // former send; programs send neither, and no cookie.
    static std::string_view cross_site(const Request& request);

  private:
    [[nodiscard]] std::optional<Response> identify(Request& request, const RouteSpec& route,
                                                   const auth::Snapshot& snapshot,
                                                   Instant now) const;
    [[nodiscard]] auth::Answer answer(const Request& request, const RouteSpec& route,
                                      const auth::Snapshot& snapshot, Instant now) const;
    [[nodiscard]] bool is_shown_to(const auth::Snapshot& snapshot, const auth::Asker& asker,
                                   std::string_view entry, Instant now) const;

    Parts parts_;
};

}  // namespace matinee::http
