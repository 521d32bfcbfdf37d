// Channels and playlists that are taken away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreRemoval : public testing::Test {
  protected:
    Channel add_channel(const std::string& id, const std::string& playlist = "") {
        Channel channel;
        channel.id = id;
        channel.title = "The " + id;
        channel.epoch = clock_.now();
        channel.settings = R"({"access":{"watch":"public"}})";
        channel.playlist_id = playlist;
        must(store_->create_channel(channel));
        return channel;
    }

    void add_playlist(const std::string& id) {
        must(store_->set_playlist(id, id, std::vector<std::string>{"tea"}));
    }

    void add_airing(const std::string& channel) {
        playout::Airing airing;
        airing.entry_id = "tea";
        airing.media_id = "m";
        airing.duration = Ticks(minutes(10));
        airing.segment_count = 150;
        must(store_->append_airings(channel, {&airing, 1}));
    }

    std::int64_t set_schedule(const std::string& channel, const std::string& playlist,
                              const std::string& fillers = "") {
        Schedule schedule = must(store_->find_schedule(channel));
        schedule.filler_playlist = fillers;
        ScheduleBlock block;
        block.id = block.playlist_id = playlist;
        schedule.blocks = {block};
        return must(store_->set_schedule(schedule));
    }

    Result<void> remove_playlist(const std::string& id) {
        return store_->remove_playlist(must(store_->find_playlist(id)), "mei");
    }

    // "kind subject" of what has been said since.
    std::vector<std::string> news() {
        std::vector<std::string> lines;
        for (const JournalEntry& row : must(store_->list_journal(seen_, 1000))) {
            seen_ = row.sequence;
            lines.push_back(row.kind + " " + row.subject);
        }
        return lines;
    }

    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<Store> store_ = must(Store::open(folder_ / "matinee.db", clock_));
    std::int64_t seen_ = 0;
};

TEST_F(StoreRemoval, OfAPlaylistIsRefusedWhileItIsPlayedAndSaysByWhom) {
    add_playlist("evening");
    add_playlist("shorts");
    Channel hall = add_channel("hall", "evening");
    add_channel("attic");
    set_schedule("attic", "evening", "shorts");
    const auto refused = remove_playlist("evening");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(refused.error().to_string(),
                AllOf(HasSubstr("channel \"hall\""), HasSubstr("schedule of \"attic\"")));
    EXPECT_THAT(remove_playlist("shorts").error().to_string(), HasSubstr("fillers of \"attic\""));
    must(store_->remove_schedule("attic", 1));
    must(remove_playlist("shorts"));
    EXPECT_EQ(remove_playlist("evening").error().code(), ErrorCode::kConflict);
    Channel empty = hall;
    empty.playlist_id.clear();
    must(store_->update_channel(empty, hall));
    must(remove_playlist("evening"));
    EXPECT_THAT(must(store_->list_playlists()), IsEmpty());
}

