#include "app/broadcaster.h"

#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/announcer.h"
#include "app/channel_removal.h"
#include "app/control_room.h"
#include "app/prepared_entry.h"
#include "hls/segment.h"
#include "http/airings.h"
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
using test::film;
using test::kStart;
using test::RawFilm;
using testing::HasSubstr;
using testing::Not;

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

    void add_film(const std::string& id, const RawFilm& film) {
        test::add_prepared(*store, temp.path() / "library", test::film_entry(id), film);
    }

    [[nodiscard]] std::filesystem::path media_folder(const std::string& id) const {
        return temp.path() / "library/media" / store->find_entry(id)->media_id;
    }

    // A slate of ten seconds that can end on any picture.
    void add_slate(const std::string& id) {
        RawFilm slate;
        slate.frames = 250;
        slate.gop = 50;
        slate.audio_frames = 500;
        add_film(id, slate);
        const std::string media = store->find_entry(id)->media_id;
        const auto file = temp.path() / "library/media" / media / "entry.json";
        std::ifstream in(file);
        std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        text.replace(text.find('{'), 1, R"({"all_intra": true,)");
        std::ofstream(file) << text;
    }

    // Loops `day`, and plays `gala` once at `start`, an instant of UTC; the slate fills.
    void schedule(const std::vector<std::string>& day, const std::vector<std::string>& gala,
                  const std::string& start, store::Repeats repeats = store::Repeats::kOnce) {
        ASSERT_TRUE(store->set_playlist("day", "Day", day));
        ASSERT_TRUE(store->set_playlist("gala", "Gala", gala));
        play({});
        store::Schedule wanted;
        wanted.channel_id = "main";
        wanted.slate_entry = "slate";
        wanted.blocks.resize(2);
        wanted.blocks[0].id = wanted.blocks[0].playlist_id = "day";
        wanted.blocks[1].id = wanted.blocks[1].playlist_id = "gala";
        wanted.blocks[1].passes = 1;
        wanted.blocks[1].start = start;
        wanted.blocks[1].repeats = repeats;
        ASSERT_TRUE(store->set_schedule(wanted));
    }

    // Loops `one` until "gala" begins, two minutes after kStart, whatever is on then.
    void cut_for_gala(const RawFilm& one) {
        add_film("one", one);
        add_film("gala", film({25, 1}, 1000));
        add_slate("slate");
        schedule({"one"}, {"gala"}, "2026-11-23T20:02:00");
        change_schedule(
            [](store::Schedule& wanted) { wanted.blocks[1].overrun = playout::Overrun::kCut; });
    }

    void change_schedule(const std::function<void(store::Schedule&)>& change) {
        store::Schedule wanted = *store->find_schedule("main");
        change(wanted);
        ASSERT_TRUE(store->set_schedule(wanted));
    }

    // Does the job for a variant: `film` is what comes of it.
    std::string finish_variant(const store::Job& job, RawFilm film) {
        film.name = job.entry_id + job.variant;
        store::Media media;
        media.id = test::prepare(film, temp.path() / "library");
        media.duration = film.rate.start_of(film.frames);
        const auto file = temp.path() / "library/media" / media.id / "entry.json";
        std::ifstream in(file);
        std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        text.replace(text.find('{'), 1, fmt::format(R"({{"variant": {},)", job.variant));
        std::ofstream(file) << text;
        EXPECT_TRUE(store->finish_job(job.id, "test", media));
        return media.id;
    }

    Result<ControlRoom::Done> command(const ControlRoom::Command& command) {
        ControlRoom room(*store, *library, clock, options());
        return room.perform("main", command);
    }

    // A track with each of the labels, all of one language and kind.
    void add_subtitles(const std::string& id, const std::string& language,
                       const std::vector<std::string>& labels = {""}) {
        subtitles::Document document;
        subtitles::Cue cue;
        cue.start = subtitles::Milliseconds(1000);
        cue.end = subtitles::Milliseconds(3000);
        cue.text = "A line";
        document.cues.push_back(cue);
        std::vector<subtitles::Track> tracks;
        for (unsigned i = 0; i < labels.size(); ++i) {
            document.cues[0].text = "A line" + (i == 0 ? "" : " of " + labels[i]);
            tracks.emplace_back(language, subtitles::Kind::kSubtitles, document, i + 1, labels[i]);
        }
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

    static BroadcasterOptions options() {
        BroadcasterOptions options;
        options.ladder = {{"360p", 640, 360, 900}, {"180p", 320, 180, 300}};
        options.dvr_window = minutes(1);
        options.horizon = minutes(30);
        options.least_ahead = minutes(25);
        options.loaded_ahead = minutes(5);
        options.reload_margin = minutes(2);
        options.poll = milliseconds(5);
        return options;
    }

    void on_air() {
        auto started = Broadcaster::start(*store, *library, clock, options());
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
        const auto on_air = cinema.broadcaster->channel("main");
        const auto airings = on_air->rundown().airings();
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

TEST(Broadcaster, OffersSeveralTracksOfOneLanguage) {
    Cinema cinema;
    cinema.add_film("two", film({25, 1}, 100));
    cinema.add_film("one", film({25, 1}, 100));
    cinema.add_subtitles("two", "en", {"", "director"});
    cinema.add_subtitles("one", "en");
    cinema.play({"two", "one"});
    cinema.on_air();
    const std::string master = cinema.broadcaster->channel("main")->multivariant().body.to_text();
    EXPECT_THAT(master, HasSubstr("NAME=\"English\",LANGUAGE=\"en\""));
    EXPECT_THAT(master, HasSubstr("URI=\"subtitles-en/media.m3u8\""));
    EXPECT_THAT(master, HasSubstr("NAME=\"English 2 (director)\",LANGUAGE=\"en\""));
    EXPECT_THAT(master, HasSubstr("URI=\"subtitles-en-2/media.m3u8\""));
    int lines = 0;
    for (const auto& [sequence, text] : segments(cinema.playlist("subtitles-en-2"))) {
        const std::size_t start = text.rfind('\n', text.size() - 2) + 1;
        const std::string body =
            cinema.get("subtitles-en-2", text.substr(start, text.size() - 1 - start));
        EXPECT_EQ(body.find("A line\n"), std::string::npos) << "that is the first track's";
        lines += body.find("A line of director") == std::string::npos ? 0 : 1;
    }
    EXPECT_GT(lines, 0);
}

TEST(Broadcaster, CallsATrackByItsLabelOnlyWhenAllFilmsDo) {
    Cinema cinema;
    cinema.add_film("a", film({25, 1}, 100));
    cinema.add_film("b", film({25, 1}, 100));
    cinema.add_subtitles("a", "en", {"", "director"});
    cinema.add_subtitles("b", "en", {"", "songs"});
    cinema.play({"a", "b"});
    cinema.on_air();
    EXPECT_THAT(cinema.broadcaster->channel("main")->multivariant().body.to_text(),
                HasSubstr("NAME=\"English 2\",LANGUAGE=\"en\""));
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
    const store::Channel known = *cinema.store->find_channel("main");
    store::Channel row = known;
    row.settings = R"({"burn_in": "zh,ru"})";
    ASSERT_TRUE(cinema.store->update_channel(row, known));
    cinema.on_air();
    const auto airs = [&](const std::string& media) {
        const auto channel = cinema.broadcaster->channel("main");
        return channel &&
               std::ranges::any_of(channel->rundown().airings(),
                                   [&](const auto& airing) { return airing.media_id == media; });
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

// Names of an entry's segments, of its first video or of a subtitle rendition.
std::vector<std::string> listed(const http::Presentation& entry, const std::string& rendition) {
    static const std::regex kName("\\n(\\d+-[^\\n]+)");
    const std::string text = entry.resource(rendition, "media.m3u8", kStart).body.to_text();
    std::vector<std::string> names;
    for (std::sregex_iterator it(text.begin(), text.end(), kName), end; it != end; ++it) {
        names.push_back((*it)[1]);
    }
    return names;
}

TEST(Broadcaster, StillHasWhatAViewerOfAReplacedFilmHasListed) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_subtitles("one", "en");
    cinema.on_air();
    const auto first = cinema.broadcaster->entry("one");
    const std::vector<std::string> pictures = listed(*first, "360p");
    const std::vector<std::string> texts = listed(*first, "subtitles-en");
    ASSERT_FALSE(pictures.empty());
    ASSERT_FALSE(texts.empty());
    const auto body = [](const http::Presentation& entry, const std::string& rendition,
                         const std::string& name) {
        const http::Response response = entry.resource(rendition, name, kStart);
        EXPECT_EQ(response.status, 200) << rendition << "/" << name;
        return response.body.to_text();
    };
    const std::string picture = body(*first, "360p", pictures[0]);
    const std::string text = body(*first, "subtitles-en", texts[0]);

    cinema.add_subtitles("one", "en", {"corrected"});
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->entry("one") != first; }));
    const auto second = cinema.broadcaster->entry("one");
    EXPECT_NE(listed(*second, "subtitles-en"), texts);
    EXPECT_EQ(body(*second, "360p", pictures[0]), picture);
    EXPECT_EQ(body(*second, "subtitles-en", texts[0]), text);
    EXPECT_EQ(second->resource("360p", "0-00000000.m4s", kStart).status, 404);

    // Also several replacements later, but not for ever.
    auto last = second;
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(last->resource("360p", pictures[0], kStart).status, i < 3 ? 200 : 404) << i;
        cinema.add_subtitles("one", "en", {fmt::format("corrected {} times", i + 2)});
        ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->entry("one") != last; }));
        last = cinema.broadcaster->entry("one");
    }
    EXPECT_EQ(last->settings().former.size(), 3u);
}

TEST(Broadcaster, HoldsAPlaylistUntilItHasTheSegmentAskedFor) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    cinema.clock.advance(seconds(100));
    const auto ask = [&](std::int64_t sequence, bool skip = false) {
        return cinema.broadcaster->channel("main")->resource("360p", "media.m3u8",
                                                             cinema.clock.now(), {sequence, skip});
    };
    const std::int64_t newest = segments(cinema.playlist()).rbegin()->first;
    EXPECT_FALSE(ask(newest).ask_again_in);
    const http::Response held = ask(newest + 1);
    ASSERT_TRUE(held.ask_again_in);
    EXPECT_EQ(ask(newest + 3).status, 400);
    cinema.clock.advance(*held.ask_again_in);
    const http::Response there = ask(newest + 1);
    EXPECT_FALSE(there.ask_again_in);
    EXPECT_EQ(segments(there.body.to_text()).rbegin()->first, newest + 1);

    // A delta update is the whole playlist's end, with less before it.
    const std::string whole = there.body.to_text();
    const std::string delta = ask(newest + 1, true).body.to_text();
    EXPECT_LT(delta.size(), whole.size());
    EXPECT_THAT(delta, HasSubstr("#EXT-X-SKIP:SKIPPED-SEGMENTS="));
    const auto all = segments(whole);
    for (const auto& [sequence, lines] : segments(delta)) {
        EXPECT_EQ(all.at(sequence), lines);
    }
}

