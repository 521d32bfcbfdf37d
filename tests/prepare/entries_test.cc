// What a contest receives, made by GStreamer, through the worker: times, colours, texts.
#include <algorithm>
#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film.h"
#include "library/prepared_entry.h"
#include "library/subtitle_set.h"
#include "prepare/discover.h"
#include "prepare/worker.h"
#include "prepare_film.h"

namespace matinee::prepare {
namespace {

using library::Manifest;

std::string note(const Manifest& manifest, const std::string& code) {
    const auto found = std::ranges::find(manifest.notes, code, &library::Note::code);
    return found == manifest.notes.end() ? "" : found->message;
}

// Y', Cb and Cr of each picture of a prepared film, so far from its middle.
std::vector<std::array<int, 3>> colours_at(const std::filesystem::path& entry, int right,
                                           int down) {
    auto pipeline = Pipeline::parse("look",
                                    "filesrc name=file ! qtdemux ! avdec_h264 ! "
                                    "video/x-raw,format=I420 ! fakesink name=sink sync=false");
    EXPECT_TRUE(pipeline);
    const auto file = pipeline->element("file");
    g_object_set(file->get(), "location", (entry / "video-90p.mp4").c_str(), nullptr);
    const auto sink = pipeline->element("sink");
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink->get(), "sink"));
    std::vector<std::array<int, 3>> colours;
    const ScopedProbe probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER, [&](GstPad* at, GstPadProbeInfo* info) {
            const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(at));
            GstVideoInfo video;
            GstVideoFrame frame;
            if (gst_video_info_from_caps(&video, caps.get()) &&
                gst_video_frame_map(&frame, &video, GST_PAD_PROBE_INFO_BUFFER(info),
                                    GST_MAP_READ)) {
                std::array<int, 3> colour{};
                for (guint plane = 0; plane < 3; ++plane) {
                    const int x = GST_VIDEO_FRAME_COMP_WIDTH(&frame, plane) / 2 +
                                  (plane == 0 ? right : right / 2);
                    const int y = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, plane) / 2 +
                                  (plane == 0 ? down : down / 2);
                    colour[plane] = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(
                        &frame, plane))[y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane) + x];
                }
                colours.push_back(colour);
                gst_video_frame_unmap(&frame);
            }
            return GST_PAD_PROBE_OK;
        });
    const StopFlag never;
    const Heartbeat none;
    Pipeline* const pipelines[] = {&*pipeline};
    EXPECT_TRUE(run_all(pipelines, {.stop = never, .heartbeat = none}));
    return colours;
}

std::vector<std::array<int, 3>> middles(const std::filesystem::path& entry) {
    return colours_at(entry, 0, 0);
}

// A film whose top left quarter is white, stored with a display matrix (ISO 14496-12 section 8.3)
// of these a, b, c, d.
std::filesystem::path turned_film(const std::filesystem::path& path,
                                  const std::array<int, 4>& matrix) {
    make_film(path,
              "videotestsrc pattern=white num-buffers=10 ! "
              "video/x-raw,format=I420,width=80,height=44,framerate=25/1 ! "
              "videobox autocrop=false fill=black right=-80 bottom=-46 ! x264enc ! h264parse ! "
              "mp4mux ! filesink name=file");
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const std::size_t box = bytes.find("tkhd");
    EXPECT_NE(box, bytes.npos);
    const std::size_t matrix_at = box + 4 + (bytes[box + 4] == 1 ? 52 : 40);
    const std::size_t places[] = {0, 4, 12, 16};
    file.clear();
    for (std::size_t i = 0; i < 4; ++i) {
        const char one[] = {static_cast<char>(matrix[i] < 0 ? 0xff : 0),
                            static_cast<char>(matrix[i]), 0, 0};
        file.seekp(static_cast<std::streamoff>(matrix_at + places[i]));
        file.write(one, sizeof one);
    }
    return path;
}

TEST(Entries, DisplayMatricesTurnAndMirror) {
    const TempFolder folder;
    // x' = a x + c y, y' = b x + d y: where the top left corner goes, as signs from the middle.
    const std::array<int, 4> matrices[] = {{1, 0, 0, 1},  {0, 1, -1, 0}, {-1, 0, 0, -1},
                                           {0, -1, 1, 0}, {-1, 0, 0, 1}, {1, 0, 0, -1},
                                           {0, 1, 1, 0},  {0, -1, -1, 0}};
    int number = 0;
    for (const auto& matrix : matrices) {
        const auto& [a, b, c, d] = matrix;
        const auto out = folder / std::to_string(++number);
        const auto film = turned_film(folder / (std::to_string(number) + ".mp4"), matrix);
        const auto manifest = prepare_film(film, out, tiny_house());
        ASSERT_TRUE(manifest) << manifest.error().to_string();
        for (const int x : {-1, 1}) {
            for (const int y : {-1, 1}) {
                const bool white = x == -a - c && y == -b - d;
                EXPECT_NEAR(colours_at(out, 20 * x, 22 * y).front()[0], white ? 235 : 16, 6)
                    << "matrix " << a << " " << b << " " << c << " " << d << " at " << x << " "
                    << y;
            }
        }
    }
}

