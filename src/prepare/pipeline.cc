#include "prepare/pipeline.h"

#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "prepare/frame_timing.h"

namespace matinee::prepare {

Result<Pipeline> Pipeline::parse(const std::string& name, const std::string& description) {
    GError* error = nullptr;
    auto bin = Ref<GstElement>::adopt(
        gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
    if (!bin || error) {
        const bool missing =
            g_error_matches(error, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT);
        return fail(
            base::adopt_error(error, missing ? ErrorCode::kUnsupported : ErrorCode::kInternal),
            "the pipeline {} cannot be built", name);
    }
    gst_object_ref_sink(bin.get());
    if (!GST_IS_PIPELINE(bin.get())) {
        auto pipeline = Ref<GstElement>::share(gst_pipeline_new(nullptr));
        gst_bin_add(GST_BIN(pipeline.get()), bin.get());
        bin = std::move(pipeline);
    }
    return Pipeline(name, std::move(bin));
}

Result<Pipeline> Pipeline::load(const std::string& name, const Values& values) {
    const std::string description = TRY(load_pipeline(name, values));
    return parse(name, description);
}

Result<void> Pipeline::play() {
    // An error of the change itself is on the bus, with a better reason; poll() returns it.
    gst_element_set_state(bin_.get(), GST_STATE_PLAYING);
    return {};
}

void Pipeline::stop() {
    if (bin_) gst_element_set_state(bin_.get(), GST_STATE_NULL);
}

Result<bool> Pipeline::poll() {
    const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(bin_.get()));
    while (const auto message = Ref<GstMessage>::adopt(gst_bus_pop(bus.get()))) {
        if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
            return Unexpected(error_from_message(message.get()));
        }
        if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_WARNING) {
            ++warnings_;
            GError* raw = nullptr;
            gst_message_parse_warning(message.get(), &raw, nullptr);
            const base::OwnedGError warning(raw);
            last_warning_ = warning->message;
        }
        if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) eos_ = true;
    }
    return eos_;
}

namespace {

// Whether an element decodes or takes apart: what its library stumbles over is in the source.
bool reads_the_source(GstObject* object) {
    if (!GST_IS_ELEMENT(object)) return false;
    const gchar* const kind =
        gst_element_class_get_metadata(GST_ELEMENT_GET_CLASS(object), GST_ELEMENT_METADATA_KLASS);
    const std::string_view words(kind ? kind : "");
    return words.find("Decoder") != std::string_view::npos ||
           words.find("Demuxer") != std::string_view::npos;
}

}  // namespace

Error error_from_message(GstMessage* message) {
    GError* raw = nullptr;
    gchar* debug = nullptr;
    gst_message_parse_error(message, &raw, &debug);
    const base::OwnedGError error(raw);
    const base::OwnedChars details(debug);
    ErrorCode code = ErrorCode::kInternal;
    std::string what = error->message;
    if (error->domain == GST_STREAM_ERROR) {
        code = ErrorCode::kInvalid;
        switch (error->code) {
            case GST_STREAM_ERROR_CODEC_NOT_FOUND:
                code = ErrorCode::kUnsupported;
                what = "there is no decoder for it here";
                break;
            case GST_STREAM_ERROR_TYPE_NOT_FOUND:
            case GST_STREAM_ERROR_WRONG_TYPE:
                what = "it is not a video file";
                break;
            case GST_STREAM_ERROR_DECRYPT:
            case GST_STREAM_ERROR_DECRYPT_NOKEY:
                what = "it is encrypted";
                break;
            case GST_STREAM_ERROR_DECODE:
            case GST_STREAM_ERROR_DEMUX:
                what = "it is damaged: " + what;
                break;
            case GST_STREAM_ERROR_ENCODE:
            case GST_STREAM_ERROR_MUX:
                code = ErrorCode::kInternal;
                break;
            default:
                break;
        }
    } else if (error->domain == GST_RESOURCE_ERROR) {
        switch (error->code) {
            case GST_RESOURCE_ERROR_NO_SPACE_LEFT:
                code = ErrorCode::kExhausted;
                what = "the disk is full";
                break;
            case GST_RESOURCE_ERROR_NOT_FOUND:
                code = ErrorCode::kNotFound;
                break;
            default:
                code = ErrorCode::kInvalid;
                break;
        }
    } else if (error->domain == GST_CORE_ERROR && error->code == GST_CORE_ERROR_MISSING_PLUGIN) {
        code = ErrorCode::kUnsupported;
    } else if (error->domain == GST_LIBRARY_ERROR && reads_the_source(GST_MESSAGE_SRC(message))) {
        code = ErrorCode::kInvalid;
        what = "it is damaged: " + what;
    }
    const base::OwnedChars element(gst_object_get_name(GST_MESSAGE_SRC(message)));
    Error outer(code, std::move(what));
    if (code == ErrorCode::kInternal || error->code == GST_STREAM_ERROR_FAILED) {
        return std::move(outer).because_of(
            Error(code, fmt::format("{}: {}", element.get(), details ? details.get() : "")));
    }
    return outer;
}

