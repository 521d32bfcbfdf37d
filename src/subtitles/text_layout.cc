#include "subtitles/text_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/utf8.h"

namespace matinee::subtitles {

namespace {

constexpr char32_t kReplacementCharacter = 0xFFFD;

// Advance widths of Noto Sans in thousandths of an em, U+0020 to U+007E.
constexpr std::array<std::uint16_t, 95> kAscii = {
    260, 269, 408, 646, 572, 831, 732, 225, 300, 300, 551, 572, 268, 322, 268, 372, 572, 572, 572,
    572, 572, 572, 572, 572, 572, 572, 268, 268, 572, 572, 572, 434, 899, 639, 650, 632, 730, 556,
    519, 728, 741, 339, 273, 619, 524, 907, 760, 781, 605, 781, 622, 549, 556, 731, 600, 930, 586,
    566, 572, 329, 372, 329, 572, 444, 281, 561, 615, 480, 615, 564, 344, 615, 618, 258, 258, 534,
    258, 935, 618, 605, 615, 615, 413, 479, 361, 618, 508, 786, 529, 510, 470, 380, 551, 380, 572};

// The same of U+0400 to U+045F.
constexpr std::array<std::uint16_t, 96> kCyrillic = {
    556, 556, 741, 524, 643, 549, 339, 339, 273,  936,  958, 741, 618, 768, 624,  731,
    639, 615, 650, 524, 691, 556, 854, 588, 768,  768,  618, 708, 907, 741, 781,  731,
    605, 632, 556, 624, 804, 586, 741, 698, 1037, 1041, 692, 858, 642, 633, 1052, 639,
    561, 599, 576, 433, 581, 564, 750, 490, 643,  643,  529, 578, 746, 637, 605,  624,
    615, 480, 476, 510, 725, 529, 632, 613, 898,  906,  696, 778, 594, 494, 836,  559,
    564, 564, 618, 433, 495, 479, 258, 258, 258,  842,  886, 618, 529, 643, 510,  626};

// What other alphabets come to on average.
constexpr double kOther = 0.6;
constexpr double kBoldRatio = 1.06;

struct Block {
    char32_t first;
    char32_t last;
};

template <std::size_t kCount>
constexpr bool is_in(char32_t character, const std::array<Block, kCount>& blocks) {
    return std::ranges::any_of(blocks, [&](const Block& block) {
        return character >= block.first && character <= block.last;
    });
}

// UAX #11, classes W and F.
constexpr std::array<Block, 12> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0x33FF},
                                          {0x3400, 0x4DBF},
                                          {0x4E00, 0x9FFF},
                                          {0xA000, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF01, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x3FFFD}}};

// Han, kana, their punctuation and full-width forms. Not Hangul, which has spaces.
constexpr std::array<Block, 8> kIdeographic = {{{0x2E80, 0x30FF},
                                                {0x3190, 0x31FF},
                                                {0x3400, 0x4DBF},
                                                {0x4E00, 0x9FFF},
                                                {0xF900, 0xFAFF},
                                                {0xFE30, 0xFE6F},
                                                {0xFF01, 0xFF60},
                                                {0x20000, 0x3FFFD}}};

// Drawn onto the character before them.
constexpr std::array<Block, 7> kMarks = {{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x200B, 0x200F},
                                          {0x20D0, 0x20FF},
                                          {0x2060, 0x2064},
                                          {0xFE00, 0xFE0F},
                                          {0xFE20, 0xFE2F}}};

// Narrow among letters, as wide as a character among Chinese ones: “ ” ‘ ’ — … ·
constexpr std::u32string_view kAmbiguous = U"“”‘’—…·";

constexpr std::u32string_view kNeverFirst =
    U"、。，．：；？！）］｝】》〉」』〕〗〙〛〞〟”’…—·・‥々ゝゞヽヾー～％‰℃"
    U"ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ)]},.!?:;%»";
constexpr std::u32string_view kNeverLast = U"（［｛【《〈「『〔〖〘〚〝“‘￥＄#([{$«";

bool is_space(char32_t c) {
    return c == U' ' || c == U'\t' || c == 0x3000;
}

// Whether a line may end before `text[at]`; 0 < at < size.
bool may_break(std::u32string_view text, std::size_t at) {
    const char32_t before = text[at - 1];
    const char32_t after = text[at];
    if (is_space(after) || is_in(after, kMarks)) return false;
    if (is_space(before)) return true;
    if (kNeverFirst.find(after) != std::u32string_view::npos) return false;
    if (kNeverLast.find(before) != std::u32string_view::npos) return false;
    if (is_ideographic(before) || is_ideographic(after)) return true;
    return before == U'-' && at > 1 && !is_space(text[at - 2]);
}

bool counts_wide(char32_t c, bool among_ideographs) {
    if (is_in(c, kWide)) return true;
    return among_ideographs && kAmbiguous.find(c) != std::u32string_view::npos;
}

double width_of(char32_t c, bool among_ideographs) {
    if (is_in(c, kMarks)) return 0;
    if (counts_wide(c, among_ideographs)) return 1;
    if (c >= 0x20 && c < 0x20 + kAscii.size()) return kAscii[c - 0x20] / 1000.0;
    if (c >= 0x400 && c < 0x400 + kCyrillic.size()) return kCyrillic[c - 0x400] / 1000.0;
    return c == 0xA0 ? width_of(U' ', false) : kOther;
}

struct Filled {
    std::vector<LineRange> lines;
    std::size_t torn = 0;  // words that had to be broken
};