TEST(DeliveryDirectives, AreCheckedBeforeTheyAreFollowed) {
    EXPECT_EQ(
        http::DeliveryDirectives::parse(http::Query("_HLS_msn=12&_HLS_skip=YES"))->media_sequence,
        12);
    EXPECT_TRUE(http::DeliveryDirectives::parse(http::Query("_HLS_skip=v2"))->skip);
    EXPECT_FALSE(http::DeliveryDirectives::parse(http::Query(""))->skip);
    for (const char* query : {"_HLS_msn=", "_HLS_msn=-1", "_HLS_msn=1x", "_HLS_skip=no",
                              "_HLS_msn=99999999999999999999"}) {
        EXPECT_FALSE(http::DeliveryDirectives::parse(http::Query(query))) << query;
    }
}

TEST(Broadcaster, GoesOnPastAnAiringWhoseFilesAreGone) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("lost", film({25, 1}, 250));
    cinema.play({"one", "lost"});
    cinema.on_air();
    cinema.clock.advance(seconds(100));
    const std::string lost = cinema.broadcaster->entry("lost")->film(0)->media->manifest().media_id;
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

// A film of 200 s whose preparation the test goes on with.
class Preparation {
  public:
    explicit Preparation(Cinema& cinema) : cinema_(cinema), film_(film({25, 1}, 5000)) {
        film_.name = "long";
        store::EntryDescription entry;
        entry.id = "long";
        entry.source.path = "/films/long";
        EXPECT_TRUE(cinema.store->upsert_entry(entry));
        EXPECT_TRUE(cinema.store->enqueue_job("long"));
        job_ = (*cinema.store->take_job("test", hours(1)))->id;
        std::filesystem::create_directories(folder_);
        writer_ = std::make_unique<library::PreparedWriter>(folder_, RawFilm::house(), film_.rate);
    }

    // Prepares `groups` groups of two seconds more and says so.
    void add(std::int64_t groups) {
        const std::int64_t until = groups_ + groups;
        // The first picture of the next group tells that this one is complete.
        const std::int64_t pictures = std::min(until * 50 + 1, film_.frames);
        EXPECT_TRUE(film_.add_pictures(*writer_, pictures_, pictures));
        pictures_ = pictures;
        const std::int64_t sound = until < 100 ? until * 94 + 95 : film_.audio_frames;
        EXPECT_TRUE(film_.add_sound(*writer_, sound_, sound));
        sound_ = sound;
        if (groups_ == 0) {
            library::Manifest described = film_.description();
            described.media_id = library::media_id(described.source_sha256, RawFilm::house());
            EXPECT_TRUE(writer_->write_growing(described, film_.frames));
        }
        groups_ = until;
        cinema_.broadcaster->available("long", folder_, writer_->complete_groups());
    }

    void finish() {
        EXPECT_TRUE(writer_->end_pictures(0));
        EXPECT_TRUE(writer_->end_pictures(1));
        EXPECT_TRUE(writer_->end_sound());
        const auto manifest = writer_->finish(film_.description(), {});
        ASSERT_TRUE(manifest) << manifest.error().to_string();
        std::filesystem::rename(folder_,
                                cinema_.temp.path() / "library/media" / manifest->media_id);
        store::Media media;
        media.id = manifest->media_id;
        media.duration = manifest->duration;
        ASSERT_TRUE(cinema_.store->finish_job(job_, "test", media));
    }

  private:
    Cinema& cinema_;
    RawFilm film_;
    const std::filesystem::path folder_ = cinema_.temp.path() / "library/incoming/long";
    std::string job_;
    std::unique_ptr<library::PreparedWriter> writer_;
    std::int64_t groups_ = 0;
    std::int64_t pictures_ = 0;
    std::int64_t sound_ = 0;
};

// What is listed now was there before as it is, where it was listed before.
void expect_kept(std::map<std::int64_t, std::string>& seen, const std::string& playlist) {
    for (const auto& [sequence, lines] : segments(playlist)) {
        const auto before = seen.emplace(sequence, lines).first;
        EXPECT_EQ(before->second, lines);
    }
}

bool plays(const Cinema& cinema, const std::string& entry) {
    const auto on_air = cinema.broadcaster->channel("main");
    const auto airings = on_air->rundown().airings();
    return std::ranges::any_of(
        airings, [&](const playout::Airing& airing) { return airing.entry_id == entry; });
}

TEST(Broadcaster, PlaysAnEntryWhileItIsBeingPrepared) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    Preparation preparation(cinema);
    cinema.play({"one", "long"});
    cinema.on_air();
    preparation.add(5);
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->entry("long") != nullptr; }));
    const http::Response early =
        cinema.broadcaster->entry("long")->resource("360p", "media.m3u8", kStart);
    EXPECT_THAT(early.body.to_text(), HasSubstr("#EXT-X-PLAYLIST-TYPE:EVENT"));
    EXPECT_THAT(early.body.to_text(), Not(HasSubstr("#EXT-X-ENDLIST")));
    EXPECT_THAT(early.body.to_text(), HasSubstr("\n1-"));
    EXPECT_THAT(early.body.to_text(), Not(HasSubstr("\n2-"))) << "only what exists is listed";
    EXPECT_FALSE(plays(cinema, "long")) << "nobody knows yet how fast it gets on";

    cinema.clock.advance(seconds(6));
    preparation.add(20);  // 40 s in 6: much faster than it plays
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "long"); }));

    std::map<std::int64_t, std::string> seen;
    for (int i = 0; i < 75; ++i) {
        preparation.add(1);
        cinema.clock.advance(seconds(1));
        ASSERT_TRUE(cinema.eventually([&] {
            const auto entry = cinema.broadcaster->entry("long");
            return entry->film(0)->complete_segments() >= (25 + i) / 2;
        }));
        expect_kept(seen, cinema.playlist());
    }
    preparation.finish();
    ASSERT_TRUE(cinema.eventually(
        [&] { return !cinema.broadcaster->entry("long")->film(0)->media->growing(); }));
    for (int i = 0; i < 300; i += 3) {
        cinema.clock.advance(seconds(3));
        expect_kept(seen, cinema.playlist());
        ASSERT_TRUE(cinema.eventually([&] {
            const auto channel = cinema.broadcaster->channel("main");
            return channel->rundown().airings().back().end() >
                   channel->ticks_at(cinema.clock.now() + minutes(1));
        }));
    }
    EXPECT_GT(seen.size(), 60u);
    const http::Response late =
        cinema.broadcaster->entry("long")->resource("360p", "media.m3u8", kStart);
    EXPECT_THAT(late.body.to_text(), HasSubstr("#EXT-X-ENDLIST"));
}

TEST(Broadcaster, CutsAnAiringShortWhosePreparationFallsBehind) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    Preparation preparation(cinema);
    cinema.play({"one", "long"});
    cinema.on_air();
    preparation.add(5);
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->entry("long") != nullptr; }));
    cinema.clock.advance(seconds(6));
    preparation.add(20);  // 50 s of 200, and no more
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "long"); }));

    std::map<std::int64_t, std::string> seen;
    for (int i = 0; i < 200; ++i) {
        cinema.clock.advance(seconds(1));
        const Instant now = cinema.clock.now();
        ASSERT_TRUE(cinema.eventually([&] {
            return !cinema.broadcaster->channel("main")->waiting_airing(now + seconds(3));
        }));
        const std::string playlist = cinema.playlist();
        expect_kept(seen, playlist);
        const auto channel = cinema.broadcaster->channel("main");
        const auto window =
            channel->rundown().window(channel->ticks_at(now), {minutes(1), seconds(18)});
        EXPECT_EQ(segments(playlist).rbegin()->first, window.end - 1) << "it never waits";
    }
    const auto on_air = cinema.broadcaster->channel("main");
    const auto airings = on_air->rundown().airings();
    const auto cut = std::ranges::find(airings, "long", &playout::Airing::entry_id);
    ASSERT_NE(cut, airings.end());
    EXPECT_EQ(cut->segment_count, 12);  // 25 groups, two a segment
    EXPECT_EQ(std::ranges::count(airings, "long", &playout::Airing::entry_id), 1)
        << "it has had its chance until it is prepared";
}

TEST(Broadcaster, BeginsAFixedStartOnTheTickWithSoundAndSubtitles) {
    Cinema cinema;
    cinema.add_film("one", film({24000, 1001}, 500));
    cinema.add_film("gala", film({25, 1}, 250));
    cinema.add_subtitles("gala", "zh");
    cinema.add_slate("slate");
    cinema.schedule({"one"}, {"gala"}, "2026-11-23T20:01:30");
    cinema.on_air();
    cinema.clock.set(kStart + seconds(80));
    const auto channel = cinema.broadcaster->channel("main");
    const auto rows = channel->rundown().airings();
    const auto gala = std::ranges::find(rows, "gala", &playout::Airing::entry_id);
    ASSERT_NE(gala, rows.end());
    EXPECT_EQ(gala->start, Ticks(seconds(90)));
    EXPECT_EQ(std::prev(gala)->entry_id, "slate");
    EXPECT_EQ(std::next(gala)->entry_id, "slate") << "once, and nothing after it";
    const std::string listed = cinema.playlist();
    EXPECT_THAT(listed, HasSubstr("#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:01:30.000Z"));
    for (const auto& [sequence, lines] : segments(listed)) {
        const std::size_t start = lines.rfind('\n', lines.size() - 2) + 1;
        const std::string name = lines.substr(start, lines.size() - 1 - start);
        EXPECT_FALSE(cinema.get("360p", name).empty());
        EXPECT_FALSE(cinema.get("audio", name).empty());
    }
    EXPECT_EQ(segments(listed).size(), segments(cinema.playlist("subtitles-zh")).size());
}

TEST(Broadcaster, CountsDownToAFixedStart) {
    Cinema cinema;
    cinema.add_film("one", film({24000, 1001}, 500));
    cinema.add_film("gala", film({25, 1}, 250));
    cinema.add_slate("slate");
    cinema.add_slate("soon");  // of ten seconds
    cinema.schedule({"one"}, {"gala"}, "2026-11-23T20:01:30");
    // 6.6 s are left after the last film that fits.
    cinema.change_schedule([](store::Schedule& wanted) { wanted.countdown_entry = "soon"; });
    cinema.on_air();
    cinema.clock.set(kStart + seconds(80));
    const auto channel = cinema.broadcaster->channel("main");
    const auto rows = channel->rundown().airings();
    const auto gala = std::ranges::find(rows, "gala", &playout::Airing::entry_id);
    ASSERT_NE(gala, rows.end());
    EXPECT_EQ(gala->start, Ticks(seconds(90)));
    const playout::Airing& soon = *std::prev(gala);
    EXPECT_EQ(soon.entry_id, "soon");
    EXPECT_EQ(std::prev(gala, 2)->entry_id, "one");
    EXPECT_GT(soon.from, Ticks(seconds(3)));
    for (const auto& [sequence, lines] : segments(cinema.playlist())) {
        const std::size_t start = lines.rfind('\n', lines.size() - 2) + 1;
        const std::string name = lines.substr(start, lines.size() - 1 - start);
        EXPECT_FALSE(cinema.get("360p", name).empty());
        EXPECT_FALSE(cinema.get("audio", name).empty());
        EXPECT_FALSE(cinema.get("360p", name.substr(0, name.size() - 4) + ".iframe.m4s").empty());
    }
    // A block may have a countdown of its own; one that is not there is found before.
    cinema.change_schedule([](store::Schedule& wanted) {
        wanted.countdown_entry = "";
        wanted.blocks[1].countdown_entry = "nobody";
    });
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const auto findings = room.check(*cinema.store->find_schedule("main"), {}, {});
    ASSERT_TRUE(findings) << findings.error().to_string();
    const auto missing = std::ranges::find(*findings, "no-countdown", &playout::Finding::code);
    ASSERT_NE(missing, findings->end());
    EXPECT_EQ(missing->severity, playout::Severity::kError);
    EXPECT_EQ(missing->block, "gala");
}

