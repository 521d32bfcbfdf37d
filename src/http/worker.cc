#include "http/worker.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <glib-unix.h>

#include "base/log.h"
#include "http/problem.h"
#include "http/server_stream.h"

namespace matinee::http {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Less than this within the stall timeout is no progress: a byte now and then holds nothing open.
constexpr std::uint64_t kLeastProgress = 4096;

// What a handler wants to be asked again for is waited for so long: three target durations and a
// little, after which a blocking playlist reload is to be given up (RFC 8216bis section 6.2.5.2).
constexpr milliseconds kLongestHold{20'000};

// A client that sends more content than is allowed gets to read why, if it stops soon.
constexpr std::uint64_t kDrainedAtMost = 1ULL << 20;

// The same where content is taken as it comes, of which more is under way.
constexpr std::uint64_t kDrainedOfStream = 16ULL << 20;

GQuark connection_quark() {
    static const GQuark quark = g_quark_from_static_string("matinee-connection");
    return quark;
}

Connection& connection_of(SoupServerMessage* message) {
    return *static_cast<Connection*>(g_object_get_qdata(
        G_OBJECT(soup_server_message_get_remote_address(message)), connection_quark()));
}

std::string address_text(GSocketAddress* address) {
    if (!G_IS_INET_SOCKET_ADDRESS(address)) return "unknown";
    const base::OwnedChars text(g_inet_address_to_string(
        g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address))));
    return text.get();
}

// Bytes that went through the connection both ways, as the kernel counts them.
std::uint64_t bytes_through(const Connection& connection) {
    if (g_socket_is_closed(connection.socket.get())) return 0;
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(g_socket_get_fd(connection.socket.get()), IPPROTO_TCP, TCP_INFO, &info,
                     &size) != 0) {
        return 0;
    }
    return info.tcpi_bytes_acked + info.tcpi_bytes_received;
}

void shut_down(const Connection& connection, int how) {
    if (!g_socket_is_closed(connection.socket.get())) {
        ::shutdown(g_socket_get_fd(connection.socket.get()), how);
    }
}

std::uint64_t head_bytes(SoupServerMessage* message) {
    const GUri* uri = soup_server_message_get_uri(message);
    const auto length = [](const char* text) { return text ? std::string_view(text).size() : 0; };
    GUri* mutable_uri = const_cast<GUri*>(uri);  // GLib's getters take no const
    std::uint64_t bytes =
        length(g_uri_get_path(mutable_uri)) + length(g_uri_get_query(mutable_uri));
    SoupMessageHeadersIter iterator;
    soup_message_headers_iter_init(&iterator, soup_server_message_get_request_headers(message));
    const char* name = nullptr;
    const char* value = nullptr;
    while (soup_message_headers_iter_next(&iterator, &name, &value)) {
        bytes += length(name) + length(value) + 4;  // ": " and CRLF
    }
    return bytes;
}

// Bytes handed to the kernel that the client has not acknowledged.
bool has_unsent(const Connection& connection) {
    if (g_socket_is_closed(connection.socket.get())) return false;
    int bytes = 0;
    return ::ioctl(g_socket_get_fd(connection.socket.get()), SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

base::Ref<GBytes> as_gbytes(Slice slice) {
    auto owner = std::make_unique<std::shared_ptr<const void>>(std::move(slice.owner));
    return base::Ref<GBytes>::adopt(g_bytes_new_with_free_func(
        slice.bytes.data(), slice.bytes.size(),
        [](gpointer data) { delete static_cast<std::shared_ptr<const void>*>(data); },
        owner.release()));
}

}  // namespace

// Not in the unnamed namespace: Later, which worker.h names, holds one.
class SoupHeaders final : public HeaderSource {
  public:
    explicit SoupHeaders(SoupMessageHeaders* headers) : headers_(headers) {}

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        const char* value = soup_message_headers_get_list(headers_, std::string(name).c_str());
        return value ? std::optional<std::string_view>(value) : std::nullopt;
    }

  private:
    SoupMessageHeaders* headers_;
};

// The connection holds it, and so decides whether there is still somebody to answer.
struct Later {
    Later(Worker& answering, Connection& asking, SoupServerMessage* asked, Access allowed)
        : worker(answering),
          connection(asking),
          message(base::Ref<SoupServerMessage>::share(asked)),
          headers(soup_server_message_get_request_headers(asked)),
          access(allowed) {}

    Worker& worker;
    Connection& connection;
    base::Ref<SoupServerMessage> message;
    SoupHeaders headers;
    Request request;  // without parameters and body, which are views
    Access access;
};

Result<std::unique_ptr<Worker>> Worker::create(SharedState& shared, std::size_t number,
                                               std::vector<Socket> listeners) {
    std::unique_ptr<Worker> worker(new Worker(shared, number, std::move(listeners)));
    TRY(worker->set_up());
    return worker;
}

