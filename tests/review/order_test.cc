#include "review/order.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::review {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAreArray;

std::vector<std::size_t> films(std::size_t count) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

TEST(Order, HasEveryFilmOnce) {
    for (std::size_t count = 0; count <= 40; ++count) {
        for (std::size_t juror = 0; juror < 50; ++juror) {
            EXPECT_THAT(order_of_films(count, 7, juror), UnorderedElementsAreArray(films(count)));
        }
    }
}

TEST(Order, IsTheSameAlwaysAndEverywhere) {
    EXPECT_EQ(order_of_films(12, 99, 3), order_of_films(12, 99, 3));
    // Jurors' orders are not stored: if these change, rounds that have begun are shuffled.
    EXPECT_THAT(order_of_films(6, 42, 0), ElementsAre(4, 1, 3, 5, 0, 2));
    EXPECT_THAT(order_of_films(6, 42, 1), ElementsAre(1, 5, 4, 2, 3, 0));
}

TEST(Order, FollowsTheSeed) {
    EXPECT_NE(order_of_films(12, 1, 0), order_of_films(12, 2, 0));
}

TEST(Order, PutsEveryFilmInEveryPlaceAndBehindEveryOtherEquallyOften) {
    for (const std::size_t count : {2, 3, 4, 7, 10, 13, 24}) {
        const std::size_t jurors = count % 2 == 0 ? count : 2 * count;
        std::map<std::pair<std::size_t, std::size_t>, std::size_t> places;
        std::map<std::pair<std::size_t, std::size_t>, std::size_t> neighbours;
        for (std::size_t juror = 0; juror < jurors; ++juror) {
            const auto order = order_of_films(count, 5, juror);
            for (std::size_t place = 0; place < count; ++place) {
                ++places[{order[place], place}];
                if (place > 0) ++neighbours[{order[place - 1], order[place]}];
            }
        }
        EXPECT_EQ(places.size(), count * count);
        for (const auto& [place, times] : places) {
            EXPECT_EQ(times, jurors / count) << count << " films";
        }
        EXPECT_EQ(neighbours.size(), count * (count - 1));
        for (const auto& [pair, times] : neighbours) {
            EXPECT_EQ(times, jurors / count) << count << " films";
        }
    }
}

TEST(Order, SpreadsAFilmsPlacesAmongFewJurors) {
    // Of 24 films and five jurors: nobody's film comes late (or early) with all of them.
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::vector<std::size_t> sums(24, 0);
        for (std::size_t juror = 0; juror < 5; ++juror) {
            const auto order = order_of_films(24, seed, juror);
            for (std::size_t place = 0; place < order.size(); ++place) {
                sums[order[place]] += place;
            }
        }
        const auto [least, most] = std::ranges::minmax(sums);
        EXPECT_GE(least, 5 * 4U) << "seed " << seed;
        EXPECT_LE(most, 5 * 19U) << "seed " << seed;
    }
}

}  // namespace
}  // namespace matinee::review
