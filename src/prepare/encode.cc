#include "prepare/encode.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>

#include "prepare/all_intra.h"
#include "prepare/burn_in.h"
#include "prepare/cards.h"
#include "prepare/frame_pacer.h"
#include "prepare/pictures.h"
#include "prepare/pipeline_text.h"
#include "prepare/programme.h"
#include "prepare/sound_source.h"

namespace matinee::prepare {
namespace {

using library::Severity;

// The distance of the frames' stand-in timestamps: 25 a second, see encode-video.gst.
constexpr std::int64_t kStandInNs = 40'000'000;

// No film holds a picture longer than this; a timestamp that says so is wrong.
constexpr std::int64_t kLongestStillNs = 600'000'000'000;
// A last frame says itself how long it lasts; beyond this it is not believed.
constexpr std::int64_t kLongestLastFrameNs = 10'000'000'000;

std::string number(std::integral auto value) {
    return fmt::format("{}", value);
}

std::string_view direction_of(Orientation orientation) {
    switch (orientation) {
        case Orientation::kUpright:
            return "identity";
        case Orientation::kRotate90:
            return "90r";
        case Orientation::kRotate180:
            return "180";
        case Orientation::kRotate270:
            return "90l";
        case Orientation::kFlip:
            return "horiz";
        case Orientation::kFlipRotate90:
            return "ul-lr";
        case Orientation::kFlipRotate180:
            return "vert";
        case Orientation::kFlipRotate270:
            return "ur-ll";
    }
    return "identity";
}

unsigned scaling_threads() {
    return std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
}

Result<std::string> read_video_description(const PicturePlan& picture) {
    Values values{{"deinterlace", ""}, {"turn", ""}};
    values["scale"] = TRY(load_pipeline(picture.enlarges ? "scale-up" : "scale-down",
                                        {{"width", number(picture.scale_to.width)},
                                         {"height", number(picture.scale_to.height)},
                                         {"threads", number(scaling_threads())}}));
    if (picture.deinterlace) {
        values["deinterlace"] =
            TRY(load_pipeline("deinterlace", {{"threads", number(scaling_threads())}}));
    }
    if (picture.orientation != Orientation::kUpright) {
        values["turn"] = TRY(
            load_pipeline("turn", {{"direction", std::string(direction_of(picture.orientation))}}));
    }
    return load_pipeline("read-video", values);
}

Result<std::string> padding_description(const Plan& plan, library::Padding padding) {
    if (!plan.picture) return std::string();
    const Rectangle& fit = plan.picture->fit;
    if (fit.width == plan.canvas.width && fit.height == plan.canvas.height) return std::string();
    const std::uint32_t right = plan.canvas.width - fit.x - fit.width;
    const std::uint32_t bottom = plan.canvas.height - fit.y - fit.height;
    if (padding == library::Padding::kBlack) {
        return load_pipeline("pad-black", {{"left", number(fit.x)},
                                           {"right", number(right)},
                                           {"top", number(fit.y)},
                                           {"bottom", number(bottom)}});
    }
    // What of the picture fills the canvas when it is enlarged to cover it.
    const std::uint64_t covered_width =
        std::uint64_t{fit.height} * plan.canvas.width / plan.canvas.height;
    const std::uint64_t covered_height =
        std::uint64_t{fit.width} * plan.canvas.height / plan.canvas.width;
    const std::uint64_t crop_x =
        covered_width < fit.width ? (fit.width - std::max<std::uint64_t>(covered_width, 2)) / 2 : 0;
    const std::uint64_t crop_y = covered_height < fit.height
                                     ? (fit.height - std::max<std::uint64_t>(covered_height, 2)) / 2
                                     : 0;
    return load_pipeline("pad-blur", {{"left", number(fit.x)},
                                      {"top", number(fit.y)},
                                      {"crop-x", number(crop_x / 2 * 2)},
                                      {"crop-y", number(crop_y / 2 * 2)},
                                      {"width", number(plan.canvas.width)},
                                      {"height", number(plan.canvas.height)},
                                      {"threads", number(scaling_threads())}});
}

std::string level_text(std::uint32_t tenths) {
    return tenths % 10 == 0 ? number(tenths / 10) : fmt::format("{}.{}", tenths / 10, tenths % 10);
}

// From decoded frames to paced ones. The held frame is the one on the screen.
//
// Everything but `decoded` belongs to the streaming thread of the source.
class PictureFeeder {
  public:
    PictureFeeder(const Plan& plan, std::int64_t minimum_frames, std::int64_t origin_if_slate_ns,
                  Programme& programme, Heartbeat& heartbeat, Ref<GstElement> out)
        : pacer_({plan.frame_rate.numerator, plan.frame_rate.denominator}, minimum_frames),
          is_slate_(!plan.picture),
          slate_origin_ns_(origin_if_slate_ns),
          programme_(programme),
          heartbeat_(heartbeat),
          out_(std::move(out)) {}

