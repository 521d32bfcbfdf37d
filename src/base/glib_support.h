// GLib's row of the ownership tables, and its errors as ours. Not for pure modules.
#pragma once

#include <string_view>

#include <gio/gio.h>
#include <glib-object.h>
#include <glib.h>

#include "base/handle.h"
#include "base/result.h"

namespace matinee::base {

// Every GObject type is counted the same way: MATINEE_GOBJECT(GSocket) opts a type in.
template <typename T>
struct GObjectTraits {
    static T* ref(T* object) { return static_cast<T*>(g_object_ref(object)); }
    static void unref(T* object) { g_object_unref(object); }
};

#define MATINEE_GOBJECT(Type) \
    template <>               \
    struct matinee::base::RefTraits<Type> : matinee::base::GObjectTraits<Type> {}

template <>
struct RefTraits<GBytes> {
    static GBytes* ref(GBytes* bytes) { return g_bytes_ref(bytes); }
    static void unref(GBytes* bytes) { g_bytes_unref(bytes); }
};
template <>
struct RefTraits<GMainContext> {
    static GMainContext* ref(GMainContext* context) { return g_main_context_ref(context); }
    static void unref(GMainContext* context) { g_main_context_unref(context); }
};
template <>
struct RefTraits<GMainLoop> {
    static GMainLoop* ref(GMainLoop* loop) { return g_main_loop_ref(loop); }
    static void unref(GMainLoop* loop) { g_main_loop_unref(loop); }
};

using OwnedChars = Owned<char, g_free>;
using OwnedGError = Owned<GError, g_error_free>;

// A GError as an Error; takes `error` over. Codes of G_IO_ERROR and G_FILE_ERROR keep their
// meaning, others become `fallback`.
Error adopt_error(GError* error, ErrorCode fallback = ErrorCode::kInternal);

// A GSource attached to a context, destroyed with this. Thread-bound to the context's thread.
class ScopedSource {
  public:
    ScopedSource() = default;
    // Takes `source` over (transfer full); it must be attached already.
    explicit ScopedSource(GSource* source) : source_(source) {}
    ScopedSource(ScopedSource&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
    ScopedSource& operator=(ScopedSource&& other) noexcept {
        std::swap(source_, other.source_);
        return *this;
    }
    ScopedSource(const ScopedSource&) = delete;
    ScopedSource& operator=(const ScopedSource&) = delete;
    ~ScopedSource() {
        if (source_) {
            g_source_destroy(source_);
            g_source_unref(source_);
        }
    }

  private:
    GSource* source_ = nullptr;
};

}  // namespace matinee::base

MATINEE_GOBJECT(GCancellable);
MATINEE_GOBJECT(GFile);
MATINEE_GOBJECT(GSocket);
MATINEE_GOBJECT(GSocketAddress);
MATINEE_GOBJECT(GSubprocess);
MATINEE_GOBJECT(GSubprocessLauncher);
MATINEE_GOBJECT(GTlsCertificate);
MATINEE_GOBJECT(GDataInputStream);
MATINEE_GOBJECT(GInputStream);
