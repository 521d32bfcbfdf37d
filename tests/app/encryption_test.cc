#include <fstream>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/broadcaster.h"
#include "app/channel_removal.h"
#include "app/prepared_entry.h"
#include "auth/key_file.h"
#include "support/decrypt.h"
#include "support/fake_clock.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kStart;
using testing::HasSubstr;
using testing::Not;

// A channel that loops two films, and broadcasters that show it with or without a cipher.
class EncryptedCinema {
  public:
    EncryptedCinema() {
        add_film("one", 250);
        add_film("two", 200);
        EXPECT_TRUE(store->set_playlist("main", "Main", std::vector<std::string>{"one", "two"}));
        store::Channel channel;
        channel.id = "main";
        channel.epoch = kStart;
        channel.playlist_id = "main";
        EXPECT_TRUE(store->create_channel(channel));
    }

    std::unique_ptr<Broadcaster> on_air(bool can_encrypt) {
        BroadcasterOptions options;
        options.ladder = {{"360p", 640, 360, 900}, {"180p", 320, 180, 300}};
        options.dvr_window = minutes(1);
        options.horizon = minutes(30);
        options.least_ahead = minutes(25);
        options.loaded_ahead = minutes(5);
        options.reload_margin = minutes(2);
        options.poll = milliseconds(5);
        if (can_encrypt) {
            options.cipher = std::make_shared<http::SegmentCipher>(
                auth::load_or_make_media_key(temp.path() / "media.key").value());
        }
        auto started = Broadcaster::start(*store, library, clock, options);
        EXPECT_TRUE(started) << started.error().to_string();
        return *std::move(started);
    }

    store::EncryptionEdit encrypt(bool on) {
        return store->set_encryption("main", on, seconds(28)).value();
    }

    std::string get(const Broadcaster& broadcaster, const std::string& rendition,
                    const std::string& name, int status = 200) {
        const auto response = broadcaster.channel("main")->resource(rendition, name, clock.now());
        EXPECT_EQ(response.status, status) << rendition << "/" << name;
        return response.body.to_text();
    }

    test::TempFolder temp;
    test::FakeClock clock{kStart};
    std::unique_ptr<store::Store> store = *store::Store::open(temp.path() / "matinee.db", clock);
    library::Library library{temp.path() / "library"};

  private:
    void add_film(const std::string& id, std::int64_t frames) {
        test::add_prepared(*store, temp.path() / "library", test::film_entry(id),
                           test::film({25, 1}, frames));
    }
};

// A segment of a playlist as a player sees it.
struct Listed {
    std::string name;
    std::string key;  // URI; empty when none is in force
};

std::map<std::int64_t, Listed> keys_listed(const std::string& playlist) {
    std::map<std::int64_t, Listed> found;
    std::istringstream lines(playlist);
    std::string key;
    std::int64_t sequence = 0;
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, std::regex("#EXT-X-MEDIA-SEQUENCE:(\\d+)"))) {
            sequence = std::stoll(match[1]);
        } else if (line == "#EXT-X-KEY:METHOD=NONE") {
            key.clear();
        } else if (std::regex_match(line, match,
                                    std::regex("#EXT-X-KEY:METHOD=AES-128,URI=\"([^\"/]+)\""))) {
            key = match[1];
        } else if (line.starts_with("#EXT-X-MAP")) {
            EXPECT_EQ(key, "") << "an init section is said to be encrypted";
        } else if (!line.starts_with("#")) {
            found[sequence++] = {line, key};
        }
    }
    return found;
}