    void connect(GstElement* sink) {
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = [](GstAppSink* app_sink, gpointer self) noexcept {
            const auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(app_sink));
            return sample ? static_cast<PictureFeeder*>(self)->take(sample.get()) : GST_FLOW_EOS;
        };
        callbacks.eos = [](GstAppSink*, gpointer self) noexcept {
            static_cast<PictureFeeder*>(self)->end();
        };
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, this, nullptr);
    }

    // Decoded frames so far. Thread-safe.
    [[nodiscard]] std::int64_t decoded() const { return decoded_.load(); }
    // Only once the source has stopped:
    [[nodiscard]] std::int64_t frames() const { return pacer_.frames(); }

  private:
    GstFlowReturn take(GstSample* sample) {
        heartbeat_.beat();
        GstBuffer* buffer = gst_sample_get_buffer(sample);
        const auto start = running_time(gst_sample_get_segment(sample), buffer);
        if (!start) return GST_FLOW_OK;
        if (held_ && *start - last_start_ns_ > kLongestStillNs) {
            GST_ELEMENT_ERROR(
                out_.get(), STREAM, DEMUX,
                ("its timestamps jump by %" G_GINT64_FORMAT " s in the middle; export it again",
                 static_cast<gint64>((*start - last_start_ns_) / 1'000'000'000)),
                (nullptr));
            return GST_FLOW_ERROR;
        }
        std::int64_t duration = GST_BUFFER_DURATION_IS_VALID(buffer)
                                    ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))
                                    : 0;
        if (duration > kLongestLastFrameNs) duration = 0;
        const std::int64_t count = pacer_.next(*start, duration);
        if (!held_) {
            gst_app_src_set_caps(GST_APP_SRC(out_.get()), paced_caps(sample).get());
            programme_.picture_starts(is_slate_ ? slate_origin_ns_ : *start);
        }
        const GstFlowReturn flow = push(count);
        held_ = Ref<GstBuffer>::share(buffer);
        last_start_ns_ = std::max(last_start_ns_, *start);
        decoded_.fetch_add(1);
        return flow;
    }

    void end() {
        const std::int64_t before = pacer_.frames();
        const std::int64_t count = pacer_.finish();
        if (before + count > 0) push(count);
        programme_.picture_ended(pacer_.frames());
        gst_app_src_end_of_stream(GST_APP_SRC(out_.get()));
    }

    GstFlowReturn push(std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
            auto copy = Ref<GstBuffer>::adopt(gst_buffer_copy(held_.get()));
            GST_BUFFER_PTS(copy.get()) = static_cast<GstClockTime>(pushed_ * kStandInNs);
            GST_BUFFER_DTS(copy.get()) = GST_CLOCK_TIME_NONE;
            GST_BUFFER_DURATION(copy.get()) = kStandInNs;
            GST_BUFFER_FLAG_UNSET(copy.get(), GST_BUFFER_FLAG_DISCONT);
            const GstFlowReturn flow =
                gst_app_src_push_buffer(GST_APP_SRC(out_.get()), copy.release());
            if (flow != GST_FLOW_OK) return flow;
            ++pushed_;
            programme_.picture_reached(pushed_);
            heartbeat_.beat();
        }
        return GST_FLOW_OK;
    }

    static Ref<GstCaps> paced_caps(GstSample* sample) {
        auto caps = Ref<GstCaps>::adopt(gst_caps_copy(gst_sample_get_caps(sample)));
        gst_caps_set_simple(caps.get(), "framerate", GST_TYPE_FRACTION, 25, 1, "interlace-mode",
                            G_TYPE_STRING, "progressive", nullptr);
        return caps;
    }

    FramePacer pacer_;
    const bool is_slate_;
    const std::int64_t slate_origin_ns_;
    Programme& programme_;
    Heartbeat& heartbeat_;
    Ref<GstElement> out_;
    Ref<GstBuffer> held_;
    std::int64_t last_start_ns_ = 0;
    std::int64_t pushed_ = 0;
    std::atomic<std::int64_t> decoded_ = 0;
};

