#include "prepare/plan.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::prepare {

// Readable failures.
void PrintTo(const Rectangle& r, std::ostream* out) {
    *out << r.width << "x" << r.height << "+" << r.x << "+" << r.y;
}

namespace {

using library::HouseFormat;
using media::FrameRate;

MATCHER_P(HasNote, code, "") {
    return std::any_of(arg.notes.begin(), arg.notes.end(),
                       [&](const library::Note& note) { return note.code == code; });
}

constexpr Size kCanvas{1920, 1080};

class Film {
  public:
    Film() {
        info_.name = "film.mp4";
        info_.duration_ns = 10'000'000'000;
        info_.video.emplace();
        info_.video->stream_id = "v";
        info_.video->width = 1920;
        info_.video->height = 1080;
        info_.video->frame_rate = {25, 1};
        info_.video->cadence = Cadence::kConstant;
        info_.audio.emplace();
        info_.audio->stream_id = "a";
        info_.audio->rate = 48'000;
        info_.audio->speakers = usual_layout(2);
        info_.audio_streams = 1;
        info_.video_streams = 1;
    }
    Film& change(const std::function<void(SourceInfo&)>& edit) {
        edit(info_);
        return *this;
    }
    Film& video(const std::function<void(VideoStream&)>& edit) {
        edit(*info_.video);
        return *this;
    }
    [[nodiscard]] Plan plan(const HouseFormat& house = {}) const {
        auto result = prepare::plan(info_, house);
        EXPECT_TRUE(result) << (result ? "" : result.error().to_string());
        return result ? *result : Plan{};
    }
    [[nodiscard]] const SourceInfo& info() const { return info_; }

