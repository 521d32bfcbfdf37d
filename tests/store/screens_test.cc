#include "store/screens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Venue {
    TempFolder folder;
    FakeClock clock;
    std::unique_ptr<Store> store = must(Store::open(folder / "matinee.db", clock));

    Venue() {
        Channel channel;
        channel.id = "main";
        must(store->create_channel(channel));
    }

    Result<ScreenPairing> ask(const std::string& code, const std::string& hash,
                              const std::string& network = "192.0.2.1",
                              const PairingLimits& limits = {}) {
        return store->open_pairing({code, hash, network, {}, clock.now() + minutes(10)}, limits);
    }
    Screen screen(const std::string& name) {
        must(ask("C" + name, "hash of " + name));
        return must(store->approve_screen("C" + name, name, "main", "mei"));
    }
};

TEST(Screens, OneIsMadeOfTheBrowserThatShowsTheCode) {
    Venue venue;
    must(venue.ask("ACD347", "hash"));
    const Screen screen = must(venue.store->approve_screen("ACD347", "Hall", "main", "mei"));
    EXPECT_EQ(screen.secret_hash, "hash");
    EXPECT_EQ(must(venue.store->find_screen("Hall")), screen);
    EXPECT_EQ(must(venue.store->find_screen(screen.id)), screen);
    // A code is good for one.
    EXPECT_EQ(venue.store->approve_screen("ACD347", "Foyer", "", "mei").error().code(),
              ErrorCode::kNotFound);
    EXPECT_EQ(must(venue.store->list_audit()).front().action, "screen.approve");
}

TEST(Screens, ABrowserThatWaitsIsFoundByItsSecret) {
    Venue venue;
    const ScreenPairing first = must(venue.ask("ACD347", "hash"));
    EXPECT_EQ(must(venue.store->find_pairing("hash")), first);
    EXPECT_EQ(must(venue.store->find_pairing("another")), std::nullopt);
    EXPECT_EQ(venue.ask("ACD347", "another").error().code(), ErrorCode::kConflict);
}

TEST(Screens, ACodeRunsOut) {
    Venue venue;
    must(venue.ask("ACD347", "hash"));
    venue.clock.advance(minutes(10));
    EXPECT_EQ(venue.store->approve_screen("ACD347", "Hall", "", "mei").error().code(),
              ErrorCode::kNotFound);
    EXPECT_EQ(must(venue.store->find_pairing("hash")), std::nullopt);
    EXPECT_EQ(must(venue.ask("ACD349", "hash")).code, "ACD349");
}

TEST(Screens, OnlySoManyWait) {
    Venue venue;
    const PairingLimits limits{3, 2};
    must(venue.ask("A", "1", "here", limits));
    must(venue.ask("B", "2", "here", limits));
    EXPECT_EQ(venue.ask("C", "3", "here", limits).error().code(), ErrorCode::kUnavailable);
    must(venue.ask("D", "4", "there", limits));
    EXPECT_EQ(venue.ask("E", "5", "elsewhere", limits).error().code(), ErrorCode::kUnavailable);
    venue.clock.advance(minutes(11));
    must(venue.ask("C", "3", "here", limits));
}

TEST(Screens, NamesAreUniqueAndChannelsExist) {
    Venue venue;
    Screen hall = venue.screen("Hall");
    const Screen foyer = venue.screen("Foyer");
    must(venue.ask("A", "1"));
    EXPECT_EQ(venue.store->approve_screen("A", "Hall", "", "mei").error().code(),
              ErrorCode::kConflict);
    EXPECT_EQ(venue.store->approve_screen("A", "", "", "mei").error().code(), ErrorCode::kInvalid);
    EXPECT_EQ(venue.store->approve_screen("A", "Bar", "none", "mei").error().code(),
              ErrorCode::kNotFound);
    hall.name = "Foyer";
    EXPECT_EQ(venue.store->update_screen(hall, "mei").error().code(), ErrorCode::kConflict);
    hall.name = "Great Hall";
    hall.muted = true;
    hall.channel_id = "";
    must(venue.store->update_screen(hall, "mei"));
    EXPECT_EQ(must(venue.store->find_screen(hall.id)), hall);
    EXPECT_THAT(must(venue.store->list_audit()).front().detail, HasSubstr("Great Hall"));
}

