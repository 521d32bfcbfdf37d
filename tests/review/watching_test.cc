#include "review/watching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::review {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Milliseconds kFilm{10'000};

Stretch part(int start, int end) {
    return {Milliseconds(start), Milliseconds(end)};
}

std::vector<Stretch> joined(std::vector<Stretch> seen, std::vector<Stretch> added) {
    auto result = with_stretches(seen, added, kFilm);
    EXPECT_TRUE(result) << result.error().to_string();
    return *std::move(result);
}

TEST(Watching, CountsWhatWasSeenTwiceOnce) {
    const auto seen = joined({part(0, 4000)}, {part(2000, 5000), part(1000, 1500)});
    EXPECT_THAT(seen, ElementsAre(part(0, 5000)));
    EXPECT_DOUBLE_EQ(share_of(seen, kFilm), 0.5);
}

TEST(Watching, KeepsGaps) {
    const auto seen = joined({part(6000, 7000)}, {part(1000, 2000)});
    EXPECT_THAT(seen, ElementsAre(part(1000, 2000), part(6000, 7000)));
    EXPECT_DOUBLE_EQ(share_of(seen, kFilm), 0.2);
}

TEST(Watching, JoinsWhatTouches) {
    EXPECT_THAT(joined({part(0, 1000)}, {part(1000, 2000)}), ElementsAre(part(0, 2000)));
}

TEST(Watching, SeesNothingBeyondTheFilm) {
    EXPECT_THAT(joined({}, {part(9000, 12'000), part(11'000, 12'000)}),
                ElementsAre(part(9000, 10'000)));
}

TEST(Watching, TellsTheSameTwiceWithoutHarm) {
    const auto once = joined({}, {part(0, 3000), part(4000, 6000)});
    EXPECT_EQ(joined(once, {part(0, 3000), part(4000, 6000)}), once);
}

TEST(Watching, RefusesWhatIsNoPart) {
    const std::vector<Stretch> backwards{part(2000, 1000)};
    const auto result = with_stretches({}, backwards, kFilm);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message(), HasSubstr("2000 to 1000 ms"));
    const std::vector<Stretch> early{part(-1, 1000)};
    EXPECT_FALSE(with_stretches({}, early, kFilm));
}

TEST(Watching, ForgetsTheShortestWhenThereAreTooMany) {
    std::vector<Stretch> many;
    for (int i = 0; i < static_cast<int>(kMostStretches) + 10; ++i) {
        many.push_back(part(i * 4, i * 4 + (i == 7 ? 1 : 2)));
    }
    const auto seen = joined({}, many);
    EXPECT_EQ(seen.size(), kMostStretches);
    EXPECT_THAT(seen, testing::Not(testing::Contains(part(28, 29))));
}

TEST(Watching, HasNoShareOfNoFilm) {
    EXPECT_EQ(share_of({}, Milliseconds(0)), 0);
}

}  // namespace
}  // namespace matinee::review
