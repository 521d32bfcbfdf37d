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
    for (const char* table : {"schedule_blocks", "as_run_marks", "users", "tokens", "links",
                              "screens", "audit_log", "media_outlines", "lost_media"}) {
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

// What each schema had, written as it was written then: by names of columns that are there since.
struct OldRow {
    int since = 1;  // the first version that has the table
    const char* statement;
};
constexpr OldRow kOldRows[] = {
    {1,
     "INSERT INTO entries (id, titles, author, country, source_path, source_sha256, state, "
     "media_id, created_ms, updated_ms) VALUES ('film', '{\"en\":\"Film\"}', 'A. Author', 'CN', "
     "'/films/film.mp4', 'abc', 'ready', 'm', 1, 2)"},
    {1,
     "INSERT INTO media (id, house, duration_ticks, frame_rate_numerator, "
     "frame_rate_denominator, size_bytes, created_ms) VALUES ('m', '{}', 900000, 25, 1, 99, 1)"},
    {1,
     "INSERT INTO playlists (id, title, version, created_ms, updated_ms) "
     "VALUES ('loop', 'Loop', 1, 0, 0)"},
    {1, "INSERT INTO playlist_versions (playlist_id, version, created_ms) VALUES ('loop', 1, 0)"},
    {1,
     "INSERT INTO playlist_items (playlist_id, version, position, kind, reference) "
     "VALUES ('loop', 1, 0, 'entry', 'film')"},
    {1,
     "INSERT INTO channels (id, title, epoch_ms, playlist_id, created_ms, updated_ms) "
     "VALUES ('main', 'Main', 1000, 'loop', 0, 0)"},
    {1,
     "INSERT INTO airings (channel_id, ordinal, entry_id, media_id, subtitles_id, start_ticks, "
     "duration_ticks, first_sequence, segment_count, discontinuity, discontinuity_sequence) "
     "VALUES ('main', 0, 'film', 'm', '', 0, 900000, 0, 3, 0, 0)"},
    {1,
     "INSERT INTO subtitle_sources (entry_id, language, kind, path, sha256) "
     "VALUES ('film', 'zh', 'full', '/films/film.zh.srt', 'def')"},
    {2,
     "INSERT INTO users (id, name, role, created_ms, updated_ms) "
     "VALUES ('u', 'ada', 'admin', 0, 0)"},
    {2, "INSERT INTO tokens (id, secret_hash, user_id, created_ms) VALUES ('t', 'h', 'u', 0)"},
    {2,
     "INSERT INTO audit_log (id, at_ms, actor, action, subject) "
     "VALUES ('a', 5, 'ada', 'channel.add', 'main')"},
    {6,
     "INSERT INTO as_run (channel_id, ordinal, entry_id, titles, author, country, media_id, "
     "subtitles_id, source_sha256, epoch_ms, start_ms, start_ticks, duration_ticks, "
     "media_duration_ticks, frame_rate_numerator, frame_rate_denominator) VALUES ('main', 0, "
     "'film', '{}', '', '', 'm', '', '', 1000, 1000, 0, 900000, 900000, 25, 1)"},
    {8,
     "INSERT INTO schedules (channel_id, version, slate_entry, filler_playlist) "
     "VALUES ('main', 4, 'film', '')"},
    {8,
     "INSERT INTO schedule_blocks (channel_id, position, id, playlist_id, overrun) "
     "VALUES ('main', 0, 'gala', 'loop', 'cut')"},
};

TEST(Migrations, CarryTheDataOfEveryVersionOver) {
    for (std::size_t steps = 1; steps <= migrations().size(); ++steps) {
        const int version = migrations()[steps - 1].version;
        SCOPED_TRACE(testing::Message() << "from schema " << version);
        const TempFolder folder;
        const FakeClock clock;
        {
            soci::session sql;
            must(connect(sql, folder / "matinee.db"));
            must(migrate(sql, migrations().first(steps), clock.now()));
            for (const OldRow& row : kOldRows) {
                if (row.since <= version) sql << row.statement;
            }
            // Since playlists can be drafts, the newest version stands in a column of its own.
            if (version >= 8) sql << "UPDATE playlists SET draft = 1";
        }
        const auto store = must(Store::open(folder / "matinee.db", clock));
        const Entry film = must(store->find_entry("film"));
        EXPECT_EQ(film.titles.at("en"), "Film");
        EXPECT_EQ(film.author, "A. Author");
        EXPECT_EQ(film.state, EntryState::kReady);
        EXPECT_EQ(film.media_id, "m");
        EXPECT_EQ(must(store->find_media("m")).duration, Ticks(900'000));
        ASSERT_EQ(must(store->list_subtitles("film")).size(), 1u);
        EXPECT_EQ(must(store->list_subtitles("film"))[0].path, "/films/film.zh.srt");
        const Channel channel = must(store->find_channel("main"));
        EXPECT_EQ(channel.epoch, Instant(std::chrono::milliseconds(1000)));
        const Playlist playlist = must(store->find_playlist(channel.playlist_id));
        ASSERT_EQ(playlist.items.size(), 1u);
        EXPECT_EQ(playlist.items[0].reference, "film");
        const auto airings = must(store->list_airings("main", Ticks(0)));
        ASSERT_EQ(airings.size(), 1u);
        EXPECT_EQ(airings[0].segment_count, 3);
        EXPECT_TRUE(must(store->list_encryption("main")).empty());
        EXPECT_TRUE(must(store->list_lost_media()).empty());
        EXPECT_FALSE(must(store->find_outline("m"))) << "nobody has opened it since";
        if (version >= 2) {
            EXPECT_EQ(must(store->find_user_by_name("ada")).role, "admin");
            EXPECT_EQ(must(store->list_tokens()).size(), 1u);
            EXPECT_EQ(must(store->list_audit()).size(), 1u);
        }
        if (version >= 6) {
            EXPECT_EQ(must(store->list_as_run({.channel_id = "main"})).size(), 1u);
        }
        if (version >= 8) {
            const Schedule schedule = must(store->find_schedule("main"));
            EXPECT_EQ(schedule.slate_entry, "film");
            EXPECT_EQ(schedule.countdown_entry, "");
            EXPECT_EQ(schedule.fade, Schedule::kUsualFade);
            ASSERT_EQ(schedule.blocks.size(), 1u);
            EXPECT_EQ(schedule.blocks[0].overrun, playout::Overrun::kCut);
            EXPECT_EQ(schedule.blocks[0].countdown_entry, "");
        }
        // And it is a database to go on with.
        must(store->set_playlist("loop", "Loop", std::vector<std::string>{"film", "film"}));
        EXPECT_EQ(must(store->find_playlist("loop")).items.size(), 2u);
    }
}

TEST(Migrations, LeaveTheDataAsItWasWhenAStepFails) {
    const TempFolder folder;
    const FakeClock clock;
    soci::session sql;
    must(connect(sql, folder / "matinee.db"));
    std::vector<Migration> steps(migrations().begin(), migrations().end());
    must(migrate(sql, steps, clock.now()));
    for (const OldRow& row : kOldRows) {
        sql << row.statement;
    }
    steps.push_back({steps.back().version + 1,
                     "wrong",
                     {"UPDATE entries SET titles = ''", "DROP TABLE as_run",
                      "ALTER TABLE none ADD COLUMN x TEXT"}});
    EXPECT_THROW(static_cast<void>(migrate(sql, steps, clock.now())), soci::soci_error);
    EXPECT_TRUE(has_table(sql, "as_run"));
    const auto store = must(Store::open(folder / "matinee.db", clock));
    EXPECT_EQ(must(store->find_entry("film")).titles.at("en"), "Film");
    EXPECT_EQ(must(store->list_as_run({.channel_id = "main"})).size(), 1u);
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
