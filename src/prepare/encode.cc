#include "prepare/encode.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>

#include "prepare/all_intra.h"
#include "prepare/burn_in.h"
#include "prepare/coded_track.h"
#include "prepare/fade.h"
#include "prepare/frame_pacer.h"
#include "prepare/frame_timing.h"
#include "prepare/picture_check.h"
#include "prepare/picture_conformer.h"
#include "prepare/pictures.h"
#include "prepare/pipeline_text.h"
#include "prepare/programme.h"
#include "prepare/sound_source.h"

namespace matinee::prepare {
namespace {

using library::Severity;

// The distance of the frames' stand-in timestamps: 25 a second, see encode-video.gst.
constexpr std::int64_t kStandInNs = 40'000'000;

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
            return "ur-ll";
        case Orientation::kFlipRotate180:
            return "vert";
        case Orientation::kFlipRotate270:
            return "ul-lr";
    }
    return "identity";
}

unsigned scaling_threads() {
    return std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
}

Result<std::string> read_video_description(const PicturePlan& picture) {
    Values values{{"deinterlace", ""}, {"turn", ""}};
    const bool hdr = picture.transfer != Transfer::kSdr;
    values["scale"] = TRY(load_pipeline(hdr                ? "scale-hdr"
                                        : picture.enlarges ? "scale-up"
                                                           : "scale-down",
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
    // `promised_frames`: held to when the source ends up to a second short of it; 0 for none.
    PictureFeeder(const Plan& plan, std::int64_t minimum_frames, std::int64_t promised_frames,
                  std::optional<std::int64_t> sound_start_ns, const library::Trim& trim,
                  std::int64_t shared_frames, Programme& programme, Heartbeat& heartbeat,
                  Ref<GstElement> out)
        : pacer_({plan.frame_rate.numerator, plan.frame_rate.denominator}, minimum_frames),
          most_held_(plan.frame_rate.frames_in(1)),
          promised_frames_(promised_frames),
          conformer_(plan.picture ? *plan.picture : PicturePlan{}),
          rate_{plan.frame_rate.numerator, plan.frame_rate.denominator},
          last_frame_ns_(plan.picture ? plan.picture->last_frame_ns : 0),
          is_slate_(!plan.picture),
          sound_start_ns_(is_slate_ ? sound_start_ns.value_or(0) : sound_start_ns),
          trim_(trim),
          shared_(shared_frames),
          programme_(programme),
          heartbeat_(heartbeat),
          out_(std::move(out)) {}

    // Once, before the reader plays: it must be stopped before this ends.
    Result<void> connect(const Pipeline& reader) {
        const auto element = TRY(reader.element("frames"));
        GstElement* const sink = element.get();
        if (!is_slate_) TRY(conformer_.watch(reader));
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = [](GstAppSink* app_sink, gpointer self) noexcept {
            const auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(app_sink));
            return sample ? static_cast<PictureFeeder*>(self)->take(sample.get()) : GST_FLOW_EOS;
        };
        callbacks.eos = [](GstAppSink*, gpointer self) noexcept {
            static_cast<PictureFeeder*>(self)->end();
        };
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, this, nullptr);
        return {};
    }

    // Decoded frames so far. Thread-safe.
    [[nodiscard]] std::int64_t decoded() const { return decoded_.load(); }
    // Only once the source has stopped: frames of the result, and how many the programme has had up
    // to its end, or to where its part ends.
    [[nodiscard]] std::int64_t frames() const { return pushed_; }
    [[nodiscard]] std::int64_t paced() const { return paced_; }
    // Where the programme starts on the file's timeline; nothing without a picture.
    [[nodiscard]] std::optional<std::int64_t> origin_ns() const { return origin_ns_; }
    // What was noticed on the way.
    void report(std::vector<library::Note>& notes) {
        if (is_slate_) return;
        if (lead_ns_ > 0) {
            notes.push_back(
                {Severity::kWarning, "early-audio",
                 fmt::format("the sound starts {:.2f} s before the picture; {} until then",
                             static_cast<double>(lead_ns_) / 1e9,
                             lead_ns_ <= kLongestHeldLeadNs ? "its first picture is shown"
                                                            : "black is shown")});
        }
        conformer_.report(notes);
        checker_.report(frame_start_ns(pushed_, rate_), notes);
    }

  private:
    GstFlowReturn take(GstSample* decoded) {
        heartbeat_.beat();
        const auto sample = conformer_.conform(decoded);
        if (!sample) {
            GST_ELEMENT_ERROR(out_.get(), STREAM, FORMAT, ("its picture cannot be converted"),
                              (nullptr));
            return GST_FLOW_ERROR;
        }
        return show(sample.get());
    }

    GstFlowReturn show(GstSample* sample) {
        GstBuffer* buffer = gst_sample_get_buffer(sample);
        const auto start = running_time(gst_sample_get_segment(sample), buffer);
        if (!start) return GST_FLOW_OK;
        if (held_ && *start - last_start_ns_ > kLongestStillNs) {
            // The first reading takes such jumps out: this one it has not seen.
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
        // Decoders forget it or make one up from a frame rate, and only the last one's counts.
        duration = std::max(duration, last_frame_ns_);
        if (!held_) {
            gst_app_src_set_caps(GST_APP_SRC(out_.get()), paced_caps(sample).get());
            if (is_slate_) {
                start_programme(*sound_start_ns_);
            } else {
                origin_ns_ = programme_start_ns(*start, sound_start_ns_);
                start_programme(*origin_ns_);
                lead_ns_ = *start - *origin_ns_;
                if (lead_ns_ > 0) {
                    held_ = lead_ns_ <= kLongestHeldLeadNs ? Ref<GstBuffer>::share(buffer)
                                                           : black_like(sample);
                    if (!held_) return GST_FLOW_ERROR;
                    pacer_.next(*origin_ns_, lead_ns_);
                }
            }
        }
        const std::int64_t count = pacer_.next(*start, duration);
        // The order a decoder gives is not always that of time.
        if (pacer_.frames() >= trim_.in) {
            look_at(checker_,
                    std::max(*start, last_start_ns_) - origin_ns_.value_or(0) -
                        frame_start_ns(trim_.in, rate_),
                    sample);
        }
        const GstFlowReturn flow = push(count);
        held_ = Ref<GstBuffer>::share(buffer);
        last_start_ns_ = std::max(last_start_ns_, *start);
        decoded_.fetch_add(1);
        return flow;
    }

    // The sound is that of the part: what comes before it is dropped, its edges fade.
    void start_programme(std::int64_t origin_ns) {
        programme_.picture_starts(origin_ns + frame_start_ns(trim_.in, rate_));
    }

    void end() {
        if (ended_) return;
        ended_ = true;
        const std::int64_t before = pacer_.frames();
        const std::int64_t count = pacer_.finish();
        if (before + count > 0) push(count);
        const std::int64_t missing = promised_frames_ - pushed_;
        if (pushed_ > 0 && missing > 0 && missing <= most_held_) push(missing);
        programme_.picture_ended(pushed_);
        gst_app_src_end_of_stream(GST_APP_SRC(out_.get()));
    }

    GstFlowReturn push(std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
            if (trim_.out && paced_ >= *trim_.out) {
                // The part is there: the source need not go on.
                end();
                return GST_FLOW_EOS;
            }
            if (paced_++ < trim_.in) {
                heartbeat_.beat();
                continue;
            }
            if (pushed_ < shared_) {
                // It has been encoded before; its sound has not.
                programme_.picture_reached(++pushed_);
                heartbeat_.beat();
                continue;
            }
            auto copy = Ref<GstBuffer>::adopt(gst_buffer_copy(held_.get()));
            GST_BUFFER_PTS(copy.get()) =
                static_cast<GstClockTime>((pushed_ - shared_) * kStandInNs);
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
    const std::int64_t most_held_;
    const std::int64_t promised_frames_;
    PictureConformer conformer_;
    PictureCheck checker_;
    const Rational rate_;
    const std::int64_t last_frame_ns_;
    const bool is_slate_;
    const std::optional<std::int64_t> sound_start_ns_;
    std::optional<std::int64_t> origin_ns_;
    std::int64_t lead_ns_ = 0;  // of the sound
    const library::Trim trim_;
    const std::int64_t shared_;
    Programme& programme_;
    Heartbeat& heartbeat_;
    Ref<GstElement> out_;
    Ref<GstBuffer> held_;
    std::int64_t last_start_ns_ = 0;
    std::int64_t paced_ = 0;
    bool ended_ = false;
    std::int64_t pushed_ = 0;
    std::atomic<std::int64_t> decoded_ = 0;
};

// Gives rsvgdec the pictures of a card: one, or each in its turn.
class CardPictures {
  public:
    // `card` must outlive it.
    static Result<std::unique_ptr<CardPictures>> create(const Card& card, const Plan& plan) {
        auto pictures = std::unique_ptr<CardPictures>(
            new CardPictures(card, TRY(sized_svg(card.svg, plan.canvas)),
                             {plan.frame_rate.numerator, plan.frame_rate.denominator},
                             counts_down(card) ? plan.expected_frames : 1));
        return pictures;
    }

    // A pipeline whose element "frames" gives them. It must be stopped before this ends.
    Result<Pipeline> reader(Size canvas) {
        auto reader = TRY(Pipeline::load(
            "card", {{"width", number(canvas.width)}, {"height", number(canvas.height)}}));
        const auto source = TRY(reader.element("svg"));
        GstAppSrcCallbacks callbacks{};
        callbacks.need_data = [](GstAppSrc* out, guint, gpointer self) noexcept {
            static_cast<CardPictures*>(self)->push(out);
        };
        gst_app_src_set_callbacks(GST_APP_SRC(source.get()), &callbacks, this, nullptr);
        return reader;
    }

  private:
    CardPictures(const Card& card, std::string svg, Rational rate, std::int64_t frames)
        : card_(card), svg_(std::move(svg)), rate_(rate), frames_(frames) {}

    // In the streaming thread of the source.
    void push(GstAppSrc* out) {
        if (next_ == frames_) {
            gst_app_src_end_of_stream(out);
            return;
        }
        const std::int64_t at = frame_start_ns(next_, rate_);
        const std::string svg =
            frames_ == 1 ? svg_ : picture_at(svg_, card_.duration, std::chrono::nanoseconds(at));
        auto picture = copy_to_buffer(std::as_bytes(std::span(svg.data(), svg.size())));
        GST_BUFFER_PTS(picture.get()) = static_cast<GstClockTime>(at);
        ++next_;
        // What is refused has a reason that stands on the bus.
        gst_app_src_push_buffer(out, picture.release());
    }

    const Card& card_;
    const std::string svg_;
    const Rational rate_;
    const std::int64_t frames_;
    std::int64_t next_ = 0;
};

// The encoding pipeline with its probes and the small pictures it gives.
class VideoEncoder {
  public:
    static Result<std::unique_ptr<VideoEncoder>> create(const EncodeJob& job, Heartbeat& heartbeat,
                                                        WriteFailure& failure) {
        const std::string text = TRY(encode_video_description(
            job.plan, job.house, job.burn_in ? Overlay::kSubtitles : Overlay::kNone));
        auto parsed = TRY(Pipeline::parse("encode-video", text));
        auto encoder = std::unique_ptr<VideoEncoder>(new VideoEncoder(
            std::move(parsed), {job.plan.frame_rate.numerator, job.plan.frame_rate.denominator},
            heartbeat));
        for (std::size_t i = 0; i < job.house.rungs.size(); ++i) {
            const auto sink = TRY(encoder->pipeline_.element("coded-" + job.house.rungs[i].name));
            auto& track = encoder->tracks_.emplace_back(std::make_unique<PictureTrack>(
                job.writer, i, job.plan.frame_rate.start_of(job.shared_frames), failure));
            track->connect(sink.get());
        }
        TRY(encoder->watch());
        if (job.burn_in) TRY(feed_burn_in(encoder->pipeline_, *job.burn_in));
        if (job.fade_frames > 0) {
            // What is drawn fades with the picture.
            encoder->fade_ = {job.trim.out.value_or(0) - job.trim.in - job.shared_frames,
                              job.fade_frames, encoder->rate_};
            TRY(fade_to_black(encoder->pipeline_, "canvas", encoder->fade_));
        }
        if (job.card) TRY(make_all_intra(encoder->pipeline_));
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

    std::vector<std::unique_ptr<PictureTrack>> tracks_;  // one a rung; outlive the pipeline
    PictureFade fade_;                                   // likewise
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
    const std::vector<unsigned> threads = encoder_threads(house);
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
    Programme programme(rate, kSpareAudioFrames * 1024, job.fade_frames);

    WriteFailure failure;
    const auto video = TRY(VideoEncoder::create(job, heartbeat, failure));
    SoundTrack sound_track(job.writer, failure);
    auto sound_encoder = TRY(
        Pipeline::load("encode-sound", {{"bits-per-second", number(job.house.audio_kbps * 1000)}}));
    sound_track.connect(TRY(sound_encoder.element("coded")).get());

    // Picture.
    std::int64_t minimum_frames = plan.minimum_frames;
    std::unique_ptr<CardPictures> card;
    std::optional<Pipeline> reader;
    if (plan.picture) {
        const std::string description = TRY(read_video_description(*plan.picture));
        reader.emplace(TRY(Pipeline::parse("read-video", description)));
        TRY(select_stream(*reader, job.source, plan.picture->stream_id, "decoded",
                          plan.picture->jumps));
    } else if (job.card) {
        card = TRY(CardPictures::create(*job.card, plan));
        reader.emplace(TRY(card->reader(plan.canvas)));
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
    // Promises are made of whole films.
    const bool is_whole = job.trim.is_whole();
    PictureFeeder feeder(plan, minimum_frames, plan.picture && is_whole ? plan.promised_frames : 0,
                         job.sound_start_ns, job.trim, job.shared_frames, programme, heartbeat,
                         TRY(video->pipeline().element("frames")));
    TRY(feeder.connect(*reader));

    // Sound.
    std::unique_ptr<SoundSource> sound;
    if (plan.sound) {
        sound = TRY(SoundSource::open(
            job.source, *plan.sound,
            [&](std::int64_t start_ns, std::span<const float> stereo) {
                heartbeat.beat();
                return programme.push_sound(start_ns, stereo);
            },
            [&] { programme.end_sound(); }));
    } else {
        programme.end_sound();
    }
    bool sound_waits = plan.sound.has_value();  // for its gain
    bool sound_plays = false;
    const auto silence_follows = [&](const Error& error) {
        sound_plays = false;
        programme.end_sound();
        encoded.notes.push_back(
            {Severity::kError, "damaged-audio",
             fmt::format("the sound is damaged and stops early ({}); silence follows",
                         error.message())});
    };
    const auto watch_sound = [&] {
        if (auto gain_db = sound_waits ? job.gain_db() : std::nullopt) {
            sound_waits = false;
            if (!*gain_db) {
                failure.keep(std::move(*gain_db).error());
                GST_ELEMENT_ERROR(reader->get(), STREAM, FAILED, ("the sound cannot be measured"),
                                  (nullptr));
            } else if (!**gain_db) {
                programme.end_sound();
            } else {
                programme.set_gain(static_cast<float>(std::pow(10.0, ***gain_db / 20.0)));
                sound_plays = true;
                if (auto played = sound->pipeline().play(); !played) {
                    silence_follows(played.error());
                }
            }
        }
        if (!sound_plays) return;
        if (const auto ended = sound->pipeline().poll(); !ended) silence_follows(ended.error());
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
    if (auto error = failure.take()) return Unexpected(*std::move(error));
    TRY(std::move(result));
    if (is_whole) note_damage(plan, *reader, feeder.decoded(), encoded.notes);
    feeder.report(encoded.notes);
    encoded.origin_ns = feeder.origin_ns().value_or(job.sound_start_ns.value_or(0));

    encoded.frames = feeder.frames();
    if (!is_whole && (encoded.frames == 0 || (job.trim.out && feeder.paced() < *job.trim.out))) {
        return fail(ErrorCode::kInvalid, "{}",
                    library::why_bad(job.trim, feeder.paced(), plan.frame_rate));
    }
    if (encoded.frames == 0) {
        return fail(ErrorCode::kInvalid, "not one picture could be decoded; export it again");
    }
    if (const std::int64_t dropped = programme.dropped_before_start();
        dropped > 4'800 && job.trim.in == 0) {
        encoded.notes.push_back(
            {Severity::kWarning, "early-audio",
             fmt::format("the sound starts {:.2f} s before the picture; that part is left out",
                         static_cast<double>(dropped) / 48'000)});
    }
    if (job.shared_frames > 0) return encoded;
    encoded.pictures = {job.directory / "poster.jpg", job.directory / "thumbnails.jpg"};
    TRY(video->pictures().write_poster(encoded.pictures.poster));
    encoded.thumbnail_layout = TRY(video->pictures().write_thumbnails(encoded.pictures.thumbnails));
    return encoded;
}

}  // namespace matinee::prepare
