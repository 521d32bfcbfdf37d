#include "subtitles/encoding.h"

#include <iconv.h>

#include <array>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "subtitles/builders.h"
#include "subtitles/detect_encoding.h"

namespace matinee::subtitles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// `text` in the encoding iconv calls `name`; what it cannot say is left out.
std::string encode(const std::string& text, const char* name) {
    const iconv_t handle = ::iconv_open(name, "UTF-8");
    EXPECT_NE(reinterpret_cast<std::intptr_t>(handle), -1) << name;
    std::string out;
    std::string copy = text;
    char* from = copy.data();
    std::size_t left = copy.size();
    while (left > 0) {
        std::array<char, 4096> buffer;
        char* to = buffer.data();
        std::size_t room = buffer.size();
        const std::size_t result = ::iconv(handle, &from, &left, &to, &room);
        out.append(buffer.data(), buffer.size() - room);
        if (result == static_cast<std::size_t>(-1) && errno == EILSEQ) {
            const std::size_t skipped =
                std::max<std::size_t>(base::utf8_length(std::string_view(from, left)), 1);
            from += skipped;
            left -= skipped;
        }
    }
    ::iconv_close(handle);
    return out;
}

std::string as_srt(const std::vector<std::string>& lines) {
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        out += fmt::format("{}\r\n00:00:{:02},000 --> 00:00:{:02},500\r\n{}\r\n\r\n", i + 1, 2 * i,
                           2 * i + 1, lines[i]);
    }
    return out;
}

// How the bytes of `file` read without any hint.
std::string read_back(const std::string& file, std::string_view language = {}) {
    DecodeOptions options;
    options.language = language;
    const Result<DecodedText> decoded = decode_text("a.srt", base::as_byte_span(file), options);
    return decoded ? decoded->text : decoded.error().to_string();
}

const std::vector<std::string> kRussian = {
    "Привет! Как ты меня нашёл?",
    "Я не знаю, что тебе сказать.",
    "Он уехал ещё вчера, и никто не видел его с тех пор.",
    "ВСЕМ СТОЯТЬ! Руки вверх.",
    "— Подожди... — Не могу.",
    "Эта песня звучала в каждом доме нашего города.",
};
const std::vector<std::string> kUkrainian = {
    "Привіт! Як ти мене знайшов?", "Я не знаю, що тобі сказати.",
    "Він поїхав ще вчора, і ніхто його не бачив.", "Її ім'я — Ганна.",
    "Ця пісня лунала в кожній хаті нашого міста."};
const std::vector<std::string> kSimplified = {
    "你好，我们明天在车站见面吧。", "他说他从来没有去过那个城市。", "谢谢你，老师。",
    "“为什么不告诉我？”",           "这是我一生中最幸福的时刻……",   "快跑！别回头！"};
const std::vector<std::string> kTraditional = {
    "你好，我們明天在車站見面吧。", "他說他從來沒有去過那個城市。", "謝謝你，老師。",
    "「為什麼不告訴我？」",         "這是我一生中最幸福的時刻……",   "快跑！別回頭！"};
const std::vector<std::string> kFrench = {
    "Où étais-tu passé ? Ça fait une heure que je t'attends.", "Je ne sais pas ce que c'était.",
    "Le garçon a mangé à l'hôtel près de la forêt.", "« Très bien », répondit-elle.",
    "C'est là-bas, derrière l'église."};
const std::vector<std::string> kGerman = {"Wo warst du so lange? Ich habe überall gesucht.",
                                          "Das weiß ich nicht mehr.", "Die Tür ist grün, schön!",
                                          "Er fährt morgen früh nach München."};
const std::vector<std::string> kSpanish = {"¿Dónde estabas? Te esperé toda la mañana.",
                                           "No sé qué decirte, señor.", "¡El niño está aquí!",
                                           "La canción más triste del año."};