TEST(Broadcaster, CarriesCommandsOutWithoutChangingWhatWasListed) {
    Cinema cinema;
    cinema.add_film("one", film({24000, 1001}, 2000));
    cinema.add_film("two", film({25, 1}, 900));
    cinema.add_film("spot", film({30, 1}, 300, 7));
    cinema.add_slate("slate");
    cinema.schedule({"one", "two"}, {"spot"}, "2026-11-23T20:10:00");
    cinema.on_air();
    const auto hold = [](const playout::OnAir& on_air, playout::Moment moment) {
        return playout::hold(on_air, moment);
    };
    const auto resume = [](const playout::OnAir& on_air, playout::Moment moment) {
        return playout::resume(on_air, moment, playout::Resume::kWhereItStopped);
    };
    const playout::Programme spot = [&] {
        ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
        return *room.programme("spot");
    }();
    const auto insert = [&](const playout::OnAir& on_air, playout::Moment moment) {
        return playout::insert_next(on_air, moment, spot);
    };
    const std::vector<ControlRoom::Command> commands = {playout::skip, hold, resume, insert,
                                                        playout::skip, hold, resume, playout::skip};
    std::map<std::int64_t, std::string> seen;
    std::size_t next = 0;
    std::size_t done = 0;
    for (int second = 0; second < 560; second += 2) {
        cinema.clock.advance(seconds(2));
        const Instant now = cinema.clock.now();
        expect_kept(seen, cinema.playlist());
        if (second % 60 == 20 && next < commands.size()) {
            const auto performed = cinema.command(commands[next++]);
            if (performed) {
                ++done;
                EXPECT_GT(performed->at, now);
                // The server has taken all of it up.
                EXPECT_TRUE(cinema.eventually([&] {
                    const auto fresh = cinema.broadcaster->channel("main");
                    const Ticks tick = fresh->ticks_at(now);
                    const auto rows = fresh->rundown().airings();
                    const auto stored =
                        *cinema.store->list_airings("main", tick, tick + Ticks(minutes(2)));
                    return std::ranges::all_of(stored, [&](const playout::Airing& row) {
                        return std::ranges::find(rows, row) != rows.end();
                    });
                }));
            } else {
                EXPECT_EQ(performed.error().code(), ErrorCode::kConflict)
                    << performed.error().to_string();
            }
            expect_kept(seen, cinema.playlist());
        }
        ASSERT_TRUE(cinema.eventually([&] {
            const auto channel = cinema.broadcaster->channel("main");
            return channel->rundown().airings().back().end() > channel->ticks_at(now + minutes(1));
        }));
    }
    EXPECT_GE(done, 6u);
    // Numbers without a gap.
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()),
              seen.rbegin()->first - seen.begin()->first + 1);
    EXPECT_TRUE(plays(cinema, "slate"));
}

TEST(Broadcaster, KeepsWhatWasPutInByHandWhenThePlaylistChanges) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 1000));
    cinema.add_film("two", film({25, 1}, 1000));
    cinema.add_film("spot", film({25, 1}, 500));
    cinema.play({"one"});
    cinema.on_air();
    cinema.clock.advance(seconds(5));
    const auto inserted = cinema.command([&](const playout::OnAir& on_air, playout::Moment moment) {
        ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
        return playout::insert_next(on_air, moment, *room.programme("spot"));
    });
    ASSERT_TRUE(inserted) << inserted.error().to_string();
    EXPECT_EQ(inserted->at, kStart + seconds(40));
    cinema.play({"two"});
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "two"); }));
    const auto on_air = cinema.broadcaster->channel("main");
    const auto rows = on_air->rundown().airings();
    EXPECT_EQ(rows[0].entry_id, "one");
    EXPECT_EQ(rows[1].entry_id, "spot");
    EXPECT_EQ(rows[2].entry_id, "two");
}

TEST(ControlRoom, PublishesADraftFromWhenItSaid) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("two", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    store::PlaylistItem two;
    two.reference = "two";
    ASSERT_EQ(*cinema.store->save_draft("main", "Main", {&two, 1}, 1, "ann"), 2);
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const Instant at = kStart + seconds(95);
    const auto dry = room.publish("main", 2, 1, playout::From::kAt, at, ControlRoom::Mode::kDryRun);
    ASSERT_TRUE(dry) << dry.error().to_string();
    ASSERT_EQ(dry->size(), 1u);
    const auto& first = dry->front().plan.changes.front();
    EXPECT_EQ(first, (playout::Change{Ticks(seconds(100)), "one", "two"}));
    EXPECT_FALSE(plays(cinema, "two"));
    ASSERT_TRUE(room.publish("main", 2, 1, playout::From::kAt, at, ControlRoom::Mode::kCommit));
    EXPECT_EQ(room.publish("main", 2, 1, playout::From::kAt, at, ControlRoom::Mode::kCommit)
                  .error()
                  .code(),
              ErrorCode::kConflict);
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "two"); }));
    const auto shown = cinema.broadcaster->channel("main");
    for (const playout::Airing& row : shown->rundown().airings()) {
        EXPECT_EQ(row.entry_id, row.start < seconds(100) ? "one" : "two");
    }
}

// Lets the broadcaster do what it would do by itself.
void settle(Cinema& cinema) {
    cinema.broadcaster->wake();
    std::this_thread::sleep_for(milliseconds(200));
}

// A version of a playlist that has this entry, published for later or now.
void publish(Cinema& cinema, const std::string& playlist, const std::string& entry,
             playout::From from, Instant at = {}) {
    store::PlaylistItem item;
    item.reference = entry;
    const store::Playlist present = *cinema.store->find_playlist_version(playlist, 0);
    const auto version =
        cinema.store->save_draft(playlist, playlist, {&item, 1}, present.draft, "ann");
    ASSERT_TRUE(version) << version.error().to_string();
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const auto done =
        room.publish(playlist, *version, present.published, from, at, ControlRoom::Mode::kCommit);
    ASSERT_TRUE(done) << done.error().to_string();
}

TEST(ControlRoom, WhatIsPublishedForLaterWaitsThroughCommands) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 1000));
    cinema.add_film("two", film({25, 1}, 1000));
    cinema.add_film("three", film({25, 1}, 1000));
    cinema.add_film("spot", film({25, 1}, 100));
    cinema.add_slate("slate");
    store::EntryDescription slate = *cinema.store->find_entry("slate");
    slate.kind = store::EntryKind::kSlate;
    ASSERT_TRUE(cinema.store->upsert_entry(slate));
    cinema.play({"one"});
    cinema.on_air();
    const Instant at = kStart + seconds(300);
    publish(cinema, "main", "two", playout::From::kAt, at);
    const auto expect_waiting = [&](const char* after) {
        SCOPED_TRACE(after);
        settle(cinema);
        std::size_t later = 0;
        const auto rows = cinema.store->list_airings("main", Ticks(0));
        ASSERT_TRUE(rows);
        for (const playout::Airing& row : *rows) {
            if (row.place.role != playout::Role::kItem) continue;
            EXPECT_EQ(row.entry_id, row.start < seconds(300) ? "one" : "two") << row.start.count();
            later += row.start >= seconds(300) ? 1 : 0;
        }
        EXPECT_GT(later, 10U);
    };
    expect_waiting("it is published");
    const auto skipped = cinema.command(playout::skip);
    ASSERT_TRUE(skipped) << skipped.error().to_string();
    expect_waiting("a skip");
    ASSERT_TRUE(cinema.command([&](const auto& on, auto moment) {
        ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
        return playout::insert_next(on, moment, *room.programme("spot"));
    }));
    expect_waiting("an insertion");
    const auto panic = cinema.command([](const auto& on, auto moment) {
        return playout::hold(on, moment, playout::Role::kPanic);
    });
    ASSERT_TRUE(panic) << panic.error().to_string();
    cinema.clock.advance(seconds(60));
    ASSERT_TRUE(cinema.command([](const auto& on, auto moment) {
        return playout::resume(on, moment, playout::Resume::kNextItem);
    }));
    expect_waiting("a panic that is over");

    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const auto refused = [&](Instant when) {
        const auto draft = *cinema.store->find_playlist_version("main", 0);
        return room.publish("main", draft.version, draft.published, playout::From::kAt, when,
                            ControlRoom::Mode::kDryRun);
    };
    EXPECT_EQ(refused(at + seconds(60)).error().code(), ErrorCode::kConflict) << "one time waits";
    EXPECT_EQ(refused(kStart + std::chrono::hours(72)).error().code(), ErrorCode::kInvalid);
    // Another version of the same, for now, takes its place.
    publish(cinema, "main", "three", playout::From::kAfterCurrent);
    settle(cinema);
    // The panic that has just ended does not come back by it.
    const auto rows = cinema.store->list_airings("main", Ticks(seconds(150)));
    ASSERT_TRUE(rows);
    for (const playout::Airing& row : *rows) {
        EXPECT_EQ(row.entry_id, "three") << row.start.count();
    }
    EXPECT_EQ(*cinema.store->edits_before("main"), "");
}

TEST(ControlRoom, WhatIsPublishedNowIsSeenBeforeAndAfterWhatWaits) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 1000));
    cinema.add_film("two", film({25, 1}, 1000));
    cinema.add_film("gala", film({25, 1}, 250));
    cinema.add_film("other", film({25, 1}, 250));
    cinema.add_slate("slate");
    cinema.schedule({"one"}, {"gala"}, "2026-11-23T20:10:00");
    cinema.on_air();
    publish(cinema, "gala", "other", playout::From::kAt, kStart + seconds(300));
    publish(cinema, "day", "two", playout::From::kAfterCurrent);
    const auto expect_both = [&] {
        settle(cinema);
        const auto names = [&](Ticks from, Ticks to) {
            std::set<std::string> found;
            const auto rows = cinema.store->list_airings("main", from, to);
            for (const playout::Airing& row : *rows)
                found.insert(row.entry_id);
            return found;
        };
        EXPECT_EQ(names(seconds(90), seconds(560)), (std::set<std::string>{"two"}));
        EXPECT_EQ(names(seconds(601), seconds(605)), (std::set<std::string>{"other"}));
    };
    expect_both();
    ASSERT_TRUE(cinema.command(playout::skip));
    expect_both();
}

TEST(ControlRoom, ChecksAScheduleAgainstWhatIsThere) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 500));
    cinema.add_film("gala", film({25, 1}, 250));
    cinema.add_slate("slate");
    cinema.schedule({"one", "nobody"}, {"gala"}, "2026-11-23T20:01:30");
    cinema.on_air();
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const auto findings = room.check(*cinema.store->find_schedule("main"), {}, {"zh"});
    ASSERT_TRUE(findings) << findings.error().to_string();
    std::set<std::string> codes;
    for (const auto& finding : *findings)
        codes.insert(finding.code);
    EXPECT_TRUE(codes.contains("unknown-entry"));
    EXPECT_TRUE(codes.contains("missing-language"));
    EXPECT_TRUE(codes.contains("gap"));
}

