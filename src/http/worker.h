// One thread of the server. Internal to http: use server.h.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "http/listen_socket.h"
#include "http/message.h"
#include "http/metrics.h"
#include "http/negotiate.h"
#include "http/router.h"
#include "http/server.h"
#include "http/soup.h"

namespace matinee::http {

class Worker;

// What the threads of one server share. Immutable after start but for the atomics.
struct SharedState {
    Server::Options options;
    std::shared_ptr<const Router> router;
    std::vector<RouteMetrics*> route_metrics;  // by Route::id
    RouteMetrics* unrouted = nullptr;          // requests that no route took
    std::vector<std::unique_ptr<Worker>> workers;
    std::atomic<std::uint64_t> refused_connections{0};
    std::atomic<std::uint64_t> cut_connections{0};
};

// A request that is answered from another thread.
struct Later;

// What libsoup does on a connection, and since when; thread-bound to its worker.
struct Connection {
    enum class Phase : std::uint8_t {
        kOpening,  // up to the end of the first request's head, TLS handshake included
        kHead,     // of a further request
        kContent,  // the request's content comes in
        kHeld,     // what was asked for does not exist yet
        kResponse,
        kStream,  // of a response that goes on and on
        kIdle,
    };
    using Time = std::chrono::steady_clock::time_point;

    Phase phase = Phase::kOpening;
    Time since;                  // beginning of the phase, or the last progress in it
    std::uint64_t progress = 0;  // bytes acknowledged and received, as of `since`

    base::Ref<GSocket> socket;
    base::Ref<GIOStream> stream;  // until libsoup has it
    base::Ref<GSocketAddress> local;
    base::Ref<GSocketAddress> remote;  // libsoup's messages lead here through it
    base::ScopedSource first_byte;
    base::ScopedSource held_until;  // of kHeld
    std::shared_ptr<Later> later;   // of kHeld
    // Of kStream.
    std::shared_ptr<Stream> feed;
    SoupServerMessage* feed_message = nullptr;  // libsoup's, until request_finished()
    bool piece_under_way = false;               // handed to libsoup, not taken by the kernel yet
    std::string remote_text;

    // The request under way.
    RouteMetrics* route = nullptr;
    Time head_end;
    Time handled;
    std::uint64_t body_bytes = 0;  // of the response
    std::uint64_t received = 0;    // of the request's content, when somebody counts it
    std::uint64_t most = 0;        // of the content; the connection is cut well beyond it
    std::unique_ptr<ContentReceiver> receiver;  // of a route that takes content as it comes
    bool answered_500 = false;
};

// Thread-safe where it says so; all else runs on its own thread.
class Worker {
  public:
    static Result<std::unique_ptr<Worker>> create(SharedState& shared, std::size_t number,
                                                  std::vector<Socket> listeners);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Once, before anything else but create(). Not thread-safe, nor is join().
    void start();
    void join();

    // Thread-safe: takes no connection from now on; ends when the last one is gone, which is at
    // `deadline` at the latest.
    void stop(std::chrono::milliseconds deadline);

    // Thread-safe: connections it has, or is about to have.
    [[nodiscard]] std::size_t load() const { return load_.load(std::memory_order_relaxed); }

  private:
    using Time = Connection::Time;

    Worker(SharedState& shared, std::size_t number, std::vector<Socket> listeners);
    Result<void> set_up();
    void run();

    // Connections.
    void watch_listeners();
    void accept_from(int listener);
    Worker& least_loaded();
    void hand_over(Worker& target, Socket socket);
    void adopt(Socket socket);
    void open(Connection& connection);
    void handshake_done(Connection& connection, GAsyncResult* result);
    void give_to_soup(Connection& connection);
    void forget(Connection& connection);
    void sweep();
    bool is_overdue(Connection& connection, Time now);
    static void cut(Connection& connection);
    void begin_stop(std::chrono::milliseconds deadline);

    // Requests, in the order of libsoup's signals.
    void request_started(SoupServerMessage* message);
    void request_head(SoupServerMessage* message);
    bool begin_stream(Connection& connection, SoupServerMessage* message);
    void request_content(SoupServerMessage* message, ByteSpan bytes);
    void request_complete(SoupServerMessage* message);
    void hold(Connection& connection, SoupServerMessage* message, std::chrono::milliseconds time);
    void answer_later(Connection& connection, SoupServerMessage* message, Request&& request,
                      Access access, Response response);
    void deliver(Connection& connection, SoupServerMessage* message, const Request& request,
                 Response response, Access access);
    void start_stream(Connection& connection, SoupServerMessage* message,
                      std::shared_ptr<Stream> stream);
    void feed(Connection& connection);
    void request_finished(SoupServerMessage* message, bool in_full);
    Response answer(Connection& connection, SoupServerMessage* message, Request& request,
                    Access& access);
    static Response finish_stream(Connection& connection);
    void refuse(Connection& connection, SoupServerMessage* message, Response response);
    void respond(Connection& connection, SoupServerMessage* message, WireResponse response);

    base::ScopedSource attach(GSource* source, GSourceFunc callback);

    SharedState& shared_;
    const std::size_t number_;
    std::vector<Socket> listeners_;
    base::Ref<GMainContext> context_;
    base::Ref<GMainLoop> loop_;
    base::Ref<SoupServer> soup_;
    Socket anchor_peer_;
    std::vector<base::ScopedSource> listener_sources_;
    base::ScopedSource sweep_source_;
    base::ScopedSource deadline_source_;
    std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
    std::atomic<std::size_t> load_{0};
    bool stopping_ = false;
    bool accepting_paused_ = false;  // out of descriptors; the next sweep tries again
    std::thread thread_;
};

}  // namespace matinee::http
