#include "playout/stand_in.h"

#include <gtest/gtest.h>

#include "support/timeline.h"

namespace matinee::playout {
namespace {

using std::chrono::seconds;
using test::Entry;

// A day of three films with a slate and a filler at hand.
struct Day {
    std::vector<Entry> entries{
        Entry("one", {25, 1}, 1000),
        Entry("two", {24000, 1001}, 1203),
        Entry("three", {30, 1}, 900, "other"),
        Entry("slate", {25, 1}, 200, "house", CutAt::kFrames),
        Entry("spot", {25, 1}, 375),
    };

    [[nodiscard]] std::vector<Airing> rows() const {
        const std::vector<Programme> loop{entries[0].programme, entries[1].programme,
                                          entries[2].programme};
        return extend(loop, std::nullopt, seconds(300));
    }
    [[nodiscard]] std::string fingerprint(const Airing& airing) const {
        for (const Entry& entry : entries) {
            if (entry.programme.entry_id == airing.entry_id) return entry.programme.fingerprint;
        }
        return {};
    }
    [[nodiscard]] std::optional<StandIn> replace(const std::vector<Airing>& rows, std::size_t lost,
                                                 Ticks seen,
                                                 std::vector<Programme> fillers = {}) const {
        Segmentation cut = entries[0].cut();
        for (const Entry& entry : entries) {
            if (entry.programme.entry_id == rows[lost].entry_id) cut = entry.cut();
        }
        return stand_in(rows, lost, cut, std::nullopt, seen,
                        {std::move(fillers), entries[3].programme},
                        [this](const Airing& airing) { return fingerprint(airing); });
    }
    // The rundown with the replacement in it, which it proves to be one.
    [[nodiscard]] std::vector<Airing> after(const std::vector<Airing>& rows,
                                            const StandIn& made) const {
        std::vector<Airing> all;
        for (const Airing& row : rows) {
            if (row.ordinal < made.ordinal) all.push_back(row);
        }
        all.insert(all.end(), made.airings.begin(), made.airings.end());
        EXPECT_NO_THROW(test::rundown_of(entries, all));
        return all;
    }
};

// What is shown from when to when, without numbers.
std::vector<std::tuple<std::string, Ticks, Ticks>> shown(const std::vector<Airing>& rows,
                                                         Ticks from) {
    std::vector<std::tuple<std::string, Ticks, Ticks>> all;
    for (const Airing& row : rows) {
        if (row.start >= from) all.emplace_back(row.entry_id, row.start, row.duration);
    }
    return all;
}

TEST(StandIn, LastsExactlyAsLongAsWhatWasLost) {
    const Day day;
    const auto rows = day.rows();
    const auto made = day.replace(rows, 1, seconds(10));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->ordinal, 1);
    EXPECT_EQ(made->kept, 0);
    EXPECT_EQ(made->at, rows[1].start);
    const auto all = day.after(rows, *made);
    EXPECT_EQ(shown(all, rows[2].start), shown(rows, rows[2].start)) << "the schedule holds";
    for (std::size_t i = made->first_shown; i < made->end_shown; ++i) {
        const Airing& airing = made->airings[i];
        EXPECT_EQ(airing.entry_id, "slate");
        EXPECT_EQ(airing.stands_in_for, "two");
        EXPECT_GE(airing.duration, kShortestPiece);
    }
    EXPECT_TRUE(made->airings[made->end_shown].stands_in_for.empty());
}

TEST(StandIn, LeavesWhatMayHaveBeenFetched) {
    const Day day;
    const auto rows = day.rows();
    const Ticks seen = rows[1].start + seconds(10);
    const auto made = day.replace(rows, 1, seen);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->kept, 2) << "segments of four seconds";
    const auto all = day.after(rows, *made);
    const auto before = test::rundown_of(day.entries, rows);
    const auto after = test::rundown_of(day.entries, all);
    for (std::int64_t sequence = 0; before.segment(sequence)->end() <= seen; ++sequence) {
        EXPECT_EQ(after.segment(sequence)->piece, before.segment(sequence)->piece);
        EXPECT_EQ(after.segment(sequence)->start, before.segment(sequence)->start);
    }
    EXPECT_EQ(made->at, after.airings()[1].end());
    EXPECT_EQ(shown(all, rows[2].start), shown(rows, rows[2].start));
}

TEST(StandIn, PlaysFillersAsFarAsTheyFit) {
    const Day day;
    const auto rows = day.rows();
    const auto made = day.replace(rows, 0, Ticks(0), {day.entries[4].programme});
    ASSERT_TRUE(made);
    std::vector<std::string> entries;
    for (std::size_t i = made->first_shown; i < made->end_shown; ++i)
        entries.push_back(made->airings[i].entry_id);
    // Forty seconds: two spots of fifteen, then eight and two of slate.
    EXPECT_EQ(entries, (std::vector<std::string>{"spot", "spot", "slate", "slate"}));
    const auto all = day.after(rows, *made);
    EXPECT_EQ(shown(all, rows[1].start), shown(rows, rows[1].start));
}

TEST(StandIn, LetsThePlanGoOnWithTheNextItem) {
    const Day day;
    const auto rows = day.rows();
    const auto made = day.replace(rows, 1, seconds(10));
    ASSERT_TRUE(made);
    const std::vector<Programme> loop{day.entries[0].programme, day.entries[1].programme,
                                      day.entries[2].programme};
    const Airing& last = made->airings[made->end_shown - 1];
    const auto on = extend(loop, RundownEnd{last, "house"}, last.end() + Ticks(1));
    ASSERT_EQ(on.size(), 1u);
    EXPECT_EQ(on[0], made->airings[made->end_shown]);
}

TEST(StandIn, IsNothingWhenAllMayHaveBeenFetchedOrTheSlateCannotEndAnywhere) {
    const Day day;
    const auto rows = day.rows();
    EXPECT_FALSE(day.replace(rows, 0, rows[0].end()));
    EXPECT_FALSE(stand_in(rows, 0, day.entries[0].cut(), std::nullopt, Ticks(0),
                          {{}, day.entries[4].programme}, [](const Airing&) { return ""; }));
}

TEST(StandIn, FitsWhateverIsLeft) {
    const Day day;
    const auto rows = day.rows();
    for (Ticks seen = rows[1].start - seconds(5); seen < rows[1].end(); seen += Ticks(7'777)) {
        const auto made = day.replace(rows, 1, seen, {day.entries[4].programme});
        if (!made) continue;
        const auto all = day.after(rows, *made);
        ASSERT_EQ(shown(all, rows[2].start), shown(rows, rows[2].start)) << seen.count();
    }
}

}  // namespace
}  // namespace matinee::playout
