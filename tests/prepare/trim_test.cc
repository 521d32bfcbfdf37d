// Parts of films, through the whole worker with a small ladder.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film.h"
#include "library/prepared_entry.h"
#include "prepare/worker.h"

namespace matinee::prepare {
namespace {

using library::Manifest;
using testing::HasSubstr;

constexpr int kFrames = 150;  // six seconds

library::HouseFormat tiny_house() {
    library::HouseFormat house;
    house.rungs = {{"90p", 160, 90, 300}};
    house.speed_preset = "ultrafast";
    house.loudness_lufs.reset();
    return house;
}

Result<Manifest> prepare_part(const TestFolder& folder, const std::string& name,
                              const library::Trim& trim) {
    WorkerOptions options;
    options.source = folder / "film.mp4";
    options.output = folder / name;
    options.house = tiny_house();
    options.variant.trim = trim;
    const StopFlag never;
    ProgressReporter quiet(ProgressStyle::kQuiet);
    return prepare::prepare(options, never, quiet);
}

// Every picture differs from its neighbours; silence, and a tone from two seconds on. (The ticks of
// audiotestsrc would be nearer, but their loudness is what memory happened to hold.)
void make_source(const TestFolder& folder) {
    const std::string form =
        " samplesperbuffer=960 ! audio/x-raw,format=F32LE,rate=48000,channels=2 ! sound. ";
    make_film(folder / "film.mp4", ball("25/1", kFrames) +
                                       "concat name=sound ! avenc_aac ! queue ! mux. "
                                       "audiotestsrc wave=silence num-buffers=100" +
                                       form + "audiotestsrc freq=1000 num-buffers=201" + form);
}

// Buffers of `caps` that come out of the pipeline's `appsink name=out`.
std::vector<std::vector<std::byte>> decode(const std::filesystem::path& file,
                                           const std::string& description) {
    auto pipeline = Pipeline::parse(
        "look", "filesrc name=file ! qtdemux ! " + description + " ! appsink name=out sync=false");
    EXPECT_TRUE(pipeline) << (pipeline ? "" : pipeline.error().to_string());
    const auto source = pipeline->element("file");
    g_object_set(source->get(), "location", file.c_str(), nullptr);
    const auto sink = pipeline->element("out");
    EXPECT_TRUE(pipeline->play());
    std::vector<std::vector<std::byte>> buffers;
    for (;;) {
        const auto sample = Ref<GstSample>::adopt(
            gst_app_sink_try_pull_sample(GST_APP_SINK(sink->get()), 100 * GST_MSECOND));
        const auto ended = pipeline->poll();
        EXPECT_TRUE(ended) << ended.error().to_string();
        if (!ended || (!sample && gst_app_sink_is_eos(GST_APP_SINK(sink->get())))) break;
        if (!sample) continue;
        const MappedBuffer buffer(gst_sample_get_buffer(sample.get()));
        buffers.emplace_back(buffer.bytes().begin(), buffer.bytes().end());
    }
    return buffers;
}

std::vector<std::vector<std::byte>> pictures(const std::filesystem::path& entry) {
    return decode(entry / "video-90p.mp4",
                  "h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8");
}

std::int64_t difference(const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        sum += std::abs(static_cast<int>(a[i]) - static_cast<int>(b[i]));
    }
    return sum;
}

// When the sound first is loud, in seconds.
double tone_begins(const std::filesystem::path& entry) {
    const auto buffers = decode(entry / "audio.mp4",
                                "aacparse ! avdec_aac ! audioconvert ! "
                                "audio/x-raw,format=S16LE,channels=1");
    std::size_t at = 0;
    for (const auto& buffer : buffers) {
        for (std::size_t i = 0; i + 1 < buffer.size(); i += 2, ++at) {
            const auto value = static_cast<std::int16_t>(static_cast<int>(buffer[i]) |
                                                         static_cast<int>(buffer[i + 1]) << 8);
            if (std::abs(value) > 8000) return static_cast<double>(at) / 48'000;
        }
    }
    return -1;
}

TEST(Part, HasJustTheFramesBetweenItsPointsAndTheirSound) {
    const TestFolder folder;
    make_source(folder);
    const auto plain = prepare_part(folder, "plain", {});
    ASSERT_TRUE(plain) << plain.error().to_string();
    const library::Trim trim{40, 110};
    const auto part = prepare_part(folder, "part", trim);
    ASSERT_TRUE(part) << part.error().to_string();
    EXPECT_EQ(part->frame_count, 70);
    EXPECT_EQ(part->variant.trim, trim);
    EXPECT_NE(part->media_id, plain->media_id);
    EXPECT_EQ(part->tracks.front().codec, plain->tracks.front().codec);
    // The same init sections: no discontinuity where it is joined to others.
    const auto a = library::PreparedEntry::open(folder / "plain");
    const auto b = library::PreparedEntry::open(folder / "part");
    ASSERT_TRUE(a && b);
    EXPECT_EQ((*a)->videos()[0].init_id, (*b)->videos()[0].init_id);
    EXPECT_EQ((*a)->audio().init_id, (*b)->audio().init_id);
    EXPECT_TRUE((*b)->verify());
    // Nothing says that the rest of the film is missing.
    for (const library::Note& note : part->notes) {
        EXPECT_NE(note.code, "lost-frames");
        EXPECT_NE(note.code, "early-audio");
    }

    const auto all = pictures(folder / "plain");
    const auto some = pictures(folder / "part");
    ASSERT_EQ(all.size(), static_cast<std::size_t>(kFrames));
    ASSERT_EQ(some.size(), 70u);
    for (std::size_t i = 0; i < some.size(); ++i) {
        std::size_t nearest = 0;
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (std::size_t j = i + 37; j <= i + 43; ++j) {
            const std::int64_t off = difference(some[i], all[j]);
            if (off >= least) continue;
            least = off;
            nearest = j;
        }
        EXPECT_EQ(nearest, i + 40) << "picture " << i;
    }
    // It begins at 1.6 s. AAC encoders put 1024 samples before the sound: the source's and ours.
    constexpr double kPriming = 2 * 1024 / 48'000.0;
    EXPECT_NEAR(tone_begins(folder / "part"), 0.4 + kPriming, 0.02);
}

TEST(Part, GoesToTheEndWithoutAnOutPoint) {
    const TestFolder folder;
    make_source(folder);
    const auto part = prepare_part(folder, "part", {75, {}});
    ASSERT_TRUE(part) << part.error().to_string();
    EXPECT_EQ(part->frame_count, kFrames - 75);
}

TEST(Part, IsRefusedPastTheEnd) {
    const TestFolder folder;
    make_source(folder);
    const auto late = prepare_part(folder, "late", {200, {}});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(late.error().to_string(), HasSubstr("in point, 200, is past its end"));
    const auto long_one = prepare_part(folder, "long", {50, 151});
    ASSERT_FALSE(long_one);
    EXPECT_THAT(long_one.error().to_string(), HasSubstr("out point, 151, is past its end"));
    EXPECT_EQ(folder.count(), 1u) << "nothing is left behind";
}

}  // namespace
}  // namespace matinee::prepare
