#include "samples/maker.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>

#include <gst/app/gstappsrc.h>
#include <gst/audio/audio.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include "base/glib_support.h"
#include "base/handle.h"
#include "samples/orientation.h"

template <>
struct matinee::base::RefTraits<GstCaps> {
    static GstCaps* ref(GstCaps* caps) { return gst_caps_ref(caps); }
    static void unref(GstCaps* caps) { gst_caps_unref(caps); }
};
template <>
struct matinee::base::RefTraits<GstMessage> {
    static GstMessage* ref(GstMessage* message) { return gst_message_ref(message); }
    static void unref(GstMessage* message) { gst_message_unref(message); }
};
MATINEE_GOBJECT(GstElement);
MATINEE_GOBJECT(GstBus);
MATINEE_GOBJECT(GstPad);

namespace matinee::samples {
namespace {

using base::Ref;
using base::RefTraits;

GstClockTime clock_time(nanoseconds time) {
    return static_cast<GstClockTime>(time.count());
}

std::string without_comments(const std::string& text) {
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find_first_not_of(" \t");
        if (first != std::string::npos && line[first] != '#') kept += line + '\n';
    }
    return kept;
}

Result<void> turn_file(const std::filesystem::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    TRY(turn_clockwise({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}));
    file.seekp(0);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) return fail(ErrorCode::kInternal, "{}: cannot be rewritten", path.string());
    return {};
}

// A running pipeline is stopped wherever this ends.
class Pipeline {
  public:
    explicit Pipeline(GstElement* parsed) : element_(Ref<GstElement>::adopt(parsed)) {}
    Pipeline(Pipeline&&) = default;
    Pipeline& operator=(Pipeline&&) = delete;
    Pipeline(const Pipeline&) = delete;
    ~Pipeline() {
        if (element_) gst_element_set_state(element_.get(), GST_STATE_NULL);
    }

    static Result<Pipeline> parse(const std::string& description) {
        GError* error = nullptr;
        GstElement* parsed = gst_parse_launch_full(without_comments(description).c_str(), nullptr,
                                                   GST_PARSE_FLAG_FATAL_ERRORS, &error);
        if (error) {
            const bool missing =
                g_error_matches(error, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT) != FALSE;
            return fail(
                base::adopt_error(error, missing ? ErrorCode::kUnsupported : ErrorCode::kInvalid),
                "the pipeline description does not work here");
        }
        if (!GST_IS_BIN(parsed)) {
            gst_object_unref(parsed);
            return fail(ErrorCode::kInvalid, "the pipeline description is a single element");
        }
        return Pipeline(parsed);
    }

    // Null when there is none.
    [[nodiscard]] Ref<GstElement> find(const char* name) const {
        return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element_.get()), name));
    }

    // Plays until the end or the first error.
    Result<void> run() {
        const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(element_.get()));
        gst_element_set_state(element_.get(), GST_STATE_PLAYING);
        const auto message = Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(
            bus.get(), GST_CLOCK_TIME_NONE,
            static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
        if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
            GError* error = nullptr;
            gst_message_parse_error(message.get(), &error, nullptr);
            return fail(base::adopt_error(error), "{} failed", GST_MESSAGE_SRC_NAME(message.get()));
        }
        return {};
    }

  private:
    Ref<GstElement> element_;
};

Result<void> make_file(Pipeline& pipeline, const Order& order, const std::filesystem::path& part) {
    TRY(pipeline.run());
    if (order.turned) TRY(turn_file(part));
    std::error_code code;
    std::filesystem::rename(part, order.out, code);
    if (code) return fail(ErrorCode::kInternal, "it cannot be renamed: {}", code.message());
    return {};
}

Result<Ref<GstElement>> require(const Pipeline& pipeline, const char* name, GType type) {
    auto element = pipeline.find(name);
    if (!element || !g_type_is_a(G_OBJECT_TYPE(element.get()), type)) {
        return fail(ErrorCode::kInvalid, "the pipeline has no {} named '{}'", g_type_name(type),
                    name);
    }
    return element;
}

// What flows from an appsrc, asked for buffer by buffer on the appsrc's streaming thread.
class Source {
  public:
    virtual ~Source() = default;

