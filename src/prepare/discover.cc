#include "prepare/discover.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <vector>

#include "prepare/frame_timing.h"
#include "prepare/gst.h"
#include "prepare/pipeline.h"
#include "prepare/pipeline_text.h"
#include "prepare/sniff.h"
#include "prepare/speaker_position.h"

namespace matinee::prepare {
namespace {

std::string description(GstCaps* caps) {
    const base::OwnedChars text(gst_pb_utils_get_codec_description(caps));
    return text ? text.get() : "unknown";
}

std::string caps_string(const GstStructure* structure, const char* field) {
    const char* text = gst_structure_get_string(structure, field);
    return text ? text : "";
}

Orientation orientation_of(const GstTagList* tags) {
    if (!tags) return Orientation::kUpright;
    gchar* raw = nullptr;
    if (!gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &raw)) {
        return Orientation::kUpright;
    }
    const base::OwnedChars text(raw);
    static constexpr std::pair<std::string_view, Orientation> kWords[] = {
        {"rotate-0", Orientation::kUpright},
        {"rotate-90", Orientation::kRotate90},
        {"rotate-180", Orientation::kRotate180},
        {"rotate-270", Orientation::kRotate270},
        {"flip-rotate-0", Orientation::kFlip},
        {"flip-rotate-90", Orientation::kFlipRotate90},
        {"flip-rotate-180", Orientation::kFlipRotate180},
        {"flip-rotate-270", Orientation::kFlipRotate270},
    };
    for (const auto& [word, orientation] : kWords) {
        if (word == raw) return orientation;
    }
    return Orientation::kUpright;
}

VideoStream describe_video(GstDiscovererStreamInfo* stream, const GstTagList* global_tags) {
    auto* info = GST_DISCOVERER_VIDEO_INFO(stream);
    const auto caps = Ref<GstCaps>::adopt(gst_discoverer_stream_info_get_caps(stream));
    const GstStructure* structure = gst_caps_get_structure(caps.get(), 0);
    VideoStream video;
    video.stream_id = gst_discoverer_stream_info_get_stream_id(stream);
    video.codec = description(caps.get());
    video.width = gst_discoverer_video_info_get_width(info);
    video.height = gst_discoverer_video_info_get_height(info);
    video.pixel_aspect = {gst_discoverer_video_info_get_par_num(info),
                          gst_discoverer_video_info_get_par_denom(info)};
    if (!video.pixel_aspect.known()) video.pixel_aspect = {1, 1};
    video.frame_rate = {gst_discoverer_video_info_get_framerate_num(info),
                        gst_discoverer_video_info_get_framerate_denom(info)};
    if (!video.frame_rate.known()) video.frame_rate = {0, 1};
    video.orientation = orientation_of(gst_discoverer_stream_info_get_tags(stream));
    if (video.orientation == Orientation::kUpright) {
        video.orientation = orientation_of(global_tags);
    }
    const std::string mode = caps_string(structure, "interlace-mode");
    if (mode == "mixed" || mode == "alternate") {
        video.scan = Scan::kMixed;
    } else if (mode == "interleaved" || mode == "fields" ||
               gst_discoverer_video_info_is_interlaced(info)) {
        video.scan = Scan::kInterlaced;
    }
    const std::string order = caps_string(structure, "field-order");
    if (order == "top-field-first") video.field_order = FieldOrder::kTopFirst;
    if (order == "bottom-field-first") video.field_order = FieldOrder::kBottomFirst;
    guint depth = 8;
    gst_structure_get_uint(structure, "bit-depth-luma", &depth);
    video.bit_depth = depth;
    if (const std::string chroma = caps_string(structure, "chroma-format"); !chroma.empty()) {
        video.chroma = chroma;
    }
    video.colorimetry = caps_string(structure, "colorimetry");
    GstVideoColorimetry colorimetry;
    if (!video.colorimetry.empty() &&
        gst_video_colorimetry_from_string(&colorimetry, video.colorimetry.c_str())) {
        if (colorimetry.transfer == GST_VIDEO_TRANSFER_SMPTE2084) video.transfer = Transfer::kPq;
        if (colorimetry.transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67) {
            video.transfer = Transfer::kHlg;
        }
    }
    return video;
}

AudioStream describe_audio(GstDiscovererStreamInfo* stream) {
    auto* info = GST_DISCOVERER_AUDIO_INFO(stream);
    const auto caps = Ref<GstCaps>::adopt(gst_discoverer_stream_info_get_caps(stream));
    AudioStream audio;
    audio.stream_id = gst_discoverer_stream_info_get_stream_id(stream);
    audio.codec = description(caps.get());
    if (const char* language = gst_discoverer_audio_info_get_language(info)) {
        audio.language = language;
    }
    audio.rate = gst_discoverer_audio_info_get_sample_rate(info);
    audio.speakers = speakers_of(gst_discoverer_audio_info_get_channels(info),
                                 gst_discoverer_audio_info_get_channel_mask(info));
    return audio;
}

// The bytes' own story for files GStreamer can make nothing of.
std::optional<std::string> diagnose_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(file.tellg());
    return diagnose(size, [&](std::uint64_t offset, std::size_t count) {
        Bytes bytes(static_cast<std::size_t>(
            std::min<std::uint64_t>(count, offset < size ? size - offset : 0)));
        file.clear();
        file.seekg(static_cast<std::streamoff>(offset));
        file.read(reinterpret_cast<char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
        return bytes;
    });
}

// A codec GStreamer has no words for, as a producer would look it up.
std::string name_codec(GstCaps* caps) {
    const std::string type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    if (type.ends_with("vvc1") || type.ends_with("vvi1") || type.ends_with("x-h266")) {
        return "VVC/H.266";
    }
    if (type == "application/x-cenc" || type == "application/x-webm-enc") return "encrypted";
    return description(caps);
}

struct Times {
    std::mutex mutex;
    std::vector<std::int64_t> video_ns;
    std::int64_t video_without_time = 0;
    std::optional<std::int64_t> audio_first_ns;
    std::int64_t audio_end_ns = 0;
};

struct CountContext {
    GstElement* bin;
    std::string video_id;
    std::string audio_id;
    Times& times;
    Heartbeat& heartbeat;
};

std::optional<std::int64_t> running_time_at(GstPad* pad, GstBuffer* buffer) {
    GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    if (!event) return std::nullopt;
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event, &segment);
    const auto time = running_time(segment, buffer);
    gst_event_unref(event);
    return time;
}

