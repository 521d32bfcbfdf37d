#include "app/broadcaster.h"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hls/segment.h"
#include "media/fragment.h"
#include "media/track.h"
#include "support/fake_clock.h"
#include "support/raw_entry.h"
#include "support/temp_folder.h"

namespace matinee::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::RawFilm;
using testing::HasSubstr;
using testing::Not;

const Instant kStart{milliseconds(1'795'464'000'000)};  // 2026-11-23T20:00:00Z

// A workspace without its programs: store, library and clock, and a few films.
class Cinema {
  public:
    Cinema() { reopen(); }

    // As after a restart: nothing is kept but what is on the disk.
    void reopen() {
        broadcaster.reset();
        library.reset();
        store.reset();
        store = *store::Store::open(temp.path() / "matinee.db", clock);
        library = std::make_unique<library::Library>(temp.path() / "library");
    }

    void add_film(const std::string& id, RawFilm film) {
        film.name = id;
        store::EntryDescription entry;
        entry.id = id;
        entry.titles = {{"en", "The " + id}};
        entry.source.path = "/films/" + id;
        entry.source.sha256 = std::string(64, 'a') + id;
        ASSERT_TRUE(store->upsert_entry(entry));
        ASSERT_TRUE(store->enqueue_job(id));
        const auto job = *store->take_job("test", minutes(1));
        store::Media media;
        media.id = test::prepare(film, temp.path() / "library");
        media.duration = film.rate.start_of(film.frames);
        ASSERT_TRUE(store->finish_job(job->id, "test", media));
    }

    void add_subtitles(const std::string& id, const std::string& language) {
        subtitles::Document document;
        subtitles::Cue cue;
        cue.start = subtitles::Milliseconds(1000);
        cue.end = subtitles::Milliseconds(3000);
        cue.text = "A line";
        document.cues.push_back(cue);
        const std::vector<subtitles::Track> tracks = {
            {language, subtitles::Kind::kSubtitles, document}};
        const std::string set =
            *library::SubtitleSet::publish(temp.path() / "library/subtitles", tracks);
        ASSERT_TRUE(store->set_subtitles(id, set, {}));
    }

    void play(const std::vector<std::string>& entries, Instant epoch = kStart) {
        ASSERT_TRUE(store->set_playlist("main", "Main", entries));
        if (store->find_channel("main")) return;
        store::Channel channel;
        channel.id = "main";
        channel.title = "Main";
        channel.epoch = epoch;
        channel.playlist_id = "main";
        ASSERT_TRUE(store->create_channel(channel));
    }

    void on_air() {
        BroadcasterOptions options;
        options.ladder = {{"360p", 640, 360, 900}, {"180p", 320, 180, 300}};
        options.dvr_window = minutes(1);
        options.horizon = minutes(30);
        options.least_ahead = minutes(25);
        options.loaded_ahead = minutes(5);
        options.reload_margin = minutes(2);
        options.poll = milliseconds(5);
        auto started = Broadcaster::start(*store, *library, clock, options);
        ASSERT_TRUE(started) << started.error().to_string();
        broadcaster = *std::move(started);
    }

    std::string get(const std::string& rendition, const std::string& name, int status = 200) {
        const auto channel = broadcaster->channel("main");
        if (!channel) return "no channel";
        const http::Response response = channel->resource(rendition, name, clock.now());
        EXPECT_EQ(response.status, status) << rendition << "/" << name;
        return response.body.to_text();
    }
    std::string playlist(const std::string& rendition = "360p") {
        return get(rendition, "media.m3u8");
    }

    // Waits until the broadcaster's thread has come to what `done` asks for.
    template <typename Done>
    bool eventually(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + seconds(20);
        while (std::chrono::steady_clock::now() < deadline) {
            if (done()) return true;
            broadcaster->wake();
            std::this_thread::yield();
        }
        return false;
    }

    test::TempFolder temp;
    test::FakeClock clock{kStart};
    std::unique_ptr<store::Store> store;
    std::unique_ptr<library::Library> library;
    std::unique_ptr<Broadcaster> broadcaster;
};

// Lines of a playlist that tell of segments, by sequence number.
std::map<std::int64_t, std::string> segments(const std::string& playlist) {
    static const std::regex kSegment(
        "#EXT-X-PROGRAM-DATE-TIME:(\\S+)\n#EXTINF:(\\S+),\n(\\d+)-(\\S+)\n");
    std::map<std::int64_t, std::string> found;
    for (std::sregex_iterator it(playlist.begin(), playlist.end(), kSegment), end; it != end;
         ++it) {
        found[std::stoll((*it)[3])] = (*it)[0];
    }
    return found;
}

RawFilm film(media::FrameRate rate, std::int64_t frames, int parameter_sets = 0) {
    RawFilm film;
    film.rate = rate;
    film.frames = frames;
    film.gop = rate.frames_in(2);
    film.parameter_sets = parameter_sets;
    film.audio_frames = rate.start_of(frames).count() / 1920 + 5;
    return film;
}

