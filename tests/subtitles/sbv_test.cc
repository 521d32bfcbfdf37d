#include "subtitles/sbv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;

TEST(Sbv, ReadsCues) {
    const Result<Source> read = parse_sbv(
        "0:00:00.599,0:00:04.160\n>> ALICE: Hi[br]there <b>\n\n"
        "1:00:04.160,1:00:06.770\r\na\r\nb\r\n\r\n0:00:07.000,0:00:08.000\nc");
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("599-4160||&gt;&gt; ALICE: Hi/there &lt;b&gt;",
                                              "3604160-3606770||a/b", "7000-8000||c"));
    EXPECT_TRUE(read->problems.empty());
}

TEST(Sbv, SaysWhatIsOdd) {
    const Result<Source> read = parse_sbv(
        "title\n0:00:00.000,0:00:01.000\n\na\n\nlost its timing\n\n0:00:02.000,0:00:03.000\nb\n");
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("0-1000||a/lost its timing", "2000-3000||b"));
    EXPECT_THAT(messages(read->problems),
                ElementsAre("1: text before the first timing: dropped",
                            "6: an empty line within the text: the text goes on after it"));
    EXPECT_FALSE(parse_sbv("some text\n"));
}

}  // namespace
}  // namespace matinee::subtitles
