#include "prepare/discover.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "prepare/frame_timing.h"
#include "prepare/gst.h"
#include "prepare/pipeline.h"
#include "prepare/pipeline_text.h"
#include "prepare/plan.h"
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

std::string title_of(GstDiscovererStreamInfo* stream) {
    const GstTagList* tags = gst_discoverer_stream_info_get_tags(stream);
    gchar* raw = nullptr;
    if (!tags || !gst_tag_list_get_string(tags, GST_TAG_TITLE, &raw)) return {};
    const base::OwnedChars text(raw);
    return raw;
}

// How bright the brightest of an HDR master is: what its frames hold, else what its display could
// show.
double peak_light_of(const GstCaps* caps) {
    GstVideoContentLightLevel level;
    if (gst_video_content_light_level_from_caps(&level, caps) && level.max_content_light_level) {
        return level.max_content_light_level;
    }
    GstVideoMasteringDisplayInfo display;
    if (gst_video_mastering_display_info_from_caps(&display, caps)) {
        return display.max_display_mastering_luminance * 1e-4;
    }
    return 0;
}

VideoStream describe_video(GstDiscovererStreamInfo* stream, const GstTagList* global_tags) {
    auto* info = GST_DISCOVERER_VIDEO_INFO(stream);
    const auto caps = Ref<GstCaps>::adopt(gst_discoverer_stream_info_get_caps(stream));
    const GstStructure* structure = gst_caps_get_structure(caps.get(), 0);
    VideoStream video;
    video.stream_id = gst_discoverer_stream_info_get_stream_id(stream);
    video.codec = description(caps.get());
    video.title = title_of(stream);
    video.peak_light = peak_light_of(caps.get());
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
    audio.title = title_of(stream);
    if (const char* language = gst_discoverer_audio_info_get_language(info)) {
        audio.language = language;
    }
    audio.rate = gst_discoverer_audio_info_get_sample_rate(info);
    audio.speakers = speakers_of(gst_discoverer_audio_info_get_channels(info),
                                 gst_discoverer_audio_info_get_channel_mask(info));
    return audio;
}

// Calls `look(size, read_at)` with the file's bytes; nothing when it cannot be opened.
template <typename Look>
auto look_at_bytes(const std::string& path, Look look)
    -> decltype(look(std::uint64_t{}, std::declval<const ReadAt&>())) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(file.tellg());
    const ReadAt read_at = [&](std::uint64_t offset, std::size_t count) {
        Bytes bytes(static_cast<std::size_t>(
            std::min<std::uint64_t>(count, offset < size ? size - offset : 0)));
        file.clear();
        file.seekg(static_cast<std::streamoff>(offset));
        file.read(reinterpret_cast<char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
        return bytes;
    };
    return look(size, read_at);
}

