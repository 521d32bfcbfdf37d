#include "subtitles/text_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::subtitles {
namespace {

using testing::ElementsAre;
using testing::Le;

std::vector<std::string> lines_of(std::string_view utf8, double width,
                                  Weight weight = Weight::kRegular) {
    const std::u32string text = to_code_points(utf8);
    std::vector<std::string> lines;
    for (const LineRange& line : break_lines(text, width, weight)) {
        lines.push_back(
            to_utf8(std::u32string_view(text).substr(line.begin, line.end - line.begin)));
    }
    return lines;
}

struct BreakCase {
    const char* what;
    const char* text;
    double width;  // em
    std::vector<std::string> lines;
};

// Each width would cut at the wrong place if nobody minded.
const BreakCase kBreaks[] = {
    {"what fits stays", "Hello there", 10, {"Hello there"}},
    {"line feeds break", "one\ntwo", 10, {"one", "two"}},
    {"an empty line stays", "one\n\ntwo", 10, {"one", "", "two"}},
    {"nothing is a line", "", 10, {""}},
    {"at spaces, evenly", "one two three four five six", 9, {"one two three", "four five six"}},
    {"Russian at spaces", "Мы пришли сюда вчера вечером", 11, {"Мы пришли сюда", "вчера вечером"}},
    {"Chinese between characters, evenly", "我们昨天晚上来到这里", 6, {"我们昨天晚", "上来到这里"}},
    {"no full stop first", "我们昨天来。他们也来", 5, {"我们昨天", "来。他们", "也来"}},
    {"no comma first", "一二三四五，六七八九", 5, {"一二三四", "五，六七", "八九"}},
    {"no closing bracket first", "他说（是的）走了", 5, {"他说（是", "的）走了"}},
    {"no opening bracket last", "一二三「四五六」七", 4, {"一二三", "「四五", "六」七"}},
    {"no opening quotation mark last", "我说过“好的”就走", 4, {"我说过", "“好的”", "就走"}},
    {"dashes stay whole", "一二三——四五六", 4, {"一二", "三——", "四五六"}},
    {"ellipses stay whole", "一二三……四五六", 4, {"一二", "三……", "四五六"}},
    {"no small kana first", "チョコレートケーキ", 5, {"チョコレー", "トケーキ"}},
    {"Latin words inside Chinese stay whole", "我爱matinee放映", 5, {"我爱", "matinee", "放映"}},
    {"a word too long breaks anywhere", "Donaudampfschifffahrt", 7, {"Donaudam", "pfschifffahrt"}},
    {"after a hyphen", "well-known door-to-door", 6, {"well-known", "door-to-", "door"}},
    {"a minus stays with its number", "it is minus -5 now", 6.2, {"it is minus", "-5 now"}},
    {"accents stay with their letters",
     "e\u0301e\u0301e\u0301e\u0301",
     1.2,
     {"e\u0301e\u0301", "e\u0301e\u0301"}},
    {"spaces at the break are gone", "aaaa    bbbb", 3, {"aaaa", "bbbb"}},
    {"full-width spaces too", "一二三　四五六", 4, {"一二三", "四五六"}},
};

TEST(BreakLines, KeepsTogetherWhatBelongsTogether) {
    for (const BreakCase& test : kBreaks) {
        EXPECT_EQ(lines_of(test.text, test.width), test.lines) << test.what;
    }
}

TEST(BreakLines, StaysWithinTheWidthAndLosesNothing) {
    const std::u32string text = to_code_points(
        "长江后浪推前浪，世上新人赶旧人。“Кто это?” — спросил он; and nobody answered him……"
        "一九四九年（己丑年）十月一日，北京。");
    for (double width = 2; width < 60; width += 0.7) {
        std::u32string kept;
        std::size_t longest_word = 0;
        for (const LineRange& line : break_lines(text, width)) {
            const auto piece = std::u32string_view(text).substr(line.begin, line.end - line.begin);
            kept += piece;
            longest_word = std::max(longest_word, piece.size());
            if (width > 6) {
                EXPECT_THAT(estimated_width(piece), Le(width + 1e-9)) << width;
            }
        }
        std::u32string without_spaces;
        for (const char32_t c : text) {
            if (c != U' ') without_spaces += c;
        }
        std::erase(kept, U' ');
        EXPECT_EQ(kept, without_spaces) << width;
    }
}

TEST(BreakLines, CountsBoldAsWider) {
    const char* const text = "aaaa bbbb";
    const double width = estimated_width(to_code_points(text)) + 0.01;
    EXPECT_THAT(lines_of(text, width), ElementsAre("aaaa bbbb"));
    EXPECT_THAT(lines_of(text, width, Weight::kBold), ElementsAre("aaaa", "bbbb"));
}

TEST(EstimatedWidth, IsOneEmForChineseAndNothingForMarks) {
    EXPECT_EQ(estimated_width(U"你好，世界"), 5);
    EXPECT_EQ(estimated_width(U"e\u0301"), estimated_width(U"e"));
    // As wide as a character among Chinese ones, narrow among letters.
    EXPECT_EQ(estimated_width(U"“好”"), 3);
    EXPECT_LT(estimated_width(U"“ok”"), 2.6);
}

TEST(CodePoints, GoToUtf8AndBack) {
    const std::string text = "aé中𠀀🎬";
    EXPECT_EQ(to_utf8(to_code_points(text)), text);
    EXPECT_EQ(to_code_points("a\xff").size(), 2U);
}

}  // namespace
}  // namespace matinee::subtitles
