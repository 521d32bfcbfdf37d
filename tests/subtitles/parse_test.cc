#include "subtitles/parse.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Result<ParsedFile> parse_text(std::string_view name, std::string_view content) {
    return parse(name, base::as_byte_span(content));
}

const std::string kSrt = "1\n00:00:01,000 --> 00:00:02,000\nпривет 你好 \xf0\x9f\x8e\xac\n";
const std::string kVtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nпривет 你好 \xf0\x9f\x8e\xac\n";

TEST(Parse, GoesByContentFirst) {
    for (const char* name : {"a.srt", "a.vtt", "a.txt", "a", "a.ass"}) {
        const Result<ParsedFile> srt = parse_text(name, kSrt);
        ASSERT_TRUE(srt) << name << ": " << srt.error().to_string();
        EXPECT_EQ(srt->format, Format::kSrt) << name;
        const Result<ParsedFile> vtt = parse_text(name, kVtt);
        ASSERT_TRUE(vtt) << name << ": " << vtt.error().to_string();
        EXPECT_EQ(vtt->format, Format::kWebVtt) << name;
        EXPECT_EQ(srt->documents, vtt->documents);
    }
    EXPECT_THAT(messages(parse_text("a.vtt", kSrt)->problems),
                ElementsAre("0: the file is called .vtt, but its content is SubRip (SRT): read as "
                            "that"));
}

std::string utf16(std::u16string_view text, bool big_endian) {
    std::string out;
    for (const char16_t unit : u"\ufeff" + std::u16string(text)) {
        const char high = static_cast<char>(unit >> 8);
        const char low = static_cast<char>(unit & 0xff);
        out += big_endian ? high : low;
        out += big_endian ? low : high;
    }
    return out;
}

TEST(Parse, ReadsEveryUnicode) {
    const std::u16string_view text =
        u"1\r\n00:00:01,000 --> 00:00:02,000\r\nпривет 你好 \U0001f3ac\r\n";
    const std::vector<Document> expected = parse_text("a.srt", kSrt)->documents;
    const std::pair<std::string, const char*> cases[] = {
        {kSrt, "UTF-8"},
        {"\xef\xbb\xbf" + kSrt, "UTF-8 with BOM"},
        {utf16(text, false), "UTF-16LE"},
        {utf16(text, true), "UTF-16BE"},
    };
    for (const auto& [content, encoding] : cases) {
        const Result<ParsedFile> parsed = parse_text("a.srt", content);
        ASSERT_TRUE(parsed) << encoding << ": " << parsed.error().to_string();
        EXPECT_EQ(to_string(parsed->encoding), encoding);
        EXPECT_EQ(parsed->documents, expected) << encoding;
    }
}

TEST(Parse, ReplacesHalfCharactersOfUtf16) {
    const char16_t lone[] = {u'1', u'\n', 0xd83c, u'x', 0xdfac, 0xd83c};
    const Result<DecodedText> decoded =
        decode_text("a.srt", base::as_byte_span(utf16({lone, std::size(lone)}, true) + "\x41"));
    ASSERT_TRUE(decoded);
    EXPECT_THAT(decoded->text, StartsWith("1\n\ufffdx\ufffd"));
}

TEST(Parse, FindsOutTheEncodingAndSaysSo) {
    const std::string windows = "1\n00:00:01,000 --> 00:00:02,000\n\xcf\xf0\xe8\xe2\xe5\xf2\n";
    const Result<ParsedFile> parsed = parse_text("film.srt", windows);
    ASSERT_TRUE(parsed) << parsed.error().to_string();
    EXPECT_EQ(parsed->encoding, Encoding::kWindows1251);
    EXPECT_THAT(parsed->encoding_reason, HasSubstr("Русский"));
    EXPECT_EQ(parsed->documents.at(0).cues.at(0).text, "Привет");
    DecodeOptions options;
    options.encoding = Encoding::kKoi8R;
    const Result<ParsedFile> chosen = parse("film.srt", base::as_byte_span(windows), options);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->encoding_certainty, Certainty::kStated);
    EXPECT_EQ(chosen->documents.at(0).cues.at(0).text, "оПХБЕР");
}

TEST(Parse, ReadsUtf16WithoutAByteOrderMark) {
    const std::u16string_view text =
        u"1\r\n00:00:01,000 --> 00:00:02,000\r\nпривет 你好 \U0001f3ac\r\n";
    const std::string content = utf16(text, false).substr(2);
    const Result<ParsedFile> parsed = parse_text("a.srt", content);
    ASSERT_TRUE(parsed) << parsed.error().to_string();
    EXPECT_EQ(parsed->encoding, Encoding::kUtf16LittleEndian);
    EXPECT_EQ(parsed->documents, parse_text("a.srt", kSrt)->documents);
}

struct RefusedCase {
    const char* name;
    std::string content;
    ErrorCode code;
    const char* says;
};