TEST(Broadcaster, GivesTheSameBytesAfterARestart) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("two", film({24000, 1001}, 200));
    cinema.play({"one", "two"});
    cinema.on_air();
    cinema.clock.advance(seconds(100));
    const std::string before = cinema.playlist();
    const std::string subtitles_before = cinema.get("audio", "media.m3u8");
    cinema.reopen();
    cinema.on_air();
    EXPECT_EQ(cinema.playlist(), before);
    EXPECT_EQ(cinema.get("audio", "media.m3u8"), subtitles_before);
    EXPECT_GE(segments(before).size(), 15u);
}

TEST(Broadcaster, AnswersEverySegmentItListsAndNoneItDoesNotYet) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    cinema.clock.advance(seconds(30));
    const auto listed = segments(cinema.playlist());
    std::string last;
    for (const auto& [sequence, lines] : listed) {
        const std::size_t start = lines.rfind('\n', lines.size() - 2) + 1;
        last = lines.substr(start, lines.size() - 1 - start);
        EXPECT_FALSE(cinema.get("360p", last).empty());
        EXPECT_FALSE(cinema.get("audio", last).empty());
    }
    // The next of the same airing differs in its number alone, and is not published yet.
    const std::size_t dash = last.find('-');
    const std::string unpublished =
        std::to_string(std::stoll(last.substr(0, dash)) + 2) + last.substr(dash);
    cinema.get("360p", unpublished, 404);
    cinema.get("360p", "0-deadbeef.m4s", 404);
    cinema.get("480p", last, 404);
    cinema.get("360p", "0-.m4s", 404);
}

TEST(Broadcaster, LeavesWhatMayHaveBeenSeenWhenThePlaylistChanges) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("two", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    cinema.clock.advance(seconds(100));
    const auto before = segments(cinema.playlist());
    cinema.play({"two"});
    const auto plays_two = [&] {
        const auto airings = cinema.broadcaster->channel("main")->rundown().airings();
        return !airings.empty() && airings.back().entry_id == "two";
    };
    ASSERT_TRUE(cinema.eventually(plays_two));
    const auto after = segments(cinema.playlist());
    for (const auto& [sequence, lines] : before) {
        EXPECT_EQ(after.at(sequence), lines);
    }
    cinema.clock.advance(minutes(2));
    EXPECT_THAT(cinema.playlist(), HasSubstr("X-TITLE=\"The two\""));
}

TEST(Broadcaster, ReadsOnBeforeWhatItHoldsRunsOut) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    for (int i = 0; i < 20; ++i) {
        cinema.clock.advance(minutes(3));
        const Instant now = cinema.clock.now();
        ASSERT_TRUE(cinema.eventually([&] {
            const auto channel = cinema.broadcaster->channel("main");
            return channel->rundown().airings().back().end() > channel->ticks_at(now + minutes(2));
        }));
        EXPECT_GE(segments(cinema.playlist()).size(), 15u);
    }
}

TEST(Broadcaster, MarksWhereInitSectionsDifferAndNowhereElse) {
    Cinema cinema;
    cinema.add_film("house", film({25, 1}, 100));
    cinema.add_film("also-house", film({24000, 1001}, 96));
    cinema.add_film("older", film({25, 1}, 100, 7));
    cinema.play({"house", "also-house", "older"});
    cinema.on_air();
    cinema.clock.advance(seconds(60));
    const std::string text = cinema.playlist();
    std::size_t airings = 0;
    std::size_t marks = 0;
    for (std::size_t at = 0; (at = text.find("#EXT-X-DATERANGE", at)) != std::string::npos; ++at) {
        ++airings;
    }
    for (std::size_t at = 0; (at = text.find("#EXT-X-DISCONTINUITY\n", at)) != std::string::npos;
         ++at) {
        ++marks;
    }
    EXPECT_GE(airings, 15u);
    // Two in three boundaries: into the older preparation and out of it.
    EXPECT_NEAR(static_cast<double>(marks), static_cast<double>(airings) * 2 / 3, 1.0);
    const std::regex map("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-([0-9a-f]+)\\.mp4\"");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(text, found, map));
    const std::string init = cinema.get("360p", "init-" + found[1].str() + ".mp4");
    EXPECT_TRUE(media::read_init_section(base::as_byte_span(init)));
    EXPECT_THAT(cinema.playlist("180p"), HasSubstr("#EXT-X-DISCONTINUITY\n"));
    EXPECT_THAT(cinema.playlist("audio"), HasSubstr("#EXT-X-DISCONTINUITY\n"));
}

