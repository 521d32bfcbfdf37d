#include "http/gatekeeper.h"

#include <algorithm>

#include <fmt/format.h>

#include "http/field_text.h"
#include "http/metrics.h"
#include "http/problem.h"

namespace matinee::http {

namespace {

using auth::Answer;
using auth::CredentialKind;

Response challenge(std::string_view detail) {
    Response response = problem(401, detail);
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

// Whether a screen's cookie lets it in where others are let in by theirs.
bool is_for_watching(Access access) {
    return is_media(access) || access == Access::kGuide;
}

const auth::Credential* by_screen_cookie(const Request& request, const auth::Snapshot& snapshot,
                                         Instant now) {
    const auto cookie = request.cookie(kScreenCookie);
    return cookie ? snapshot.find(CredentialKind::kScreen, *cookie, now) : nullptr;
}

// Viewers are counted where a stream is fetched. A link's poster in a page is no viewer.
bool counts_as_viewing(const RouteSpec& route) {
    return route.access == Access::kMedia;
}

}  // namespace

std::optional<std::string_view> bearer_token(const Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    const auto field = request.header("Authorization");
    if (!field || field->size() <= kScheme.size() ||
        !equal_ignoring_case(field->substr(0, kScheme.size()), kScheme)) {
        return std::nullopt;
    }
    return field->substr(kScheme.size());
}

std::string_view Gatekeeper::cross_site(const Request& request) {
    if (const auto site = request.header("Sec-Fetch-Site")) {
        if (*site == "same-origin" || *site == "none") return {};
        return "It comes from another site's page.";
    }
    const auto origin = request.header("Origin");
    if (!origin) {
        // A browser would have said where the request comes from.
        return request.cookie(kSessionCookie) || request.cookie(kScreenCookie)
                   ? std::string_view(
                         "It has a session's cookie, but "
                         "neither Origin nor "
                         "Sec-Fetch-Site. Programs use "
                         "tokens.")
                   : std::string_view();
    }
    // The scheme is not compared: behind a proxy that ends TLS it is not ours. "null" has none.
    const std::size_t scheme = origin->find("://");
    if (scheme != std::string_view::npos &&
        equal_ignoring_case(origin->substr(scheme + 3), request.header("Host").value_or(""))) {
        return {};
    }
    return "It comes from another site's page.";
}

std::optional<Response> Gatekeeper::identify(Request& request, const RouteSpec& route,
                                             const auth::Snapshot& snapshot, Instant now) const {
    if (const std::string_view token = request.parameter(kLinkParameter); !token.empty()) {
        request.confidential = true;
        auto claims = parts_.link_key.verify(token);
        if (!claims) return problem(403, claims.error().message());
        if (const auto holds = auth::check_link(snapshot, *claims, now); !holds) {
            return problem(403, holds.error().message());
        }
        request.asker.link = *std::move(claims);
        return std::nullopt;  // the link alone decides
    }
    const auth::Credential* credential = nullptr;
    if (route.access == Access::kScreen) {
        credential = by_screen_cookie(request, snapshot, now);
    } else if (const auto token = bearer_token(request)) {
        credential = snapshot.find(CredentialKind::kBearer, *token, now);
        if (credential == nullptr) {
            return challenge("The token is not known, or is valid no longer.");
        }
    } else if (const auto cookie = request.cookie(kSessionCookie)) {
        // A session that has ended is nobody's, as if there were no cookie.
        credential = snapshot.find(CredentialKind::kSession, *cookie, now);
    }
    // What a screen fetches to show it.
    if (credential == nullptr && !bearer_token(request) && is_for_watching(route.access)) {
        credential = by_screen_cookie(request, snapshot, now);
    }
    if (credential != nullptr) {
        request.asker.account = credential->account;
        request.asker.by = credential->kind;
        request.asker.credential_id = credential->id;
        if (credential->use) credential->use->note(now);
    }
    return std::nullopt;
}

// Whether a channel that this asker may watch shows the entry.
bool Gatekeeper::is_shown_to(const auth::Snapshot& snapshot, const auth::Asker& asker,
                             std::string_view entry, Instant now) const {
    // As far ahead as channels' pages tell of it, roughly.
    constexpr Ticks kAhead = std::chrono::hours(24);
    return std::ranges::any_of(parts_.on_air.channels(), [&](const auto& channel) {
        const Answer answer = may_watch_channel(snapshot, asker, channel->settings().id);
        if (answer != Answer::kPublic && answer != Answer::kAllowed) return false;
        const Ticks until = channel->ticks_at(now) + kAhead;
        return std::ranges::any_of(channel->rundown().airings(), [&](const auto& airing) {
            return airing.entry_id == entry && airing.start <= until;
        });
    });
}

Answer Gatekeeper::answer(const Request& request, const RouteSpec& route,
                          const auth::Snapshot& snapshot, Instant now) const {
    const auth::Asker& asker = request.asker;
    switch (route.access) {
        case Access::kPublic:
        case Access::kPage:
            return Answer::kPublic;
        case Access::kJuror:
            return may_review(asker);
        case Access::kStudio:
            return may_act(asker, route.role);
        case Access::kScreen:
            return asker.account ? Answer::kAllowed : Answer::kSignIn;
        case Access::kOperations:
            return may_read_metrics(snapshot, asker);
        case Access::kMedia:
        case Access::kGuide:
        case Access::kPicture:
        case Access::kPoster:
            break;
    }
    if (const std::string_view channel = request.parameter("channel"); !channel.empty()) {
        return may_watch_channel(snapshot, asker, channel);
    }
    const std::string_view entry = request.parameter("entry");
    // A route of these classes that names neither is a mistake; it must not be an open door.
    if (entry.empty()) return may_act(asker, auth::Role::kAdmin);
    const Answer by_entry = may_watch_entry(snapshot, asker, entry);
    const bool refused = by_entry == Answer::kSignIn || by_entry == Answer::kForbidden;
    if (refused && route.access == Access::kPoster && is_shown_to(snapshot, asker, entry, now)) {
        return Answer::kAllowed;
    }
    return by_entry;
}

std::optional<Response> Gatekeeper::admit(Request& request, const RouteSpec& route) const {
    const std::shared_ptr<const auth::Snapshot> snapshot = parts_.snapshot();
    const Instant now = parts_.clock.now();
    if (auto refusal = identify(request, route, *snapshot, now)) {
        const bool by_link = !request.parameter(kLinkParameter).empty();
        if (by_link && route.access == Access::kPage) return std::nullopt;
        return refusal;
    }
    const auth::Asker& asker = request.asker;

    // A browser adds a cookie by itself, and no token: only what comes by cookie, or by nothing
    // (signing in), can be somebody else's doing.
    const bool by_token = asker.account && asker.by == CredentialKind::kBearer;
    if (!is_safe(request.method) && !by_token) {
        if (const std::string_view why = cross_site(request); !why.empty()) {
            return problem(403, fmt::format("The request is refused. {}", why));
        }
    }

    switch (answer(request, route, *snapshot, now)) {
        case Answer::kSignIn:
            return challenge("This is not for everybody: sign in, or use the link you were given.");
        case Answer::kForbidden:
            return problem(403, asker.link
                                    ? std::string("The link is not for this.")
                                    : fmt::format("{} ({}) may not do this.", asker.account->name,
                                                  to_string(asker.account->role)));
        case Answer::kAllowed:
            request.confidential = true;
            break;
        case Answer::kPublic:
            break;
    }
    if (asker.link && asker.link->viewers > 0 && counts_as_viewing(route)) {
        const std::uint64_t viewer =
            viewer_hash(request.remote_address, request.header("User-Agent").value_or(""));
        auth::LinkState& state = *snapshot->links.at(asker.link->id);
        if (!state.viewers.admit(viewer, asker.link->viewers, now)) {
            Response response = problem(
                429, fmt::format("The link is for {} viewers at the same time, and they are there.",
                                 asker.link->viewers));
            response.headers.emplace_back("Retry-After",
                                          std::to_string(auth::ViewerSlots::kIdle.count()));
            return response;
        }
    }
    return std::nullopt;
}

bool Gatekeeper::may_watch(const Request& request, std::string_view channel) const {
    const Answer answer = may_watch_channel(*parts_.snapshot(), request.asker, channel);
    return answer == Answer::kPublic || answer == Answer::kAllowed;
}

}  // namespace matinee::http
