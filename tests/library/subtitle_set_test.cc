#include "library/subtitle_set.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "library/library.h"
#include "library/sha256.h"
#include "library/subtitle_track.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::library {
namespace {

using subtitles::Kind;
using test::TempFolder;

TEST(SubtitleSet, ReadsBackWhatItPublished) {
    const TempFolder temp;
    const std::vector<subtitles::Track> tracks = {track("zh", Kind::kSubtitles, "你好"),
                                                  track("en", Kind::kSdh, "(rain)")};
    const std::string id = *SubtitleSet::publish(temp.path(), tracks);
    const auto set = *SubtitleSet::open(temp.path() / id);
    ASSERT_EQ(set->tracks().size(), 2u);
    ASSERT_NE(set->find("zh", Kind::kSubtitles), nullptr);
    EXPECT_EQ(set->find("zh", Kind::kSubtitles)->cues()[0].text, "你好");
    EXPECT_NE(set->find("en", Kind::kSdh), nullptr);
    EXPECT_EQ(set->find("en", Kind::kSubtitles), nullptr);
}

TEST(SubtitleSet, IsNamedByItsContentWhateverTheOrder) {
    const TempFolder temp;
    const auto zh = track("zh", Kind::kSubtitles, "你好");
    const auto ru = track("ru", Kind::kSubtitles, "Привет");
    const std::string id = *SubtitleSet::publish(temp.path(), std::vector{zh, ru});
    EXPECT_EQ(*SubtitleSet::publish(temp.path(), std::vector{ru, zh}), id);
    EXPECT_NE(*SubtitleSet::publish(temp.path(), std::vector{zh}), id);
    std::size_t folders = 0;
    for ([[maybe_unused]] const auto& item : std::filesystem::directory_iterator(temp.path())) {
        ++folders;
    }
    EXPECT_EQ(folders, 2u) << "nothing is left behind";
}

TEST(SubtitleSet, HoldsSeveralTracksOfOneLanguage) {
    const TempFolder temp;
    const auto ordinary = track("en", Kind::kSubtitles, "one");
    const subtitles::Track second("en", Kind::kSubtitles,
                                  track("en", Kind::kSubtitles, "two").document(), 2, "director");
    const std::string id = *SubtitleSet::publish(temp.path(), std::vector{ordinary, second});
    const auto set = *SubtitleSet::open(temp.path() / id);
    ASSERT_EQ(set->tracks().size(), 2u);
    EXPECT_EQ(set->find("en", Kind::kSubtitles)->cues()[0].text, "one");
    ASSERT_NE(set->find("en", Kind::kSubtitles, 2), nullptr);
    EXPECT_EQ(set->find("en", Kind::kSubtitles, 2)->cues()[0].text, "two");
    EXPECT_EQ(set->find("en", Kind::kSubtitles, 2)->label(), "director");
    EXPECT_EQ(set->find("en", Kind::kSubtitles, 3), nullptr);
    // Another label is another set.
    const subtitles::Track renamed("en", Kind::kSubtitles, second.document(), 2, "cut");
    EXPECT_NE(*SubtitleSet::publish(temp.path(), std::vector{ordinary, renamed}), id);
}

// What was published before tracks had ordinals and labels must be found and named as it was.
TEST(SubtitleSet, NamesAndReadsOrdinarySetsAsEver) {
    const TempFolder temp;
    const std::string id =
        *SubtitleSet::publish(temp.path(), std::vector{track("zh", Kind::kSubtitles, "你好")});
    std::ifstream file(temp.path() / id / "zh.subtitles.vtt");
    const std::string vtt{std::istreambuf_iterator<char>(file), {}};
    ASSERT_NE(vtt.find("你好"), std::string::npos);
    EXPECT_EQ(id, sha256_hex(base::as_byte_span("zh.subtitles.vtt\n" + std::to_string(vtt.size()) +
                                                "\n" + vtt))
                      .substr(0, 32));
    std::ifstream manifest(temp.path() / id / "set.json");
    const std::string text{std::istreambuf_iterator<char>(manifest), {}};
    EXPECT_EQ(text.find("ordinal"), std::string::npos);
    EXPECT_EQ(text.find("label"), std::string::npos);
    EXPECT_EQ((*SubtitleSet::open(temp.path() / id))->tracks()[0].ordinal(), 1U);
}

TEST(Library, OpensEachThingOnceWhileItIsHeld) {
    const TempFolder temp;
    const std::string id = test::prepare(test::RawFilm(), temp.path());
    Library library(temp.path());
    EXPECT_TRUE(library.has_media(id));
    EXPECT_FALSE(library.has_media(""));
    EXPECT_FALSE(library.has_media("0000"));
    const auto first = *library.media(id);
    EXPECT_EQ(*library.media(id), first);
    EXPECT_FALSE(library.media("0000"));
}

}  // namespace
}  // namespace matinee::library
