#include "subtitles/sami.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

const std::string kHead =
    "<SAMI>\n<HEAD>\n<TITLE>A <b> film</TITLE>\n<STYLE TYPE=\"text/css\">\n<!--\n"
    "P { font-size:20pt; }\n"
    ".KRCC { Name:Korean; lang:ko-KR; SAMIType:CC; }\n"
    ".ENCC { Name:English; lang: en_US; }\n"
    "#STDPrn { Name:Standard Print; }\n-->\n</STYLE>\n</HEAD>\n<BODY>\n";

TEST(Sami, MakesADocumentOfEachLanguage) {
    const auto read = parse_sami(kHead +
                                 "<SYNC Start=1000><P Class=KRCC>\n가자\n<P Class=ENCC>Let's go\n"
                                 "<SYNC Start=2000><P Class=KRCC>&nbsp;\n"
                                 "<SYNC Start=3000><P Class=ENCC>&nbsp;\n"
                                 "<SYNC Start=4000><P Class=\"krcc\">a<br>b\n</BODY></SAMI>\n");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ((*read)[0].language, "ko");
    EXPECT_THAT(cue_lines((*read)[0]), ElementsAre("1000-2000||가자", "4000-9000||a/b"));
    EXPECT_EQ((*read)[1].language, "en-US");
    EXPECT_THAT(cue_lines((*read)[1]), ElementsAre("1000-3000||Let's go"));
    EXPECT_THAT(messages((*read)[0].problems),
                ElementsAre("19: nothing ends the last text: it is shown for five seconds"));
}

TEST(Sami, ReadsTagSoup) {
    const std::pair<const char*, const char*> cases[] = {
        {"<i>a</i> b", "<i>a</i> b"},
        {"<I>a<B>b</I>c", "<i>a</i><b><i>b</i></b>c"},
        {"<font color=\"#ff0000\">a</font>b", "<c.red>a</c>b"},
        {"<FONT COLOR=yellow face='x>y'>a</FONT>", "<c.yellow>a</c>"},
        {"<font color=#123456>a</font>", "a"},
        {"a < b & c &amp; &lt;d&gt;", "a &lt; b &amp; c &amp; &lt;d&gt;"},
        {"a  \n  b<BR/>\n  c", "a b/c"},
        {"<ruby>漢<rt>kan</rt></ruby>字", "<ruby>漢<rt>kan</rt></ruby>字"},
        {"<-- no comment -->a", "&lt;-- no comment --&gt;a"},
        {"<!-- comment -->a", "a"},
        {"<blink>a</blink>", "a"},
        {"a</p>", "a"},
    };
    for (const auto& [text, expected] : cases) {
        const auto read = parse_sami(
            fmt::format("<sami><sync start=1000ms end=2000><p>{}<sync start=3000><p>&nbsp;", text));
        ASSERT_TRUE(read) << text;
        EXPECT_THAT(cue_lines((*read)[0]), ElementsAre(fmt::format("1000-2000||{}", expected)))
            << text;
    }
}

TEST(Sami, RepairsAndReports) {
    const auto read = parse_sami(kHead +
                                 "<SYNC><P>never\n<SYNC Start=5000><P>late<SYNC Start=6000><P>\n"
                                 "<SYNC Start=1000><P Class=KRCC>early\n");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 1U) << "what has no class belongs to the only one";
    EXPECT_EQ((*read)[0].language, "ko");
    EXPECT_THAT(cue_lines((*read)[0]), ElementsAre("1000-5000||early", "5000-6000||late"));
    EXPECT_THAT(messages((*read)[0].problems),
                ElementsAre(StartsWith("14: the <SYNC> has no Start"),
                            StartsWith("14: a <P> outside of <SYNC>"),
                            StartsWith("16: the <SYNC> is earlier")));
    EXPECT_FALSE(parse_sami("<SAMI><BODY>"));
}

}  // namespace
}  // namespace matinee::subtitles