// The bytes' own story for files GStreamer can make nothing of.
std::optional<std::string> diagnose_file(const std::string& path) {
    return look_at_bytes(path, diagnose);
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

// More than this is no subtitle track: 10,000 long lines are a megabyte.
constexpr std::size_t kMostText = 32 << 20;

// What the first reading sees of a text track.
struct TextTrack {
    TextForm form = TextForm::kUnknown;
    std::string header;
    std::string language;
    std::vector<TextPiece> pieces;
    std::size_t bytes = 0;
};

TextForm form_of(const GstStructure* structure, const std::string& header) {
    const std::string_view type = gst_structure_get_name(structure);
    if (type.starts_with("subpicture/")) return TextForm::kBitmap;
    if (type == "application/x-ass" || type == "application/x-ssa") return TextForm::kAss;
    if (type == "text/x-raw") {
        return caps_string(structure, "format") == "utf8" ? TextForm::kPlain : TextForm::kPango;
    }
    // matroskademux does not know S_TEXT/WEBVTT, but hands it on.
    if (type == "application/x-subtitle-unknown" && header.starts_with("WEBVTT")) {
        return TextForm::kWebVtt;
    }
    return TextForm::kUnknown;
}

// What the first reading sees of a stream.
struct StreamTimes {
    TrackWish wish = TrackWish::kUnsaid;
    bool is_video = false;
    std::vector<std::int64_t> shown_ns;       // of a picture track, in the order of the file
    std::vector<std::size_t> jump_positions;  // in shown_ns: where each jump is behind us
    std::int64_t without_time = 0;
    std::optional<std::int64_t> first_ns;
    std::int64_t end_ns = 0;
    std::int64_t sum_of_durations_ns = 0;
    std::int64_t latest_ns = 0;  // of the frame that is shown last, and how long it lasts
    std::int64_t latest_duration_ns = 0;
    std::int64_t contained_ns = 0;  // the same, as the container says it: parsers forget or guess
    std::int64_t contained_duration_ns = 0;
    JumpFinder by_decoding;
    // Without decoding times: pictures stand in another order than they are shown in.
    JumpFinder by_showing{2'000'000'000};
    bool has_decoding_times = false;

    [[nodiscard]] const JumpFinder& finder() const {
        return has_decoding_times || !is_video ? by_decoding : by_showing;
    }
};

struct CountContext {
    GstElement* bin;
    std::map<std::string, bool> wanted;  // stream id -> whether it is a picture
    Heartbeat& heartbeat;
    std::mutex mutex;
    std::map<std::string, StreamTimes> streams;
    std::map<std::string, TextTrack> texts;  // by stream id; of all that is no picture or sound
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

// Containers say which track is to be shown by itself.
void note_wish(CountContext& context, GstEvent* event) {
    const gchar* id = nullptr;
    GstStreamFlags flags = GST_STREAM_FLAG_NONE;
    gst_event_parse_stream_start(event, &id);
    gst_event_parse_stream_flags(event, &flags);
    const std::lock_guard lock(context.mutex);
    if (!context.wanted.contains(id)) return;
    if (flags & GST_STREAM_FLAG_SELECT) context.streams[id].wish = TrackWish::kDefault;
    if (flags & GST_STREAM_FLAG_UNSELECT) context.streams[id].wish = TrackWish::kNotByItself;
}

GstPadProbeReturn on_parsed(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
    auto* context = static_cast<CountContext*>(data);
    context->heartbeat.beat();
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    const base::OwnedChars id(gst_pad_get_stream_id(pad));
    if (!id) return GST_PAD_PROBE_OK;
    const auto time = running_time_at(pad, buffer);
    const std::lock_guard lock(context->mutex);
    const auto wanted = context->wanted.find(id.get());
    if (wanted == context->wanted.end()) return GST_PAD_PROBE_OK;
    StreamTimes& times = context->streams[id.get()];
    times.is_video = wanted->second;
    if (!time) {
        ++times.without_time;
        return GST_PAD_PROBE_OK;
    }
    // The same clock as select_stream() mends: the buffer's own.
    if (times.is_video && GST_BUFFER_DTS_IS_VALID(buffer)) times.has_decoding_times = true;
    const auto own = static_cast<std::int64_t>(GST_BUFFER_DTS_OR_PTS(buffer));
    times.by_decoding.add(own);
    times.by_showing.add(own);
    if (times.is_video) {
        while (times.jump_positions.size() < times.finder().jumps().size())
            times.jump_positions.push_back(times.shown_ns.size());
        times.shown_ns.push_back(*time);
    }
    if (!times.first_ns) times.first_ns = time;
    const std::int64_t duration = GST_BUFFER_DURATION_IS_VALID(buffer)
                                      ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))
                                      : 0;
    times.end_ns = std::max(times.end_ns, *time + duration);
    if (*time >= times.latest_ns) {
        times.latest_ns = *time;
        times.latest_duration_ns = duration;
    }
    times.sum_of_durations_ns += duration;
    return GST_PAD_PROBE_OK;
}

GstPadProbeReturn on_unparsed(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
    auto* context = static_cast<CountContext*>(data);
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!GST_BUFFER_DURATION_IS_VALID(buffer)) return GST_PAD_PROBE_OK;
    const base::OwnedChars id(gst_pad_get_stream_id(pad));
    const auto time = running_time_at(pad, buffer);
    if (!id || !time) return GST_PAD_PROBE_OK;
    const std::lock_guard lock(context->mutex);
    if (!context->wanted.contains(id.get())) return GST_PAD_PROBE_OK;
    StreamTimes& times = context->streams[id.get()];
    if (*time < times.contained_ns) return GST_PAD_PROBE_OK;
    times.contained_ns = *time;
    times.contained_duration_ns = static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer));
    return GST_PAD_PROBE_OK;
}