TEST(ControlRoom, PutsNothingOnTheAirOutsideOfItsDates) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 500));
    cinema.add_film("spot", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    const auto put_on = [&](const std::string& metadata, ControlRoom::PutOn how) {
        store::EntryDescription spot = *cinema.store->find_entry("spot");
        spot.metadata = metadata;
        EXPECT_TRUE(cinema.store->upsert_entry(spot));
        ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
        const auto command = room.putting_on("main", "spot", how);
        EXPECT_TRUE(command) << command.error().to_string();
        return room.perform("main", *command);
    };
    for (const ControlRoom::PutOn how : {&playout::insert_next, &playout::replace}) {
        const auto early = put_on(R"({"not_before": "2026-11-24"})", how);
        ASSERT_FALSE(early);
        EXPECT_EQ(early.error().code(), ErrorCode::kConflict);
        EXPECT_THAT(early.error().to_string(),
                    testing::HasSubstr("before 2026-11-24T00:00:00.000Z"));
        const auto late = put_on(R"({"not_after": "2026-11-23T20:00:01Z"})", how);
        ASSERT_FALSE(late);
        EXPECT_THAT(late.error().to_string(), testing::HasSubstr("after 2026-11-23T20:00:01.000Z"));
    }
    const auto done = put_on(R"({"not_before": "2026-11-23"})", playout::insert_next);
    EXPECT_TRUE(done) << done.error().to_string();
}

TEST(ControlRoom, SaysWithAPublicationWhatIsWrongWithIt) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 500));
    cinema.play({"one"});
    cinema.on_air();
    std::vector<store::PlaylistItem> items(2);
    items[0].reference = "one";
    items[1].reference = "nobody";
    ASSERT_EQ(*cinema.store->save_draft("main", "Main", items, 1, "ann"), 2);
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    for (const auto mode : {ControlRoom::Mode::kDryRun, ControlRoom::Mode::kCommit}) {
        const auto published =
            room.publish("main", 2, 1, playout::From::kAfterCurrent, Instant(), mode);
        ASSERT_TRUE(published) << published.error().to_string();
        ASSERT_EQ(published->front().errors.size(), 1U);
        EXPECT_EQ(published->front().errors[0].code, "unknown-entry");
    }
    // A schedule likewise, without what are warnings.
    cinema.add_slate("slate");
    store::Schedule wanted;
    wanted.channel_id = "main";
    wanted.slate_entry = "slate";
    wanted.filler_playlist = "fillers";
    ASSERT_TRUE(cinema.store->set_playlist("fillers", "Fillers", std::vector<std::string>{"gone"}));
    wanted.blocks.resize(1);
    wanted.blocks[0].id = wanted.blocks[0].playlist_id = "main";
    const auto published =
        room.publish(wanted, playout::From::kAfterCurrent, Instant(), ControlRoom::Mode::kDryRun);
    ASSERT_TRUE(published) << published.error().to_string();
    ASSERT_EQ(published->errors.size(), 2U);
    EXPECT_EQ(published->errors[1].message, "the filler, \"gone\": there is no such entry");
}

TEST(ControlRoom, ChecksForTheLanguagesThatViewersGet) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 500));
    cinema.add_subtitles("one", "zh-Hans");
    // A file that is known and not used, or could not be read, is in no set.
    store::SubtitleSource unused;
    unused.language = "ru";
    unused.kind = "full";
    unused.path = "/films/one.ru.srt";
    unused.options = R"({"use":false})";
    const std::string set = cinema.store->find_entry("one")->subtitles_id;
    ASSERT_TRUE(cinema.store->set_subtitles("one", set, {{unused}}));
    cinema.play({"one"});
    cinema.on_air();
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const store::Schedule schedule = *cinema.store->find_schedule("main");
    const auto lacking = [&](const std::string& language) {
        const auto findings = room.check(schedule, {}, {language});
        EXPECT_TRUE(findings) << findings.error().to_string();
        return std::ranges::count(*findings, "missing-language", &playout::Finding::code);
    };
    for (const char* has : {"zh", "chi", "ZH", "zh-CN"})
        EXPECT_EQ(lacking(has), 0) << has;
    for (const char* has_not : {"zh-Hant", "ru", "EN"})
        EXPECT_EQ(lacking(has_not), 1) << has_not;
    const auto refused = room.check(schedule, {}, {"zh", "chinise"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(refused.error().to_string(), testing::HasSubstr("\"chinise\""));
}

TEST(ControlRoom, ChecksThatEntriesAirWithinTheirPermittedDates) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 500));
    cinema.add_film("gala", film({25, 1}, 250));  // ten seconds, from 20:01:30
    cinema.add_slate("slate");
    cinema.schedule({"one"}, {"gala"}, "2026-11-23T20:01:30");
    cinema.on_air();
    const auto not_permitted = [&](const std::string& metadata) {
        store::EntryDescription gala = *cinema.store->find_entry("gala");
        gala.metadata = metadata;
        EXPECT_TRUE(cinema.store->upsert_entry(gala));
        ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
        const auto findings = room.check(*cinema.store->find_schedule("main"), {}, {});
        EXPECT_TRUE(findings) << findings.error().to_string();
        std::vector<std::string> at;
        for (const auto& finding : *findings) {
            if (finding.code != "not-permitted") continue;
            EXPECT_EQ(finding.severity, playout::Severity::kError);
            EXPECT_EQ(finding.block, "gala");
            at.push_back(base::to_rfc3339(playout::instant_of(kStart, finding.at)));
        }
        return at;
    };
    using testing::ElementsAre;
    using testing::IsEmpty;
    EXPECT_THAT(not_permitted("{}"), IsEmpty());
    EXPECT_THAT(not_permitted(R"({"not_before": "2026-11-23", "not_after": "2026-11-23"})"),
                IsEmpty());
    EXPECT_THAT(not_permitted(R"({"not_before": "2026-11-23T20:01:30Z"})"), IsEmpty());
    EXPECT_THAT(not_permitted(R"({"not_before": "2026-11-23T20:01:31Z"})"),
                ElementsAre("2026-11-23T20:01:30.000Z"));
    EXPECT_THAT(not_permitted(R"({"not_after": "2026-11-23T20:01:40Z"})"), IsEmpty());
    EXPECT_THAT(not_permitted(R"({"not_after": "2026-11-23T20:01:39Z"})"),
                ElementsAre("2026-11-23T20:01:30.000Z"));
    EXPECT_THAT(not_permitted(R"({"not_before": "2026-11-24"})"),
                ElementsAre("2026-11-23T20:01:30.000Z"));
}

TEST(Broadcaster, ShowsAPartOnceItIsPrepared) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("two", film({25, 1}, 250));
    cinema.add_subtitles("two", "zh");  // a line from 1 s to 3 s
    cinema.play({"one"});
    std::vector<store::PlaylistItem> items(2);
    items[0].reference = "one";
    items[1].reference = "two";
    items[1].in = 50;
    items[1].out = 150;
    // Asked for already when it is a draft.
    const auto version = cinema.store->save_draft("main", "Main", items, 1, "ann");
    ASSERT_TRUE(version);
    cinema.on_air();
    ASSERT_TRUE(cinema.eventually([&] { return cinema.store->list_variants()->size() == 1; }));
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const store::Playlist draft = *cinema.store->find_playlist_version("main", *version);
    auto states = *room.item_states(draft);
    EXPECT_EQ(states[0].readiness, ControlRoom::ItemReadiness::kReady);
    EXPECT_EQ(states[1].readiness, ControlRoom::ItemReadiness::kWaits);
    EXPECT_EQ(states[1].why, "being prepared");
    const auto published = room.publish("main", *version, 1, playout::From::kAfterCurrent, {},
                                        ControlRoom::Mode::kCommit);
    ASSERT_TRUE(published) << published.error().to_string();
    EXPECT_FALSE(plays(cinema, "two")) << "it airs only when it is ready";

    const auto job = *cinema.store->take_job("test", minutes(1));
    ASSERT_TRUE(job);
    EXPECT_EQ(job->variant, R"({"trim":{"in":50,"out":150}})");
    EXPECT_EQ(job->subtitles_id, "") << "nothing is drawn";
    RawFilm part = film({25, 1}, 100);
    part.name = "part";
    store::Media media;
    media.id = test::prepare(part, cinema.temp.path() / "library");
    media.duration = Ticks(360'000);
    const auto file = cinema.temp.path() / "library/media" / media.id / "entry.json";
    std::ifstream in(file);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    text.replace(text.find('{'), 1, R"({"variant": {"trim": {"in": 50, "out": 150}},)");
    std::ofstream(file) << text;
    ASSERT_TRUE(cinema.store->finish_job(job->id, "test", media));
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "two"); }));
    const auto channel = cinema.broadcaster->channel("main");
    const auto rows = channel->rundown().airings();
    const auto shown = std::ranges::find(rows, "two", &playout::Airing::entry_id);
    EXPECT_EQ(shown->media_id, media.id);
    EXPECT_EQ(shown->duration, Ticks(360'000));
    EXPECT_EQ((*room.item_states(draft))[1].readiness, ControlRoom::ItemReadiness::kReady);
    // The line that began before the in point is on for its last second.
    const auto& cues = channel->film(static_cast<std::size_t>(shown - rows.begin()))
                           ->subtitles->tracks()[0]
                           .cues();
    ASSERT_EQ(cues.size(), 1u);
    EXPECT_EQ(cues[0].start, subtitles::Milliseconds(0));
    EXPECT_EQ(cues[0].end, subtitles::Milliseconds(1000));
}

TEST(ControlRoom, RefusesPointsThatMakeNoSenseAndNamesTheItem) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    std::vector<store::PlaylistItem> items(2);
    items[0].reference = items[1].reference = "one";
    items[1].in = 100;
    items[1].out = 300;
    ASSERT_TRUE(cinema.store->save_draft("main", "Main", items, 1, "ann"));
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const auto published =
        room.publish("main", 2, 1, playout::From::kAfterCurrent, {}, ControlRoom::Mode::kDryRun);
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(published.error().to_string(),
                HasSubstr("item 2 of playlist \"main\", one: its out point, 300, is past its end"));
    const auto findings = *room.check(*cinema.store->find_schedule("main"),
                                      {*cinema.store->find_playlist_version("main", 2)}, {});
    const auto bad = std::ranges::find(findings, "bad-points", &playout::Finding::code);
    ASSERT_NE(bad, findings.end());
    EXPECT_EQ(bad->item, 1);
    EXPECT_TRUE(cinema.store->list_variants()->empty()) << "nobody prepares that";
}

TEST(Broadcaster, TakesAnEntryBackWhosePreparationFails) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    Preparation preparation(cinema);
    cinema.play({"one", "long"});
    cinema.on_air();
    preparation.add(5);
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->entry("long") != nullptr; }));
    cinema.clock.advance(seconds(6));
    preparation.add(20);
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "long"); }));
    cinema.broadcaster->withdraw("long");
    EXPECT_TRUE(cinema.eventually([&] { return !plays(cinema, "long"); })) << "it had not begun";
    EXPECT_EQ(cinema.broadcaster->entry("long"), nullptr);
}

