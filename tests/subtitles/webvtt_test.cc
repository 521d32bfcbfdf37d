#include "subtitles/webvtt.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The cues in one line each: "id|start-end|settings|text", line ends as "/".
std::vector<std::string> cues_of_webvtt(std::string_view text) {
    const Result<Source> read = parse_webvtt(text);
    if (!read) return {"error: " + read.error().to_string()};
    std::vector<std::string> out;
    for (const SourceCue& found : read->cues) {
        const Cue& cue = found.cue;
        std::string line = fmt::format("{}|{}-{}|{}|{}", cue.id, cue.start.count(), cue.end.count(),
                                       format_cue_settings(cue.settings), cue.text);
        std::replace(line.begin(), line.end(), '\n', '/');
        out.push_back(std::move(line));
    }
    return out;
}

// WebVTT 6.1 steps 1 to 9.
TEST(WebVtt, KnowsItsSignature) {
    const char* const kCue = "\n\n00:00.000 --> 00:01.000\nx";
    for (const char* good : {"WEBVTT", "WEBVTT\n", "WEBVTT\r", "WEBVTT \n", "WEBVTT\tx\n",
                             "\xef\xbb\xbfWEBVTT", "WEBVTT FILE", "WEBVTT -->"}) {
        EXPECT_TRUE(parse_webvtt(good)) << good;
        EXPECT_THAT(cues_of_webvtt(std::string(good) + kCue), ElementsAre("|0-1000||x")) << good;
    }
    const std::string nul = std::string("WEBVTT\0", 7);
    for (const std::string& bad :
         {std::string(), std::string("WEBVT"), std::string("WEBVTTx"), std::string("webvtt"),
          std::string(" WEBVTT"), std::string("\nWEBVTT"), std::string("WEBVTT-"), nul,
          std::string("\xef\xbb\xbf\xef\xbb\xbfWEBVTT")}) {
        const Result<Source> read = parse_webvtt(bad + kCue);
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().code(), ErrorCode::kInvalid);
    }
}

struct BlockCase {
    const char* what;
    std::string body;
    std::vector<std::string> cues;
};

// WebVTT 6.1, "collect a WebVTT block".
TEST(WebVtt, CollectsBlocks) {
    const BlockCase cases[] = {
        {"identifiers", "\na b\n00:00.000 --> 00:01.000\nx\n", {"a b|0-1000||x"}},
        {"a timing below the header", "00:00.000 --> 00:01.000\nx\n", {"|0-1000||x"}},
        {"a timing below header text", "kind: x\n00:00.000 --> 00:01.000\nx\n", {"|0-1000||x"}},
        {"header text is no cue", "a\nb\n\n00:00.000 --> 00:01.000\nx\n", {"|0-1000||x"}},
        {"cues without a line between",
         "\n00:00.000 --> 00:01.000\nx\n00:01.000 --> 00:02.000\ny\n",
         {"|0-1000||x", "|1000-2000||y"}},
        {"a number without a line above is text",
         "\n00:00.000 --> 00:01.000\nx\n2\n00:01.000 --> 00:02.000\ny\n",
         {"|0-1000||x/2", "|1000-2000||y"}},
        {"two timings",
         "\n00:00.000 --> 00:01.000\n00:01.000 --> 00:02.000\ny\n",
         {"|0-1000||", "|1000-2000||y"}},
        {"an arrow in the text ends the cue",
         "\n00:00.000 --> 00:01.000\nx --> y\nz\n\n00:01.000 --> 00:02.000\ny\n",
         {"|0-1000||", "|1000-2000||y"}},
        {"text below two lines is lost", "\na\nb\n00:00.000 --> 00:01.000\nx\n", {"|0-1000||x"}},
        {"many empty lines", "\n\n\n\n00:00.000 --> 00:01.000\nx\n\n\n", {"|0-1000||x"}},
        {"no last line end", "\n00:00.000 --> 00:01.000\nx", {"|0-1000||x"}},
        {"no text", "\n00:00.000 --> 00:01.000", {"|0-1000||"}},
        {"a line of spaces does not end a cue",
         "\n00:00.000 --> 00:01.000\nx\n \ny\n",
         {"|0-1000||x/ /y"}},
        {"comments", "\nNOTE a\nb\n\nNOTE\n\n00:00.000 --> 00:01.000\nx\n\nNOTE z", {"|0-1000||x"}},
        {"a comment with a timing is a cue",
         "\nNOTE\n00:00.000 --> 00:01.000\nx\n",
         {"NOTE|0-1000||x"}},
        {"old and Mac line ends",
         "\r\n00:00.000 --> 00:01.000\r\nx\ry\r\r00:01.000 --> 00:02.000\rz",
         {"|0-1000||x/y", "|1000-2000||z"}},
        {"NUL",
         std::string("\na\0b\n00:00.000 --> 00:01.000\nx\0\n", 32),
         {"a\ufffd"
          "b|0-1000||x\ufffd"}},
        {"an end before the start", "\n00:01.000 --> 00:00.000\nx\n", {"|1000-0||x"}},
        {"a style with a timing is a cue",
         "\nSTYLE\n00:00.000 --> 00:01.000\nx\n",
         {"STYLE|0-1000||x"}},
    };
    for (const BlockCase& c : cases) {
        EXPECT_EQ(cues_of_webvtt("WEBVTT\n" + c.body), c.cues) << c.what;
    }
}

