// How wide text comes out and where its lines break. Without fonts: widths are estimated, which is
// enough to keep text inside the picture and lines of equal length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::subtitles {

enum class Weight : std::uint8_t { kRegular, kBold };

// UTF-8 as code points; what is not valid becomes U+FFFD.
std::u32string to_code_points(std::string_view utf8);
std::string to_utf8(std::u32string_view text);

// Whether text is set without spaces between words: Chinese and Japanese characters.
bool is_ideographic(char32_t character);
bool has_ideographs(std::u32string_view text);

// The font that text in `language` (BCP-47) is set in: the regional form of Noto Sans CJK that its
// readers expect, else Noto Sans. Text in no known language goes by whether it `is_ideographic`.
std::string_view font_family(std::string_view language, bool is_ideographic);

// The width of one line in em (1 em is the font size), as Noto Sans and Noto Sans CJK draw it: to
// within a few percent for Latin, Cyrillic and Chinese, roughly for other scripts.
double estimated_width(std::u32string_view text, Weight weight = Weight::kRegular);

// [begin, end) of a text.
struct LineRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool operator==(const LineRange&) const = default;
};

// Breaks text into lines of at most `width` em; LF breaks in any case. As few lines as possible,
// and those of one paragraph of nearly equal length.
//
// Lines break at spaces (which then belong to no line) and, as UAX #14 classes ID, OP, CL and NS
// say, beside Chinese and Japanese characters: but none begins with closing punctuation or a small
// kana, none ends with an opening bracket, and ellipses and dashes of two characters stay whole.
// A word wider than a line breaks anywhere.
std::vector<LineRange> break_lines(std::u32string_view text, double width,
                                   Weight weight = Weight::kRegular);

}  // namespace matinee::subtitles
