#include "library/outline.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "library/prepared_entry.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::library {
namespace {

using testing::HasSubstr;

std::shared_ptr<const PreparedEntry> prepared(const test::RawFilm& film,
                                              const test::TempFolder& temp) {
    const std::string id = test::prepare(film, temp.path());
    return *PreparedEntry::open(temp.path() / "media" / id);
}

TEST(Outline, SaysWhatPlaylistsSayOfTheEntry) {
    const test::TempFolder temp;
    test::RawFilm film;
    film.rate = {24000, 1001};
    film.gop = 48;
    const auto entry = prepared(film, temp);
    const Outline outline = outline_of(*entry);
    EXPECT_EQ(outline.frame_rate, entry->manifest().frame_rate);
    EXPECT_EQ(outline.frame_count, 130);
    EXPECT_EQ(outline.frames_per_group, 48);
    // A rung of its name, and one that it lacks.
    for (const Rung& rung : {Rung{"180p", 320, 180, 300}, Rung{"1080p", 1920, 1080, 6000},
                             Rung{"200p", 356, 200, 400}}) {
        EXPECT_EQ(outline.video_for(rung).init_id, entry->video_for(rung).init_id) << rung.name;
        EXPECT_EQ(outline.video_for(rung).name, entry->video_for(rung).info.name);
    }
    EXPECT_EQ(outline.audio().init_id, entry->audio().init_id);
}

TEST(Outline, ComesBackFromItsText) {
    const test::TempFolder temp;
    const auto entry = prepared({}, temp);
    const std::string text = to_json(outline_of(*entry));
    std::filesystem::remove_all(temp.path() / "media");
    const auto read = outline_from_json(text);
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(to_json(*read), text);
    ASSERT_EQ(read->tracks.size(), 3u);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(*read->tracks[i].init, *entry->videos()[i].init);
        EXPECT_EQ(read->tracks[i].init_id, entry->videos()[i].init_id);
    }
}

TEST(Outline, RefusesATextThatMakesNoSense) {
    const test::TempFolder temp;
    const auto good = nlohmann::json::parse(to_json(outline_of(*prepared({}, temp))));
    const auto reason = [](const nlohmann::json& value) {
        const auto read = outline_from_json(value.dump());
        return read ? std::string("none") : read.error().to_string();
    };
    EXPECT_EQ(reason(good), "none");
    for (const char* key : {"frame_rate", "frame_count", "frames_per_group", "tracks"}) {
        auto bad = good;
        bad.erase(key);
        EXPECT_THAT(reason(bad), HasSubstr(key));
    }
    auto bad = good;
    bad["frame_count"] = 0;
    EXPECT_THAT(reason(bad), HasSubstr("0 pictures"));
    bad = good;
    bad["frame_rate"] = {25, 0};
    EXPECT_THAT(reason(bad), HasSubstr("[25,0] a second"));
    bad = good;
    bad["tracks"][0]["init"] = "0g";
    EXPECT_THAT(reason(bad), HasSubstr("the init section of 360p is not hexadecimal"));
    bad["tracks"] = {good["tracks"][0]};
    EXPECT_THAT(reason(bad), HasSubstr("1 tracks"));
    EXPECT_FALSE(outline_from_json("x"));
}

}  // namespace
}  // namespace matinee::library