GstPadProbeReturn on_parsed(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
    auto* context = static_cast<CountContext*>(data);
    context->heartbeat.beat();
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    const base::OwnedChars id(gst_pad_get_stream_id(pad));
    if (!id) return GST_PAD_PROBE_OK;
    const auto time = running_time_at(pad, buffer);
    const std::lock_guard lock(context->times.mutex);
    if (context->video_id == id.get()) {
        if (time) {
            context->times.video_ns.push_back(*time);
        } else {
            ++context->times.video_without_time;
        }
    } else if (context->audio_id == id.get() && time) {
        if (!context->times.audio_first_ns) context->times.audio_first_ns = time;
        const std::int64_t duration = GST_BUFFER_DURATION_IS_VALID(buffer)
                                          ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))
                                          : 0;
        context->times.audio_end_ns = std::max(context->times.audio_end_ns, *time + duration);
    }
    return GST_PAD_PROBE_OK;
}

void on_parsed_pad(GstElement*, GstPad* pad, gpointer data) noexcept {
    auto* context = static_cast<CountContext*>(data);
    GstElement* sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
    gst_bin_add(GST_BIN(context->bin), sink);
    gst_element_sync_state_with_parent(sink);
    const auto target = Ref<GstPad>::adopt(gst_element_get_static_pad(sink, "sink"));
    gst_pad_link(pad, target.get());
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_parsed, context, nullptr);
}

