#include "store/store.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_support.h"

namespace matinee::store {
namespace {

using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreTest : public testing::Test {
  protected:
    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<Store> store_ = must(Store::open(folder_ / "matinee.db", clock_));
};

EntryDescription make_description(const std::string& id) {
    return {.id = id,
            .titles = {{"en", "Film " + id}, {"zh", "电影"}},
            .author = "Анна",
            .country = "CN",
            .metadata = R"({"year":2026})",
            .source = {.path = "/films/" + id + ".mp4",
                       .size = 5'000'000'000,
                       .modified_ns = 1'795'000'000'123'456'789,
                       .sha256 = "abc"}};
}

using StoreEntries = StoreTest;

TEST_F(StoreEntries, KeepWhatTheyWereGiven) {
    const EntryDescription description = make_description("a");
    must(store_->upsert_entry(description));
    const Entry entry = must(store_->find_entry("a"));
    EXPECT_EQ(static_cast<const EntryDescription&>(entry), description);
    EXPECT_EQ(entry.state, EntryState::kNew);
    EXPECT_EQ(entry.media_id, "");
    EXPECT_EQ(entry.created, clock_.now());
    EXPECT_EQ(entry.updated, clock_.now());
}

TEST_F(StoreEntries, KeepTheirStateWhenDescribedAgain) {
    must(store_->upsert_entry(make_description("a")));
    must(store_->set_entry_state("a", EntryState::kFailed, "no picture"));
    const Instant before = clock_.now();
    clock_.advance(std::chrono::seconds(1));
    EntryDescription changed = make_description("a");
    changed.author = "Boris";
    must(store_->upsert_entry(changed));
    const Entry entry = must(store_->find_entry("a"));
    EXPECT_EQ(entry.author, "Boris");
    EXPECT_EQ(entry.state, EntryState::kFailed);
    EXPECT_EQ(entry.reason, "no picture");
    EXPECT_EQ(entry.created, before);
    EXPECT_EQ(entry.updated, clock_.now());
}

TEST_F(StoreEntries, AreFoundByTheirFile) {
    must(store_->upsert_entry(make_description("a")));
    EXPECT_EQ(must(store_->find_entry_by_source("/films/a.mp4"))->id, "a");
    EXPECT_EQ(must(store_->find_entry_by_source("/films/b.mp4")), std::nullopt);
}

TEST_F(StoreEntries, AreListedById) {
    for (const char* id : {"c", "a", "b"}) {
        must(store_->upsert_entry(make_description(id)));
    }
    std::vector<std::string> ids;
    for (const Entry& entry : must(store_->list_entries())) {
        ids.push_back(entry.id);
    }
    EXPECT_THAT(ids, ElementsAre("a", "b", "c"));
}

TEST_F(StoreEntries, MissingOnesAreNotFound) {
    EXPECT_EQ(store_->find_entry("x").error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(store_->set_entry_state("x", EntryState::kReady, "").error().code(),
              ErrorCode::kNotFound);
    EXPECT_EQ(store_->set_subtitles("x", "s", {}).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(store_->enqueue_job("x").error().code(), ErrorCode::kNotFound);
    EXPECT_THAT(store_->find_entry("x").error().message(), HasSubstr("\"x\""));
}

TEST_F(StoreEntries, AcceptBytesThatAreNotUtf8) {
    EntryDescription description = make_description("a");
    description.titles = {{"und", "Fil\xff"}};
    must(store_->upsert_entry(description));
    EXPECT_EQ(must(store_->find_entry("a")).titles.at("und"), "Fil\xef\xbf\xbd");
}

TEST_F(StoreEntries, ReplaceTheirSubtitlesAsAWhole) {
    must(store_->upsert_entry(make_description("a")));
    const std::vector<SubtitleSource> two = {{"ru", "full", "/films/a.ru.srt", "1"},
                                             {"zh", "full", "/films/a.zh.srt", "2"}};
    must(store_->set_subtitles("a", "set-1", two));
    EXPECT_EQ(must(store_->list_subtitles("a")), two);
    const std::vector<SubtitleSource> one = {{"en", "sdh", "/films/a.en.vtt", "3"}};
    must(store_->set_subtitles("a", "set-2", one));
    EXPECT_EQ(must(store_->list_subtitles("a")), one);
    EXPECT_EQ(must(store_->find_entry("a")).subtitles_id, "set-2");
}

TEST_F(StoreEntries, KeepTheirSubtitlesWhenReplacingThemFails) {
    must(store_->upsert_entry(make_description("a")));
    const std::vector<SubtitleSource> one = {{"en", "full", "/films/a.en.vtt", "3"}};
    must(store_->set_subtitles("a", "set-1", one));
    const std::vector<SubtitleSource> twice = {{"ru", "full", "/films/a.ru.srt", "1"},
                                               {"zh", "full", "/films/a.ru.srt", "2"}};
    EXPECT_EQ(store_->set_subtitles("a", "set-2", twice).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(must(store_->list_subtitles("a")), one);
    EXPECT_EQ(must(store_->find_entry("a")).subtitles_id, "set-1");
}

TEST_F(StoreEntries, HaveSeveralSubtitlesOfOneLanguage) {
    must(store_->upsert_entry(make_description("a")));
    const std::vector<SubtitleSource> two = {
        {"ru", "full", "/films/a.ru.srt", "1", "", R"({"shift":"1"})", R"({"encoding":"UTF-8"})"},
        {"ru", "full", "/films/a.ru.director.srt", "2", "director"}};
    must(store_->set_subtitles("a", "set-1", two));
    EXPECT_EQ(must(store_->list_subtitles("a")), two);
}

TEST_F(StoreEntries, RememberWhatIsSetForAFileWhetherItIsThereOrNot) {
    must(store_->upsert_entry(make_description("a")));
    must(store_->set_subtitle_options("a", "a.ru.srt", "{1}"));
    must(store_->set_subtitle_options("a", "a.ru.srt", "{2}"));
    must(store_->set_subtitle_options("a", "a.zh.srt", "{3}"));
    must(store_->set_subtitles("a", "", {}));
    EXPECT_EQ(must(store_->list_subtitle_options("a")),
              (std::map<std::string, std::string>{{"a.ru.srt", "{2}"}, {"a.zh.srt", "{3}"}}));
    must(store_->set_subtitle_options("a", "a.ru.srt", ""));
    EXPECT_EQ(must(store_->list_subtitle_options("a")).size(), 1U);
    EXPECT_EQ(store_->set_subtitle_options("x", "a.ru.srt", "{}").error().code(),
              ErrorCode::kNotFound);
}

using StorePlaylists = StoreTest;

TEST_F(StorePlaylists, AddAVersionPerChange) {
    const std::vector<std::string> first = {"b", "a", "b"};
    const std::vector<std::string> second = {"a"};
    EXPECT_EQ(must(store_->set_playlist("main", "Main", first)), 1);
    EXPECT_EQ(must(store_->set_playlist("main", "Main", first)), 1);
    EXPECT_EQ(must(store_->set_playlist("main", "Renamed", second)), 2);
    const Playlist playlist = must(store_->find_playlist("main"));
    EXPECT_EQ(playlist.title, "Renamed");
    EXPECT_EQ(playlist.version, 2);
    EXPECT_THAT(playlist.items,
                ElementsAre(PlaylistItem{ItemKind::kEntry, "a", 0, {}, Untrimmed::kSkip}));
}

TEST_F(StorePlaylists, KeepOrderKindAndPoints) {
    const std::vector<PlaylistItem> items = {
        {ItemKind::kCard, "welcome", 0, 125, Untrimmed::kSkip},
        {ItemKind::kEntry, "b", 25, std::nullopt, Untrimmed::kWhole},
        {ItemKind::kEntry, "a", 0, 0, Untrimmed::kSkip},
        {ItemKind::kFiller, "loop", 0, std::nullopt, Untrimmed::kSkip},
        {ItemKind::kLive, "studio", 0, std::nullopt, Untrimmed::kSkip},
    };
    must(store_->set_playlist("main", "", items));
    EXPECT_EQ(must(store_->find_playlist("main")).items, items);
}

TEST_F(StorePlaylists, MayBeEmpty) {
    EXPECT_EQ(must(store_->set_playlist("main", "", std::vector<std::string>())), 1);
    EXPECT_THAT(must(store_->find_playlist("main")).items, IsEmpty());
    EXPECT_EQ(store_->find_playlist("other").error().code(), ErrorCode::kNotFound);
}

std::vector<PlaylistItem> items_of(std::initializer_list<const char*> entries) {
    std::vector<PlaylistItem> items;
    for (const char* entry : entries) {
        items.push_back({ItemKind::kEntry, entry, 0, std::nullopt, Untrimmed::kSkip});
    }
    return items;
}

TEST_F(StorePlaylists, ShowADraftToNobodyBeforeItIsPublished) {
    must(store_->set_playlist("main", "Main", items_of({"a"})));
    EXPECT_EQ(must(store_->save_draft("main", "Main", items_of({"a", "b"}), 1, "ann")), 2);
    EXPECT_EQ(must(store_->find_playlist("main")).items, items_of({"a"}));
    EXPECT_EQ(must(store_->find_playlist_version("main", 0)).items, items_of({"a", "b"}));
    EXPECT_EQ(store_->publish_playlist("main", 3, 1).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(store_->publish_playlist("main", 2, 0).error().code(), ErrorCode::kConflict);
    must(store_->publish_playlist("main", 2, 1));
    EXPECT_EQ(must(store_->find_playlist("main")).items, items_of({"a", "b"}));
    Channel channel;
    channel.id = "main";
    must(store_->create_channel(channel));
    // All of it or nothing: what the channel is to play has been changed meanwhile.
    std::vector<ChannelEdit> edits = {{"main", Splice{0, {}, 7, clock_.now()}, Ticks(90'000)}};
    EXPECT_EQ(store_->publish_playlist("main", 1, 2, edits).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(must(store_->find_playlist("main")).published, 2);
    edits[0].splice.reset();
    must(store_->publish_playlist("main", 1, 2, edits));
    EXPECT_EQ(must(store_->edits_from("main")), Ticks(90'000));
    EXPECT_EQ(must(store_->find_playlist("main")).items, items_of({"a"})) << "back again";
}

TEST_F(StorePlaylists, NeverLetTwoProducersOverwriteEachOther) {
    must(store_->save_draft("gala", "Gala", items_of({"a"}), 0, "ann"));
    EXPECT_EQ(must(store_->find_playlist("gala")).published, 0);
    must(store_->save_draft("gala", "Gala", items_of({"a", "b"}), 1, "ann"));
    const auto late = store_->save_draft("gala", "Gala", items_of({"c"}), 1, "bob");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(must(store_->find_playlist_version("gala", 0)).items, items_of({"a", "b"}));
    EXPECT_EQ(store_->save_draft("gala", "Gala", items_of({"c"}), 0, "bob").error().code(),
              ErrorCode::kConflict);
}

TEST_F(StorePlaylists, UndoStepByStepWithoutEditingAVersion) {
    must(store_->save_draft("gala", "Gala", items_of({"a"}), 0, "ann"));
    must(store_->save_draft("gala", "Gala", items_of({"b"}), 1, "ann"));
    must(store_->save_draft("gala", "Gala", items_of({"c"}), 2, "bob"));
    EXPECT_EQ(must(store_->undo_draft("gala", 3, "bob")), 4);
    EXPECT_EQ(must(store_->find_playlist_version("gala", 0)).items, items_of({"b"}));
    EXPECT_EQ(store_->undo_draft("gala", 3, "bob").error().code(), ErrorCode::kConflict);
    EXPECT_EQ(must(store_->undo_draft("gala", 4, "bob")), 5);
    EXPECT_EQ(must(store_->find_playlist_version("gala", 0)).items, items_of({"a"}));
    EXPECT_EQ(store_->undo_draft("gala", 5, "bob").error().code(), ErrorCode::kConflict);
    EXPECT_EQ(must(store_->find_playlist_version("gala", 3)).items, items_of({"c"}));
    const auto history = must(store_->playlist_history("gala"));
    ASSERT_EQ(history.size(), 5u);
    EXPECT_EQ(history[4].restores, 1);
    EXPECT_EQ(history[2].author, "bob");
}

using StoreSchedules = StoreTest;

TEST_F(StoreSchedules, AreReplacedByWhoKnowsThePresentOne) {
    Channel channel;
    channel.id = "main";
    must(store_->create_channel(channel));
    must(store_->set_playlist("day", "Day", items_of({"a"})));
    EXPECT_EQ(must(store_->find_schedule("main")).version, 0);
    Schedule schedule;
    schedule.channel_id = "main";
    schedule.slate_entry = "slate";
    ScheduleBlock block;
    block.id = "gala";
    block.playlist_id = "day";
    block.start = "2026-11-23T20:00:00";
    block.zone = "Europe/Berlin";
    block.repeats = Repeats::kDaily;
    block.overrun = playout::Overrun::kCut;
    block.countdown_entry = "gala-soon";
    schedule.countdown_entry = "soon";
    schedule.fade = std::chrono::milliseconds(1'250);
    schedule.blocks = {block};
    const auto stamp = must(store_->change_stamp());
    EXPECT_EQ(must(store_->set_schedule(schedule)), 1);
    EXPECT_GT(must(store_->change_stamp()), stamp);
    EXPECT_EQ(store_->set_schedule(schedule).error().code(), ErrorCode::kConflict);

    const Instant first = clock_.now();
    clock_.advance(std::chrono::hours(1));
    Schedule changed = must(store_->find_schedule("main"));
    ASSERT_EQ(changed.blocks.size(), 1u);
    EXPECT_EQ(changed.blocks[0].since, first);
    changed.blocks[0].overrun = playout::Overrun::kFinish;
    changed.blocks.push_back(block);
    EXPECT_EQ(store_->set_schedule(changed).error().code(), ErrorCode::kInvalid) << "one name";
    changed.blocks[1].id = "night";
    EXPECT_EQ(must(store_->set_schedule(changed)), 2);
    const Schedule found = must(store_->find_schedule("main"));
    EXPECT_EQ(found.blocks[0].since, first) << "it starts when it did";
    EXPECT_EQ(found.blocks[1].since, clock_.now());
    EXPECT_EQ(found.blocks[0].overrun, playout::Overrun::kFinish);
    EXPECT_EQ(found.slate_entry, "slate");
    EXPECT_EQ(found.countdown_entry, "soon");
    EXPECT_EQ(found.blocks[0].countdown_entry, "gala-soon");
    EXPECT_EQ(found.fade, std::chrono::milliseconds(1'250));
    EXPECT_EQ(store_->remove_schedule("main", 1).error().code(), ErrorCode::kConflict);
    must(store_->remove_schedule("main", 2));
    const Schedule removed = must(store_->find_schedule("main"));
    EXPECT_EQ(removed.version, 0);
    EXPECT_EQ(removed.slate_entry, "");
    EXPECT_TRUE(removed.blocks.empty());
    must(store_->remove_schedule("main", 0));
    schedule.version = 2;
    EXPECT_EQ(store_->set_schedule(schedule).error().code(), ErrorCode::kConflict);
    schedule.version = 0;
    EXPECT_EQ(must(store_->set_schedule(schedule)), 3) << "no version comes twice";
    EXPECT_EQ(store_->find_schedule("none").error().code(), ErrorCode::kNotFound);
}

using StoreChannels = StoreTest;

TEST_F(StoreChannels, KeepTheirEpoch) {
    Channel channel{.id = "main",
                    .title = "主频道",
                    .epoch = clock_.now() - std::chrono::hours(40),
                    .settings = R"({"dvr":3600})",
                    .playlist_id = ""};
    must(store_->create_channel(channel));
    EXPECT_EQ(must(store_->find_channel("main")), channel);
    EXPECT_EQ(store_->create_channel(channel).error().code(), ErrorCode::kConflict);

    must(store_->set_playlist("day-1", "Day", items_of({"a"})));
    Channel changed = channel;
    changed.title = "Main";
    changed.playlist_id = "day-1";
    changed.epoch = clock_.now();
    must(store_->update_channel(changed, channel));
    changed.epoch = channel.epoch;
    EXPECT_THAT(must(store_->list_channels()), ElementsAre(changed));

    changed.id = "other";
    EXPECT_EQ(store_->update_channel(changed, changed).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(store_->find_channel("other").error().code(), ErrorCode::kNotFound);
}

TEST_F(StoreChannels, AreChangedByWhoKnowsThePresentOne) {
    Channel channel;
    channel.id = "main";
    must(store_->create_channel(channel));
    Channel mine = channel;
    mine.title = "Mine";
    must(store_->update_channel(mine, channel));
    Channel yours = channel;
    yours.settings = R"({"dvr":60})";
    EXPECT_EQ(store_->update_channel(yours, channel).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(must(store_->find_channel("main")).title, "Mine");
    yours.title = "Mine";
    must(store_->update_channel(yours, mine));
    EXPECT_EQ(must(store_->find_channel("main")).settings, yours.settings);
}

TEST(Store, SaysWhenTheFolderIsMissing) {
    const TempFolder folder;
    const FakeClock clock;
    const auto opened = Store::open(folder / "none" / "matinee.db", clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kUnavailable);
    EXPECT_THAT(opened.error().to_string(), HasSubstr("none/matinee.db"));
}

TEST(Store, SaysWhenTheFileIsNoDatabase) {
    const TempFolder folder;
    const FakeClock clock;
    std::ofstream(folder / "matinee.db") << std::string(5000, 'x');
    const auto opened = Store::open(folder / "matinee.db", clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(opened.error().to_string(), HasSubstr("not a database"));
}

TEST(Store, OpensWhereverAPathMayLead) {
    const TempFolder folder;
    const FakeClock clock;
    for (const char* name : {"a b", "a=b", "a = b c", "电影", "quote\"d", "it's", "semi;colon"}) {
        std::filesystem::create_directory(folder / name);
        const auto opened = Store::open(folder / name / "matinee.db", clock);
        ASSERT_TRUE(opened) << opened.error().to_string();
        EXPECT_TRUE(std::filesystem::exists(folder / name / "matinee.db")) << name;
    }
    std::filesystem::create_directory(folder / "a=\"b");
    EXPECT_EQ(Store::open(folder / "a=\"b" / "matinee.db", clock).error().code(),
              ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace matinee::store