TEST(Encryption, GivesThePlainBytesToWhoeverHasTheKey) {
    EncryptedCinema cinema;
    cinema.encrypt(true);
    const auto encrypted = cinema.on_air(true);
    const auto plain = cinema.on_air(false);
    cinema.clock.advance(seconds(60));
    std::set<std::string> keys;
    std::set<std::string> uris;
    for (const auto& [rendition, list] :
         {std::pair("360p", "media.m3u8"), std::pair("180p", "media.m3u8"),
          std::pair("audio", "media.m3u8"), std::pair("360p", "iframes.m3u8")}) {
        const auto found = keys_listed(cinema.get(*encrypted, rendition, list));
        const auto wanted = keys_listed(cinema.get(*plain, rendition, list));
        ASSERT_EQ(found.size(), wanted.size());
        ASSERT_GE(found.size(), 15U);
        for (const auto& [sequence, segment] : found) {
            ASSERT_NE(segment.key, "");
            EXPECT_EQ(wanted.at(sequence).key, "");
            // What one name stands for is one sequence of bytes.
            EXPECT_NE(segment.name, wanted.at(sequence).name);
            const std::string key = cinema.get(*encrypted, rendition, segment.key);
            keys.insert(key);
            uris.insert(std::string(rendition) + "/" + segment.key);
            const std::string bytes = cinema.get(*plain, rendition, wanted.at(sequence).name);
            const std::string secret = cinema.get(*encrypted, rendition, segment.name);
            EXPECT_EQ(secret.find("moof"), std::string::npos);
            EXPECT_EQ(test::decrypt_segment(secret, key, sequence), bytes);
        }
    }
    // Several airings in four renditions: each has its own.
    EXPECT_GE(keys.size(), 4U * 6U);
    EXPECT_EQ(keys.size(), uris.size());
}

TEST(Encryption, IsTheSameOnEveryServerAndAfterEveryRestart) {
    EncryptedCinema cinema;
    cinema.encrypt(true);
    const auto first = cinema.on_air(true);
    const auto second = cinema.on_air(true);
    cinema.clock.advance(seconds(40));
    const std::string playlist = cinema.get(*first, "360p", "media.m3u8");
    EXPECT_EQ(cinema.get(*second, "360p", "media.m3u8"), playlist);
    for (const auto& [sequence, segment] : keys_listed(playlist)) {
        EXPECT_EQ(cinema.get(*first, "360p", segment.name),
                  cinema.get(*second, "360p", segment.name));
        EXPECT_EQ(cinema.get(*first, "360p", segment.key),
                  cinema.get(*second, "360p", segment.key));
    }
}

TEST(Encryption, GivesOtherNamesWithAnotherSecret) {
    EncryptedCinema cinema;
    cinema.encrypt(true);
    const auto before = keys_listed(cinema.get(*cinema.on_air(true), "360p", "media.m3u8"));
    std::filesystem::remove(cinema.temp.path() / "media.key");
    const auto server = cinema.on_air(true);
    const auto after = keys_listed(cinema.get(*server, "360p", "media.m3u8"));
    ASSERT_EQ(before.size(), after.size());
    ASSERT_FALSE(before.empty());
    for (const auto& [sequence, segment] : before) {
        EXPECT_NE(after.at(sequence).name, segment.name);
        EXPECT_NE(after.at(sequence).key, segment.key);
        cinema.get(*server, "360p", segment.name, 404);
        cinema.get(*server, "360p", segment.key, 404);
    }
}

TEST(Encryption, GivesOtherNamesToAChannelThatIsMadeAnew) {
    EncryptedCinema cinema;
    cinema.encrypt(true);
    const auto before = keys_listed(cinema.get(*cinema.on_air(true), "360p", "media.m3u8"));
    store::Channel channel = cinema.store->find_channel("main").value();
    cinema.clock.advance(seconds(1));
    ASSERT_TRUE(remove_channel(*cinema.store, cinema.library, cinema.clock, channel, "mei"));
    channel.epoch = new_epoch(*cinema.store, "main", cinema.clock.now()).value();
    ASSERT_TRUE(cinema.store->create_channel(channel));
    cinema.encrypt(true);
    const auto server = cinema.on_air(true);
    const auto after = keys_listed(cinema.get(*server, "360p", "media.m3u8"));
    ASSERT_FALSE(before.empty());
    ASSERT_FALSE(after.empty());
    std::set<std::string> names;
    for (const auto& [sequence, segment] : after)
        names.insert({segment.name, segment.key});
    for (const auto& [sequence, segment] : before) {
        EXPECT_FALSE(names.contains(segment.name)) << segment.name;
        EXPECT_FALSE(names.contains(segment.key)) << segment.key;
        cinema.get(*server, "360p", segment.name, 404);
    }
}