const std::vector<std::string> kPolish = {"Gdzie byłeś? Czekałem na ciebie całą noc.",
                                          "Nie wiem, co ci powiedzieć.", "Żółta łódź płynie.",
                                          "Dziękuję, już idę. Proszę się pośpieszyć."};
const std::vector<std::string> kCzech = {"Kde jsi byl? Čekal jsem na tebe celou noc.",
                                         "Nevím, co ti mám říct.", "Příliš žluťoučký kůň.",
                                         "Děkuji, už jdu. To je šílené."};
const std::vector<std::string> kTurkish = {
    "Neredeydin? Bütün gece seni bekledim.", "Sana ne söyleyeceğimi bilmiyorum.",
    "Işık söndü, değil mi?", "Teşekkür ederim, İstanbul çok güzel."};
const std::vector<std::string> kGreek = {"Πού ήσουν; Σε περίμενα όλη τη νύχτα.",
                                         "Δεν ξέρω τι να σου πω.", "Ευχαριστώ, έρχομαι.",
                                         "Αυτό το τραγούδι είναι πολύ παλιό."};
const std::vector<std::string> kJapanese = {"どこにいたの？一晩中待っていたのよ。",
                                            "何と言えばいいのか分からない。", "ありがとう、先生。",
                                            "この歌はとても古いんだ。コーヒーはいかが？"};
const std::vector<std::string> kKorean = {"어디에 있었어? 밤새도록 기다렸잖아.",
                                          "뭐라고 말해야 할지 모르겠어.", "고마워요, 선생님.",
                                          "이 노래는 아주 오래됐어."};
const std::vector<std::string> kHebrew = {"איפה היית? חיכיתי לך כל הלילה.",
                                          "אני לא יודע מה להגיד לך.", "תודה, אני בא.",
                                          "השיר הזה ישן מאוד."};
const std::vector<std::string> kArabic = {"أين كنت؟ انتظرتك طوال الليل.", "لا أعرف ماذا أقول لك.",
                                          "شكرا، أنا قادم الآن.", "هذه الأغنية قديمة جدا."};
const std::vector<std::string> kThai = {"คุณอยู่ที่ไหน ฉันรอคุณทั้งคืน", "ฉันไม่รู้จะพูดอะไร", "ขอบคุณครับ",
                                        "เพลงนี้เก่ามาก"};
const std::vector<std::string> kEnglish = {"Where have you been? I've been waiting all night.",
                                           "It’s “nothing”… a café, perhaps.", "I don’t know."};

struct Sample {
    const std::vector<std::string>& lines;
    Encoding encoding;
    const char* iconv_name;
};

const Sample kSamples[] = {
    {kRussian, Encoding::kWindows1251, "CP1251"},
    {kRussian, Encoding::kKoi8R, "KOI8-R"},
    {kRussian, Encoding::kIso8859Part5, "ISO-8859-5"},
    {kRussian, Encoding::kIbm866, "CP866"},
    {kRussian, Encoding::kMacCyrillic, "MAC-CYRILLIC"},
    {kUkrainian, Encoding::kWindows1251, "CP1251"},
    {kUkrainian, Encoding::kKoi8U, "KOI8-U"},
    {kSimplified, Encoding::kGb18030, "GBK"},
    {kSimplified, Encoding::kGb18030, "GB18030"},
    {kTraditional, Encoding::kBig5, "BIG5"},
    {kTraditional, Encoding::kBig5, "CP950"},
    {kTraditional, Encoding::kBig5, "BIG5-HKSCS"},
    {kTraditional, Encoding::kGb18030, "GBK"},
    {kFrench, Encoding::kWindows1252, "CP1252"},
    {kGerman, Encoding::kWindows1252, "CP1252"},
    {kSpanish, Encoding::kWindows1252, "ISO-8859-1"},
    {kEnglish, Encoding::kWindows1252, "CP1252"},
    {kPolish, Encoding::kWindows1250, "CP1250"},
    {kPolish, Encoding::kIso8859Part2, "ISO-8859-2"},
    {kCzech, Encoding::kWindows1250, "CP1250"},
    {kCzech, Encoding::kIso8859Part2, "ISO-8859-2"},
    {kTurkish, Encoding::kWindows1254, "CP1254"},
    {kGreek, Encoding::kWindows1253, "CP1253"},
    {kGreek, Encoding::kIso8859Part7, "ISO-8859-7"},
    {kJapanese, Encoding::kShiftJis, "CP932"},
    {kJapanese, Encoding::kEucJp, "EUC-JP"},
    {kJapanese, Encoding::kIso2022Jp, "ISO-2022-JP"},
    {kKorean, Encoding::kEucKr, "UHC"},
    {kHebrew, Encoding::kWindows1255, "CP1255"},
    {kArabic, Encoding::kWindows1256, "CP1256"},
    {kArabic, Encoding::kIso8859Part6, "ISO-8859-6"},
    {kThai, Encoding::kWindows874, "CP874"},
};

