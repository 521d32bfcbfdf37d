// The byte stream of one connection, as libsoup gets it.
#pragma once

#include <functional>

#include <gio/gio.h>

#include "base/glib_support.h"

namespace matinee::http {

struct StreamEvents {
    // Whether libsoup waits for a further request and has nothing of it yet.
    std::function<bool()> is_between_requests;
    // The stream is finalized.
    std::function<void()> gone;
};

// Passes reading and writing through to `inner` (a TLS or a socket connection over `socket`), but
// for two things that libsoup 3.2 gets wrong:
//
// - When a client ends its connection between two requests, libsoup stops watching it and never
//   closes it: a descriptor and some memory are lost for each. It does close when a request
//   breaks off. So an end between requests is preceded by one byte of a request.
//
// - It closes synchronously, and TLS wants to say goodbye, which blocks the whole thread for as
//   long as a client that does not read keeps the socket's buffer full. Then the goodbye is left
//   out: the kernel sends what it has, and a FIN.
//
// Thread-bound, and so are the events.
GIOStream* new_server_stream(GIOStream* inner, GSocket* socket, StreamEvents events);

}  // namespace matinee::http
