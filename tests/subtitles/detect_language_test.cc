#include "subtitles/detect_language.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/language.h"
#include "subtitles/plain_text.h"
#include "subtitles/script.h"

namespace matinee::subtitles {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LanguageOfText, IsToldByScriptLettersAndWords) {
    const std::pair<const char*, const char*> cases[] = {
        {"我们明天在车站见面吧。谢谢你，老师。", "zh-Hans"},
        {"我們明天在車站見面吧。謝謝你，老師。", "zh-Hant"},
        {"你好。好的。", "zh"},  // the same in both
        {"どこにいたの？一晩中待っていたのよ。", "ja"},
        {"어디에 있었어? 밤새도록 기다렸잖아.", "ko"},
        {"Привет! Как ты меня нашёл? Это мы.", "ru"},
        {"Він поїхав ще вчора, і ніхто його не бачив.", "uk"},
        {"Ён паехаў яшчэ ўчора, і ніхто яго не бачыў.", "be"},
        {"Къде беше? Чаках те цяла нощ и не знам какво да ти кажа.", "bg"},
        {"Где си био? Чекао сам те целу ноћ, не знам шта да ти кажем.", "sr"},
        {"Where have you been? I have been waiting for you all night.", "en"},
        {"Où étais-tu ? Je ne sais pas ce que tu veux. C'est la vie, et vous ?", "fr"},
        {"Wo warst du? Ich weiß nicht, was ich dir sagen soll. Das ist gut.", "de"},
        {"¿Dónde estabas? No sé qué decirte. Yo te esperé toda la mañana en el hotel.", "es"},
        {"Nie wiem, co ci powiedzieć. Jestem tego pewien, że to jest już.", "pl"},
        {"Πού ήσουν; Δεν ξέρω τι να σου πω.", "el"},
        {"איפה היית? אני לא יודע מה להגיד לך.", "he"},
        {"چرا این کار را کردی؟ من نمی‌دانم چه بگویم.", "fa"},
        {"ฉันไม่รู้จะพูดอะไร", "th"},
        {"我爱你，老师，谢谢。\nI love you, teacher, thank you.", "zh-Hans"},
    };
    for (const auto& [text, language] : cases) {
        EXPECT_EQ(language_of_text(text), language) << text;
    }
}

TEST(LanguageOfText, IsNotGuessedWhenNotSure) {
    for (const char* text : {"", "...", "OK", "12:30", "Mmm!", "Да.", "Oslo", "la la la?", "好"}) {
        EXPECT_EQ(language_of_text(text), kUndetermined) << text;
    }
}

TEST(ChooseLanguage, MakesChineseExactByItsCharacters) {
    const LanguageChoice traditional =
        choose_language("zh", LanguageSource::kFileName, "我們在車站見面。");
    EXPECT_EQ(traditional.tag, "zh-Hant");
    EXPECT_EQ(traditional.source, LanguageSource::kFileName);
    EXPECT_EQ(traditional.note, "written in traditional characters: zh is 中文（繁體） (zh-Hant)");
    EXPECT_EQ(choose_language("zh", LanguageSource::kFileName, "我们在车站见面。").tag, "zh-Hans");
    EXPECT_EQ(choose_language("zh", LanguageSource::kFileName, "你好。").tag, "zh");
    const LanguageChoice wrong =
        choose_language("zh-CN", LanguageSource::kFileName, "我們在車站見面。");
    EXPECT_EQ(wrong.tag, "zh-Hant");
    EXPECT_THAT(wrong.note, HasSubstr("called zh-Hans, but written in traditional"));
    const LanguageChoice hong_kong =
        choose_language("zh-HK", LanguageSource::kFileName, "我們在車站見面。");
    EXPECT_EQ(hong_kong.tag, "zh-Hant-HK");
    EXPECT_THAT(hong_kong.note, IsEmpty());
}

TEST(ChooseLanguage, LeavesTheProducersWordAlone) {
    const LanguageChoice choice =
        choose_language("zh-Hans", LanguageSource::kProducer, "我們在車站見面。");
    EXPECT_EQ(choice.tag, "zh-Hans");
    EXPECT_EQ(choice.source, LanguageSource::kProducer);
}

TEST(ChooseLanguage, ReadsTheTextWhenNobodySays) {
    const LanguageChoice russian = choose_language(kUndetermined, LanguageSource::kFileName,
                                                   "Привет! Как ты меня нашёл? Это мы.");
    EXPECT_EQ(russian.tag, "ru");
    EXPECT_EQ(russian.source, LanguageSource::kContent);
    EXPECT_THAT(russian.note, HasSubstr("Русский"));
    const LanguageChoice nobody = choose_language("", LanguageSource::kFileName, "Да.");
    EXPECT_EQ(nobody.tag, kUndetermined);
    EXPECT_EQ(nobody.source, LanguageSource::kNobody);
}

TEST(PlainText, IsWhatAViewerReads) {
    EXPECT_EQ(plain_text("<v Ann><i>A &amp; B</i> &lt;3\nnext"), "A & B <3\nnext");
    EXPECT_EQ(plain_text("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>!"), "漢字!");
    EXPECT_EQ(plain_text("a <00:00:01.500>b & c <"), "a b & c ");
}

TEST(Script, KnowsCaseAndWidth) {
    EXPECT_EQ(to_lower(U'Я'), U'я');
    EXPECT_EQ(to_lower(U'Ё'), U'ё');
    EXPECT_EQ(to_lower(U'Š'), U'š');
    EXPECT_EQ(to_lower(U'Ž'), U'ž');
    EXPECT_EQ(to_lower(U'Ω'), U'ω');
    EXPECT_EQ(to_lower(U'É'), U'é');
    EXPECT_EQ(to_lower(U'×'), U'×');
    EXPECT_FALSE(is_upper(U'ß'));
    EXPECT_TRUE(is_wide(U'漢'));
    EXPECT_TRUE(is_wide(U'，'));
    EXPECT_FALSE(is_wide(U'—'));
    EXPECT_EQ(script_of(U'ё'), Script::kCyrillic);
    EXPECT_EQ(script_of(U'×'), Script::kNone);
    EXPECT_EQ(script_of(U'々'), Script::kHan);
    EXPECT_EQ(script_of(U'7'), Script::kNone);
}

}  // namespace
}  // namespace matinee::subtitles
