#include "subtitles/language.h"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace matinee::subtitles {
namespace {

std::string describe(const std::optional<Sidecar>& sidecar) {
    if (!sidecar) return "no";
    const std::string said = fmt::format("{} {}", sidecar->language, to_string(sidecar->kind));
    return sidecar->label.empty() ? said : fmt::format("{}, {}", said, sidecar->label);
}

TEST(Language, KnowsWellFormedTags) {
    for (const char* good :
         {"en", "zh-Hant", "zh-Hant-HK", "pt-BR", "es-419", "sr-Latn", "de-1996", "sl-rozaj-biske",
          "zh-yue", "zh-cmn-Hans-CN", "en-a-bbb-x-a-ccc", "x-whatever", "i-klingon", "en-GB-oed",
          "und", "de-CH-x-phonebk", "hy-Latn-IT-arevela", "abcdefgh", "EN-us"}) {
        EXPECT_TRUE(is_well_formed(good)) << good;
    }
    for (const char* bad : {"",
                            "e",
                            "english-",
                            "-en",
                            "en--US",
                            "en-",
                            "abcdefghi",
                            "12",
                            "en_US",
                            "de-419-DE",
                            "a-DE",
                            "ar-a-aaa-b-bbb-a-ccc",
                            "en-a",
                            "x-",
                            "x",
                            "de-1996-1996",
                            "en-x",
                            "русский",
                            "en-abcdefghi",
                            "zh Hant"}) {
        EXPECT_FALSE(is_well_formed(bad)) << bad;
    }
}

TEST(Language, WritesEqualLanguagesEqually) {
    const std::pair<const char*, const char*> cases[] = {
        {"EN", "en"},
        {"eng", "en"},
        {"rus", "ru"},
        {"zh-tw", "zh-Hant"},
        {"zh-CN", "zh-Hans"},
        {"zho-hans", "zh-Hans"},
        {"zh-hk", "zh-Hant-HK"},
        {"en-us", "en-US"},
        {"sr-cyrl", "sr"},
        {"sr-LATN", "sr-Latn"},
        {"ES-419", "es-419"},
        {"en-a-US-x-ab", "en-a-us-x-ab"},
        {"fil", "fil"},
        {"xyz", "xyz"},
    };
    for (const auto& [tag, canonical] : cases) {
        EXPECT_EQ(canonical_tag(tag), canonical) << tag;
        EXPECT_EQ(canonical_tag(canonical), canonical) << "stays itself";
    }
}

TEST(Language, KnowsWordsForLanguages) {
    const std::pair<const char*, const char*> cases[] = {
        {"zh", "zh"},         {"chi", "zh"},        {"chs", "zh-Hans"},
        {"CHT", "zh-Hant"},   {"简体", "zh-Hans"},  {"繁體中文", "zh-Hant"},
        {"中文", "zh"},       {"Chinese", "zh"},    {"ru", "ru"},
        {"Russian", "ru"},    {"РУССКИЙ", "ru"},    {"русский", "ru"},
        {"Українська", "uk"}, {"УКРАЇНСЬКА", "uk"}, {"English", "en"},
        {"ger", "de"},        {"deu", "de"},        {"FRANÇAIS", "fr"},
        {"francais", "fr"},   {"pt-br", "pt-BR"},   {"pob", "pt-BR"},
        {"jp", "ja"},         {"日本語", "ja"},     {"sr-Latn", "sr-Latn"},
        {"en-AU", "en-AU"},   {"Persian", "fa"},    {"farsi", "fa"},
        {"und", "und"},
    };
    for (const auto& [word, tag] : cases) {
        EXPECT_EQ(language_of_word(word), tag) << word;
    }
    for (const char* word : {"", "the", "director", "xx", "en-director", "en-Abcd", "1", "cut"}) {
        EXPECT_EQ(language_of_word(word), std::nullopt) << word;
    }
}

TEST(Language, KnowsWhatSomebodyAsksFor) {
    EXPECT_EQ(asked_language("EN"), "en");
    EXPECT_EQ(asked_language("chi"), "zh");
    EXPECT_EQ(asked_language("zh-CN"), "zh-Hans");
    EXPECT_EQ(asked_language("russian"), "ru");
    EXPECT_EQ(asked_language("ZGH"), "zgh") << "not known here, but a tag";
    EXPECT_EQ(asked_language(""), std::nullopt);
    EXPECT_EQ(asked_language("chinise"), std::nullopt);
    EXPECT_EQ(asked_language("z"), std::nullopt);
    EXPECT_EQ(asked_language("en,zh"), std::nullopt);
}

TEST(Language, IsInARangeBySubtags) {
    EXPECT_TRUE(is_in("zh-Hans", "zh"));
    EXPECT_TRUE(is_in("zh", "zh"));
    EXPECT_FALSE(is_in("zh", "zh-Hans"));
    EXPECT_FALSE(is_in("zha", "zh"));
    EXPECT_FALSE(is_in("en", "zh"));
}

TEST(Language, NamesLanguagesAsTheirSpeakersDo) {
    const std::pair<const char*, const char*> cases[] = {
        {"zh", "中文"},
        {"zh-Hans", "中文（简体）"},
        {"zh-Hant", "中文（繁體）"},
        {"zh-TW", "中文（繁體）"},
        {"ru", "Русский"},
        {"en", "English"},
        {"pt-BR", "Português (Brasil)"},
        {"eng", "English"},
        {"en-NZ", "English (NZ)"},
        {"xyz-Latn", "xyz-Latn"},
    };
    for (const auto& [tag, name] : cases) {
        EXPECT_EQ(native_name(tag), name) << tag;
    }
}

TEST(Sidecar, IsNamedAfterItsFilm) {
    struct Case {
        const char* subtitle;
        const char* film;
        const char* expected;
    };
    const Case cases[] = {
        {"film.zh.srt", "film.mp4", "zh subtitles"},
        {"film.ru.vtt", "film.mp4", "ru subtitles"},
        {"film.en.forced.srt", "film.mp4", "en forced"},
        {"film.forced.en.srt", "film.mp4", "en forced"},
        {"film.zh-Hant.srt", "film.mov", "zh-Hant subtitles"},
        {"film.zh_Hant.srt", "film.mov", "zh-Hant subtitles"},
        {"film.eng.srt", "film.mp4", "en subtitles"},
        {"film.chs.srt", "film.mp4", "zh-Hans subtitles"},
        {"film.Russian.srt", "film.mp4", "ru subtitles"},
        {"film.Traditional Chinese.srt", "film.mp4", "zh-Hant subtitles"},
        {"film.简体中文.srt", "film.mp4", "zh-Hans subtitles"},
        {"film_ru.srt", "film.mp4", "ru subtitles"},
        {"film-pt-BR.srt", "film.mp4", "pt-BR subtitles"},
        {"film [English] (SDH).srt", "film.mp4", "en sdh"},
        {"film.en.cc.srt", "film.mp4", "en sdh"},
        {"film.en.hi.srt", "film.mp4", "en sdh"},
        {"film.hi.en.srt", "film.mp4", "en sdh"},
        {"film.hi.srt", "film.mp4", "hi subtitles"},
        {"film.en.2.srt", "film.mp4", "en subtitles, 2"},
        {"film.en.director.srt", "film.mp4", "en subtitles, director"},
        {"film.en.Director's Cut.sdh.srt", "film.mp4", "en sdh, Director's Cut"},
        {"film.ru.cp1251.srt", "film.mp4", "ru subtitles"},
        {"film.gb.srt", "film.mp4", "zh-Hans subtitles"},
        {"film.big5.srt", "film.mp4", "zh-Hant subtitles"},
        {"film.zh-CN.srt", "film.mp4", "zh-Hans subtitles"},
        {"film.zh_TW.srt", "film.mp4", "zh-Hant subtitles"},
        {"film.sub.en.default.srt", "film.mp4", "en subtitles"},
        {"film.srt", "film.mp4", "und subtitles"},
        {"film.forced.srt", "film.mp4", "und forced"},
        {"FILM.EN.SRT", "film.mp4", "en subtitles"},
        {"Фильм.ru.srt", "фильм.mp4", "ru subtitles"},
        {"My.Film.2019.1080p.ru.srt", "My.Film.2019.1080p.mp4", "ru subtitles"},
        {"film.mp4.en.srt", "film.mp4", "en subtitles"},
        {"no.extension.en.srt", "no.extension.mkv", "en subtitles"},
        {"film 2.srt", "film.mp4", "no"},
        {"film2.en.srt", "film.mp4", "no"},
        {"film.director.en.srt", "film.mp4", "no"},
        {"film.en.ru.srt", "film.mp4", "no"},
        {"film.ru-RU.srt", "film.mp4", "ru subtitles"},
        {"film.en-forced.srt", "film.mp4", "en forced"},
        {"film.en-director.srt", "film.mp4", "en subtitles, director"},
        {"other.en.srt", "film.mp4", "no"},
        {"fil.en.srt", "film.mp4", "no"},
        {".srt", "film.mp4", "no"},
        {"film.srt", "", "no"},
        {"", "film.mp4", "no"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(describe(match_sidecar(c.subtitle, c.film)), c.expected)
            << c.subtitle << " of " << c.film;
    }
}

TEST(Sidecar, BelongsToTheFilmWithTheLongestName) {
    const std::vector<std::string> films = {"film.mov", "film.en.mp4", "other.mp4"};
    const std::optional<SidecarMatch> found = find_film("film.en.srt", films);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->film, 1U);
    EXPECT_EQ(describe(found->sidecar), "und subtitles");
    EXPECT_EQ(find_film("film.ru.srt", films)->film, 0U);
    EXPECT_FALSE(find_film("nobody.srt", films));
}

}  // namespace
}  // namespace matinee::subtitles
