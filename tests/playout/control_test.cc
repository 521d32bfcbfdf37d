#include "playout/control.h"

#include <functional>
#include <random>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/timeline.h"

namespace matinee::playout {
namespace {

using std::chrono::seconds;
using test::Entry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Ticks kHoldBack = std::chrono::seconds(18);
constexpr Ticks kSegment = std::chrono::seconds(4);

// A channel with its rundown, to be edited.
class Channel {
  public:
    Channel() {
        entries = {Entry("film", {24000, 1001}, 2400),
                   Entry("clip", {30, 1}, 371),
                   Entry("pal", {25, 1}, 1500),
                   Entry("gala", {25, 1}, 1000),
                   Entry("slate", {25, 1}, 250, "house", CutAt::kFrames),
                   Entry("spot", {50, 1}, 1000, "other")};
        Block& day = schedule.blocks.emplace_back();
        day.id = "day";
        for (std::size_t i = 0; i < 3; ++i)
            day.items.emplace_back(entries[i].programme);
        Block& gala = schedule.blocks.emplace_back();
        gala.id = "gala";
        gala.items.emplace_back(entries[3].programme);
        gala.passes = 1;
        gala.fixed = true;
        Block& night = schedule.blocks.emplace_back();
        night.id = "night";
        night.items.emplace_back(entries[1].programme);
        schedule.starts = {{seconds(1200) + Ticks(777), 1}};
        schedule.slate = entries[4].programme;
        rows = extend(schedule, std::nullopt, until);
    }

    [[nodiscard]] const Programme& programme(const std::string& id) const {
        for (const Entry& entry : entries) {
            if (entry.programme.entry_id == id) return entry.programme;
        }
        throw std::logic_error("no entry " + id);
    }

    using Command = std::function<Result<Edit>(const OnAir&, Moment)>;

    // Gives the command at `now`, and takes the rows over.
    Result<Edit> give(Ticks now, const Command& command) {
        const Rundown rundown = this->rundown();
        std::vector<Programme> programmes;
        for (const Airing& row : rows)
            programmes.push_back(programme(row.entry_id));
        auto edit = command({rundown, programmes, schedule, until}, moment(now));
        if (!edit) return edit;
        std::erase_if(rows, [&](const Airing& row) { return row.ordinal >= edit->ordinal; });
        rows.insert(rows.end(), edit->airings.begin(), edit->airings.end());
        return edit;
    }

    // Three seconds for a command to become known, one for what is handed out early.
    static Moment moment(Ticks now) { return {now, now + kHoldBack + seconds(4)}; }

    [[nodiscard]] Rundown rundown() const { return test::rundown_of(entries, rows); }

    [[nodiscard]] std::vector<std::string> names(Ticks from, std::size_t count) const {
        std::vector<std::string> out;
        for (const Airing& row : rows) {
            if (row.end() > from && out.size() < count) out.push_back(row.entry_id);
        }
        return out;
    }