Worker::Worker(SharedState& shared, std::size_t number, std::vector<Socket> listeners)
    : shared_(shared),
      number_(number),
      listeners_(std::move(listeners)),
      context_(base::Ref<GMainContext>::adopt(g_main_context_new())),
      loop_(base::Ref<GMainLoop>::adopt(g_main_loop_new(context_.get(), FALSE))) {}

Worker::~Worker() {
    join();
}

Result<void> Worker::set_up() {
    g_main_context_push_thread_default(context_.get());
    const std::unique_ptr<GMainContext, decltype(&g_main_context_pop_thread_default)> pop(
        context_.get(), g_main_context_pop_thread_default);

    // Paths are decoded in one place: normalized_path().
    soup_ = base::Ref<SoupServer>::adopt(soup_server_new("raw-paths", TRUE, nullptr));

    // We accept connections ourselves: timeouts, limits and certificates are seen to before
    // libsoup has a connection. But it keeps connections alive only as long as it listens to
    // something; this socket pair, on which nothing ever comes, is what it listens to.
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) {
        return fail(ErrorCode::kExhausted, "cannot make a socket pair: {}",
                    std::generic_category().message(errno));
    }
    anchor_peer_ = Socket(pair[1]);
    GError* error = nullptr;
    const auto anchor = base::Ref<GSocket>::adopt(g_socket_new_from_fd(pair[0], &error));
    if (!anchor) {
        ::close(pair[0]);
        return Unexpected(base::adopt_error(error));
    }
    if (!soup_server_listen_socket(soup_.get(), anchor.get(), SoupServerListenOptions{}, &error)) {
        return Unexpected(base::adopt_error(error));
    }

    const auto on = [this](const char* signal, GCallback callback) {
        g_signal_connect(soup_.get(), signal, callback, this);
    };
    on("request-started", G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer self) {
           static_cast<Worker*>(self)->request_started(message);
       }));
    on("request-finished", G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer self) {
           static_cast<Worker*>(self)->request_finished(message, true);
       }));
    on("request-aborted", G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer self) {
           static_cast<Worker*>(self)->request_finished(message, false);
       }));
    for (const char* path : {"/", "*"}) {
        soup_server_add_early_handler(
            soup_.get(), path,
            [](SoupServer*, SoupServerMessage* message, const char*, GHashTable*, gpointer self) {
                static_cast<Worker*>(self)->request_head(message);
            },
            this, nullptr);
        soup_server_add_handler(
            soup_.get(), path,
            [](SoupServer*, SoupServerMessage* message, const char*, GHashTable*, gpointer self) {
                static_cast<Worker*>(self)->request_complete(message);
            },
            this, nullptr);
    }
    return {};
}

void Worker::start() {
    thread_ = std::thread([this] { run(); });
}

void Worker::join() {
    if (thread_.joinable()) thread_.join();
}

void Worker::run() {
    ::pthread_setname_np(::pthread_self(), fmt::format("http-{}", number_).c_str());
    g_main_context_push_thread_default(context_.get());
    watch_listeners();
    const auto shortest = std::min({shared_.options.head_timeout, shared_.options.idle_timeout,
                                    shared_.options.stall_timeout});
    const auto interval = std::clamp(shortest / 4, milliseconds(5), milliseconds(1000));
    sweep_source_ = attach(g_timeout_source_new(static_cast<guint>(interval.count())),
                           [](gpointer self) -> gboolean {
                               static_cast<Worker*>(self)->sweep();
                               return G_SOURCE_CONTINUE;
                           });
    g_main_loop_run(loop_.get());
    soup_server_disconnect(soup_.get());
    g_main_context_pop_thread_default(context_.get());
}

base::ScopedSource Worker::attach(GSource* source, GSourceFunc callback) {
    g_source_set_callback(source, callback, this, nullptr);
    g_source_attach(source, context_.get());
    return base::ScopedSource(source);
}

void Worker::stop(milliseconds deadline) {
    struct Stopping {
        Worker* worker;
        milliseconds deadline;
    };
    g_main_context_invoke_full(
        context_.get(), G_PRIORITY_DEFAULT,
        [](gpointer data) -> gboolean {
            const auto* call = static_cast<Stopping*>(data);
            call->worker->begin_stop(call->deadline);
            return G_SOURCE_REMOVE;
        },
        new Stopping{this, deadline}, [](gpointer data) { delete static_cast<Stopping*>(data); });
}