void on_element(GstBin*, GstBin*, GstElement* element, gpointer data) noexcept {
    const gchar* klass = gst_element_get_metadata(element, GST_ELEMENT_METADATA_KLASS);
    if (!klass || std::string_view(klass).find("Parser") == std::string_view::npos) return;
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, "sink"));
    if (!pad) return;
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, on_unparsed, data, nullptr);
}

GstPadProbeReturn on_stream_start(GstPad*, GstPadProbeInfo* info, gpointer data) noexcept {
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_STREAM_START) return GST_PAD_PROBE_OK;
    auto* context = static_cast<CountContext*>(data);
    note_wish(*context, event);
    return GST_PAD_PROBE_OK;
}

GstPadProbeReturn on_text(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
    auto* context = static_cast<CountContext*>(data);
    context->heartbeat.beat();
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    const base::OwnedChars id(gst_pad_get_stream_id(pad));
    const auto start = running_time_at(pad, buffer);
    if (!id || !start) return GST_PAD_PROBE_OK;
    const std::lock_guard lock(context->mutex);
    if (context->wanted.contains(id.get())) return GST_PAD_PROBE_OK;
    TextTrack& track = context->texts[id.get()];
    if (track.form == TextForm::kUnknown) {
        const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
        if (!caps) return GST_PAD_PROBE_OK;
        const GstStructure* structure = gst_caps_get_structure(caps.get(), 0);
        if (const GValue* value = gst_structure_get_value(structure, "codec_data");
            value && G_VALUE_HOLDS(value, GST_TYPE_BUFFER)) {
            track.header = base::as_text(MappedBuffer(gst_value_get_buffer(value)).bytes());
        }
        track.form = form_of(structure, track.header);
        // GstDiscoverer does not always wait for the tags of sparse tracks.
        for (guint i = 0; GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i); ++i) {
            GstTagList* tags = nullptr;
            gst_event_parse_tag(event, &tags);
            gchar* raw = nullptr;
            if (gst_tag_list_get_string(tags, GST_TAG_LANGUAGE_CODE, &raw)) {
                track.language = base::OwnedChars(raw).get();
            }
            gst_event_unref(event);
        }
    }
    const MappedBuffer mapped(buffer);
    track.bytes += mapped.bytes().size();
    if (track.form == TextForm::kUnknown || track.form == TextForm::kBitmap ||
        track.bytes > kMostText) {
        return GST_PAD_PROBE_OK;
    }
    const std::int64_t duration = GST_BUFFER_DURATION_IS_VALID(buffer)
                                      ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))
                                      : 0;
    track.pieces.push_back({*start, *start + duration, std::string(base::as_text(mapped.bytes()))});
    return GST_PAD_PROBE_OK;
}

// Text comes as the container has it: parsers would take its styles away.
gboolean wants_parsing(GstElement*, GstPad*, GstCaps* caps, gpointer) noexcept {
    const std::string_view type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    return !(type.starts_with("text/") || type.starts_with("subpicture/") ||
             type == "application/x-ass" || type == "application/x-ssa" ||
             type == "application/x-subtitle-unknown");
}