TEST(Entries, HdrIsToneMapped) {
    const TempFolder folder;
    // Half the signal: 92 cd/m2 in PQ, 50 in HLG. Shown without tone mapping both would be 126.
    for (const auto& [colorimetry, luma] :
         {std::pair<const char*, int>{"bt2100-pq", 174}, {"bt2100-hlg", 138}}) {
        const auto film = make_film(
            folder / (std::string(colorimetry) + ".mkv"),
            "videotestsrc num-buffers=10 pattern=solid-color foreground-color=0xff808080 ! "
            "videoconvert ! video/x-raw,format=I420_10LE,width=160,height=90,framerate=25/1 ! "
            "capssetter caps=video/x-raw,colorimetry=" +
                std::string(colorimetry) +
                " ! x264enc ! h264parse ! matroskamux ! filesink name=file");
        const auto out = folder / colorimetry;
        const auto manifest = prepare_film(film, out, tiny_house());
        ASSERT_TRUE(manifest) << manifest.error().to_string();
        EXPECT_NE(note(*manifest, "hdr"), "") << colorimetry;
        const auto colour = middles(out).front();
        EXPECT_NEAR(colour[0], luma, 4) << colorimetry;
        // A step of 10-bit chroma is a larger one in SDR.
        EXPECT_NEAR(colour[1], 128, 4);
        EXPECT_NEAR(colour[2], 128, 4);
    }
}

TEST(Entries, TransparentPicturesAreSetOnBlack) {
    const TempFolder folder;
    const auto film = make_film(
        folder / "alpha.mkv",
        "videotestsrc num-buffers=10 pattern=solid-color foreground-color=0x80ffffff ! "
        "video/x-raw,format=BGRA,width=160,height=90,framerate=25/1 ! avenc_ffv1 ! matroskamux ! "
        "filesink name=file");
    const auto manifest = prepare_film(film, folder / "out", tiny_house());
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    EXPECT_NE(note(*manifest, "alpha"), "");
    EXPECT_NEAR(middles(folder / "out").front()[0], 126, 3) << "half of white";
}

