#include "subtitles/ttml.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"
#include "subtitles/ttml_time.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string document(std::string_view head, std::string_view body,
                     std::string_view attributes = "") {
    return fmt::format(
        "<?xml version=\"1.0\"?>\n"
        "<tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:tts=\"http://www.w3.org/ns/ttml#styling\" "
        "xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" xml:lang=\"en\" {}>\n"
        "<head>{}</head>\n<body>{}</body>\n</tt>\n",
        attributes, head, body);
}

std::vector<std::string> cues_of_ttml(const std::string& text) {
    const auto read = parse_ttml(text);
    if (!read) return {read.error().to_string()};
    return cue_lines(read->front());
}

TEST(TtmlTime, ReadsAllExpressions) {
    TtmlClock clock;
    clock.frames = 30'000;
    clock.per_seconds = 1001;
    clock.sub_frames = 2;
    clock.ticks = 10'000'000;
    const std::pair<const char*, std::int64_t> cases[] = {
        {"00:00:01", 1'000'000},
        {"01:02:03.5", 3'723'500'000},
        {"100:00:00.000", 360'000'000'000},
        {"00:00:01:15", 1'500'500},
        {"00:00:00:01.1", 50'050},
        {"1.5h", 5'400'000'000},
        {"2m", 120'000'000},
        {"0.25s", 250'000},
        {"1500ms", 1'500'000},
        {"30f", 1'001'000},
        {"1.5f", 50'050},
        {"15000000t", 1'500'000},
        {" 1s ", 1'000'000},
        {"99999999999999999999h", 99'997'200'000'000},
        {"99999999999999999999f", kLongestTtmlTime.count()},
        {"99999999999999999999t", kLongestTtmlTime.count()},
    };
    for (const auto& [text, microseconds] : cases) {
        const auto time = parse_ttml_time(text, clock);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(time->count(), microseconds) << text;
    }
    for (const char* text : {"", "1", "s", "1x", "1.s", "00:01", "00:00:01.", "00:00:01:", "-1s",
                             "00:00:01:02:03", "1s1", "wallclock(1)"}) {
        EXPECT_FALSE(parse_ttml_time(text, clock)) << text;
    }
}

TEST(Ttml, ReadsTextAndItsStyles) {
    const std::string head =
        "<styling><style xml:id=\"a\" tts:fontStyle=\"italic\"/>"
        "<style xml:id=\"b\" style=\"a\" tts:fontWeight=\"bold\" tts:color=\"#ff0000\"/>"
        "<style xml:id=\"loop\" style=\"loop2\"/><style xml:id=\"loop2\" style=\"loop\"/>"
        "</styling>";
    const std::pair<const char*, const char*> cases[] = {
        {"a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"},
        {"  a\n   b <br/> c  ", "a b/c"},
        {"<span xml:space=\"preserve\"> a  b</span>", " a  b"},
        {"a<span tts:fontStyle=\"italic\">b</span>c", "a<i>b</i>c"},
        {"<span style=\"b\">x</span>", "<c.red><b><i>x</i></b></c>"},
        {"<span style=\"b\" tts:fontStyle=\"normal\" tts:color=\"white\">x</span>", "<b>x</b>"},
        {"<span tts:textDecoration=\"underline\">a<span "
         "tts:textDecoration=\"noUnderline\">b</span></span>",
         "<u>a</u>b"},
        {"a <span xml:lang=\"fr\">b</span>", "a<lang fr> b</lang>"},
        {"a<span tts:display=\"none\">b</span><span tts:visibility=\"hidden\">c</span>", "a"},
        {"<span tts:ruby=\"container\"><span tts:ruby=\"base\">漢</span><span "
         "tts:ruby=\"text\">kan</span></span>字",
         "<ruby>漢<rt>kan</rt></ruby>字"},
        {"a<metadata xmlns=\"urn:x\"><span>b</span></metadata><x:p xmlns:x=\"urn:x\">c</x:p>", "a"},
        {"<![CDATA[a < b]]>", "a &lt; b"},
        {"<span style=\"loop\">x</span><span style=\"none\">y</span>", "xy"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_THAT(cues_of_ttml(document(
                        head, fmt::format("<div><p begin=\"1s\" end=\"2s\">{}</p></div>", text))),
                    ElementsAre(fmt::format("1000-2000||{}", expected)))
            << text;
    }
}

TEST(Ttml, NestsTimes) {
    const std::pair<const char*, std::vector<std::string>> cases[] = {
        {"<div begin=\"10s\"><p begin=\"1s\" dur=\"2s\">a</p><p end=\"5s\">b</p></div>",
         {"11000-13000||a", "10000-15000||b"}},
        {"<div begin=\"10s\" end=\"12s\"><p begin=\"1s\" dur=\"9s\">a</p></div>",
         {"11000-12000||a"}},
        {"<div timeContainer=\"seq\"><p dur=\"2s\">a</p><p begin=\"1s\" end=\"3s\">b</p></div>",
         {"0-2000||a", "3000-5000||b"}},
        {"<div timeContainer=\"seq\"><div><p end=\"2s\">a</p><p dur=\"3s\">b</p></div>"
         "<p dur=\"1s\">c</p></div>",
         {"0-2000||a", "0-3000||b", "3000-4000||c"}},
        {"<div><p begin=\"1s\" end=\"4s\"><span begin=\"0s\">a</span> "
         "<span begin=\"1s\" end=\"2s\">b</span></p></div>",
         {"1000-2000||a", "2000-3000||a b", "3000-4000||a"}},
        {"<div><p begin=\"5s\" end=\"5s\">a</p><p begin=\"5s\" end=\"6s\">b</p></div>",
         {"5000-6000||b"}},
        {"<div><p begin=\"1s\">a</p></div>", {"1000-86401000||a"}},
    };
    for (const auto& [body, expected] : cases) {
        EXPECT_EQ(cues_of_ttml(document("", body)), expected) << body;
    }
}

TEST(Ttml, CountsFramesAndTicks) {
    const char* const kBody = "<div><p begin=\"25f\" end=\"00:00:02:05\">a</p></div>";
    EXPECT_THAT(cues_of_ttml(document("", kBody, "ttp:frameRate=\"25\"")),
                ElementsAre("1000-2200||a"));
    EXPECT_THAT(cues_of_ttml(document("", kBody,
                                      "ttp:frameRate=\"24\" "
                                      "ttp:frameRateMultiplier=\"1000 1001\"")),
                ElementsAre("1043-2209||a"));
    EXPECT_THAT(
        cues_of_ttml(document("", "<div><p begin=\"10000000t\" end=\"20000000t\">a</p></div>",
                              "ttp:tickRate=\"10000000\"")),
        ElementsAre("1000-2000||a"));
}

TEST(Ttml, PlacesTextByItsRegion) {
    const auto settings = [](std::string_view region, std::string_view p = "") {
        const std::string head = fmt::format("<layout><region xml:id=\"r\" {}/></layout>", region);
        const auto read = parse_ttml(document(
            head, fmt::format("<div><p region=\"r\" begin=\"1s\" end=\"2s\" {}>a</p></div>", p)));
        return read && !read->front().cues.empty()
                   ? format_cue_settings(read->front().cues[0].cue.settings)
                   : std::string("no cue");
    };
    const char* const kBottom =
        "tts:origin=\"10% 80%\" tts:extent=\"80% 15%\" tts:displayAlign=\"after\"";
    EXPECT_EQ(settings(kBottom, "tts:textAlign=\"center\""), "");
    EXPECT_EQ(settings(kBottom, "tts:textAlign=\"left\""),
              "position:10%,line-left size:80% align:left");
    EXPECT_EQ(settings(kBottom), "position:10%,line-left size:80% align:start");
    EXPECT_EQ(settings("tts:textAlign=\"center\" tts:origin=\"50% 50%\" tts:extent=\"40% 20%\" "
                       "tts:displayAlign=\"center\""),
              "line:60%,center position:70%,center size:40%");
    EXPECT_EQ(settings("tts:textAlign=\"center\" tts:displayAlign=\"before\""), "line:0");
    EXPECT_EQ(settings("tts:textAlign=\"right\" tts:origin=\"16c 3c\" tts:extent=\"8c 3c\""),
              "line:0 position:75%,line-right size:25% align:right")
        << "cells of 32 by 15";
    EXPECT_EQ(settings("tts:writingMode=\"tbrl\" tts:textAlign=\"center\""), "vertical:rl");
    EXPECT_EQ(settings("tts:display=\"none\""), "no cue");
    EXPECT_EQ(settings("begin=\"5s\""), "no cue");
}

TEST(Ttml, MakesADocumentOfEachLanguage) {
    const auto read =
        parse_ttml(document("",
                            "<div xml:lang=\"zh-CN\"><p begin=\"1s\" end=\"2s\">你好</p></div>"
                            "<div xml:lang=\"ru\"><p begin=\"1s\" end=\"2s\">привет</p></div>"
                            "<div><p begin=\"1s\" end=\"2s\" xml:lang=\"zh-Hans\">再见</p></div>"));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ((*read)[0].language, "zh-Hans");
    EXPECT_THAT(cue_lines((*read)[0]), ElementsAre("1000-2000||你好", "1000-2000||再见"));
    EXPECT_EQ((*read)[1].language, "ru");
}

TEST(Ttml, ReadsOtherPrefixesAndOldAndUnknownNamespaces) {
    const char* const kForms[] = {
        "<tt:tt xmlns:tt=\"http://www.w3.org/ns/ttml\"><tt:body><tt:div><tt:p begin=\"1s\" "
        "end=\"2s\">a</tt:p></tt:div></tt:body></tt:tt>",
        "<tt xmlns=\"http://www.w3.org/2006/10/ttaf1\"><body><div><p begin=\"1s\" "
        "end=\"2s\">a</p></div></body></tt>",
        "<tt xmlns=\"urn:wrong\"><body><div><p begin=\"1s\" end=\"2s\">a</p></div></body></tt>",
        "<tt><body><div><p begin=\"1s\" end=\"2s\">a</p></div></body></tt>",
    };
    for (const char* form : kForms) {
        EXPECT_TRUE(looks_like_ttml(form)) << form;
        EXPECT_THAT(cues_of_ttml(form), ElementsAre("1000-2000||a")) << form;
    }
    EXPECT_THAT(messages(parse_ttml(kForms[2])->front().problems),
                ElementsAre("1: \"urn:wrong\" is no namespace of TTML: read as if it were"));
}

TEST(Ttml, ReadsBrokenXmlUpToWhereItBreaks) {
    const auto read = parse_ttml(
        "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>\n<p begin=\"1s\" end=\"2s\">a</p>\n"
        "<p begin=\"3s\" end=\"4s\">b</q>\n<p begin=\"5s\" end=\"6s\">c</p>");
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(read->front()), ElementsAre("1000-2000||a", "3000-4000||b"));
    EXPECT_THAT(messages(read->front().problems),
                ElementsAre(StartsWith("3: the XML is broken here")));
}

TEST(Ttml, SaysWhatItDrops) {
    const auto read = parse_ttml(document(
        "",
        "<div>\n<p begin=\"soon\" end=\"2s\">a<set tts:color=\"red\"/></p>\n"
        "<p begin=\"1s\" end=\"2s\" region=\"none\" style=\"none\" xml:lang=\"?\">b</p></div>"));
    ASSERT_TRUE(read);
    EXPECT_THAT(cue_lines(read->front()), ElementsAre("0-2000||a", "1000-2000||b"));
    EXPECT_THAT(messages(read->front().problems),
                ElementsAre("5: begin \"soon\" is no time: ignored",
                            "5: animation: not shown, here and below",
                            "6: \"?\" is no language tag: ignored",
                            "6: there is no style \"none\": ignored",
                            "6: there is no region \"none\": shown where cues usually are"));
}

TEST(Ttml, RefusesBombsPicturesAndOtherXml) {
    const auto bomb = parse_ttml(
        "<!DOCTYPE tt [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><tt "
        "xmlns=\"http://www.w3.org/ns/ttml\"><body><div><p>&b;</p></div></body></tt>");
    ASSERT_FALSE(bomb);
    EXPECT_THAT(bomb.error().to_string(), HasSubstr("entities"));
    const auto pictures =
        parse_ttml(document("",
                            "<div begin=\"1s\" end=\"2s\" xmlns:smpte=\"urn:smpte\" "
                            "smpte:backgroundImage=\"#i\"/>"));
    ASSERT_FALSE(pictures);
    EXPECT_EQ(pictures.error().code(), ErrorCode::kUnsupported);
    EXPECT_FALSE(parse_ttml("<html/>"));
    EXPECT_FALSE(parse_ttml(""));
}

TEST(Ttml, TakesElementsWithinElementsWithoutEndInItsStride) {
    std::string body;
    for (int i = 0; i < 10'000; ++i) {
        body += "<div begin=\"1s\" timeContainer=\"seq\">";
    }
    const auto read = parse_ttml(document("", body));
    ASSERT_TRUE(read);
    EXPECT_THAT(read->front().cues, IsEmpty());
    std::string styles = "<styling>";
    for (int i = 0; i < 10'000; ++i) {
        styles += fmt::format("<style xml:id=\"s{}\" style=\"s{}\"/>", i, i + 1);
    }
    EXPECT_THAT(cues_of_ttml(document(styles + "</styling>",
                                      "<div><p begin=\"1s\" end=\"2s\" style=\"s0\">a</p></div>")),
                ElementsAre("1000-2000||a"));
}

}  // namespace
}  // namespace matinee::subtitles