TEST_F(StoreRemoval, OfAPlaylistTakesItsVersionsAndIsWrittenDown) {
    add_playlist("evening");
    must(store_->save_draft("evening", "Evening", {}, 1, "mei"));
    Playlist old = must(store_->find_playlist("evening"));
    must(store_->save_draft("evening", "Late", {}, 2, "lev"));
    EXPECT_EQ(store_->remove_playlist(old, "mei").error().code(), ErrorCode::kConflict)
        << "somebody has changed it meanwhile";
    const auto stamp = must(store_->change_stamp());
    news();
    must(remove_playlist("evening"));
    EXPECT_THAT(news(), Contains("playlist evening"));
    EXPECT_GT(must(store_->change_stamp()), stamp);
    EXPECT_EQ(store_->playlist_history("evening").error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(store_->remove_playlist(old, "mei").error().code(), ErrorCode::kNotFound);
    const auto audit = must(store_->list_audit(1));
    EXPECT_EQ(audit.front().action, "playlist.remove");
    EXPECT_EQ(audit.front().actor, "mei");
    EXPECT_EQ(audit.front().subject, "evening");
    // One that is made anew has nothing of it.
    add_playlist("evening");
    EXPECT_EQ(must(store_->playlist_history("evening")).size(), 1U);
}

TEST_F(StoreRemoval, OfAPlaylistLeavesNoChannelWithOneThatIsNotThere) {
    const Channel hall = add_channel("hall");
    Channel changed = hall;
    changed.playlist_id = "evening";
    EXPECT_EQ(store_->update_channel(changed, hall).error().code(), ErrorCode::kNotFound);
    changed.id = "attic";
    EXPECT_EQ(store_->create_channel(changed).error().code(), ErrorCode::kNotFound);
    Schedule schedule = must(store_->find_schedule("hall"));
    schedule.filler_playlist = "evening";
    EXPECT_EQ(store_->set_schedule(schedule).error().code(), ErrorCode::kNotFound);
}

TEST_F(StoreRemoval, OfAChannelTakesAllThatIsItsAndLeavesTheRest) {
    add_playlist("evening");
    const Channel hall = add_channel("hall", "evening");
    add_channel("attic", "evening");
    add_airing("hall");
    add_airing("attic");
    set_schedule("hall", "evening");
    must(store_->set_encryption("hall", true, seconds(28)));
    Link link;
    link.id = "l";
    link.secret_hash = "h";
    link.scope = R"({"channels":["hall","attic"]})";
    must(store_->create_link(link, "mei"));
    for (const char* id : {"hall", "attic"}) {
        ScreenPairing pairing;
        pairing.code = pairing.secret_hash = std::string("code-") + id;
        pairing.expires = clock_.now() + minutes(5);
        must(store_->open_pairing(pairing, {}));
        must(store_->approve_screen(pairing.code, std::string("Foyer ") + id, id, "mei"));
    }
    news();
    const auto access = must(store_->access_stamp());
    must(store_->remove_channel(hall, {}, "mei"));
    const auto said = news();
    EXPECT_THAT(said, Contains("channel hall"));
    EXPECT_GT(must(store_->access_stamp()), access);
    EXPECT_EQ(store_->find_channel("hall").error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(store_->find_schedule("hall").error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(must(store_->count_airings("hall")), 0);
    EXPECT_THAT(must(store_->list_encryption("hall")), IsEmpty());
    EXPECT_EQ(must(store_->find_screen("Foyer hall")).channel_id, "");
    EXPECT_EQ(must(store_->find_screen("Foyer attic")).channel_id, "attic");
    EXPECT_EQ(must(store_->find_link("l")).scope, link.scope);
    EXPECT_EQ(must(store_->count_airings("attic")), 1);
    EXPECT_EQ(must(store_->list_channels()).size(), 1U);
    EXPECT_EQ(must(store_->find_playlist("evening")).published, 1);
    const auto audit = must(store_->list_audit(1));
    EXPECT_EQ(audit.front().action, "channel.remove");
    EXPECT_EQ(audit.front().subject, "hall");
    EXPECT_THAT(must(store_->list_former_channels()),
                ElementsAre(FormerChannel{"hall", clock_.now(), hall.settings}));
    EXPECT_EQ(store_->remove_channel(hall, {}, "mei").error().code(), ErrorCode::kNotFound);
}

TEST_F(StoreRemoval, OfAChannelIsRefusedToWhoDoesNotKnowThePresentOne) {
    const Channel hall = add_channel("hall");
    Channel changed = hall;
    changed.title = "Another";
    must(store_->update_channel(changed, hall));
    EXPECT_EQ(store_->remove_channel(hall, {}, "mei").error().code(), ErrorCode::kConflict);
    must(store_->remove_channel(changed, {}, "mei"));
}

TEST_F(StoreRemoval, OfAChannelKeepsWhatItHasShownAndNoOtherClaimsThatTime) {
    add_playlist("evening");
    const Channel hall = add_channel("hall");
    EXPECT_EQ(set_schedule("hall", "evening"), 1);
    playout::AsRunRecord record;
    record.channel_id = "hall";
    record.epoch = hall.epoch;
    record.entry_id = "tea";
    record.duration = Ticks(seconds(90));
    record.marks = {{hall.epoch + seconds(90), "cut-short", "the channel was removed"}};
    clock_.advance(seconds(90));
    must(store_->remove_channel(hall, {&record, 1}, "mei"));
    EXPECT_THAT(must(store_->list_as_run({.channel_id = "hall"})), ElementsAre(record));

    Channel again = hall;
    again.epoch = clock_.now() - seconds(1);
    const auto refused = store_->create_channel(again);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(refused.error().to_string(), HasSubstr("choose a later epoch"));
    again.epoch = clock_.now();
    must(store_->create_channel(again));
    EXPECT_EQ(must(store_->find_schedule("hall")).version, 0);
    EXPECT_EQ(set_schedule("hall", "evening"), 2) << "no version comes twice";
    playout::AsRunRecord second = record;
    second.epoch = again.epoch;
    second.marks.clear();
    must(store_->append_as_run({&second, 1}));
    EXPECT_THAT(must(store_->list_as_run({.channel_id = "hall"})), ElementsAre(record, second));
    clock_.advance(hours(1));
    must(store_->remove_channel(again, {}, "mei"));
    EXPECT_EQ(must(store_->list_former_channels()).front().removed, clock_.now());
}

// Until then the channel is planned by it, whatever is there now.
TEST_F(StoreRemoval, KeepsAPlaylistThatIsPlayedUntilSomethingPublishedForLater) {
    add_playlist("old");
    add_playlist("new");
    add_channel("hall", "new");
    const ChannelEdit waits{"hall", std::nullopt, Ticks(minutes(5)), R"({"playlists":{"old":1}})"};
    must(store_->publish_playlist("new", 1, 1, {&waits, 1}));
    const auto refused = remove_playlist("old");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("\"hall\""));
    clock_.advance(minutes(6));
    must(remove_playlist("old"));
}

TEST_F(StoreRemoval, LeavesNothingWaitingForAScheduleThatIsCleared) {
    add_playlist("day");
    add_channel("hall", "day");
    const std::int64_t version = set_schedule("hall", "day");
    const ChannelEdit waits{"hall", std::nullopt, Ticks(minutes(5)), R"({"playlists":{"day":1}})"};
    must(store_->publish_playlist("day", 1, 1, {&waits, 1}));
    EXPECT_EQ(must(store_->edits_from("hall")), Ticks(minutes(5)));
    must(store_->remove_schedule("hall", version));
    EXPECT_EQ(must(store_->edits_from("hall")), Ticks(0));
    EXPECT_EQ(must(store_->edits_before("hall")), "");
}

}  // namespace
}  // namespace matinee::store