TEST(Encoding, OfWholeFilesIsFoundWithoutAnyHint) {
    for (const Sample& sample : kSamples) {
        // What the encoding cannot say is not asked of it.
        const std::string bytes = encode(as_srt(sample.lines), sample.iconv_name);
        const std::string expected = convert(bytes, sample.encoding);
        const Result<DecodedText> decoded = decode_text("a.srt", base::as_byte_span(bytes));
        ASSERT_TRUE(decoded) << sample.iconv_name << ": " << decoded.error().to_string();
        EXPECT_EQ(decoded->text, expected)
            << sample.iconv_name << " taken for " << to_string(decoded->encoding) << ": "
            << decoded->reason;
        EXPECT_THAT(decoded->problems, SizeIs(0)) << sample.iconv_name;
        EXPECT_NE(decoded->certainty, Certainty::kGuess) << sample.iconv_name << decoded->reason;
    }
}

// Unicode in all its forms, whatever the language and however short.
TEST(Encoding, OfUnicodeIsFound) {
    const std::vector<std::string>* const texts[] = {&kRussian, &kSimplified, &kTraditional,
                                                     &kEnglish, &kFrench,     &kJapanese};
    for (const auto* lines : texts) {
        for (std::size_t count = 1; count <= lines->size(); ++count) {
            const std::string text =
                as_srt({lines->begin(), lines->begin() + static_cast<std::ptrdiff_t>(count)});
            for (const char* name : {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"}) {
                EXPECT_EQ(read_back(encode(text, name)), text) << name;
                EXPECT_EQ(read_back(encode("\ufeff" + text, name)), text) << name << " with mark";
            }
        }
    }
}

// Each single line, as a file of one cue: the share that is read right without a hint, and all of
// them with the language of the file name.
TEST(Encoding, OfSingleCuesIsFoundNearlyAlwaysAndAlwaysWithTheLanguage) {
    struct Short {
        const std::vector<std::string>& lines;
        const char* iconv_name;
        const char* language;
    };
    const Short shorts[] = {
        {kRussian, "CP1251", "ru"},        {kRussian, "KOI8-R", "ru"},
        {kRussian, "ISO-8859-5", "ru"},    {kSimplified, "GB18030", "zh-Hans"},
        {kTraditional, "BIG5", "zh-Hant"}, {kFrench, "CP1252", "fr"},
        {kGerman, "CP1252", "de"},         {kSpanish, "CP1252", "es"},
    };
    std::size_t all = 0;
    std::size_t right = 0;
    for (const Short& each : shorts) {
        for (const std::string& line : each.lines) {
            const std::string bytes = encode(as_srt({line}), each.iconv_name);
            const std::string expected = convert(bytes, *encoding_by_name(each.iconv_name));
            ++all;
            if (read_back(bytes) == expected) {
                ++right;
            } else {
                fmt::print("without a hint {} of {} reads {}\n", each.iconv_name, line,
                           read_back(bytes));
            }
            EXPECT_EQ(read_back(bytes, each.language), expected) << each.iconv_name;
        }
    }
    fmt::print("{} of {} single cues are read right without a hint\n", right, all);
    EXPECT_GE(right * 100, all * 95);
}

TEST(Encoding, OfMixedLanguagesIsFound) {
    const std::vector<std::string> both = {"你好，我们走吧。\nПривет, пойдём.",
                                           "谢谢你，老师。\nСпасибо, учитель.",
                                           "没关系。\nНичего."};
    EXPECT_EQ(read_back(encode(as_srt(both), "GB18030")), as_srt(both));
    const std::vector<std::string> english = {
        "我爱你。\nI love you.", "他说他从来没有去过。\nHe said he'd never been there.",
        "OK，没问题！\nOK, no problem!"};
    EXPECT_EQ(read_back(encode(as_srt(english), "GBK")), as_srt(english));
    const std::vector<std::string> russian = {"Это — John Smith, директор IBM.",
                                              "Скачай iPhone-версию на www.kino.ru.",
                                              "It's OK, всё хорошо."};
    for (const char* name : {"CP1251", "KOI8-R"}) {
        EXPECT_EQ(convert(encode(as_srt(russian), name), *encoding_by_name(name)),
                  read_back(encode(as_srt(russian), name)))
            << name;
    }
}

// Any few cues of a language, in any order. Detection is a matter of likelihood: a few lines can
// look like another encoding's, but not more than one file in a hundred.
TEST(Encoding, OfRandomCuesIsFoundInNinetyNineOfAHundred) {
    const std::uint32_t seed = property_seed();
    Random random(seed);
    int missed = 0;
    std::string which;
    for (int i = 0; i < 400; ++i) {
        const Sample& sample = random.pick(kSamples);
        if (sample.encoding == Encoding::kIso8859Part6) continue;  // lacks a letter now and then
        std::vector<std::string> lines;
        for (std::uint32_t count = 3 + random.below(5); count > 0; --count) {
            lines.push_back(
                sample.lines[random.below(static_cast<std::uint32_t>(sample.lines.size()))]);
        }
        const std::string bytes = encode(as_srt(lines), sample.iconv_name);
        if (read_back(bytes) == convert(bytes, sample.encoding)) continue;
        ++missed;
        which += fmt::format(" {}", sample.iconv_name);
    }
    EXPECT_LE(missed, 4) << which << ", MATINEE_SEED=" << seed;
}

TEST(Encoding, SaysHowSureItIsAndWhy) {
    const std::string russian = encode(as_srt(kRussian), "KOI8-R");
    const Result<DecodedText> found = decode_text("a.srt", base::as_byte_span(russian));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->encoding, Encoding::kKoi8R);
    EXPECT_EQ(found->certainty, Certainty::kSure);
    EXPECT_EQ(found->reason, "read as KOI8-R it looks like Русский");
    const Result<DecodedText> plain =
        decode_text("a.srt", base::as_byte_span(std::string("hello")));
    EXPECT_EQ(plain->reason, "it is plain ASCII");
    const Result<DecodedText> marked =
        decode_text("a.srt", base::as_byte_span(std::string("\xef\xbb\xbfhello")));
    EXPECT_EQ(marked->encoding, Encoding::kUtf8WithMark);
    EXPECT_EQ(marked->certainty, Certainty::kStated);
    // A single letter may be nearly anything.
    const Result<DecodedText> letter =
        decode_text("a.srt", base::as_byte_span(std::string("x\n\xe9\n")));
    EXPECT_NE(letter->certainty, Certainty::kSure);
    EXPECT_THAT(letter->reason, HasSubstr("it might be"));
}

