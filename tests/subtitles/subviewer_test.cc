#include "subtitles/subviewer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SubViewer, ReadsVersionTwo) {
    const std::string text =
        "[INFORMATION]\n[TITLE]A film\n[AUTHOR]\n[DELAY]0\n[END INFORMATION]\n[SUBTITLE]\n"
        "[COLF]&HFFFFFF,[STYLE]bd,[SIZE]18,[FONT]Arial\n"
        "00:04:35.03,00:04:38.82\nHello[br]there\n\n00:05:00.19,00:05:03.47\n[a sound]\n";
    EXPECT_TRUE(looks_like_subviewer(text));
    const Result<Source> read = parse_subviewer(text);
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read),
                ElementsAre("275030-278820||Hello/there", "300190-303470||[a sound]"));
    EXPECT_THAT(read->problems, IsEmpty());
}

TEST(SubViewer, ReadsVersionOne) {
    const std::string text =
        "[TITLE]\nA film\n[AUTHOR]\n[BEGIN]\n******** START SCRIPT ********\n"
        "[00:00:10]\nHello|there\n[00:00:12]\n\n[00:00:20]\nLast\n";
    EXPECT_TRUE(looks_like_subviewer(text));
    const Result<Source> read = parse_subviewer(text);
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("10000-12000||Hello/there", "20000-25000||Last"));
    EXPECT_THAT(messages(read->problems),
                ElementsAre("2: text before the first time: dropped",
                            "5: text before the first time: dropped",
                            "10: nothing ends the text: it is shown for five seconds"));
}

TEST(SubViewer, IsNotLyrics) {
    EXPECT_FALSE(looks_like_subviewer("[00:12.00]la\n[00:13]la\n"));
    EXPECT_FALSE(parse_subviewer("[00:12.00]la\n"));
}

}  // namespace
}  // namespace matinee::subtitles
