#include "playout/segmentation.h"

#include <gtest/gtest.h>

#include "support/timeline.h"

namespace matinee::playout {
namespace {

constexpr media::FrameRate kPal{25, 1};

// Cut into segments of two groups of two seconds.
Segmentation cut_of(std::int64_t frames, media::FrameRate rate = kPal) {
    return {rate, frames, rate.frames_in(2), 2};
}

TEST(Segmentation, JoinsALastPieceShorterThanHalfASegment) {
    const Segmentation cut = cut_of(100 + 49);
    ASSERT_EQ(cut.count(), 1);
    EXPECT_EQ(cut.at(0), (EntrySegment{0, 3, 149, Ticks(0), kPal.start_of(149)}));
}

TEST(Segmentation, KeepsALastPieceOfHalfASegment) {
    const Segmentation cut = cut_of(100 + 50);
    ASSERT_EQ(cut.count(), 2);
    EXPECT_EQ(cut.at(1), (EntrySegment{2, 1, 50, kPal.start_of(100), kPal.start_of(50)}));
}

TEST(Segmentation, KeepsAShortEntryWhole) {
    EXPECT_EQ(cut_of(3).at(0).duration, kPal.start_of(3));
}

TEST(Segmentation, CoversEveryEntryWithoutGapAndWithinItsLongest) {
    const Ticks longest = Segmentation::longest(2, 2);
    for (const media::FrameRate rate :
         {media::FrameRate{24000, 1001}, kPal, {30000, 1001}, {60, 1}}) {
        for (std::int64_t frames = 1; frames < 900; frames += 7) {
            const Segmentation cut = cut_of(frames, rate);
            Ticks at{0};
            std::uint32_t gop = 0;
            for (std::int64_t i = 0; i < cut.count(); ++i) {
                const EntrySegment segment = cut.at(i);
                EXPECT_EQ(segment.start, at);
                EXPECT_EQ(segment.first_gop, gop);
                EXPECT_GT(segment.duration, Ticks(0));
                EXPECT_LT(segment.duration, longest);
                at = segment.end();
                gop += segment.gop_count;
            }
            EXPECT_EQ(at, rate.start_of(frames));
            EXPECT_EQ(gop, test::video_index(rate, frames).chunks.size());
        }
    }
}

TEST(Segmentation, EndsAtAnyTickWithThePictureThatIsOnLongest) {
    const Segmentation slate = cut_of(250);
    // 4.1 s: two groups, and two pictures and a half of the third.
    const Segmentation cut = slate.ending_at(Ticks(369'000));
    EXPECT_EQ(cut.duration(), Ticks(369'000));
    ASSERT_EQ(cut.count(), 1) << "what is left joins its neighbour";
    EXPECT_EQ(cut.at(0), (EntrySegment{0, 3, 103, Ticks(0), Ticks(369'000)}));
    // The first segments are those of the whole.
    const Segmentation longer = slate.ending_at(Ticks(360'000 + 200'000));
    ASSERT_EQ(longer.count(), 2);
    EXPECT_EQ(longer.at(0), slate.at(0));
    EXPECT_EQ(slate.ending_at(Ticks(1)).at(0), (EntrySegment{0, 1, 1, Ticks(0), Ticks(1)}));
    EXPECT_EQ(slate.ending_at(slate.duration()), slate);
}

TEST(Segmentation, KnowsItsLastBoundary) {
    const Segmentation cut = cut_of(350);  // segments end at 4, 8, 12 and 14 s
    const auto boundary = [&](double at) {
        return cut.last_boundary(Ticks(static_cast<std::int64_t>(at * 90'000))).count() / 90'000;
    };
    EXPECT_EQ(boundary(3.9), 0);
    EXPECT_EQ(boundary(4), 4);
    EXPECT_EQ(boundary(11.99), 8);
    EXPECT_EQ(boundary(99), 14);
}

TEST(Segmentation, BeginsAtAnyPictureWithAPieceThatIsLongEnough) {
    const Segmentation cut = cut_of(350);  // segments end at 4, 8, 12 and 14 s
    const auto first = [&](std::int64_t frame) { return cut.first_from(kPal.start_of(frame)); };
    EXPECT_EQ(first(0), 0);
    EXPECT_EQ(first(50), 0) << "two seconds are left of it";
    EXPECT_EQ(first(51), 1);
    EXPECT_EQ(first(100), 1) << "where it begins";
    EXPECT_EQ(first(299), 3);
    EXPECT_EQ(first(349), 3) << "there is none after it";
    EXPECT_EQ(cut.at_from(0, kPal.start_of(37)),
              (EntrySegment{0, 2, 63, kPal.start_of(37), kPal.start_of(63), 37}));
    EXPECT_EQ(cut.at_from(1, kPal.start_of(99)),
              (EntrySegment{1, 3, 101, kPal.start_of(99), kPal.start_of(101), 49}));
    for (std::int64_t i = 0; i < cut.count(); ++i) {
        EXPECT_EQ(cut.at_from(i, cut.at(i).start), cut.at(i));
    }
    EXPECT_EQ(cut.last_picture(Ticks(0)), Ticks(0));
    EXPECT_EQ(cut.last_picture(Ticks(3'599)), Ticks(0));
    EXPECT_EQ(cut.last_picture(Ticks(3'600)), Ticks(3'600));
    EXPECT_EQ(cut.last_picture(cut.duration()), kPal.start_of(349));
}

TEST(Segmentation, MayEndHalfAPictureLate) {
    const Segmentation cut = cut_of(350);
    EXPECT_TRUE(cut.can_end_at(cut.duration() + Ticks(1'799)));
    EXPECT_FALSE(cut.can_end_at(cut.duration() + Ticks(1'800)));
    EXPECT_FALSE(cut.can_end_at(Ticks(0)));
    const Segmentation late = cut.ending_at(cut.duration() + Ticks(1'799));
    EXPECT_EQ(late.frames(), 350);
    EXPECT_EQ(late.at(3).end(), cut.duration() + Ticks(1'799));
}

TEST(Segmentation, CountsTheSegmentsThatGrowingMediaHas) {
    const Segmentation cut = cut_of(350 + 49);  // 8 groups, two a segment
    ASSERT_EQ(cut.count(), 4);
    const std::vector<std::int64_t> complete = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
    for (std::size_t gops = 0; gops < complete.size(); ++gops) {
        EXPECT_EQ(cut.complete_within(static_cast<std::int64_t>(gops)), complete[gops]) << gops;
    }
    const Segmentation joined = cut_of(100 + 49);  // 3 groups in one segment
    EXPECT_EQ(joined.complete_within(2), 0);
    EXPECT_EQ(joined.complete_within(3), 1);
}

}  // namespace
}  // namespace matinee::playout