void Worker::begin_stop(milliseconds deadline) {
    if (stopping_) return;
    stopping_ = true;
    listener_sources_.clear();
    listeners_.clear();
    for (const auto& [pointer, connection] : connections_) {
        const bool busy = connection->phase == Connection::Phase::kHead ||
                          connection->phase == Connection::Phase::kContent ||
                          connection->phase == Connection::Phase::kHeld ||
                          connection->phase == Connection::Phase::kResponse;
        // As if the client had said that it sends no more: libsoup then closes as usual.
        if (connection->phase == Connection::Phase::kStream) feed(*connection);  // ends it
        if (!busy) shut_down(*connection, SHUT_RD);
    }
    if (connections_.empty()) {
        g_main_loop_quit(loop_.get());
        return;
    }
    deadline_source_ = attach(
        g_timeout_source_new(static_cast<guint>(deadline.count())), [](gpointer self) -> gboolean {
            for (const auto& [pointer, connection] : static_cast<Worker*>(self)->connections_) {
                cut(*connection);
            }
            return G_SOURCE_CONTINUE;
        });
}

void Worker::watch_listeners() {
    listener_sources_.clear();
    for (const Socket& listener : listeners_) {
        GSource* source = g_unix_fd_source_new(listener.fd(), G_IO_IN);
        // The function has the type that this kind of source calls, not GSourceFunc's.
        const GUnixFDSourceFunc ready = [](gint fd, GIOCondition, gpointer self) -> gboolean {
            static_cast<Worker*>(self)->accept_from(fd);
            return G_SOURCE_CONTINUE;
        };
        listener_sources_.push_back(attach(source, G_SOURCE_FUNC(ready)));
    }
}

void Worker::accept_from(int listener) {
    // Several at once when many come, but not so many that those there are wait.
    constexpr int kAtOnce = 16;
    for (int i = 0; i < kAtOnce; ++i) {
        Socket socket(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket.fd() < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                log::error(
                    "cannot accept connections for the moment; raise the limit of open "
                    "files (ulimit -n)",
                    {{"error", std::generic_category().message(errno)}});
                listener_sources_.clear();
                accepting_paused_ = true;
            }
            return;  // nobody there any more, or gone before we came
        }
        std::size_t total = 0;
        for (const auto& worker : shared_.workers) {
            total += worker->load();
        }
        if (total >= shared_.options.max_connections) {
            shared_.refused_connections.fetch_add(1, std::memory_order_relaxed);
            continue;
        }
        Worker& target = least_loaded();
        target.load_.fetch_add(1, std::memory_order_relaxed);
        hand_over(target, std::move(socket));
    }
}

Worker& Worker::least_loaded() {
    Worker* best = this;  // wins a tie: no thread has to be woken
    for (const auto& worker : shared_.workers) {
        if (worker->load() < best->load()) best = worker.get();
    }
    return *best;
}

void Worker::hand_over(Worker& target, Socket socket) {
    struct HandingOver {
        Worker* worker;
        Socket socket;
    };
    g_main_context_invoke_full(
        target.context_.get(), G_PRIORITY_DEFAULT,
        [](gpointer data) -> gboolean {
            auto* call = static_cast<HandingOver*>(data);
            call->worker->adopt(std::move(call->socket));
            return G_SOURCE_REMOVE;
        },
        new HandingOver{&target, std::move(socket)},
        [](gpointer data) { delete static_cast<HandingOver*>(data); });
}

