#include "app/preview_room.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/prepared_entry.h"
#include "playout/control.h"
#include "support/fake_clock.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::app {
namespace {

using http::Look;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kStart;
using testing::HasSubstr;
using testing::Not;

// A library with films, a slate and a playlist; nothing runs.
class Cutting {
  public:
    Cutting() {
        add("one", store::EntryKind::kFilm, {25, 1}, 500);
        add("two", store::EntryKind::kFilm, {24000, 1001}, 300);
        store::EntryDescription unready;
        unready.id = "unready";
        unready.titles = {{"en", "The unready"}};
        EXPECT_TRUE(store->upsert_entry(unready));
    }

    void add(const std::string& id, store::EntryKind kind, media::FrameRate rate,
             std::int64_t frames) {
        store::EntryDescription entry = test::film_entry(id);
        entry.kind = kind;
        test::add_prepared(*store, temp.path() / "library", entry, test::film(rate, frames));
        if (kind == store::EntryKind::kFilm) return;
        const auto file = folder(id) / "entry.json";
        std::ifstream in(file);
        std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        text.replace(text.find('{'), 1, R"({"all_intra": true,)");
        std::ofstream(file) << text;
    }

    [[nodiscard]] std::filesystem::path folder(const std::string& id) const {
        return temp.path() / "library/media" / store->find_entry(id)->media_id;
    }

    std::int64_t draft(const std::vector<std::string>& entries) {
        std::vector<store::PlaylistItem> items;
        for (const std::string& entry : entries) {
            items.emplace_back().reference = entry;
        }
        const auto present = store->find_playlist_version("evening", 0);
        return *store->save_draft("evening", "Evening", items, present ? present->draft : 0, "ann");
    }

    static BroadcasterOptions options() {
        BroadcasterOptions options;
        options.ladder = {{"360p", 640, 360, 900}, {"180p", 320, 180, 300}};
        options.horizon = minutes(5);
        options.least_ahead = minutes(4);
        return options;
    }

    test::TempFolder temp;
    test::FakeClock clock{kStart};
    std::unique_ptr<store::Store> store = *store::Store::open(temp.path() / "matinee.db", clock);
    library::Library library{temp.path() / "library"};
    PreviewRoom room{*store, library, clock, options(), 2};
};

std::string playlist_of(const http::PreviewPtr& preview, const std::string& rendition = "360p") {
    return preview->presentation->resource(rendition, "media.m3u8", kStart).body.to_text();
}

// Names of segments in a playlist.
std::vector<std::string> names_in(const std::string& playlist) {
    std::vector<std::string> names;
    std::istringstream lines(playlist);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with('#')) names.push_back(line);
    }
    return names;
}

