#include "subtitles/trim.h"

#include <gtest/gtest.h>

namespace matinee::subtitles {
namespace {

Track track_of(std::initializer_list<std::pair<int, int>> times) {
    Document document;
    for (const auto& [start, end] : times) {
        Cue cue;
        cue.start = Milliseconds(start);
        cue.end = Milliseconds(end);
        cue.text = std::to_string(start);
        document.cues.push_back(cue);
    }
    return {"zh", Kind::kSdh, std::move(document), 2, "director"};
}

TEST(Trimmed, CountsFromTheInPointAndCutsAtBothEdges) {
    const Track track =
        trimmed(track_of({{0, 900}, {500, 1500}, {2000, 3000}, {3500, 9000}, {9500, 9900}}),
                Milliseconds(1000), Milliseconds(4000));
    ASSERT_EQ(track.cues().size(), 3u);
    EXPECT_EQ(track.cues()[0].start, Milliseconds(0));
    EXPECT_EQ(track.cues()[0].end, Milliseconds(500));
    EXPECT_EQ(track.cues()[1].text, "2000");
    EXPECT_EQ(track.cues()[1].start, Milliseconds(1000));
    EXPECT_EQ(track.cues()[2].end, Milliseconds(3000));
    EXPECT_EQ(track.language(), "zh");
    EXPECT_EQ(track.kind(), Kind::kSdh);
    EXPECT_EQ(track.ordinal(), 2u);
    EXPECT_EQ(track.label(), "director");
}

TEST(Trimmed, LeavesOutACueThatOnlyTouchesAnEdge) {
    const Track track =
        trimmed(track_of({{0, 1000}, {4000, 5000}}), Milliseconds(1000), Milliseconds(4000));
    EXPECT_TRUE(track.cues().empty());
}

TEST(Trimmed, GoesToTheEndWithoutAnOutPoint) {
    const Track track = trimmed(track_of({{0, 1000}, {4000, 5000}}), Milliseconds(500), {});
    ASSERT_EQ(track.cues().size(), 2u);
    EXPECT_EQ(track.cues()[1].end, Milliseconds(4500));
}

}  // namespace
}  // namespace matinee::subtitles