TEST(Entries, JoinedBroadcastsAreAsLongAsTheirParts) {
    const TempFolder folder;
    const std::string part = ball("25/1", 75, "160x90", "mpegtsmux") +
                             "audiotestsrc volume=0.3 num-buffers=140 ! "
                             "audio/x-raw,rate=48000,channels=2 ! avenc_ac3 ! ac3parse ! queue ! "
                             "mux.";
    const auto one = make_film(folder / "one.ts", part);
    std::ifstream file(one, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::ofstream(folder / "joined.ts", std::ios::binary) << bytes << bytes << bytes;
    const auto manifest = prepare_film(folder / "joined.ts", folder / "out", tiny_house());
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    EXPECT_NEAR(static_cast<double>(manifest->frame_count), 225, 8);
}

TEST(Entries, SoundThatStartsBeforeThePictureIsHeard) {
    const TempFolder folder;
    // Half a second: the first picture is held. Two seconds: black.
    for (const auto& [lead_ms, luma] : {std::pair<int, int>{500, 235}, {2000, 16}}) {
        const auto film = make_film(
            folder / (std::to_string(lead_ms) + ".mkv"),
            "videotestsrc pattern=white num-buffers=75 timestamp-offset=" +
                std::to_string(lead_ms) +
                "000000 ! video/x-raw,format=I420,width=160,height=90,framerate=25/1 ! x264enc "
                "speed-preset=ultrafast tune=zerolatency ! h264parse ! queue ! matroskamux "
                "name=mux ! filesink name=file audiotestsrc volume=0.3 num-buffers=240 ! "
                "audio/x-raw,rate=48000,channels=2 ! flacenc ! queue ! mux.");
        const auto out = folder / std::to_string(lead_ms);
        const auto manifest = prepare_film(film, out, tiny_house());
        ASSERT_TRUE(manifest) << manifest.error().to_string();
        EXPECT_NE(note(*manifest, "early-audio"), "");
        EXPECT_NEAR(static_cast<double>(manifest->frame_count), 75 + lead_ms / 40, 1);
        const auto colours = middles(out);
        EXPECT_NEAR(colours.front()[0], luma, 3) << lead_ms;
        EXPECT_NEAR(colours.back()[0], 235, 3);
    }
}

TEST(Entries, SlowFastAndSinglePicturesComeOut) {
    const TempFolder folder;
    const std::tuple<const char*, int, std::int64_t> films[] = {
        {"1/1", 4, 4 * 24}, {"240/1", 720, 3 * 60}, {"25/1", 1, 2 * 25}};
    for (const auto& [rate, frames, expected] : films) {
        const std::string name = std::to_string(frames);
        const auto film =
            make_film(folder / (name + ".mkv"), ball(rate, frames, "160x90", "matroskamux"));
        const auto manifest = prepare_film(film, folder / name, tiny_house());
        ASSERT_TRUE(manifest) << rate << ": " << manifest.error().to_string();
        EXPECT_NEAR(static_cast<double>(manifest->duration.count()) / 90000,
                    std::max(2.0, frames / std::atof(rate)), 0.05)
            << rate;
        EXPECT_EQ(manifest->frame_count, expected) << rate;
    }
}

TEST(Entries, TheLastPictureStandsAsLongAsTheContainerSays) {
    const TempFolder folder;
    // Of no constant rate, so that no parser can make a duration up: pictures of two seconds.
    const auto film = make_film(
        folder / "stills.mp4",
        "videotestsrc pattern=ball num-buffers=3 "
        "! video/x-raw,format=I420,width=320,height=180,framerate=1/2 "
        "! capssetter join=true caps=video/x-raw,framerate=0/1 ! x264enc tune=zerolatency "
        "! queue ! mp4mux ! filesink name=file");
    const StopFlag never;
    const auto info = discover(film.string(), {}, never);
    ASSERT_TRUE(info) << info.error().to_string();
    EXPECT_EQ(info->video->last_frame_ns, 2'000'000'000);
    EXPECT_EQ(info->video->end_ns - info->video->start_ns, 6'000'000'000);
}

TEST(Entries, TextInsideFilmsBecomesSubtitles) {
    const TempFolder folder;
    std::ofstream(folder / "text.srt") << "1\n00:00:00,500 --> 00:00:01,500\n<i>Кто там?</i>\n\n"
                                          "2\n00:00:02,000 --> 00:00:09,000\nНикого.\n\n";
    for (const char* muxer : {"matroskamux", "mp4mux"}) {
        const bool mp4 = std::string(muxer) == "mp4mux";
        const auto film = make_film(
            folder / muxer, ball("25/1", 100, "160x90", muxer) +
                                "filesrc location=" + (folder / "text.srt").string() +
                                " ! subparse ! " + (mp4 ? "text/x-raw,format=utf8 ! " : "") +
                                "taginject tags=language-code=ru ! queue ! mux.subtitle_0");
        const auto out = folder / (std::string(muxer) + ".out");
        const auto manifest = prepare_film(film, out, tiny_house());
        ASSERT_TRUE(manifest) << muxer << ": " << manifest.error().to_string();
        EXPECT_THAT(note(*manifest, "embedded-subtitles"), testing::HasSubstr("2 pieces"));
        const auto set = library::SubtitleSet::open_embedded(out);
        ASSERT_TRUE(set && *set) << muxer;
        ASSERT_EQ((*set)->tracks().size(), 1U);
        const subtitles::Track& track = (*set)->tracks().front();
        EXPECT_EQ(track.language(), "ru") << muxer;
        ASSERT_EQ(track.cues().size(), 2U);
        EXPECT_EQ(track.cues()[0].start, subtitles::Milliseconds(500));
        EXPECT_EQ(track.cues()[0].end, subtitles::Milliseconds(1500));
        EXPECT_THAT(track.cues()[0].text, testing::HasSubstr("Кто там?"));
        EXPECT_EQ(track.cues()[1].end, subtitles::Milliseconds(4000)) << "cut at the film's end";
        EXPECT_TRUE(library::PreparedEntry::open(out)) << "the rest is an entry as always";
    }
}

TEST(Entries, OfSeveralTracksTheDefaultIsShown) {
    const TempFolder folder;
    const auto film = make_film(
        folder / "two.mkv",
        "videotestsrc pattern=black num-buffers=50 ! "
        "video/x-raw,format=I420,width=80,height=46,framerate=25/1 ! x264enc ! h264parse ! queue ! "
        "matroskamux name=mux ! filesink name=file videotestsrc pattern=white num-buffers=50 ! "
        "video/x-raw,format=I420,width=160,height=90,framerate=25/1 ! x264enc ! h264parse ! queue "
        "! mux. audiotestsrc num-buffers=90 ! audio/x-raw,channels=1 ! flacenc ! queue ! mux. "
        "audiotestsrc num-buffers=90 ! audio/x-raw,channels=2 ! flacenc ! queue ! mux.");
    const StopFlag never;
    const auto info = discover(film.string(), {}, never);
    ASSERT_TRUE(info) << info.error().to_string();
    EXPECT_EQ(info->video_streams, 2U);
    EXPECT_EQ(info->audio_streams, 2U);
    const auto manifest = prepare_film(film, folder / "out", tiny_house());
    ASSERT_TRUE(manifest) << manifest.error().to_string();
    EXPECT_NE(note(*manifest, "more-video"), "");
    EXPECT_NE(note(*manifest, "more-audio"), "");
    const int luma = middles(folder / "out").front()[0];
    EXPECT_EQ(info->video->width == 160, luma > 200) << "what is chosen is what is shown";
}

}  // namespace
}  // namespace matinee::prepare