TEST(Encoding, IsWhatTheProducerSays) {
    DecodeOptions options;
    options.encoding = Encoding::kKoi8R;
    const std::string bytes = encode(as_srt(kRussian), "CP1251");
    const Result<DecodedText> decoded = decode_text("a.srt", base::as_byte_span(bytes), options);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->encoding, Encoding::kKoi8R);
    EXPECT_EQ(decoded->certainty, Certainty::kStated);
    EXPECT_EQ(decoded->text, convert(bytes, Encoding::kKoi8R));
}

TEST(Encoding, SurvivesDamagedBytesAndNamesTheirLines) {
    std::string utf8 = as_srt(kRussian);
    utf8.insert(utf8.find("Он") + 4, "\xff");
    utf8.insert(utf8.find("ВСЕМ"), "\xd0");
    const Result<DecodedText> decoded = decode_text("a.srt", base::as_byte_span(utf8));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->encoding, Encoding::kUtf8);
    EXPECT_THAT(messages(decoded->problems),
                ElementsAre("11: 1 byte is no character of UTF-8: shown as \ufffd",
                            "15: 1 byte is no character of UTF-8: shown as \ufffd"));
    std::string gbk = encode(as_srt(kSimplified), "GBK");
    gbk.insert(gbk.find("\r\n\r\n"), "\xff");
    const Result<DecodedText> chinese = decode_text("a.srt", base::as_byte_span(gbk));
    ASSERT_TRUE(chinese);
    EXPECT_EQ(chinese->encoding, Encoding::kGb18030);
    EXPECT_THAT(messages(chinese->problems), ElementsAre(HasSubstr("3: 1 byte is no character")));
}

