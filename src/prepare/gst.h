// GStreamer's row of the ownership tables.
//
// GStreamer decodes untrusted files: only the preparation worker and its tests include this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>

#include "base/glib_support.h"
#include "base/handle.h"
#include "base/result.h"

namespace matinee::base {

// GstElement and its kin start floating: `Ref::share` sinks the floating reference.
template <typename T>
struct GstObjectTraits {
    static T* ref(T* object) { return static_cast<T*>(gst_object_ref_sink(object)); }
    static void unref(T* object) { gst_object_unref(object); }
};

#define MATINEE_GST_OBJECT(Type) \
    template <>                  \
    struct RefTraits<Type> : GstObjectTraits<Type> {}

MATINEE_GST_OBJECT(GstElement);
MATINEE_GST_OBJECT(GstBus);
MATINEE_GST_OBJECT(GstPad);

#undef MATINEE_GST_OBJECT

// The functions of these are macros or inline in C, hence the small bodies.
#define MATINEE_GST_MINI_OBJECT(Type, lower)                                 \
    template <>                                                              \
    struct RefTraits<Type> {                                                 \
        static Type* ref(Type* object) { return gst_##lower##_ref(object); } \
        static void unref(Type* object) { gst_##lower##_unref(object); }     \
    }

MATINEE_GST_MINI_OBJECT(GstBuffer, buffer);
MATINEE_GST_MINI_OBJECT(GstCaps, caps);
MATINEE_GST_MINI_OBJECT(GstMessage, message);
MATINEE_GST_MINI_OBJECT(GstSample, sample);
MATINEE_GST_MINI_OBJECT(GstTagList, tag_list);

#undef MATINEE_GST_MINI_OBJECT

template <>
struct RefTraits<GstDiscoverer> : GObjectTraits<GstDiscoverer> {};
template <>
struct RefTraits<GstDiscovererInfo> : GObjectTraits<GstDiscovererInfo> {};
template <>
struct RefTraits<GstDiscovererStreamInfo> : GObjectTraits<GstDiscovererStreamInfo> {};

}  // namespace matinee::base

namespace matinee::prepare {

using base::Owned;
using base::Ref;

// Initialises GStreamer once for the process and quiets its debug output unless GST_DEBUG asks
// for it. Thread-safe.
Result<void> init_gstreamer();

// A buffer mapped for reading; the bytes stay valid as long as this lives. Empty when the map
// failed. Thread-bound.
class MappedBuffer {
  public:
    explicit MappedBuffer(GstBuffer* buffer) : buffer_(Ref<GstBuffer>::share(buffer)) {
        mapped_ = buffer && gst_buffer_map(buffer, &info_, GST_MAP_READ);
    }
    MappedBuffer(const MappedBuffer&) = delete;
    MappedBuffer& operator=(const MappedBuffer&) = delete;
    ~MappedBuffer() {
        if (mapped_) gst_buffer_unmap(buffer_.get(), &info_);
    }

    [[nodiscard]] std::span<const std::byte> bytes() const {
        if (!mapped_) return {};
        return {reinterpret_cast<const std::byte*>(info_.data), info_.size};
    }
    // The bytes as interleaved native-endian floats (audio/x-raw,format=F32LE).
    [[nodiscard]] std::span<const float> floats() const {
        if (!mapped_) return {};
        return {reinterpret_cast<const float*>(info_.data), info_.size / sizeof(float)};
    }

  private:
    Ref<GstBuffer> buffer_;
    GstMapInfo info_{};
    bool mapped_ = false;
};

// A video frame mapped for as long as this lives. Thread-bound.
class MappedFrame {
  public:
    MappedFrame(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags)
        : mapped_(gst_video_frame_map(&frame_, &info, buffer, flags)) {}
    MappedFrame(const MappedFrame&) = delete;
    MappedFrame& operator=(const MappedFrame&) = delete;
    ~MappedFrame() {
        if (mapped_) gst_video_frame_unmap(&frame_);
    }

    // Null when the map failed.
    [[nodiscard]] GstVideoFrame* get() { return mapped_ ? &frame_ : nullptr; }

  private:
    GstVideoFrame frame_{};
    bool mapped_;
};

// A buffer with its own copy of `bytes`.
Ref<GstBuffer> copy_to_buffer(std::span<const std::byte> bytes);

// A named element of a bin; kInternal when the description has none of that name.
Result<Ref<GstElement>> element_named(GstElement* bin, const std::string& name);

// `text` as caps; kInternal when it is not.
Result<Ref<GstCaps>> parse_caps(const std::string& text);

// A pad probe, taken off with this. The pad must not be in the middle of the callback in
// another thread when this ends: stop the pipeline first.
class ScopedProbe {
  public:
    using Callback = std::function<GstPadProbeReturn(GstPad*, GstPadProbeInfo*)>;

    ScopedProbe(GstPad* pad, GstPadProbeType type, Callback callback);
    ScopedProbe(const ScopedProbe&) = delete;
    ScopedProbe& operator=(const ScopedProbe&) = delete;
    ~ScopedProbe();

  private:
    Ref<GstPad> pad_;
    Callback callback_;
    gulong id_ = 0;
};

// When a buffer is shown, on its stream's running time (by its decoding time when that is all it
// has); nothing for buffers without time or outside their segment.
std::optional<std::int64_t> running_time(const GstSegment* segment, GstBuffer* buffer);

// A file's URI, safe for any file name the system allows.
Result<std::string> file_uri(const std::string& path);

}  // namespace matinee::prepare