void Worker::adopt(Socket socket) {
    const int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    auto connection = std::make_unique<Connection>();
    connection->since = steady_clock::now();
    GError* error = nullptr;
    connection->socket = base::Ref<GSocket>::adopt(g_socket_new_from_fd(socket.fd(), &error));
    if (connection->socket) {
        static_cast<void>(socket.release());
        connection->local = base::Ref<GSocketAddress>::adopt(
            g_socket_get_local_address(connection->socket.get(), &error));
    }
    if (connection->local) {
        connection->remote = base::Ref<GSocketAddress>::adopt(
            g_socket_get_remote_address(connection->socket.get(), &error));
    }
    if (stopping_ || !connection->remote) {
        if (error) {
            log::debug("connection lost", {{"error", base::adopt_error(error).to_string()}});
        }
        load_.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    connection->remote_text = address_text(connection->remote.get());
    g_object_set_qdata(G_OBJECT(connection->remote.get()), connection_quark(), connection.get());

    Connection& added = *connection;
    connections_.emplace(&added, std::move(connection));
    if (!shared_.options.tls) {
        open(added);
        return;
    }
    // GIO makes each handshake on a thread of a small pool: a connection that says nothing must
    // not have one.
    struct Watch {
        Worker* worker;
        Connection* connection;
    };
    GSource* source = g_socket_create_source(added.socket.get(), G_IO_IN, nullptr);
    const GSocketSourceFunc ready = [](GSocket*, GIOCondition, gpointer data) -> gboolean {
        const Watch watch = *static_cast<Watch*>(data);
        watch.worker->open(*watch.connection);
        return G_SOURCE_REMOVE;
    };
    g_source_set_callback(source, G_SOURCE_FUNC(ready), new Watch{this, &added},
                          [](gpointer data) { delete static_cast<Watch*>(data); });
    g_source_attach(source, context_.get());
    added.first_byte = base::ScopedSource(source);
}

void Worker::open(Connection& connection) {
    const auto plain = base::Ref<GSocketConnection>::adopt(
        g_socket_connection_factory_create_connection(connection.socket.get()));
    const auto stream_over = [this, &connection](GIOStream* inner) {
        return base::Ref<GIOStream>::adopt(new_server_stream(
            inner, connection.socket.get(),
            {[&connection] { return connection.phase == Connection::Phase::kIdle; },
             [this, &connection] { forget(connection); }}));
    };
    if (!shared_.options.tls) {
        connection.stream = stream_over(G_IO_STREAM(plain.get()));
        give_to_soup(connection);
        return;
    }

    GError* error = nullptr;
    const std::array<const char*, 2> protocols = {"http/1.1", nullptr};
    // - database: left alone, GIO would parse the system's certificate authorities for every
    //   connection (milliseconds), to check client certificates that we do not ask for.
    // - require-close-notify: every length is known from HTTP, so that an end without a goodbye
    //   cuts nothing short unseen.
    const auto tls = base::Ref<GIOStream>::adopt(static_cast<GIOStream*>(g_initable_new(
        g_tls_backend_get_server_connection_type(g_tls_backend_get_default()), nullptr, &error,
        "base-io-stream", plain.get(), "certificate", shared_.options.tls->certificate().get(),
        "database", nullptr, "require-close-notify", FALSE, "advertised-protocols",
        protocols.data(), nullptr)));
    if (!tls) {
        log::error("cannot start TLS", {{"error", base::adopt_error(error).to_string()}});
        forget(connection);
        return;
    }
    connection.stream = stream_over(tls.get());

    struct Handshake {
        Worker* worker;
        Connection* connection;
    };
    g_tls_connection_handshake_async(
        G_TLS_CONNECTION(tls.get()), G_PRIORITY_DEFAULT, nullptr,
        [](GObject*, GAsyncResult* result, gpointer data) {
            const std::unique_ptr<Handshake> call(static_cast<Handshake*>(data));
            call->worker->handshake_done(*call->connection, result);
        },
        new Handshake{this, &connection});
}

void Worker::handshake_done(Connection& connection, GAsyncResult* result) {
    GError* error = nullptr;
    const auto tls =
        base::Ref<GIOStream>::adopt(G_IO_STREAM(g_async_result_get_source_object(result)));
    if (!g_tls_connection_handshake_finish(G_TLS_CONNECTION(tls.get()), result, &error)) {
        if (log::enabled(log::Level::kDebug)) {
            log::debug("TLS handshake failed",
                       {{"remote", connection.remote_text}, {"error", error->message}});
        }
        g_error_free(error);
        // Dropping the stream drops the connection.
        const base::Ref<GIOStream> stream = std::move(connection.stream);
        shut_down(connection, SHUT_RDWR);
        g_io_stream_close(stream.get(), nullptr, nullptr);
        return;
    }
    give_to_soup(connection);
}

void Worker::give_to_soup(Connection& connection) {
    const base::Ref<GIOStream> stream = std::move(connection.stream);
    // It has no way to fail: it takes any stream.
    soup_server_accept_iostream(soup_.get(), stream.get(), connection.local.get(),
                                connection.remote.get(), nullptr);
}

void Worker::forget(Connection& connection) {
    // libsoup may hold a message, and with it the address, a little longer.
    g_object_set_qdata(G_OBJECT(connection.remote.get()), connection_quark(), nullptr);
    connections_.erase(&connection);
    load_.fetch_sub(1, std::memory_order_relaxed);
    if (stopping_ && connections_.empty()) g_main_loop_quit(loop_.get());
}

void Worker::sweep() {
    if (number_ == 0 && shared_.options.tls) shared_.options.tls->refresh();
    if (accepting_paused_ && !stopping_) {
        accepting_paused_ = false;
        watch_listeners();
    }
    const Time now = steady_clock::now();
    for (const auto& [pointer, connection] : connections_) {
        if (connection->phase == Connection::Phase::kStream) feed(*connection);
        if (!is_overdue(*connection, now)) continue;
        shared_.cut_connections.fetch_add(1, std::memory_order_relaxed);
        if (log::enabled(log::Level::kDebug)) {
            log::debug("connection cut off: too slow", {{"remote", connection->remote_text}});
        }
        cut(*connection);
    }
}

bool Worker::is_overdue(Connection& connection, Time now) {
    using Phase = Connection::Phase;
    const auto& options = shared_.options;
    if (connection.phase == Phase::kOpening || connection.phase == Phase::kHead) {
        return now - connection.since > options.head_timeout;
    }
    if (connection.phase == Phase::kHeld) return false;  // its own time ends it
    const std::uint64_t through = bytes_through(connection);
    if (connection.phase == Phase::kStream) {
        // Nothing to be sent is no stall; a client that does not take what there is, is one.
        if (through != connection.progress ||
            !(connection.piece_under_way || has_unsent(connection))) {
            connection.progress = through;
            connection.since = now;
        }
        return now - connection.since > options.stall_timeout;
    }
    if (connection.phase == Phase::kIdle) {
        // What the kernel still has of the last response may take its time.
        if (through != connection.progress) {
            connection.progress = through;
            connection.since = now;
        }
        return now - connection.since > options.idle_timeout;
    }
    if (connection.phase == Phase::kContent && !connection.receiver &&
        connection.received > connection.most) {
        return true;
    }
    if (through >= connection.progress + kLeastProgress) {
        connection.progress = through;
        connection.since = now;
    }
    return now - connection.since > options.stall_timeout;
}

// libsoup then finds the connection broken, on this thread, and closes it; what was not sent yet
// is dropped, rather than left to the kernel to hold for a client that does not take it.
void Worker::cut(Connection& connection) {
    if (!g_socket_is_closed(connection.socket.get())) {
        const linger none{1, 0};
        ::setsockopt(g_socket_get_fd(connection.socket.get()), SOL_SOCKET, SO_LINGER, &none,
                     sizeof none);
    }
    shut_down(connection, SHUT_RDWR);
}

void Worker::request_started(SoupServerMessage* message) {
    Connection& connection = connection_of(message);
    // libsoup says so for a connection's first request before there is any.
    if (connection.phase != Connection::Phase::kIdle) return;
    connection.phase = Connection::Phase::kHead;
    connection.since = steady_clock::now();
}

void Worker::request_head(SoupServerMessage* message) {
    Connection& connection = connection_of(message);
    connection.phase = Connection::Phase::kContent;
    connection.since = connection.head_end = connection.handled = steady_clock::now();
    connection.progress = bytes_through(connection);
    connection.route = shared_.unrouted;
    connection.body_bytes = 0;
    connection.received = 0;
    connection.most = shared_.options.max_body_bytes + kDrainedAtMost;
    connection.receiver.reset();

    if (head_bytes(message) > shared_.options.max_head_bytes) {
        refuse(connection, message,
               problem(431, fmt::format("the head of a request may have {} bytes",
                                        shared_.options.max_head_bytes)));
        return;
    }
    const auto watch_content = [this, message] {
        g_signal_connect(
            message, "got-chunk",
            G_CALLBACK(+[](SoupServerMessage* chunk_message, GBytes* chunk, gpointer self) {
                gsize size = 0;
                const auto* data = static_cast<const std::byte*>(g_bytes_get_data(chunk, &size));
                static_cast<Worker*>(self)->request_content(chunk_message, {data, size});
            }),
            this);
    };
    if (begin_stream(connection, message)) {
        watch_content();
        return;
    }
    SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
    switch (soup_message_headers_get_encoding(headers)) {
        case SOUP_ENCODING_NONE:
            return;
        case SOUP_ENCODING_CONTENT_LENGTH: {
            const goffset length = soup_message_headers_get_content_length(headers);
            if (length <= static_cast<goffset>(shared_.options.max_body_bytes)) return;
            refuse(connection, message,
                   problem(413, fmt::format("the content of a request may have {} bytes, not {}",
                                            shared_.options.max_body_bytes, length)));
            break;
        }
        default:
            break;
    }
    watch_content();
}

// Finds out who takes the content of a route that takes it as it comes. False for other routes.
bool Worker::begin_stream(Connection& connection, SoupServerMessage* message) {
    Request request;
    request.method = method_from(soup_server_message_get_method(message));
    if (soup_server_message_is_options_ping(message)) return false;
    request.raw_path = g_uri_get_path(soup_server_message_get_uri(message));
    auto path = normalized_path(request.raw_path);
    if (!path) return false;
    request.path = *std::move(path);
    const Router::Match match =
        shared_.router->find(request.method, request.path, request.parameters);
    if (match.route == nullptr || !match.route->stream) return false;

    connection.route = shared_.route_metrics[match.route->id];
    request.remote_address = connection.remote_text;
    const SoupHeaders headers(soup_server_message_get_request_headers(message));
    request.headers = &headers;
    std::variant<Response, std::unique_ptr<ContentReceiver>> taken;
    try {
        std::optional<Response> refusal;
        if (shared_.options.guard) refusal = shared_.options.guard(request, match.route->spec);
        if (refusal) {
            taken = *std::move(refusal);
        } else {
            taken = match.route->stream(request);
        }
    } catch (const std::exception& exception) {
        taken = problem(Error(
            ErrorCode::kInternal,
            fmt::format("handling {}: {}", redacted_path(request.raw_path), exception.what())));
    }
    connection.most = kDrainedOfStream;
    if (auto* response = std::get_if<Response>(&taken)) {
        refuse(connection, message, std::move(*response));
    } else {
        connection.receiver = std::get<std::unique_ptr<ContentReceiver>>(std::move(taken));
        soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
    }
    return true;
}

void Worker::request_content(SoupServerMessage* message, ByteSpan bytes) {
    Connection& connection = connection_of(message);
    connection.received += bytes.size();
    if (soup_server_message_get_status(message) != 0) return;
    if (connection.receiver) {
        std::optional<Response> refusal;
        try {
            refusal = connection.receiver->take(bytes);
        } catch (const std::exception& exception) {
            refusal = problem(
                Error(ErrorCode::kInternal, fmt::format("taking content: {}", exception.what())));
        }
        if (!refusal) return;
        connection.receiver.reset();
        connection.most = connection.received + kDrainedOfStream;
        refuse(connection, message, *std::move(refusal));
        return;
    }
    if (connection.received <= shared_.options.max_body_bytes) return;
    refuse(connection, message,
           problem(413, fmt::format("the content of a request may have {} bytes",
                                    shared_.options.max_body_bytes)));
}

void Worker::refuse(Connection& connection, SoupServerMessage* message, Response response) {
    // What is still to come is read and dropped.
    SoupMessageBody* content = soup_server_message_get_request_body(message);
    soup_message_body_set_accumulate(content, FALSE);
    soup_message_body_truncate(content);
    Request request;
    request.method = method_from(soup_server_message_get_method(message));
    WireResponse wire = negotiate(request, std::move(response), Access::kPublic);
    wire.headers.emplace_back("Connection", "close");
    respond(connection, message, std::move(wire));
}

void Worker::request_complete(SoupServerMessage* message) {
    Connection& connection = connection_of(message);

    Request request;
    request.method = method_from(soup_server_message_get_method(message));
    request.remote_address = connection.remote_text;
    request.secure = shared_.options.tls != nullptr;
    const SoupHeaders headers(soup_server_message_get_request_headers(message));
    const auto proxies = shared_.options.proxies ? shared_.options.proxies() : nullptr;
    if (proxies) {
        auto client = proxies->client({connection.remote_text, request.secure}, headers);
        request.remote_address = std::move(client.address);
        request.secure = client.secure;
    }
    request.headers = &headers;
    base::Ref<GBytes> content;
    if (SoupMessageBody* body = soup_server_message_get_request_body(message); body->length > 0) {
        content = base::Ref<GBytes>::adopt(soup_message_body_flatten(body));
        gsize size = 0;
        const auto* data = static_cast<const std::byte*>(g_bytes_get_data(content.get(), &size));
        request.body = {data, size};
    }
    Access access = Access::kPublic;
    Response response = connection.receiver ? finish_stream(connection)
                                            : answer(connection, message, request, access);
    if (response.answer_later) {
        answer_later(connection, message, std::move(request), access, std::move(response));
        return;
    }
    if (response.ask_again_in && !stopping_ &&
        steady_clock::now() - connection.head_end + *response.ask_again_in < kLongestHold) {
        hold(connection, message, *response.ask_again_in);
        return;
    }
    deliver(connection, message, request, std::move(response), access);
}

void Worker::deliver(Connection& connection, SoupServerMessage* message, const Request& request,
                     Response response, Access access) {
    std::shared_ptr<Stream> stream = std::move(response.stream);
    try {
        respond(connection, message, negotiate(request, std::move(response), access));
    } catch (const std::exception& exception) {
        const Error error(
            ErrorCode::kInternal,
            fmt::format("answering {}: {}", redacted_path(request.raw_path), exception.what()));
        respond(connection, message, negotiate(request, problem(error), access));
    }
    connection.handled = steady_clock::now();
    connection.phase = Connection::Phase::kResponse;
    connection.since = connection.handled;
    connection.progress = bytes_through(connection);
    if (stream && request.method != Method::kHead) {
        start_stream(connection, message, std::move(stream));
    }
}

// The handler's part ends here; the message waits, and libsoup with it.
void Worker::answer_later(Connection& connection, SoupServerMessage* message, Request&& request,
                          Access access, Response response) {
    soup_server_message_pause(message);
    connection.phase = Connection::Phase::kHeld;
    struct Answer {
        std::weak_ptr<Later> later;
        Response response;
    };
    connection.later = std::make_shared<Later>(*this, connection, message, access);
    const std::weak_ptr<Later> later = connection.later;
    Respond respond = [context = context_, later](Response answered) {
        // Never run in place, as g_main_context_invoke() might: the worker may be gone.
        GSource* source = g_idle_source_new();
        g_source_set_priority(source, G_PRIORITY_DEFAULT);
        g_source_set_callback(
            source,
            [](gpointer data) -> gboolean {
                auto* answer = static_cast<Answer*>(data);
                const std::shared_ptr<Later> held = answer->later.lock();
                if (!held) return G_SOURCE_REMOVE;  // nobody waits any more
                held->connection.later.reset();
                held->worker.deliver(held->connection, held->message.get(), held->request,
                                     std::move(answer->response), held->access);
                soup_server_message_unpause(held->message.get());
                return G_SOURCE_REMOVE;
            },
            new Answer{later, std::move(answered)},
            [](gpointer data) { delete static_cast<Answer*>(data); });
        g_source_attach(source, context.get());
        g_source_unref(source);
    };
    // Before the request moves, for its parameters are views of its path. The answer comes through
    // the main context, so not before this has ended.
    response.answer_later(request, std::move(respond));
    Request& kept = connection.later->request;
    kept = std::move(request);
    kept.parameters.clear();
    kept.body = {};
    kept.headers = &connection.later->headers;
}

void Worker::start_stream(Connection& connection, SoupServerMessage* message,
                          std::shared_ptr<Stream> stream) {
    SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
    // To a client of HTTP/1.0, the end of the connection is the end of the content.
    const bool chunks = soup_server_message_get_http_version(message) != SOUP_HTTP_1_0;
    soup_message_headers_remove(headers, "Content-Length");
    soup_message_headers_set_encoding(headers, chunks ? SOUP_ENCODING_CHUNKED : SOUP_ENCODING_EOF);
    connection.phase = Connection::Phase::kStream;
    connection.feed = std::move(stream);
    connection.feed_message = message;
    connection.piece_under_way = false;
    g_signal_connect(message, "wrote-chunk",
                     G_CALLBACK(+[](SoupServerMessage* written, gpointer self) {
                         Connection& of = connection_of(written);
                         of.piece_under_way = false;
                         if (of.feed) static_cast<Worker*>(self)->feed(of);
                     }),
                     this);
    // The woken-up thread may be another, and the connection gone: it is looked for by its stream.
    const std::weak_ptr<Stream> weak = connection.feed;
    struct Wake {
        Worker* worker;
        std::weak_ptr<Stream> stream;
    };
    connection.feed->open([this, context = context_, weak] {
        GSource* source = g_idle_source_new();
        g_source_set_priority(source, G_PRIORITY_DEFAULT);
        g_source_set_callback(
            source,
            [](gpointer data) -> gboolean {
                const auto* wake = static_cast<Wake*>(data);
                const std::shared_ptr<Stream> alive = wake->stream.lock();
                if (!alive) return G_SOURCE_REMOVE;
                for (const auto& [pointer, each] : wake->worker->connections_) {
                    if (each->feed != alive) continue;
                    wake->worker->feed(*each);
                    break;
                }
                return G_SOURCE_REMOVE;
            },
            new Wake{this, weak}, [](gpointer data) { delete static_cast<Wake*>(data); });
        g_source_attach(source, context.get());
        g_source_unref(source);
    });
    feed(connection);
}

// Hands the next piece over, when the last one has been taken.
void Worker::feed(Connection& connection) {
    if (connection.piece_under_way || !connection.feed) return;
    Stream::Piece piece = stopping_ ? Stream::Piece{"", true} : connection.feed->next();
    if (piece.bytes.empty() && !piece.last) return;
    SoupMessageBody* body = soup_server_message_get_response_body(connection.feed_message);
    if (!piece.bytes.empty()) {
        connection.piece_under_way = true;
        connection.body_bytes += piece.bytes.size();
        const base::Ref<GBytes> bytes =
            base::Ref<GBytes>::adopt(g_bytes_new(piece.bytes.data(), piece.bytes.size()));
        soup_message_body_append_bytes(body, bytes.get());
    }
    if (piece.last) {
        connection.feed.reset();
        soup_message_body_complete(body);
        connection.phase = Connection::Phase::kResponse;
        connection.since = steady_clock::now();
    }
    soup_server_message_unpause(connection.feed_message);
}

// Asks the handler again after `time`. The message must not be lost by then, but the connection may
// be.
void Worker::hold(Connection& connection, SoupServerMessage* message, milliseconds time) {
    struct Held {
        Worker* worker;
        base::Ref<SoupServerMessage> message;
    };
    soup_server_message_pause(message);
    connection.phase = Connection::Phase::kHeld;
    GSource* source =
        g_timeout_source_new(static_cast<guint>(std::max<std::int64_t>(time.count(), 1)));
    g_source_set_callback(
        source,
        [](gpointer data) -> gboolean {
            // Answering may hold the message again, and so end this source and its data.
            const Held held = *static_cast<Held*>(data);
            soup_server_message_unpause(held.message.get());
            held.worker->request_complete(held.message.get());
            return G_SOURCE_REMOVE;
        },
        new Held{this, base::Ref<SoupServerMessage>::share(message)},
        [](gpointer data) { delete static_cast<Held*>(data); });
    g_source_attach(source, context_.get());
    connection.held_until = base::ScopedSource(source);
}

Response Worker::finish_stream(Connection& connection) {
    try {
        return connection.receiver->finish();
    } catch (const std::exception& exception) {
        return problem(Error(ErrorCode::kInternal,
                             fmt::format("taking the end of content: {}", exception.what())));
    }
}

Response Worker::answer(Connection& connection, SoupServerMessage* message, Request& request,
                        Access& access) {
    GUri* uri = soup_server_message_get_uri(message);
    request.raw_path = g_uri_get_path(uri);
    if (const char* query = g_uri_get_query(uri)) request.query = Query(query);
    if (soup_server_message_is_options_ping(message)) {  // OPTIONS *: of the server as such
        return options_response("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", access);
    }
    auto path = normalized_path(request.raw_path);
    if (!path) {
        return problem(400, "the path has \"..\" in it, or escapes that stand for no text");
    }
    request.path = *std::move(path);

    const Router::Match match =
        shared_.router->find(request.method, request.path, request.parameters);
    access = match.access;
    if (match.route == nullptr) {
        if (match.allow.empty()) {
            return problem(404, fmt::format("there is nothing at {}", request.path));
        }
        if (request.method == Method::kOptions) return options_response(match.allow, match.access);
        Response response =
            problem(405, fmt::format("{} is not done with {}; what is: {}", request.path,
                                     soup_server_message_get_method(message), match.allow));
        response.headers.emplace_back("Allow", match.allow);
        return response;
    }
    connection.route = shared_.route_metrics[match.route->id];
    try {
        if (shared_.options.guard) {
            if (auto refusal = shared_.options.guard(request, match.route->spec)) {
                return *std::move(refusal);
            }
        }
        return match.route->handler(request);
    } catch (const std::exception& exception) {
        return problem(Error(
            ErrorCode::kInternal,
            fmt::format("handling {}: {}", redacted_path(request.raw_path), exception.what())));
    }
}

void Worker::respond(Connection& connection, SoupServerMessage* message, WireResponse response) {
    connection.body_bytes = response.body.size();
    connection.answered_500 = response.status == 500;
    soup_server_message_set_status(message, static_cast<guint>(response.status), nullptr);
    SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
    for (const auto& [name, value] : response.headers) {
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            log::error("a response field with a line break in it was left out", {{"name", name}});
            continue;
        }
        soup_message_headers_replace(headers, name.c_str(), value.c_str());
    }
    if (stopping_) soup_message_headers_replace(headers, "Connection", "close");
    if (response.content_length) {
        soup_message_headers_set_content_length(headers,
                                                static_cast<goffset>(*response.content_length));
    } else {
        soup_message_headers_set_encoding(headers, SOUP_ENCODING_NONE);
        // libsoup takes a Content-Length that is not there out of a 204, forgets the encoding over
        // it, and then closes the connection as if the content ended with it.
        g_signal_connect(
            message, "wrote-headers", G_CALLBACK(+[](SoupServerMessage* written, gpointer) {
                soup_message_headers_set_encoding(soup_server_message_get_response_headers(written),
                                                  SOUP_ENCODING_NONE);
            }),
            nullptr);
    }
    SoupMessageBody* body = soup_server_message_get_response_body(message);
    soup_message_body_truncate(body);
    // Slices go to the socket as they are, and are let go of once they are sent.
    soup_message_body_set_accumulate(body, FALSE);
    for (const Slice& slice : response.body.slices()) {
        const base::Ref<GBytes> bytes = as_gbytes(slice);
        soup_message_body_append_bytes(body, bytes.get());
    }
}

