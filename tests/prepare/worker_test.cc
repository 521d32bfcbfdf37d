// From made-up films to prepared entries, with real pipelines and a small ladder.
#include "prepare/worker.h"

#include <cmath>
#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film.h"
#include "library/growing_entry.h"
#include "library/prepared_entry.h"
#include "prepare/discover.h"
#include "prepare/loudness.h"
#include "prepare/plan.h"
#include "prepare/sound_source.h"
#include "prepare_film.h"

namespace matinee::prepare {
namespace {

using library::Manifest;
using library::PreparedEntry;
using testing::HasSubstr;

std::shared_ptr<const PreparedEntry> opened(const std::filesystem::path& directory) {
    auto entry = PreparedEntry::open(directory);
    EXPECT_TRUE(entry) << (entry ? "" : entry.error().to_string());
    return entry ? *entry : nullptr;
}

void expect_failure(const Result<Manifest>& result, ErrorCode code, const std::string& text) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code) << result.error().to_string();
    EXPECT_THAT(result.error().to_string(), HasSubstr(text));
}

bool has_note(const Manifest& manifest, const std::string& code) {
    return std::any_of(manifest.notes.begin(), manifest.notes.end(),
                       [&](const library::Note& note) { return note.code == code; });
}

// The sound of a file as it is heard: left channel.
std::vector<float> hear(const std::filesystem::path& path) {
    const StopFlag never;
    const auto info = discover(path.string(), {}, never);
    EXPECT_TRUE(info) << (info ? "" : info.error().to_string());
    if (!info || !info->audio) return {};
    std::vector<float> left;
    auto source = SoundSource::open(
        path.string(), SoundPlan{info->audio->stream_id},
        [&](std::int64_t, std::span<const float> stereo) {
            for (std::size_t i = 0; i < stereo.size(); i += 2)
                left.push_back(stereo[i]);
            return true;
        },
        [] {});
    EXPECT_TRUE(source);
    const Heartbeat none;
    Pipeline* const pipelines[] = {&(*source)->pipeline()};
    EXPECT_TRUE(run_all(pipelines, {.stop = never, .heartbeat = none}));
    return left;
}

// The first sample louder than a fifth of full scale.
std::ptrdiff_t onset(const std::vector<float>& sound) {
    const auto loud = [](float sample) { return std::abs(sample) > 0.2F; };
    return std::find_if(sound.begin(), sound.end(), loud) - sound.begin();
}

TEST(Worker, WritesTheSameParameterSetsWhateverTheFrameRate) {
    const TempFolder folder;
    std::vector<std::shared_ptr<const PreparedEntry>> entries;
    const std::pair<const char*, std::int64_t> rates[] = {
        {"24000/1001", 48}, {"25/1", 50}, {"30/1", 60}, {"60/1", 120}};
    for (const auto& [rate, gop] : rates) {
        const std::string name = std::to_string(entries.size());
        const auto film =
            make_film(folder / (name + ".mp4"), ball(rate, static_cast<int>(2 * gop + 20)));
        const auto manifest = prepare_film(film, folder / name);
        ASSERT_TRUE(manifest) << rate << ": " << manifest.error().to_string();
        EXPECT_EQ(manifest->frame_count, 2 * gop + 20) << rate;
        const auto entry = opened(folder / name);
        ASSERT_TRUE(entry);
        for (const auto& track : entry->videos()) {
            ASSERT_EQ(track.index.chunks.size(), 3U) << rate;
            EXPECT_EQ(track.index.chunks[1].first_sample, gop) << rate;
            EXPECT_EQ(track.index.chunks[2].first_sample, 2 * gop) << rate;
        }
        entries.push_back(entry);
    }
    for (const auto& entry : entries) {
        for (std::size_t rung = 0; rung < entry->videos().size(); ++rung) {
            EXPECT_EQ(entry->videos()[rung].config, entries.front()->videos()[rung].config);
            EXPECT_EQ(*entry->videos()[rung].init, *entries.front()->videos()[rung].init);
        }
    }
}