    // Transfer full; null at the end.
    virtual GstBuffer* next() = 0;

    // `this` must outlive the running pipeline.
    void feed(GstElement* appsrc) {
        g_object_set(appsrc, "format", GST_FORMAT_TIME, "max-bytes", guint64{16} << 20, nullptr);
        GstAppSrcCallbacks callbacks = {};
        callbacks.need_data = [](GstAppSrc* source, guint, gpointer self) noexcept {
            GstBuffer* buffer = static_cast<Source*>(self)->next();
            if (!buffer) gst_app_src_end_of_stream(source);
            if (buffer) gst_app_src_push_buffer(source, buffer);
        };
        gst_app_src_set_callbacks(GST_APP_SRC(appsrc), &callbacks, this, nullptr);
    }

  protected:
    static Ref<GstCaps> caps_of(GstElement* appsrc) {
        return Ref<GstCaps>::adopt(gst_app_src_get_caps(GST_APP_SRC(appsrc)));
    }
};

class Picture final : public Source {
  public:
    static Result<Picture> create(GstElement* appsrc, const Order& order) {
        const auto caps = caps_of(appsrc);
        GstVideoInfo info;
        if (!caps || !gst_video_info_from_caps(&info, caps.get()) ||
            GST_VIDEO_INFO_FORMAT(&info) != GST_VIDEO_FORMAT_BGRx ||
            GST_VIDEO_INFO_FPS_N(&info) <= 0) {
            return fail(ErrorCode::kInvalid,
                        "appsrc 'picture' needs caps video/x-raw with format=BGRx, width, height "
                        "and framerate");
        }
        return Picture(info, order);
    }

    [[nodiscard]] const std::vector<nanoseconds>& flashes() const { return flashes_; }

    GstBuffer* next() override {
        if (frame_ == times_.size()) return nullptr;
        const nanoseconds time = times_[frame_];
        GstBuffer* buffer = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info_), nullptr);
        GstMapInfo map;
        gst_buffer_map(buffer, &map, GST_MAP_WRITE);
        const Canvas canvas = {
            {map.data, map.size},
            GST_VIDEO_INFO_WIDTH(&info_),
            GST_VIDEO_INFO_HEIGHT(&info_),
            static_cast<double>(GST_VIDEO_INFO_PAR_N(&info_)) / GST_VIDEO_INFO_PAR_D(&info_)};
        paint_scene(canvas, scene_, std::chrono::duration<double>(time).count());
        paint_marks(canvas, is_flash(time, flashes_),
                    code_cells(static_cast<std::uint32_t>(frame_)));
        gst_buffer_unmap(buffer, &map);

        GST_BUFFER_PTS(buffer) = clock_time(time);
        GST_BUFFER_DURATION(buffer) =
            clock_time((frame_ + 1 < times_.size() ? times_[frame_ + 1] : length_) - time);
        GST_BUFFER_OFFSET(buffer) = frame_++;
        return buffer;
    }

    // Lets a textoverlay show each frame's timecode and number.
    void number(GstElement* counter) {
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(counter, "video_sink"));
        const auto show = [](GstPad* sink, GstPadProbeInfo* probe, gpointer self) noexcept {
            const GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(probe);
            const auto overlay = Ref<GstElement>::adopt(gst_pad_get_parent_element(sink));
            g_object_set(overlay.get(), "text",
                         static_cast<const Picture*>(self)->caption(buffer).c_str(), nullptr);
            return GST_PAD_PROBE_OK;
        };
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, show, this, nullptr);
    }

  private:
    Picture(const GstVideoInfo& info, const Order& order)
        : info_(info),
          scene_(*order.scene),
          length_(order.length),
          times_(frame_times(GST_VIDEO_INFO_FPS_N(&info), GST_VIDEO_INFO_FPS_D(&info), order.timing,
                             order.length)),
          flashes_(flash_times(times_)) {}

    [[nodiscard]] std::string caption(const GstBuffer* buffer) const {
        const auto milliseconds = GST_BUFFER_PTS(buffer) / GST_MSECOND;
        return fmt::format("{:02}:{:02}.{:03}  #{:04}", milliseconds / 60000,
                           milliseconds / 1000 % 60, milliseconds % 1000,
                           GST_BUFFER_OFFSET(buffer));
    }

    GstVideoInfo info_;
    const Scene& scene_;
    nanoseconds length_;
    std::vector<nanoseconds> times_;
    std::vector<nanoseconds> flashes_;
    std::size_t frame_ = 0;
};

