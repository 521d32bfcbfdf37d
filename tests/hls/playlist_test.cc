#include "hls/playlist.h"

#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/timeline.h"

namespace matinee::hls {
namespace {

using playout::Rundown;
using test::Entry;
using testing::HasSubstr;
using testing::Not;

const Instant kEpoch{std::chrono::milliseconds(1'795'464'000'000)};  // 2026-11-23T20:00:00Z

struct Channel {
    explicit Channel(std::vector<Entry> films, Ticks until)
        : entries(std::move(films)), rundown(test::looped(entries, until)) {
        for (const playout::Airing& airing : rundown.airings()) {
            labels.push_back({airing.entry_id, "A. Author", "CN",
                              "0000000" + std::to_string(airing.ordinal % 10)});
        }
    }

    [[nodiscard]] MediaPlaylist playlist(playout::SequenceRange range) const {
        MediaPlaylist playlist{.rundown = rundown};
        playlist.range = range;
        playlist.epoch = kEpoch;
        playlist.channel_id = "main";
        playlist.type = PlaylistType::kLive;
        playlist.hold_back = std::chrono::seconds(18);
        playlist.can_skip_until = std::chrono::seconds(36);
        playlist.labels = labels;
        playlist.init_id = [this](std::size_t airing) {
            return entry_init(rundown.airings()[airing].entry_id);
        };
        return playlist;
    }

    static std::string_view entry_init(const std::string& id) {
        return id == "odd" ? "bbbbbbbbbbbbbbbb" : "aaaaaaaaaaaaaaaa";
    }

    std::vector<Entry> entries;
    Rundown rundown;
    std::vector<AiringLabel> labels;
};

Channel two_films() {
    return Channel({Entry("one", {25, 1}, 150), Entry("two", {24000, 1001}, 96)},
                   std::chrono::seconds(12));
}

TEST(MediaPlaylist, OfALiveChannel) {
    const Channel channel = two_films();
    EXPECT_EQ(media_playlist(channel.playlist({1, 4})), R"(#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=36.000,HOLD-BACK=18.000
#EXT-X-MAP:URI="init-aaaaaaaaaaaaaaaa.mp4"
#EXT-X-DATERANGE:ID="main-0",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:00.000Z",DURATION=6.000,X-TITLE="one",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:04.000Z
#EXTINF:2.000000,
1-00000000.m4s
#EXT-X-DATERANGE:ID="main-1",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:06.000Z",DURATION=4.004,X-TITLE="two",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:06.000Z
#EXTINF:4.004000,
2-00000001.m4s
#EXT-X-DATERANGE:ID="main-2",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:10.004Z",X-TITLE="one",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:10.004Z
#EXTINF:4.000000,
3-00000002.m4s
)");
}

TEST(MediaPlaylist, AsADeltaUpdateLeavesOutSegmentsButNoDateRange) {
    const Channel channel = two_films();
    MediaPlaylist playlist = channel.playlist({0, 4});
    playlist.skipped = 3;
    EXPECT_EQ(media_playlist(playlist), R"(#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=36.000,HOLD-BACK=18.000
#EXT-X-DATERANGE:ID="main-0",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:00.000Z",DURATION=6.000,X-TITLE="one",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-DATERANGE:ID="main-1",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:06.000Z",DURATION=4.004,X-TITLE="two",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-SKIP:SKIPPED-SEGMENTS=3
#EXT-X-DATERANGE:ID="main-2",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:10.004Z",X-TITLE="one",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:10.004Z
#EXTINF:4.000000,
3-00000002.m4s
)");
}

// Lines of keys, init sections and segments, in order.
std::vector<std::string> lines_of_keys(const std::string& playlist) {
    std::vector<std::string> found;
    std::istringstream lines(playlist);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with('#') || line.starts_with("#EXT-X-KEY") ||
            line.starts_with("#EXT-X-MAP") || line.starts_with("#EXT-X-SKIP")) {
            found.push_back(line);
        }
    }
    return found;
}