// A viewer who keeps asking for the picture's playlist and writes down what it is told.
class Viewer {
  public:
    struct Seen {
        std::string start;
        std::string title;
        std::string duration;                    // once it is said
        std::map<std::int64_t, Ticks> segments;  // by number

        [[nodiscard]] Ticks length() const {
            Ticks sum{0};
            for (const auto& [number, ticks] : segments) {
                sum += ticks;
            }
            return sum;
        }
    };

    void look(const std::string& playlist) {
        static const std::regex kAttribute("(START-DATE|X-TITLE|DURATION)=\"?([^\",]*)\"?");
        Seen* airing = nullptr;
        Ticks length{0};
        std::istringstream lines(playlist);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("#EXT-X-DATERANGE:ID=\"main-")) {
                airing = &airings[std::stoll(line.substr(line.find('-', 20) + 1))];
                for (std::sregex_iterator it(line.begin(), line.end(), kAttribute), end; it != end;
                     ++it) {
                    const std::string name = (*it)[1];
                    (name == "START-DATE" ? airing->start
                     : name == "X-TITLE"  ? airing->title
                                          : airing->duration) = (*it)[2];
                }
            } else if (line.starts_with("#EXTINF:")) {
                const std::int64_t micros =
                    std::stoll(line.substr(8, line.find('.') - 8)) * 1'000'000 +
                    std::stoll(line.substr(line.find('.') + 1, 6));
                length = Ticks((micros * 9 + 50) / 100);
            } else if (!line.starts_with('#') && airing != nullptr) {
                airing->segments.emplace(std::stoll(line), length);
            }
        }
    }

    std::map<std::int64_t, Seen> airings;  // by ordinal
};

std::vector<playout::AsRunRecord> as_run(Cinema& cinema) {
    return *cinema.store->list_as_run({.channel_id = "main"});
}

bool has_mark(const playout::AsRunRecord& record, std::string_view kind) {
    return std::ranges::any_of(record.marks,
                               [&](const playout::AsRunMark& mark) { return mark.kind == kind; });
}

// Lets time pass in steps, as the broadcaster's thread keeps up with it.
template <typename EachStep>
void pass(Cinema& cinema, seconds time, seconds step, EachStep each_step) {
    for (seconds passed{0}; passed < time; passed += step) {
        cinema.clock.advance(step);
        const Instant now = cinema.clock.now();
        ASSERT_TRUE(cinema.eventually([&] {
            const auto channel = cinema.broadcaster->channel("main");
            return channel->rundown().airings().back().end() >
                       channel->ticks_at(now + minutes(1)) &&
                   !channel->waiting_airing(now + seconds(3));
        }));
        each_step();
    }
}

// Waits until the log has all that has ended, and that the server runs.
void catch_up(Cinema& cinema) {
    const auto channel = cinema.broadcaster->channel("main");
    const Ticks now = channel->ticks_at(cinema.clock.now());
    const auto current = channel->rundown().airing_at(now);
    ASSERT_TRUE(current);
    const std::int64_t ordinal = channel->rundown().airings()[*current].ordinal;
    ASSERT_TRUE(cinema.eventually([&] {
        const auto last = *cinema.store->last_as_run(*cinema.store->find_channel("main"));
        return last && last->ordinal + 1 >= ordinal;
    }));
    const Instant instant = cinema.clock.now();
    ASSERT_TRUE(
        cinema.eventually([&] { return *cinema.store->last_alive() > instant - seconds(10); }));
}

TEST(Broadcaster, LogsThatAFilmWasEndedByHand) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 1000));
    cinema.add_film("two", film({25, 1}, 1000));
    cinema.play({"one", "two"});
    cinema.on_air();
    cinema.clock.advance(seconds(5));
    const auto skipped = cinema.command(playout::skip);
    ASSERT_TRUE(skipped) << skipped.error().to_string();
    pass(cinema, minutes(2), seconds(5), [] {});
    catch_up(cinema);
    const auto log = as_run(cinema);
    ASSERT_GE(log.size(), 2U);
    EXPECT_EQ(log[0].entry_id, "one");
    EXPECT_TRUE(log[0].cut_short());
    EXPECT_EQ(log[0].ends_at(), skipped->at);
    ASSERT_EQ(log[0].marks.size(), 1U);
    EXPECT_EQ(log[0].marks[0].kind, playout::kCutShort);
    EXPECT_EQ(log[0].marks[0].detail, "ended by hand");
    EXPECT_EQ(log[0].marks[0].at, skipped->at);
    EXPECT_EQ(log[1].entry_id, "two");
    EXPECT_FALSE(log[1].cut_short());
    EXPECT_TRUE(log[1].marks.empty());
}

TEST(Broadcaster, FadesWhatIsCutOnceThatIsPrepared) {
    Cinema cinema;
    cinema.cut_for_gala(film({24000, 1001}, 500));  // 20.9 s
    cinema.on_air();
    const auto before_gala = [&]() -> std::optional<playout::Airing> {
        const auto rows = *cinema.store->list_airings("main", Ticks(0));
        const auto gala = std::ranges::find(rows, "gala", &playout::Airing::entry_id);
        if (gala == rows.end() || gala == rows.begin()) return std::nullopt;
        EXPECT_EQ(gala->start, Ticks(seconds(120))) << "in either case";
        return *std::prev(gala);
    };
    ASSERT_EQ(before_gala()->entry_id, "slate") << "a hard cut, and the slate";
    EXPECT_TRUE(cinema.store->list_variants()->empty()) << "a plan has to stand for a while";
    cinema.clock.advance(seconds(11));
    ASSERT_TRUE(cinema.eventually([&] { return cinema.store->list_variants()->size() == 1; }));
    const auto job = *cinema.store->take_job("test", minutes(1));
    ASSERT_TRUE(job);
    EXPECT_EQ(job->entry_id, "one");
    // 15.7 s after the start of the sixth time round; 0.8 s are 19 frames.
    EXPECT_EQ(job->variant, R"({"fade":{"frames":19},"trim":{"in":0,"out":377}})");
    EXPECT_EQ(before_gala()->entry_id, "slate") << "until it is prepared";

    const std::string faded = cinema.finish_variant(*job, film({24000, 1001}, 377));
    ASSERT_TRUE(cinema.eventually([&] { return before_gala()->media_id == faded; }));
    EXPECT_EQ(before_gala()->entry_id, "one");
    EXPECT_EQ(cinema.store->list_variants()->size(), 1u) << "it asks for nothing more";
    ControlRoom room(*cinema.store, *cinema.library, cinema.clock, Cinema::options());
    const auto dry = room.publish(*cinema.store->find_schedule("main"),
                                  playout::From::kAfterCurrent, {}, ControlRoom::Mode::kDryRun);
    ASSERT_TRUE(dry) << dry.error().to_string();
    EXPECT_TRUE(dry->plan.changes.empty()) << "whoever plans knows of it";
    const auto findings = room.check(*cinema.store->find_schedule("main"), {}, {});
    ASSERT_TRUE(findings) << findings.error().to_string();
    const auto cut = std::ranges::find(*findings, "cut", &playout::Finding::code);
    ASSERT_NE(cut, findings->end());
    EXPECT_THAT(cut->message, HasSubstr("fades out"));

    Viewer viewer;
    pass(cinema, seconds(160), seconds(4), [&] { viewer.look(cinema.playlist()); });
    catch_up(cinema);
    const auto log = as_run(cinema);
    const auto aired = std::ranges::find(log, faded, &playout::AsRunRecord::media_id);
    ASSERT_NE(aired, log.end());
    EXPECT_TRUE(aired->cut_short());
    EXPECT_EQ(aired->frames(), 377);
    EXPECT_EQ(aired->end(), Ticks(seconds(120)));
    EXPECT_EQ(viewer.airings.at(aired->ordinal).length(), aired->duration) << "to the tick";
    EXPECT_FALSE(std::prev(aired)->cut_short());

    // It has had its time, and is as large as the film.
    const auto files = cinema.temp.path() / "library/media" / faded;
    ASSERT_TRUE(std::filesystem::exists(files));
    pass(cinema, hours(27), minutes(4), [] {});
    EXPECT_TRUE(cinema.eventually([&] { return !std::filesystem::exists(files); }));
    EXPECT_TRUE(cinema.store->list_variants()->empty());
}

TEST(Broadcaster, KeepsTheHardCutWhereAnEndingComesTooLate) {
    Cinema cinema;
    cinema.cut_for_gala(film({24000, 1001}, 500));
    cinema.on_air();
    cinema.clock.advance(seconds(11));
    ASSERT_TRUE(cinema.eventually([&] { return cinema.store->list_variants()->size() == 1; }));
    // The film that is cut begins at 104 s: at 80 s viewers may have fetched of it.
    pass(cinema, seconds(69), seconds(3), [] {});
    const std::string listed = cinema.playlist();
    const auto job = *cinema.store->take_job("test", minutes(1));
    ASSERT_TRUE(job);
    const std::string faded = cinema.finish_variant(*job, film({24000, 1001}, 377));
    pass(cinema, seconds(60), seconds(3), [] {});
    catch_up(cinema);
    const auto log = as_run(cinema);
    EXPECT_EQ(std::ranges::count(log, faded, &playout::AsRunRecord::media_id), 0);
    const auto rows = *cinema.store->list_airings("main", Ticks(0));
    const auto gala = std::ranges::find(rows, "gala", &playout::Airing::entry_id);
    ASSERT_NE(gala, rows.end());
    EXPECT_EQ(gala->start, Ticks(seconds(120)));
    const auto now = segments(cinema.playlist());
    for (const auto& [sequence, lines] : segments(listed)) {
        const auto same = now.find(sequence);
        if (same != now.end()) {
            EXPECT_EQ(same->second, lines);
        }
    }
}

// RFC 8216bis section 4.4.6.2: runs of segments from half a target duration to one and a half.
double measured_peak(Cinema& cinema, const std::string& rendition) {
    static const std::regex kSegment("#EXTINF:([0-9.]+),\n([^\n#]+)\n");
    const std::string listed = cinema.playlist(rendition);
    const double target = std::stod(listed.substr(listed.find("TARGETDURATION:") + 15));
    std::vector<std::pair<double, double>> all;  // bits, seconds
    for (std::sregex_iterator it(listed.begin(), listed.end(), kSegment), end; it != end; ++it) {
        all.emplace_back(8.0 * static_cast<double>(cinema.get(rendition, (*it)[2]).size()),
                         std::stod((*it)[1]));
    }
    double peak = 0;
    for (std::size_t first = 0; first < all.size(); ++first) {
        double bits = 0;
        double time = 0;
        for (std::size_t i = first; i < all.size(); ++i) {
            bits += all[i].first;
            time += all[i].second;
            if (time > 1.5 * target) break;
            if (time >= 0.5 * target) peak = std::max(peak, bits / time);
        }
    }
    return peak;
}