// Reads the whole file, decoding nothing. What was seen up to an error counts too.
Result<void> count_frames(const std::string& path, SourceInfo& info, std::chrono::seconds timeout,
                          const StopFlag& stop) {
    auto pipeline = TRY(Pipeline::load("count-frames", {}));
    const auto file = TRY(pipeline.element("file"));
    const auto parser = TRY(pipeline.element("parse"));
    g_object_set(file.get(), "location", path.c_str(), nullptr);
    Times times;
    Heartbeat heartbeat;
    CountContext context{pipeline.get(), info.video ? info.video->stream_id : "",
                         info.audio ? info.audio->stream_id : "", times, heartbeat};
    g_signal_connect(parser.get(), "pad-added", G_CALLBACK(on_parsed_pad), &context);
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    StopFlag enough;
    Pipeline* const pipelines[] = {&pipeline};
    const auto result = run_all(
        pipelines, {.stop = enough,
                    .heartbeat = heartbeat,
                    .stall_timeout = std::chrono::seconds(10),
                    .on_tick = [&] {
                        if (stop.requested() || std::chrono::steady_clock::now() > deadline) {
                            enough.request();
                        }
                    }});
    if (stop.requested()) return fail(ErrorCode::kCancelled, "stopped on request");
    // An unreadable tail is the encoding's business: here it only means fewer timestamps.
    const bool whole = result.has_value();

    if (info.video) {
        VideoStream& video = *info.video;
        const auto timed = static_cast<std::int64_t>(times.video_ns.size());
        if (timed > 0 && times.video_without_time * 20 <= timed) {
            const FrameTiming timing = analyse_timing(std::move(times.video_ns));
            video.frames = timing.frames;
            video.start_ns = timing.first_ns;
            if (whole) video.end_ns = timing.end_ns;
            video.longest_gap_ns = timing.longest_gap_ns;
            if (timing.cadence != Cadence::kUnknown) {
                // The header's rate is exact where it tells the truth; counted fields are not
                // frames.
                const double ratio = video.frame_rate.known() && timing.average.known()
                                         ? timing.average.value() / video.frame_rate.value()
                                         : 0.0;
                const bool header_right = std::abs(ratio - 1.0) < 0.004;
                const bool fields = video.scan != Scan::kProgressive && std::abs(ratio - 2.0) < 0.1;
                video.cadence = timing.cadence;
                if (fields) video.cadence = Cadence::kConstant;
                const bool keep = fields || (timing.cadence == Cadence::kConstant && header_right);
                if (!keep) video.frame_rate = timing.average;
            }
            if (whole) {
                info.duration_ns =
                    std::max(timing.end_ns - timing.first_ns, times.audio_end_ns - timing.first_ns);
            }
        }
    }
    if (info.audio && times.audio_first_ns) {
        info.audio->start_ns = *times.audio_first_ns;
        if (!info.video && whole) info.duration_ns = times.audio_end_ns - *times.audio_first_ns;
    }
    return {};
}

}  // namespace