TEST(MediaPlaylist, HasAKeyForEachEncryptedAiringAndNeverOneAtAnInitSection) {
    Channel channel(
        {Entry("one", {25, 1}, 100), Entry("two", {25, 1}, 100), Entry("odd", {25, 1}, 100)},
        std::chrono::seconds(20));
    for (const std::size_t airing : {0, 1, 2, 4}) {
        channel.labels[airing].encrypted = true;
    }
    MediaPlaylist playlist = channel.playlist({0, 5});
    EXPECT_THAT(lines_of_keys(media_playlist(playlist)),
                testing::ElementsAre(
                    "#EXT-X-MAP:URI=\"init-aaaaaaaaaaaaaaaa.mp4\"",
                    "#EXT-X-KEY:METHOD=AES-128,URI=\"0-00000000.key\"", "0-00000000.m4s",
                    "#EXT-X-KEY:METHOD=AES-128,URI=\"1-00000001.key\"", "1-00000001.m4s",
                    "#EXT-X-KEY:METHOD=NONE", "#EXT-X-MAP:URI=\"init-bbbbbbbbbbbbbbbb.mp4\"",
                    "#EXT-X-KEY:METHOD=AES-128,URI=\"2-00000002.key\"", "2-00000002.m4s",
                    "#EXT-X-KEY:METHOD=NONE", "#EXT-X-MAP:URI=\"init-aaaaaaaaaaaaaaaa.mp4\"",
                    "3-00000003.m4s", "#EXT-X-KEY:METHOD=AES-128,URI=\"4-00000004.key\"",
                    "4-00000004.m4s"));
    playlist.kind = RenditionKind::kIframes;
    EXPECT_THAT(media_playlist(playlist), HasSubstr("URI=\"4-00000004.iframe.key\""));
    playlist.kind = RenditionKind::kSubtitles;
    EXPECT_THAT(media_playlist(playlist), Not(HasSubstr("KEY")));
}

TEST(MediaPlaylist, SaysTheKeyAgainBehindASkip) {
    Channel channel({Entry("one", {25, 1}, 400)}, std::chrono::seconds(30));
    channel.labels[0].encrypted = true;
    MediaPlaylist playlist = channel.playlist({0, 5});
    playlist.skipped = 2;
    EXPECT_THAT(
        lines_of_keys(media_playlist(playlist)),
        testing::ElementsAre("#EXT-X-SKIP:SKIPPED-SEGMENTS=2",
                             "#EXT-X-KEY:METHOD=AES-128,URI=\"0-00000000.key\"", "2-00000000.m4s",
                             "3-00000000.m4s", "#EXT-X-KEY:METHOD=NONE", "4-00000001.m4s"));
}

TEST(ResourceName, OfAKey) {
    const std::string name = key_name(12, "0a1b2c3d", RenditionKind::kVideo);
    EXPECT_EQ(name, "12-0a1b2c3d.key");
    const auto key = parse_resource_name(name);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->kind, ResourceName::Kind::kKey);
    EXPECT_EQ(key->sequence, 12);
    EXPECT_EQ(key->tag, "0a1b2c3d");
    const std::string of_iframes = key_name(12, "0a1b2c3d", RenditionKind::kIframes);
    ASSERT_TRUE(parse_resource_name(of_iframes));
    EXPECT_EQ(parse_resource_name(of_iframes)->kind, ResourceName::Kind::kIframesKey);
    EXPECT_FALSE(parse_resource_name("012-0a1b2c3d.key"));
}

TEST(MediaPlaylist, SkipsOnlyWhatIsFarFromItsEnd) {
    const Channel channel({Entry("one", {25, 1}, 1000)}, std::chrono::minutes(5));
    const auto until = std::chrono::seconds(36);
    const playout::SequenceRange range{3, 40};
    const std::int64_t skipped = skippable(channel.rundown, channel.labels, range, until);
    const Ticks end = channel.rundown.segment(39)->end();
    EXPECT_LE(channel.rundown.segment(3 + skipped - 1)->end(), end - until);
    EXPECT_GT(channel.rundown.segment(3 + skipped)->end(), end - until);
    EXPECT_EQ(skippable(channel.rundown, channel.labels, {31, 40}, until), 0);
    EXPECT_EQ(skippable(channel.rundown, channel.labels, {31, 31}, until), 0);
}

TEST(MediaPlaylist, MarksWhatIsLostAndLeavesAllElseAsItWas) {
    Channel channel = two_films();
    channel.labels[1].gap = true;
    EXPECT_EQ(media_playlist(channel.playlist({1, 4})), R"(#EXTM3U
#EXT-X-VERSION:8
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=36.000,HOLD-BACK=18.000
#EXT-X-MAP:URI="init-aaaaaaaaaaaaaaaa.mp4"
#EXT-X-DATERANGE:ID="main-0",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:00.000Z",DURATION=6.000,X-TITLE="one",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:04.000Z
#EXTINF:2.000000,
1-00000000.m4s
#EXT-X-DATERANGE:ID="main-1",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:06.000Z",DURATION=4.004,X-TITLE="two",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:06.000Z
#EXT-X-GAP
#EXTINF:4.004000,
2-00000001.m4s
#EXT-X-DATERANGE:ID="main-2",CLASS="matinee.airing",START-DATE="2026-11-23T20:00:10.004Z",X-TITLE="one",X-AUTHOR="A. Author",X-COUNTRY="CN"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:10.004Z
#EXTINF:4.000000,
3-00000002.m4s
)");
}