class Sound final : public Source {
  public:
    static Result<Sound> create(GstElement* appsrc, const Order& order,
                                const std::vector<nanoseconds>& flashes) {
        const auto caps = caps_of(appsrc);
        GstAudioInfo info;
        if (!caps || !gst_audio_info_from_caps(&info, caps.get()) ||
            GST_AUDIO_INFO_FORMAT(&info) != GST_AUDIO_FORMAT_S16LE) {
            return fail(ErrorCode::kInvalid,
                        "appsrc 'sound' needs caps audio/x-raw with format=S16LE, "
                        "layout=interleaved, rate and channels");
        }
        for (const Layout layout : {Layout::kMono, Layout::kStereo, Layout::kSurround51}) {
            if (channels_of(layout) == GST_AUDIO_INFO_CHANNELS(&info)) {
                return Sound(GST_AUDIO_INFO_RATE(&info), layout, order, flashes);
            }
        }
        return fail(ErrorCode::kInvalid, "appsrc 'sound' has {} channels: it can have 1, 2 or 6",
                    GST_AUDIO_INFO_CHANNELS(&info));
    }

    GstBuffer* next() override {
        if (at_ >= end_) return nullptr;
        const std::int64_t count = std::min<std::int64_t>(1024, end_ - at_);
        const auto values = static_cast<std::size_t>(count * channels_of(layout_));
        GstBuffer* buffer =
            gst_buffer_new_allocate(nullptr, values * sizeof(std::int16_t), nullptr);
        GstMapInfo map;
        gst_buffer_map(buffer, &map, GST_MAP_WRITE);
        fill_sound({reinterpret_cast<std::int16_t*>(map.data), values}, at_, rate_, layout_, root_,
                   flashes_);
        gst_buffer_unmap(buffer, &map);

        GST_BUFFER_PTS(buffer) = at_time(at_);
        GST_BUFFER_DURATION(buffer) = at_time(at_ + count) - at_time(at_);
        at_ += count;
        return buffer;
    }

  private:
    Sound(int rate, Layout layout, const Order& order, const std::vector<nanoseconds>& flashes)
        : rate_(rate),
          layout_(layout),
          root_(order.scene->root),
          flashes_(flashes),
          delay_(order.encoder_delay),
          at_(order.encoder_delay),
          end_(order.length.count() * rate) {}

    [[nodiscard]] GstClockTime at_time(std::int64_t sample) const {
        return gst_util_uint64_scale_round(static_cast<guint64>(sample - delay_), GST_SECOND,
                                           static_cast<guint64>(rate_));
    }

    int rate_;
    Layout layout_;
    double root_;
    std::vector<nanoseconds> flashes_;
    std::int64_t delay_;
    std::int64_t at_;
    std::int64_t end_;
};

}  // namespace

Result<void> make_sample(const Order& order) {
    auto pipeline = TRY(Pipeline::parse(order.pipeline));
    const auto picture_source = TRY(require(pipeline, "picture", GST_TYPE_APP_SRC));
    const auto out = TRY(require(pipeline, "out", GST_TYPE_ELEMENT));

    Picture picture = TRY(Picture::create(picture_source.get(), order));
    picture.feed(picture_source.get());
    if (const auto counter = pipeline.find("counter")) picture.number(counter.get());

    std::optional<Sound> sound;
    if (const auto source = pipeline.find("sound")) {
        sound = TRY(Sound::create(source.get(), order, picture.flashes()));
        sound->feed(source.get());
    }

    std::filesystem::path part = order.out;
    part += ".part";
    g_object_set(out.get(), "location", part.c_str(), nullptr);
    if (auto made = make_file(pipeline, order, part); !made) {
        std::error_code ignored;  // what went wrong before matters more
        std::filesystem::remove(part, ignored);
        return fail(std::move(made).error(), "could not make {}", order.out.string());
    }
    return {};
}

}  // namespace matinee::samples