TEST(Broadcaster, HasEveryLanguageOnEveryAiringAlsoAfterThe33BitWrap) {
    Cinema cinema;
    cinema.add_film("with", film({25, 1}, 100));
    cinema.add_film("without", film({25, 1}, 100));
    cinema.add_subtitles("with", "zh");
    cinema.play({"with", "without"}, kStart - hours(40));
    cinema.on_air();
    EXPECT_THAT(cinema.broadcaster->channel("main")->multivariant().body.to_text(),
                HasSubstr("LANGUAGE=\"zh\""));
    const auto channel = cinema.broadcaster->channel("main");
    const std::string text = cinema.playlist("subtitles-zh");
    EXPECT_THAT(text, Not(HasSubstr("EXT-X-MAP")));
    int with_cue = 0;
    int without_cue = 0;
    for (const auto& [sequence, lines] : segments(text)) {
        const std::size_t start = lines.rfind('\n', lines.size() - 2) + 1;
        const std::string body =
            cinema.get("subtitles-zh", lines.substr(start, lines.size() - 1 - start));
        const auto segment = *channel->rundown().segment(sequence);
        const std::int64_t start_tick = channel->rundown().airings()[segment.airing].start.count();
        ASSERT_GT(start_tick, std::int64_t{1} << 33);
        EXPECT_THAT(body, HasSubstr("X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:" +
                                    std::to_string((start_tick + hls::kMediaTimeOrigin.count()) %
                                                   (std::int64_t{1} << 33)) +
                                    "\n"));
        ++(body.find("A line") == std::string::npos ? without_cue : with_cue);
    }
    EXPECT_GT(with_cue, 5);
    EXPECT_GT(without_cue, 5);
}

TEST(Broadcaster, ShowsSubtitlesInThePictureOnceTheyAreDrawn) {
    Cinema cinema;
    cinema.add_film("with", film({25, 1}, 100));
    cinema.add_film("without", film({25, 1}, 100));
    cinema.add_subtitles("with", "zh-Hans");
    cinema.play({"with", "without"});
    store::Channel row = *cinema.store->find_channel("main");
    row.settings = R"({"burn_in": "zh,ru"})";
    ASSERT_TRUE(cinema.store->update_channel(row));
    cinema.on_air();
    const auto airs = [&](const std::string& media) {
        const auto channel = cinema.broadcaster->channel("main");
        return channel && std::ranges::any_of(channel->rundown().airings(), [&](const auto& airing) {
                   return airing.media_id == media;
               });
    };
    // Asked for where there is something to draw; the plain film until then.
    const auto variants = *cinema.store->list_variants();
    ASSERT_EQ(variants.size(), 1u);
    EXPECT_EQ(variants[0].entry_id, "with");
    EXPECT_THAT(variants[0].description, HasSubstr("zh-Hans"));
    const std::string plain = cinema.store->find_entry("with")->media_id;
    EXPECT_TRUE(airs(plain));

    const auto job = *cinema.store->take_job("test", minutes(1));
    ASSERT_TRUE(job);
    RawFilm drawn = film({25, 1}, 100);
    drawn.name = "drawn";
    store::Media media;
    media.id = test::prepare(drawn, cinema.temp.path() / "library");
    media.duration = Ticks(360'000);
    ASSERT_TRUE(cinema.store->finish_job(job->id, "test", media));
    EXPECT_TRUE(cinema.eventually([&] { return airs(media.id); }));
    // What viewers may have fetched stays, and no boundary has become a discontinuity.
    EXPECT_TRUE(airs(plain));
    EXPECT_THAT(cinema.playlist(), Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
    EXPECT_THAT(cinema.broadcaster->channel("main")->multivariant().body.to_text(),
                HasSubstr("LANGUAGE=\"zh-Hans\""));

    // A corrected line is drawn anew.
    cinema.add_subtitles("with", "zh");
    EXPECT_TRUE(cinema.eventually([&] { return cinema.store->list_variants()->size() == 2; }));
}

TEST(Broadcaster, SaysOffAirWhenNothingIsReady) {
    Cinema cinema;
    cinema.play({});
    cinema.on_air();
    cinema.get("360p", "media.m3u8", 503);
    EXPECT_EQ(cinema.broadcaster->channel("main")->multivariant().status, 503);
    EXPECT_EQ(cinema.broadcaster->channel("none"), nullptr);
    EXPECT_EQ(cinema.broadcaster->counts().on_air, 0u);
}

TEST(Broadcaster, OffersAnEntryAsVod) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.on_air();
    const auto entry = cinema.broadcaster->entry("one");
    ASSERT_NE(entry, nullptr);
    const http::Response playlist = entry->resource("360p", "media.m3u8", kStart);
    EXPECT_THAT(playlist.body.to_text(), HasSubstr("#EXT-X-ENDLIST"));
    EXPECT_EQ(cinema.broadcaster->entry("none"), nullptr);
}

TEST(Broadcaster, GoesOnPastAnAiringWhoseFilesAreGone) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("lost", film({25, 1}, 250));
    cinema.play({"one", "lost"});
    cinema.on_air();
    cinema.clock.advance(seconds(100));
    const std::string lost = cinema.broadcaster->entry("lost")->film(0).media->manifest().media_id;
    cinema.reopen();
    std::filesystem::remove_all(cinema.temp.path() / "library/media" / lost);
    cinema.on_air();
    cinema.clock.advance(minutes(2));
    const auto only_one = [&] {
        const auto channel = cinema.broadcaster->channel("main");
        return channel->rundown().airing_at(channel->ticks_at(cinema.clock.now())).has_value();
    };
    EXPECT_TRUE(cinema.eventually(only_one));
    EXPECT_THAT(cinema.playlist(), HasSubstr("The one"));
}

}  // namespace
}  // namespace matinee::app
