// The byte stream of one connection, as libsoup gets it.
#pragma once

#include <functional>

#include <gio/gio.h>

#include "base/glib_support.h"

namespace matinee::http {

// Passes reading and writing straight through to `inner` (a TLS or a socket connection over
// `socket`), and makes closing safe: libsoup closes synchronously, and TLS wants to say goodbye,
// which would block the whole thread as long as a client that does not read keeps the socket's
// buffer full. Then the goodbye is left out: the kernel sends what it has, and a FIN.
//
// `gone` runs when the stream is finalized, on the thread that drops it last.
GIOStream* new_server_stream(GIOStream* inner, GSocket* socket, std::function<void()> gone);

}  // namespace matinee::http