Result<void> run_all(std::span<Pipeline* const> pipelines, const Supervision& supervision,
                     const std::function<void()>& before_stop) {
    using Clock = std::chrono::steady_clock;
    const auto supervise = [&]() -> Result<void> {
        for (Pipeline* pipeline : pipelines)
            TRY(pipeline->play());
        std::uint64_t last_count = supervision.heartbeat.count();
        auto last_move = Clock::now();
        while (true) {
            bool all_ended = true;
            for (Pipeline* pipeline : pipelines) {
                const bool ended = TRY(pipeline->poll());
                all_ended = all_ended && ended;
            }
            if (all_ended) return {};
            if (supervision.stop.requested()) {
                return fail(ErrorCode::kCancelled, "stopped on request");
            }
            const std::uint64_t count = supervision.heartbeat.count();
            const auto now = Clock::now();
            if (count != last_count) {
                last_count = count;
                last_move = now;
            } else if (now - last_move > supervision.stall_timeout) {
                return fail(
                    ErrorCode::kExhausted,
                    "nothing has moved for {} s: the file may be damaged, or the machine "
                    "is overloaded; try again, or export the film again",
                    std::chrono::duration_cast<std::chrono::seconds>(supervision.stall_timeout)
                        .count());
            }
            supervision.on_tick();
            // Wakes for the first pipeline's messages at once, for the others' within 50 ms.
            const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipelines.front()->get()));
            if (GstMessage* message = gst_bus_timed_pop_filtered(
                    bus.get(), 50 * GST_MSECOND,
                    static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS))) {
                gst_bus_post(bus.get(), message);  // poll() takes it
            }
        }
    };
    auto result = supervise();
    before_stop();
    for (Pipeline* pipeline : pipelines)
        pipeline->stop();
    return result;
}

namespace {

struct Selection {
    std::string stream_id;
    Ref<GstPad> into;
    std::optional<JumpMender> mender = std::nullopt;
    bool mending = false;
};

GstClockTime moved(GstClockTime time, std::int64_t offset) {
    if (!GST_CLOCK_TIME_IS_VALID(time)) return time;
    return static_cast<GstClockTime>(
        std::max<std::int64_t>(static_cast<std::int64_t>(time) + offset, 0));
}

GstPadProbeReturn mend_times(GstPad*, GstPadProbeInfo* info, gpointer data) noexcept {
    auto* selection = static_cast<Selection*>(data);
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!GST_CLOCK_TIME_IS_VALID(GST_BUFFER_DTS_OR_PTS(buffer))) return GST_PAD_PROBE_OK;
    const std::int64_t offset =
        selection->mender->offset_at(static_cast<std::int64_t>(GST_BUFFER_DTS_OR_PTS(buffer)));
    if (offset == 0) return GST_PAD_PROBE_OK;
    buffer = gst_buffer_make_writable(buffer);
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    GST_BUFFER_PTS(buffer) = moved(GST_BUFFER_PTS(buffer), offset);
    GST_BUFFER_DTS(buffer) = moved(GST_BUFFER_DTS(buffer), offset);
    return GST_PAD_PROBE_OK;
}

// Containers must be opened whatever is asked for. GStreamer names a stream by its container's id
// and its own behind it, so whatever leads to the selected stream has a prefix of its id.
gboolean wants_decoding(GstElement*, GstPad* pad, GstCaps*, gpointer data) noexcept {
    auto* selection = static_cast<Selection*>(data);
    const base::OwnedChars id(gst_pad_get_stream_id(pad));
    // The first pad of the stream itself: what the demultiplexer gives.
    if (id && selection->stream_id == id.get() && selection->mender && !selection->mending) {
        selection->mending = true;
        // What decodebin shows is a proxy that no data goes through.
        const auto real = GST_IS_GHOST_PAD(pad)
                              ? Ref<GstPad>::adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(pad)))
                              : Ref<GstPad>::share(pad);
        if (real) {
            gst_pad_add_probe(real.get(), GST_PAD_PROBE_TYPE_BUFFER, mend_times, selection,
                              nullptr);
        }
    }
    return !id || selection->stream_id.starts_with(id.get());
}

void on_pad_added(GstElement*, GstPad* pad, gpointer data) noexcept {
    const auto* selection = static_cast<Selection*>(data);
    const base::OwnedChars id(gst_pad_get_stream_id(pad));
    if (!id || selection->stream_id != id.get()) return;
    if (gst_pad_is_linked(selection->into.get())) return;
    if (gst_pad_link(pad, selection->into.get()) != GST_PAD_LINK_OK) {
        GST_ELEMENT_ERROR(GST_PAD_PARENT(pad), STREAM, WRONG_TYPE,
                          ("the decoded stream does not fit the pipeline"), (nullptr));
    }
}

void delete_selection(gpointer data, GClosure*) noexcept {
    delete static_cast<Selection*>(data);
}

}  // namespace

Result<void> select_stream(const Pipeline& pipeline, const std::string& path,
                           const std::string& stream_id, const std::string& into,
                           const std::vector<TimeJump>& jumps) {
    const auto source = TRY(pipeline.element("source"));
    const auto target = TRY(pipeline.element(into));
    const std::string uri = TRY(file_uri(path));
    g_object_set(source.get(), "uri", uri.c_str(), nullptr);
    auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(target.get(), "sink"));
    g_signal_connect_data(
        source.get(), "autoplug-continue", G_CALLBACK(wants_decoding),
        new Selection{stream_id, nullptr,
                      jumps.empty() ? std::nullopt : std::optional<JumpMender>(jumps)},
        delete_selection, static_cast<GConnectFlags>(0));
    g_signal_connect_data(source.get(), "pad-added", G_CALLBACK(on_pad_added),
                          new Selection{stream_id, std::move(pad)}, delete_selection,
                          static_cast<GConnectFlags>(0));
    return {};
}

}  // namespace matinee::prepare