TEST(Broadcaster, DeclaresBandwidthThatAFilmCutInAGroupKeepsTo) {
    Cinema cinema;
    RawFilm one = film({24000, 1001}, 500);
    one.key_bytes = 200'000;
    cinema.cut_for_gala(one);
    cinema.on_air();
    pass(cinema, seconds(130), seconds(3), [] {});
    const std::string master = cinema.broadcaster->channel("main")->multivariant().body.to_text();
    std::smatch declared;
    ASSERT_TRUE(std::regex_search(master, declared, std::regex(":BANDWIDTH=(\\d+).*640x360")));
    const double peak = measured_peak(cinema, "360p") + measured_peak(cinema, "audio");
    EXPECT_GE(std::stod(declared[1]), peak);
    EXPECT_LT(std::stod(declared[1]), 2 * peak);
}

TEST(Broadcaster, LogsWhatAClientRecordsFromThePlaylists) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("two", film({24000, 1001}, 203));
    Preparation preparation(cinema);
    cinema.play({"one", "two", "long"});
    cinema.on_air();
    preparation.add(5);
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->entry("long") != nullptr; }));
    cinema.clock.advance(seconds(6));
    preparation.add(20);  // 50 s of 200, and no more: it is cut short on the air
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "long"); }));

    Viewer viewer;
    const auto look = [&] { viewer.look(cinema.playlist()); };
    look();
    pass(cinema, minutes(4), seconds(1), look);
    pass(cinema, minutes(56), seconds(15), look);
    cinema.play({"two"});  // an edit
    pass(cinema, minutes(60), seconds(15), look);
    catch_up(cinema);
    cinema.reopen();  // a restart
    cinema.on_air();
    pass(cinema, minutes(60), seconds(15), look);
    catch_up(cinema);

    const auto log = as_run(cinema);
    ASSERT_GT(log.size(), 900U);
    std::int64_t ordinal = 0;
    Ticks end{0};
    std::size_t cut_short = 0;
    for (const playout::AsRunRecord& record : log) {
        SCOPED_TRACE(record.ordinal);
        EXPECT_EQ(record.ordinal, ordinal++);
        EXPECT_EQ(record.start, end) << "without a gap";
        end = record.end();
        const auto seen = viewer.airings.find(record.ordinal);
        ASSERT_NE(seen, viewer.airings.end());
        EXPECT_EQ(base::to_rfc3339(record.starts_at()), seen->second.start);
        EXPECT_EQ(record.title(), seen->second.title);
        EXPECT_EQ(record.duration, seen->second.length()) << "to the frame";
        EXPECT_EQ(fmt::format(
                      "{:.3f}",
                      static_cast<double>((record.ends_at() - record.starts_at()).count()) / 1000),
                  seen->second.duration);
        EXPECT_EQ(record.source_sha256, std::string(64, 'a') + record.entry_id);
        EXPECT_EQ(has_mark(record, playout::kCutShort), record.cut_short());
        EXPECT_FALSE(has_mark(record, playout::kOffAir));
        cut_short += record.cut_short() ? 1 : 0;
    }
    EXPECT_EQ(cut_short, 1U);
    // And nothing that the client has seen to its end is missing.
    const std::int64_t listed = viewer.airings.rbegin()->first;
    EXPECT_LE(listed - log.back().ordinal, 5) << "only what is on and what is listed ahead";
    EXPECT_EQ(viewer.airings.begin()->first, 0);
}

TEST(Broadcaster, LogsThatNoServerRan) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    pass(cinema, minutes(2), seconds(10), [] {});
    catch_up(cinema);
    const Instant stopped = cinema.clock.now();
    cinema.reopen();
    cinema.clock.advance(hours(1));  // longer than the rundown had been made ahead
    const Instant started = cinema.clock.now();
    cinema.on_air();
    pass(cinema, minutes(2), seconds(10), [] {});
    catch_up(cinema);
    std::size_t marked = 0;
    for (const playout::AsRunRecord& record : as_run(cinema)) {
        SCOPED_TRACE(record.ordinal);
        const bool off_air = has_mark(record, playout::kOffAir);
        // It is known to have run until ten seconds before it stopped, or later.
        const bool before = record.ends_at() <= stopped - seconds(20);
        const bool during = record.starts_at() >= stopped && record.ends_at() <= started;
        const bool after = record.starts_at() >= started;
        EXPECT_TRUE(!before || !off_air);
        EXPECT_TRUE(!during || off_air);
        EXPECT_TRUE(!after || !off_air);
        marked += off_air ? 1 : 0;
    }
    EXPECT_GE(marked, 360U);
    EXPECT_LE(marked, 363U);
}

TEST(Broadcaster, LogsThatNothingIsKnownOfTheTimeBeforeAChannelWasMade) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.play({"one"}, kStart - seconds(35));
    cinema.on_air();
    pass(cinema, minutes(1), seconds(10), [] {});
    catch_up(cinema);
    const auto log = as_run(cinema);
    ASSERT_GE(log.size(), 8U);
    for (const playout::AsRunRecord& record : log) {
        EXPECT_EQ(has_mark(record, playout::kOffAir), record.ordinal < 3) << record.ordinal;
    }
}

TEST(Broadcaster, KeepsTheLogForGood) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 3750));  // two minutes and a half
    cinema.play({"one"});
    cinema.on_air();
    pass(cinema, hours(30), minutes(4), [] {});
    catch_up(cinema);
    EXPECT_LT(*cinema.store->count_airings("main"), 650) << "the rundown is forgotten";
    const auto log = as_run(cinema);
    EXPECT_EQ(log.front().ordinal, 0);
    EXPECT_EQ(log.back().ordinal + 1, static_cast<std::int64_t>(log.size()));
    EXPECT_GE(log.size(), 719U);
}

TEST(Broadcaster, TakesARemovedChannelOffTheAirAndKeepsWhatItHasShown) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.play({"one"});
    cinema.on_air();
    pass(cinema, minutes(1), seconds(10), [] {});
    catch_up(cinema);
    cinema.clock.advance(seconds(3));
    ASSERT_EQ(cinema.broadcaster->counts().all, 1U);
    ASSERT_EQ(cinema.broadcaster->guide()->channels().size(), 1U);
    ASSERT_TRUE(remove_channel(*cinema.store, *cinema.library, cinema.clock,
                               *cinema.store->find_channel("main"), "mei"));
    ASSERT_TRUE(cinema.eventually([&] {
        return !cinema.broadcaster->channel("main") &&
               cinema.broadcaster->guide()->channels().empty();
    }));
    EXPECT_EQ(cinema.broadcaster->counts().all, 0U);
    EXPECT_TRUE(cinema.broadcaster->channels().empty());
    EXPECT_TRUE(cinema.broadcaster->entry("one")) << "the film stays";
    const auto log = as_run(cinema);
    ASSERT_EQ(log.size(), 7U);
    for (const playout::AsRunRecord& record : log) {
        SCOPED_TRACE(record.ordinal);
        EXPECT_EQ(record.starts_at(), kStart + seconds(10 * record.ordinal));
        EXPECT_FALSE(has_mark(record, playout::kOffAir));
        EXPECT_EQ(record.cut_short(), record.ordinal == 6);
        EXPECT_EQ(record.titles, log[0].titles);
        EXPECT_EQ(record.source_sha256, log[0].source_sha256);
    }
    EXPECT_EQ(log.back().ends_at(), cinema.clock.now());
    ASSERT_EQ(log.back().marks.size(), 1U);
    EXPECT_EQ(log.back().marks[0].kind, playout::kCutShort);
    EXPECT_EQ(log.back().marks[0].detail, "the channel was removed");
}

TEST(Broadcaster, KeepsInTheLogThatNoServerEverShowedARemovedChannel) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 2500));
    cinema.play({"one"});
    playout::Airing airing;
    airing.entry_id = "one";
    airing.media_id = cinema.store->find_entry("one")->media_id;
    airing.duration = Ticks(seconds(100));
    airing.segment_count = 25;
    ASSERT_TRUE(cinema.store->append_airings("main", {&airing, 1}));
    cinema.clock.advance(seconds(40));
    const auto channel = *cinema.store->find_channel("main");
    EXPECT_EQ((*shown_at(*cinema.store, channel, cinema.clock.now()))->entry_id, "one");
    ASSERT_TRUE(
        remove_channel(*cinema.store, *cinema.library, cinema.clock, channel, "command line"));
    const auto log = as_run(cinema);
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].duration, Ticks(seconds(40)));
    EXPECT_TRUE(log[0].cut_short());
    EXPECT_TRUE(has_mark(log[0], playout::kOffAir));
}

// The names of what playlists of all renditions list, and what is behind them.
std::map<std::string, std::string> listed_bytes(Cinema& cinema) {
    static const std::regex kName("\n([0-9]+-[^\\s\"#]+)\n");
    std::map<std::string, std::string> all;
    for (const char* rendition : {"360p", "180p", "audio"}) {
        const std::string text = cinema.playlist(rendition);
        for (std::sregex_iterator it(text.begin(), text.end(), kName), end; it != end; ++it) {
            const std::string name = (*it)[1];
            all[std::string(rendition) + "/" + name] = cinema.get(rendition, name);
        }
    }
    return all;
}

TEST(Broadcaster, NamesNothingElseByAnAddressOfARemovedChannelThatIsMadeAnew) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("two", film({24, 1}, 240));
    cinema.play({"one", "two"});
    cinema.on_air();
    cinema.clock.advance(seconds(25));
    const auto before = listed_bytes(cinema);
    ASSERT_GE(before.size(), 18U);
    const store::Channel channel = *cinema.store->find_channel("main");
    ASSERT_TRUE(remove_channel(*cinema.store, *cinema.library, cinema.clock, channel, "mei"));
    // Made anew before anybody has looked, as likely as not.
    const Instant epoch = *new_epoch(*cinema.store, "main", cinema.clock.now());
    EXPECT_EQ(epoch, cinema.clock.now()) << "not in the time of the one before";
    cinema.play({"one"}, epoch);
    ASSERT_TRUE(cinema.eventually([&] {
        const auto now = cinema.broadcaster->channel("main");
        return now && now->settings().epoch == epoch && !now->rundown().airings().empty();
    }));
    EXPECT_EQ(cinema.broadcaster->channel("main")->rundown().airings().front().start, Ticks(0));
    cinema.clock.advance(seconds(25));
    const auto after = listed_bytes(cinema);
    std::size_t same = 0;
    for (const auto& [name, bytes] : before) {
        SCOPED_TRACE(name);
        const auto found = after.find(name);
        if (found != after.end()) {
            EXPECT_EQ(found->second, bytes);
            ++same;
            continue;
        }
        const std::size_t slash = name.find('/');
        cinema.get(name.substr(0, slash), name.substr(slash + 1), 404);
    }
    // The first film is the same at the same place of the timeline, the second one another.
    EXPECT_GT(same, 0U);
    EXPECT_LT(same, before.size());

    cinema.clock.advance(hours(1));
    EXPECT_EQ(*new_epoch(*cinema.store, "main", cinema.clock.now()),
              cinema.clock.now() - seconds(60));
    EXPECT_EQ(*new_epoch(*cinema.store, "other", cinema.clock.now()),
              cinema.clock.now() - seconds(60));
}

