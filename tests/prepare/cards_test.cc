#include "prepare/cards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prepare/pipeline_text.h"

namespace matinee::prepare {
namespace {

using testing::HasSubstr;
using testing::Not;

const char* const kColumn =
    "<svg width=\"1920\" height=\"1080\"><g data-flow=\"middle\" data-y=\"500\" "
    "data-height=\"400\"><text x=\"960\" y=\"7\" fill=\"red\" font-size=\"100\" "
    "data-width=\"1000\" "
    "data-lines=\"2\">{one}</text><text x=\"960\" font-size=\"50\" data-gap=\"20\">{two}</text>"
    "</g></svg>";

std::string filled(const char* svg, const CardValues& values) {
    auto result = fill_card("test", svg, values);
    return result ? *result : "error: " + result.error().to_string();
}

TEST(FillCard, EscapesWhatIsPutIn) {
    EXPECT_EQ(filled("<svg><title>{a}</title></svg>", {{"a", {"<&>\"\x01", ""}}}),
              "<svg><title>&lt;&amp;&gt;&quot; </title></svg>");
    EXPECT_THAT(filled(kColumn, {{"one", {"</text><script>", "en"}}}),
                HasSubstr("&lt;/text&gt;&lt;script&gt;"));
}

TEST(FillCard, LeavesWhatIsDifferentInEachPictureForLater) {
    const char* const svg = "<svg><a b=\"{arc}\"/>{count} {a}</svg>";
    EXPECT_EQ(filled(svg, {{"a", {"x", ""}}}), "<svg><a b=\"{arc}\"/>{count} x</svg>");
    // What somebody calls their film is no placeholder.
    const std::string sly = filled(svg, {{"a", {"{count}", ""}}});
    EXPECT_EQ(sly, "<svg><a b=\"{arc}\"/>{count} &#123;count}</svg>");
    EXPECT_EQ(picture_at(sly, std::chrono::seconds(10), std::chrono::seconds(3)),
              "<svg><a b=\"700.00\"/>7 &#123;count}</svg>");
    EXPECT_THAT(filled(svg, {{"count", {"9", ""}}}), HasSubstr("no place for \"count\""));
}

TEST(PictureAt, ShowsEachSecondForASecond) {
    using std::chrono::milliseconds;
    const auto shown = [](milliseconds duration, milliseconds at) {
        return picture_at("{count}", duration, at);
    };
    constexpr milliseconds kMinute{60'000};
    EXPECT_EQ(shown(kMinute, milliseconds(0)), "60");
    EXPECT_EQ(shown(kMinute, milliseconds(960)), "60");
    EXPECT_EQ(shown(kMinute, milliseconds(1'000)), "59");
    EXPECT_EQ(shown(kMinute, milliseconds(59'000)), "1");
    EXPECT_EQ(shown(kMinute, milliseconds(59'960)), "1");
    EXPECT_EQ(shown(kMinute, milliseconds(60'000)), "0");
    EXPECT_EQ(shown(milliseconds(600'000), milliseconds(0)), "10:00");
    EXPECT_EQ(shown(milliseconds(600'000), milliseconds(500'000)), "1:40");
    EXPECT_EQ(shown(milliseconds(600'000), milliseconds(501'000)), "99");
    EXPECT_EQ(picture_at("{x{arc}}", kMinute, milliseconds(15'000)), "{x750.00}");
}

TEST(CardTemplates, CountDownInOneOfThem) {
    for (const char* name : {"countdown", "filler", "next", "slate", "title"}) {
        const auto svg = load_card_template(name);
        ASSERT_TRUE(svg) << name;
        CardValues values = {{"title-1", {"纸船", "zh"}}};
        if (svg->find("{author}") != std::string::npos) values["author"] = {"A", ""};
        const auto filled_in = fill_card(name, *svg, values);
        ASSERT_TRUE(filled_in) << filled_in.error().to_string();
        EXPECT_EQ(counts_down({std::chrono::seconds(5), *filled_in}),
                  std::string(name) == "countdown");
    }
}

TEST(FillCard, LeavesStyleSheetsAlone) {
    EXPECT_EQ(filled("<style>text { fill: red } .a{}</style>{x}", {{"x", {"y", ""}}}),
              "<style>text { fill: red } .a{}</style>y");
}

TEST(FillCard, SetsAColumnAroundItsMiddle) {
    // 100 px and 50 px letters, lines 1.28 times as high, 20 px between: 212 px.
    const std::string svg = filled(kColumn, {{"one", {"A", "en"}}, {"two", {"B", "ru"}}});
    EXPECT_THAT(svg, HasSubstr("y=\"494.0\">A</text>"));
    EXPECT_THAT(svg, HasSubstr("y=\"592.0\">B</text>"));
    EXPECT_THAT(svg, HasSubstr("fill=\"red\""));
    EXPECT_THAT(svg, Not(HasSubstr("data-")));
}

TEST(FillCard, LeavesOutWhatHasNoValue) {
    const std::string svg = filled(kColumn, {{"one", {"A", "en"}}});
    EXPECT_THAT(svg, HasSubstr("y=\"536.0\">A</text>"));
    EXPECT_THAT(svg, Not(HasSubstr("font-size=\"50")));
}

TEST(FillCard, TakesTheFontOfTheLanguage) {
    const std::string svg =
        filled(kColumn, {{"one", {"紙船", "zh-Hant"}}, {"two", {"Кораблик", "ru"}}});
    EXPECT_THAT(svg, HasSubstr("font-family=\"Noto Sans CJK TC\" xml:lang=\"zh-Hant\""));
    EXPECT_THAT(svg, HasSubstr("font-family=\"Noto Sans\" xml:lang=\"ru\""));
}

TEST(FillCard, BreaksLongTextsAndThenMakesThemSmaller) {
    const std::string two =
        filled(kColumn, {{"one", {"The boat that came back from the sea", "en"}}});
    EXPECT_THAT(two, HasSubstr(">The boat that came</text>"));
    EXPECT_THAT(two, HasSubstr(">back from the sea</text>"));
    EXPECT_THAT(two, HasSubstr("font-size=\"100.0\""));
    std::string longest;
    for (int i = 0; i < 6; ++i)
        longest += "纸船漂过了大海，";
    const std::string small = filled(kColumn, {{"one", {longest, "zh"}}});
    EXPECT_THAT(small, Not(HasSubstr("font-size=\"100.0\"")));
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = small.find("<text", at)) != std::string::npos; ++at)
        ++lines;
    EXPECT_EQ(lines, 2U);
}

TEST(FillCard, RefusesWhatHasNoPlace) {
    EXPECT_THAT(filled(kColumn, {{"three", {"x", ""}}}),
                HasSubstr("no place for \"three\"; it has: one, two"));
    EXPECT_THAT(filled("<g data-flow=\"up\" data-y=\"1\" data-height=\"1\"></g>", {}),
                HasSubstr("top, middle or bottom, not \"up\""));
    EXPECT_THAT(filled("<g data-flow=\"top\" data-y=\"1\" data-height=\"1\"><rect/></g>", {}),
                HasSubstr("<text> only"));
    EXPECT_THAT(filled("<g data-flow=\"top\" data-y=\"x\" data-height=\"1\"></g>", {}),
                HasSubstr("data-y must be a number, not \"x\""));
    EXPECT_THAT(filled("<g data-flow=\"top\" data-y=\"1\" data-height=\"1\">", {}),
                HasSubstr("not closed"));
}

TEST(FillCard, FillsEveryTemplateThereIs) {
    for (const char* name : {"title", "next", "slate", "filler"}) {
        const auto svg = load_card_template(name);
        ASSERT_TRUE(svg) << svg.error().to_string();
        const std::string card = filled(svg->c_str(), {{"title-1", {"Бумажные кораблики", "ru"}}});
        EXPECT_THAT(card, HasSubstr("Бумажные кораблики</text>")) << name;
        EXPECT_THAT(card, Not(HasSubstr("{"))) << name;
        EXPECT_TRUE(sized_svg(card, {640, 360})) << name;
    }
    const auto none = load_card_template("nothing");
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().to_string(),
                HasSubstr("there are: countdown, filler, next, slate, title"));
    EXPECT_FALSE(load_card_template("../burn-in"));
}

TEST(Card, ComesBackAsItWas) {
    const Card card{std::chrono::milliseconds(5000), "<svg>\"纸\"</svg>"};
    const auto read = card_from_json(to_json(card));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, card);
    EXPECT_FALSE(card_from_json("{}"));
    EXPECT_FALSE(card_from_json("not JSON"));
    EXPECT_FALSE(card_from_json(R"({"duration_ms": 1, "svg": ""})"));
}

TEST(Card, IsPlannedInWholeFrames) {
    library::HouseFormat house;
    const Plan plan = plan_card({std::chrono::milliseconds(5010), ""}, house);
    EXPECT_EQ(plan.frame_rate, (media::FrameRate{25, 1}));
    EXPECT_EQ(plan.minimum_frames, 125);
    EXPECT_EQ(plan.gop_frames, 50);
    house.max_frame_rate = 24;
    EXPECT_EQ(plan_card({std::chrono::milliseconds(5000), ""}, house).minimum_frames, 120);
}

TEST(SizedSvg, ChangesTheRootAlone) {
    EXPECT_EQ(*sized_svg("<svg width=\"9\" height=\"8\"><rect width=\"9\"/></svg>", {640, 360}),
              "<svg width=\"640\" height=\"360\"><rect width=\"9\"/></svg>");
    EXPECT_FALSE(sized_svg("<svg viewBox=\"0 0 1 1\"/>", {640, 360}));
    EXPECT_FALSE(sized_svg("hello", {640, 360}));
}

}  // namespace
}  // namespace matinee::prepare
