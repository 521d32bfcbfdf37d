#include "store/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_support.h"

namespace matinee::store {
namespace {

using test::must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Instant at(std::string_view text) {
    return base::parse_rfc3339(text).value();
}

TEST(Metadata, ReadsTextsPlainOrByLanguage) {
    const Metadata metadata = must(parse_metadata(R"({
        "synopsis": {"en": "A boat.", "zh-Hant": "紙船"},
        "category": ["Animation", {"en": "Short", "ru": "Короткий метр"}],
        "content_notes": "flashing lights",
        "runtime": 12})"));
    EXPECT_THAT(metadata.synopsis, ElementsAre(Pair("en", "A boat."), Pair("zh-Hant", "紙船")));
    ASSERT_EQ(metadata.categories.size(), 2U);
    EXPECT_THAT(metadata.categories[0], ElementsAre(Pair("und", "Animation")));
    EXPECT_EQ(metadata.categories[1].at("ru"), "Короткий метр");
    EXPECT_THAT(metadata.content_notes, ElementsAre(LocalizedText{{"und", "flashing lights"}}));
    EXPECT_FALSE(metadata.not_before);
    EXPECT_EQ(must(parse_metadata("{}")), Metadata());
}

TEST(Metadata, TakesDaysAsWholeAndInstantsAsTheyAre) {
    const Metadata days =
        must(parse_metadata(R"({"not_before": "2026-11-20", "not_after": "2026-11-21"})"));
    EXPECT_FALSE(days.permits(at("2026-11-19T23:59:59.999Z")));
    EXPECT_TRUE(days.permits(at("2026-11-20T00:00:00Z")));
    EXPECT_TRUE(days.permits(at("2026-11-21T23:59:59.999Z")));
    EXPECT_FALSE(days.permits(at("2026-11-22T00:00:00Z")));
    const Metadata instants = must(parse_metadata(R"({"not_after": "2026-11-21T18:00:00+08:00"})"));
    EXPECT_EQ(instants.not_after, at("2026-11-21T10:00:00Z"));
    EXPECT_TRUE(instants.permits(at("1999-01-01T00:00:00Z")));
    EXPECT_TRUE(must(parse_metadata(R"({"not_before": "2026-11-20", "not_after": "2026-11-20"})"))
                    .permits(at("2026-11-20T12:00:00Z")));
}

TEST(Metadata, SaysWhatIsWrongAndWhatWouldBeRight) {
    const auto reason = [](std::string_view json) {
        const auto parsed = parse_metadata(json);
        return parsed ? std::string("accepted") : parsed.error().to_string();
    };
    EXPECT_THAT(reason("[]"), HasSubstr("JSON object"));
    EXPECT_THAT(reason(R"({"synopsis": 7})"), HasSubstr("\"synopsis\" must be a text"));
    EXPECT_THAT(reason(R"({"synopsis": {"english text": "a"}})"),
                HasSubstr("\"english text\" is no language tag"));
    EXPECT_THAT(reason(R"({"synopsis": {"en": null}})"), HasSubstr("\"en\" must be a text"));
    EXPECT_THAT(reason(R"({"category": ["a", 1]})"), HasSubstr("\"category\""));
    EXPECT_THAT(reason(R"({"content_notes": {"e": "a"}})"), HasSubstr("\"content_notes\""));
    EXPECT_THAT(reason(R"({"not_before": "20.11.2026"})"), HasSubstr("\"2026-11-20\", in UTC"));
    EXPECT_THAT(reason(R"({"not_after": "2026-02-30"})"), HasSubstr("\"not_after\" must be a day"));
    EXPECT_THAT(reason(R"({"not_before": "2026-11-21", "not_after": "2026-11-20"})"),
                HasSubstr("it could never be shown"));
}

TEST(Metadata, FindsTheTextForAReader) {
    const LocalizedText text = {{"en", "Short"}, {"ru", "Короткий"}};
    EXPECT_EQ(text_in(text, "ru"), "Короткий");
    EXPECT_EQ(text_in(text, "zh"), "Short");
    EXPECT_EQ(text_in({{"und", "x"}, {"fr", "y"}}, "zh"), "x");
    EXPECT_EQ(text_in({{"fr", "y"}}, "zh"), "y");
    EXPECT_THAT(text_in({}, "zh"), IsEmpty());
}

}  // namespace
}  // namespace matinee::store