TEST(Encoding, RefusesWhatIsMostlyNoText) {
    DecodeOptions options;
    options.encoding = Encoding::kUtf8;
    const std::string bytes = encode("привет привет", "CP1251");
    const Result<DecodedText> decoded =
        decode_text("film.ru.srt", base::as_byte_span("a\n" + bytes), options);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(decoded.error().to_string(),
                HasSubstr("film.ru.srt: the text is not UTF-8 (first at line 2)"));
}

TEST(Encoding, IsKnownByManyNames) {
    const std::map<std::string, Encoding> names = {
        {"koi8-r", Encoding::kKoi8R},
        {"KOI8R", Encoding::kKoi8R},
        {"cp1251", Encoding::kWindows1251},
        {"Windows-1251", Encoding::kWindows1251},
        {"gbk", Encoding::kGb18030},
        {"GB2312", Encoding::kGb18030},
        {"big5-hkscs", Encoding::kBig5},
        {"CP950", Encoding::kBig5},
        {"latin1", Encoding::kWindows1252},
        {"ISO_8859-1", Encoding::kWindows1252},
        {"iso8859-5", Encoding::kIso8859Part5},
        {"utf-16", Encoding::kUtf16LittleEndian},
        {"UTF8", Encoding::kUtf8},
        {"TIS-620", Encoding::kWindows874},
    };
    for (const auto& [name, encoding] : names) {
        EXPECT_EQ(encoding_by_name(name), encoding) << name;
    }
    for (const Encoding encoding : all_encodings()) {
        EXPECT_EQ(encoding_by_name(to_string(encoding)), encoding) << to_string(encoding);
        EXPECT_EQ(convert("abc", encoding).empty(), false) << to_string(encoding);
    }
    EXPECT_EQ(encoding_by_name("klingon"), std::nullopt);
    EXPECT_EQ(encoding_by_name(""), std::nullopt);
}

TEST(Encoding, OfAnXmlFileIsItsDeclaration) {
    const std::string xml = "<?xml version=\"1.0\" encoding='iso-8859-2'?><p>\xb1\xe6</p>";
    EXPECT_EQ(detect_encoding(xml, "").encoding, Encoding::kIso8859Part2);
    EXPECT_EQ(detect_encoding(xml, "").certainty, Certainty::kStated);
}

}  // namespace
}  // namespace matinee::subtitles