TEST(Broadcaster, LogsThatFilesAreGone) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("lost", film({25, 1}, 250));
    cinema.play({"one", "lost"});
    cinema.on_air();
    cinema.clock.advance(seconds(12));  // "lost" is on
    const std::string lost = cinema.broadcaster->entry("lost")->film(0)->media->manifest().media_id;
    cinema.reopen();
    std::filesystem::remove_all(cinema.temp.path() / "library/media" / lost);
    cinema.on_air();
    cinema.clock.advance(seconds(60));
    ASSERT_TRUE(cinema.eventually([&] { return as_run(cinema).size() >= 3; }));
    const auto log = as_run(cinema);
    EXPECT_FALSE(has_mark(log[0], playout::kMediaGone));
    EXPECT_TRUE(has_mark(log[1], playout::kMediaGone));
    EXPECT_EQ(log[1].title(), "The lost");
    EXPECT_EQ(log[1].source_sha256, std::string(64, 'a') + "lost");
}

TEST(Broadcaster, GuidesThroughWhatIsPlannedAndFollowsEdits) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    cinema.add_film("two", film({25, 1}, 250));
    cinema.add_subtitles("one", "zh");
    cinema.play({"one"});
    cinema.on_air();
    const auto guide = [&] { return cinema.broadcaster->guide()->channels().at(0); };
    ASSERT_TRUE(cinema.eventually([&] { return !guide()->programmes.empty(); }));
    const auto& programmes = guide()->programmes;
    EXPECT_EQ(programmes.front().start, kStart);
    EXPECT_GE(programmes.back().end, kStart + minutes(30)) << "as far as the rundown is made";
    EXPECT_THAT(programmes.front().entry->subtitles, testing::ElementsAre("zh"));
    for (std::size_t i = 1; i < programmes.size(); ++i) {
        EXPECT_EQ(programmes[i].start, programmes[i - 1].end);
    }
    cinema.play({"two"});
    EXPECT_TRUE(cinema.eventually([&] { return guide()->programmes.back().entry->id == "two"; }));
    store::EntryDescription renamed = *cinema.store->find_entry("two");
    renamed.titles = {{"en", "Another name"}};
    renamed.metadata = R"({"synopsis": "What it is about"})";
    ASSERT_TRUE(cinema.store->upsert_entry(renamed));
    EXPECT_TRUE(cinema.eventually([&] {
        const auto& entry = *guide()->programmes.back().entry;
        return entry.titles.at("en") == "Another name" &&
               entry.metadata.synopsis.at("und") == "What it is about";
    }));
}

// Films one (40 s), lost (60 s) and two (40 s), round and round, and a slate.
void play_with_slate(Cinema& cinema) {
    cinema.add_film("one", film({25, 1}, 1000));
    cinema.add_film("lost", film({24000, 1001}, 1440));
    cinema.add_film("two", film({25, 1}, 1000));
    cinema.add_slate("slate");
    store::EntryDescription slate = *cinema.store->find_entry("slate");
    slate.kind = store::EntryKind::kSlate;
    ASSERT_TRUE(cinema.store->upsert_entry(slate));
    cinema.play({"one", "lost", "two"});
}

// Until what viewers are given is as `done` wants it. Some rows are there to be looked at.
template <typename Done>
bool rundown_becomes(Cinema& cinema, Done done) {
    return cinema.eventually([&] {
        const auto channel = cinema.broadcaster->channel("main");
        const auto rows = channel->rundown().airings();
        return rows.size() > 2 && done(rows);
    });
}

using Shown = std::vector<std::tuple<std::string, Ticks, Ticks>>;

// Entries with their times, from `from` on.
Shown shown_from(const std::vector<playout::Airing>& rows, Ticks from) {
    Shown shown;
    for (const playout::Airing& row : rows) {
        if (row.start >= from) shown.emplace_back(row.entry_id, row.start, row.duration);
    }
    return shown;
}

TEST(Takeover, ShowsTheSlateForAFilmThatIsGoneAndLetsTheScheduleHold) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.on_air();
    const auto before = *cinema.store->list_airings("main", Ticks(0));
    ASSERT_EQ(before[1].entry_id, "lost");
    const auto folder = cinema.media_folder("lost");
    std::filesystem::rename(folder, cinema.temp.path() / "elsewhere");
    ASSERT_TRUE(
        rundown_becomes(cinema, [](const auto& rows) { return rows[1].entry_id == "slate"; }));
    const auto after = *cinema.store->list_airings("main", Ticks(0));
    EXPECT_EQ(after[1].start, before[1].start);
    EXPECT_EQ(after[1].stands_in_for, "lost");
    EXPECT_EQ(shown_from(after, before[2].start), shown_from(before, before[2].start))
        << "also the later showings, whose time has not come";
    EXPECT_EQ(cinema.broadcaster->incidents().stand_ins, 1U);
    EXPECT_EQ(cinema.broadcaster->incidents().lost_media, 1U);

    Viewer viewer;
    std::map<std::int64_t, std::string> seen;
    pass(cinema, seconds(104), seconds(2), [&] {
        viewer.look(cinema.playlist());
        expect_kept(seen, cinema.playlist());
    });
    catch_up(cinema);
    const auto log = as_run(cinema);
    Ticks shown{0};
    for (const playout::AsRunRecord& record : log) {
        EXPECT_NE(record.entry_id, "lost");
        if (record.entry_id != "slate") continue;
        shown += record.duration;
        ASSERT_TRUE(has_mark(record, playout::kNotShown));
        EXPECT_THAT(record.marks.front().detail, HasSubstr("lost was planned here: "));
    }
    EXPECT_EQ(shown, before[1].duration) << "to the tick";
    EXPECT_EQ(viewer.airings.at(1).title, "The slate");
    std::set<std::string> audited;
    const std::vector<store::AuditRecord> records = *cinema.store->list_audit();
    for (const store::AuditRecord& record : records)
        audited.insert(record.action + " " + record.subject);
    EXPECT_TRUE(audited.contains("incident.media-lost lost"));
    EXPECT_TRUE(audited.contains("incident.stand-in channel/main"));

    // It comes back before its second showing, and is shown.
    std::filesystem::rename(cinema.temp.path() / "elsewhere", folder);
    cinema.clock.advance(seconds(11));
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->incidents().lost_media == 0; }));
    pass(cinema, seconds(90), seconds(2), [&] {
        viewer.look(cinema.playlist());
        expect_kept(seen, cinema.playlist());
    });
    const auto again = std::ranges::find(before.begin() + 2, before.end(), std::string("lost"),
                                         &playout::Airing::entry_id);
    ASSERT_NE(again, before.end());
    const auto rows = *cinema.store->list_airings("main", again->start, again->start + Ticks(1));
    EXPECT_EQ(rows.at(0).entry_id, "lost");
    EXPECT_EQ(rows.at(0).start, again->start);
}

TEST(Takeover, CutsAFilmThatVanishesWhileItIsOnWhereNobodyCanHaveFetched) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.on_air();
    std::map<std::int64_t, std::string> seen;
    pass(cinema, seconds(50), seconds(2), [&] { expect_kept(seen, cinema.playlist()); });
    const auto before = *cinema.store->list_airings("main", Ticks(0));
    const std::string listed = cinema.playlist();
    std::filesystem::remove_all(cinema.media_folder("lost"));
    ASSERT_TRUE(
        rundown_becomes(cinema, [](const auto& rows) { return rows[2].entry_id == "slate"; }));
    const auto after = *cinema.store->list_airings("main", Ticks(0));
    const Ticks seen_until = Ticks(seconds(50) + seconds(18));
    EXPECT_EQ(after[1].entry_id, "lost");
    EXPECT_GT(after[1].end(), seen_until) << "what is listed stays";
    EXPECT_LT(after[1].end(), seen_until + Ticks(seconds(10))) << "and nothing else";
    EXPECT_EQ(shown_from(after, before[2].start), shown_from(before, before[2].start));
    // What has been listed can be had: this server still holds the file.
    for (const auto& [sequence, lines] : segments(listed)) {
        const std::size_t start = lines.rfind('\n', lines.size() - 2) + 1;
        cinema.get("360p", lines.substr(start, lines.size() - 1 - start));
    }
    pass(cinema, seconds(60), seconds(2), [&] { expect_kept(seen, cinema.playlist()); });
    catch_up(cinema);
    const auto log = as_run(cinema);
    EXPECT_EQ(log[1].entry_id, "lost");
    EXPECT_TRUE(log[1].cut_short());
    EXPECT_TRUE(has_mark(log[1], playout::kCutShort));
    EXPECT_EQ(log[2].entry_id, "slate");
    EXPECT_TRUE(has_mark(log[2], playout::kNotShown));
}

TEST(Takeover, AnswersCleanlyForAFileThatWasCutShort) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.on_air();
    pass(cinema, seconds(46), seconds(2), [] {});
    const auto listed = segments(cinema.playlist());
    const std::string newest = listed.rbegin()->second;
    const std::size_t start = newest.rfind('\n', newest.size() - 2) + 1;
    const std::string name = newest.substr(start, newest.size() - 1 - start);
    const auto file = cinema.media_folder("lost") / "video-360p.mp4";
    std::filesystem::resize_file(file, 5000);
    EXPECT_THAT(cinema.get("360p", name, 503), HasSubstr("cannot be read"));
    cinema.get("180p", name);
    EXPECT_GE(cinema.broadcaster->incidents().unreadable_segments, 1U);
    ASSERT_TRUE(
        rundown_becomes(cinema, [](const auto& rows) { return rows[2].entry_id == "slate"; }));
    EXPECT_EQ(segments(cinema.playlist()), listed);
    pass(cinema, seconds(60), seconds(2), [] {});
    EXPECT_THAT(cinema.playlist(), HasSubstr("X-TITLE=\"The slate\""));
}

TEST(Takeover, HoldsTheScheduleAlsoAfterARestart) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.on_air();
    const auto before = *cinema.store->list_airings("main", Ticks(0));
    const auto folder = cinema.media_folder("lost");
    cinema.reopen();
    std::filesystem::remove_all(folder);
    cinema.on_air();
    ASSERT_TRUE(
        rundown_becomes(cinema, [](const auto& rows) { return rows[1].entry_id == "slate"; }));
    pass(cinema, seconds(104), seconds(2), [] {});
    const auto after = *cinema.store->list_airings("main", Ticks(0), before.back().start);
    const auto third = std::ranges::find(after, before[2].start, &playout::Airing::start);
    ASSERT_NE(third, after.end());
    EXPECT_EQ(third->entry_id, "two");
    // Commands go on working, and what they plan keeps its place as well.
    const auto skipped = cinema.command(playout::skip);
    EXPECT_TRUE(skipped) << skipped.error().to_string();
}

TEST(Takeover, PassesOverWhatNothingCanStandInFor) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 1000));
    cinema.add_film("lost", film({25, 1}, 1000));
    cinema.play({"one", "lost"});
    cinema.on_air();
    std::filesystem::remove_all(cinema.media_folder("lost"));
    EXPECT_TRUE(rundown_becomes(cinema, [](const auto& rows) {
        return rows[1].entry_id == "one" && rows.back().entry_id == "one";
    }));
    EXPECT_EQ(cinema.broadcaster->incidents().stand_ins, 0U);
}