TEST(Screens, AHeartbeatIsNoChangeOfAccessAndTheRestIs) {
    Venue venue;
    std::uint64_t last = must(venue.store->access_stamp());
    const auto changed = [&] {
        const std::uint64_t now = must(venue.store->access_stamp());
        return std::exchange(last, now) != now;
    };
    must(venue.ask("A", "1"));
    EXPECT_FALSE(changed());
    Screen hall = must(venue.store->approve_screen("A", "Hall", "main", "mei"));
    EXPECT_TRUE(changed());
    must(venue.store->report_screen(hall.id, "{}", ""));
    must(venue.store->command_screen(hall.id, "identify", seconds(10), "mei"));
    EXPECT_FALSE(changed());
    hall.channel_id = "";
    must(venue.store->update_screen(hall, "mei"));
    EXPECT_TRUE(changed());
    must(venue.store->remove_screen(hall.id, "mei"));
    EXPECT_TRUE(changed());
    EXPECT_THAT(must(venue.store->list_screens()), IsEmpty());
    EXPECT_EQ(venue.store->report_screen(hall.id, "{}", "").error().code(), ErrorCode::kNotFound);
}

TEST(Screens, WhatPeopleDoIsSaidAndHeartbeatsAreNot) {
    Venue venue;
    const std::int64_t before = must(venue.store->journal_end());
    const Screen hall = venue.screen("Hall");
    must(venue.store->report_screen(hall.id, "{}", ""));
    must(venue.store->remove_screen(hall.id, "mei"));
    const auto said = must(venue.store->list_journal(before, 10));
    ASSERT_THAT(said, SizeIs(2));
    for (const JournalEntry& entry : said) {
        EXPECT_EQ(entry.kind + " " + entry.subject, "screen " + hall.id);
    }
}

TEST(Screens, TheLastHeartbeatIsKept) {
    Venue venue;
    const Screen hall = venue.screen("Hall");
    must(venue.store->report_screen(hall.id, R"({"state":"starting"})", ""));
    venue.clock.advance(seconds(3));
    must(venue.store->report_screen(hall.id, R"({"state":"playing"})", ""));
    const Screen now = must(venue.store->find_screen("Hall"));
    EXPECT_EQ(now.report, R"({"state":"playing"})");
    EXPECT_EQ(now.reported, venue.clock.now());
}

TEST(Screens, TheLastStillIsKeptAsLongAsItsScreen) {
    Venue venue;
    const Screen hall = venue.screen("Hall");
    EXPECT_EQ(must(venue.store->find_screen_still(hall.id)), std::nullopt);
    must(venue.store->put_screen_still(hall.id, "one"));
    must(venue.store->put_screen_still(hall.id, "two"));
    EXPECT_EQ(must(venue.store->find_screen_still(hall.id)), "two");
    must(venue.store->remove_screen("Hall", "mei"));
    EXPECT_EQ(must(venue.store->find_screen_still(hall.id)), std::nullopt);
    EXPECT_EQ(venue.store->put_screen_still(hall.id, "x").error().code(), ErrorCode::kNotFound);
}

TEST(Screens, CommandsAreHandedOutUntilTheyAreCarriedOut) {
    Venue venue;
    const Screen hall = venue.screen("Hall");
    const Screen foyer = venue.screen("Foyer");
    const auto first = must(venue.store->command_screen("Hall", "identify", seconds(60), "mei"));
    const auto second = must(venue.store->command_screen(hall.id, "reload", seconds(60), "mei"));
    EXPECT_THAT(must(venue.store->report_screen(foyer.id, "{}", "")), IsEmpty());
    const auto given = must(venue.store->report_screen(hall.id, "{}", ""));
    EXPECT_EQ(given, (std::vector{first, second}));
    // An answer may be lost: again.
    EXPECT_THAT(must(venue.store->report_screen(hall.id, "{}", "")), SizeIs(2));
    EXPECT_EQ(must(venue.store->report_screen(hall.id, "{}", first.id)), std::vector{second});
    EXPECT_THAT(must(venue.store->report_screen(hall.id, "{}", second.id)), IsEmpty());
}

TEST(Screens, CommandsForAScreenThatIsAwayRunOut) {
    Venue venue;
    const Screen hall = venue.screen("Hall");
    must(venue.store->command_screen(hall.id, "reload", seconds(60), "mei"));
    venue.clock.advance(seconds(60));
    EXPECT_THAT(must(venue.store->report_screen(hall.id, "{}", "")), IsEmpty());
}

}  // namespace
}  // namespace matinee::store