void Worker::request_finished(SoupServerMessage* message, bool in_full) {
    Connection& connection = connection_of(message);
    const Time now = steady_clock::now();
    const auto status = static_cast<int>(soup_server_message_get_status(message));
    // A request that libsoup itself refused has no route and no times.
    if (connection.route == nullptr) {
        connection.route = shared_.unrouted;
        connection.head_end = connection.handled = now;
    }
    const auto whole = duration_cast<microseconds>(now - connection.head_end);
    // libsoup takes any 500 for an abortion, and gives any abortion the status 500.
    const bool sent = in_full || (status == 500 && connection.answered_500);
    if (sent) {
        connection.route->finished(
            status, connection.body_bytes,
            duration_cast<microseconds>(connection.handled - connection.head_end), whole);
    } else {
        connection.route->aborted();
    }
    if (log::enabled(log::Level::kDebug)) {
        GUri* uri = soup_server_message_get_uri(message);
        log::debug("request", {{"method", soup_server_message_get_method(message)},
                               {"path", uri ? redacted_path(g_uri_get_path(uri)) : std::string()},
                               {"status", status},
                               {"bytes", connection.body_bytes},
                               {"milliseconds", static_cast<double>(whole.count()) / 1000},
                               {"sent", sent},
                               {"remote", connection.remote_text}});
    }
    connection.route = nullptr;
    connection.later.reset();
    connection.feed.reset();
    connection.feed_message = nullptr;
    connection.receiver.reset();
    connection.phase = Connection::Phase::kIdle;
    connection.since = now;
    connection.progress = bytes_through(connection);
    if (stopping_) shut_down(connection, SHUT_RD);
}

}  // namespace matinee::http