// A pipeline whose element "frames" gives the one picture that `svg` draws.
Result<Pipeline> card_reader(const std::string& svg, Size canvas) {
    auto reader = TRY(Pipeline::load(
        "card", {{"width", number(canvas.width)}, {"height", number(canvas.height)}}));
    const auto source = TRY(reader.element("svg"));
    const std::string sized = TRY(sized_svg(svg, canvas));
    auto picture = copy_to_buffer(std::as_bytes(std::span(sized.data(), sized.size())));
    GST_BUFFER_PTS(picture.get()) = 0;
    if (gst_app_src_push_buffer(GST_APP_SRC(source.get()), picture.release()) != GST_FLOW_OK) {
        return fail(ErrorCode::kInternal, "the card's picture cannot be given to rsvgdec");
    }
    gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
    return reader;
}

// The encoding pipeline with its probes and the small pictures it gives.
class VideoEncoder {
  public:
    static Result<std::unique_ptr<VideoEncoder>> create(const EncodeJob& job, Heartbeat& heartbeat,
                                                        Encoded& encoded) {
        const std::string text = TRY(encode_video_description(
            job.plan, job.house, job.burn_in ? Overlay::kSubtitles : Overlay::kNone));
        auto parsed = TRY(Pipeline::parse("encode-video", text));
        auto encoder = std::unique_ptr<VideoEncoder>(new VideoEncoder(
            std::move(parsed), {job.plan.frame_rate.numerator, job.plan.frame_rate.denominator},
            heartbeat));
        for (const library::Rung& rung : job.house.rungs) {
            const auto file = TRY(encoder->pipeline_.element("file-" + rung.name));
            encoded.videos.push_back(job.directory / ("raw-video-" + rung.name + ".mp4"));
            g_object_set(file.get(), "location", encoded.videos.back().c_str(), nullptr);
        }
        TRY(encoder->watch());
        if (job.burn_in) TRY(feed_burn_in(encoder->pipeline_, *job.burn_in));
        if (!job.card.empty()) TRY(make_all_intra(encoder->pipeline_));
        return encoder;
    }

    [[nodiscard]] Pipeline& pipeline() { return pipeline_; }
    [[nodiscard]] const PictureCollector& pictures() const { return pictures_; }
    // Frames on their way into the encoders so far. Thread-safe.
    [[nodiscard]] std::int64_t frames() const { return frames_.load(std::memory_order_relaxed); }

  private:
    VideoEncoder(Pipeline pipeline, Rational rate, Heartbeat& heartbeat)
        : pipeline_(std::move(pipeline)), rate_(rate), heartbeat_(heartbeat), pictures_(rate) {}

    Result<void> watch() {
        const auto retime = TRY(pipeline_.element("retime"));
        const auto retimed = Ref<GstPad>::adopt(gst_element_get_static_pad(retime.get(), "src"));
        gst_pad_add_probe(
            retimed.get(), GST_PAD_PROBE_TYPE_BUFFER,
            [](GstPad*, GstPadProbeInfo* info, gpointer self) noexcept {
                static_cast<VideoEncoder*>(self)->retime(info);
                return GST_PAD_PROBE_OK;
            },
            this, nullptr);
        const auto pick = TRY(pipeline_.element("pick"));
        const auto picked = Ref<GstPad>::adopt(gst_element_get_static_pad(pick.get(), "src"));
        gst_pad_add_probe(
            picked.get(), GST_PAD_PROBE_TYPE_BUFFER,
            [](GstPad*, GstPadProbeInfo* info, gpointer self) noexcept {
                auto* encoder = static_cast<VideoEncoder*>(self);
                const std::int64_t frame = encoder->index_of(GST_PAD_PROBE_INFO_BUFFER(info));
                return encoder->pictures_.wants(frame) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
            },
            this, nullptr);
        const auto sink = TRY(pipeline_.element("pictures"));
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = [](GstAppSink* app_sink, gpointer self) noexcept {
            const auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(app_sink));
            if (!sample) return GST_FLOW_EOS;
            auto* encoder = static_cast<VideoEncoder*>(self);
            encoder->pictures_.add(encoder->index_of(gst_sample_get_buffer(sample.get())),
                                   sample.get());
            return GST_FLOW_OK;
        };
        gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, this, nullptr);
        return {};
    }

    void retime(GstPadProbeInfo* info) {
        GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
        GST_PAD_PROBE_INFO_DATA(info) = buffer;
        const auto n =
            static_cast<std::int64_t>((GST_BUFFER_PTS(buffer) + kStandInNs / 2) / kStandInNs);
        const std::int64_t start = frame_start_ns(n, rate_);
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(start);
        GST_BUFFER_DURATION(buffer) =
            static_cast<GstClockTime>(frame_start_ns(n + 1, rate_) - start);
        frames_.fetch_add(1, std::memory_order_relaxed);
        heartbeat_.beat();
    }

    // The inverse of frame_start_ns().
    [[nodiscard]] std::int64_t index_of(GstBuffer* buffer) const {
        return std::llround(static_cast<double>(GST_BUFFER_PTS(buffer)) * 1e-9 * rate_.value());
    }

    Pipeline pipeline_;
    const Rational rate_;
    Heartbeat& heartbeat_;
    PictureCollector pictures_;
    std::atomic<std::int64_t> frames_ = 0;
};