Result<SourceInfo> discover(const std::string& path, const DiscoverOptions& options,
                            const StopFlag& stop) {
    namespace fs = std::filesystem;
    SourceInfo source;
    source.name = fs::path(path).filename().string();
    std::error_code code;
    const auto status = fs::status(path, code);
    if (!fs::exists(status)) return fail(ErrorCode::kNotFound, "{}: there is no such file", path);
    if (!fs::is_regular_file(status)) {
        return fail(ErrorCode::kInvalid, "{}: is not a file", source.name);
    }
    if (!std::ifstream(path, std::ios::binary)) {
        return fail(ErrorCode::kDenied, "{}: may not be read; check its permissions", source.name);
    }
    // What the bytes alone rule out: GStreamer's reasons for these are not a producer's.
    if (const auto reason = diagnose_file(path)) {
        return fail(ErrorCode::kInvalid, "{}: {}", source.name, *reason);
    }

    const std::string uri = TRY(file_uri(path));
    Ref<GstDiscovererInfo> info;
    base::OwnedGError error;
    // GstDiscoverer 1.22 now and then misses the error of a file it cannot open, and waits for
    // nothing, sometimes twice: short tries first, so that this costs seconds.
    for (const std::chrono::seconds timeout :
         {options.timeout / 10, options.timeout / 5, options.timeout}) {
        GError* raw_error = nullptr;
        const auto discoverer = Ref<GstDiscoverer>::adopt(gst_discoverer_new(
            static_cast<GstClockTime>(timeout.count()) * GST_SECOND, &raw_error));
        if (!discoverer) {
            return fail(base::adopt_error(raw_error), "{}: cannot be examined", source.name);
        }
        info = Ref<GstDiscovererInfo>::adopt(
            gst_discoverer_discover_uri(discoverer.get(), uri.c_str(), &raw_error));
        error.reset(raw_error);
        if (stop.requested()) return fail(ErrorCode::kCancelled, "stopped on request");
        if (!info || gst_discoverer_info_get_result(info.get()) != GST_DISCOVERER_TIMEOUT) break;
    }

    std::vector<std::string> unknown;
    if (info) {
        if (const auto container = Ref<GstDiscovererStreamInfo>::adopt(
                gst_discoverer_info_get_stream_info(info.get()))) {
            if (GST_IS_DISCOVERER_CONTAINER_INFO(container.get())) {
                const auto caps =
                    Ref<GstCaps>::adopt(gst_discoverer_stream_info_get_caps(container.get()));
                if (caps) source.container = description(caps.get());
            }
        }
        GList* streams = gst_discoverer_info_get_stream_list(info.get());
        const GstTagList* tags = gst_discoverer_info_get_tags(info.get());
        for (GList* item = streams; item; item = item->next) {
            auto* stream = static_cast<GstDiscovererStreamInfo*>(item->data);
            const char* id = gst_discoverer_stream_info_get_stream_id(stream);
            const auto caps = Ref<GstCaps>::adopt(gst_discoverer_stream_info_get_caps(stream));
            if (!caps || gst_caps_is_empty(caps.get()) || gst_caps_is_any(caps.get())) continue;
            if (GST_IS_DISCOVERER_VIDEO_INFO(stream)) {
                if (gst_discoverer_video_info_is_image(GST_DISCOVERER_VIDEO_INFO(stream))) continue;
                if (!id) continue;
                ++source.video_streams;
                if (!source.video) source.video = describe_video(stream, tags);
            } else if (GST_IS_DISCOVERER_AUDIO_INFO(stream)) {
                if (!id) continue;
                ++source.audio_streams;
                if (!source.audio) source.audio = describe_audio(stream);
            } else if (GST_IS_DISCOVERER_SUBTITLE_INFO(stream)) {
                const char* language =
                    gst_discoverer_subtitle_info_get_language(GST_DISCOVERER_SUBTITLE_INFO(stream));
                source.subtitles.push_back(
                    {id ? id : "", description(caps.get()), language ? language : ""});
            } else if (!GST_IS_DISCOVERER_CONTAINER_INFO(stream)) {
                const std::string type =
                    gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
                if (type.starts_with("video/") || type.starts_with("audio/") ||
                    type.starts_with("application/x-cenc") ||
                    type.starts_with("application/x-webm-enc")) {
                    unknown.push_back(name_codec(caps.get()));
                }
            }
        }
        gst_discoverer_stream_info_list_free(streams);
        const gchar** missing =
            gst_discoverer_info_get_missing_elements_installer_details(info.get());
        for (; missing && *missing; ++missing) {
            // "gstreamer|1.0|program|Description decoder|decoder-caps"
            const base::OwnedChars copy(g_strdup(*missing));
            gchar** parts = g_strsplit(copy.get(), "|", 5);
            const std::string_view detail(g_strv_length(parts) == 5 ? parts[4] : "");
            // Cameras add tracks of their own data: nobody misses those.
            if (detail.starts_with("decoder-video/") || detail.starts_with("decoder-audio/")) {
                unknown.emplace_back(detail.find("vvc1") != std::string_view::npos ||
                                             detail.find("h266") != std::string_view::npos
                                         ? "VVC/H.266"
                                         : parts[3]);
            }
            g_strfreev(parts);
        }
        const gint64 duration = static_cast<gint64>(gst_discoverer_info_get_duration(info.get()));
        if (duration > 0) source.duration_ns = duration;
    }
    std::sort(unknown.begin(), unknown.end());
    unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
    source.undecodable = unknown;

    if (!source.video && !source.audio) {
        if (!unknown.empty()) {
            if (unknown.front() == "encrypted") {
                return fail(ErrorCode::kInvalid, "{}: is encrypted; export it without protection",
                            source.name);
            }
            return fail(ErrorCode::kUnsupported,
                        "{}: its codec ({}) cannot be decoded here; export it as H.264",
                        source.name, unknown.front());
        }
        const GstDiscovererResult result =
            info ? gst_discoverer_info_get_result(info.get()) : GST_DISCOVERER_ERROR;
        if (result == GST_DISCOVERER_TIMEOUT) {
            return fail(ErrorCode::kExhausted,
                        "{}: could not be examined in {} s; it may be damaged", source.name,
                        options.timeout.count());
        }
        if (error &&
            (g_error_matches(error.get(), GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT) ||
             g_error_matches(error.get(), GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT_NOKEY))) {
            return fail(ErrorCode::kInvalid, "{}: is encrypted; export it without protection",
                        source.name);
        }
        if (error &&
            !g_error_matches(error.get(), GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND)) {
            return fail(Error(ErrorCode::kInvalid, error->message),
                        "{}: has no video or audio that can be read", source.name);
        }
        return fail(ErrorCode::kInvalid, "{}: has no video or audio", source.name);
    }
    TRY(count_frames(path, source, options.count_timeout, stop));
    return source;
}

}  // namespace matinee::prepare
