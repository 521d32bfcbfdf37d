// Parts of films, through the whole worker with a small ladder.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film.h"
#include "library/prepared_entry.h"
#include "prepare/worker.h"
#include "prepare_film.h"

namespace matinee::prepare {
namespace {

using library::Manifest;
using testing::HasSubstr;

constexpr int kBallFrames = 150;  // six seconds

Result<Manifest> prepare_part(const TempFolder& folder, const std::string& name,
                              const library::Trim& trim, std::int64_t fade_frames = 0,
                              const std::string& plain = "") {
    WorkerOptions options;
    options.source = folder / "film.mp4";
    options.output = folder / name;
    options.house = tiny_house();
    options.variant.trim = trim;
    options.variant.fade_frames = fade_frames;
    if (!plain.empty()) options.plain = folder / plain;
    const StopFlag never;
    ProgressReporter quiet(ProgressStyle::kQuiet);
    return prepare::prepare(options, never, quiet);
}

// Every picture differs from its neighbours; silence, and a tone from two seconds on. (The ticks of
// audiotestsrc would be nearer, but their loudness is what memory happened to hold.)
void make_source(const TempFolder& folder) {
    const std::string form =
        " samplesperbuffer=960 ! audio/x-raw,format=F32LE,rate=48000,channels=2 ! sound. ";
    make_film(folder / "film.mp4", ball("25/1", kBallFrames) +
                                       "concat name=sound ! avenc_aac ! queue ! mux. "
                                       "audiotestsrc wave=silence num-buffers=100" +
                                       form + "audiotestsrc freq=1000 num-buffers=201" + form);
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

std::vector<int> sound(const std::filesystem::path& entry) {
    std::vector<int> samples;
    for (const auto& buffer : decode(entry / "audio.mp4",
                                     "aacparse ! avdec_aac ! audioconvert ! "
                                     "audio/x-raw,format=S16LE,channels=1")) {
        for (std::size_t i = 0; i + 1 < buffer.size(); i += 2) {
            samples.push_back(static_cast<std::int16_t>(static_cast<int>(buffer[i]) |
                                                        static_cast<int>(buffer[i + 1]) << 8));
        }
    }
    return samples;
}

// When the sound first is loud, in seconds.
double tone_begins(const std::filesystem::path& entry) {
    const auto samples = sound(entry);
    const auto loud =
        std::ranges::find_if(samples, [](int value) { return std::abs(value) > 8000; });
    return loud == samples.end() ? -1 : static_cast<double>(loud - samples.begin()) / 48'000;
}

// How loud it is in the 20 ms around `seconds`: the largest sample.
double loudness_at(const std::vector<int>& samples, double seconds) {
    const auto middle = static_cast<std::ptrdiff_t>(seconds * 48'000);
    int largest = 0;
    for (std::ptrdiff_t i = middle - 480; i < middle + 480; ++i) {
        if (i >= 0 && i < std::ssize(samples)) {
            largest = std::max(largest, std::abs(samples[static_cast<std::size_t>(i)]));
        }
    }
    return largest;
}

// How much there is to see on the black around it.
double light(const std::vector<std::byte>& picture) {
    double sum = 0;
    for (const std::byte value : picture) {
        sum += std::max(0, static_cast<int>(value) - 8);
    }
    return sum;
}

TEST(Part, HasJustTheFramesBetweenItsPointsAndTheirSound) {
    const TempFolder folder;
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
    ASSERT_EQ(all.size(), static_cast<std::size_t>(kBallFrames));
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

TEST(Fade, TakesPictureAndSoundToNothingWithTheLastFrame) {
    const TempFolder folder;
    make_source(folder);
    constexpr std::int64_t kFade = 20;
    const library::Trim trim{5, 110};
    const auto hard = prepare_part(folder, "hard", trim);
    const auto faded = prepare_part(folder, "faded", trim, kFade);
    ASSERT_TRUE(hard) << hard.error().to_string();
    ASSERT_TRUE(faded) << faded.error().to_string();
    EXPECT_EQ(faded->frame_count, 105);
    EXPECT_EQ(faded->variant.fade_frames, kFade);
    EXPECT_NE(faded->media_id, hard->media_id);
    const auto a = library::PreparedEntry::open(folder / "hard");
    const auto b = library::PreparedEntry::open(folder / "faded");
    ASSERT_TRUE(a && b);
    EXPECT_EQ((*a)->videos()[0].init_id, (*b)->videos()[0].init_id);
    EXPECT_TRUE((*b)->verify());

    const auto before = pictures(folder / "hard");
    const auto after = pictures(folder / "faded");
    ASSERT_EQ(before.size(), 105u);
    ASSERT_EQ(after.size(), 105u);
    for (std::size_t i = 0; i < after.size(); ++i) {
        const auto left = static_cast<double>(after.size() - 1 - i);
        EXPECT_NEAR(light(after[i]) / light(before[i]), std::min(1.0, left / kFade), 0.12)
            << "picture " << i;
    }
    // 4.2 s, the last 0.8 of which fade; decoders put 1024 samples before the sound.
    const auto loud = sound(folder / "hard");
    const auto quiet = sound(folder / "faded");
    constexpr double kPriming = 1024 / 48'000.0;
    for (const double at : {3.0, 3.3, 3.6, 3.8, 4.0, 4.1}) {
        EXPECT_NEAR(loudness_at(quiet, at + kPriming) / loudness_at(loud, at + kPriming),
                    std::min(1.0, (4.2 - at) / 0.8), 0.06)
            << at;
    }
}

TEST(Ending, TakesWhatItSharesWithThePlainFilm) {
    const TempFolder folder;
    make_source(folder);
    const auto plain = prepare_part(folder, "plain", {});
    ASSERT_TRUE(plain) << plain.error().to_string();
    const library::Trim trim{0, 130};
    const auto ending = prepare_part(folder, "ending", trim, 20, "plain");
    const auto anew = prepare_part(folder, "anew", trim, 20);
    ASSERT_TRUE(ending) << ending.error().to_string();
    ASSERT_TRUE(anew) << anew.error().to_string();
    EXPECT_EQ(ending->frame_count, 130);
    EXPECT_EQ(ending->variant, anew->variant);
    const auto a = library::PreparedEntry::open(folder / "plain");
    const auto b = library::PreparedEntry::open(folder / "ending");
    ASSERT_TRUE(a && b);
    EXPECT_TRUE((*b)->verify());
    const auto& from = (*a)->videos()[0];
    const auto& to = (*b)->videos()[0];
    EXPECT_EQ(from.init_id, to.init_id);
    EXPECT_EQ((*a)->audio().init_id, (*b)->audio().init_id);
    // Two groups of two seconds are the film's, byte for byte; the third fades.
    ASSERT_EQ(to.index.chunks.size(), 3u);
    for (std::size_t i = 0; i < 2; ++i) {
        const media::Chunk& chunk = to.index.chunks[i];
        EXPECT_EQ(chunk, from.index.chunks[i]);
        EXPECT_TRUE(std::ranges::equal(to.file->bytes().subspan(chunk.offset, chunk.size),
                                       from.file->bytes().subspan(chunk.offset, chunk.size)));
    }
    EXPECT_EQ(to.index.duration(), 130 * 3600);
    ASSERT_TRUE(ending->thumbnails);
    EXPECT_EQ(ending->thumbnails->count, plain->thumbnails->count);
    EXPECT_FALSE(ending->poster.empty());

    const auto whole = pictures(folder / "plain");
    const auto shown = pictures(folder / "ending");
    ASSERT_EQ(shown.size(), 130u);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const auto left = static_cast<double>(shown.size() - 1 - i);
        EXPECT_NEAR(light(shown[i]) / light(whole[i]), std::min(1.0, left / 20), 0.12) << i;
        if (left > 20) {
            EXPECT_LT(difference(shown[i], whole[i]), 60'000) << i;
        }
    }
    EXPECT_EQ(sound(folder / "ending"), sound(folder / "anew")) << "its sound is made anew";

    library::Trim late = trim;
    late.out = 151;
    const auto past = prepare_part(folder, "past", late, 20, "plain");
    ASSERT_FALSE(past);
    EXPECT_THAT(past.error().to_string(), HasSubstr("out point, 151, is past its end"));
    const auto wrong = prepare_part(folder, "wrong", trim, 20, "ending");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().to_string(), HasSubstr("import it again"));
}

TEST(Part, GoesToTheEndWithoutAnOutPoint) {
    const TempFolder folder;
    make_source(folder);
    const auto part = prepare_part(folder, "part", {75, {}});
    ASSERT_TRUE(part) << part.error().to_string();
    EXPECT_EQ(part->frame_count, kBallFrames - 75);
}

TEST(Part, IsRefusedPastTheEnd) {
    const TempFolder folder;
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
