#include "subtitles/script.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace matinee::subtitles {
namespace {

struct Range {
    char32_t first;
    char32_t last;
    Script script;
};

// By first character. Gaps are kNone below U+0300 and in the blocks of punctuation and symbols.
constexpr std::array kRanges = std::to_array<Range>({
    {U'A', U'Z', Script::kLatin},        {U'a', U'z', Script::kLatin},
    {0xaa, 0xaa, Script::kLatin},        {0xba, 0xba, Script::kLatin},
    {0xc0, 0xd6, Script::kLatin},        {0xd8, 0xf6, Script::kLatin},
    {0xf8, 0x2af, Script::kLatin},       {0x370, 0x37d, Script::kGreek},
    {0x37f, 0x3ff, Script::kGreek},      {0x400, 0x52f, Script::kCyrillic},
    {0x531, 0x58f, Script::kArmenian},   {0x5d0, 0x5f4, Script::kHebrew},
    {0x620, 0x64a, Script::kArabic},     {0x66e, 0x6d3, Script::kArabic},
    {0x6d5, 0x6ff, Script::kArabic},     {0x700, 0x74f, Script::kOther},
    {0x750, 0x77f, Script::kArabic},     {0x780, 0x8ff, Script::kOther},
    {0x904, 0x97f, Script::kDevanagari}, {0x980, 0xdff, Script::kOther},
    {0xe01, 0xe5b, Script::kThai},       {0xe80, 0x109f, Script::kOther},
    {0x10a0, 0x10ff, Script::kGeorgian}, {0x1100, 0x11ff, Script::kHangul},
    {0x1200, 0x1c7f, Script::kOther},    {0x1c80, 0x1c8f, Script::kCyrillic},
    {0x1c90, 0x1cbf, Script::kGeorgian}, {0x1d00, 0x1d7f, Script::kLatin},
    {0x1e00, 0x1eff, Script::kLatin},    {0x1f00, 0x1fff, Script::kGreek},
    {0x2c60, 0x2c7f, Script::kLatin},    {0x2de0, 0x2dff, Script::kCyrillic},
    {0x2e80, 0x2fd5, Script::kHan},      {0x3005, 0x3007, Script::kHan},
    {0x3041, 0x3096, Script::kKana},     {0x309d, 0x309f, Script::kKana},
    {0x30a1, 0x30fa, Script::kKana},     {0x30fc, 0x30ff, Script::kKana},
    {0x3105, 0x312f, Script::kOther},    {0x3131, 0x318e, Script::kHangul},
    {0x31f0, 0x31ff, Script::kKana},     {0x3400, 0x4dbf, Script::kHan},
    {0x4e00, 0x9fff, Script::kHan},      {0xa000, 0xa4cf, Script::kOther},
    {0xa640, 0xa69f, Script::kCyrillic}, {0xa720, 0xa7ff, Script::kLatin},
    {0xac00, 0xd7a3, Script::kHangul},   {0xf900, 0xfaff, Script::kHan},
    {0xfb1d, 0xfb4f, Script::kHebrew},   {0xfb50, 0xfdff, Script::kArabic},
    {0xfe70, 0xfefc, Script::kArabic},   {0xff21, 0xff3a, Script::kLatin},
    {0xff41, 0xff5a, Script::kLatin},    {0xff66, 0xff9d, Script::kKana},
    {0xffa0, 0xffdc, Script::kHangul},   {0x20000, 0x3ffff, Script::kHan},
});

bool in(char32_t character, char32_t first, char32_t last) {
    return character >= first && character <= last;
}

}  // namespace

std::string_view to_string(Script script) {
    switch (script) {
        case Script::kNone:
            return "no script";
        case Script::kLatin:
            return "Latin";
        case Script::kCyrillic:
            return "Cyrillic";
        case Script::kGreek:
            return "Greek";
        case Script::kHan:
            return "Chinese";
        case Script::kKana:
            return "Japanese";
        case Script::kHangul:
            return "Korean";
        case Script::kArabic:
            return "Arabic";
        case Script::kHebrew:
            return "Hebrew";
        case Script::kThai:
            return "Thai";
        case Script::kDevanagari:
            return "Devanagari";
        case Script::kArmenian:
            return "Armenian";
        case Script::kGeorgian:
            return "Georgian";
        case Script::kOther:
            return "another script";
    }
    return "another script";
}