TEST(PreviewRoom, ShowsADraftAsVodWithoutItBeingPublished) {
    Cutting cutting;
    const std::int64_t version = cutting.draft({"one", "two"});
    const auto preview = cutting.room.playlist("evening", version, Look::kAnew);
    ASSERT_TRUE(preview) << preview.error().to_string();
    EXPECT_EQ((*preview)->presentation->multivariant().status, 200);
    const std::string playlist = playlist_of(*preview);
    EXPECT_THAT(playlist, HasSubstr("#EXT-X-PLAYLIST-TYPE:VOD"));
    EXPECT_THAT(playlist, HasSubstr("#EXT-X-ENDLIST"));
    EXPECT_THAT(playlist, HasSubstr("X-TITLE=\"The one\""));
    EXPECT_THAT(playlist, Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
    for (const char* rendition : {"360p", "180p", "audio"}) {
        for (const std::string& name : names_in(playlist_of(*preview, rendition))) {
            const auto segment = (*preview)->presentation->resource(rendition, name, kStart);
            EXPECT_EQ(segment.status, 200) << rendition << "/" << name;
        }
    }
    ASSERT_EQ((*preview)->items.size(), 2u);
    EXPECT_EQ((*preview)->items[1].start, media::FrameRate({25, 1}).start_of(500));
    EXPECT_TRUE((*preview)->items[1].why_not.empty());
}

TEST(PreviewRoom, ShowsAnOldVersionAndTheNewestByNumber) {
    Cutting cutting;
    const std::int64_t first = cutting.draft({"one"});
    const std::int64_t second = cutting.draft({"two"});
    EXPECT_EQ(*cutting.room.newest_version("evening"), second);
    EXPECT_EQ((*cutting.room.playlist("evening", first, Look::kAnew))->items[0].entry_id, "one");
    EXPECT_EQ((*cutting.room.playlist("evening", second, Look::kAnew))->items[0].entry_id, "two");
    EXPECT_EQ(cutting.room.playlist("evening", 9, Look::kAnew).error().code(),
              ErrorCode::kNotFound);
    EXPECT_EQ(cutting.room.newest_version("none").error().code(), ErrorCode::kNotFound);
}

TEST(PreviewRoom, PutsTheSlateWhereAnItemIsNotReadyOrGoneAndSaysSo) {
    Cutting cutting;
    const std::int64_t version = cutting.draft({"one", "unready", "two"});
    const auto without = cutting.room.playlist("evening", version, Look::kAnew);
    ASSERT_TRUE(without) << without.error().to_string();
    EXPECT_EQ((*without)->items[1].duration, Ticks(0)) << "there is no slate yet";
    EXPECT_THAT((*without)->items[1].why_not, HasSubstr("not prepared"));

    cutting.add("slate", store::EntryKind::kSlate, {25, 1}, 200);
    std::filesystem::remove_all(cutting.folder("two"));
    const auto with = cutting.room.playlist("evening", version, Look::kAnew);
    ASSERT_TRUE(with) << with.error().to_string();
    const auto& items = (*with)->items;
    EXPECT_EQ(items[1].duration, Ticks(seconds(8))) << "one round of the slate";
    EXPECT_EQ(items[2].duration, media::FrameRate({24000, 1001}).start_of(300))
        << "as long as the film that is gone";
    EXPECT_THAT(playlist_of(*with), HasSubstr("X-TITLE=\"The unready (it is not prepared"));
    for (const std::string& name : names_in(playlist_of(*with))) {
        EXPECT_EQ((*with)->presentation->resource("360p", name, kStart).status, 200) << name;
    }
}

TEST(PreviewRoom, GoesOnAsItBeganUntilItIsOpenedAnew) {
    Cutting cutting;
    cutting.add("slate", store::EntryKind::kSlate, {25, 1}, 200);
    const std::int64_t version = cutting.draft({"unready", "one"});
    const auto begun = *cutting.room.playlist("evening", version, Look::kAnew);
    cutting.add("unready", store::EntryKind::kFilm, {25, 1}, 400);
    EXPECT_EQ(*cutting.room.playlist("evening", version, Look::kAsBegun), begun);
    const auto anew = *cutting.room.playlist("evening", version, Look::kAnew);
    EXPECT_NE(anew, begun);
    EXPECT_TRUE(anew->items[0].why_not.empty());
    EXPECT_EQ(*cutting.room.playlist("evening", version, Look::kAnew), anew);
}

TEST(PreviewRoom, KeepsFewAndMakesThemAgainWithTheSameNames) {
    Cutting cutting;
    std::vector<std::string> before;
    for (const char* entry : {"one", "two"}) {
        before.push_back(
            playlist_of(*cutting.room.playlist("evening", cutting.draft({entry}), Look::kAnew)));
    }
    cutting.draft({"one", "two"});
    ASSERT_TRUE(cutting.room.playlist("evening", 3, Look::kAnew));
    EXPECT_EQ(cutting.room.size(), 2u);
    EXPECT_EQ(playlist_of(*cutting.room.playlist("evening", 1, Look::kAsBegun)), before[0]);
    EXPECT_EQ(cutting.room.size(), 2u);
}

TEST(PreviewRoom, ShowsWhatAChannelIsGoingToAirWithTheSameSegments) {
    Cutting cutting;
    ASSERT_TRUE(
        cutting.store->set_playlist("loop", "Loop", std::vector<std::string>{"one", "two"}));
    store::Channel channel;
    channel.id = "main";
    channel.title = "Main";
    channel.epoch = kStart;
    channel.playlist_id = "loop";
    ASSERT_TRUE(cutting.store->create_channel(channel));
    auto broadcaster =
        *Broadcaster::start(*cutting.store, cutting.library, cutting.clock, Cutting::options());
    const Instant from = kStart + minutes(3);
    const auto soon = cutting.room.channel("main", from, seconds(60), Look::kAnew);
    ASSERT_TRUE(soon) << soon.error().to_string();
    const std::string playlist = playlist_of(*soon);
    EXPECT_THAT(playlist, HasSubstr("#EXT-X-ENDLIST"));
    EXPECT_THAT(playlist, HasSubstr("#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:0"));
    const auto names = names_in(playlist);
    ASSERT_GE(names.size(), 15u);
    EXPECT_LE(names.size(), 18u);
    // When its time has come the channel lists just these.
    cutting.clock.advance(minutes(4));
    const std::string aired = broadcaster->channel("main")
                                  ->resource("360p", "media.m3u8", cutting.clock.now())
                                  .body.to_text();
    for (const std::string& name : names) {
        EXPECT_THAT(aired, HasSubstr(name));
        EXPECT_EQ((*soon)->presentation->resource("360p", name, kStart).body.to_text(),
                  broadcaster->channel("main")
                      ->resource("360p", name, cutting.clock.now())
                      .body.to_text());
    }

    // Beyond what is planned already: the plan goes on.
    const auto later = cutting.room.channel("main", kStart + hours(30), seconds(120), Look::kAnew);
    ASSERT_TRUE(later) << later.error().to_string();
    EXPECT_GE(names_in(playlist_of(*later)).size(), 30u);
    EXPECT_EQ(cutting.room.channel("main", kStart + hours(24 * 40), seconds(60), Look::kAnew)
                  .error()
                  .code(),
              ErrorCode::kInvalid);
    EXPECT_EQ(cutting.room.channel("main", kStart, hours(25), Look::kAnew).error().code(),
              ErrorCode::kInvalid);
    EXPECT_EQ(cutting.room.channel("none", kStart, seconds(60), Look::kAnew).error().code(),
              ErrorCode::kNotFound);
}

TEST(PreviewRoom, ShowsTheSlateWhereAChannelsFilmIsGone) {
    Cutting cutting;
    cutting.add("slate", store::EntryKind::kSlate, {25, 1}, 200);
    ASSERT_TRUE(
        cutting.store->set_playlist("loop", "Loop", std::vector<std::string>{"one", "two"}));
    store::Channel channel;
    channel.id = "main";
    channel.epoch = kStart;
    channel.playlist_id = "loop";
    ASSERT_TRUE(cutting.store->create_channel(channel));
    auto broadcaster =
        *Broadcaster::start(*cutting.store, cutting.library, cutting.clock, Cutting::options());
    broadcaster->stop();
    std::filesystem::remove_all(cutting.folder("one"));
    const auto preview =
        cutting.room.channel("main", kStart + minutes(2), seconds(60), Look::kAnew);
    ASSERT_TRUE(preview) << preview.error().to_string();
    Ticks at{0};
    bool any = false;
    for (const http::PreviewItem& item : (*preview)->items) {
        EXPECT_EQ(item.start, at) << "without a gap";
        at += item.duration;
        EXPECT_EQ(item.why_not.empty(), item.entry_id == "two");
        any = any || item.entry_id == "one";
    }
    EXPECT_TRUE(any);
    EXPECT_EQ(at, Ticks(seconds(60)));
    for (const std::string& name : names_in(playlist_of(*preview))) {
        EXPECT_EQ((*preview)->presentation->resource("360p", name, kStart).status, 200) << name;
    }
}

}  // namespace
}  // namespace matinee::app