void on_parsed_pad(GstElement*, GstPad* pad, gpointer data) noexcept {
    auto* context = static_cast<CountContext*>(data);
    GstElement* sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
    gst_bin_add(GST_BIN(context->bin), sink);
    gst_element_sync_state_with_parent(sink);
    const auto target = Ref<GstPad>::adopt(gst_element_get_static_pad(sink, "sink"));
    gst_pad_link(pad, target.get());
    if (GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_START, 0)) {
        note_wish(*context, event);
        gst_event_unref(event);
    }
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_stream_start, context, nullptr);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_parsed, context, nullptr);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_text, context, nullptr);
}

// From the timestamps of the stream that is shown, what the header may have wrong.
void apply_times(VideoStream& video, StreamTimes& times) {
    // Jumps are taken out where they stand, in the order of the file.
    std::int64_t offset = 0;
    std::size_t next = 0;
    const std::vector<TimeJump>& found = times.finder().jumps();
    for (std::size_t i = 0; i < times.shown_ns.size(); ++i) {
        for (; next < times.jump_positions.size() && times.jump_positions[next] <= i; ++next) {
            const auto kept =
                std::ranges::find(video.jumps, found[next].from_ns, &TimeJump::from_ns);
            if (kept != video.jumps.end()) offset -= kept->delta_ns;
        }
        times.shown_ns[i] += offset;
    }
    const FrameTiming timing = analyse_timing(std::move(times.shown_ns));
    video.frames = timing.frames;
    video.start_ns = timing.first_ns;
    video.end_ns = timing.end_ns;
    if (times.contained_duration_ns > 0 && times.contained_ns == times.latest_ns) {
        times.latest_duration_ns = times.contained_duration_ns;
    }
    // Beyond this a duration is a mistake.
    constexpr std::int64_t kLongestLastFrameNs = 10'000'000'000;
    if (video.jumps.empty() && times.latest_duration_ns <= kLongestLastFrameNs) {
        video.last_frame_ns = times.latest_duration_ns;
        video.end_ns = std::max(video.end_ns, times.latest_ns + times.latest_duration_ns);
    }
    video.longest_gap_ns = timing.longest_gap_ns;
    if (timing.cadence == Cadence::kUnknown) return;
    // The header's rate is exact where it tells the truth; counted fields are not frames.
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

// Reads the whole file, decoding nothing, and chooses what is shown and heard. What was seen up to
// an error counts too.
Result<void> read_through(const std::string& path, std::vector<VideoStream> videos,
                          std::vector<AudioStream> audios, SourceInfo& info,
                          std::chrono::seconds timeout, const StopFlag& stop) {
    auto pipeline = TRY(Pipeline::load("count-frames", {}));
    const auto file = TRY(pipeline.element("file"));
    const auto parser = TRY(pipeline.element("parse"));
    g_object_set(file.get(), "location", path.c_str(), nullptr);
    Heartbeat heartbeat;
    CountContext context{pipeline.get(), {}, heartbeat, {}, {}, {}};
    for (const VideoStream& video : videos)
        context.wanted[video.stream_id] = true;
    for (const AudioStream& audio : audios)
        context.wanted[audio.stream_id] = false;
    g_signal_connect(parser.get(), "pad-added", G_CALLBACK(on_parsed_pad), &context);
    g_signal_connect(parser.get(), "deep-element-added", G_CALLBACK(on_element), &context);
    g_signal_connect(parser.get(), "autoplug-continue", G_CALLBACK(wants_parsing), nullptr);
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
    if (!whole && result.error().code() == ErrorCode::kInvalid) {
        info.damage = result.error().message();
    } else if (pipeline.warnings() > 0) {
        info.damage = pipeline.last_warning();
    }

    for (SubtitleStream& subtitle : info.subtitles) {
        auto found = context.texts.find(subtitle.stream_id);
        if (found == context.texts.end()) {
            // GstDiscoverer gives formats it does not know no id; we may know them.
            found = std::ranges::find_if(context.texts, [&](const auto& text) {
                return text.second.form == TextForm::kWebVtt &&
                       std::ranges::find(info.subtitles, text.first, &SubtitleStream::stream_id) ==
                           info.subtitles.end();
            });
        }
        if (found == context.texts.end()) continue;
        TextTrack& track = found->second;
        subtitle.form = track.form;
        subtitle.header = std::move(track.header);
        if (subtitle.language.empty()) subtitle.language = track.language;
        subtitle.pieces = std::move(track.pieces);
        if (track.form == TextForm::kWebVtt) subtitle.format = "WebVTT";
        context.texts.erase(found);
    }
    for (VideoStream& video : videos)
        video.wish = context.streams[video.stream_id].wish;
    for (AudioStream& audio : audios)
        audio.wish = context.streams[audio.stream_id].wish;
    if (!videos.empty()) info.video = videos[choose_video(videos)];
    if (!audios.empty()) info.audio = audios[choose_audio(audios)];

    StreamTimes none;
    StreamTimes& seen = info.video ? context.streams[info.video->stream_id] : none;
    StreamTimes& heard = info.audio ? context.streams[info.audio->stream_id] : none;
    std::vector<TimeJump> picture_jumps = seen.finder().jumps();
    std::vector<TimeJump> sound_jumps = heard.finder().jumps();
    reconcile_jumps(picture_jumps, sound_jumps);
    std::int64_t begin = std::numeric_limits<std::int64_t>::max();
    std::int64_t end = 0;
    if (info.video) {
        VideoStream& video = *info.video;
        const auto timed = static_cast<std::int64_t>(seen.shown_ns.size());
        if (timed > 0 && (seen.without_time * 20 <= timed || !picture_jumps.empty())) {
            video.jumps = std::move(picture_jumps);
            apply_times(video, seen);
            begin = video.start_ns;
            end = video.end_ns;
        }
    }
    if (info.audio && heard.first_ns) {
        AudioStream& audio = *info.audio;
        audio.jumps = std::move(sound_jumps);
        audio.start_ns = *heard.first_ns;
        audio.end_ns =
            audio.jumps.empty() ? heard.end_ns : audio.start_ns + heard.sum_of_durations_ns;
        begin = std::min(begin, audio.start_ns);
        end = std::max(end, audio.end_ns);
    }
    if (whole && end > begin) info.duration_ns = end - begin;
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
    std::vector<VideoStream> videos;
    std::vector<AudioStream> audios;
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
                if (gst_discoverer_video_info_is_image(GST_DISCOVERER_VIDEO_INFO(stream))) {
                    ++source.attached_pictures;
                } else if (id) {
                    videos.push_back(describe_video(stream, tags));
                }
            } else if (GST_IS_DISCOVERER_AUDIO_INFO(stream)) {
                if (id) audios.push_back(describe_audio(stream));
            } else if (GST_IS_DISCOVERER_SUBTITLE_INFO(stream)) {
                const char* language =
                    gst_discoverer_subtitle_info_get_language(GST_DISCOVERER_SUBTITLE_INFO(stream));
                source.subtitles.push_back({id ? id : "", description(caps.get()),
                                            language ? language : "", title_of(stream)});
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
        if (tags) source.attached_pictures += gst_tag_list_get_tag_size(tags, GST_TAG_IMAGE);
        const gint64 duration = static_cast<gint64>(gst_discoverer_info_get_duration(info.get()));
        if (duration > 0) source.duration_ns = duration;
    }
    std::sort(unknown.begin(), unknown.end());
    unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
    source.undecodable = unknown;

    source.video_streams = videos.size();
    source.audio_streams = audios.size();
    if (videos.empty() && audios.empty()) {
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
    TRY(read_through(path, std::move(videos), std::move(audios), source, options.count_timeout,
                     stop));
    if (source.video) {
        source.video->dolby_vision = look_at_bytes(path, dolby_vision_profile);
        const auto across = look_at_bytes(
            path, [](std::uint64_t size, const ReadAt& read_at) -> std::optional<bool> {
                return is_mirrored_across(size, read_at);
            });
        if (source.video->orientation == Orientation::kUpright && across.value_or(false)) {
            source.video->orientation = Orientation::kFlipRotate90;
        }
    }
    return source;
}

}  // namespace matinee::prepare