// The lines of a playlist without those that tell of gaps.
std::string without_gaps(const std::string& playlist) {
    static const std::regex kTold("#EXT-X-VERSION:[78]\n|#EXT-X-GAP\n");
    return std::regex_replace(playlist, kTold, "");
}

TEST(MediaPlaylist, IsTheSameButForTheMarksWhicheverAiringsAreLost) {
    Channel channel({Entry("one", {24000, 1001}, 200), Entry("odd", {25, 1}, 100, "other"),
                     Entry("two", {30, 1}, 190)},
                    std::chrono::minutes(2));
    for (std::size_t i = 0; i < channel.labels.size(); ++i) {
        channel.labels[i].encrypted = i % 4 == 1;
    }
    const playout::SequenceRange range{3, channel.rundown.sequences().end};
    for (const RenditionKind kind : {RenditionKind::kVideo, RenditionKind::kAudio,
                                     RenditionKind::kSubtitles, RenditionKind::kIframes}) {
        for (std::size_t step = 1; step < 6; ++step) {
            SCOPED_TRACE(testing::Message() << "every " << step << ". airing is lost");
            MediaPlaylist playlist = channel.playlist(range);
            playlist.kind = kind;
            const std::string whole = media_playlist(playlist);
            std::vector<AiringLabel> labels = channel.labels;
            std::int64_t lost = 0;
            for (std::size_t i = 0; i < labels.size(); ++i) {
                labels[i].gap = i % step == 0;
                const playout::Airing& airing = channel.rundown.airings()[i];
                const std::int64_t first = std::max(airing.first_sequence, range.first);
                if (labels[i].gap && airing.end_sequence() > first) {
                    lost += airing.end_sequence() - first;
                }
            }
            playlist.labels = labels;
            const std::string marked = media_playlist(playlist);
            EXPECT_EQ(without_gaps(marked), without_gaps(whole));
            const std::regex gap("#EXT-X-GAP\n#EXTINF:[0-9.]+,\n");
            EXPECT_EQ(std::distance(std::sregex_iterator(marked.begin(), marked.end(), gap), {}),
                      lost);
            EXPECT_THAT(marked, HasSubstr("#EXT-X-VERSION:8\n"));
        }
    }
}

TEST(MediaPlaylist, HasNoInitSectionOfItsOwnForAnAiringOfWhichNobodyKnowsIt) {
    Channel channel({Entry("one", {25, 1}, 100), Entry("odd", {25, 1}, 100, "other")},
                    std::chrono::seconds(12));
    channel.labels[1].gap = true;
    MediaPlaylist playlist = channel.playlist({0, 3});
    playlist.init_id = [&](std::size_t airing) -> std::string_view {
        return airing == 1 ? "" : "aaaaaaaaaaaaaaaa";
    };
    EXPECT_THAT(lines_of_keys(media_playlist(playlist)),
                testing::ElementsAre("#EXT-X-MAP:URI=\"init-aaaaaaaaaaaaaaaa.mp4\"",
                                     "0-00000000.m4s", "1-00000001.m4s", "2-00000002.m4s"));
    playlist.range = {1, 3};
    EXPECT_THAT(
        lines_of_keys(media_playlist(playlist)),
        testing::ElementsAre("1-00000001.m4s", "#EXT-X-MAP:URI=\"init-aaaaaaaaaaaaaaaa.mp4\"",
                             "2-00000002.m4s"));
}

TEST(MediaPlaylist, DoesNotSkipAGapThatTheClientMayNotKnowOf) {
    Channel channel({Entry("one", {25, 1}, 500)}, std::chrono::minutes(5));
    const playout::SequenceRange range{2, 50};
    const auto until = std::chrono::seconds(36);
    EXPECT_GT(skippable(channel.rundown, channel.labels, range, until), 30);
    channel.labels[3].gap = true;
    EXPECT_EQ(skippable(channel.rundown, channel.labels, range, until),
              channel.rundown.airings()[3].first_sequence - range.first);
    channel.labels[0].gap = true;
    EXPECT_EQ(skippable(channel.rundown, channel.labels, range, until), 0);
    // One that has left the playlist is in nobody's way.
    channel.labels[3].gap = false;
    EXPECT_GT(skippable(channel.rundown, channel.labels, {7, 50}, until), 30);
}

