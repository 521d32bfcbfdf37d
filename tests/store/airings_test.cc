#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using playout::Airing;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::HasSubstr;

// `count` airings of an hour's worth of variety that continue `last`.
std::vector<Airing> make_airings(const std::optional<Airing>& last, std::size_t count) {
    std::vector<Airing> airings;
    std::optional<Airing> before = last;
    for (std::size_t i = 0; i < count; ++i) {
        Airing next;
        next.ordinal = before ? before->ordinal + 1 : 0;
        next.entry_id = "entry-" + std::to_string(next.ordinal % 30);
        next.media_id = "0123456789abcdef0123456789abcdef-" + std::to_string(next.ordinal % 30);
        next.subtitles_id = next.ordinal % 3 == 0 ? "" : "subtitles";
        next.start = before ? before->end() : Ticks(0);
        next.duration = Ticks(900'000 + 3'003 * (next.ordinal % 7));
        next.first_sequence = before ? before->end_sequence() : 0;
        next.segment_count = 3 + next.ordinal % 2;
        next.discontinuity = next.ordinal % 10 == 9;
        next.discontinuity_sequence =
            (before ? before->discontinuity_sequence : 0) + (next.discontinuity ? 1 : 0);
        next.from = Ticks(next.ordinal % 5 * 360'000);
        next.to = Ticks(next.ordinal % 4 * 1'000'000);
        next.place = {.block = next.ordinal % 2 == 0 ? "day" : "",
                      .anchor = Ticks(next.ordinal % 6 - 1),
                      .pass = next.ordinal / 30,
                      .item = next.ordinal % 30,
                      .fill = next.ordinal % 3,
                      .role = static_cast<playout::Role>(next.ordinal % 5)};
        airings.push_back(next);
        before = next;
    }
    return airings;
}

Channel make_channel(const std::string& id) {
    return {.id = id, .title = "", .epoch = {}, .settings = "{}", .playlist_id = ""};
}

class StoreAirings : public testing::Test {
  protected:
    StoreAirings() { must(store_->create_channel(make_channel("main"))); }

    std::vector<Airing> all() { return must(store_->list_airings("main", Ticks(0))); }

    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<Store> store_ = must(Store::open(folder_ / "matinee.db", clock_));
};

TEST_F(StoreAirings, ComeBackAsTheyWere) {
    const std::vector<Airing> airings = make_airings({}, 25);
    must(store_->append_airings("main", std::span(airings).first(10)));
    must(store_->append_airings("main", std::span(airings).subspan(10)));
    EXPECT_EQ(all(), airings);
    EXPECT_EQ(must(store_->last_airing("main")), airings.back());
    EXPECT_EQ(must(store_->count_airings("main")), 25);
}

TEST_F(StoreAirings, OfOneChannelAreNotThoseOfAnother) {
    must(store_->create_channel(make_channel("second")));
    must(store_->append_airings("main", make_airings({}, 4)));
    EXPECT_EQ(must(store_->last_airing("second")), std::nullopt);
    must(store_->append_airings("second", make_airings({}, 2)));
    EXPECT_EQ(must(store_->count_airings("main")), 4);
    EXPECT_EQ(store_->append_airings("third", make_airings({}, 1)).error().code(),
              ErrorCode::kNotFound);
}

TEST_F(StoreAirings, MustContinueTheLastOne) {
    must(store_->append_airings("main", make_airings({}, 5)));
    const Airing good = make_airings(must(store_->last_airing("main")), 1).front();
    const auto refused = [&](auto change) {
        Airing bad = good;
        change(bad);
        const auto result = store_->append_airings("main", std::span(&bad, 1));
        return !result && result.error().code() == ErrorCode::kConflict;
    };
    EXPECT_TRUE(refused([](Airing& a) { ++a.ordinal; }));
    EXPECT_TRUE(refused([](Airing& a) { a.start += Ticks(1); }));
    EXPECT_TRUE(refused([](Airing& a) { a.start -= Ticks(1); }));
    EXPECT_TRUE(refused([](Airing& a) { ++a.first_sequence; }));
    EXPECT_TRUE(refused([](Airing& a) { ++a.discontinuity_sequence; }));
    EXPECT_TRUE(refused([](Airing& a) { a.discontinuity = !a.discontinuity; }));
    EXPECT_EQ(must(store_->count_airings("main")), 5);
    must(store_->append_airings("main", std::span(&good, 1)));
}

TEST_F(StoreAirings, StartWithTheFirst) {
    const std::vector<Airing> airings = make_airings({}, 3);
    EXPECT_EQ(store_->append_airings("main", std::span(airings).subspan(1)).error().code(),
              ErrorCode::kConflict);
}

TEST_F(StoreAirings, AreAppendedAllOrNone) {
    std::vector<Airing> airings = make_airings({}, 5);
    airings[3].start += Ticks(1);
    const auto result = store_->append_airings("main", airings);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message(), HasSubstr("airing 3"));
    EXPECT_EQ(must(store_->count_airings("main")), 0);
}

