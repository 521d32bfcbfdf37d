#include "app/backup.h"

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/broadcaster.h"
#include "app/prepared_entry.h"
#include "app/subtitle_intake.h"
#include "auth/key_file.h"
#include "base/files.h"
#include "support/fake_clock.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::app {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kStart;
using testing::HasSubstr;

// A data folder with a film on an encrypted channel, and a description beside the film.
struct SavedCinema {
    SavedCinema() {
        fs::create_directories(data);
        fs::create_directories(films);
        std::ofstream(films / "one.json") << R"({"title": "One"})";
        store = *store::Store::open(data / "matinee.db", clock);
        EXPECT_TRUE(auth::load_or_make_media_key(data / "media.key"));
        store::EntryDescription entry = test::film_entry("one");
        entry.source.path = (films / "one.mp4").string();
        test::add_prepared(*store, data / "library", entry, test::film({25, 1}, 250));
        EXPECT_TRUE(store->set_playlist("main", "Main", std::vector<std::string>{"one"}));
        store::Channel channel;
        channel.id = "main";
        channel.epoch = kStart;
        channel.playlist_id = "main";
        EXPECT_TRUE(store->create_channel(channel));
        EXPECT_TRUE(store->set_encryption("main", true, seconds(0)));
    }

    test::TempFolder temp;
    fs::path data = temp.path() / "data";
    fs::path films = temp.path() / "films";
    fs::path file = temp.path() / "backup.tar";
    test::FakeClock clock{kStart};
    std::unique_ptr<store::Store> store;
};

// What a server with that data folder answers: playlists, a segment, a key.
std::vector<std::string> answers(const fs::path& data, const base::Clock& clock) {
    auto store = *store::Store::open(data / "matinee.db", clock);
    library::Library library(data / "library");
    BroadcasterOptions options;
    options.ladder = {{"360p", 640, 360, 900}};
    options.dvr_window = minutes(1);
    options.horizon = minutes(30);
    options.least_ahead = minutes(5);
    options.cipher = std::make_shared<http::SegmentCipher>(
        auth::load_or_make_media_key(data / "media.key").value());
    const auto broadcaster = *Broadcaster::start(*store, library, clock, options);
    const auto channel = broadcaster->channel("main");
    const auto get = [&](const std::string& name) {
        return channel->resource("360p", name, clock.now()).body.to_text();
    };
    const std::string playlist = get("media.m3u8");
    const std::size_t key = playlist.rfind("URI=\"", playlist.rfind(".key")) + 5;
    const std::size_t segment = playlist.rfind('\n', playlist.size() - 2) + 1;
    return {channel->multivariant().body.to_text(), playlist,
            get(playlist.substr(key, playlist.find('"', key) - key)),
            get(playlist.substr(segment, playlist.size() - 1 - segment))};
}

