#include "library/prepared_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/prepared_entry.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::library {
namespace {

namespace fs = std::filesystem;
using test::RawFilm;
using test::TempFolder;
using testing::HasSubstr;

TEST(PreparedWriter, CountsGroupsThatAllTracksHave) {
    const TempFolder temp;
    const RawFilm film;
    PreparedWriter writer(temp.path(), RawFilm::house(), film.rate);
    EXPECT_EQ(writer.complete_groups(), 0);
    ASSERT_TRUE(film.add_pictures(writer, 0, 101));  // two groups of 50, and the next has begun
    EXPECT_EQ(writer.complete_groups(), 0) << "there is no sound yet";
    ASSERT_TRUE(film.add_sound(writer, 0, 95));  // a chunk of 94 frames: just over two seconds
    EXPECT_EQ(writer.complete_groups(), 0) << "a channel's grid may want one frame more";
    ASSERT_TRUE(film.add_sound(writer, 95, 189));
    EXPECT_EQ(writer.complete_groups(), 1);
    ASSERT_TRUE(film.add_sound(writer, 189, 283));
    EXPECT_EQ(writer.complete_groups(), 2);
}

TEST(PreparedWriter, RefusesParameterSetsThatChange) {
    const TempFolder temp;
    RawFilm film;
    PreparedWriter writer(temp.path(), RawFilm::house(), film.rate);
    ASSERT_TRUE(film.add_pictures(writer, 0, 50));
    film.parameter_sets = 1;
    const auto added = film.add_pictures(writer, 50, 100);
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().to_string(), HasSubstr("rung 360p"));
    EXPECT_THAT(added.error().to_string(), HasSubstr("parameter sets"));
}

TEST(PreparedWriter, RefusesAnyOtherPictureWhereAllAreToBeKeyframes) {
    const TempFolder temp;
    const RawFilm film;
    PreparedWriter writer(temp.path(), RawFilm::house(), film.rate, Keyframes::kEveryPicture);
    const auto added = film.add_pictures(writer, 0, 50);
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().to_string(), HasSubstr("sample 1 is no keyframe; all should be"));
}

TEST(PreparedWriter, LeavesNoManifestOfAGrowingEntryBehind) {
    const TempFolder temp;
    const RawFilm film;
    PreparedWriter writer(temp.path(), RawFilm::house(), film.rate);
    ASSERT_TRUE(film.add_pictures(writer, 0, 130));
    ASSERT_TRUE(film.add_sound(writer, 0, 260));
    ASSERT_TRUE(writer.write_growing(film.description(), 130));
    EXPECT_TRUE(fs::exists(temp.path() / kGrowingFile));
    ASSERT_TRUE(writer.end_pictures(0));
    ASSERT_TRUE(writer.end_pictures(1));
    ASSERT_TRUE(writer.end_sound());
    ASSERT_TRUE(writer.finish(film.description(), {}));
    EXPECT_FALSE(fs::exists(temp.path() / kGrowingFile));
}

}  // namespace
}  // namespace matinee::library
