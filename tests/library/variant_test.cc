#include "library/variant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/subtitle_track.h"
#include "support/temp_folder.h"

namespace matinee::library {
namespace {

using subtitles::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<const SubtitleSet> set_of(const std::vector<subtitles::Track>& tracks) {
    const test::TempFolder temp;
    return *SubtitleSet::open(temp.path() / *SubtitleSet::publish(temp.path(), tracks));
}

TEST(Variant, ComesBackFromItsText) {
    Variant variant;
    EXPECT_EQ(to_text(variant), "");
    EXPECT_EQ(*variant_from_text(""), variant);
    variant.burn_in = {{{"zh", Kind::kSubtitles}, {"ru", Kind::kSdh}}, "0123"};
    EXPECT_EQ(to_text(variant),
              R"({"burn_in":{"content":"0123","style":1,"tracks":[)"
              R"({"kind":"subtitles","language":"zh"},{"kind":"sdh","language":"ru"}]}})");
    EXPECT_EQ(*variant_from_text(to_text(variant)), variant);
}

TEST(Variant, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(variant_from_text(R"({"colour":{}})").error().code(), ErrorCode::kUnsupported);
    EXPECT_EQ(
        variant_from_text(R"({"burn_in":{"content":"","style":9,"tracks":[]}})").error().code(),
        ErrorCode::kUnsupported);
    EXPECT_EQ(
        variant_from_text(R"({"burn_in":{"content":"","style":1,"tracks":[]}})").error().code(),
        ErrorCode::kInvalid);
    EXPECT_EQ(variant_from_text("x").error().code(), ErrorCode::kInvalid);
}

TEST(Trim, IsPartOfAVariantsName) {
    Variant variant;
    variant.trim = {25, 500};
    EXPECT_FALSE(variant.is_plain());
    EXPECT_EQ(to_text(variant), R"({"trim":{"in":25,"out":500}})");
    EXPECT_EQ(*variant_from_text(to_text(variant)), variant);
    variant.trim.out.reset();
    variant.burn_in = {{{"zh", subtitles::Kind::kSubtitles}}, "0123"};
    EXPECT_EQ(*variant_from_text(to_text(variant)), variant);
    for (const char* text : {R"({"trim":{"in":-1}})", R"({"trim":{"in":5,"out":5}})",
                             R"({"trim":{"in":0}})", R"({"trim":{"out":5}})", "{}"}) {
        EXPECT_EQ(variant_from_text(text).error().code(), ErrorCode::kInvalid) << text;
    }
}

TEST(Fade, BelongsToAnOutPoint) {
    Variant part;
    part.trim = {25, 500};
    const Variant ending = ending_of(part, 100, 20);
    EXPECT_EQ(to_text(ending), R"({"fade":{"frames":20},"trim":{"in":25,"out":125}})");
    EXPECT_EQ(*variant_from_text(to_text(ending)), ending);
    EXPECT_EQ(to_text(ending_of({}, 100, 20)),
              R"({"fade":{"frames":20},"trim":{"in":0,"out":100}})");
    for (const char* text :
         {R"({"fade":{"frames":20}})", R"({"fade":{"frames":20},"trim":{"in":5}})",
          R"({"fade":{"frames":0},"trim":{"in":5,"out":50}})",
          R"({"fade":{"frames":46},"trim":{"in":5,"out":50}})"}) {
        EXPECT_EQ(variant_from_text(text).error().code(), ErrorCode::kInvalid) << text;
    }
}

TEST(Fade, SharesWholeGroupsBeforeTheFade) {
    Variant variant;
    variant.trim.out = 130;
    EXPECT_EQ(shared_frames(variant, 50), 0) << "a part is encoded as a whole";
    variant.fade_frames = 20;
    EXPECT_EQ(shared_frames(variant, 50), 100);
    variant.fade_frames = 31;
    EXPECT_EQ(shared_frames(variant, 50), 50);
    variant.trim.in = 1;
    EXPECT_EQ(shared_frames(variant, 50), 0);
    variant.trim.in = 0;
    variant.burn_in.tracks = {{"zh", Kind::kSubtitles}};
    EXPECT_EQ(shared_frames(variant, 50), 0);
}

TEST(Trim, SaysWhatIsWrongWithItsPoints) {
    constexpr media::FrameRate kRate{25, 1};
    EXPECT_EQ(why_bad({}, 10, kRate), "") << "a whole film is never a bad part";
    EXPECT_EQ(why_bad({25, 500}, 500, kRate), "");
    EXPECT_EQ(why_bad({25, {}}, 500, kRate), "");
    EXPECT_EQ(why_bad({25, 500}, 0, kRate), "") << "not prepared: nobody knows";
    EXPECT_THAT(why_bad({25, 25}, 500, kRate), testing::HasSubstr("not behind"));
    EXPECT_THAT(why_bad({500, {}}, 500, kRate), testing::HasSubstr("in point, 500, is past"));
    EXPECT_THAT(why_bad({0, 501}, 500, kRate), testing::HasSubstr("out point, 501, is past"));
    EXPECT_THAT(why_bad({460, {}}, 500, kRate), testing::HasSubstr("40 frames; two seconds"));
}

TEST(BurnInWish, IsReadAndWritten) {
    EXPECT_EQ(to_text(*burn_in_wish("zh,ru")), "zh,ru");
    EXPECT_EQ(to_text(*burn_in_wish("zh-CN,en:sdh")), "zh-Hans,en:sdh");
    for (const auto& [text, message] : {std::pair("", "no language tag"),
                                        {"zh,", "no language tag"},
                                        {"zh,zh", "named twice"},
                                        {"zh:loud", "no kind"},
                                        {"zh,ru,en", "too many"}}) {
        const auto wish = burn_in_wish(text);
        ASSERT_FALSE(wish) << text;
        EXPECT_THAT(wish.error().to_string(), HasSubstr(message));
    }
}

TEST(ChooseTracks, TakesTheNearestOfWhatThereIs) {
    const auto set =
        set_of({track("en", Kind::kForced), track("ru", Kind::kSdh),
                track("zh-Hans", Kind::kSubtitles), track("zh-Hant", Kind::kSubtitles)});
    const auto chosen = [&](std::string_view wish) {
        std::string text = to_text(choose_tracks(*set, *burn_in_wish(wish)));
        return text;
    };
    EXPECT_EQ(chosen("zh,ru"), "zh-Hans,ru:sdh");
    EXPECT_EQ(chosen("zh-Hant"), "zh-Hant");
    EXPECT_EQ(chosen("zh-Hant-TW"), "zh-Hant");
    EXPECT_EQ(chosen("en"), "");
    EXPECT_EQ(chosen("en:forced"), "en:forced");
    EXPECT_EQ(chosen("fr,ru"), "ru:sdh");
}

TEST(BurnedIn, IsNamedByTheTracksThatAreDrawn) {
    const auto wish = *burn_in_wish("zh");
    const auto zh = track("zh", Kind::kSubtitles);
    const auto one = *burned_in(*set_of({zh, track("en", Kind::kSubtitles)}), wish);
    const auto two = *burned_in(*set_of({zh, track("en", Kind::kSubtitles, "corrected")}), wish);
    const auto three = *burned_in(*set_of({track("zh", Kind::kSubtitles, "corrected")}), wish);
    EXPECT_EQ(one, two);
    EXPECT_NE(one, three);
    EXPECT_TRUE(burned_in(*set_of({zh}), *burn_in_wish("ru"))->is_plain());
}

}  // namespace
}  // namespace matinee::library