TEST(Encryption, BeginsAndEndsWhereNobodyMayHaveFetchedAnything) {
    EncryptedCinema cinema;
    const auto server = cinema.on_air(true);
    cinema.clock.advance(seconds(100));
    const auto all_listed = [&] { return keys_listed(cinema.get(*server, "360p", "media.m3u8")); };
    for (const bool on : {true, false}) {
        const auto before = all_listed();
        const auto edit = cinema.encrypt(on);
        EXPECT_GT(edit.from_sequence, before.rbegin()->first);
        // Once the server knows, the old segments are what they were, and the others follow.
        cinema.clock.advance(seconds(20));
        ASSERT_TRUE([&] {
            const auto deadline = std::chrono::steady_clock::now() + seconds(20);
            while (std::chrono::steady_clock::now() < deadline) {
                const auto channel = server->channel("main");
                const auto changes = cinema.store->list_encryption("main").value();
                if (channel->settings().encryption == changes) return true;
                server->wake();
                std::this_thread::yield();
            }
            return false;
        }());
        for (const auto& [sequence, segment] : all_listed()) {
            const auto old = before.find(sequence);
            if (old == before.end()) continue;
            EXPECT_EQ(segment.name, old->second.name);
            EXPECT_EQ(segment.key, old->second.key);
        }
        cinema.clock.advance(seconds(60));
        const auto after = all_listed();
        ASSERT_TRUE(after.contains(edit.from_sequence));
        EXPECT_EQ(after.at(edit.from_sequence - 1).key.empty(), on);
        EXPECT_EQ(after.at(edit.from_sequence).key.empty(), !on);
        EXPECT_EQ(after.rbegin()->second.key.empty(), !on);
    }
}

TEST(Encryption, KeysAreForNoCacheAndOnlyOfWhatIsListed) {
    EncryptedCinema cinema;
    cinema.encrypt(true);
    const auto server = cinema.on_air(true);
    cinema.clock.advance(seconds(30));
    const auto channel = server->channel("main");
    const auto segments = keys_listed(cinema.get(*server, "360p", "media.m3u8"));
    const Listed& last = segments.rbegin()->second;
    const auto key = channel->resource("360p", last.key, cinema.clock.now());
    EXPECT_EQ(key.cache_control, "no-store");
    EXPECT_EQ(key.body.size(), 16U);
    const auto segment = channel->resource("360p", last.name, cinema.clock.now());
    EXPECT_THAT(segment.cache_control, HasSubstr("immutable"));
    // Neither of a segment in the middle, nor of an airing to come, nor of what has no such thing.
    std::string inner = last.name;
    inner.replace(inner.find(".m4s"), 4, ".key");
    if (inner != last.key) cinema.get(*server, "360p", inner, 404);
    cinema.get(*server, "audio", std::string(last.key).insert(last.key.find('.'), ".iframe"), 404);
    const auto early = channel->resource("360p", last.key, kStart - minutes(5));
    EXPECT_EQ(early.status, 404);
}

TEST(Encryption, OfAChannelThatIsNotThereIsRefused) {
    EncryptedCinema cinema;
    const auto refused = cinema.store->set_encryption("none", true, seconds(28));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kNotFound);
}

TEST(Encryption, SetTwiceIsSetOnce) {
    EncryptedCinema cinema;
    const auto server = cinema.on_air(true);
    cinema.clock.advance(seconds(100));
    cinema.encrypt(true);
    EXPECT_EQ(cinema.store->list_encryption("main")->size(), 1U);
    cinema.encrypt(true);
    EXPECT_EQ(cinema.store->list_encryption("main")->size(), 1U);
    // Taken back before it has begun: nothing has been.
    cinema.encrypt(false);
    EXPECT_TRUE(cinema.store->list_encryption("main")->empty());
}

}  // namespace
}  // namespace matinee::app
