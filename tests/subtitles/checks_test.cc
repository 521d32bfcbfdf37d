#include "subtitles/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"

namespace matinee::subtitles {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Finding> check(const Document& document, std::string language = "und") {
    CheckContext context;
    context.language = std::move(language);
    return check_document(document, context);
}

auto found(Check check, std::size_t cue, const std::string& says) {
    return AllOf(Field(&Finding::check, check), Field(&Finding::cue, cue),
                 Field(&Finding::message, HasSubstr(says)));
}

TEST(Checks, FindNothingInGoodSubtitles) {
    EXPECT_THAT(
        check(document_of({make_cue(1000, 3500, "Where have you been?"),
                           make_cue(4000, 7000, "I waited all night\nfor you, my friend.")}),
              "en"),
        IsEmpty());
    EXPECT_THAT(check(document_of({make_cue(1000, 3500, "我们明天在车站见面吧。"),
                                   make_cue(4000, 6000, "谢谢你，老师。")}),
                      "zh-Hans"),
                IsEmpty());
    EXPECT_THAT(check(document_of({make_cue(1000, 3500, "Как ты меня нашёл, друг мой?"),
                                   make_cue(4000, 6000, "Я не знаю, что сказать.")}),
                      "ru"),
                IsEmpty());
}

TEST(Checks, ReadEachScriptAtItsOwnSpeed) {
    // 22 letters or characters in a second and a half.
    const auto speed = [](const std::string& text) {
        return check(document_of({make_cue(0, 1500, text)}));
    };
    EXPECT_THAT(speed("abcdefghij abcdefghij a"), IsEmpty());
    EXPECT_THAT(speed("我们明天在车站见面吧我们明天在车站见面吧我们"),
                Contains(found(Check::kReadingSpeed, 1, "14.7 characters a second (up to 11")));
    EXPECT_THAT(speed("abcdefghij abcdefghij abcdefghij abcdefg"),
                Contains(found(Check::kReadingSpeed, 1, "26.7 characters a second (up to 21")));
}

TEST(Checks, CountColumnsAndLines) {
    const std::string wide22 = "一二三四五六七八九十一二三四五六七八九十一二";
    const std::string narrow42(42, 'x');
    const auto findings = check(document_of(
        {make_cue(0, 5000, narrow42), make_cue(5000, 10'000, wide22),
         make_cue(10'000, 15'000, narrow42 + "x"), make_cue(15'000, 18'000, "a\nb\nc")}));
    EXPECT_THAT(findings, ElementsAre(found(Check::kLineLength, 2, "44 columns"),
                                      found(Check::kLineLength, 3, "43 columns"),
                                      found(Check::kLineCount, 4, "3 lines")));
    // Marks take no room.
    EXPECT_THAT(check(document_of({make_cue(0, 9000, narrow42 + "\u0301\u200b")})), IsEmpty());
}

TEST(Checks, MeasureTimes) {
    CheckContext context;
    context.duration = Milliseconds(20'000);
    const auto findings =
        check_document(document_of({make_cue(0, 699, "a"), make_cue(700, 2000, "b"),
                                    make_cue(1900, 3000, "c"), make_cue(3000, 18'000, "d"),
                                    make_cue(19'000, 21'000, "e"), make_cue(22'000, 23'000, "f")}),
                       context);
    EXPECT_THAT(findings, ElementsAre(found(Check::kDuration, 1, "699 ms"),
                                      found(Check::kGap, 2, "1 ms after cue 1"),
                                      found(Check::kOverlap, 3, "100 ms before cue 2"),
                                      found(Check::kDuration, 4, "15.0 s"),
                                      found(Check::kPastEnd, 5, "1000 ms beyond"),
                                      found(Check::kPastEnd, 6, "nobody will see it")));
    EXPECT_EQ(findings[5].start, Milliseconds(22'000));
    EXPECT_EQ(findings[5].severity, Severity::kWarning);
}

TEST(Checks, NameCharactersNoFontHas) {
    CheckContext context;
    context.has_glyph = [](char32_t c) { return c < 0x3000; };
    const auto findings =
        check_document(document_of({make_cue(0, 2000, "ok"), make_cue(3000, 5000, "字幕 字"),
                                    make_cue(6000, 8000, "字\U0001f3ac")}),
                       context);
    EXPECT_THAT(findings,
                ElementsAre(found(Check::kGlyphs, 2, "U+5B57"), found(Check::kGlyphs, 2, "U+5E55"),
                            found(Check::kGlyphs, 3, "U+1F3AC")));
}

TEST(Checks, DoubtTheDeclaredLanguage) {
    const Document russian = document_of({make_cue(0, 4000, "Привет! Как ты меня нашёл?"),
                                          make_cue(5000, 9000, "Я не знаю, что сказать.")});
    EXPECT_THAT(check(russian, "ru"), IsEmpty());
    EXPECT_THAT(check(russian, "en"),
                ElementsAre(found(Check::kScript, 0,
                                  "said to be English (en), but most letters are Cyrillic")));
    EXPECT_THAT(check(russian, "uk"), ElementsAre(found(Check::kScript, 0, "reads like Русский")));
    EXPECT_THAT(check(russian, "sr-Latn"), ElementsAre(found(Check::kScript, 0, "Cyrillic")));
    EXPECT_THAT(check(russian, "und"), IsEmpty());
    const Document traditional = document_of({make_cue(0, 4000, "我們明天在車站見面吧。"),
                                              make_cue(5000, 9000, "謝謝你，老師。這是為什麼？")});
    EXPECT_THAT(check(traditional, "zh-Hant"), IsEmpty());
    EXPECT_THAT(check(traditional, "zh-Hans"), ElementsAre(found(Check::kScript, 0, "(zh-Hant)")));
}

TEST(Checks, PointOutCuesInAnotherScript) {
    const auto findings =
        check(document_of({make_cue(0, 4000, "Привет! Как ты меня нашёл?"),
                           make_cue(5000, 9000, "Where have you been?"),
                           make_cue(9500, 12000, "OK, John."),
                           make_cue(13000, 16000, "Я не знаю, что тебе сказать.")}),
              "ru");
    EXPECT_THAT(findings, ElementsAre(found(Check::kScript, 2, "all are Latin")));
}

TEST(Checks, FindLatinLettersInCyrillicWords) {
    // The "p" and the "a" are Latin.
    const auto findings =
        check(document_of({make_cue(0, 4000, "Пpивет, мaма!"),
                           make_cue(5000, 9000, "USB-кабель, DVDшник, iPhone'у")}));
    EXPECT_THAT(findings, ElementsAre(found(Check::kMixed, 1,
                                            "\"Пpивет\" has Latin letters among its own: p"),
                                      found(Check::kMixed, 1, "\"мaма\"")));
}

TEST(Checks, RecogniseMojibake) {
    const char* const broken[] = {
        "Ã‰tÃ© Ã  la mer",           // UTF-8 as windows-1252
        "РџСЂРёРІРµС‚, РјРёСЂ",      // UTF-8 as windows-1251
        "Ïðèâåò, êàê äåëà",          // windows-1251 as windows-1252
        "оПХБЕР, ЙЮЙ ДЕКЮ? рШ ЦДЕ",  // windows-1251 as KOI8-R
        "锟斤拷锟斤拷",              // U+FFFD as GBK
        "lost \ufffd\ufffd",
        "??????, ??? ???? ????",
    };
    for (const char* text : broken) {
        EXPECT_THAT(check(document_of({make_cue(0, 5000, text)})),
                    Contains(found(Check::kMojibake, 1, "")))
            << text;
    }
    const char* const sound[] = {
        "À la mer, été, où ça ?",
        "Wo? Was??? Nein!",
        "ВСЕМ СТОЯТЬ! США, СССР",
        "Ça alors… « Très bien »",
        "Mañana, señor: ¿qué?",
        "Что??? Как?!",
        "naïve café — Zoë's",
        "Ääh, öö",
        "25 °C, § 5",
    };
    for (const char* text : sound) {
        EXPECT_THAT(check(document_of({make_cue(0, 5000, text)})), IsEmpty()) << text;
    }
}

TEST(Checks, AreCountedAndCutShort) {
    std::vector<Cue> cues;
    for (int i = 0; i < 30; ++i) {
        cues.push_back(make_cue(i * 1000, i * 1000 + 500, "a"));
    }
    const auto findings = check(document_of(cues));
    EXPECT_THAT(findings, SizeIs(30));
    EXPECT_EQ(count_findings(findings).at(Check::kDuration), 30U);
    EXPECT_THAT(first_of_each(findings, 5), SizeIs(5));
}

}  // namespace
}  // namespace matinee::subtitles
