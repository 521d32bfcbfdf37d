#include "subtitles/srt.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "start-end|settings|text" a cue, line ends as "/".
std::vector<std::string> cues_of_srt(std::string_view text) {
    const Result<Source> read = parse_srt(text);
    if (!read) return {"error: " + read.error().to_string()};
    return cue_lines(*read);
}

std::vector<std::string> problems_of(std::string_view text) {
    return messages(parse_srt(text)->problems);
}

struct FileCase {
    const char* what;
    std::string file;
    std::vector<std::string> cues;
    std::vector<std::string> problems;
};

TEST(Srt, ReadsWhatPeopleWrite) {
    const FileCase cases[] = {
        {"a proper file",
         "1\n00:00:01,000 --> 00:00:02,500\nПривет\nмир\n\n2\n00:00:03,000 --> "
         "00:00:04,000\n你好\n",
         {"1000-2500||Привет/мир", "3000-4000||你好"},
         {}},
        {"byte order mark and CRLF",
         "\xef\xbb\xbf"
         "1\r\n00:00:01,000 --> 00:00:02,000\r\na\r\nb\r\n\r\n2\r\n00:00:03,000 --> "
         "00:00:04,000\r\nc",
         {"1000-2000||a/b", "3000-4000||c"},
         {}},
        {"no numbers",
         "00:00:01,000 --> 00:00:02,000\na\n\n00:00:03,000 --> 00:00:04,000\nb\n",
         {"1000-2000||a", "3000-4000||b"},
         {}},
        {"wrong numbers",
         "7\n00:00:01,000 --> 00:00:02,000\na\n\n7\n00:00:03,000 --> 00:00:04,000\nb\n",
         {"1000-2000||a", "3000-4000||b"},
         {}},
        {"no empty lines, with numbers",
         "1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nb\n",
         {"1000-2000||a", "3000-4000||b"},
         {}},
        {"no empty lines, no numbers: 1984 is a text",
         "00:00:01,000 --> 00:00:02,000\nOrwell\n1984\n00:00:03,000 --> 00:00:04,000\nb\n",
         {"1000-2000||Orwell/1984", "3000-4000||b"},
         {}},
        {"a text that is a number",
         "1\n00:00:01,000 --> 00:00:02,000\n1984\n\n2\n00:00:03,000 --> 00:00:04,000\n2\n\n",
         {"1000-2000||1984", "3000-4000||2"},
         {}},
        {"an empty line within a text",
         "1\n00:00:01,000 --> 00:00:02,000\na\n\nb\n\n2\n00:00:03,000 --> 00:00:04,000\nc\n",
         {"1000-2000||a/b", "3000-4000||c"},
         {"5: an empty line within the text: the text goes on after it"}},
        {"an empty line above the text",
         "1\n00:00:01,000 --> 00:00:02,000\n\na\n\n2\n00:00:03,000 --> 00:00:04,000\nc\n",
         {"1000-2000||a", "3000-4000||c"},
         {}},
        {"cues without text",
         "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\n\n\n",
         {"1000-2000||", "3000-4000||"},
         {}},
        {"a timing that cannot be read",
         "1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:O3,000 --> 00:00:04,000\nlost\n\n"
         "3\n00:00:05,000 --> 00:00:06,000\nb\n",
         {"1000-2000||a", "5000-6000||b"},
         {"6: the timing is not written as hh:mm:ss,mmm --> hh:mm:ss,mmm: the cue is dropped"}},
        {"a timing that is missing",
         "1\n00:00:01,000 --> 00:00:02,000\na\n\n2\nlost\n\n3\n00:00:05,000 --> 00:00:06,000\nb\n",
         {"1000-2000||a", "5000-6000||b"},
         {"5: cue 2 has no timing: dropped"}},
        {"text above the first cue",
         "Subtitles by X\n\n1\n00:00:01,000 --> 00:00:02,000\na\n",
         {"1000-2000||a"},
         {"1: text before the first timing: dropped"}},
        {"times before the film",
         "1\n-00:00:02,000 --> -00:00:01,000\na\n\n2\n-00:00:01,000 --> 00:00:01,000\nb\n",
         {"-2000--1000||a", "-1000-1000||b"},
         {}},
        {"coordinates, said once",
         "1\n00:00:01,000 --> 00:00:02,000  X1:122 X2:595 Y1:450 Y2:523\na\n\n"
         "2\n00:00:03,000 --> 00:00:04,000 X1:1 X2:5 Y1:4 Y2:5\nb\n",
         {"1000-2000||a", "3000-4000||b"},
         {"2: coordinates after the timing: ignored here and below"}},
        {"WebVTT that lost its first line",
         "00:01.000 --> 00:02.000 align:start line:0\na\n",
         {"1000-2000|line:0 align:start|a"},
         {}},
        {"spaces around lines",
         "  1 \n 00:00:01,000 --> 00:00:02,000 \n  a  \n\t\n",
         {"1000-2000||a"},
         {}},
        {"NUL", std::string("1\n00:00:01,000 --> 00:00:02,000\na\0b\n", 37), {"1000-2000||ab"}, {}},
    };
    for (const FileCase& c : cases) {
        EXPECT_EQ(cues_of_srt(c.file), c.cues) << c.what;
        EXPECT_EQ(problems_of(c.file), c.problems) << c.what;
    }
}

