// What is said of changes, and what may be forgotten.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/reviews.h"
#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::HasSubstr;
using testing::IsEmpty;

struct Festival {
    TempFolder folder;
    FakeClock clock;
    std::unique_ptr<Store> store = must(Store::open(folder / "matinee.db", clock));

    void add_entry(const std::string& id) {
        EntryDescription entry;
        entry.id = id;
        entry.source.path = "/films/" + id;
        must(store->upsert_entry(entry));
    }
    // "kind subject" of what has been said since.
    std::vector<std::string> news() {
        std::vector<std::string> lines;
        for (const JournalEntry& row : must(store->list_journal(seen, 1000))) {
            EXPECT_GT(row.sequence, seen);
            seen = row.sequence;
            lines.push_back(row.kind + " " + row.subject);
        }
        return lines;
    }
    std::int64_t seen = 0;
};

TEST(Journal, SaysWhatHasChanged) {
    Festival festival;
    Store& store = *festival.store;
    EXPECT_EQ(must(store.journal_end()), 0);
    festival.add_entry("tea");
    EXPECT_THAT(festival.news(), testing::ElementsAre("entry tea"));
    const Job job = must(store.enqueue_job("tea"));
    EXPECT_THAT(festival.news(), testing::ElementsAre("job " + job.id, "entry tea"));
    must(store.take_job("me", seconds(10)));
    must(store.renew_job(job.id, "me", seconds(10), {"encode", 0.5}));
    EXPECT_THAT(festival.news(),
                testing::ElementsAre("job " + job.id, "entry tea", "job " + job.id));

    must(store.set_playlist("evening", "Evening", std::vector<std::string>{"tea"}));
    EXPECT_THAT(festival.news(), testing::Contains("playlist evening"));
    Channel channel;
    channel.id = "hall";
    channel.epoch = festival.clock.now();
    must(store.create_channel(channel));
    Schedule schedule;
    schedule.channel_id = "hall";
    must(store.set_schedule(schedule));
    must(store.remove_schedule("hall", 1));
    EXPECT_THAT(festival.news(),
                testing::ElementsAre("channel hall", "schedule hall", "schedule hall"));
    EXPECT_EQ(must(store.journal_end()), festival.seen);
}

TEST(Journal, SaysThatAChannelIsEncrypted) {
    Festival festival;
    Channel channel;
    channel.id = "hall";
    channel.epoch = festival.clock.now();
    must(festival.store->create_channel(channel));
    festival.news();
    must(festival.store->set_encryption("hall", true, seconds(20)));
    EXPECT_THAT(festival.news(), testing::Contains("channel hall"));
    must(festival.store->set_encryption("hall", true, seconds(20)));
    must(festival.store->set_encryption("hall", false, seconds(20)));
    EXPECT_THAT(festival.news(), testing::Contains("channel hall"));
}

TEST(Journal, SaysWhatWentWrongOnTheAirAndNothingElseOfTheAuditLog) {
    Festival festival;
    must(festival.store->audit({.actor = "ann", .action = "link.revoke", .subject = "venue"}));
    EXPECT_THAT(festival.news(), IsEmpty());
    must(festival.store->audit(
        {.actor = "matinee", .action = "incident.lost-media", .subject = "media-of-tea"}));
    const std::string record = must(festival.store->list_audit(1)).front().id;
    EXPECT_THAT(festival.news(), testing::ElementsAre("incident " + record));
}

TEST(Journal, SaysWhatHappensInAReviewRound) {
    Festival festival;
    Store& store = *festival.store;
    festival.add_entry("tea");
    const Job job = must(store.enqueue_job("tea"));
    must(store.take_job("me", seconds(60)));
    Media media;
    media.id = "media-of-tea";
    media.duration = seconds(10);
    must(store.finish_job(job.id, "me", media));
    festival.news();
    const auto only_the_round = testing::Each(std::string("review final"));
    ReviewRound round;
    round.id = "final";
    round.titles = {{"en", "Final"}};
    round.criteria = {{"story", {{"en", "Story"}}, 1, 10, 2}};
    must(store.create_review_round(round, "ann"));
    EXPECT_THAT(festival.news(), testing::ElementsAre("review final"));
    const std::vector<std::string> films{"tea"};
    must(store.assign_review_entries("final", films, "ann"));
    EXPECT_THAT(festival.news(), testing::Contains("review final"));
    Juror juror;
    juror.round_id = "final";
    juror.name = "Bo";
    Link link;
    link.id = "link-of-bo";
    link.secret_hash = "hash";
    juror = must(store.add_juror(juror, link, "ann"));
    EXPECT_THAT(festival.news(), testing::Contains("review final"));
    review::Sheet sheet;
    sheet.note = "good";
    must(store.write_review_sheet(juror.id, "tea", sheet));
    EXPECT_THAT(festival.news(), testing::AllOf(testing::Not(IsEmpty()), only_the_round));
    // They watch all the time: that is no news.
    must(store.note_watched(juror.id, "tea", {}, review::Milliseconds(500)));
    EXPECT_THAT(festival.news(), IsEmpty());
}

