#include "library/prepared_entry.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/prepared_writer.h"
#include "media/fragment.h"
#include "media/nal_unit.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::library {
namespace {

namespace fs = std::filesystem;
using test::RawFilm;
using test::TempFolder;
using testing::HasSubstr;

Result<Manifest> write(const RawFilm& film, const TempFolder& temp) {
    return film.write(temp.path() / "out");
}

TEST(PreparedEntry, HoldsWhatWasWritten) {
    const TempFolder temp;
    const RawFilm film;
    const Manifest written = *write(film, temp);
    EXPECT_EQ(written.frame_count, 130);
    EXPECT_EQ(written.duration, film.rate.start_of(130));

    const auto entry = *PreparedEntry::open(temp.path() / "out");
    EXPECT_TRUE(entry->verify());
    EXPECT_EQ(entry->manifest(), written);
    ASSERT_EQ(entry->videos().size(), 2u);
    EXPECT_EQ(entry->videos()[0].info.name, "360p");
    EXPECT_EQ(entry->videos()[0].index.chunks.size(), 3u);
    EXPECT_EQ(entry->audio().info.codec, "mp4a.40.2");
}

TEST(PreparedEntry, HasNoParameterSetsInItsSamples) {
    const TempFolder temp;
    ASSERT_TRUE(write(RawFilm(), temp));
    const auto entry = *PreparedEntry::open(temp.path() / "out");
    const auto& video = entry->videos()[0];
    const media::Chunk& gop = video.index.chunks[1];
    const auto& first = video.index.samples_of(gop)[0];
    const ByteSpan bytes = video.file->bytes().subspan(gop.offset, first.size);
    EXPECT_TRUE(*media::holds_idr(bytes));
    const auto kept = *media::without_parameter_sets(bytes);
    ASSERT_EQ(kept.size(), 1u);
    EXPECT_EQ(kept[0], (ByteRange{0, first.size}));
}

TEST(PreparedEntry, BeginsItsSoundAfterThePriming) {
    const TempFolder temp;
    ASSERT_TRUE(write(RawFilm(), temp));
    const auto entry = *PreparedEntry::open(temp.path() / "out");
    EXPECT_EQ(entry->audio().index.samples[0].size, 101u);
    EXPECT_EQ(entry->audio().index.samples.size(), 259u);
}

TEST(PreparedEntry, HasTracksThatAnyReaderOfFragmentsUnderstands) {
    const TempFolder temp;
    ASSERT_TRUE(write(RawFilm(), temp));
    const auto file = *MappedFile::open(temp.path() / "out" / "video-360p.mp4");
    const auto track = *media::read_fragmented(file->bytes());
    EXPECT_EQ(track.samples.size(), 130u);
    EXPECT_EQ(track.samples[0].presentation_time(), 0);
}

TEST(PreparedEntry, BoundsTheRateOfAnySegment) {
    const TempFolder temp;
    const Manifest manifest = *write(RawFilm(), temp);
    const TrackInfo& video = manifest.tracks[0];
    // 50 pictures of about 210 bytes in two seconds, and headers.
    EXPECT_GT(video.peak_bit_rate, 50ULL * 210 * 8 / 2);
    EXPECT_LT(video.peak_bit_rate, 50ULL * 240 * 8 / 2);
    EXPECT_LE(video.average_bit_rate, video.peak_bit_rate);
}

TEST(PreparedEntry, SaysWhatTheBeginningOfAGroupTakesBesides) {
    const TempFolder temp;
    RawFilm film;
    film.key_bytes = 5000;
    const TrackInfo video = write(film, temp)->tracks[0];
    ASSERT_TRUE(video.cut_excess_bits);
    // Most of it after the first picture, of 40 ms.
    const std::uint64_t allowed = video.peak_bit_rate * 40 / 1000;
    EXPECT_GT(*video.cut_excess_bits, 8 * 5000 - allowed);
    EXPECT_LT(*video.cut_excess_bits, 8 * 5300 - allowed);
    const Manifest manifest = *write(film, TempFolder());
    EXPECT_EQ(*manifest_from_json(to_json(manifest)), manifest);
}

TEST(PreparedEntry, NamesTheSameContentTheSame) {
    const TempFolder one;
    const TempFolder two;
    EXPECT_EQ(write(RawFilm(), one)->media_id, write(RawFilm(), two)->media_id);
    RawFilm other;
    other.name = "other.mp4";
    const TempFolder three;
    EXPECT_NE(write(other, three)->media_id, write(RawFilm(), TempFolder())->media_id);
}

struct Refusal {
    const char* name;
    void (*damage)(RawFilm&);
    const char* message;
};

class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, NameWhatIsWrong) {
    const TempFolder temp;
    RawFilm film;
    GetParam().damage(film);
    const auto written = write(film, temp);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().to_string(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Of, Refusals,
    testing::Values(
        Refusal{"short_sound", [](RawFilm& film) { film.audio_frames = 100; }, "are needed"},
        Refusal{"other_keyframes", [](RawFilm& film) { film.gop = 40; }, "40 frames instead of 50"},
        Refusal{"no_frames", [](RawFilm& film) { film.frames = 0; }, "no samples"}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(PreparedEntry, IsRefusedWhenAFileIsCutShort) {
    const TempFolder temp;
    ASSERT_TRUE(write(RawFilm(), temp));
    const fs::path file = temp.path() / "out" / "video-180p.mp4";
    fs::resize_file(file, fs::file_size(file) - 1);
    const auto entry = PreparedEntry::open(temp.path() / "out");
    ASSERT_FALSE(entry);
    EXPECT_THAT(entry.error().to_string(), HasSubstr("video-180p.mp4: is cut short"));
}

TEST(PreparedEntry, IsNotFoundWhereThereIsNone) {
    const TempFolder temp;
    EXPECT_EQ(PreparedEntry::open(temp.path() / "none").error().code(), ErrorCode::kNotFound);
}

TEST(PreparedEntry, OffersTheNearestRungForOneItLacks) {
    const TempFolder temp;
    ASSERT_TRUE(write(RawFilm(), temp));
    const auto entry = *PreparedEntry::open(temp.path() / "out");
    EXPECT_EQ(entry->video_for({"180p", 320, 180, 0}).info.name, "180p");
    EXPECT_EQ(entry->video_for({"1080p", 1920, 1080, 0}).info.name, "360p");
    EXPECT_EQ(entry->video_for({"144p", 256, 144, 0}).info.name, "180p");
}

}  // namespace
}  // namespace matinee::library