  private:
    SourceInfo info_;
};

TEST(OutputRate, KeepsStandardRates) {
    for (const FrameRate rate : {FrameRate{24000, 1001}, FrameRate{24, 1}, FrameRate{25, 1},
                                 FrameRate{30000, 1001}, FrameRate{30, 1}, FrameRate{48, 1},
                                 FrameRate{50, 1}, FrameRate{60000, 1001}, FrameRate{60, 1}}) {
        EXPECT_EQ(output_rate({rate.numerator, rate.denominator}, 60), rate);
        EXPECT_EQ(output_rate({rate.numerator * 1000, rate.denominator * 1000}, 60), rate);
    }
}

TEST(OutputRate, RecognisesRoundedSpellings) {
    EXPECT_EQ(output_rate({23976, 1000}, 60), (FrameRate{24000, 1001}));
    EXPECT_EQ(output_rate({2997, 100}, 60), (FrameRate{30000, 1001}));
    EXPECT_EQ(output_rate({5994, 100}, 60), (FrameRate{60000, 1001}));
}

TEST(OutputRate, MultipliesSlowRates) {
    EXPECT_EQ(output_rate({25, 2}, 60), (FrameRate{25, 1}));
    EXPECT_EQ(output_rate({15, 1}, 60), (FrameRate{30, 1}));
    EXPECT_EQ(output_rate({15000, 1001}, 60), (FrameRate{30000, 1001}));
    EXPECT_EQ(output_rate({10, 1}, 60), (FrameRate{30, 1}));
    EXPECT_EQ(output_rate({12, 1}, 60), (FrameRate{24, 1}));
    EXPECT_EQ(output_rate({5, 1}, 60), (FrameRate{25, 1}));
    EXPECT_EQ(output_rate({20, 1}, 60), (FrameRate{60, 1}));
}

TEST(OutputRate, TakesTheNearestForOddRates) {
    EXPECT_EQ(output_rate({35, 1}, 60), (FrameRate{30, 1}));
    EXPECT_EQ(output_rate({8797, 1000}, 60), (FrameRate{25, 1}));
    EXPECT_EQ(output_rate({60104, 1000}, 60), (FrameRate{60, 1}));
    EXPECT_EQ(output_rate({1, 1}, 60), (FrameRate{24, 1}));
    EXPECT_EQ(output_rate({57, 1}, 60), (FrameRate{60000, 1001}));
}

TEST(OutputRate, DividesWhatIsAboveTheMaximum) {
    EXPECT_EQ(output_rate({120, 1}, 60), (FrameRate{60, 1}));
    EXPECT_EQ(output_rate({120000, 1001}, 60), (FrameRate{60000, 1001}));
    EXPECT_EQ(output_rate({100, 1}, 60), (FrameRate{50, 1}));
    EXPECT_EQ(output_rate({240, 1}, 60), (FrameRate{60, 1}));
    EXPECT_EQ(output_rate({60, 1}, 30), (FrameRate{30, 1}));
    EXPECT_EQ(output_rate({50, 1}, 30), (FrameRate{25, 1}));
    EXPECT_EQ(output_rate({48, 1}, 30), (FrameRate{24, 1}));
}

TEST(OutputRate, FallsBackTo25) {
    EXPECT_EQ(output_rate({0, 1}, 60), (FrameRate{25, 1}));
}

TEST(OutputRate, IsAlwaysStandardAndWithinTheMaximum) {
    for (std::int64_t millihertz = 100; millihertz < 1'000'000; millihertz += 137) {
        for (const std::uint32_t most : {24U, 25U, 30U, 50U, 60U}) {
            const FrameRate rate = output_rate({millihertz, 1000}, most);
            ASSERT_LE(rate.as_double(), most) << millihertz;
            ASSERT_EQ(output_rate({rate.numerator, rate.denominator}, most), rate) << millihertz;
        }
    }
}

TEST(Fit, FillsTheCanvasWith16To9) {
    EXPECT_EQ(fit_rectangle({1920, 1080}, {1, 1}, Orientation::kUpright, kCanvas),
              (Rectangle{0, 0, 1920, 1080}));
    EXPECT_EQ(fit_rectangle({854, 480}, {1, 1}, Orientation::kUpright, kCanvas),
              (Rectangle{0, 0, 1920, 1080}));
}

TEST(Fit, CentresOtherShapes) {
    EXPECT_EQ(fit_rectangle({640, 480}, {1, 1}, Orientation::kUpright, kCanvas),
              (Rectangle{240, 0, 1440, 1080}));
    EXPECT_EQ(fit_rectangle({1000, 1000}, {1, 1}, Orientation::kUpright, kCanvas),
              (Rectangle{420, 0, 1080, 1080}));
    EXPECT_EQ(fit_rectangle({1920, 800}, {1, 1}, Orientation::kUpright, kCanvas),
              (Rectangle{0, 140, 1920, 800}));
}

TEST(Fit, TurnsBeforeItFits) {
    const Rectangle vertical{656, 0, 608, 1080};
    EXPECT_EQ(fit_rectangle({1920, 1080}, {1, 1}, Orientation::kRotate90, kCanvas), vertical);
    EXPECT_EQ(fit_rectangle({1920, 1080}, {1, 1}, Orientation::kRotate270, kCanvas), vertical);
    EXPECT_EQ(fit_rectangle({1080, 1920}, {1, 1}, Orientation::kUpright, kCanvas), vertical);
    EXPECT_EQ(fit_rectangle({1080, 1920}, {1, 1}, Orientation::kFlipRotate90, kCanvas),
              (Rectangle{0, 0, 1920, 1080}));
    EXPECT_EQ(fit_rectangle({1920, 1080}, {1, 1}, Orientation::kRotate180, kCanvas),
              (Rectangle{0, 0, 1920, 1080}));
}

TEST(Fit, MakesPixelsSquare) {
    // PAL widescreen: 720x576 with 64:45 pixels is 16:9.
    EXPECT_EQ(fit_rectangle({720, 576}, {64, 45}, Orientation::kUpright, kCanvas),
              (Rectangle{0, 0, 1920, 1080}));
    EXPECT_EQ(fit_rectangle({1440, 1080}, {4, 3}, Orientation::kUpright, kCanvas),
              (Rectangle{0, 0, 1920, 1080}));
    // The pixel's long side turns with the picture.
    EXPECT_EQ(fit_rectangle({720, 960}, {3, 4}, Orientation::kRotate90, kCanvas),
              fit_rectangle({960, 540}, {1, 1}, Orientation::kUpright, kCanvas));
}

TEST(Fit, IsEvenInsideAndCentredForAnySize) {
    for (std::uint32_t width = 1; width < 5000; width = width * 7 / 5 + 1) {
        for (std::uint32_t height = 1; height < 5000; height = height * 9 / 7 + 1) {
            const Rectangle fit =
                fit_rectangle({width, height}, {1, 1}, Orientation::kUpright, kCanvas);
            ASSERT_EQ((fit.x | fit.y | fit.width | fit.height) % 2, 0U) << width << "x" << height;
            ASSERT_GE(std::min(fit.width, fit.height), 2U);
            ASSERT_LE(fit.x + fit.width, kCanvas.width);
            ASSERT_LE(fit.y + fit.height, kCanvas.height);
            ASSERT_LE(kCanvas.width - fit.width - 2 * fit.x, 2U) << width << "x" << height;
            ASSERT_LE(kCanvas.height - fit.height - 2 * fit.y, 2U) << width << "x" << height;
        }
    }
}

TEST(Level, HoldsTheLadderAt60) {
    EXPECT_EQ(h264_level({1920, 1080}, 60, 6000), 42U);
    EXPECT_EQ(h264_level({1280, 720}, 60, 3000), 32U);
    EXPECT_EQ(h264_level({854, 480}, 60, 1400), 31U);
    EXPECT_EQ(h264_level({426, 240}, 60, 400), 30U);
    EXPECT_EQ(h264_level({3840, 2160}, 60, 20'000), 52U);
}

TEST(Level, GrowsWithRateAndBitRate) {
    EXPECT_LT(h264_level({1920, 1080}, 30, 6000), h264_level({1920, 1080}, 60, 6000));
    EXPECT_LT(h264_level({1920, 1080}, 60, 6000), h264_level({1920, 1080}, 60, 100'000));
}

TEST(EncoderThreads, FollowTheAreaAndNeverVanish) {
    EXPECT_THAT(encoder_threads({}), testing::ElementsAre(4, 2, 1, 1));
    library::HouseFormat one;
    one.rungs = {{"180p", 320, 180, 500}};
    EXPECT_THAT(encoder_threads(one), testing::ElementsAre(6));
}

TEST(Plan, LeavesAnOrdinaryFilmAlone) {
    const Plan plan = Film().plan();
    EXPECT_EQ(plan.frame_rate, (FrameRate{25, 1}));
    EXPECT_EQ(plan.gop_frames, 50);
    EXPECT_EQ(plan.minimum_frames, 50);
    EXPECT_EQ(plan.expected_frames, 250);
    ASSERT_TRUE(plan.picture);
    EXPECT_EQ(plan.picture->stream_id, "v");
    EXPECT_EQ(plan.picture->scale_to, kCanvas);
    EXPECT_FALSE(plan.picture->deinterlace);
    EXPECT_FALSE(plan.picture->enlarges);
    ASSERT_TRUE(plan.sound);
    EXPECT_EQ(plan.sound->stream_id, "a");
    EXPECT_TRUE(plan.notes.empty());
}

TEST(Plan, PutsKeyframesEveryTwoSecondsOfFrames) {
    const auto gop = [](Rational rate) {
        return Film().video([&](auto& v) { v.frame_rate = rate; }).plan().gop_frames;
    };
    EXPECT_EQ(gop({24000, 1001}), 48);
    EXPECT_EQ(gop({30000, 1001}), 60);
    EXPECT_EQ(gop({60000, 1001}), 120);
    EXPECT_EQ(gop({48, 1}), 96);
}

TEST(Plan, MinimumIsTwoSecondsOrJustOver) {
    const auto minimum = [](Rational rate) {
        return Film().video([&](auto& v) { v.frame_rate = rate; }).plan().minimum_frames;
    };
    EXPECT_EQ(minimum({24000, 1001}), 48);  // 2.002 s
    EXPECT_EQ(minimum({30000, 1001}), 60);
    EXPECT_EQ(minimum({60, 1}), 120);
}

TEST(Plan, ScalesBeforeTurning) {
    const Plan plan = Film().video([](auto& v) { v.orientation = Orientation::kRotate90; }).plan();
    EXPECT_EQ(plan.picture->fit, (Rectangle{656, 0, 608, 1080}));
    EXPECT_EQ(plan.picture->scale_to, (Size{1080, 608}));
    EXPECT_THAT(plan, HasNote("rotated"));
    EXPECT_THAT(plan, HasNote("padded"));
}

TEST(Plan, KnowsWhetherItEnlarges) {
    const auto enlarges = [](std::uint32_t width, std::uint32_t height) {
        return Film()
            .video([&](auto& v) { v.width = width, v.height = height; })
            .plan()
            .picture->enlarges;
    };
    EXPECT_TRUE(enlarges(1280, 720));
    EXPECT_FALSE(enlarges(3840, 2160));
}

TEST(Plan, SaysWhatIsOddAboutThePicture) {
    const auto with = [](const std::function<void(VideoStream&)>& edit) {
        return Film().video(edit).plan();
    };
    EXPECT_THAT(with([](auto& v) { v.scan = Scan::kInterlaced; }), HasNote("deinterlaced"));
    EXPECT_TRUE(with([](auto& v) { v.scan = Scan::kMixed; }).picture->deinterlace);
    EXPECT_THAT(with([](auto& v) { v.cadence = Cadence::kVariable; }),
                HasNote("variable-frame-rate"));
    EXPECT_THAT(with([](auto& v) { v.frame_rate = {0, 1}; }), HasNote("unknown-frame-rate"));
    EXPECT_THAT(with([](auto& v) { v.frame_rate = {15, 1}; }), HasNote("frame-rate-converted"));
    EXPECT_THAT(with([](auto& v) { v.pixel_aspect = {4, 3}; }), HasNote("anamorphic"));
    EXPECT_THAT(with([](auto& v) { v.transfer = Transfer::kPq; }), HasNote("hdr"));
    EXPECT_THAT(with([](auto& v) { v.transfer = Transfer::kHlg; }), HasNote("hdr"));
    EXPECT_THAT(with([](auto& v) { v.bit_depth = 10; }), HasNote("bit-depth"));
    EXPECT_THAT(with([](auto& v) { v.longest_gap_ns = 3'000'000'000; }), HasNote("long-still"));
    EXPECT_THAT(with([](auto& v) { v.width = v.height = 16; }), HasNote("small-picture"));
}

TEST(Plan, ShowsASlateWithoutPictureAndSilenceWithoutSound) {
    const Plan heard = Film().change([](auto& i) { i.video.reset(); }).plan();
    EXPECT_FALSE(heard.picture);
    EXPECT_EQ(heard.frame_rate, (FrameRate{25, 1}));
    EXPECT_THAT(heard, HasNote("no-video"));
    const Plan seen = Film().change([](auto& i) { i.audio.reset(); }).plan();
    EXPECT_FALSE(seen.sound);
    EXPECT_THAT(seen, HasNote("no-audio"));
}

TEST(Plan, RefusesAFilmWithNeither) {
    const auto result =
        prepare::plan(Film().change([](auto& i) { i.video.reset(), i.audio.reset(); }).info(), {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::kInvalid);
    EXPECT_EQ(result.error().to_string(), "film.mp4: has no video or audio");
}

TEST(Plan, RefusesAPictureWithoutSize) {
    EXPECT_FALSE(prepare::plan(Film().video([](auto& v) { v.width = 0; }).info(), {}));
}

TEST(Plan, SaysWhatIsOddAboutTheRest) {
    const auto with = [](const std::function<void(SourceInfo&)>& edit) {
        return Film().change(edit).plan();
    };
    EXPECT_THAT(with([](auto& i) { i.audio->speakers = usual_layout(6); }), HasNote("downmixed"));
    EXPECT_THAT(with([](auto& i) { i.audio_streams = 2; }), HasNote("more-audio"));
    EXPECT_THAT(with([](auto& i) { i.video_streams = 2; }), HasNote("more-video"));
    EXPECT_THAT(with([](auto& i) { i.audio->rate = 8000; }), HasNote("low-sample-rate"));
    EXPECT_THAT(with([](auto& i) { i.duration_ns = 400'000'000; }), HasNote("very-short"));
    EXPECT_THAT(with([](auto& i) { i.undecodable = {"VVC/H.266"}; }),
                HasNote("undecodable-stream"));
    EXPECT_THAT(with([](auto& i) {
                    i.subtitles.push_back({"s", "WebVTT", "ru"});
                }),
                HasNote("embedded-subtitles"));
}

TEST(Plan, ExpectsNothingOfAnUnknownDuration) {
    EXPECT_EQ(Film().change([](auto& i) { i.duration_ns = 0; }).plan().expected_frames, 0);
}

VideoStream track(std::uint32_t width, std::uint32_t height, TrackWish wish) {
    VideoStream video;
    video.width = width;
    video.height = height;
    video.wish = wish;
    return video;
}

AudioStream sound(std::size_t channels, TrackWish wish, const std::string& title = "") {
    AudioStream audio;
    audio.speakers = usual_layout(channels);
    audio.wish = wish;
    audio.title = title;
    return audio;
}

TEST(Choice, OfPictureGoesByDefaultThenSize) {
    const VideoStream small = track(320, 180, TrackWish::kUnsaid);
    const VideoStream large = track(1920, 1080, TrackWish::kUnsaid);
    const VideoStream wanted = track(640, 360, TrackWish::kDefault);
    const VideoStream hidden = track(3840, 2160, TrackWish::kNotByItself);
    EXPECT_EQ(choose_video(std::vector{small, large}), 1U);
    EXPECT_EQ(choose_video(std::vector{large, large}), 0U);
    EXPECT_EQ(choose_video(std::vector{small, large, wanted}), 2U);
    EXPECT_EQ(choose_video(std::vector{hidden, small}), 1U);
}

TEST(Choice, OfSoundLeavesCommentariesOut) {
    const AudioStream comment = sound(2, TrackWish::kDefault, "Director's Commentary");
    const AudioStream described = sound(2, TrackWish::kUnsaid, "Тифлокомментарий");
    const AudioStream mono = sound(1, TrackWish::kUnsaid);
    const AudioStream stereo = sound(2, TrackWish::kUnsaid);
    const AudioStream surround = sound(6, TrackWish::kUnsaid);
    const AudioStream wanted = sound(1, TrackWish::kDefault);
    EXPECT_EQ(choose_audio(std::vector{comment, mono}), 1U);
    EXPECT_EQ(choose_audio(std::vector{described, comment}), 1U);
    EXPECT_EQ(choose_audio(std::vector{mono, stereo}), 1U);
    EXPECT_EQ(choose_audio(std::vector{stereo, surround}), 0U);
    EXPECT_EQ(choose_audio(std::vector{stereo, wanted}), 1U);
}

TEST(ProgrammeStart, IsThePicturesUnlessTheSoundIsNoticeablyEarlier) {
    constexpr std::int64_t kMs = 1'000'000;
    EXPECT_EQ(programme_start_ns(500 * kMs, std::nullopt), 500 * kMs);
    EXPECT_EQ(programme_start_ns(500 * kMs, 900 * kMs), 500 * kMs);
    EXPECT_EQ(programme_start_ns(500 * kMs, 450 * kMs), 500 * kMs);
    EXPECT_EQ(programme_start_ns(500 * kMs, 100 * kMs), 100 * kMs);
    EXPECT_EQ(programme_start_ns(700'000 * kMs, 0), 700'000 * kMs);
}

TEST(Plan, ReportsDolbyVisionJumpsAndSubtitles) {
    const auto with = [](auto change) { return Film().change(change).plan(); };
    EXPECT_THAT(with([](auto& i) { i.video->dolby_vision = 5; }), HasNote("dolby-vision"));
    EXPECT_THAT(with([](auto& i) { i.video->jumps = {{0, -1}}; }), HasNote("time-jump"));
    EXPECT_THAT(with([](auto& i) {
                    i.subtitles.push_back({"s", "PGS", "ru"});
                    i.subtitles.back().form = TextForm::kBitmap;
                }),
                HasNote("bitmap-subtitles"));
    EXPECT_THAT(with([](auto& i) { i.attached_pictures = 1; }), HasNote("attached-picture"));
    EXPECT_THAT(with([](auto& i) { i.damage = "cut short"; }), HasNote("damaged-file"));
    EXPECT_THAT(with([](auto& i) {
                    i.video->end_ns = 20'000'000'000;
                    i.audio->end_ns = 10'000'000'000;
                }),
                HasNote("sound-ends-early"));
}

}  // namespace
}  // namespace matinee::prepare
