// Burned-in subtitles and cards, through the whole worker with a small ladder.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film.h"
#include "library/prepared_entry.h"
#include "media/nal_unit.h"
#include "prepare/cards.h"
#include "prepare/pipeline_text.h"
#include "prepare/worker.h"
#include "subtitles/ass_writer.h"

namespace matinee::prepare {
namespace {

using library::Manifest;
using library::PreparedEntry;
using subtitles::Kind;
using testing::HasSubstr;

constexpr media::FrameRate kRate{30000, 1001};
constexpr int kGreyFrames = 75;
constexpr std::size_t kWidth = 320;
constexpr std::size_t kHeight = 180;

library::HouseFormat legible_house() {
    library::HouseFormat house;
    house.rungs = {{"180p", kWidth, kHeight, 800}, {"90p", 160, 90, 200}};
    house.speed_preset = "ultrafast";
    house.loudness_lufs.reset();
    return house;
}

Result<Manifest> prepare_with(WorkerOptions options) {
    options.house = legible_house();
    const StopFlag never;
    ProgressReporter quiet(ProgressStyle::kQuiet);
    return prepare::prepare(options, never, quiet);
}

subtitles::Track track_of(const std::string& language,
                          std::initializer_list<std::pair<int, int>> times_ms,
                          const std::string& text) {
    subtitles::Document document;
    for (const auto& [start, end] : times_ms) {
        subtitles::Cue cue;
        cue.start = subtitles::Milliseconds(start);
        cue.end = subtitles::Milliseconds(end);
        cue.text = text;
        document.cues.push_back(cue);
    }
    return {language, Kind::kSubtitles, std::move(document)};
}

// A film of even grey: whatever is brighter or darker in it was drawn.
std::filesystem::path grey_film(const TempFolder& folder) {
    return make_film(
        folder / "grey.mp4",
        fmt::format("videotestsrc pattern=solid-color foreground-color=0xff606060 "
                    "num-buffers={} ! video/x-raw,format=I420,width={},height={},"
                    "framerate=30000/1001 ! x264enc speed-preset=ultrafast ! h264parse "
                    "! mp4mux ! filesink name=file",
                    kGreyFrames, kWidth, kHeight));
}

// How much text there is in rows [from, to) of each picture of a video track.
std::vector<double> ink(const std::filesystem::path& track, std::size_t from, std::size_t to) {
    auto pipeline =
        Pipeline::parse("look",
                        "filesrc name=file ! qtdemux ! h264parse ! avdec_h264 ! "
                        "videoconvert ! videoscale ! video/x-raw,format=GRAY8,width=320,height=180 "
                        "! appsink name=frames sync=false");
    EXPECT_TRUE(pipeline) << (pipeline ? "" : pipeline.error().to_string());
    const auto file = pipeline->element("file");
    g_object_set(file->get(), "location", track.c_str(), nullptr);
    const auto sink = pipeline->element("frames");
    EXPECT_TRUE(pipeline->play());
    std::vector<double> amounts;
    for (;;) {
        const auto sample = Ref<GstSample>::adopt(
            gst_app_sink_try_pull_sample(GST_APP_SINK(sink->get()), 100 * GST_MSECOND));
        const auto ended = pipeline->poll();
        EXPECT_TRUE(ended) << ended.error().to_string();
        if (!ended || (!sample && gst_app_sink_is_eos(GST_APP_SINK(sink->get())))) break;
        if (!sample) continue;
        const MappedBuffer buffer(gst_sample_get_buffer(sample.get()));
        const int background = static_cast<int>(buffer.bytes().front());
        double amount = 0;
        for (std::size_t y = from; y < to; ++y) {
            for (std::size_t x = 0; x < kWidth; ++x) {
                const int value = static_cast<int>(buffer.bytes()[y * kWidth + x]);
                // White letters, black outline; compression makes less of a difference.
                if (std::abs(value - background) > 20) amount += 1;
            }
        }
        amounts.push_back(amount);
    }
    return amounts;
}

struct Burned {
    std::filesystem::path entry;
    std::filesystem::path set;
    Manifest manifest;
};

Result<Burned> burn_in(const TempFolder& folder, const std::string& name,
                       const std::vector<subtitles::Track>& tracks,
                       std::vector<library::SubtitleChoice> choices) {
    Burned burned;
    burned.entry = folder / name;
    burned.set = folder / "sets" / TRY(library::SubtitleSet::publish(folder / "sets", tracks));
    WorkerOptions options;
    options.source = folder / "grey.mp4";
    options.output = burned.entry;
    options.subtitles = burned.set;
    options.variant.burn_in.tracks = choices;
    const auto set = TRY(library::SubtitleSet::open(burned.set));
    options.variant.burn_in.content = TRY(library::subtitles_content(*set, choices));
    burned.manifest = TRY(prepare_with(options));
    return burned;
}

TEST(BurnedIn, ShowsACueWithinOneFrameOfTheSoftSubtitles) {
    const TempFolder folder;
    grey_film(folder);
    // Starts and ends on no frame of 29.97.
    const auto track = track_of("zh", {{317, 733}, {1250, 1999}}, "你好世界");
    const auto burned = burn_in(folder, "zh", {track}, {{"zh", Kind::kSubtitles}});
    ASSERT_TRUE(burned) << burned.error().to_string();
    const auto entry = PreparedEntry::open(burned->entry);
    ASSERT_TRUE(entry);
    for (const auto& rung : (*entry)->videos()) {
        const auto drawn = ink(burned->entry / rung.info.file, 0, kHeight);
        ASSERT_EQ(drawn.size(), static_cast<std::size_t>(kGreyFrames)) << rung.info.name;
        for (int frame = 0; frame < kGreyFrames; ++frame) {
            const Ticks start = kRate.start_of(frame);
            const Ticks end = kRate.start_of(frame + 1);
            const bool is_drawn = drawn[static_cast<std::size_t>(frame)] > 20;
            // What a player shows of the soft subtitles while this frame is on.
            bool some = false;
            bool all = false;
            for (const auto& cue : track.cues()) {
                some = some || (Ticks(cue.start) < end && Ticks(cue.end) > start);
                all = all || (Ticks(cue.start) <= start && Ticks(cue.end) >= end);
            }
            if (all != some) continue;  // it begins or ends while the frame is on: either is right
            EXPECT_EQ(is_drawn, all) << rung.info.name << " frame " << frame;
        }
    }
}

TEST(BurnedIn, StacksTwoLanguagesWhereTheScriptSays) {
    const TempFolder folder;
    grey_film(folder);
    const std::vector tracks = {track_of("ru", {{0, 2000}}, "Привет, мир"),
                                track_of("zh", {{0, 1000}}, "你好世界")};
    const auto burned =
        burn_in(folder, "both", tracks, {{"zh", Kind::kSubtitles}, {"ru", Kind::kSubtitles}});
    ASSERT_TRUE(burned) << burned.error().to_string();
    const subtitles::Track* const order[] = {&tracks[1], &tracks[0]};
    const auto script = subtitles::ass_script(order, {kWidth, kHeight, kRate});
    ASSERT_EQ(script.events.size(), 2U);
    for (const auto& event : script.events) {
        const auto drawn =
            ink(burned->entry / "video-180p.mp4", static_cast<std::size_t>(event.top),
                static_cast<std::size_t>(std::ceil(event.bottom)));
        const auto end = static_cast<std::size_t>(event.end_frame);
        ASSERT_LT(end, drawn.size());
        // In its place while it lasts, also when the other one is gone, and in no other's.
        EXPECT_GT(drawn.front(), 20);
        EXPECT_GT(drawn[end - 1], 20);
        EXPECT_EQ(drawn[end], 0);
    }
    const auto above =
        ink(burned->entry / "video-180p.mp4", 0, static_cast<std::size_t>(script.events[0].top));
    EXPECT_EQ(above[10], 0);
}

TEST(BurnedIn, IsNamedByWhatIsDrawnAndSharesTheInitSections) {
    const TempFolder folder;
    grey_film(folder);
    WorkerOptions plain;
    plain.source = folder / "grey.mp4";
    plain.output = folder / "plain";
    const auto manifest = prepare_with(plain);
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    const auto one =
        burn_in(folder, "one", {track_of("ru", {{0, 500}}, "раз")}, {{"ru", Kind::kSubtitles}});
    const auto two =
        burn_in(folder, "two", {track_of("ru", {{0, 500}}, "два")}, {{"ru", Kind::kSubtitles}});
    ASSERT_TRUE(one) << one.error().to_string();
    ASSERT_TRUE(two) << two.error().to_string();
    EXPECT_NE(one->manifest.media_id, manifest->media_id);
    EXPECT_NE(one->manifest.media_id, two->manifest.media_id);
    EXPECT_EQ(one->manifest.frame_count, manifest->frame_count);
    const auto a = PreparedEntry::open(folder / "plain");
    const auto b = PreparedEntry::open(one->entry);
    ASSERT_TRUE(a && b);
    EXPECT_EQ((*b)->manifest().variant, one->manifest.variant);
    for (std::size_t rung = 0; rung < (*a)->videos().size(); ++rung) {
        EXPECT_EQ(*(*a)->videos()[rung].init, *(*b)->videos()[rung].init);
    }
    EXPECT_EQ(*(*a)->audio().init, *(*b)->audio().init);

    WorkerOptions wrong = plain;
    wrong.output = folder / "wrong";
    wrong.subtitles = two->set;
    wrong.variant = one->manifest.variant;
    const auto refused = prepare_with(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(refused.error().to_string(), HasSubstr("ask again"));
}

// Sum of the absolute differences of two pictures within a rectangle.
std::int64_t difference(const std::vector<std::byte>& a, const std::vector<std::byte>& b,
                        std::size_t left, std::size_t top, std::size_t right, std::size_t bottom) {
    std::int64_t sum = 0;
    for (std::size_t y = top; y < bottom; ++y) {
        for (std::size_t x = left; x < right; ++x) {
            sum +=
                std::abs(static_cast<int>(a[y * kWidth + x]) - static_cast<int>(b[y * kWidth + x]));
        }
    }
    return sum;
}

TEST(CardEntry, CountsDownSecondBySecond) {
    const TempFolder folder;
    const auto svg = load_card_template("countdown");
    ASSERT_TRUE(svg);
    const auto filled = fill_card("countdown", *svg, {{"title-1", {"纸船", "zh"}}});
    ASSERT_TRUE(filled);
    {
        std::ofstream file(folder / "card.json");
        file << to_json(Card{std::chrono::milliseconds(3000), *filled});
    }
    WorkerOptions options;
    options.source = folder / "card.json";
    options.kind = SourceKind::kCard;
    options.output = folder / "card";
    const auto manifest = prepare_with(options);
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    EXPECT_TRUE(manifest->all_intra);
    EXPECT_TRUE(manifest->counts_down);
    EXPECT_EQ(manifest->frame_count, 75);

    const auto pictures =
        decode(folder / "card" / "video-180p.mp4",
               "h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8");
    ASSERT_EQ(pictures.size(), 75U);
    // Within the ring: the number, which changes with each second and not in between.
    for (std::size_t i = 1; i < pictures.size(); ++i) {
        const std::int64_t number = difference(pictures[i - 1], pictures[i], 64, 72, 110, 108);
        if (i % 25 == 0) {
            EXPECT_GT(number, 8'000) << "picture " << i;
        } else {
            EXPECT_LT(number, 5'000) << "picture " << i;  // what compression makes of it
        }
    }
    // The title stays, and a third of the ring goes in a second: from the top, clockwise.
    EXPECT_LT(difference(pictures[2], pictures[70], 160, 0, 320, 180), 20'000);
    const auto at_four_o_clock = [&](std::size_t i) {
        return static_cast<int>(pictures[i][116 * kWidth + 131]);
    };
    EXPECT_GT(at_four_o_clock(20), at_four_o_clock(30) + 40);
}

TEST(CardEntry, IsAllKeyframesWithTheInitSectionsOfAFilm) {
    const TempFolder folder;
    grey_film(folder);
    WorkerOptions film;
    film.source = folder / "grey.mp4";
    film.output = folder / "film";
    ASSERT_TRUE(prepare_with(film));

    const auto svg = load_card_template("title");
    ASSERT_TRUE(svg);
    const auto filled = fill_card("title", *svg, {{"title-1", {"纸船", "zh"}}});
    ASSERT_TRUE(filled);
    {
        std::ofstream file(folder / "card.json");
        file << to_json(Card{std::chrono::milliseconds(5000), *filled});
    }
    WorkerOptions options;
    options.source = folder / "card.json";
    options.kind = SourceKind::kCard;
    options.output = folder / "card";
    const auto manifest = prepare_with(options);
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    EXPECT_TRUE(manifest->all_intra);
    EXPECT_FALSE(manifest->counts_down);
    EXPECT_EQ(manifest->frame_count, 125);

    const auto a = PreparedEntry::open(folder / "film");
    const auto b = PreparedEntry::open(folder / "card");
    ASSERT_TRUE(a && b);
    EXPECT_TRUE((*b)->manifest().all_intra);
    for (std::size_t rung = 0; rung < (*a)->videos().size(); ++rung) {
        const auto& track = (*b)->videos()[rung];
        EXPECT_EQ(*(*a)->videos()[rung].init, *track.init);
        // The groups are those of any film at 25 frames a second, for segments of equal length ...
        ASSERT_EQ(track.index.chunks.size(), 3U);
        EXPECT_EQ(track.index.chunks[1].first_sample, 50U);
        // ... but every sample is an IDR picture, shown when it is decoded.
        std::int64_t at = 0;
        for (const media::Chunk& chunk : track.index.chunks) {
            std::uint64_t offset = chunk.offset;
            for (const media::Sample& sample : track.index.samples_of(chunk)) {
                EXPECT_EQ(sample.composition_offset, 0);
                const auto idr = media::holds_idr(track.file->bytes().subspan(offset, sample.size));
                ASSERT_TRUE(idr);
                EXPECT_TRUE(*idr) << at;
                offset += sample.size;
                ++at;
            }
        }
        EXPECT_EQ(at, 125);
    }
    EXPECT_EQ(*(*a)->audio().init, *(*b)->audio().init);
    const auto drawn = ink(folder / "card" / "video-180p.mp4", 0, kHeight);
    EXPECT_GT(drawn.front(), 20);
    EXPECT_GT(drawn.back(), 20);
}

TEST(CardEntry, SaysWhatIsWrongWithItsFile) {
    const TempFolder folder;
    {
        std::ofstream file(folder / "card.json");
        file << to_json(Card{std::chrono::milliseconds(5000), "no picture"});
    }
    WorkerOptions options;
    options.source = folder / "card.json";
    options.kind = SourceKind::kCard;
    options.output = folder / "card";
    const auto result = prepare_with(options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(result.error().to_string(), HasSubstr("card.json: is no SVG picture"));
}

}  // namespace
}  // namespace matinee::prepare
