// Which handler answers a path.
//
//     Router router;
//     router.add({Method::kGet, "/channels/{channel}/{file}", "segment", Access::kMedia}, handler);
//
// A pattern is literal segments and {names}, each of which matches one whole segment; a last
// {name*} matches the rest of the path, slashes included. Literals win over names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/role.h"
#include "base/result.h"
#include "http/message.h"

namespace matinee::http {

// Who may ask, and from where. The server's guard decides what a class asks for (gatekeeper.h).
enum class Access : std::uint8_t {
    kPublic,      // health, signing in: anybody, same origin
    kPage,        // a page, which holds nothing: anybody, even by a link that is not valid, so that
                  // the page says so
    kMedia,       // playlists, segments: who may watch the {channel} or {entry} of the pattern, and
                  // players on pages of any origin (CORS)
    kPicture,     // stills of a film: those of {entry}, not counted as viewers (CORS)
    kPoster,      // likewise; for those as well who may watch a channel that shows the {entry}
    kGuide,       // what is said of a {channel}: who may watch it, same origin
    kJuror,       // a juror's own rounds: jurors by link or account, same origin; which rounds are
                  // theirs the handler sees to
    kStudio,      // what accounts of at least the route's role do
    kOperations,  // metrics
};

// Whether pages of any origin may use what routes of this class answer.
constexpr bool is_media(Access access) {
    return access == Access::kMedia || access == Access::kPicture || access == Access::kPoster;
}

struct RouteSpec {
    Method method = Method::kGet;  // kGet answers HEAD as well
    std::string pattern;
    std::string label;  // short; names the route in metrics and logs
    Access access = Access::kPublic;
    auth::Role role = auth::Role::kProducer;  // the least that does, for kStudio
};

struct Route {
    RouteSpec spec;
    Handler handler;
    StreamHandler stream;  // instead of `handler`, for a route that takes content of any length
    std::size_t id = 0;  // 0, 1, 2 ... in order of addition
};

// Immutable once served, then thread-safe.
class Router {
  public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    // Fails with kInvalid for a pattern that is malformed or has too many names, with kConflict for
    // a method and pattern that are taken already.
    Result<void> add(RouteSpec spec, Handler handler);

    // The same for a route whose requests' content is taken as it comes in.
    Result<void> add_stream(RouteSpec spec, StreamHandler handler);

    struct Match {
        const Route* route = nullptr;  // null: see `allow`
        // When there is no route: the methods the path has, as an Allow field wants them
        // (RFC 9110 section 10.2.1); empty when there is no such path at all.
        std::string allow;
        Access access = Access::kPublic;  // of the path, also for a method it does not have
    };

    // Fills `parameters` with views of `path` and of this router.
    [[nodiscard]] Match find(Method method, std::string_view path,
                             PathParameters& parameters) const;

    [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

  private:
    struct Node;
    std::unique_ptr<Node> root_;
    std::vector<std::unique_ptr<Route>> routes_;

    Result<void> add_route(Route route);
    static const Node* walk(const Node& node, std::string_view rest, PathParameters& parameters);
};

}  // namespace matinee::http
