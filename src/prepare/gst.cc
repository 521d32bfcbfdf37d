#include "prepare/gst.h"

#include <filesystem>

namespace matinee::prepare {

Result<void> init_gstreamer() {
    GError* error = nullptr;
    if (!gst_init_check(nullptr, nullptr, &error)) {
        return fail(base::adopt_error(error), "GStreamer does not start");
    }
    return {};
}

Ref<GstBuffer> copy_to_buffer(std::span<const std::byte> bytes) {
    auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, bytes.size(), nullptr));
    gst_buffer_fill(buffer.get(), 0, bytes.data(), bytes.size());
    return buffer;
}

Result<Ref<GstElement>> element_named(GstElement* bin, const std::string& name) {
    auto element = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(bin), name.c_str()));
    if (!element) {
        return fail(ErrorCode::kInternal, "the pipeline has no element named \"{}\"; put it back",
                    name);
    }
    return element;
}

Result<Ref<GstCaps>> parse_caps(const std::string& text) {
    auto caps = Ref<GstCaps>::adopt(gst_caps_from_string(text.c_str()));
    if (!caps) return fail(ErrorCode::kInternal, "\"{}\" is not valid GStreamer caps", text);
    return caps;
}

ScopedProbe::ScopedProbe(GstPad* pad, GstPadProbeType type, Callback callback)
    : pad_(Ref<GstPad>::share(pad)), callback_(std::move(callback)) {
    id_ = gst_pad_add_probe(
        pad, type,
        [](GstPad* probed, GstPadProbeInfo* info, gpointer self) {
            return static_cast<ScopedProbe*>(self)->callback_(probed, info);
        },
        this, nullptr);
}

ScopedProbe::~ScopedProbe() {
    gst_pad_remove_probe(pad_.get(), id_);
}

std::optional<std::int64_t> running_time(const GstSegment* segment, GstBuffer* buffer) {
    const GstClockTime time =
        GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : GST_BUFFER_DTS(buffer);
    if (!GST_CLOCK_TIME_IS_VALID(time) || segment->format != GST_FORMAT_TIME) return std::nullopt;
    const guint64 running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, time);
    if (!GST_CLOCK_TIME_IS_VALID(running)) return std::nullopt;
    return static_cast<std::int64_t>(running);
}

Result<std::string> file_uri(const std::string& path) {
    std::error_code code;
    const std::string absolute = std::filesystem::absolute(path, code).string();
    if (code) return fail(ErrorCode::kInvalid, "{}: {}", path, code.message());
    GError* error = nullptr;
    const base::OwnedChars uri(gst_filename_to_uri(absolute.c_str(), &error));
    if (!uri) return fail(base::adopt_error(error, ErrorCode::kInvalid), "{}", path);
    return std::string(uri.get());
}

}  // namespace matinee::prepare
