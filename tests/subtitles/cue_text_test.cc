#include "subtitles/cue_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::subtitles {
namespace {

struct CueTextCase {
    const char* what;
    std::string input;
    std::string expected;
};

TEST(CueText, IsReadAsTheSpecificationSaysAndWrittenAgain) {
    const CueTextCase cases[] = {
        // WebVTT 6.4, tree construction. The first ten have the trees of the W3C's own cases.
        {"plain text", "test", "test"},
        {"ruby closes at the end", "<ruby>test<rt>test", "<ruby>test<rt>test</rt></ruby>"},
        {"text in ruby after rt", "<ruby>test<rt>test</rt>test",
         "<ruby>test<rt>test</rt>test</ruby>"},
        {"text after ruby", "<ruby>test<rt>test</rt></ruby>test",
         "<ruby>test<rt>test</rt></ruby>test"},
        {"the end of ruby ends rt", "<ruby>test<rt>test</ruby>test",
         "<ruby>test<rt>test</rt></ruby>test"},
        {"an open b in rt keeps both open", "<ruby>test<rt><b>test</rt></ruby>test",
         "<ruby>test<rt><b>testtest</b></rt></ruby>"},
        {"the same without the end of rt", "<ruby>test<rt><b>test</ruby>test",
         "<ruby>test<rt><b>testtest</b></rt></ruby>"},
        {"b ends late", "<ruby>test<rt><b>test</rt></ruby></b>test",
         "<ruby>test<rt><b>test</b>test</rt></ruby>"},
        {"b ends before ruby", "<ruby>test<rt><b>test</rt></b></ruby>test",
         "<ruby>test<rt><b>test</b></rt></ruby>test"},
        {"text after b", "<ruby>test<rt><b>test</rt></b>test</ruby>test",
         "<ruby>test<rt><b>test</b>test</rt></ruby>test"},
        {"rt outside ruby is no element", "<rt>a</rt>", "a"},
        {"a stray end tag", "a</b>c", "ac"},
        {"the wrong end tag", "<i>Hee!</b> Hee!", "<i>Hee! Hee!</i>"},
        {"an unknown tag", "<bad>x</bad>", "x"},
        {"names are case-sensitive", "<B>x</B>", "x"},
        {"an empty tag", "a<>b", "ab"},
        {"classes", "<c.first.loud>x</c>", "<c.first.loud>x</c>"},
        {"empty classes do not count", "<c..first.>x", "<c.first>x</c>"},
        {"a tag without end", "<c It's a blue", "<c></c>"},
        {"an end tag without end", "<c>This is </c awesome!", "<c>This is </c>"},
        {"a voice", "<v.loud   Roger \t Bingham >Hi</v>", "<v.loud Roger Bingham>Hi</v>"},
        {"references in annotations", "<v Q&amp;A &lt;3>x", "<v Q&amp;A &lt;3>x</v>"},
        {"a language", "<lang en-GB>colour</lang>", "<lang en-GB>colour</lang>"},
        {"annotations of others mean nothing", "<i.x slanted>a</i>", "<i.x>a</i>"},
        {"a tag over two lines", "<c.x\nyellow>a</c>", "<c.x>a</c>"},
        // WebVTT 6.4, timestamps.
        {"a timestamp", "<00:01.000>now", "<00:00:01.000>now"},
        {"a timestamp with hours", "<100:00:01.000>now", "<100:00:01.000>now"},
        {"no timestamp", "<a0:01.000>now", "now"},
        {"a timestamp with a space", "<00:01.000 >now", "now"},
        {"a timestamp without end", "<00:01.000 now", ""},
        // HTML 13.2.5.72 to 80, character references.
        {"references that must stay", "&amp; &lt; &gt;", "&amp; &lt; &gt;"},
        {"references that become characters", "&nbsp;&lrm;&copy;", "\u00a0\u200e©"},
        {"a bare ampersand", "Q & A &", "Q &amp; A &amp;"},
        {"an old name without semicolon", "&copy2000 &ampx", "©2000 &amp;x"},
        {"the longest name", "&notit; &notin;", "¬it; ∉"},
        {"an unknown name", "&matinee;", "&amp;matinee;"},
        {"numbers", "&#65;&#x42;&#X43&#68", "ABCD"},
        {"numbers that mean others", "&#0;&#x80;&#xd800;&#x110000;&#99999999999;",
         "\ufffd€\ufffd\ufffd\ufffd"},
        {"a number without digits", "&#;&#x;", "&amp;#;&amp;#x;"},
        // What the writer takes care of.
        {"an arrow", "a --> b", "a --&gt; b"},
        {"an arrow made of a class", "<c.a-->x", "<c.a-- >x</c>"},
        {"an arrow made of a voice", "<v a-->x", "<v a-- >x</v>"},
        {"an empty line by references", "a&#10;&#10;b", "a\n\u00a0\nb"},
        {"a carriage return by reference", "a&#13;b", "a\nb"},
        {"line ends around the text", "&#10;a&#10;", "a"},
        {"two lines", "один\nдва", "один\nдва"},
    };
    for (const CueTextCase& c : cases) {
        const std::string normal = normalise_cue_text(c.input);
        EXPECT_EQ(normal, c.expected) << c.what;
        EXPECT_EQ(normalise_cue_text(normal), normal) << c.what << ": written, it reads as itself";
    }
}

TEST(CueText, NestsAsDeepAsItLikes) {
    std::string deep;
    std::string ends;
    for (int i = 0; i < 20'000; ++i) {
        deep += "<b>";
        ends += "</b>";
    }
    EXPECT_EQ(normalise_cue_text(deep + "x"), deep + "x" + ends);
}

TEST(CueText, IsVisibleOnlyWhenSomethingCanBeSeen) {
    for (const char* blank : {"", " ", "<i></i>", "&nbsp;", "\u00a0\n ", "<v Bob> </v>"}) {
        EXPECT_FALSE(has_visible_text(blank)) << '"' << blank << '"';
    }
    for (const char* visible : {".", "<i>x</i>", "&amp;", "字"}) {
        EXPECT_TRUE(has_visible_text(visible)) << visible;
    }
}

TEST(CueText, WriterReopensWhatItHadToClose) {
    CueTextWriter writer;
    writer.open("b");
    writer.open("i");
    writer.text("both");
    writer.close("b");
    writer.text("italics");
    writer.close("u");
    EXPECT_EQ(std::move(writer).finish(), "<b><i>both</i></b><i>italics</i>");
}

TEST(CueText, TerminatedReferencesLeaveTheOthersAlone) {
    std::string out;
    EXPECT_EQ(resolve_reference("&copy2", References::kTerminated, out), 0U);
    EXPECT_EQ(resolve_reference("&#65 ", References::kTerminated, out), 0U);
    EXPECT_EQ(out, "");
    EXPECT_EQ(resolve_reference("&eacute;t", References::kTerminated, out), 8U);
    EXPECT_EQ(out, "é");
}

}  // namespace
}  // namespace matinee::subtitles
