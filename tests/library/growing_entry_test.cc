#include "library/growing_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::library {
namespace {

namespace fs = std::filesystem;
using test::RawFilm;
using test::TempFolder;
using testing::HasSubstr;

// A film of 130 pictures of which a writer has written some.
struct Half {
    Half() {
        EXPECT_TRUE(film.add_pictures(writer, 0, 101));
        EXPECT_TRUE(film.add_sound(writer, 0, 189));
        EXPECT_TRUE(writer.write_growing(film.description(), film.frames));
    }

    // The other half.
    void complete() {
        EXPECT_TRUE(film.add_pictures(writer, 101, film.frames));
        EXPECT_TRUE(writer.end_pictures(0));
        EXPECT_TRUE(writer.end_pictures(1));
        EXPECT_TRUE(film.add_sound(writer, 189, film.audio_frames));
        EXPECT_TRUE(writer.end_sound());
    }

    TempFolder temp;
    RawFilm film;
    PreparedWriter writer{temp.path(), RawFilm::house(), film.rate};
};

void expect_prefix(const media::TrackIndex& part, const media::TrackIndex& whole) {
    ASSERT_LE(part.chunks.size(), whole.chunks.size());
    EXPECT_TRUE(std::ranges::equal(part.chunks, whole.chunks.first(part.chunks.size())));
    EXPECT_TRUE(std::ranges::equal(part.samples, whole.samples.first(part.samples.size())));
}

TEST(GrowingEntry, IsTheBeginningOfWhatIsFinishedLater) {
    Half half;
    const auto growing = *GrowingEntry::open(half.temp.path());
    const auto early = *growing->advance(half.writer.complete_groups());
    EXPECT_TRUE(early->growing());
    EXPECT_EQ(early->complete_groups(), 1);
    EXPECT_EQ(early->manifest().frame_count, 130);
    ASSERT_EQ(early->videos().size(), 2u);
    EXPECT_EQ(early->videos()[0].index.chunks.size(), 1u);

    half.complete();
    const auto late = *growing->advance(half.writer.complete_groups());
    EXPECT_EQ(late->complete_groups(), 3);
    EXPECT_EQ(early->videos()[0].index.chunks.size(), 1u) << "snapshots do not change";

    ASSERT_TRUE(half.writer.finish(half.film.description(), {}));
    const auto finished = *PreparedEntry::open(half.temp.path());
    EXPECT_FALSE(finished->growing());
    EXPECT_EQ(finished->complete_groups(), 3);
    for (const auto& snapshot : {early, late}) {
        for (std::size_t i = 0; i < 2; ++i) {
            expect_prefix(snapshot->videos()[i].index, finished->videos()[i].index);
            EXPECT_EQ(snapshot->videos()[i].init_id, finished->videos()[i].init_id);
        }
        expect_prefix(snapshot->audio().index, finished->audio().index);
        EXPECT_EQ(snapshot->audio().init_id, finished->audio().init_id);
    }
}

TEST(GrowingEntry, KeepsItsFilesWhenTheFolderGoes) {
    Half half;
    const auto growing = *GrowingEntry::open(half.temp.path());
    const auto entry = *growing->advance(1);
    fs::remove_all(half.temp.path());
    const auto& video = entry->videos()[0];
    const media::Chunk& chunk = video.index.chunks[0];
    EXPECT_NE(video.file->bytes()[chunk.offset + chunk.size - 1], std::byte{0});
}

TEST(GrowingEntry, RefusesGroupsThatAreNotThere) {
    Half half;
    const auto growing = *GrowingEntry::open(half.temp.path());
    const auto entry = growing->advance(3);
    ASSERT_FALSE(entry);
    EXPECT_THAT(entry.error().to_string(), HasSubstr("video-360p.mp4"));
    EXPECT_TRUE(growing->advance(1)) << "what is there can still be had";
}

TEST(GrowingEntry, RefusesMoreThanWasPromised) {
    Half half;
    fs::remove(half.temp.path() / kGrowingFile);
    ASSERT_TRUE(half.writer.write_growing(half.film.description(), 60));
    half.complete();
    const auto growing = *GrowingEntry::open(half.temp.path());
    EXPECT_THAT(growing->advance(2).error().to_string(), HasSubstr("promises"));
}

}  // namespace
}  // namespace matinee::library
