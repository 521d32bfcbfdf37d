#include "http/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "http/worker.h"

namespace matinee::http {

struct Server::Implementation {
    SharedState shared;
    std::string host;
    std::uint16_t port = 0;
    bool stopped = false;
    std::vector<Metrics::Registration> registrations;
};

Result<std::unique_ptr<Server>> Server::start(Options options, std::shared_ptr<const Router> router,
                                              Metrics& metrics) {
    auto implementation = std::make_unique<Implementation>();
    SharedState& shared = implementation->shared;
    shared.options = std::move(options);
    shared.router = std::move(router);
    for (const auto& route : shared.router->routes()) {
        shared.route_metrics.push_back(&metrics.route(route->spec.label));
    }
    shared.unrouted = &metrics.route("unrouted");

    const std::size_t threads = shared.options.threads > 0
                                    ? shared.options.threads
                                    : std::max(1U, std::thread::hardware_concurrency());
    Listeners listeners =
        TRY(shared.options.inherited.empty() ? listen_on(shared.options.listen, threads)
                                             : listen_on(shared.options.inherited, threads));
    shared.options.inherited = {};  // only lent
    implementation->host = listeners.host;
    implementation->port = listeners.port;
    for (std::size_t i = 0; i < threads; ++i) {
        shared.workers.push_back(TRY(Worker::create(shared, i, std::move(listeners.sockets[i]))));
    }

    const auto collect = [&](Metrics::Kind kind, std::string name, std::string help,
                             std::function<double()> value) {
        implementation->registrations.push_back(
            metrics.collect(kind, std::move(name), std::move(help), [value = std::move(value)] {
                return std::vector<Metrics::Sample>{{{}, value()}};
            }));
    };
    collect(Metrics::Kind::kGauge, "matinee_http_connections", "Open connections.", [&shared] {
        std::size_t total = 0;
        for (const auto& worker : shared.workers) {
            total += worker->load();
        }
        return static_cast<double>(total);
    });
    collect(Metrics::Kind::kCounter, "matinee_http_refused_connections_total",
            "Connections closed at once because there were too many.",
            [&shared] { return static_cast<double>(shared.refused_connections.load()); });
    collect(Metrics::Kind::kCounter, "matinee_http_cut_connections_total",
            "Connections closed because the client was too slow.",
            [&shared] { return static_cast<double>(shared.cut_connections.load()); });

    // Only now: they look at each other.
    for (const auto& worker : shared.workers) {
        worker->start();
    }
    return std::unique_ptr<Server>(new Server(std::move(implementation)));
}

Server::Server(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}

Server::~Server() {
    stop(Milliseconds(0));
}

void Server::stop(Milliseconds deadline) {
    if (std::exchange(implementation_->stopped, true)) return;
    for (const auto& worker : implementation_->shared.workers) {
        worker->stop(deadline);
    }
    for (const auto& worker : implementation_->shared.workers) {
        worker->join();
    }
}

std::uint16_t Server::port() const {
    return implementation_->port;
}

std::string Server::origin() const {
    const auto& options = implementation_->shared.options;
    std::string host = implementation_->host;
    if (host == "0.0.0.0" || host == "::") host = "localhost";
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return fmt::format("{}://{}:{}", options.tls ? "https" : "http", host, implementation_->port);
}

}  // namespace matinee::http