TEST(Srt, ReadsTimings) {
    const std::pair<const char*, const char*> good[] = {
        {"00:00:01,000 --> 00:00:02,000", "1000-2000||x"},
        {"00:00:01.000 --> 00:00:02.000", "1000-2000||x"},
        {"00:00:01:000-->00:00:02:000", "1000-2000||x"},
        {"0:0:1,0 -> 0:0:2,5", "1000-2500||x"},
        {"00:00:01 --> 00:00:02,04", "1000-2040||x"},
        {"00:01,000 --> 00:02,0009", "1000-2000||x"},
        {"100:00:00,000 --> 1000:00:00,000", "360000000-3600000000||x"},
        {"00: 00: 01, 000 --> 00: 00: 02, 000", "1000-2000||x"},
        {"00:00:99,000 --> 00:99:00,000", "99000-5940000||x"},
        {"00:00:00,000 --> 99999999999999999999:00:00,000", "0-3600000000000000||x"},
    };
    for (const auto& [timing, cue] : good) {
        EXPECT_TRUE(is_srt_timing(timing)) << timing;
        EXPECT_THAT(cues_of_srt(fmt::format("1\n{}\nx\n", timing)), ElementsAre(cue)) << timing;
    }
    for (const char* bad :
         {"", "1", "-->", "00:00:01,000", "00:00:01,000 --> ", "00:00:01,000 --> 00:00:02,000l",
          "00:00:O1,000 --> 00:00:02,000", "1 --> 2", "a 00:00:01,000 --> 00:00:02,000",
          "00:00:01,000 -- > 00:00:02,000", "00:00:01, --> 00:00:02,000"}) {
        EXPECT_FALSE(is_srt_timing(bad)) << bad;
    }
}

struct TextCase {
    std::string text;
    const char* expected;  // "settings|text"
};

