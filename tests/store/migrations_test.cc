#include "store/migrations.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include "store/dialect.h"
#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::HasSubstr;

TEST(Migrations, AreInTheOrderOfTheirNumbers) {
    int last = 0;
    for (const Migration& step : migrations()) {
        EXPECT_GT(step.version, last);
        EXPECT_FALSE(step.statements.empty());
        last = step.version;
    }
    EXPECT_GE(last, 2);
}

// Work on two branches: the one with the higher number was merged, and used, first.
TEST(Migrations, RunAStepThatCameInLater) {
    const TempFolder folder;
    const FakeClock clock;
    soci::session sql;
    must(connect(sql, folder / "matinee.db"));
    std::vector<Migration> steps = {{1, "one", {"CREATE TABLE one (id TEXT)"}},
                                    {7, "seven", {"CREATE TABLE seven (id TEXT)"}}};
    must(migrate(sql, steps, clock.now()));
    EXPECT_EQ(schema_version(sql), 7);
    steps.insert(steps.begin() + 1, {4, "four", {"CREATE TABLE four (id TEXT)"}});
    must(migrate(sql, steps, clock.now()));
    EXPECT_TRUE(has_table(sql, "four"));
    // And one that was given another number has run all the same.
    steps.back().version = 9;
    must(migrate(sql, steps, clock.now()));
    EXPECT_EQ(schema_version(sql), 7);
}

TEST(Migrations, CarryADatabaseOfVersionOneOver) {
    const TempFolder folder;
    const FakeClock clock;
    {
        soci::session sql;
        must(connect(sql, folder / "matinee.db"));
        must(migrate(sql, migrations().first(1), clock.now()));
        EXPECT_EQ(schema_version(sql), 1);
        EXPECT_TRUE(has_table(sql, "entries"));
        EXPECT_FALSE(has_table(sql, "users"));
        sql << "INSERT INTO entries (id, titles, created_ms, updated_ms) "
               "VALUES ('old', '{\"en\":\"Old\"}', 1, 2)";
    }
    const auto store = must(Store::open(folder / "matinee.db", clock));
    EXPECT_EQ(must(store->find_entry("old")).titles.at("en"), "Old");
    soci::session sql;
    must(connect(sql, folder / "matinee.db"));
    EXPECT_EQ(schema_version(sql), migrations().back().version);
    for (const char* table :
         {"schedule_blocks", "as_run_marks", "users", "tokens", "links", "screens", "audit_log"}) {
        EXPECT_TRUE(has_table(sql, table)) << table;
    }
}

TEST(Migrations, KeepWhatChannelsPlayedBeforeThereWereSchedules) {
    const TempFolder folder;
    const FakeClock clock;
    {
        soci::session sql;
        must(connect(sql, folder / "matinee.db"));
        must(migrate(sql, migrations().first(3), clock.now()));
        sql << "INSERT INTO channels (id, epoch_ms, playlist_id, created_ms, updated_ms) "
               "VALUES ('main', 0, 'loop', 0, 0)";
        sql << "INSERT INTO playlists (id, version, created_ms, updated_ms) "
               "VALUES ('loop', 2, 0, 0)";
        for (const int version : {1, 2}) {
            sql << "INSERT INTO playlist_versions (playlist_id, version, created_ms) "
                   "VALUES ('loop', :version, 0)",
                soci::use(version);
            sql << "INSERT INTO playlist_items (playlist_id, version, position, kind, reference) "
                   "VALUES ('loop', :version, 0, 'entry', 'film')",
                soci::use(version);
        }
        sql << "INSERT INTO airings (channel_id, ordinal, entry_id, media_id, subtitles_id, "
               "start_ticks, duration_ticks, first_sequence, segment_count, discontinuity, "
               "discontinuity_sequence) VALUES ('main', 0, 'film', 'm', '', 0, 900000, 0, 3, 0, 0)";
    }
    const auto store = must(Store::open(folder / "matinee.db", clock));
    const Playlist playlist = must(store->find_playlist("loop"));
    EXPECT_EQ(playlist.published, 2);
    EXPECT_EQ(playlist.draft, 2);
    ASSERT_EQ(playlist.items.size(), 1u);
    EXPECT_FALSE(playlist.items[0].is_trimmed());
    const auto last = must(store->last_airing("main"));
    ASSERT_TRUE(last);
    EXPECT_EQ(last->place, playout::Place{});
    EXPECT_EQ(last->from, Ticks(0));
    EXPECT_EQ(last->to, Ticks(0));
    EXPECT_EQ(must(store->find_schedule("main")).version, 0);
}

TEST(Migrations, RefuseANewerDatabase) {
    const TempFolder folder;
    const FakeClock clock;
    must(Store::open(folder / "matinee.db", clock));
    {
        soci::session sql;
        must(connect(sql, folder / "matinee.db"));
        sql << "INSERT INTO schema_version (version, name, applied_ms) VALUES (99, 'future', 0)";
    }
    const auto opened = Store::open(folder / "matinee.db", clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kUnsupported);
    EXPECT_THAT(opened.error().to_string(), HasSubstr("schema 99"));
    EXPECT_THAT(opened.error().to_string(), HasSubstr("newer matinee"));
}

TEST(Migrations, LeaveNothingOfAStepThatFails) {
    const TempFolder folder;
    const FakeClock clock;
    soci::session sql;
    must(connect(sql, folder / "matinee.db"));
    const std::vector<Migration> steps = {
        {1, "good", {"CREATE TABLE one (id TEXT)"}},
        {2, "bad", {"CREATE TABLE two (id TEXT)", "CREATE TABLE two (id TEXT)"}},
    };
    EXPECT_THROW(static_cast<void>(migrate(sql, steps, clock.now())), soci::soci_error);
    EXPECT_EQ(schema_version(sql), 1);
    EXPECT_TRUE(has_table(sql, "one"));
    EXPECT_FALSE(has_table(sql, "two"));
}

TEST(Migrations, HappenOnceWhenManyOpenAtOnce) {
    const TempFolder folder;
    const FakeClock clock;
    std::vector<std::thread> openers;
    for (int i = 0; i < 4; ++i) {
        openers.emplace_back([&] {
            const auto opened = Store::open(folder / "matinee.db", clock);
            EXPECT_TRUE(opened) << opened.error().to_string();
        });
    }
    for (std::thread& opener : openers) {
        opener.join();
    }
}

}  // namespace
}  // namespace matinee::store
