#include "subtitles/ass.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string kHeader =
    "[Script Info]\n"
    "ScriptType: v4.00+\n"
    "PlayResX: 1000\n"
    "PlayResY: 500\n"
    "\n"
    "[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, Bold, Italic, Underline, Alignment\n"
    "Style: Default,Arial,20,0,0,0,2\n"
    "Style: Thought,Arial,20,0,-1,0,2\n"
    "Style: Sign,Arial,20,-1,0,0,8\n"
    "\n"
    "[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n";

std::string dialogue(std::string_view text, std::string_view style = "Default") {
    return fmt::format("Dialogue: 0,0:00:01.00,0:00:02.50,{},,0,0,0,,{}\n", style, text);
}

// Settings and text of a script of one line.
std::string line_of(std::string_view text, std::string_view style = "Default") {
    const Result<Source> read = parse_ass(kHeader + dialogue(text, style));
    if (!read) return read.error().to_string();
    const std::vector<std::string> cues = cue_lines(*read);
    if (cues.size() != 1) return fmt::format("{} cues", cues.size());
    const std::string kTimes = "1000-2500|";
    return cues[0].starts_with(kTimes) ? cues[0].substr(kTimes.size()) : cues[0];
}

TEST(Ass, ReadsText) {
    const std::pair<const char*, const char*> cases[] = {
        {"Hello, world, and all", "|Hello, world, and all"},
        {"a\\Nb\\nc\\hd", "|a/b c\u00a0d"},
        {"a & b <i> c", "|a &amp; b &lt;i&gt; c"},
        {"{\\i1}a{\\i0} b", "|<i>a</i> b"},
        {"{\\i1\\b1}a{\\i0}b", "|<b><i>a</i></b><b>b</b>"},
        {"{\\u1}a{\\u0}{\\b700}b{\\b400}c", "|<u>a</u><b>b</b>c"},
        {"{\\i1}a{\\r}b", "|<i>a</i>b"},
        {"a{\\rThought}b", "|a<i>b</i>"},
        {"{\\c&H0000FF&}red{\\c&HFFFFFF&} white", "|<c.red>red</c> white"},
        {"{\\1c&HFFFF00&}x", "|<c.cyan>x</c>"},
        {"{a comment}x{another}", "|x"},
        {"{not closed", "|{not closed"},
        {"\\{x\\}", "|{x}"},
        {"{\\k20}ka{\\kf30}ra{\\ko1}o{\\K5}ke", "|karaoke"},
        {"{\\t(0,500,\\fscx120\\i1)}x", "|x"},
        {"{\\p1}m 0 0 l 100 0{\\p0}x", "|x"},
        {"{\\p1}m 0 0 l 100 0", "0 cues"},
        {"a{\\alpha&HFF&}b", "|a"},
        {"\\N\\Na\\N\\Nb\\N", "|a/\u00a0/b"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(line_of(text), expected) << text;
    }
}

TEST(Ass, TakesStylesForItalicsBoldAndPlace) {
    EXPECT_EQ(line_of("x", "Thought"), "|<i>x</i>");
    EXPECT_EQ(line_of("{\\i0}x{\\i}y", "Thought"), "|x<i>y</i>");
    EXPECT_EQ(line_of("x", "Sign"), "line:0|<b>x</b>");
    EXPECT_EQ(line_of("x", "*Sign"), "line:0|<b>x</b>") << "SSA's mark of a missing style";
    EXPECT_EQ(line_of("x", "No such style"), "|x");
}

TEST(Ass, PlacesText) {
    const std::pair<const char*, const char*> cases[] = {
        {"{\\an1}x", "align:left|x"},
        {"{\\an2}x", "|x"},
        {"{\\an3}x", "align:right|x"},
        {"{\\an5}x", "line:50%,center|x"},
        {"{\\an8}x", "line:0|x"},
        {"{\\an9\\an1}x", "line:0 align:right|x"},
        {"{\\a6}x", "line:0|x"},
        {"{\\a10}x", "line:50%,center|x"},
        {"{\\an12}x", "|x"},
        {"{\\pos(500,490)}x", "|x"},
        {"{\\pos(250,250)}x", "line:50%,end position:25%,center|x"},
        {"{\\an7\\pos(100,300)}x", "line:60% position:10%,line-left align:left|x"},
        {"{\\an8\\pos(500,10)}x", "line:0|x"},
        {"{\\an5\\pos(500,250)}x", "line:50%,center|x"},
        {"{\\move(900,250,0,0,1,2)}x", "line:50%,end position:90%,center|x"},
        {"{\\pos(-500,9000)}x", "position:0%,center|x"},
        {"{\\pos(1)}{\\pos(nan,inf)}x", "|x"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(line_of(text), expected) << text;
    }
}

TEST(Ass, ReadsFieldsInTheOrderOfTheirFormat) {
    const Result<Source> read = parse_ass(
        "[Script Info]\n[V4+ Styles]\nFormat: Italic, Name\nStyle: -1, It\n"
        "[Events]\nFormat: Style, End, Start, Text\n"
        "Dialogue: It,0:00:02.00,0:00:01.00,a, b\n");
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("1000-2000||<i>a, b</i>"));
}

TEST(Ass, ReadsTheOldVersion) {
    const Result<Source> read = parse_ass(
        "[Script Info]\nScriptType: v4.00\n\n[V4 Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, TertiaryColour, "
        "BackColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, "
        "MarginV, AlphaLevel, Encoding\n"
        "Style: Default,Sans,18,1,1,1,1,0,-1,1,2,2,6,30,30,30,0,0\n\n"
        "[Events]\n"
        "Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Comment: Marked=0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not shown\n"
        "Dialogue: Marked=0,-0:00:01.47,0:00:00.95,*Default,NTP,0000,0000,0000,,a\n");
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("-1470-950|line:0|<i>a</i>"));
    EXPECT_THAT(read->problems, IsEmpty());
}