TEST(MediaPlaylist, HasDateRangesThatNeitherOverlapNorLeaveAGap) {
    const Channel channel({Entry("one", {24000, 1001}, 101), Entry("two", {30000, 1001}, 77)},
                          std::chrono::minutes(10));
    const std::string text = media_playlist(channel.playlist(channel.rundown.sequences()));
    const std::regex range(
        "START-DATE=\"[0-9-]+T(\\d+):(\\d+):(\\d+)\\.(\\d+)Z\",DURATION=(\\d+)\\.(\\d{3}),");
    std::int64_t end = 0;
    int ranges = 0;
    for (std::sregex_iterator it(text.begin(), text.end(), range), last; it != last; ++it) {
        const auto number = [&](std::size_t group) { return std::stoll((*it)[group].str()); };
        const std::int64_t start =
            ((number(1) * 60 + number(2)) * 60 + number(3)) * 1000 + number(4);
        if (ranges++ > 0) {
            EXPECT_EQ(start, end);
        }
        end = start + number(5) * 1000 + number(6);
    }
    EXPECT_GT(ranges, 100);
}

TEST(MediaPlaylist, OfAnEntryEnds) {
    const Channel channel({Entry("one", {25, 1}, 150)}, std::chrono::seconds(6));
    MediaPlaylist playlist = channel.playlist({0, 2});
    playlist.type = PlaylistType::kVod;
    EXPECT_EQ(media_playlist(playlist), R"(#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init-aaaaaaaaaaaaaaaa.mp4"
#EXTINF:4.000000,
0-00000000.m4s
#EXTINF:2.000000,
1-00000000.m4s
#EXT-X-ENDLIST
)");
}

TEST(MediaPlaylist, OfSoundTellsTheTimesOfItsFrames) {
    const Channel channel = two_films();
    MediaPlaylist playlist = channel.playlist({2, 3});
    playlist.kind = RenditionKind::kAudio;
    // Six seconds are 281.25 frames of sound, 10.004 s are 468.9.
    const std::string text = media_playlist(playlist);
    EXPECT_THAT(text, HasSubstr("#EXT-X-PROGRAM-DATE-TIME:2026-11-23T20:00:05.994Z\n"));
    EXPECT_THAT(text, HasSubstr("#EXTINF:4.010667,\n"));
}

TEST(MediaPlaylist, OfSubtitlesHasNoMapAndNamesVtt) {
    const Channel channel = two_films();
    MediaPlaylist playlist = channel.playlist({1, 3});
    playlist.kind = RenditionKind::kSubtitles;
    const std::string text = media_playlist(playlist);
    EXPECT_THAT(text, Not(HasSubstr("EXT-X-MAP")));
    EXPECT_THAT(text, HasSubstr("\n1-00000000.vtt\n"));
}

TEST(MediaPlaylist, OfIframesSaysSo) {
    const Channel channel = two_films();
    MediaPlaylist playlist = channel.playlist({1, 3});
    playlist.kind = RenditionKind::kIframes;
    EXPECT_THAT(media_playlist(playlist), HasSubstr("#EXT-X-I-FRAMES-ONLY\n"));
    EXPECT_THAT(media_playlist(playlist), HasSubstr("\n1-00000000.iframe.m4s\n"));
}

TEST(MediaPlaylist, MarksAnotherInitSectionAndCountsItWhenItHasLeft) {
    const Channel channel({Entry("one", {25, 1}, 100), Entry("odd", {25, 1}, 100, "other")},
                          std::chrono::seconds(16));
    const std::string all = media_playlist(channel.playlist({0, 4}));
    EXPECT_THAT(all, Not(HasSubstr("DISCONTINUITY-SEQUENCE")));
    EXPECT_THAT(all,
                HasSubstr("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-bbbbbbbbbbbbbbbb.mp4\"\n"));
    // The marked segment is the first: its discontinuity has not left the playlist yet.
    const std::string first = media_playlist(channel.playlist({1, 4}));
    EXPECT_THAT(first, Not(HasSubstr("DISCONTINUITY-SEQUENCE")));
    EXPECT_THAT(first, HasSubstr("#EXT-X-DISCONTINUITY\n"));
    EXPECT_THAT(media_playlist(channel.playlist({2, 4})),
                HasSubstr("#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-DISCONTINUITY\n"));
    EXPECT_THAT(media_playlist(channel.playlist({3, 4})),
                HasSubstr("#EXT-X-DISCONTINUITY-SEQUENCE:2\n"));
}

