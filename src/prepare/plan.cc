#include "prepare/plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <functional>
#include <tuple>

#include <fmt/format.h>

#include "prepare/frame_pacer.h"
#include "prepare/frame_timing.h"
#include "prepare/tone_map.h"

namespace matinee::prepare {
namespace {

using library::Note;
using library::Severity;

constexpr std::array<Rational, 9> kStandardRates = {{
    {24000, 1001},
    {24, 1},
    {25, 1},
    {30000, 1001},
    {30, 1},
    {48, 1},
    {50, 1},
    {60000, 1001},
    {60, 1},
}};

media::FrameRate to_frame_rate(Rational rate) {
    return {static_cast<std::uint32_t>(rate.numerator),
            static_cast<std::uint32_t>(rate.denominator)};
}

std::string rate_text(double rate) {
    std::string text = fmt::format("{:.3f}", rate);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

// Nearest even number, at least 2, at most `most`.
std::uint32_t even(double value, std::uint32_t most) {
    const auto halves = static_cast<std::uint32_t>(std::lround(value / 2));
    return std::clamp<std::uint32_t>(2 * halves, 2, most);
}

class Notes {
  public:
    template <typename... Args>
    void add(Severity severity, std::string code, fmt::format_string<Args...> format,
             Args&&... args) {
        notes_.push_back(
            {severity, std::move(code), fmt::format(format, std::forward<Args>(args)...)});
    }
    [[nodiscard]] std::vector<Note> take() && { return std::move(notes_); }

  private:
    std::vector<Note> notes_;
};

std::string_view scan_name(const VideoStream& video) {
    switch (video.field_order) {
        case FieldOrder::kTopFirst:
            return "top field first";
        case FieldOrder::kBottomFirst:
            return "bottom field first";
        case FieldOrder::kUnknown:
            break;
    }
    return "field order as the decoder finds it";
}

std::string_view orientation_name(Orientation orientation) {
    switch (orientation) {
        case Orientation::kUpright:
            return "upright";
        case Orientation::kRotate90:
            return "turned by 90 degrees";
        case Orientation::kRotate180:
            return "turned by 180 degrees";
        case Orientation::kRotate270:
            return "turned by 270 degrees";
        case Orientation::kFlip:
            return "mirrored";
        case Orientation::kFlipRotate90:
            return "mirrored and turned by 90 degrees";
        case Orientation::kFlipRotate180:
            return "mirrored top to bottom";
        case Orientation::kFlipRotate270:
            return "mirrored and turned by 270 degrees";
    }
    return "";
}

void note_rate(const VideoStream& video, const media::FrameRate& out, Notes& notes) {
    const double in = video.frame_rate.known() ? video.frame_rate.value() : 0;
    if (video.cadence == Cadence::kVariable) {
        notes.add(Severity::kWarning, "variable-frame-rate",
                  "the frame rate varies ({} frames a second on average); shown at {}",
                  rate_text(in), rate_text(out.as_double()));
    } else if (in == 0) {
        notes.add(Severity::kWarning, "unknown-frame-rate",
                  "the frame rate is not known; shown at {} frames a second",
                  rate_text(out.as_double()));
    } else if (video.frame_rate != Rational{out.numerator, out.denominator}) {
        const double ratio = std::max(in / out.as_double(), out.as_double() / in);
        const bool exact = std::abs(ratio - std::round(ratio)) < 1e-9;
        notes.add(exact && in < out.as_double() ? Severity::kInfo : Severity::kWarning,
                  "frame-rate-converted", "{} frames a second are shown at {}", rate_text(in),
                  rate_text(out.as_double()));
    }
    if (video.longest_gap_ns > 1'000'000'000) {
        notes.add(Severity::kInfo, "long-still",
                  "the source has a picture that stands for {:.1f} s",
                  static_cast<double>(video.longest_gap_ns) / 1e9);
    }
}

void note_picture(const VideoStream& video, const PicturePlan& picture, const Plan& plan,
                  const library::HouseFormat& house, Notes& notes) {
    if (picture.deinterlace) {
        notes.add(Severity::kInfo, "deinterlaced", "the picture is interlaced ({}); deinterlaced",
                  scan_name(video));
    }
    if (picture.orientation != Orientation::kUpright) {
        notes.add(Severity::kInfo, "rotated", "the picture is stored for another orientation; {}",
                  orientation_name(picture.orientation));
    }
    if (video.pixel_aspect != Rational{1, 1}) {
        notes.add(Severity::kInfo, "anamorphic", "its pixels are not square ({}:{}); made square",
                  video.pixel_aspect.numerator, video.pixel_aspect.denominator);
    }
    if (picture.fit.width != plan.canvas.width || picture.fit.height != plan.canvas.height) {
        notes.add(Severity::kInfo, "padded", "the picture is not 16:9; {}",
                  house.padding == library::Padding::kBlur ? "set on a blurred copy of itself"
                                                           : "set on black");
    }
    if (std::uint64_t{video.width} * video.height * 16 <
        std::uint64_t{picture.scale_to.width} * picture.scale_to.height) {
        notes.add(Severity::kWarning, "small-picture",
                  "the picture is very small ({}x{}): it will look soft on a large screen",
                  video.width, video.height);
    }
    if (video.transfer == Transfer::kPq) {
        notes.add(Severity::kWarning, "hdr",
                  "the picture is HDR (PQ, up to {:.0f} cd/m2{}); tone-mapped to SDR: check how it "
                  "looks, or deliver an SDR (BT.709) grade",
                  picture.peak_light, video.peak_light > 0 ? "" : " assumed");
    } else if (video.transfer == Transfer::kHlg) {
        notes.add(Severity::kWarning, "hdr",
                  "the picture is HDR (HLG); tone-mapped to SDR: check how it looks, or deliver an "
                  "SDR (BT.709) grade");
    }
    if (video.dolby_vision == 5U) {
        notes.add(Severity::kError, "dolby-vision",
                  "the picture is Dolby Vision profile 5, which has no picture for other players: "
                  "its colours are wrong; export it as HDR10, HLG or SDR");
    } else if (video.dolby_vision) {
        notes.add(Severity::kInfo, "dolby-vision",
                  "the picture is Dolby Vision profile {}; its base layer is shown",
                  *video.dolby_vision);
    }
    if (!video.jumps.empty()) {
        notes.add(Severity::kWarning, "time-jump",
                  "its timestamps jump in {} place{} (first after {:.1f} s, by {:+.1f} s); played "
                  "on without the jump{}",
                  video.jumps.size(), video.jumps.size() == 1 ? "" : "s",
                  static_cast<double>(video.jumps.front().from_ns) / 1e9,
                  static_cast<double>(video.jumps.front().delta_ns) / 1e9,
                  video.jumps.size() == 1 ? "" : "s");
    }
    if (video.bit_depth > 8) {
        notes.add(Severity::kInfo, "bit-depth", "{} bits a colour, shown with 8", video.bit_depth);
    }
}

std::string quoted(const std::string& title) {
    return title.empty() ? std::string() : fmt::format(" \"{}\"", title);
}

void note_subtitles(const SubtitleStream& subtitle, Notes& notes) {
    const std::string what =
        subtitle.format + quoted(subtitle.title) +
        (subtitle.language.empty() ? std::string()
                                   : fmt::format(", language {}", subtitle.language));
    if (subtitle.form == TextForm::kBitmap) {
        notes.add(Severity::kWarning, "bitmap-subtitles",
                  "the file holds subtitles that are pictures, not text ({}); left out: deliver "
                  "them as SRT or WebVTT",
                  what);
    } else if (subtitle.form == TextForm::kUnknown) {
        notes.add(Severity::kWarning, "embedded-subtitles",
                  "the file holds subtitles that cannot be read here ({}); left out: deliver them "
                  "as SRT or WebVTT",
                  what);
    } else {
        notes.add(Severity::kInfo, "embedded-subtitles",
                  "the file holds subtitles ({}): {} pieces of text, shown where no subtitle file "
                  "of that language is delivered",
                  what, subtitle.pieces.size());
    }
}

// Picture and sound that do not end together.
void note_lengths(const SourceInfo& source, Notes& notes) {
    constexpr std::int64_t kWorthSaying = 2'000'000'000;
    if (!source.video || !source.audio || source.video->end_ns == 0 || source.audio->end_ns == 0) {
        return;
    }
    const std::int64_t more = source.audio->end_ns - source.video->end_ns;
    if (more > kWorthSaying) {
        notes.add(Severity::kWarning, "picture-ends-early",
                  "the picture ends {:.1f} s before the sound, which is cut there",
                  static_cast<double>(more) / 1e9);
    } else if (-more > kWorthSaying) {
        notes.add(Severity::kWarning, "sound-ends-early",
                  "the sound ends {:.1f} s before the picture; silence follows",
                  static_cast<double>(-more) / 1e9);
    }
}

}  // namespace

bool swaps_sides(Orientation orientation) {
    return orientation == Orientation::kRotate90 || orientation == Orientation::kRotate270 ||
           orientation == Orientation::kFlipRotate90 || orientation == Orientation::kFlipRotate270;
}

media::FrameRate output_rate(Rational rate, std::uint32_t max_rate) {
    const Rational most{max_rate, 1};
    std::vector<Rational> allowed;
    for (const Rational& standard : kStandardRates) {
        if (standard <= most) allowed.push_back(standard);
    }
    if (allowed.empty()) return {max_rate, 1};
    if (!rate.known()) {
        const bool has_25 = Rational{25, 1} <= most;
        return to_frame_rate(has_25 ? Rational{25, 1} : allowed.back());
    }
    rate = snap_to_common_rate(rate, 2e-4);
    // Its own, else the smallest whole multiple: every source frame stays equally long.
    if (rate <= most) {
        for (std::int64_t factor = 1; factor <= 12; ++factor) {
            for (const Rational& standard : allowed) {
                if (rate * factor == standard) return to_frame_rate(standard);
            }
        }
    }
    // Too fast: every n-th frame.
    for (std::int64_t divisor = 2; divisor <= 20; ++divisor) {
        for (const Rational& standard : allowed) {
            const double off = (rate / divisor).value() / standard.value() - 1.0;
            if (rate > most && std::abs(off) <= 2e-4) return to_frame_rate(standard);
        }
    }
    // The nearest, as the ear would judge it: by ratio. Slow sources take the least that repeats
    // each frame at least twice, which keeps the judder small.
    double wanted = rate.value();
    if (wanted < 20) {
        const double factor = std::ceil(24.0 / wanted - 1e-9);
        wanted *= factor;
    }
    Rational best = allowed.front();
    for (const Rational& standard : allowed) {
        const double off = std::abs(std::log(standard.value() / wanted));
        if (off < std::abs(std::log(best.value() / wanted)) - 1e-12) best = standard;
    }
    return to_frame_rate(best);
}

Rectangle fit_rectangle(Size size, Rational pixel_aspect, Orientation orientation, Size canvas) {
    double width = static_cast<double>(size.width) * pixel_aspect.value();
    auto height = static_cast<double>(size.height);
    if (swaps_sides(orientation)) std::swap(width, height);
    const double shape = width / height;
    const double canvas_shape =
        static_cast<double>(canvas.width) / static_cast<double>(canvas.height);
    if (std::abs(shape / canvas_shape - 1.0) <= 0.01) return {0, 0, canvas.width, canvas.height};
    Rectangle fit;
    if (shape > canvas_shape) {
        fit.width = canvas.width;
        fit.height = even(canvas.width / shape, canvas.height);
    } else {
        fit.height = canvas.height;
        fit.width = even(canvas.height * shape, canvas.width);
    }
    fit.x = (canvas.width - fit.width) / 4 * 2;
    fit.y = (canvas.height - fit.height) / 4 * 2;
    return fit;
}

std::uint32_t h264_level(Size size, std::uint32_t max_rate, std::uint32_t max_kbps) {
    struct Limits {
        std::uint32_t level;
        std::uint32_t macroblocks_per_second;
        std::uint32_t frame_macroblocks;
        std::uint32_t dpb_macroblocks;
        std::uint32_t kbps;  // of High profile: 1.25 times the table's
    };
    static constexpr Limits kLevels[] = {
        {21, 19800, 792, 4752, 5000},          {22, 20250, 1620, 8100, 5000},
        {30, 40500, 1620, 8100, 12500},        {31, 108000, 3600, 18000, 17500},
        {32, 216000, 5120, 20480, 25000},      {40, 245760, 8192, 32768, 25000},
        {42, 522240, 8704, 34816, 62500},      {50, 589824, 22080, 110400, 168750},
        {51, 983040, 36864, 184320, 300000},   {52, 2073600, 36864, 184320, 300000},
        {60, 4177920, 139264, 696320, 300000}, {61, 8355840, 139264, 696320, 600000},
    };
    constexpr std::uint32_t kReferenceFrames = 4;
    const std::uint32_t macroblocks = ((size.width + 15) / 16) * ((size.height + 15) / 16);
    for (const Limits& limits : kLevels) {
        if (macroblocks <= limits.frame_macroblocks &&
            macroblocks * kReferenceFrames <= limits.dpb_macroblocks &&
            std::uint64_t{macroblocks} * max_rate <= limits.macroblocks_per_second &&
            max_kbps <= limits.kbps) {
            return limits.level;
        }
    }
    return 62;
}

std::int64_t programme_start_ns(std::int64_t picture_ns, std::optional<std::int64_t> sound_ns) {
    constexpr std::int64_t kWorthKeeping = 100'000'000;
    if (!sound_ns) return picture_ns;
    const std::int64_t lead = picture_ns - *sound_ns;
    return lead > kWorthKeeping && lead < kLongestStillNs ? *sound_ns : picture_ns;
}

std::size_t choose_video(std::span<const VideoStream> streams) {
    const auto rank = [](const VideoStream& video) {
        return std::tuple(video.wish != TrackWish::kNotByItself, video.wish == TrackWish::kDefault,
                          std::uint64_t{video.width} * video.height);
    };
    const auto best = std::ranges::max_element(streams, std::less<>(), rank);
    return static_cast<std::size_t>(best - streams.begin());
}

std::size_t choose_audio(std::span<const AudioStream> streams) {
    const auto rank = [](const AudioStream& audio) {
        std::string title = audio.title;
        std::ranges::transform(title, title.begin(), [](unsigned char c) {
            return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
        });
        const bool aside =
            std::ranges::any_of(std::array{"comment", "descri", "коммент", "тифло", "评论", "解说"},
                                [&](const char* word) { return title.find(word) != title.npos; });
        return std::tuple(!aside, audio.wish != TrackWish::kNotByItself,
                          audio.wish == TrackWish::kDefault,
                          std::min<std::size_t>(audio.speakers.size(), 2));
    };
    const auto best = std::ranges::max_element(streams, std::less<>(), rank);
    return static_cast<std::size_t>(best - streams.begin());
}

std::vector<unsigned> encoder_threads(const library::HouseFormat& house) {
    constexpr double cores = 4;
    double total = 0;
    for (const library::Rung& rung : house.rungs)
        total += double(rung.width) * rung.height;
    std::vector<unsigned> threads;
    for (const library::Rung& rung : house.rungs) {
        const double share = double(rung.width) * rung.height / total;
        // Half as many again, to have work while others wait for frames.
        threads.push_back(
            static_cast<unsigned>(std::clamp(std::ceil(1.5 * share * cores - 1e-9), 1.0, 32.0)));
    }
    return threads;
}

Result<Plan> plan(const SourceInfo& source, const library::HouseFormat& house) {
    if (!source.video && !source.audio) {
        return fail(ErrorCode::kInvalid, "{}: has no video or audio", source.name);
    }
    Plan plan;
    Notes notes;
    plan.canvas = {house.rungs.front().width, house.rungs.front().height};
    if (source.video) {
        const VideoStream& video = *source.video;
        if (video.width == 0 || video.height == 0) {
            return fail(ErrorCode::kInvalid, "{}: its picture has no size; export it again",
                        source.name);
        }
        plan.frame_rate = output_rate(video.frame_rate, house.max_frame_rate);
        PicturePlan picture;
        picture.stream_id = video.stream_id;
        picture.source_frames = video.frames;
        picture.transfer = video.transfer;
        picture.peak_light = video.peak_light > 0 ? video.peak_light : kUsualPeak;
        picture.jumps = video.jumps;
        // A field lasts half as long, and is no frame.
        if (static_cast<double>(video.last_frame_ns) > 1.5e9 / plan.frame_rate.as_double()) {
            picture.last_frame_ns = video.last_frame_ns;
        }
        picture.deinterlace = video.scan != Scan::kProgressive;
        picture.orientation = video.orientation;
        const Rational pixel_aspect =
            video.pixel_aspect.known() ? video.pixel_aspect : Rational{1, 1};
        picture.fit = fit_rectangle({video.width, video.height}, pixel_aspect, video.orientation,
                                    plan.canvas);
        picture.scale_to = {picture.fit.width, picture.fit.height};
        if (swaps_sides(video.orientation)) {
            std::swap(picture.scale_to.width, picture.scale_to.height);
        }
        picture.enlarges = std::uint64_t{picture.scale_to.width} * picture.scale_to.height >
                           std::uint64_t{video.width} * video.height;
        note_rate(video, plan.frame_rate, notes);
        note_picture(video, picture, plan, house, notes);
        plan.picture = std::move(picture);
        if (source.video_streams > 1) {
            notes.add(Severity::kWarning, "more-video",
                      "the file has {} video tracks; shown is {}{} ({}x{})", source.video_streams,
                      video.wish == TrackWish::kDefault ? "its default" : "the largest",
                      quoted(video.title), video.width, video.height);
        }
    } else {
        plan.frame_rate = output_rate({25, 1}, house.max_frame_rate);
        notes.add(Severity::kWarning, "no-video", "there is no picture; a slate is shown");
    }
    if (source.attached_pictures > 0) {
        notes.add(Severity::kInfo, "attached-picture",
                  "the file holds {} still picture{} (a cover, as a rule), which {} not shown",
                  source.attached_pictures, source.attached_pictures == 1 ? "" : "s",
                  source.attached_pictures == 1 ? "is" : "are");
    }
    if (source.audio) {
        plan.sound = SoundPlan{source.audio->stream_id, source.audio->jumps};
        const auto channels = source.audio->speakers.size();
        if (channels > 2) {
            notes.add(Severity::kInfo, "downmixed",
                      "{} sound channels are mixed down to stereo (ITU-R BS.775)", channels);
        }
        if (source.audio_streams > 1) {
            const AudioStream& audio = *source.audio;
            notes.add(Severity::kWarning, "more-audio",
                      "the file has {} sound tracks; heard is {}{}{}, with {} channel{}",
                      source.audio_streams,
                      audio.wish == TrackWish::kDefault ? "its default" : "the most fitting",
                      quoted(audio.title),
                      audio.language.empty() ? std::string()
                                             : fmt::format(", language {}", audio.language),
                      channels, channels == 1 ? "" : "s");
        }
        if (source.audio->rate > 0 && source.audio->rate < 32'000) {
            notes.add(Severity::kInfo, "low-sample-rate",
                      "the sound has only {} samples a second and may be dull", source.audio->rate);
        }
    } else {
        notes.add(Severity::kWarning, "no-audio", "there is no sound; silence is heard");
    }
    for (const std::string& codec : source.undecodable) {
        notes.add(Severity::kWarning, "undecodable-stream",
                  "a track cannot be decoded here ({}); it is left out", codec);
    }
    for (const SubtitleStream& subtitle : source.subtitles)
        note_subtitles(subtitle, notes);
    if (!source.damage.empty()) {
        notes.add(Severity::kError, "damaged-file",
                  "the file is damaged ({}); what can be read of it is shown", source.damage);
    }
    note_lengths(source, notes);

    const Rational rate{plan.frame_rate.numerator, plan.frame_rate.denominator};
    plan.gop_frames = plan.frame_rate.frames_in(house.gop_seconds);
    // The least number of frames that lasts that long.
    plan.minimum_frames = 1;
    while (frame_start_ns(plan.minimum_frames, rate) < kMinimumNanoseconds)
        ++plan.minimum_frames;
    if (source.video && source.video->end_ns > source.video->start_ns) {
        const auto sound =
            plan.sound && source.audio ? std::optional(source.audio->start_ns) : std::nullopt;
        const std::int64_t origin = programme_start_ns(source.video->start_ns, sound);
        FramePacer pacer(rate, plan.minimum_frames);
        pacer.next(origin, source.video->end_ns - origin);
        plan.promised_frames = pacer.finish();
    }
    if (source.duration_ns > 0) {
        plan.expected_frames = std::max<std::int64_t>(
            plan.minimum_frames,
            std::llround(static_cast<double>(source.duration_ns) * 1e-9 * rate.value()));
        if (source.duration_ns < kMinimumNanoseconds - 500'000) {
            notes.add(Severity::kWarning, "very-short",
                      "it lasts only {:.2f} s; its last picture is held to make {} s",
                      static_cast<double>(source.duration_ns) / 1e9,
                      kMinimumNanoseconds / 1'000'000'000);
        }
    }
    plan.notes = std::move(notes).take();
    return plan;
}

}  // namespace matinee::prepare
