#include "playout/rundown.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/timeline.h"

namespace matinee::playout {
namespace {

using test::Entry;
using testing::HasSubstr;

std::vector<Entry> festival() {
    return {Entry("film", {24000, 1001}, 500), Entry("clip", {30, 1}, 371),
            Entry("pal", {25, 1}, 101), Entry("phone", {60000, 1001}, 1000)};
}

constexpr Window kWindow{std::chrono::minutes(2), std::chrono::seconds(18)};

TEST(Rundown, HasNoGapOverAMillionSegmentsWorthOfTicks) {
    const auto entries = festival();
    const Rundown rundown = test::looped(entries, std::chrono::hours(30));
    Ticks at{0};
    const SequenceRange all = rundown.sequences();
    for (std::int64_t sequence = all.first; sequence < all.end; ++sequence) {
        const Segment segment = *rundown.segment(sequence);
        ASSERT_EQ(segment.start, at);
        at = segment.end();
    }
    EXPECT_EQ(at, rundown.airings().back().end());
    EXPECT_FALSE(rundown.segment(all.end));
    EXPECT_FALSE(rundown.segment(all.first - 1));
}

TEST(Rundown, FindsTheSegmentOfEveryTick) {
    const auto entries = festival();
    const Rundown rundown = test::looped(entries, std::chrono::minutes(5));
    for (std::int64_t sequence = 0; sequence < rundown.sequences().end; ++sequence) {
        const Segment segment = *rundown.segment(sequence);
        EXPECT_EQ(rundown.first_ending_after(segment.start), sequence);
        EXPECT_EQ(rundown.first_ending_after(segment.end() - Ticks(1)), sequence);
        EXPECT_EQ(rundown.first_ending_after(segment.end()), sequence + 1);
    }
    EXPECT_EQ(rundown.first_ending_after(Ticks(-5)), 0);
}

TEST(Window, OnlyMovesForwardAndListsExactlyWhatIsDue) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto entries = festival();
    const Rundown rundown = test::looped(entries, std::chrono::minutes(20));
    SequenceRange before;
    for (Ticks now{0}; now < std::chrono::minutes(15); now += Ticks(random() % 200'000)) {
        const SequenceRange range = rundown.window(now, kWindow);
        EXPECT_GE(range.first, before.first);
        EXPECT_GE(range.end, before.end);
        EXPECT_LE(rundown.segment(range.end - 1)->end(), now + kWindow.ahead);
        EXPECT_GT(rundown.segment(range.end)->end(), now + kWindow.ahead);
        EXPECT_GT(rundown.segment(range.first)->end(), now - kWindow.depth);
        before = range;
    }
}

TEST(Window, ChangesExactlyAtTheNextPublication) {
    const auto entries = festival();
    const Rundown rundown = test::looped(entries, std::chrono::minutes(20));
    Ticks now{0};
    for (int i = 0; i < 100; ++i) {
        const Ticks next = *rundown.next_publication(now, kWindow);
        ASSERT_GT(next, now);
        EXPECT_EQ(rundown.window(next - Ticks(1), kWindow).end, rundown.window(now, kWindow).end);
        EXPECT_EQ(rundown.window(next, kWindow).end, rundown.window(now, kWindow).end + 1);
        now = next;
    }
}

TEST(Window, IsTheSameFromRowsReadLater) {
    const auto entries = festival();
    const Rundown whole = test::looped(entries, std::chrono::minutes(30));
    // A server started at ten minutes reads only the rows it needs.
    const Ticks from = Ticks(std::chrono::minutes(10)) - kWindow.depth;
    std::vector<Airing> rows;
    std::vector<Segmentation> cuts;
    for (const Airing& airing : whole.airings()) {
        if (airing.end() <= from) continue;
        rows.push_back(airing);
        for (const Entry& entry : entries) {
            if (entry.programme.entry_id == airing.entry_id) cuts.push_back(entry.cut());
        }
    }
    const Rundown later = *Rundown::create(rows, cuts);
    for (Ticks now = std::chrono::minutes(10); now < std::chrono::minutes(12);
         now += Ticks(33'333)) {
        EXPECT_EQ(later.window(now, kWindow), whole.window(now, kWindow));
    }
}

TEST(Rundown, RefusesRowsThatDoNotContinueOneAnother) {
    const auto entries = festival();
    const Rundown good = test::looped(entries, std::chrono::seconds(30));
    const auto changed = [&](auto change) {
        std::vector<Airing> rows(good.airings().begin(), good.airings().end());
        change(rows[1]);
        std::vector<Segmentation> cuts;
        for (const Airing& row : rows) {
            for (const Entry& entry : entries) {
                if (entry.programme.entry_id == row.entry_id) cuts.push_back(entry.cut());
            }
        }
        return Rundown::create(rows, cuts);
    };
    EXPECT_TRUE(changed([](Airing&) {}));
    EXPECT_THAT(changed([](Airing& row) { row.start += Ticks(1); }).error().message(),
                HasSubstr("does not continue"));
    EXPECT_FALSE(changed([](Airing& row) { ++row.first_sequence; }));
    EXPECT_FALSE(changed([](Airing& row) { ++row.ordinal; }));
    EXPECT_FALSE(changed([](Airing& row) { row.discontinuity = true; }));
    EXPECT_FALSE(changed([](Airing& row) { row.duration += Ticks(1); }));
    EXPECT_FALSE(changed([](Airing& row) { ++row.segment_count; }));
}

TEST(Rundown, TakesAnAiringThatWasCutShort) {
    const Entry film("film", {25, 1}, 1000);  // ten segments
    Airing airing = extend(std::vector{film.programme}, std::nullopt, Ticks(1)).front();
    const Airing whole = airing;
    airing.segment_count = 3;
    airing.duration = film.cut().at(2).end();
    const Rundown rundown = *Rundown::create({airing}, {film.cut()});
    EXPECT_EQ(rundown.sequences().end, 3);
    const Rundown before = *Rundown::create({whole}, {film.cut()});
    for (std::int64_t sequence = 0; sequence < 3; ++sequence) {
        EXPECT_EQ(rundown.segment(sequence)->piece, before.segment(sequence)->piece);
    }
    airing.duration += Ticks(1);
    EXPECT_FALSE(Rundown::create({airing}, {film.cut()}));
    airing.duration = Ticks(0);
    airing.segment_count = 0;
    EXPECT_FALSE(Rundown::create({airing}, {film.cut()}));
}

TEST(Rundown, KnowsWhatIsOn) {
    const auto entries = festival();
    const Rundown rundown = test::looped(entries, std::chrono::seconds(30));
    EXPECT_FALSE(rundown.airing_at(Ticks(-1)));
    EXPECT_EQ(rundown.airing_at(Ticks(0)), 0u);
    EXPECT_EQ(rundown.airing_at(rundown.airings()[1].start), 1u);
    EXPECT_FALSE(rundown.airing_at(rundown.airings().back().end()));
}

TEST(Instants, RoundTripWithinAMillisecond) {
    const Instant epoch{std::chrono::milliseconds(1'795'464'000'123)};
    EXPECT_EQ(instant_of(epoch, ticks_since(epoch, epoch + std::chrono::hours(500))),
              epoch + std::chrono::hours(500));
    EXPECT_EQ(instant_of(epoch, Ticks(89)), epoch);
    EXPECT_EQ(instant_of(epoch, Ticks(90)), epoch + std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace matinee::playout
