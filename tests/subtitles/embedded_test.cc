#include "subtitles/embedded.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;

std::string text_of(Dialect dialect, std::string_view text) {
    const Cue cue = embedded_cue(dialect, text, Milliseconds(1), Milliseconds(2));
    EXPECT_EQ(cue.start, Milliseconds(1));
    EXPECT_EQ(cue.end, Milliseconds(2));
    return cue.text;
}

TEST(Embedded, ReadsPlainText) {
    EXPECT_EQ(text_of(Dialect::kPlain, "a <i> & b\r\nc\n\n"), "a &lt;i&gt; &amp; b\nc");
    EXPECT_EQ(text_of(Dialect::kPlain, std::string("a\0", 2)), "a");
    EXPECT_EQ(text_of(Dialect::kPlain, "a\xff"), "a\ufffd");
    EXPECT_EQ(text_of(Dialect::kPlain, " \n "), "");
}

TEST(Embedded, ReadsPangoMarkup) {
    const std::pair<const char*, const char*> cases[] = {
        {"a &amp; b &lt;", "a &amp; b &lt;"},
        {"<i>a</i> <b>b</b> <u>c</u>", "<i>a</i> <b>b</b> <u>c</u>"},
        {"<span foreground=\"#ff0000\">a<i>b</i></span>c", "<c.red>a</c><c.red><i>b</i></c>c"},
        {"<span foreground=\"#123456\">a</span>", "a"},
        {"<span font_style='italic' weight=\"bold\" underline='single'>a</span>",
         "<b><i><u>a</u></i></b>"},
        {"<span size=\"small\"><tt>a</tt></span>", "a"},
        {"<b><i>a</b>b</i>", "<b><i>a</i></b>b"},
        {"a < b", "a &lt; b"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(text_of(Dialect::kPango, text), expected) << text;
    }
}

TEST(Embedded, ReadsWebVttCueText) {
    EXPECT_EQ(text_of(Dialect::kWebVtt, "<v Ann>a <x>&amp; b"), "<v Ann>a &amp; b</v>");
}

TEST(Embedded, ReadsLinesOfAssByTheStylesOfTheContainer) {
    EmbeddedReader reader(Dialect::kAss,
                          "[Script Info]\r\nPlayResX: 100\r\nPlayResY: 100\r\n\r\n[V4+ Styles]\r\n"
                          "Format: Name, Italic, Alignment\r\nStyle: Default,-1,8\r\n\r\n"
                          "[Events]\r\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, "
                          "MarginV, Effect, Text\r\n");
    reader.add("0,0,Default,,0,0,0,,a, b\\Nc", Milliseconds(1000), Milliseconds(2000));
    reader.add("1,0,Default,,0,0,0,,{\\p1}m 0 0", Milliseconds(2000), Milliseconds(3000));
    reader.add("2,0", Milliseconds(2000), Milliseconds(3000));
    reader.add("Dialogue: 0,0:00:09.00,0:00:10.00,Default,,0,0,0,,d", Milliseconds(3000),
               Milliseconds(4000));
    const Source source = std::move(reader).finish();
    EXPECT_THAT(cue_lines(source),
                ElementsAre("1000-2000|line:0|<i>a, b/c</i>", "3000-4000|line:0|<i>d</i>"));
    EXPECT_THAT(messages(source.problems),
                ElementsAre("2: a drawing: dropped, here and below",
                            "3: the line has too few fields: dropped, here and below"));
}

}  // namespace
}  // namespace matinee::subtitles