TEST(MediaPlaylist, AgreesWithItselfWhereWindowsOverlap) {
    const Channel channel = two_films();
    const auto lines_of = [&](std::int64_t sequence, playout::SequenceRange range) {
        const std::string text = media_playlist(channel.playlist(range));
        const std::size_t uri = text.find("\n" + std::to_string(sequence) + "-");
        const std::size_t date = text.rfind("#EXT-X-PROGRAM-DATE-TIME", uri);
        return text.substr(date, text.find('\n', uri + 1) - date);
    };
    for (std::int64_t sequence = 1; sequence < 4; ++sequence) {
        EXPECT_EQ(lines_of(sequence, {0, 4}), lines_of(sequence, {1, 4}));
    }
}

TEST(MediaPlaylist, ReplacesWhatAnAttributeCannotHold) {
    Channel channel = two_films();
    channel.labels[0].title = "Say \"cut\"\nnow";
    EXPECT_THAT(media_playlist(channel.playlist({0, 1})), HasSubstr("X-TITLE=\"Say 'cut' now\""));
}

TEST(MultivariantPlaylist, AddsTheSoundToEachVariant) {
    const std::vector<Variant> variants = {{"720p/media.m3u8", "720p/iframes.m3u8", 3'000'000,
                                            2'000'000, 400'000, 200'000, "avc1.640020", 1280, 720,
                                            29.97}};
    const AudioRendition audio{
        "audio/media.m3u8", "Sound", "mul", "mp4a.40.2", 170'000, 160'000, 2};
    const std::vector<SubtitleRendition> subtitles = {{"subtitles-zh/media.m3u8", "中文", "zh"}};
    EXPECT_EQ(multivariant_playlist(variants, audio, subtitles), R"(#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Sound",LANGUAGE="mul",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/media.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="中文",LANGUAGE="zh",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="subtitles-zh/media.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=3170000,AVERAGE-BANDWIDTH=2160000,CODECS="avc1.640020,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio",SUBTITLES="subtitles",CLOSED-CAPTIONS=NONE
720p/media.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=200000,CODECS="avc1.640020",RESOLUTION=1280x720,URI="720p/iframes.m3u8"
)");
}

TEST(ResourceNames, ParseWhatTheyRender) {
    for (const RenditionKind kind :
         {RenditionKind::kVideo, RenditionKind::kSubtitles, RenditionKind::kIframes}) {
        const std::string name = segment_name(1234, "00c0ffee", kind);
        const auto parsed = parse_resource_name(name);
        ASSERT_TRUE(parsed) << name;
        EXPECT_EQ(parsed->sequence, 1234);
        EXPECT_EQ(parsed->tag, "00c0ffee");
    }
    EXPECT_EQ(parse_resource_name(init_name("00ff"))->tag, "00ff");
    EXPECT_EQ(parse_resource_name("media.m3u8")->kind, ResourceName::Kind::kPlaylist);
    EXPECT_EQ(parse_resource_name("iframes.m3u8")->kind, ResourceName::Kind::kIframesPlaylist);
}

TEST(ResourceNames, RefuseEverythingElse) {
    for (const char* name :
         {"", ".", "-", "1.m4s", "-1-ab.m4s", "+1-ab.m4s", "01-ab.m4s", "1-.m4s", "1-AB.m4s",
          "1-ab.mp4", "1-ab.m4s.m4s", "1-ab", "init-.mp4", "init-xyz.mp4",
          "99999999999999999999-ab.m4s", "../1-ab.m4s", "1 -ab.m4s"}) {
        EXPECT_FALSE(parse_resource_name(name)) << name;
    }
}

TEST(AiringTag, ChangesWithWhateverTheBytesFollowFrom) {
    playout::Airing airing;
    airing.media_id = "m";
    const std::string tag = airing_tag(airing);
    EXPECT_EQ(tag.size(), 8u);
    playout::Airing other = airing;
    other.start += Ticks(1);
    EXPECT_NE(airing_tag(other), tag);
    other = airing;
    other.media_id = "n";
    EXPECT_NE(airing_tag(other), tag);
    other = airing;
    other.first_sequence = 1;
    EXPECT_NE(airing_tag(other), tag);
    other = airing;
    other.subtitles_id = "s";
    EXPECT_NE(airing_tag(other), tag);
}

TEST(SecondsText, RoundsToMicroseconds) {
    EXPECT_EQ(seconds_text(Ticks(90'000)), "1.000000");
    EXPECT_EQ(seconds_text(Ticks(1)), "0.000011");
    EXPECT_EQ(seconds_text(Ticks(360'360)), "4.004000");
}

}  // namespace
}  // namespace matinee::hls