// WebVTT 6.3, "collect a WebVTT timestamp".
TEST(WebVtt, ReadsTimings) {
    const std::pair<const char*, const char*> good[] = {
        {"00:00.000 --> 00:01.000", "|0-1000||x"},
        {"00:00:00.000 --> 00:00:01.000", "|0-1000||x"},
        {"  00:00.000\t-->\f00:01.000  ", "|0-1000||x"},
        {"00:00.000-->00:01.000", "|0-1000||x"},
        {"00:00.000 --> 00:01.000align:start", "|0-1000|align:start|x"},
        {"59:59.999 --> 99:59:59.999", "|3599999-359999999||x"},
        {"0:00:01.000 --> 000:00:02.000", "|1000-2000||x"},
        {"1234:00:00.000 --> 12345:00:00.000", "|4442400000-44442000000||x"},
        {"60:00:00.000 --> 61:00:00.000", "|216000000-219600000||x"},
        {"00:00.000 --> 99999999999999999999:59:59.999", "|0-3600000003599999||x"},
        {"00:00.000 --> 00:01.000 --> 00:02.000", "|0-1000||x"},
    };
    for (const auto& [timing, cue] : good) {
        EXPECT_THAT(cues_of_webvtt(fmt::format("WEBVTT\n\n{}\nx", timing)), ElementsAre(cue))
            << timing;
    }
    for (const char* bad :
         {"0:00.000 --> 00:01.000", "00:0.000 --> 00:01.000", "00:00.00 --> 00:01.000",
          "00:00.0000 --> 00:01.000", "00:00,000 --> 00:01.000", "00:00:000 --> 00:01.000",
          "60:00.000 --> 61:00.000", "00:60.000 --> 00:61.000", "00:60:00.000 --> 00:61:00.000",
          "00:00:60.000 --> 00:01:60.000", "-00:00.000 --> 00:01.000", "00:00.000 --> -00:01.000",
          "00:00.000 --> ", " --> 00:01.000", "00:00.000 -- > --> 00:01.000", "-->",
          "00:00 --> 00:01", "00:00.000 a --> 00:01.000", "000:00.000 --> 00:01.000"}) {
        const Result<Source> read = parse_webvtt(fmt::format("WEBVTT\n\n{}\nx", bad));
        ASSERT_TRUE(read);
        EXPECT_THAT(read->cues, IsEmpty()) << bad;
        EXPECT_EQ(read->problems.size(), 1U) << bad << ": what is dropped is said";
    }
}

