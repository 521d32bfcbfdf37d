#include "http/server_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

namespace {

// What a GObject type needs: plain structs and functions of the type system's making.
struct MatineeServerStream {
    GIOStream parent;
    GIOStream* inner;
    GSocket* socket;
    std::function<void()>* gone;
};
struct MatineeServerStreamClass {
    GIOStreamClass parent;
};

GType matinee_server_stream_get_type();

G_DEFINE_TYPE(MatineeServerStream, matinee_server_stream, G_TYPE_IO_STREAM)

MatineeServerStream* self_of(void* instance) {
    return static_cast<MatineeServerStream*>(instance);
}

GInputStream* get_input_stream(GIOStream* stream) {
    return g_io_stream_get_input_stream(self_of(stream)->inner);
}

GOutputStream* get_output_stream(GIOStream* stream) {
    return g_io_stream_get_output_stream(self_of(stream)->inner);
}

gboolean close_stream(GIOStream* stream, GCancellable* cancellable, GError** error) {
    const MatineeServerStream* self = self_of(stream);
    if (!g_socket_is_closed(self->socket)) {
        pollfd writable{g_socket_get_fd(self->socket), POLLOUT, 0};
        if (::poll(&writable, 1, 0) != 1) ::shutdown(writable.fd, SHUT_WR);
    }
    return g_io_stream_close(self->inner, cancellable, error);
}

void finalize(GObject* object) {
    MatineeServerStream* self = self_of(object);
    const std::unique_ptr<std::function<void()>> gone(self->gone);
    g_object_unref(self->inner);
    g_object_unref(self->socket);
    G_OBJECT_CLASS(matinee_server_stream_parent_class)->finalize(object);
    if (gone) (*gone)();
}

void matinee_server_stream_init(MatineeServerStream*) {}

void matinee_server_stream_class_init(MatineeServerStreamClass* type) {
    G_OBJECT_CLASS(type)->finalize = finalize;
    type->parent.get_input_stream = get_input_stream;
    type->parent.get_output_stream = get_output_stream;
    type->parent.close_fn = close_stream;
}

}  // namespace

namespace matinee::http {

GIOStream* new_server_stream(GIOStream* inner, GSocket* socket, std::function<void()> gone) {
    auto* self = self_of(g_object_new(matinee_server_stream_get_type(), nullptr));
    self->inner = G_IO_STREAM(g_object_ref(inner));
    self->socket = G_SOCKET(g_object_ref(socket));
    self->gone = std::make_unique<std::function<void()>>(std::move(gone)).release();
    return &self->parent;
}

}  // namespace matinee::http