TEST(Parse, NamesWhatItDoesNotRead) {
    using namespace std::string_literals;
    const std::string packets = [] {
        std::string out(188 * 4, '\0');
        for (std::size_t i = 0; i < out.size(); i += 188) {
            out[i] = 'G';
        }
        return out;
    }();
    std::string stl(2048, '\0');
    stl.replace(0, 11, "850STL25.01");
    const RefusedCase cases[] = {
        {"a.srt", "", ErrorCode::kInvalid, "empty"},
        {"a.srt", "some text", ErrorCode::kInvalid, "no cue found"},
        {"a.vtt", "some text", ErrorCode::kInvalid, "WEBVTT"},
        {"a.txt", "some text", ErrorCode::kInvalid, "no subtitle file"},
        {"a.srt", "\0\1\2\3 binary"s, ErrorCode::kInvalid, "not text"},
        {"a.sup", "PG\0\0\0\0\0\0\0\0\x16\0"s, ErrorCode::kUnsupported, "PGS bitmap"},
        {"a.sub", "\0\0\1\xba\x44\0\0\0"s, ErrorCode::kUnsupported, "VobSub bitmap"},
        {"a.idx", "# VobSub index file, v7\n", ErrorCode::kUnsupported, "VobSub bitmap"},
        {"a.sub", packets, ErrorCode::kUnsupported, "DVB bitmap"},
        {"a.stl", stl, ErrorCode::kUnsupported, "EBU STL"},
        {"a.ass", "[Script Info]\nTitle: x\n", ErrorCode::kInvalid, "no cue found"},
        {"a.ass", "nothing", ErrorCode::kInvalid, "ASS"},
        {"a.smi", "<SAMI><BODY>", ErrorCode::kInvalid, "SAMI"},
        {"a.sub", "nothing", ErrorCode::kInvalid, "MicroDVD"},
        {"a.sub", "{0}{25}Hello\n", ErrorCode::kInvalid, "how many a second"},
        {"a.ttml", "<html/>", ErrorCode::kInvalid, "no <tt> element"},
        {"a.scc", "Scenarist_SCC V1.0\n", ErrorCode::kUnsupported, "Scenarist"},
        {"a.lrc", "[00:12.00]la\n", ErrorCode::kUnsupported, "LRC"},
    };
    for (const RefusedCase& c : cases) {
        const Result<ParsedFile> parsed = parse_text(c.name, c.content);
        ASSERT_FALSE(parsed) << c.name << " " << c.says;
        EXPECT_EQ(parsed.error().code(), c.code) << c.name << " " << c.says;
        EXPECT_THAT(parsed.error().to_string(), StartsWith(std::string(c.name) + ": "));
        EXPECT_THAT(parsed.error().to_string(), HasSubstr(c.says));
    }
}

TEST(Parse, KnowsEachFormatByItsContent) {
    const std::pair<Format, const char*> cases[] = {
        {Format::kAss,
         "[Script Info]\n[Events]\n"
         "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,a\n"},
        {Format::kTtml,
         "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>"
         "<p begin=\"1s\" end=\"2s\">a</p></div></body></tt>"},
        {Format::kSami, "<SAMI><BODY><SYNC Start=1000 End=2000><P>a</SAMI>"},
        {Format::kSbv, "0:00:01.000,0:00:02.000\na\n"},
        {Format::kSubViewer, "00:00:01.00,00:00:02.00\na\n"},
        {Format::kSubViewer, "[00:00:01]\na\n[00:00:02]\n"},
        {Format::kMicroDvd, "{25}{50}a\n"},
        {Format::kSrt, "1\n00:00:01,000 --> 00:00:02,000\na\n"},
        {Format::kWebVtt, "WEBVTT\n\n00:01.000 --> 00:02.000\na\n"},
    };
    const FilmFacts film{FrameRate{25, 1}};
    for (const auto& [format, content] : cases) {
        for (const char* name : {"a", "a.srt", "a.vtt", "a.sub", "a.txt"}) {
            const Result<ParsedFile> parsed = parse(name, base::as_byte_span(content), {}, film);
            ASSERT_TRUE(parsed) << parsed.error().to_string();
            EXPECT_EQ(to_string(parsed->format), to_string(format)) << content;
            ASSERT_EQ(parsed->documents.size(), 1U);
            ASSERT_EQ(parsed->documents[0].cues.size(), 1U) << content;
            EXPECT_EQ(parsed->documents[0].cues[0], make_cue(1000, 2000, "a")) << content;
        }
    }
}

TEST(Parse, RefusesWhatIsLargerThanAnySubtitles) {
    const std::string large(std::size_t{65} << 20U, 'a');
    const Result<ParsedFile> parsed = parse_text("a.srt", large);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(parsed.error().to_string(), HasSubstr("more than the subtitles of any film"));
}

TEST(Parse, PicksSubtitlesOutOfAFolder) {
    for (const char* name : {"a.srt", "a.VTT", "a.zh.ass", "a.sup", "a.idx", "a.sub", "a.ttml"}) {
        EXPECT_TRUE(has_subtitle_extension(name)) << name;
    }
    for (const char* name : {"a.mp4", "a", "srt", "a.", "a.txt", "a.xml", "", "a.s"}) {
        EXPECT_FALSE(has_subtitle_extension(name)) << name;
    }
}

TEST(Parse, ReportsInTheOrderOfLines) {
    const Result<ParsedFile> parsed =
        parse_text("a.srt",
                   "1\n00:00:05,000 --> 00:00:06,000 X1:1 X2:2 Y1:3 Y2:4\nb\n\n"
                   "2\n00:00:01,000 --> 00:00:05,500\na\n\n3\n00:00:07,000 --> 00:00:07,000\nc\n");
    ASSERT_TRUE(parsed);
    EXPECT_THAT(messages(parsed->problems),
                ElementsAre(StartsWith("2: coordinates"),
                            "2: the cue overlaps the one of line 6 by 500 ms: kept, both are shown "
                            "at once",
                            StartsWith("6: the cue starts before the one above it"),
                            "10: the cue ends when it starts: dropped"));
}

}  // namespace
}  // namespace matinee::subtitles