    std::vector<Entry> entries;
    Schedule schedule;
    std::vector<Airing> rows;
    Ticks until = seconds(2000);
};

Result<Edit> hold_it(const OnAir& on_air, Moment moment) {
    return hold(on_air, moment);
}
Result<Edit> panic_it(const OnAir& on_air, Moment moment) {
    return hold(on_air, moment, Role::kPanic);
}
Result<Edit> resume_it(const OnAir& on_air, Moment moment) {
    return resume(on_air, moment, Resume::kWhereItStopped);
}

TEST(Skip, EndsWhatIsOnAtTheFirstBoundaryNobodyHasSeen) {
    Channel channel;
    const auto edit = channel.give(seconds(20), skip);
    ASSERT_TRUE(edit) << edit.error().to_string();
    EXPECT_GT(edit->at, seconds(20) + kHoldBack);
    EXPECT_LE(edit->at, seconds(20) + kHoldBack + kSegment);
    EXPECT_EQ(channel.rows[1].start, edit->at);
    EXPECT_THAT(channel.names(Ticks(0), 3), ElementsAre("film", "clip", "pal"));
}

TEST(Skip, IsTooLateForWhatIsAboutToEnd) {
    Channel channel;
    const auto edit = channel.give(channel.rows[1].start - seconds(5), skip);
    ASSERT_FALSE(edit);
    EXPECT_EQ(edit.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(edit.error().message(), HasSubstr("\"film\" is about to end by itself"));
}

TEST(Hold, ShowsTheSlateAndGoesOnWhereTheFilmStopped) {
    Channel channel;
    const auto held = channel.give(seconds(20), hold_it);
    ASSERT_TRUE(held) << held.error().to_string();
    EXPECT_THAT(channel.names(held->at, 2), ElementsAre("slate", "slate"));
    EXPECT_FALSE(channel.give(seconds(60), hold_it)) << "it is held already";
    EXPECT_FALSE(channel.give(seconds(60), skip));
    const auto resumed = channel.give(seconds(300), resume_it);
    ASSERT_TRUE(resumed) << resumed.error().to_string();
    const auto rest = std::ranges::find(channel.rows, resumed->at, &Airing::start);
    ASSERT_NE(rest, channel.rows.end());
    EXPECT_EQ(rest->entry_id, "film");
    EXPECT_EQ(rest->from, channel.rows[0].duration);
    EXPECT_EQ(rest->from + rest->duration, channel.programme("film").duration());
    EXPECT_EQ(std::next(rest)->entry_id, "clip");
    EXPECT_FALSE(channel.give(seconds(400), resume_it)) << "it is not held any more";
}

TEST(Hold, GivesWayToAFixedStartAndPanicDoesNot) {
    Channel held;
    ASSERT_TRUE(held.give(seconds(20), hold_it));
    const auto gala = std::ranges::find(held.rows, "gala", &Airing::entry_id);
    ASSERT_NE(gala, held.rows.end());
    EXPECT_EQ(gala->start, held.schedule.starts[0].at);

    Channel panicked;
    ASSERT_TRUE(panicked.give(seconds(20), panic_it));
    EXPECT_EQ(std::ranges::find(panicked.rows, "gala", &Airing::entry_id), panicked.rows.end());
    const auto resumed = panicked.give(seconds(1300), resume_it);
    ASSERT_TRUE(resumed);
    EXPECT_THAT(panicked.names(resumed->at, 2), ElementsAre("gala", "clip"))
        << "late, but all of it";
}

TEST(Hold, NeedsASlate) {
    Channel channel;
    channel.schedule.slate.reset();
    const auto edit = channel.give(seconds(20), hold_it);
    ASSERT_FALSE(edit);
    EXPECT_THAT(edit.error().message(), HasSubstr("no slate"));
}

TEST(Hold, ShowsTheServersSlateWhereTheScheduleHasNone) {
    Channel channel;
    channel.schedule.held = std::exchange(channel.schedule.slate, std::nullopt);
    const auto edit = channel.give(seconds(20), panic_it);
    ASSERT_TRUE(edit);
    EXPECT_THAT(channel.names(edit->at, 3), ElementsAre("slate", "slate", "slate"));
    const auto resumed = channel.give(seconds(60), resume_it);
    ASSERT_TRUE(resumed);
    EXPECT_NE(channel.names(resumed->at, 1).front(), "slate");
}

TEST(Resume, IsNotUndoneByWhatIsPlannedRightAfterIt) {
    for (const From from : {From::kAfterCurrent, From::kFirstBoundary, From::kAt}) {
        Channel channel;
        ASSERT_TRUE(channel.give(seconds(20), panic_it));
        const auto resumed = channel.give(seconds(300), resume_it);
        ASSERT_TRUE(resumed);
        std::swap(channel.schedule.blocks[0].items[1], channel.schedule.blocks[0].items[2]);
        const auto published =
            channel.give(seconds(302), [&](const OnAir& on_air, Moment moment) -> Result<Edit> {
                auto planned = TRY(plan_publication(on_air, moment, from, seconds(310)));
                EXPECT_TRUE(planned.edit) << "something changes";
                return *std::move(planned.edit);
            });
        ASSERT_TRUE(published);
        EXPECT_THAT(channel.names(resumed->at, 3), ElementsAre("film", "pal", "clip"));
        const auto inserted = channel.give(seconds(303), [&](const OnAir& on_air, Moment moment) {
            return insert_next(on_air, moment, channel.programme("spot"));
        });
        ASSERT_TRUE(inserted) << inserted.error().to_string();
        EXPECT_THAT(channel.names(resumed->at, 3), ElementsAre("film", "spot", "pal"));
    }
}

TEST(InsertNext, ComesAfterWhatIsOnAndStaysWhenThatIsSkipped) {
    Channel channel;
    const auto insert = [&](const OnAir& on_air, Moment moment) {
        return insert_next(on_air, moment, channel.programme("spot"));
    };
    const auto edit = channel.give(seconds(20), insert);
    ASSERT_TRUE(edit) << edit.error().to_string();
    EXPECT_EQ(edit->at, channel.programme("film").duration());
    EXPECT_THAT(channel.names(Ticks(0), 4), ElementsAre("film", "spot", "clip", "pal"));
    EXPECT_TRUE(channel.rows[1].discontinuity);
    ASSERT_TRUE(channel.give(seconds(30), skip));
    EXPECT_THAT(channel.names(Ticks(0), 4), ElementsAre("film", "spot", "clip", "pal"));
}

TEST(InsertNext, RefusesWhatAFixedStartLeavesNoRoomFor) {
    Channel channel;
    channel.schedule.starts[0].at = seconds(125);
    channel.rows = extend(channel.schedule, std::nullopt, channel.until);
    const auto edit = channel.give(seconds(20), [&](const OnAir& on_air, Moment moment) {
        return insert_next(on_air, moment, channel.programme("pal"));
    });
    ASSERT_FALSE(edit);
    EXPECT_THAT(edit.error().message(), HasSubstr("does not fit before block \"gala\""));
}

TEST(Replace, PutsAnotherFilmInPlaceOfTheOneThatIsOn) {
    Channel channel;
    const auto edit = channel.give(seconds(20), [&](const OnAir& on_air, Moment moment) {
        return replace(on_air, moment, channel.programme("spot"));
    });
    ASSERT_TRUE(edit);
    EXPECT_THAT(channel.names(Ticks(0), 4), ElementsAre("film", "spot", "clip", "pal"));
    EXPECT_EQ(channel.rows[1].start, edit->at);
}

TEST(GoTo, GoesOnWithAnotherItem) {
    Channel channel;
    const auto to = [](std::string block, std::int64_t item) {
        return
            [=](const OnAir& on_air, Moment moment) { return go_to(on_air, moment, block, item); };
    };
    ASSERT_TRUE(channel.give(seconds(20), to("day", 2)));
    EXPECT_THAT(channel.names(Ticks(0), 4), ElementsAre("film", "pal", "film", "clip"));
    EXPECT_FALSE(channel.give(seconds(20), to("day", 3)));
    EXPECT_FALSE(channel.give(seconds(20), to("night", 0))) << "not on before the gala";
}

TEST(Commands, NeverChangeWhatMayHaveBeenSeenAndTakeEffectInTime) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const Window window{seconds(600), kHoldBack};
    int done = 0;
    for (int round = 0; round < 40; ++round) {
        Channel channel;
        Ticks now = seconds(5);
        for (int i = 0; i < 20; ++i) {
            now += Ticks(random() % 9'000'000);
            if (now > seconds(1700)) break;
            const unsigned chosen = random() % 8;
            const Rundown before = channel.rundown();
            const auto edit = channel.give(now, [&](const OnAir& on_air, Moment moment) {
                switch (chosen) {
                    case 0:
                        return skip(on_air, moment);
                    case 1:
                        return hold(on_air, moment);
                    case 2:
                        return hold(on_air, moment, Role::kPanic);
                    case 3:
                        return resume(on_air, moment, Resume::kNextItem);
                    case 4:
                        return insert_next(on_air, moment, channel.programme("spot"));
                    case 5:
                        return replace(on_air, moment, channel.programme("spot"));
                    case 6:
                        return go_to(on_air, moment, "day", 1);
                    default:
                        return resume(on_air, moment, Resume::kWhereItStopped);
                }
            });
            if (!edit) continue;
            ++done;
            SCOPED_TRACE(testing::Message()
                         << "round " << round << " command " << chosen << " at " << now.count());
            const Rundown after = channel.rundown();  // its rows continue one another
            EXPECT_GE(channel.rows.back().end(), channel.until);
            if (chosen != 4) {
                EXPECT_LE(edit->at, now + kHoldBack + kSegment);
            }
            // All that playlists have listed until the command is known everywhere.
            const SequenceRange seen = before.window(now + seconds(4), window);
            for (std::int64_t s = 0; s < seen.end; ++s) {
                const Segment a = *before.segment(s);
                const Segment b = *after.segment(s);
                ASSERT_EQ(a.piece, b.piece);
                ASSERT_EQ(a.start, b.start);
                ASSERT_TRUE(same_showing(before.airings()[a.airing], after.airings()[b.airing]));
                ASSERT_EQ(before.airings()[a.airing].ordinal, after.airings()[b.airing].ordinal);
            }
        }
    }
    EXPECT_GT(done, 100);
}

TEST(Publication, SaysWhatChangesAndFromWhen) {
    Channel channel;
    const auto plan = [&](From from, Ticks at) {
        const Rundown rundown = channel.rundown();
        std::vector<Programme> programmes;
        for (const Airing& row : channel.rows) {
            programmes.push_back(channel.programme(row.entry_id));
        }
        return *plan_publication({rundown, programmes, channel.schedule, channel.until},
                                 Channel::moment(seconds(20)), from, at);
    };
    EXPECT_FALSE(plan(From::kAfterCurrent, Ticks(0)).edit) << "nothing has changed";
    channel.schedule.blocks[0].items[1] = channel.programme("spot");

    const Publication after_current = plan(From::kAfterCurrent, Ticks(0));
    ASSERT_TRUE(after_current.edit);
    EXPECT_EQ(after_current.edit->at, channel.rows[1].start);
    EXPECT_EQ(after_current.changes.front(), (Change{channel.rows[1].start, "clip", "spot"}));

    const Publication first = plan(From::kFirstBoundary, Ticks(0));
    ASSERT_TRUE(first.edit);
    EXPECT_LE(first.edit->at, seconds(20) + kHoldBack + kSegment);

    const Publication later = plan(From::kAt, seconds(300));
    ASSERT_TRUE(later.edit);
    EXPECT_GE(later.edit->at, seconds(300));
    EXPECT_GE(later.changes.front().at, seconds(300));
}

}  // namespace
}  // namespace matinee::playout