// All that a channel lists, by playlist.
std::map<std::string, std::string> all_playlists(Cinema& cinema) {
    std::map<std::string, std::string> all;
    for (const char* rendition : {"360p", "180p", "audio", "subtitles-fr"}) {
        all[rendition] = cinema.playlist(rendition);
    }
    all["360p, I-frames"] = cinema.get("360p", "iframes.m3u8");
    return all;
}

std::string without_gaps(const std::string& playlist) {
    static const std::regex kTold("#EXT-X-VERSION:[78]\n|#EXT-X-GAP\n");
    return std::regex_replace(playlist, kTold, "");
}

// Names of segments that are gaps, and of those that are not.
struct Names {
    std::vector<std::string> gaps;
    std::vector<std::string> whole;
};
Names names_of(const std::string& playlist) {
    Names names;
    bool gap = false;
    std::istringstream lines(playlist);
    for (std::string line; std::getline(lines, line);) {
        if (line == "#EXT-X-GAP") gap = true;
        if (line.starts_with('#')) continue;
        (std::exchange(gap, false) ? names.gaps : names.whole).push_back(line);
    }
    return names;
}

// The one that is told in all playlists: of the channel's first row of that entry.
std::pair<std::int64_t, std::int64_t> numbers_of(Cinema& cinema, const std::string& entry) {
    const auto rows = *cinema.store->list_airings("main", Ticks(0));
    for (const playout::Airing& row : rows) {
        if (row.entry_id == entry) return {row.first_sequence, row.end_sequence()};
    }
    return {};
}

std::size_t audited(Cinema& cinema, std::string_view action) {
    const std::vector<store::AuditRecord> records = *cinema.store->list_audit();
    return static_cast<std::size_t>(
        std::ranges::count(records, action, &store::AuditRecord::action));
}

TEST(Gaps, AreWhatIsLeftOfALostFilmAfterARestart) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.add_subtitles("lost", "fr");
    cinema.on_air();
    pass(cinema, seconds(70), seconds(2), [] {});
    const auto before = all_playlists(cinema);
    const std::string newest = names_of(before.at("360p")).whole.back();
    const auto folder = cinema.media_folder("lost");
    cinema.reopen();
    std::filesystem::remove_all(folder);
    cinema.on_air();
    const auto after = all_playlists(cinema);
    const auto [first, end] = numbers_of(cinema, "lost");
    for (const auto& [rendition, playlist] : after) {
        SCOPED_TRACE(rendition);
        EXPECT_EQ(without_gaps(playlist), without_gaps(before.at(rendition)));
        EXPECT_THAT(playlist, HasSubstr("#EXT-X-VERSION:8\n"));
        const Names names = names_of(playlist);
        EXPECT_GE(names.gaps.size(), 10U);
        EXPECT_GE(names.whole.size(), 2U);
        for (const std::string& name : names.gaps) {
            EXPECT_GE(std::stoll(name), first);
            EXPECT_LT(std::stoll(name), end);
            EXPECT_THAT(cinema.get(rendition.substr(0, rendition.find(',')), name, 404),
                        HasSubstr("\\\"The lost\\\" are lost"));
        }
        for (const std::string& name : names.whole) {
            EXPECT_TRUE(std::stoll(name) < first || std::stoll(name) >= end) << name;
            cinema.get(rendition.substr(0, rendition.find(',')), name);
        }
    }
    // What pages and listeners are told of it goes on, but for its pictures.
    const auto channel = cinema.broadcaster->channel("main");
    const auto told = http::airings_json(*channel, cinema.clock.now(), "");
    const auto on =
        std::ranges::find_if(told, [](const auto& row) { return row["entry"] == "lost"; });
    ASSERT_NE(on, told.end());
    EXPECT_EQ((*on)["title"]["en"], "The lost");
    EXPECT_EQ(http::film_to_go_back_to(*channel, "lost", cinema.clock.now()), nullptr);
    EXPECT_THAT(airing_event(*channel, cinema.clock.now()).data, HasSubstr("The lost"));
    // From where nobody can have fetched it, the slate is shown, and what is listed stays listed.
    ASSERT_TRUE(rundown_becomes(cinema, [](const auto& rows) {
        return std::ranges::any_of(rows, [](const auto& row) { return row.entry_id == "slate"; });
    }));
    EXPECT_EQ(without_gaps(cinema.playlist()), without_gaps(before.at("360p")));
    std::map<std::int64_t, std::string> seen;
    pass(cinema, seconds(60), seconds(2), [&] { expect_kept(seen, cinema.playlist()); });
    EXPECT_THAT(cinema.playlist(), HasSubstr("X-TITLE=\"The slate\""));
    catch_up(cinema);
    const auto log = as_run(cinema);
    EXPECT_TRUE(has_mark(log[1], playout::kMediaGone));
    EXPECT_EQ(log[1].rate, (media::FrameRate{24000, 1001}));
}

TEST(Gaps, AreMendedWhenTheFilesAreBack) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.on_air();
    pass(cinema, seconds(50), seconds(2), [] {});
    const std::string before = cinema.playlist();
    const auto folder = cinema.media_folder("lost");
    cinema.reopen();
    std::filesystem::rename(folder, cinema.temp.path() / "elsewhere");
    cinema.on_air();
    const auto gap = names_of(cinema.playlist()).gaps;
    ASSERT_FALSE(gap.empty());
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->incidents().lost_media == 1; }));
    std::filesystem::rename(cinema.temp.path() / "elsewhere", folder);
    cinema.clock.advance(seconds(11));
    ASSERT_TRUE(cinema.eventually([&] { return names_of(cinema.playlist()).gaps.empty(); }));
    cinema.get("360p", gap.back());
    EXPECT_THAT(cinema.playlist(), HasSubstr("#EXT-X-VERSION:7\n"));
}

TEST(Gaps, KeepTheInitSectionThatOnlyTheLostFilmHas) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 1000));
    cinema.add_film("lost", film({25, 1}, 1000, 7));
    cinema.add_subtitles("lost", "fr");
    cinema.play({"one", "lost"});
    cinema.on_air();
    cinema.clock.advance(seconds(70));
    const auto before = all_playlists(cinema);
    const std::regex map("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"([^\"]+)\"");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(before.at("180p"), found, map));
    const std::string init = cinema.get("180p", found[1]);
    const auto folder = cinema.media_folder("lost");
    cinema.reopen();
    std::filesystem::remove_all(folder);
    cinema.on_air();
    for (const auto& [rendition, playlist] : all_playlists(cinema)) {
        EXPECT_EQ(without_gaps(playlist), without_gaps(before.at(rendition))) << rendition;
    }
    EXPECT_EQ(cinema.get("180p", found[1]), init);
}

TEST(Gaps, StandWhereTheDatabaseOnlyHasThePreparation) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.on_air();
    pass(cinema, seconds(70), seconds(2), [] {});
    const std::string before = cinema.playlist();
    const auto folder = cinema.media_folder("lost");
    cinema.reopen();
    // As after an update from a version that kept no outlines.
    ASSERT_TRUE(cinema.store->keep_outline(folder.filename(), "none"));
    std::filesystem::remove_all(folder);
    cinema.on_air();
    EXPECT_EQ(without_gaps(cinema.playlist()), without_gaps(before));
    EXPECT_FALSE(names_of(cinema.playlist()).gaps.empty());
}

TEST(Gaps, AreLeftOfAFilmThatVanishesInMidAirAndIsToldOfOnce) {
    Cinema cinema;
    play_with_slate(cinema);
    cinema.on_air();
    std::map<std::int64_t, std::string> seen;
    pass(cinema, seconds(50), seconds(2), [&] { expect_kept(seen, cinema.playlist()); });
    const auto folder = cinema.media_folder("lost");
    std::filesystem::rename(folder, cinema.temp.path() / "elsewhere");
    ASSERT_TRUE(
        rundown_becomes(cinema, [](const auto& rows) { return rows[2].entry_id == "slate"; }));
    EXPECT_TRUE(names_of(cinema.playlist()).gaps.empty()) << "this server still holds the files";
    const std::string before = cinema.playlist();
    for (int restart = 0; restart < 3; ++restart) {
        cinema.reopen();
        cinema.on_air();
        EXPECT_EQ(without_gaps(cinema.playlist()), without_gaps(before));
        EXPECT_FALSE(names_of(cinema.playlist()).gaps.empty());
        ASSERT_TRUE(
            rundown_becomes(cinema, [](const auto& rows) { return rows[2].entry_id == "slate"; }));
        EXPECT_EQ(cinema.broadcaster->incidents().lost_media, 1U);
    }
    EXPECT_EQ(audited(cinema, "incident.media-lost"), 1U);
    EXPECT_EQ(audited(cinema, "incident.stand-in"), 1U);
    EXPECT_EQ(audited(cinema, "incident.media-back"), 0U);
    pass(cinema, seconds(60), seconds(2), [] {});
    catch_up(cinema);
    const auto log = as_run(cinema);
    EXPECT_EQ(log[1].entry_id, "lost");
    EXPECT_EQ(std::ranges::count(log[1].marks, playout::kMediaGone, &playout::AsRunMark::kind), 1);
    EXPECT_TRUE(has_mark(log[1], playout::kCutShort));

    std::filesystem::rename(cinema.temp.path() / "elsewhere", folder);
    cinema.reopen();
    cinema.on_air();
    EXPECT_EQ(cinema.broadcaster->incidents().lost_media, 0U);
    EXPECT_EQ(audited(cinema, "incident.media-back"), 1U);
    cinema.reopen();
    cinema.on_air();
    EXPECT_EQ(audited(cinema, "incident.media-back"), 1U);
}

TEST(Gaps, StandForAFilmThatIsPreparedAnewUntilItIsThereAgain) {
    Cinema cinema;
    cinema.add_film("one", film({25, 1}, 250));
    Preparation preparation(cinema);
    cinema.play({"one", "long"});
    cinema.on_air();
    preparation.add(5);
    ASSERT_TRUE(cinema.eventually([&] { return cinema.broadcaster->entry("long") != nullptr; }));
    cinema.clock.advance(seconds(6));
    preparation.add(45);
    ASSERT_TRUE(cinema.eventually([&] { return plays(cinema, "long"); }));
    pass(cinema, seconds(60), seconds(2), [] {});
    const std::string before = cinema.playlist();
    cinema.reopen();
    cinema.on_air();
    const auto folder = cinema.temp.path() / "library/incoming/long";
    for (const std::int64_t groups : {0, 2, 4}) {
        if (groups > 0) cinema.broadcaster->available("long", folder, groups);
        ASSERT_TRUE(cinema.eventually([&] {
            const auto entry = cinema.broadcaster->entry("long");
            return groups == 0 || (entry && entry->film(0)->complete_segments() == groups / 2);
        }));
        EXPECT_EQ(without_gaps(cinema.playlist()), without_gaps(before)) << groups;
        EXPECT_GE(names_of(cinema.playlist()).gaps.size(), 10U) << groups;
    }
    cinema.broadcaster->available("long", folder, 50);
    ASSERT_TRUE(cinema.eventually([&] { return names_of(cinema.playlist()).gaps.empty(); }));
    EXPECT_EQ(cinema.playlist(), before);
}

}  // namespace
}  // namespace matinee::app
