// How texts of a language look: which letters and words are frequent. Small tables, made for
// telling a right reading from a wrong one, not for linguistics.
#pragma once

#include <span>
#include <string_view>

#include "subtitles/script.h"

namespace matinee::subtitles {

struct LanguageModel {
    std::string_view tag;  // BCP-47
    Script script;         // of most letters that are not ASCII

    // Letters of the language, lower case, most frequent first. Of a language in Latin script
    // only those that are not ASCII; of Chinese, Japanese and Korean the most frequent
    // characters. Separated by nothing.
    std::string_view letters;

    // Frequent short words, lower case, each with a space before and after. Empty where words are
    // not separated.
    std::string_view words;
};

// The most usual language first.
std::span<const LanguageModel> language_models();

// Null when there is none.
const LanguageModel* find_language_model(std::string_view tag);

// How unlikely `character`, which is not ASCII, is in a text of `model`, in bits: 2 for one of the
// commonest letters, over 10 for one that does not belong. Letters in either case.
double surprise(const LanguageModel& model, char32_t character);

// Whether a Chinese character is written so only in simplified, or only in traditional, writing.
enum class HanForm : unsigned char { kBoth, kSimplified, kTraditional };
HanForm han_form(char32_t character);

}  // namespace matinee::subtitles