TEST(Ass, ReadsEventsWithoutAHeader) {
    const std::string text =
        "Dialogue: Marked=0,0:00:00.00,0:00:38.73,*Default,NTP,0000,0000,0000,,first, line\n";
    EXPECT_TRUE(looks_like_ass(text));
    const Result<Source> read = parse_ass(text);
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("0-38730||first, line"));
}

TEST(Ass, SaysWhatItDrops) {
    const Result<Source> read =
        parse_ass(kHeader + "Dialogue: 0,soon,0:00:02.50,Default,,0,0,0,,a\n" +
                  "Dialogue: 0,0:00:01.00,later,Default,,0,0,0,,a\n" + "Dialogue: 0,0:00:01.00\n" +
                  "Picture: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,x.bmp\n" + "nonsense\n" +
                  dialogue("{\\k5\\fad(1,2)}a") + dialogue("{\\k5\\fad(1,2)}b") + dialogue("b") +
                  dialogue("{\\p1}m 0 0"));
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(*read), ElementsAre("1000-2500||a", "1000-2500||b"));
    EXPECT_THAT(
        messages(read->problems),
        ElementsAre("14: the start time is not written as h:mm:ss.cc: the cue is dropped",
                    "15: the end time is not written as h:mm:ss.cc: the cue is dropped",
                    "16: the line has fewer fields than its Format of 10: dropped",
                    "17: an event of kind \"picture\": dropped",
                    "18: the line is no event: dropped", StartsWith("19: karaoke"),
                    StartsWith("19: \\fad has no place in WebVTT"), StartsWith("22: a drawing"),
                    StartsWith("21: 1 lines say what another says")));
    const Result<Source> none = parse_ass(kHeader);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(none.error().to_string(), HasSubstr("no cue found"));
}

}  // namespace
}  // namespace matinee::subtitles