TEST(Journal, SaysWhatItIsTold) {
    Festival festival;
    must(festival.store->announce("upload", "u1"));
    EXPECT_THAT(festival.news(), testing::ElementsAre("upload u1"));
}

TEST(Journal, ForgetsFromTheFrontAndUsesNoNumberTwice) {
    Festival festival;
    for (const char* id : {"a", "b", "c"})
        festival.add_entry(id);
    const std::int64_t end = must(festival.store->journal_end());
    must(festival.store->prune_journal(end + 1));
    EXPECT_THAT(festival.news(), IsEmpty());
    festival.add_entry("d");
    EXPECT_EQ(must(festival.store->list_journal(0, 10)).front().sequence, end + 1);
}

TEST(Tokens, SayWhenTheyWereUsedWithoutAnybodyReadingAccountsAnew) {
    Festival festival;
    Store& store = *festival.store;
    User user;
    user.name = "mei";
    user.role = "admin";
    Token token;
    token.kind = "bearer";
    token.secret_hash = "hash";
    token.user_id = must(store.create_user(user, "test")).id;
    token = must(store.create_token(token, "test"));
    const auto stamp = must(store.access_stamp());
    const Instant used = festival.clock.now() + seconds(60);
    must(store.note_token_use(token.id, used));
    must(store.note_token_use(token.id, used - seconds(30)));  // later news of earlier use
    EXPECT_EQ(must(store.list_tokens()).front().last_used, used);
    EXPECT_EQ(must(store.access_stamp()), stamp);
    must(store.revoke_token(token.id, "test"));
    EXPECT_GT(must(store.access_stamp()), stamp);
}

TEST(RemovingAnEntry, IsRefusedWhileSomethingNeedsIt) {
    Festival festival;
    Store& store = *festival.store;
    const auto refusal = [&] {
        const auto removed = store.remove_entry("tea");
        return removed ? std::string() : removed.error().to_string();
    };
    EXPECT_THAT(refusal(), HasSubstr("there is no entry"));
    festival.add_entry("tea");
    const Job job = must(store.enqueue_job("tea"));
    EXPECT_THAT(refusal(), HasSubstr("cancel the job"));
    must(store.cancel_job(job.id));

    must(store.set_playlist("evening", "Evening", std::vector<std::string>{"tea"}));
    EXPECT_THAT(refusal(), HasSubstr("evening"));
    // In the published version it counts as well.
    must(store.save_draft("evening", "Evening", {}, 1, "mei"));
    EXPECT_THAT(refusal(), HasSubstr("evening"));
    must(store.publish_playlist("evening", 2, 1));

    Channel channel;
    channel.id = "hall";
    channel.epoch = festival.clock.now();
    must(store.create_channel(channel));
    Schedule schedule;
    schedule.channel_id = "hall";
    schedule.slate_entry = "tea";
    must(store.set_schedule(schedule));
    EXPECT_THAT(refusal(), HasSubstr("slate"));
    must(store.remove_schedule("hall", 1));

    playout::Airing airing;
    airing.entry_id = "tea";
    airing.media_id = "m";
    airing.duration = Ticks(seconds(60));
    airing.segment_count = 15;
    must(store.append_airings("hall", {&airing, 1}));
    EXPECT_THAT(refusal(), HasSubstr("on the air"));
    festival.clock.advance(hours(25));
    EXPECT_EQ(refusal(), "");
    EXPECT_EQ(store.find_entry("tea").error().code(), ErrorCode::kNotFound);
    EXPECT_THROW(must(store.find_job(job.id)), std::runtime_error);  // its jobs go with it
}

}  // namespace
}  // namespace matinee::store