TEST_F(StoreAirings, AreNeverEmpty) {
    Airing empty = make_airings({}, 1).front();
    empty.duration = Ticks(0);
    EXPECT_EQ(store_->append_airings("main", std::span(&empty, 1)).error().code(),
              ErrorCode::kInvalid);
}

TEST_F(StoreAirings, RangeHoldsWhatOverlaps) {
    const std::vector<Airing> airings = make_airings({}, 20);
    must(store_->append_airings("main", airings));
    const auto range = [&](Ticks from, Ticks to) {
        return must(store_->list_airings("main", from, to));
    };
    const auto slice = [&](std::size_t first, std::size_t count) {
        return std::vector(airings.begin() + static_cast<std::ptrdiff_t>(first),
                           airings.begin() + static_cast<std::ptrdiff_t>(first + count));
    };
    EXPECT_EQ(range(airings[5].start, airings[7].start), slice(5, 2));
    EXPECT_EQ(range(airings[5].start + Ticks(1), airings[7].start + Ticks(1)), slice(5, 3));
    EXPECT_EQ(range(airings[5].end() - Ticks(1), airings[5].end()), slice(5, 1));
    EXPECT_EQ(range(Ticks(-100), Ticks(1)), slice(0, 1));
    EXPECT_EQ(range(Ticks(-100), Ticks(0)), slice(0, 0));
    EXPECT_EQ(range(airings.back().end(), airings.back().end() + Ticks(100)), slice(0, 0));
    EXPECT_EQ(range(airings[19].start, Ticks::max()), slice(19, 1));
}

TEST_F(StoreAirings, SpliceReplacesTheTail) {
    const std::vector<Airing> airings = make_airings({}, 10);
    must(store_->append_airings("main", airings));
    std::vector<Airing> tail = make_airings(airings[5], 7);
    for (Airing& airing : tail) {
        airing.entry_id = "edited";
    }
    must(store_->replace_airings_from("main", 6, tail));
    std::vector<Airing> expected(airings.begin(), airings.begin() + 6);
    expected.insert(expected.end(), tail.begin(), tail.end());
    EXPECT_EQ(all(), expected);
    must(store_->replace_airings_from("main", 6, {}));
    EXPECT_EQ(must(store_->last_airing("main")), airings[5]);
}

