#include "playout/segmentation.h"

#include <gtest/gtest.h>

#include "support/timeline.h"

namespace matinee::playout {
namespace {

constexpr media::FrameRate kPal{25, 1};

Segmentation cut_of(const media::TrackIndexData& video) {
    return {video.view(), 2};
}

TEST(Segmentation, JoinsALastPieceShorterThanHalfASegment) {
    const auto video = test::video_index(kPal, 100 + 49);
    const Segmentation cut = cut_of(video);
    ASSERT_EQ(cut.count(), 1);
    EXPECT_EQ(cut.at(0), (EntrySegment{0, 3, Ticks(0), kPal.start_of(149)}));
}

TEST(Segmentation, KeepsALastPieceOfHalfASegment) {
    const auto video = test::video_index(kPal, 100 + 50);
    const Segmentation cut = cut_of(video);
    ASSERT_EQ(cut.count(), 2);
    EXPECT_EQ(cut.at(1), (EntrySegment{2, 1, kPal.start_of(100), kPal.start_of(50)}));
}

TEST(Segmentation, KeepsAShortEntryWhole) {
    const auto video = test::video_index(kPal, 3);
    EXPECT_EQ(cut_of(video).at(0).duration, kPal.start_of(3));
}

TEST(Segmentation, CoversEveryEntryWithoutGapAndWithinItsLongest) {
    const Ticks longest = Segmentation::longest(2, 2);
    for (const media::FrameRate rate :
         {media::FrameRate{24000, 1001}, kPal, {30000, 1001}, {60, 1}}) {
        for (std::int64_t frames = 1; frames < 900; frames += 7) {
            const auto video = test::video_index(rate, frames);
            const Segmentation cut = cut_of(video);
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
            EXPECT_EQ(gop, video.chunks.size());
        }
    }
}

}  // namespace
}  // namespace matinee::playout
