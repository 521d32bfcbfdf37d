#include "http/server_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

namespace {

using matinee::http::StreamEvents;

// What GObject types need: plain structs, and functions named as the type system's macros want.
struct MatineeServerStream;

struct MatineeServerInput {
    GInputStream parent;
    GInputStream* inner;
    const MatineeServerStream* stream;  // whose input this is; not used after the end
    bool ended;
};
struct MatineeServerInputClass {
    GInputStreamClass parent;
};

struct MatineeServerStream {
    GIOStream parent;
    GIOStream* inner;
    GSocket* socket;
    MatineeServerInput* input;
    StreamEvents* events;
};
struct MatineeServerStreamClass {
    GIOStreamClass parent;
};

GType matinee_server_input_get_type();
GType matinee_server_stream_get_type();
void pollable_input_init(GPollableInputStreamInterface* interface);

G_DEFINE_TYPE_WITH_CODE(MatineeServerInput, matinee_server_input, G_TYPE_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, pollable_input_init))
G_DEFINE_TYPE(MatineeServerStream, matinee_server_stream, G_TYPE_IO_STREAM)

MatineeServerInput* input_of(void* instance) {
    return static_cast<MatineeServerInput*>(instance);
}

MatineeServerStream* stream_of(void* instance) {
    return static_cast<MatineeServerStream*>(instance);
}

// Says goodbye if that does not block.
gboolean close_now(const MatineeServerStream& stream, GCancellable* cancellable, GError** error) {
    if (!g_socket_is_closed(stream.socket)) {
        pollfd writable{g_socket_get_fd(stream.socket), POLLOUT, 0};
        if (::poll(&writable, 1, 0) != 1) ::shutdown(writable.fd, SHUT_WR);
    }
    return g_io_stream_close(stream.inner, cancellable, error);
}

// From a read's outcome to what libsoup is told: between requests an end, or an error, first
// becomes one byte, and then an end. libsoup would answer that piece of a request, but by then
// the connection is closed.
gssize with_end_marked(MatineeServerInput* self, void* buffer, gssize got, GError** error) {
    const bool would_block =
        got < 0 && error && g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    if (got > 0 || would_block || !self->stream->events->is_between_requests()) {
        return got;
    }
    g_clear_error(error);
    self->ended = true;
    close_now(*self->stream, nullptr, nullptr);
    *static_cast<char*>(buffer) = 'X';
    return 1;
}

gssize read_blocking(GInputStream* stream, void* buffer, gsize size, GCancellable* cancellable,
                     GError** error) {
    MatineeServerInput* self = input_of(stream);
    if (self->ended) return 0;
    const gssize got = g_input_stream_read(self->inner, buffer, size, cancellable, error);
    return with_end_marked(self, buffer, got, error);
}

gssize read_nonblocking(GPollableInputStream* stream, void* buffer, gsize size, GError** error) {
    MatineeServerInput* self = input_of(stream);
    if (self->ended) return 0;
    const gssize got = g_pollable_input_stream_read_nonblocking(
        G_POLLABLE_INPUT_STREAM(self->inner), buffer, size, nullptr, error);
    return with_end_marked(self, buffer, got, error);
}

gboolean is_readable(GPollableInputStream* stream) {
    const MatineeServerInput* self = input_of(stream);
    return self->ended || g_pollable_input_stream_is_readable(G_POLLABLE_INPUT_STREAM(self->inner));
}

GSource* create_source(GPollableInputStream* stream, GCancellable* cancellable) {
    const MatineeServerInput* self = input_of(stream);
    GSource* ready = self->ended ? g_timeout_source_new(0)
                                 : g_pollable_input_stream_create_source(
                                       G_POLLABLE_INPUT_STREAM(self->inner), cancellable);
    GSource* source = g_pollable_source_new_full(stream, ready, cancellable);
    g_source_unref(ready);
    return source;
}

void pollable_input_init(GPollableInputStreamInterface* interface) {
    interface->is_readable = is_readable;
    interface->create_source = create_source;
    interface->read_nonblocking = read_nonblocking;
}

void finalize_input(GObject* object) {
    g_object_unref(input_of(object)->inner);
    G_OBJECT_CLASS(matinee_server_input_parent_class)->finalize(object);
}

void matinee_server_input_init(MatineeServerInput*) {}

void matinee_server_input_class_init(MatineeServerInputClass* type) {
    G_OBJECT_CLASS(type)->finalize = finalize_input;
    type->parent.read_fn = read_blocking;
}

GInputStream* get_input_stream(GIOStream* stream) {
    return &stream_of(stream)->input->parent;
}

GOutputStream* get_output_stream(GIOStream* stream) {
    return g_io_stream_get_output_stream(stream_of(stream)->inner);
}

gboolean close_stream(GIOStream* stream, GCancellable* cancellable, GError** error) {
    return close_now(*stream_of(stream), cancellable, error);
}

void finalize_stream(GObject* object) {
    MatineeServerStream* self = stream_of(object);
    const std::unique_ptr<StreamEvents> events(self->events);
    self->input->ended = true;  // whoever still holds it leaves the stream alone
    g_object_unref(self->input);
    g_object_unref(self->inner);
    g_object_unref(self->socket);
    G_OBJECT_CLASS(matinee_server_stream_parent_class)->finalize(object);
    if (events) events->gone();
}

void matinee_server_stream_init(MatineeServerStream*) {}

void matinee_server_stream_class_init(MatineeServerStreamClass* type) {
    G_OBJECT_CLASS(type)->finalize = finalize_stream;
    type->parent.get_input_stream = get_input_stream;
    type->parent.get_output_stream = get_output_stream;
    type->parent.close_fn = close_stream;
}

}  // namespace

namespace matinee::http {

GIOStream* new_server_stream(GIOStream* inner, GSocket* socket, StreamEvents events) {
    auto* self = stream_of(g_object_new(matinee_server_stream_get_type(), nullptr));
    self->inner = G_IO_STREAM(g_object_ref(inner));
    self->socket = G_SOCKET(g_object_ref(socket));
    self->events = std::make_unique<StreamEvents>(std::move(events)).release();
    self->input = input_of(g_object_new(matinee_server_input_get_type(), nullptr));
    self->input->inner = G_INPUT_STREAM(g_object_ref(g_io_stream_get_input_stream(inner)));
    self->input->stream = self;
    return &self->parent;
}

}  // namespace matinee::http