TEST(Srt, TurnsMarkupIntoWebVtt) {
    const TextCase cases[] = {
        {"<i>a</i> <B>b</B> <u >c</u>", "|<i>a</i> <b>b</b> <u>c</u>"},
        {"<em>a</em> <strong>b</strong>", "|<i>a</i> <b>b</b>"},
        {"<i>a\nb", "|<i>a/b</i>"},
        {"a</i>", "|a"},
        {"<b><i>x</b>y</i>z", "|<b><i>x</i></b><i>y</i>z"},
        {"<font color=\"#FFFF00\">a</font>", "|<c.yellow>a</c>"},
        {"<font face=Arial color=Red size=3>a</font>", "|<c.red>a</c>"},
        {"<font color='00ff00'>a</font>b", "|<c.lime>a</c>b"},
        {"<font color=\"#123456\">a<font color=red>b</font>c</font>d", "|a<c.red>b</c>cd"},
        {"<font>a</font>", "|a"},
        {"a<br>b<br/>c", "|a/b/c"},
        {"<s>a</s>", "|a"},
        {"<across\nlines>", "|&lt;across/lines&gt;"},
        {"<> {} () []", "|&lt;&gt; {} () []"},
        {"a < b > c & d", "|a &lt; b &gt; c &amp; d"},
        {"<3 x --> y", "|&lt;3 x --&gt; y"},
        {"Q&amp;A &lt;3 &nbsp;&copy; &copy AT&T", "|Q&amp;A &lt;3 \u00a0© &amp;copy AT&amp;T"},
        {"<unknown>a</unknown>", "|&lt;unknown&gt;a&lt;/unknown&gt;"},
        {"{\\an8}top", "line:0|top"},
        {"{\\an7}a", "line:0 align:left|a"},
        {"{\\an9}a", "line:0 align:right|a"},
        {"{\\an5}a", "line:50%,center|a"},
        {"{\\an4}a", "line:50%,center align:left|a"},
        {"{\\an1}a", "align:left|a"},
        {"{\\an2}a", "|a"},
        {"{\\a6}a", "line:0|a"},
        {"{\\a10}a", "line:50%,center|a"},
        {"{\\a3}a", "align:right|a"},
        {"{\\an8\\i1}a{\\i0}b", "line:0|<i>a</i>b"},
        {"{\\an0}{\\an10}{\\a4}{\\a12}{\\f4}a", "|a"},
        {"{aa}a", "|{aa}a"},
        {"{\\an8 a", "|{\\an8 a"},
        {"a\\Nb\\hc", "|a/b\u00a0c"},
        {"\\n is not\\N", "|\\n is not"},
        {"{}", "|{}"},
    };
    for (const TextCase& c : cases) {
        EXPECT_THAT(cues_of_srt("1\n00:00:01,000 --> 00:00:02,000\n" + c.text + "\n"),
                    ElementsAre(std::string("1000-2000|") + c.expected))
            << c.text;
    }
}

TEST(Srt, SaysOnceWhatItLeavesOut) {
    EXPECT_THAT(problems_of("1\n00:00:01,000 --> 00:00:02,000\n<i>ok</i>\n<s>a</s>\n\n"
                            "2\n00:00:03,000 --> 00:00:04,000\n<s>b</s><font color=\"#abc\">c\n\n"
                            "3\n00:00:05,000 --> 00:00:06,000\n{\\pos(1,2)}d\n"),
                ElementsAre("4: <s> has no meaning in SRT: dropped here and below",
                            "8: the colour \"#abc\" is none of WebVTT's eight: dropped here and "
                            "below",
                            "12: an ASS override other than alignment and italics, bold or "
                            "underline: dropped here and below"));
}

TEST(Srt, FailsWhenThereIsNoTiming) {
    for (const char* text : {"", "some text", "1\n2\n3\n", "WEBVTT\n"}) {
        const Result<Source> read = parse_srt(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code(), ErrorCode::kInvalid);
        EXPECT_THAT(read.error().to_string(), HasSubstr("no cue found"));
    }
}

TEST(Srt, GivesTextThatWebVttCanHold) {
    const std::uint32_t seed = property_seed();
    SCOPED_TRACE(fmt::format("MATINEE_SEED={}", seed));
    Random random(seed);
    for (int round = 0; round < 500; ++round) {
        std::string file;
        for (std::uint32_t i = 1 + random.below(5); i > 0; --i) {
            file += fmt::format("{}\n00:00:{:02},000 --> 00:00:{:02},000\n{}\n\n", i,
                                random.below(60), random.below(60), random_markup(random));
        }
        Result<Source> read = parse_srt(file);
        ASSERT_TRUE(read) << file;
        std::vector<Problem> problems;
        const Document document = tidy(*std::move(read), Overlaps::kReported, problems);
        Result<Source> again = parse_webvtt(render_file(document));
        ASSERT_TRUE(again) << file;
        EXPECT_THAT(messages(again->problems), IsEmpty()) << file;
        ASSERT_EQ(tidy(*std::move(again), Overlaps::kExpected, problems), document) << file;
    }
}

}  // namespace
}  // namespace matinee::subtitles