// One paragraph, in lines as long as they may be.
Filled fill(std::u32string_view text, const std::vector<double>& widths, double width) {
    Filled filled;
    std::size_t begin = 0;
    while (begin < text.size()) {
        double used = 0;
        std::size_t end = begin;         // of what fits
        std::size_t last_break = begin;  // the latest place to break within
        for (; end < text.size(); ++end) {
            if (end > begin && may_break(text, end)) last_break = end;
            // Spaces at the end of a line take no room.
            if (used + widths[end] > width && end > begin && !is_space(text[end])) break;
            used += widths[end];
        }
        std::size_t next = end;
        if (end < text.size()) {
            if (last_break > begin) {
                next = last_break;
            } else {
                ++filled.torn;
                while (next > begin + 1 && is_in(text[next], kMarks)) {
                    --next;
                }
            }
        }
        std::size_t shown = next;
        while (shown > begin && is_space(text[shown - 1])) {
            --shown;
        }
        filled.lines.push_back({begin, shown});
        begin = next;
        while (begin < text.size() && is_space(text[begin])) {
            ++begin;
        }
    }
    if (filled.lines.empty()) filled.lines.push_back({0, 0});
    return filled;
}

std::vector<LineRange> break_paragraph(std::u32string_view text, double width, Weight weight) {
    const bool among_ideographs = has_ideographs(text);
    std::vector<double> widths;
    widths.reserve(text.size());
    for (const char32_t c : text) {
        widths.push_back(width_of(c, among_ideographs) *
                         (weight == Weight::kBold ? kBoldRatio : 1));
    }
    Filled best = fill(text, widths, width);
    if (best.lines.size() == 1) return std::move(best.lines);
    // The narrowest column that needs no more lines: the lines are then about equally long.
    const std::size_t lines = best.lines.size();
    double narrow = std::accumulate(widths.begin(), widths.end(), 0.0) / static_cast<double>(lines);
    double wide = width;
    constexpr int kSteps = 12;
    for (int step = 0; step < kSteps && narrow < wide; ++step) {
        const double middle = (narrow + wide) / 2;
        Filled tried = fill(text, widths, middle);
        if (tried.lines.size() <= lines && tried.torn <= best.torn) {
            wide = middle;
            best = std::move(tried);
        } else {
            narrow = middle;
        }
    }
    return std::move(best.lines);
}

}  // namespace

std::u32string to_code_points(std::string_view utf8) {
    std::u32string text;
    text.reserve(utf8.size());
    while (!utf8.empty()) {
        const std::size_t length = base::utf8_length(utf8);
        if (length == 0) {
            text += kReplacementCharacter;
            utf8.remove_prefix(1);
            continue;
        }
        const auto lead = static_cast<unsigned char>(utf8.front());
        char32_t character = length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t i = 1; i < length; ++i) {
            character = character << 6 | (static_cast<unsigned char>(utf8[i]) & 0x3FU);
        }
        text += character;
        utf8.remove_prefix(length);
    }
    return text;
}

std::string to_utf8(std::u32string_view text) {
    std::string utf8;
    for (const char32_t c : text) {
        if (c < 0x80) {
            utf8 += static_cast<char>(c);
        } else if (c < 0x800) {
            utf8 += static_cast<char>(0xC0 | c >> 6);
            utf8 += static_cast<char>(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            utf8 += static_cast<char>(0xE0 | c >> 12);
            utf8 += static_cast<char>(0x80 | (c >> 6 & 0x3F));
            utf8 += static_cast<char>(0x80 | (c & 0x3F));
        } else {
            utf8 += static_cast<char>(0xF0 | c >> 18);
            utf8 += static_cast<char>(0x80 | (c >> 12 & 0x3F));
            utf8 += static_cast<char>(0x80 | (c >> 6 & 0x3F));
            utf8 += static_cast<char>(0x80 | (c & 0x3F));
        }
    }
    return utf8;
}

bool is_ideographic(char32_t character) {
    return is_in(character, kIdeographic);
}

bool has_ideographs(std::u32string_view text) {
    return std::ranges::any_of(text, is_ideographic);
}

std::string_view font_family(std::string_view language, bool is_ideographic) {
    const auto is = [&](std::string_view tag) {
        return language == tag ||
               (language.starts_with(tag) && language.substr(tag.size()).starts_with("-"));
    };
    if (is("zh-Hant-HK") || is("zh-HK") || is("yue")) return "Noto Sans CJK HK";
    if (is("zh-Hant") || is("zh-TW")) return "Noto Sans CJK TC";
    if (is("zh")) return "Noto Sans CJK SC";
    if (is("ja")) return "Noto Sans CJK JP";
    if (is("ko")) return "Noto Sans CJK KR";
    return is_ideographic ? "Noto Sans CJK SC" : "Noto Sans";
}

double estimated_width(std::u32string_view text, Weight weight) {
    const bool among_ideographs = has_ideographs(text);
    double width = 0;
    for (const char32_t c : text) {
        width += width_of(c, among_ideographs);
    }
    return weight == Weight::kBold ? width * kBoldRatio : width;
}

std::vector<LineRange> break_lines(std::u32string_view text, double width, Weight weight) {
    std::vector<LineRange> lines;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = std::min(text.find(U'\n', begin), text.size());
        for (const LineRange& line :
             break_paragraph(text.substr(begin, end - begin), width, weight)) {
            lines.push_back({begin + line.begin, begin + line.end});
        }
        if (end == text.size()) return lines;
        begin = end + 1;
    }
}

}  // namespace matinee::subtitles