TEST(Worker, KeepsSoundWhereItWasAgainstThePicture) {
    const TempFolder folder;
    // Sound that sets in half a second after the picture, and one that sets in with it.
    for (const auto& [offset_ns, expected] :
         {std::pair<std::int64_t, std::ptrdiff_t>{500'000'000, 24'000}, {0, 0}}) {
        const auto film = make_film(
            folder / "film.mkv",
            ball("25/1", 60, "320x180", "matroskamux") +
                "audiotestsrc wave=sine freq=1000 volume=0.8 num-buffers=80 timestamp-offset=" +
                std::to_string(offset_ns) +
                " ! audio/x-raw,rate=48000,channels=2 ! flacenc ! queue ! mux.");
        const std::filesystem::path out = folder / ("out" + std::to_string(offset_ns));
        const auto manifest = prepare_film(film, out);
        ASSERT_TRUE(manifest) << manifest.error().to_string();
        // The encoders' transients and the fade-in blur the edge by a few milliseconds.
        EXPECT_NEAR(static_cast<double>(onset(hear(out / "audio.mp4"))),
                    static_cast<double>(expected), 480)
            << offset_ns;
    }
}

TEST(Worker, ReachesTheLoudnessAskedFor) {
    const TempFolder folder;
    const auto film = make_film(
        folder / "film.mkv", ball("25/1", 100, "320x180", "matroskamux") +
                                 "audiotestsrc wave=sine freq=1000 volume=0.02 num-buffers=188 ! "
                                 "audio/x-raw,rate=48000,channels=2 ! flacenc ! queue ! mux.");
    library::HouseFormat house = small_house();
    house.loudness_lufs = -23.0;
    const auto manifest = prepare_film(film, folder / "out", house);
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    ASSERT_TRUE(manifest->loudness);
    // A stereo sine of amplitude a is at 20 log a LUFS, within the K weighting at 1 kHz.
    EXPECT_NEAR(*manifest->loudness->integrated_lufs, -34.0, 1.0);
    EXPECT_NEAR(manifest->loudness->gain_db, 11.0, 1.0);
    const StopFlag never;
    Heartbeat heartbeat;
    const auto audio = (folder / "out" / "audio.mp4").string();
    const auto info = discover(audio, {}, never);
    ASSERT_TRUE(info && info->audio);
    const auto after =
        measure_sound(audio, SoundPlan{info->audio->stream_id}, std::nullopt,
                      {.stop = never, .heartbeat = heartbeat}, heartbeat, [](std::int64_t) {});
    ASSERT_TRUE(after);
    EXPECT_NEAR(*after->integrated_lufs, -23.0, 0.5);
}

TEST(Worker, HoldsAShortFilmToTwoSeconds) {
    const TempFolder folder;
    const auto film = make_film(folder / "short.mp4", ball("25/1", 10));
    const auto manifest = prepare_film(film, folder / "out");
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    EXPECT_EQ(manifest->frame_count, 50);
    EXPECT_TRUE(has_note(*manifest, "very-short"));
    EXPECT_TRUE(has_note(*manifest, "no-audio"));
}

TEST(Worker, PadsOtherShapesEitherWay) {
    const TempFolder folder;
    const auto film = make_film(folder / "vertical.mp4", ball("30/1", 70, "180x320"));
    for (const auto padding : {library::Padding::kBlur, library::Padding::kBlack}) {
        library::HouseFormat house = small_house();
        house.padding = padding;
        const std::filesystem::path out =
            folder / (padding == library::Padding::kBlur ? "blur" : "black");
        const auto manifest = prepare_film(film, out, house);
        ASSERT_TRUE(manifest) << manifest.error().to_string();
        EXPECT_EQ(manifest->frame_count, 70);
        EXPECT_TRUE(has_note(*manifest, "padded"));
        EXPECT_TRUE(std::filesystem::exists(out / "poster.jpg"));
        EXPECT_TRUE(std::filesystem::exists(out / "thumbnails.jpg"));
        ASSERT_TRUE(manifest->thumbnails);
        EXPECT_EQ(manifest->thumbnails->count, 3U);
        EXPECT_EQ(manifest->thumbnails->interval_seconds, 1.0);
    }
}

TEST(Worker, ConvertsInterlacedAnamorphicTenBitMaterial) {
    const TempFolder folder;
    const auto film = make_film(
        folder / "tape.mkv",
        "videotestsrc num-buffers=120 pattern=ball ! "
        "video/x-raw,format=I420,width=360,height=288,framerate=50/1,pixel-aspect-ratio=16/15 ! "
        "interlace field-pattern=1:1 ! x264enc interlaced=true speed-preset=ultrafast ! h264parse "
        "! "
        "matroskamux ! filesink name=file");
    const auto manifest = prepare_film(film, folder / "out");
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    EXPECT_EQ(manifest->frame_rate, (media::FrameRate{25, 1}));
    EXPECT_NEAR(static_cast<double>(manifest->frame_count), 60, 1);
    EXPECT_TRUE(has_note(*manifest, "deinterlaced"));
    EXPECT_TRUE(has_note(*manifest, "anamorphic"));
    const auto ten_bit =
        make_film(folder / "ten.mkv",
                  "videotestsrc num-buffers=60 ! video/x-raw,format=I422_10LE,width=320,height=180,"
                  "framerate=30/1 ! x264enc speed-preset=ultrafast ! h264parse ! matroskamux ! "
                  "filesink name=file");
    const auto deep = prepare_film(ten_bit, folder / "deep");
    ASSERT_TRUE(deep) << deep.error().to_string();
    EXPECT_EQ(deep->frame_count, 60);
    EXPECT_TRUE(has_note(*deep, "bit-depth"));
}

TEST(Worker, ShowsASlateForSoundAlone) {
    const TempFolder folder;
    const auto film = make_film(folder / "song <&> 'live'.flac",
                                "audiotestsrc num-buffers=130 samplesperbuffer=1024 ! "
                                "audio/x-raw,rate=44100,channels=1 ! flacenc ! filesink name=file");
    const auto manifest = prepare_film(film, folder / "out");
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    // 130 * 1024 / 44100 s = 3.0186 s, in whole frames of 25 fps.
    EXPECT_EQ(manifest->frame_count, 76);
    EXPECT_TRUE(has_note(*manifest, "no-video"));
}

TEST(Worker, TakesAnyFileName) {
    const TempFolder folder;
    const auto film = make_film(folder / "film.mp4", ball("25/1", 50));
    int number = 0;
    for (const char* name : {"-dash.mp4", "it's \"quoted\" [1] {x} %20 #2?.mp4", "电影 фильм.mp4",
                             "a ! fakesink name=b.mp4"}) {
        std::filesystem::copy_file(film, folder / name);
        const auto manifest =
            prepare_film(folder / name, folder / ("out" + std::to_string(++number)));
        ASSERT_TRUE(manifest) << name << ": " << manifest.error().to_string();
        EXPECT_EQ(manifest->source_name, name);
    }
}

TEST(Worker, SaysWhatIsWrongWithABadFileAndLeavesNothing) {
    const TempFolder folder;
    std::ofstream(folder / "empty.mp4").close();
    std::ofstream(folder / "text.mp4") << "Dear festival, here is my film.\n";
    const auto film = make_film(folder / "whole.mp4", ball("25/1", 50));
    std::ifstream whole(film, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(whole), {}};
    std::ofstream(folder / "cut.mp4", std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    const std::size_t before = folder.count();

    expect_failure(prepare_film(folder / "empty.mp4", folder / "out"), ErrorCode::kInvalid,
                   "empty.mp4: is empty");
    expect_failure(prepare_film(folder / "text.mp4", folder / "out"), ErrorCode::kInvalid,
                   "text.mp4: is not a video file (looks like text)");
    expect_failure(prepare_film(folder / "cut.mp4", folder / "out"), ErrorCode::kInvalid,
                   "cut.mp4: is cut short: the index (moov) is missing");
    expect_failure(prepare_film(folder / "none.mp4", folder / "out"), ErrorCode::kNotFound,
                   "none.mp4");
    EXPECT_EQ(folder.count(), before);
}

TEST(Worker, DoesNotTouchAFolderThatIsInUse) {
    const TempFolder folder;
    const auto film = make_film(folder / "film.mp4", ball("25/1", 50));
    std::filesystem::create_directory(folder / "out");
    std::ofstream(folder / "out" / "mine") << "x";
    expect_failure(prepare_film(film, folder / "out"), ErrorCode::kConflict, "is there already");
    EXPECT_TRUE(std::filesystem::exists(folder / "out" / "mine"));
    std::filesystem::remove(folder / "out" / "mine");
    EXPECT_TRUE(prepare_film(film, folder / "out")) << "an empty folder is fine";
}

TEST(Worker, StopsOnRequestAndLeavesNothing) {
    const TempFolder folder;
    const auto film = make_film(folder / "film.mp4", ball("25/1", 2000));
    WorkerOptions options;
    options.source = film;
    options.output = folder / "out";
    options.house = small_house();
    StopFlag stop;
    // From another thread, as soon as the work folder shows that the work goes on.
    std::thread canceller([&] {
        while (folder.count() < 2)
            std::this_thread::yield();
        stop.request();
    });
    ProgressReporter quiet(ProgressStyle::kQuiet);
    const auto result = prepare::prepare(options, stop, quiet);
    canceller.join();
    expect_failure(result, ErrorCode::kCancelled, "stopped on request");
    EXPECT_EQ(folder.count(), 1U);
}

TEST(RunAll, GivesUpOnAPipelineThatDoesNotMove) {
    ASSERT_TRUE(init_gstreamer());
    auto pipeline = Pipeline::parse("stuck", "appsrc ! fakesink");
    ASSERT_TRUE(pipeline);
    const StopFlag never;
    const Heartbeat none;
    Pipeline* const pipelines[] = {&*pipeline};
    const auto result = run_all(
        pipelines,
        {.stop = never, .heartbeat = none, .stall_timeout = std::chrono::milliseconds(200)});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::kExhausted);
}

TEST(RunAll, NamesWhatTheMachineLacks) {
    ASSERT_TRUE(init_gstreamer());
    const auto pipeline = Pipeline::parse("odd", "fakesrc ! nosuchelement ! fakesink");
    ASSERT_FALSE(pipeline);
    EXPECT_EQ(pipeline.error().code(), ErrorCode::kUnsupported);
    EXPECT_THAT(pipeline.error().to_string(), HasSubstr("nosuchelement"));
}

TEST(Worker, CanBePlayedWhileItWorks) {
    const TempFolder folder;
    // Longer than what is not worth announcing.
    const auto film =
        make_film(folder / "long.mkv", ball("25/1", 63 * 25, "160x90", "matroskamux") +
                                           " audiotestsrc num-buffers=3000 samplesperbuffer=1024 ! "
                                           "audio/x-raw,rate=48000 ! avenc_aac ! mux.");
    WorkerOptions options;
    options.source = film;
    options.output = folder / "out";
    options.house = small_house();
    std::unique_ptr<library::GrowingEntry> growing;
    std::vector<std::shared_ptr<const PreparedEntry>> snapshots;
    options.on_available = [&](const std::filesystem::path& directory, std::int64_t groups) {
        if (!growing) {
            auto opened = library::GrowingEntry::open(directory);
            ASSERT_TRUE(opened) << opened.error().to_string();
            growing = *std::move(opened);
        }
        const auto entry = growing->advance(groups);
        ASSERT_TRUE(entry) << entry.error().to_string();
        snapshots.push_back(*entry);
    };
    const StopFlag never;
    ProgressReporter quiet(ProgressStyle::kQuiet);
    const auto manifest = prepare::prepare(options, never, quiet);
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    ASSERT_FALSE(snapshots.empty());
    const auto whole = opened(options.output);
    for (const auto& snapshot : snapshots) {
        EXPECT_EQ(snapshot->manifest().media_id, manifest->media_id);
        EXPECT_EQ(snapshot->manifest().frame_count, manifest->frame_count) << "the promise is kept";
        const auto& early = snapshot->videos()[0].index;
        const auto& late = whole->videos()[0].index;
        ASSERT_GT(early.chunks.size(), 0U);
        EXPECT_TRUE(std::ranges::equal(early.samples, late.samples.first(early.samples.size())));
        EXPECT_EQ(snapshot->videos()[0].init_id, whole->videos()[0].init_id);
        EXPECT_EQ(snapshot->audio().init_id, whole->audio().init_id);
    }
}

// What is promised before encoding is what comes out, for sources whose timestamps are exact,
// rounded to milliseconds, and uneven.
TEST(Worker, KnowsBeforehandHowManyFramesThereWillBe) {
    const TempFolder folder;
    const std::pair<const char*, std::string> films[] = {
        {"ntsc.mp4", ball("30000/1001", 100)},
        {"film.mkv", ball("24000/1001", 77, "320x180", "matroskamux")},
        {"odd.mp4", ball("17/1", 61)},
        {"fast.mkv", ball("120/1", 250, "160x90", "matroskamux")}};
    for (const auto& [name, description] : films) {
        const auto film = make_film(folder / name, description);
        const StopFlag never;
        const auto source = discover(film.string(), {}, never);
        ASSERT_TRUE(source) << source.error().to_string();
        const auto plan = prepare::plan(*source, small_house());
        ASSERT_TRUE(plan);
        const auto manifest = prepare_film(film, folder / (std::string(name) + ".out"));
        ASSERT_TRUE(manifest) << manifest.error().to_string();
        EXPECT_EQ(plan->promised_frames, manifest->frame_count) << name;
    }
}

}  // namespace
}  // namespace matinee::prepare
