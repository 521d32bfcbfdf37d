#include "library/subtitle_set.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "library/library.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::library {
namespace {

using subtitles::Kind;
using test::TempFolder;

subtitles::Track track(std::string language, Kind kind, std::string text) {
    subtitles::Document document;
    subtitles::Cue cue;
    cue.start = subtitles::Milliseconds(1000);
    cue.end = subtitles::Milliseconds(2000);
    cue.text = std::move(text);
    document.cues.push_back(std::move(cue));
    return {std::move(language), kind, std::move(document)};
}

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
