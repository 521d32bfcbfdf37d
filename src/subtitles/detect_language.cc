#include "subtitles/detect_language.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "subtitles/language.h"
#include "subtitles/language_model.h"
#include "subtitles/scan.h"
#include "subtitles/script.h"

namespace matinee::subtitles {
namespace {

struct Letters {
    std::map<Script, std::size_t> of;      // letters by script
    std::map<char32_t, std::size_t> each;  // lower case, not ASCII
    std::size_t simplified = 0;
    std::size_t traditional = 0;
    std::map<std::string, std::size_t, std::less<>> words;  // lower case

    [[nodiscard]] std::size_t count(Script script) const {
        const auto found = of.find(script);
        return found == of.end() ? 0 : found->second;
    }
    [[nodiscard]] std::size_t count_any(std::u32string_view letters) const {
        std::size_t sum = 0;
        for (const char32_t letter : letters) {
            const auto found = each.find(letter);
            if (found != each.end()) sum += found->second;
        }
        return sum;
    }
};

Letters count_letters(std::string_view text) {
    Letters letters;
    std::string word;
    const auto end_word = [&] {
        if (!word.empty()) ++letters.words[std::exchange(word, {})];
    };
    while (!text.empty()) {
        const char32_t character = to_lower(take_character(text));
        const Script script = script_of(character);
        if (script == Script::kNone) {
            if (!is_mark(character)) end_word();
            continue;
        }
        ++letters.of[script];
        if (character >= 0x80) ++letters.each[character];
        append_utf8(character, word);
        if (script != Script::kHan) continue;
        const HanForm form = han_form(character);
        letters.simplified += form == HanForm::kSimplified ? 1 : 0;
        letters.traditional += form == HanForm::kTraditional ? 1 : 0;
    }
    end_word();
    return letters;
}

std::string chinese(const Letters& letters) {
    constexpr std::size_t kTimes = 3;  // how often one form must outnumber the other
    if (letters.simplified > letters.traditional * kTimes) return "zh-Hans";
    if (letters.traditional > letters.simplified * kTimes) return "zh-Hant";
    return "zh";
}

struct Score {
    std::string_view tag;
    std::size_t words = 0;  // how many of the text are frequent in the language
    double bits = 0;        // mean surprise of a letter
};

// The language of `script` that the words fit best; empty when none does clearly.
std::string by_words(const Letters& letters, Script script) {
    constexpr std::size_t kFewest = 3;
    std::vector<Score> scores;
    for (const LanguageModel& model : language_models()) {
        if (model.script != script || model.words.empty()) continue;
        Score score;
        score.tag = model.tag;
        for (const auto& [word, count] : letters.words) {
            if (model.words.find(fmt::format(" {} ", word)) != std::string_view::npos) {
                score.words += count;
            }
        }
        std::size_t others = 0;  // letters that are not ASCII
        for (const auto& [letter, count] : letters.each) {
            if (script_of(letter) != script) continue;
            score.bits += surprise(model, letter) * static_cast<double>(count);
            others += count;
        }
        if (others > 0) score.bits /= static_cast<double>(others);
        scores.push_back(score);
    }
    // Nine bits: a letter that is in the language at all.
    constexpr double kAtHome = 9;
    std::erase_if(scores, [](const Score& score) { return score.bits > kAtHome; });
    std::stable_sort(scores.begin(), scores.end(),
                     [](const Score& a, const Score& b) { return a.words > b.words; });
    if (scores.empty() || scores[0].words < kFewest) return std::string(kUndetermined);
    const bool clear = scores.size() == 1 || scores[0].words * 4 > scores[1].words * 5;
    // Norwegian and Danish, Czech and Slovak: nobody is served by the wrong one.
    return clear ? std::string(scores[0].tag) : std::string(kUndetermined);
}

std::string cyrillic(const Letters& letters) {
    constexpr std::size_t kFewest = 12;
    if (letters.count(Script::kCyrillic) < kFewest) return by_words(letters, Script::kCyrillic);
    const std::size_t all = letters.count(Script::kCyrillic);
    // A letter that only one language has, in more than a foreign name.
    const auto often = [&](std::u32string_view which) {
        return letters.count_any(which) * 200 > all;
    };
    if (often(U"әғқңөұүһ")) return "kk";
    if (often(U"ў")) return "be";
    if (often(U"їєґ")) return "uk";
    if (often(U"ѓќѕ")) return "mk";
    if (often(U"ђћљњј"))
        return letters.count_any(U"ђћ") > 0 ? "sr" : by_words(letters, Script::kCyrillic);
    if (often(U"ыэё") && letters.count_any(U"іўї") * 200 <= all) return "ru";
    // In Bulgarian a vowel, in Russian a rare sign.
    if (letters.count_any(U"ъ") * 100 > all && letters.count_any(U"ыэё") == 0) return "bg";
    const std::string found = by_words(letters, Script::kCyrillic);
    if (found != kUndetermined) return found;
    if (often(U"і") && !often(U"ыэё")) return "uk";
    return found;
}

std::string arabic(const Letters& letters) {
    if (letters.count_any(U"ٹڈڑںےہ") > 0) return "ur";
    if (letters.count_any(U"پچژگ") * 100 > letters.count(Script::kArabic)) return "fa";
    return letters.count(Script::kArabic) > 12 ? "ar" : std::string(kUndetermined);
}

}  // namespace

std::string language_of_text(std::string_view text) {
    const Letters letters = count_letters(text);
    // A character of Chinese says what a word of some five letters does.
    constexpr std::size_t kHanWeight = 5;
    const std::size_t kana = letters.count(Script::kKana);
    const std::size_t han = letters.count(Script::kHan);
    const std::size_t hangul = letters.count(Script::kHangul);
    std::size_t alphabetic = 0;
    Script largest = Script::kNone;
    for (const auto& [script, count] : letters.of) {
        if (script == Script::kKana || script == Script::kHan || script == Script::kHangul)
            continue;
        alphabetic += count;
        if (largest == Script::kNone || count > letters.count(largest)) largest = script;
    }
    if ((han + kana + hangul) * kHanWeight > alphabetic) {
        if (kana * 8 > han + kana && kana > 2) return "ja";
        if (hangul > han) return hangul > 2 ? "ko" : std::string(kUndetermined);
        return han > 1 ? chinese(letters) : std::string(kUndetermined);
    }
    if (largest == Script::kNone || letters.count(largest) < 3) return std::string(kUndetermined);
    switch (largest) {
        case Script::kCyrillic:
            return cyrillic(letters);
        case Script::kLatin:
            return by_words(letters, Script::kLatin);
        case Script::kArabic:
            return arabic(letters);
        case Script::kGreek:
            return "el";
        case Script::kHebrew:
            return "he";
        case Script::kThai:
            return "th";
        case Script::kDevanagari:
            return "hi";
        case Script::kArmenian:
            return "hy";
        case Script::kGeorgian:
            return "ka";
        default:
            return std::string(kUndetermined);
    }
}

std::string_view to_string(LanguageSource source) {
    switch (source) {
        case LanguageSource::kProducer:
            return "producer";
        case LanguageSource::kFileName:
            return "file name";
        case LanguageSource::kContainer:
            return "container";
        case LanguageSource::kContent:
            return "content";
        case LanguageSource::kNobody:
            return "nobody";
    }
    return "nobody";
}

LanguageChoice choose_language(std::string_view declared, LanguageSource source,
                               std::string_view text) {
    LanguageChoice choice;
    choice.tag = declared.empty() ? std::string(kUndetermined) : canonical_tag(declared);
    choice.source = choice.tag == kUndetermined ? LanguageSource::kNobody : source;
    if (source == LanguageSource::kProducer && choice.tag != kUndetermined) return choice;
    if (choice.tag == kUndetermined) {
        choice.tag = language_of_text(text);
        if (choice.tag != kUndetermined) {
            choice.source = LanguageSource::kContent;
            choice.note =
                fmt::format("nobody says which language this is; by its text it is {} ({})",
                            native_name(choice.tag), choice.tag);
        }
        return choice;
    }
    const bool is_chinese = choice.tag == "zh" || choice.tag.starts_with("zh-");
    if (!is_chinese) return choice;
    const std::string written = chinese(count_letters(text));
    if (written == "zh" || choice.tag.starts_with(written)) return choice;
    choice.note = fmt::format("called {}, but written in {} characters: it is {} ({})", choice.tag,
                              written == "zh-Hans" ? "simplified" : "traditional",
                              native_name(written), written);
    if (choice.tag == "zh") {
        choice.note = fmt::format("written in {} characters: {} is {} ({})",
                                  written == "zh-Hans" ? "simplified" : "traditional", choice.tag,
                                  native_name(written), written);
    }
    choice.tag = written;
    return choice;
}

}  // namespace matinee::subtitles
