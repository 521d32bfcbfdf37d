// The HTTP server: N threads, each with its own main context, SoupServer and listening sockets.
//
// A thread takes a connection, and the thread with the fewest connections serves it until it
// ends: the kernel's spreading alone leaves threads idle when there are few connections. Handlers
// run on these threads and must not block.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/listen_socket.h"
#include "http/message.h"
#include "http/metrics.h"
#include "http/router.h"
#include "http/tls.h"
#include "http/trusted_proxies.h"

namespace matinee::http {

// Asked before the handler; a response refuses the request. May say in the request who asks.
// Thread-safe.
using Guard = std::function<std::optional<Response>(Request&, const RouteSpec&)>;

class Server {
  public:
    using Milliseconds = std::chrono::milliseconds;

    struct Options {
        ListenAddress listen{"127.0.0.1", 8443};
        // When there are any, these instead. Theirs stay open; they must until start() returns.
        std::span<const Socket> inherited;
        std::size_t threads = 0;           // 0: one per core
        std::shared_ptr<TlsIdentity> tls;  // null: plain HTTP, for tests and behind a proxy
        Guard guard;                       // empty: everything is allowed
        // Asked once a request, on any thread: whose word on the client's address is believed.
        // Empty, or null: nobody's.
        std::function<std::shared_ptr<const TrustedProxies>()> proxies;

        // From the connection, or from a further request's first byte, to the end of its head;
        // the TLS handshake counts.
        Milliseconds head_timeout{10'000};
        // Between requests.
        Milliseconds idle_timeout{60'000};
        // A client must take, or send, some kilobytes of content in this time.
        Milliseconds stall_timeout{20'000};

        std::uint64_t max_head_bytes = 32ULL << 10;
        std::uint64_t max_body_bytes = 1ULL << 20;
        std::size_t max_connections = 8192;  // further ones are closed at once
    };

    // Binds, starts the threads and returns while they serve. `metrics` must outlive the server.
    static Result<std::unique_ptr<Server>> start(Options options,
                                                 std::shared_ptr<const Router> router,
                                                 Metrics& metrics);

    // As stop(0).
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Takes no new connection or request, lets the responses under way be sent for at most
    // `deadline`, closes everything and joins the threads. Not from a handler. Idempotent.
    void stop(Milliseconds deadline);

    [[nodiscard]] std::uint16_t port() const;

    // "https://127.0.0.1:8443": what to open; a wildcard address gives localhost.
    [[nodiscard]] std::string origin() const;

  private:
    struct Implementation;
    explicit Server(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace matinee::http
