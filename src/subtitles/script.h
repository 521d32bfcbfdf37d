// Characters and the scripts they belong to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace matinee::subtitles {

// As far as subtitles need them told apart.
enum class Script : std::uint8_t {
    kNone,  // digits, punctuation, symbols: part of every text
    kLatin,
    kCyrillic,
    kGreek,
    kHan,
    kKana,
    kHangul,
    kArabic,
    kHebrew,
    kThai,
    kDevanagari,
    kArmenian,
    kGeorgian,
    kOther,  // a letter of none of these
};
std::string_view to_string(Script script);

Script script_of(char32_t character);

// Whether a script has thousands of characters, each of which says much, instead of an alphabet.
bool has_characters(Script script);

// Takes the first character off `text`, which is valid UTF-8 and not empty. What is not valid
// gives U+FFFD, one byte at a time.
char32_t take_character(std::string_view& text);

// The lower case of Latin (to U+024F and U+1EFF), Greek and Cyrillic letters; others as they are.
char32_t to_lower(char32_t character);
bool is_upper(char32_t character);

// Whether a character takes two columns: East Asian Width W and F (Unicode UAX #11).
bool is_wide(char32_t character);

// Whether a character takes no column: combining marks, joiners, variation selectors.
bool is_mark(char32_t character);

}  // namespace matinee::subtitles