Script script_of(char32_t character) {
    const auto* const after =
        std::upper_bound(kRanges.begin(), kRanges.end(), character,
                         [](char32_t wanted, const Range& range) { return wanted < range.first; });
    if (after == kRanges.begin()) return Script::kNone;
    const Range& range = *(after - 1);
    return character <= range.last ? range.script : Script::kNone;
}

bool has_characters(Script script) {
    return script == Script::kHan || script == Script::kKana || script == Script::kHangul;
}

char32_t take_character(std::string_view& text) {
    const std::size_t length = base::utf8_length(text);
    if (length == 0) {
        text.remove_prefix(1);
        return 0xfffd;
    }
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    char32_t character = byte(0);
    if (length > 1) {
        character &= 0x7fU >> length;
        for (std::size_t i = 1; i < length; ++i) {
            character = character << 6 | (byte(i) & 0x3fU);
        }
    }
    text.remove_prefix(length);
    return character;
}

char32_t to_lower(char32_t c) {
    if (in(c, U'A', U'Z') || (in(c, 0xc0, 0xde) && c != 0xd7)) return c + 0x20;
    if (c == 0x130) return U'i';
    if (c == 0x178) return 0xff;
    // Pairs, upper case first: even up to U+0137, odd from U+0139, and so on.
    if (in(c, 0x100, 0x137) || in(c, 0x14a, 0x177) || in(c, 0x1de, 0x1ef) || in(c, 0x1f8, 0x21f) ||
        in(c, 0x222, 0x233) || in(c, 0x246, 0x24f) || in(c, 0x1e00, 0x1e95) ||
        in(c, 0x1ea0, 0x1eff) || in(c, 0x460, 0x481) || in(c, 0x48a, 0x4bf) ||
        in(c, 0x4d0, 0x52f)) {
        return c | 1U;
    }
    if (in(c, 0x139, 0x148) || in(c, 0x179, 0x17e) || in(c, 0x1cd, 0x1dc) || in(c, 0x4c1, 0x4ce)) {
        return c % 2 == 1 ? c + 1 : c;
    }
    if (c == 0x1a0 || c == 0x1af) return c + 1;  // Vietnamese Ơ and Ư
    if (c == 0x386) return 0x3ac;
    if (in(c, 0x388, 0x38a)) return c + 0x25;
    if (c == 0x38c) return 0x3cc;
    if (in(c, 0x38e, 0x38f)) return c + 0x3f;
    if (in(c, 0x391, 0x3ab) && c != 0x3a2) return c + 0x20;
    if (in(c, 0x400, 0x40f)) return c + 0x50;
    if (in(c, 0x410, 0x42f)) return c + 0x20;
    if (c == 0x4c0) return 0x4cf;
    return c;
}

bool is_upper(char32_t character) {
    return to_lower(character) != character;
}

bool is_wide(char32_t c) {
    return in(c, 0x1100, 0x115f) || in(c, 0x2e80, 0x303e) || in(c, 0x3041, 0x33ff) ||
           in(c, 0x3400, 0x4dbf) || in(c, 0x4e00, 0xa4cf) || in(c, 0xa960, 0xa97f) ||
           in(c, 0xac00, 0xd7a3) || in(c, 0xf900, 0xfaff) || in(c, 0xfe10, 0xfe19) ||
           in(c, 0xfe30, 0xfe6f) || in(c, 0xff01, 0xff60) || in(c, 0xffe0, 0xffe6) ||
           in(c, 0x1f300, 0x1f64f) || in(c, 0x1f900, 0x1f9ff) || in(c, 0x20000, 0x3fffd);
}

bool is_mark(char32_t c) {
    return in(c, 0x300, 0x36f) || in(c, 0x483, 0x489) || in(c, 0x591, 0x5bd) ||
           in(c, 0x5bf, 0x5c7) || in(c, 0x610, 0x61a) || in(c, 0x64b, 0x65f) || c == 0x670 ||
           in(c, 0x6d6, 0x6ed) || in(c, 0x900, 0x903) || in(c, 0x93a, 0x94f) || c == 0xe31 ||
           in(c, 0xe34, 0xe3a) || in(c, 0xe47, 0xe4e) || in(c, 0x200b, 0x200f) ||
           in(c, 0x202a, 0x202e) || in(c, 0x2060, 0x2069) || in(c, 0x20d0, 0x20ff) ||
           in(c, 0x3099, 0x309a) || in(c, 0xfe00, 0xfe0f) || in(c, 0xfe20, 0xfe2f) || c == 0xfeff ||
           in(c, 0xe0100, 0xe01ef);
}

}  // namespace matinee::subtitles