TEST_F(StoreAirings, FailedSpliceChangesNothing) {
    const std::vector<Airing> airings = make_airings({}, 10);
    must(store_->append_airings("main", airings));
    std::vector<Airing> tail = make_airings(airings[5], 3);
    tail.front().start += Ticks(1);
    EXPECT_EQ(store_->replace_airings_from("main", 6, tail).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(store_->replace_airings_from("main", 5, make_airings(airings[5], 3)).error().code(),
              ErrorCode::kConflict);
    EXPECT_EQ(store_->replace_airings_from("main", 12, make_airings(airings[9], 1)).error().code(),
              ErrorCode::kConflict);
    EXPECT_EQ(all(), airings);
}

TEST_F(StoreAirings, PruningKeepsWhatIsNotOverAndTheLast) {
    const std::vector<Airing> airings = make_airings({}, 10);
    must(store_->append_airings("main", airings));
    EXPECT_EQ(must(store_->prune_airings("main", airings[4].start + Ticks(1))), 4);
    EXPECT_EQ(all(), std::vector(airings.begin() + 4, airings.end()));
    EXPECT_EQ(must(store_->prune_airings("main", Ticks::max())), 5);
    EXPECT_EQ(all(), std::vector(airings.end() - 1, airings.end()));
    must(store_->append_airings("main", make_airings(airings.back(), 1)));
}

TEST_F(StoreAirings, TwoServersExtendOneRundown) {
    // Each extends from what it last read and reads again when the other was faster.
    constexpr int kAppends = 60;
    const auto extend = [&](int* conflicts) {
        const auto store = must(Store::open(folder_ / "matinee.db", clock_));
        for (int done = 0; done < kAppends;) {
            const auto next = make_airings(must(store->last_airing("main")), 3);
            const auto result = store->append_airings("main", next);
            if (result) {
                ++done;
            } else if (result.error().code() == ErrorCode::kConflict) {
                ++*conflicts;
            } else {
                ADD_FAILURE() << result.error().to_string();
                return;
            }
        }
    };
    int conflicts[2] = {};
    std::thread other(extend, &conflicts[0]);
    extend(&conflicts[1]);
    other.join();
    EXPECT_EQ(all(), make_airings({}, std::size_t{2} * kAppends * 3));
}

TEST_F(StoreAirings, SurviveSigkill) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    store_.reset();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        // Commits for ever, and says so after each commit, until it is killed.
        try {
            const auto store = must(Store::open(folder_ / "matinee.db", clock_));
            while (true) {
                must(store->append_airings("main",
                                           make_airings(must(store->last_airing("main")), 10)));
                const char committed = 1;
                if (::write(pipe_ends[1], &committed, 1) != 1) ::_exit(2);
            }
        } catch (const std::exception&) {
            ::_exit(1);
        }
    }
    ::close(pipe_ends[1]);
    std::size_t committed = 0;
    char byte = 0;
    while (committed < 20 && ::read(pipe_ends[0], &byte, 1) == 1) {
        ++committed;
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    while (::read(pipe_ends[0], &byte, 1) == 1) {
        ++committed;
    }
    ::close(pipe_ends[0]);

    store_ = must(Store::open(folder_ / "matinee.db", clock_));
    const std::vector<Airing> found = all();
    // The commit it was killed in may have happened or not; a part of it may not.
    EXPECT_GE(found.size(), committed * 10);
    EXPECT_LE(found.size(), committed * 10 + 10);
    EXPECT_EQ(found, make_airings({}, found.size()));
    EXPECT_EQ(found.size() % 10, 0U);
}

TEST_F(StoreAirings, AreSplicedByWhoKnowsThePresentOnesInTime) {
    const auto rows = make_airings({}, 6);
    must(store_->append_airings("main", rows));
    const std::int64_t edits = must(store_->rundown_edits("main"));
    Splice splice{3, std::span(rows).subspan(3, 1), edits, clock_.now()};
    const auto stamp = must(store_->change_stamp());
    must(store_->splice_airings("main", splice));
    EXPECT_EQ(must(store_->count_airings("main")), 4);
    EXPECT_GT(must(store_->change_stamp()), stamp) << "servers are told";

    const auto again = store_->splice_airings("main", splice);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::kConflict);
    splice.expected_edits = must(store_->rundown_edits("main"));
    clock_.advance(std::chrono::milliseconds(1));
    const auto late = store_->splice_airings("main", splice);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::kUnavailable);
    EXPECT_EQ(must(store_->count_airings("main")), 4);
}

TEST_F(StoreAirings, TwoDaysOfManyShortFilmsAreQuick) {
    using std::chrono::steady_clock;
    const auto milliseconds_since = [](steady_clock::time_point start) {
        return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
    };
    const std::vector<Airing> airings = make_airings({}, 20'000);
    auto start = steady_clock::now();
    must(store_->append_airings("main", airings));
    const double append_ms = milliseconds_since(start);
    start = steady_clock::now();
    const auto window =
        must(store_->list_airings("main", airings[15'000].start, airings[15'200].start));
    const double range_ms = milliseconds_since(start);
    EXPECT_EQ(window.size(), 200U);
    RecordProperty("append_ms", std::to_string(append_ms));
    RecordProperty("range_ms", std::to_string(range_ms));
    // Generous, for a busy machine: a scan of the table or a commit per row would not pass.
    EXPECT_LT(append_ms, 3000);
    EXPECT_LT(range_ms, 100);
}

}  // namespace
}  // namespace matinee::store