TEST(Backup, TakenUnderLoadAnswersElsewhereWithTheSameBytes) {
    SavedCinema cinema;
    cinema.clock.advance(seconds(100));
    const auto before = answers(cinema.data, cinema.clock);
    ASSERT_EQ(before[2].size(), 16U);
    ASSERT_GT(before[3].size(), 1000U);
    std::atomic<bool> stop = false;
    std::atomic<int> edits = 0;
    std::thread producer([&] {
        while (!stop) {
            const int edit = edits.fetch_add(1);
            EXPECT_TRUE(cinema.store->set_playlist(
                "other", std::to_string(edit),
                std::vector<std::string>(static_cast<std::size_t>(edit % 3 + 1), "one")));
        }
    });
    while (edits < 3)
        std::this_thread::yield();
    const auto done = write_backup(*cinema.store, cinema.data, cinema.file, BackupMedia::kInclude);
    stop = true;
    producer.join();
    ASSERT_TRUE(done) << done.error().to_string();

    struct stat status {};
    ASSERT_EQ(::stat(cinema.file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    const fs::path elsewhere = cinema.temp.path() / "elsewhere";
    const auto restored = restore_backup(cinema.file, elsewhere);
    ASSERT_TRUE(restored) << restored.error().to_string();
    EXPECT_EQ(restored->files, done->files);
    EXPECT_EQ(restored->bytes, done->bytes);
    EXPECT_EQ(answers(elsewhere, cinema.clock), before);
    EXPECT_EQ(
        base::read_file(fs::path(elsewhere) / ("sources" + (cinema.films / "one.json").string()))
            .value(),
        R"({"title": "One"})");
    // Nothing of the work is left, here or there.
    EXPECT_EQ(std::distance(fs::directory_iterator(cinema.temp.path()), {}), 4);
}

// Of the film "boats", which was uploaded, with its subtitles, and of the card "hello".
void upload(SavedCinema& cinema) {
    const fs::path boats = cinema.data / "films/boats";
    fs::create_directories(boats);
    std::ofstream(boats / "boats.mp4") << "all there is of it";
    std::ofstream(boats / "boats.en.srt") << "1\n00:00:01,000 --> 00:00:02,000\nHello\n";
    fs::create_directories(cinema.data / "cards");
    std::ofstream(cinema.data / "cards/hello.1234.json") << "{}";
    store::EntryDescription film = test::film_entry("boats");
    film.source.path = (boats / "boats.mp4").string();
    ASSERT_TRUE(cinema.store->upsert_entry(film));
    store::SubtitleSource subtitles;
    subtitles.language = "en";
    subtitles.kind = "full";
    subtitles.path = (boats / "boats.en.srt").string();
    ASSERT_TRUE(cinema.store->set_subtitles("boats", "", {{subtitles}}));
    store::EntryDescription card = test::film_entry("hello");
    card.kind = store::EntryKind::kCard;
    card.source.path = (cinema.data / "cards/hello.1234.json").string();
    ASSERT_TRUE(cinema.store->upsert_entry(card));
    ASSERT_TRUE(cinema.store->enqueue_job("hello"));
}

TEST(Backup, WithMediaHasWhatIsNowhereElseAndFindsItInTheNewFolder) {
    SavedCinema cinema;
    upload(cinema);
    const auto done = write_backup(*cinema.store, cinema.data, cinema.file, BackupMedia::kInclude);
    ASSERT_TRUE(done) << done.error().to_string();
    EXPECT_THAT(done->films_left_out, testing::IsEmpty());
    const fs::path elsewhere = cinema.temp.path() / "elsewhere";
    ASSERT_TRUE(restore_backup(cinema.file, elsewhere));
    cinema.store.reset();
    fs::remove_all(cinema.data);

    const auto store = *store::Store::open(elsewhere / "matinee.db", cinema.clock);
    const auto job = store->enqueue_job("boats");
    ASSERT_TRUE(job) << job.error().to_string();
    EXPECT_EQ(job->source_path, elsewhere / "films/boats/boats.mp4");
    EXPECT_EQ(base::read_file(job->source_path).value(), "all there is of it");
    library::Library library(elsewhere / "library");
    const auto problems = refresh_subtitles(*store, library, "boats");
    ASSERT_TRUE(problems) << problems.error().to_string();
    EXPECT_NE(store->find_entry("boats")->subtitles_id, "");
    // The card's job was under way.
    const auto hello = store->enqueue_job("hello");
    EXPECT_EQ(hello->source_path, elsewhere / "cards/hello.1234.json");
    EXPECT_TRUE(fs::exists(hello->source_path));
    // What was elsewhere still is.
    EXPECT_EQ(store->find_entry("one")->source.path, cinema.films / "one.mp4");
}

TEST(Backup, WithoutMediaSaysWhichUploadedFilmsItLacks) {
    SavedCinema cinema;
    upload(cinema);
    const auto done = write_backup(*cinema.store, cinema.data, cinema.file, BackupMedia::kLeaveOut);
    ASSERT_TRUE(done) << done.error().to_string();
    EXPECT_THAT(done->films_left_out, testing::ElementsAre("boats"));
    const fs::path elsewhere = cinema.temp.path() / "elsewhere";
    ASSERT_TRUE(restore_backup(cinema.file, elsewhere));
    EXPECT_FALSE(fs::exists(elsewhere / "films/boats/boats.mp4"));
    EXPECT_TRUE(fs::exists(elsewhere / "films/boats/boats.en.srt"));
    EXPECT_TRUE(fs::exists(elsewhere / "cards/hello.1234.json"));
    const auto store = *store::Store::open(elsewhere / "matinee.db", cinema.clock);
    EXPECT_EQ(store->list_subtitles("boats")->at(0).path, elsewhere / "films/boats/boats.en.srt");
}

TEST(Backup, IsNotWrittenOverAnotherFile) {
    SavedCinema cinema;
    std::ofstream(cinema.file) << "precious";
    const auto refused =
        write_backup(*cinema.store, cinema.data, cinema.file, BackupMedia::kLeaveOut);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(base::read_file(cinema.file).value(), "precious");
}

TEST(Restore, RefusesAFolderThatIsNotEmpty) {
    SavedCinema cinema;
    ASSERT_TRUE(write_backup(*cinema.store, cinema.data, cinema.file, BackupMedia::kLeaveOut));
    const auto refused = restore_backup(cinema.file, cinema.data);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(refused.error().to_string(), HasSubstr("not empty"));
    // An empty one is as good as none.
    const fs::path empty = cinema.temp.path() / "empty";
    fs::create_directories(empty);
    EXPECT_TRUE(restore_backup(cinema.file, empty));
    EXPECT_FALSE(fs::exists(empty / "library/media"));
}

TEST(Restore, RefusesWhatIsDamagedAndLeavesNothing) {
    SavedCinema cinema;
    ASSERT_TRUE(write_backup(*cinema.store, cinema.data, cinema.file, BackupMedia::kLeaveOut));
    const std::string good = base::read_file(cinema.file).value();
    const auto refuse = [&](const std::string& bytes, const std::string& why) {
        std::ofstream(cinema.file, std::ios::binary) << bytes;
        const auto refused = restore_backup(cinema.file, cinema.temp.path() / "elsewhere");
        ASSERT_FALSE(refused) << why;
        EXPECT_THAT(refused.error().to_string(), HasSubstr(cinema.file.string()));
        EXPECT_THAT(refused.error().to_string(), HasSubstr(why));
        EXPECT_EQ(std::distance(fs::directory_iterator(cinema.temp.path()), {}), 3);
    };
    std::string flipped = good;
    flipped[good.find("SQLite format 3") + 5000] ^= 1;
    refuse(flipped, "matinee.db is not what was saved");
    std::string climbing = good;
    climbing.replace(climbing.find("media.key"), 9, "../../key");
    refuse(climbing, "");
    refuse(good.substr(0, good.find("manifest.json")), "");
    refuse("no archive at all", "");
}

}  // namespace
}  // namespace matinee::app