// WebVTT 6.3, "parse the WebVTT cue settings".
TEST(WebVtt, ReadsCueSettings) {
    const std::pair<const char*, const char*> cases[] = {
        {"", ""},
        {"align:start", "align:start"},
        {"align:center", ""},
        {"align:end\talign:left", "align:left"},
        {"align:right", "align:right"},
        {"align:middle", ""},
        {"align:Start", ""},
        {"Align:start", ""},
        {"align: start", ""},
        {"align :start", ""},
        {"align::start", ""},
        {"align=start", ""},
        {"vertical:rl", "vertical:rl"},
        {"vertical:lr", "vertical:lr"},
        {"vertical:", ""},
        {"vertical:rl vertical:x", "vertical:rl"},
        {"size:50%", "size:50%"},
        {"size:0%", "size:0%"},
        {"size:100%", ""},
        {"size:100.0001%", ""},
        {"size:33.3333333333333333333333%", "size:33.333333333333336%"},
        {"size:.5%", ""},
        {"size:5.%", ""},
        {"size:50", ""},
        {"size:-0%", ""},
        {"size:1e1%", ""},
        {"size:+5%", ""},
        {"position:1.5%", "position:1.5%"},
        {"position:1%,line-left", "position:1%,line-left"},
        {"position:1%,center", "position:1%,center"},
        {"position:1%,line-right", "position:1%,line-right"},
        {"position:1%,middle", "position:1%"},
        {"position:1% ,center", "position:1%"},
        {"position:101%,center", ""},
        {"position:1", ""},
        {"line:-1", "line:-1"},
        {"line:-0", "line:0"},
        {"line:0", "line:0"},
        {"line:1.5", "line:1.5"},
        {"line:4294967296", "line:4294967296"},
        {"line:10000000000000000000000000000000000", "line:9999999999999999455752309870428160"},
        {"line:0%", "line:0%"},
        {"line:00%", "line:0%"},
        {"line:100%,start", "line:100%"},
        {"line:100%,center", "line:100%,center"},
        {"line:100%,end", "line:100%,end"},
        {"line:100%,middle", "line:100%"},
        {"line:101%", ""},
        {"line:-0%", ""},
        {"line:1-", ""},
        {"line:--1", ""},
        {"line:1%%", ""},
        {"line:%1", ""},
        {"line:-", ""},
        {"line:.5", ""},
        {"line:5.", ""},
        {"line:1..5", ""},
        {"line:-.5", ""},
        {"line:1e2", ""},
        {"line:,end", ""},
        {"region:a", ""},
        {"foo:bar baz", ""},
        {"align:left size:10% line:3 position:4% vertical:lr",
         "vertical:lr line:3 position:4% size:10% align:left"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(format_cue_settings(parse_cue_settings(text, {}, nullptr)), expected) << text;
    }
    // Beyond what a number can hold: too large is an error, too small is nothing (HTML 2.3.4.3).
    const std::string nines(400, '9');
    EXPECT_EQ(format_cue_settings(parse_cue_settings("line:" + nines, {}, nullptr)), "");
    const std::string zeros(400, '0');
    EXPECT_EQ(format_cue_settings(parse_cue_settings("line:0." + zeros + "1", {}, nullptr)),
              "line:0");
}

TEST(WebVtt, NamesTheSettingsItIgnores) {
    std::vector<std::string> ignored;
    parse_cue_settings("align:middle size:10% foo line:1%,x", {}, &ignored);
    EXPECT_THAT(ignored, ElementsAre("align:middle", "foo", "line:1%,x"));
}

// WebVTT 6.2, "collect WebVTT region settings".
TEST(WebVtt, ReadsRegions) {
    const Result<Source> read = parse_webvtt(
        "WEBVTT\n\n"
        "REGION \n"
        "id:fred width:40% lines:3\n"
        "regionanchor:0%,100% viewportanchor:10%,90.5%\tscroll:up\n"
        "\n"
        "REGION\n"
        "id:bad width:101% lines:-1 regionanchor:1% viewportanchor:1%,x% scroll:down id:\n"
        "\n"
        "REGION\n"
        "lines:18446744073709552000\n"
        "\n"
        "REGIONx\n"
        "id:none\n"
        "\n"
        "00:00.000 --> 00:01.000 region:fred\nx\n\n"
        "00:00.000 --> 00:01.000 region:none\nx\n\n"
        "00:00.000 --> 00:01.000 region:fred region:none\nx\n\n"
        "REGION\n"
        "id:late\n"
        "\n"
        "00:00.000 --> 00:01.000 region:late\nx\n");
    ASSERT_TRUE(read);
    const Region fred{.id = "fred",
                      .width_percent = 40,
                      .viewport_anchor_x_percent = 10,
                      .viewport_anchor_y_percent = 90.5,
                      .scroll_up = true};
    EXPECT_THAT(read->regions, ElementsAre(fred, Region{.id = "bad"},
                                           Region{.id = "", .lines = 18446744073709552000.0}));
    ASSERT_EQ(read->cues.size(), 4U);
    EXPECT_EQ(read->cues[0].cue.settings.region, "fred");
    EXPECT_EQ(read->cues[1].cue.settings.region, "");
    EXPECT_EQ(read->cues[2].cue.settings.region, "");
    EXPECT_EQ(read->cues[3].cue.settings.region, "");
    EXPECT_THAT(messages(read->problems),
                ElementsAre("13: text without a timing: dropped",
                            "19: the setting \"region:none\" is not understood: ignored",
                            "22: the setting \"region:none\" is not understood: ignored",
                            "25: a STYLE or REGION block counts only before the first cue: ignored",
                            "28: the setting \"region:late\" is not understood: ignored"));
}

TEST(WebVtt, ReadsStylesheetsBeforeTheFirstCue) {
    const Result<Source> read = parse_webvtt(
        "WEBVTT\n\nSTYLE\n::cue {\n  color: lime\n}\n\nSTYLE \t\nb{}\n00:00.000 --> "
        "00:01.000\nx\n\nSTYLE\nlate{}\n\nSTYLE x\nno{}");
    ASSERT_TRUE(read);
    EXPECT_THAT(read->stylesheets, ElementsAre("::cue {\n  color: lime\n}", "b{}"));
    EXPECT_EQ(read->cues.size(), 1U);
}

TEST(WebVtt, TakesTheLanguageFromTheHeader) {
    EXPECT_EQ(parse_webvtt("WEBVTT\nKind: captions\nLanguage: zh-tw\n")->language, "zh-Hant");
    EXPECT_EQ(parse_webvtt("WEBVTT\nLanguage: not a tag\n")->language, "");
    EXPECT_EQ(parse_webvtt("WEBVTT\n\nLanguage: en\n")->language, "") << "not in the header";
}

TEST(WebVtt, SaysWhichLinesItDropped) {
    const Result<Source> read = parse_webvtt(
        "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n1\n00:00,000 --> 00:01.000\nx\n\n"
        "lost\nlines\n\n00:01.000 --> 00:02\ny\n");
    ASSERT_TRUE(read);
    EXPECT_THAT(messages(read->problems),
                ElementsAre("2: X-TIMESTAMP-MAP ignored: the times are taken as the entry's own",
                            "5: the start time is not written as hh:mm:ss.mmm: the cue is dropped",
                            "8: text without a timing: dropped",
                            "11: the end time is not written as hh:mm:ss.mmm: the cue is dropped"));
}

TEST(WebVtt, ReadsItsOwnFilesAsTheyWere) {
    const std::uint32_t seed = property_seed();
    SCOPED_TRACE(fmt::format("MATINEE_SEED={}", seed));
    Random random(seed);
    for (int round = 0; round < 300; ++round) {
        const Document document = random_document(random);
        const std::string file = render_file(document);
        Result<Source> read = parse_webvtt(file);
        ASSERT_TRUE(read) << file;
        EXPECT_THAT(messages(read->problems), IsEmpty()) << file;
        std::vector<Problem> problems;
        const Document again = tidy(*std::move(read), Overlaps::kExpected, problems);
        EXPECT_THAT(messages(problems), IsEmpty()) << file;
        ASSERT_EQ(again, document) << file;
        EXPECT_EQ(render_file(again), file);
    }
}

// Nothing makes it fall over or write what it cannot read: bytes from a small alphabet find the
// corners of the grammar.
TEST(WebVtt, SettlesAfterOneReading) {
    const std::uint32_t seed = property_seed();
    SCOPED_TRACE(fmt::format("MATINEE_SEED={}", seed));
    Random random(seed);
    static const char* const kPieces[] = {
        "\n",    "\n\n",    "00:00.000", " --> ",     "00:01:02.500",
        "NOTE",  "STYLE\n", "REGION\n",  "id:a",      "region:a",
        " ",     "x",       "line:1%",   "position:", "<v a",
        ">",     "width:",  "5%",        "\r",        "\t",
        "&#10;", "--",      "<c.",       "a{}",
    };
    for (int round = 0; round < 1000; ++round) {
        std::string file = "WEBVTT\n";
        for (std::uint32_t i = random.below(40); i > 0; --i) {
            file += random.pick(kPieces);
        }
        Result<Source> read = parse_webvtt(file);
        ASSERT_TRUE(read);
        std::vector<Problem> problems;
        const Document document = tidy(*std::move(read), Overlaps::kExpected, problems);
        Result<Source> again = parse_webvtt(render_file(document));
        ASSERT_TRUE(again);
        ASSERT_EQ(tidy(*std::move(again), Overlaps::kExpected, problems), document) << file;
    }
}

}  // namespace
}  // namespace matinee::subtitles