// Carries the programme's sound into its encoder, in a thread of its own.
class SoundPump {
  public:
    SoundPump(Programme& programme, Heartbeat& heartbeat, Ref<GstElement> out)
        : programme_(programme), heartbeat_(heartbeat), out_(std::move(out)) {
        thread_ = std::thread([this] { run(); });
    }
    SoundPump(const SoundPump&) = delete;
    SoundPump& operator=(const SoundPump&) = delete;
    // Programme::cancel() must have been called, or the sound have ended.
    ~SoundPump() { thread_.join(); }

  private:
    void run() noexcept {
        std::uint64_t samples = 0;
        while (const auto stretch = programme_.next_sound()) {
            heartbeat_.beat();
            if (stretch->empty()) continue;
            auto buffer = copy_to_buffer(std::as_bytes(std::span(*stretch)));
            GST_BUFFER_PTS(buffer.get()) = gst_util_uint64_scale(samples, GST_SECOND, 48'000);
            samples += stretch->size() / 2;
            GST_BUFFER_DURATION(buffer.get()) =
                gst_util_uint64_scale(samples, GST_SECOND, 48'000) - GST_BUFFER_PTS(buffer.get());
            if (gst_app_src_push_buffer(GST_APP_SRC(out_.get()), buffer.release()) != GST_FLOW_OK) {
                return;
            }
        }
        gst_app_src_end_of_stream(GST_APP_SRC(out_.get()));
    }

    Programme& programme_;
    Heartbeat& heartbeat_;
    Ref<GstElement> out_;
    std::thread thread_;
};

// What the decoding of the picture went like, for the report.
void note_damage(const Plan& plan, const Pipeline& reader, std::int64_t decoded,
                 std::vector<library::Note>& notes) {
    if (!plan.picture) return;
    if (reader.warnings() > 0) {
        notes.push_back({Severity::kError, "damaged-picture",
                         fmt::format("parts of the picture are damaged ({}); look at it, or export "
                                     "it again",
                                     reader.last_warning())});
    }
    const std::int64_t counted = plan.picture->source_frames;
    if (!plan.picture->deinterlace && decoded < counted - std::max<std::int64_t>(2, counted / 50)) {
        notes.push_back({Severity::kError, "lost-frames",
                         fmt::format("only {} of the file's {} pictures can be decoded; it may be "
                                     "damaged or cut short",
                                     decoded, counted)});
    }
}

}  // namespace

Result<std::string> encode_video_description(const Plan& plan, const library::HouseFormat& house,
                                             Overlay overlay) {
    Values values{{"padding", TRY(padding_description(plan, house.padding))}, {"burn-in", ""}};
    if (overlay == Overlay::kSubtitles) values["burn-in"] = TRY(load_pipeline("burn-in", {}));
    std::string text = TRY(load_pipeline("encode-video", values));
    std::string from = "canvas";
    std::string small = "canvas";
    const std::vector<unsigned> threads =
        encoder_threads(house, std::max(std::thread::hardware_concurrency(), 1U));
    for (std::size_t i = 0; i < house.rungs.size(); ++i) {
        const library::Rung& rung = house.rungs[i];
        const std::uint32_t level =
            h264_level({rung.width, rung.height}, house.max_frame_rate, rung.max_kbps);
        text += TRY(load_pipeline("rung", {{"from", from},
                                           {"rung", rung.name},
                                           {"width", number(rung.width)},
                                           {"height", number(rung.height)},
                                           {"kbps", number(rung.max_kbps)},
                                           {"quantizer", number(house.quantizer)},
                                           {"preset", house.speed_preset},
                                           {"gop-frames", number(plan.gop_frames)},
                                           {"fragment-ms", number(house.gop_seconds * 4000)},
                                           {"level", level_text(level)},
                                           {"threads", number(threads[i])},
                                           {"scale-threads", "1"}}));
        from = "at-" + rung.name;
        // The smallest rung that is still larger than the poster gives the pictures.
        if (rung.width >= kPosterWidth || small == "canvas") small = from;
    }
    text += TRY(load_pipeline(
        "pictures",
        {{"from", small}, {"width", number(kPosterWidth)}, {"height", number(kPosterHeight)}}));
    return text;
}

Result<Encoded> encode(const EncodeJob& job, const Supervision& supervision, Heartbeat& heartbeat,
                       const std::function<void(std::int64_t)>& on_progress) {
    const Plan& plan = job.plan;
    const Rational rate{plan.frame_rate.numerator, plan.frame_rate.denominator};
    Encoded encoded;
    encoded.audio = job.directory / "raw-audio.mp4";
    Programme programme(rate, static_cast<float>(std::pow(10.0, job.gain_db / 20.0)),
                        kSpareAudioFrames * 1024);

    const auto video = TRY(VideoEncoder::create(job, heartbeat, encoded));
    auto sound_encoder = TRY(
        Pipeline::load("encode-sound", {{"bits-per-second", number(job.house.audio_kbps * 1000)}}));
    const auto audio_file = TRY(sound_encoder.element("file"));
    g_object_set(audio_file.get(), "location", encoded.audio.c_str(), nullptr);

    // Picture.
    std::int64_t minimum_frames = plan.minimum_frames;
    std::optional<Pipeline> reader;
    if (plan.picture) {
        const std::string description = TRY(read_video_description(*plan.picture));
        reader.emplace(TRY(Pipeline::parse("read-video", description)));
        TRY(select_stream(*reader, job.source, plan.picture->stream_id, "decoded"));
    } else if (!job.card.empty()) {
        reader.emplace(TRY(card_reader(job.card, plan.canvas)));
    } else {
        reader.emplace(TRY(Pipeline::load("slate", {{"width", number(plan.canvas.width)},
                                                    {"height", number(plan.canvas.height)}})));
        const auto title = TRY(reader->element("title"));
        const base::OwnedChars escaped(g_markup_escape_text(job.title.c_str(), -1));
        g_object_set(title.get(), "text", escaped.get(), nullptr);
        minimum_frames =
            std::max(minimum_frames, static_cast<std::int64_t>(std::ceil(
                                         static_cast<double>(job.sound_ns) * 1e-9 * rate.value())));
    }
    PictureFeeder feeder(plan, minimum_frames, job.sound_start_ns, programme, heartbeat,
                         TRY(video->pipeline().element("frames")));
    const auto decoded = TRY(reader->element("frames"));
    feeder.connect(decoded.get());

    // Sound.
    std::unique_ptr<SoundSource> sound;
    if (plan.sound) {
        sound = TRY(SoundSource::open(
            job.source, plan.sound->stream_id,
            [&](std::int64_t start_ns, std::span<const float> stereo) {
                heartbeat.beat();
                return programme.push_sound(start_ns, stereo);
            },
            [&] { programme.end_sound(); }));
        TRY(sound->pipeline().play());
    } else {
        programme.end_sound();
    }
    bool sound_broken = false;
    const auto watch_sound = [&] {
        if (!sound || sound_broken) return;
        if (const auto ended = sound->pipeline().poll(); !ended) {
            sound_broken = true;
            programme.end_sound();
            encoded.notes.push_back(
                {Severity::kError, "damaged-audio",
                 fmt::format("the sound is damaged and stops early ({}); silence follows",
                             ended.error().message())});
        }
    };

    Result<void> result;
    {
        const SoundPump pump(programme, heartbeat, TRY(sound_encoder.element("samples")));
        Pipeline* const pipelines[] = {&video->pipeline(), &sound_encoder, &*reader};
        Supervision own{supervision.stop, heartbeat, supervision.stall_timeout, [&] {
                            watch_sound();
                            supervision.on_tick();
                            on_progress(video->frames());
                        }};
        result = run_all(pipelines, own, [&] { programme.cancel(); });
        if (sound) sound->pipeline().stop();
    }
    TRY(std::move(result));
    note_damage(plan, *reader, feeder.decoded(), encoded.notes);

    encoded.frames = feeder.frames();
    if (encoded.frames == 0) {
        return fail(ErrorCode::kInvalid, "not one picture could be decoded; export it again");
    }
    if (const std::int64_t dropped = programme.dropped_before_start(); dropped > 4'800) {
        encoded.notes.push_back(
            {Severity::kWarning, "early-audio",
             fmt::format("the sound starts {:.2f} s before the picture; that part is left out",
                         static_cast<double>(dropped) / 48'000)});
    }
    encoded.poster = job.directory / "raw-poster.jpg";
    TRY(video->pictures().write_poster(encoded.poster));
    encoded.thumbnails = job.directory / "raw-thumbnails.jpg";
    encoded.thumbnail_layout = TRY(video->pictures().write_thumbnails(encoded.thumbnails));
    return encoded;
}

}  // namespace matinee::prepare
