#include "subtitles/ass_writer.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subtitles/builders.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

Track track_in(const std::string& language, std::vector<Cue> cues) {
    Document document;
    document.cues = std::move(cues);
    return {language, Kind::kSubtitles, std::move(document)};
}

AssDrawing drawing_of(std::initializer_list<const Track*> tracks, const AssCanvas& canvas = {}) {
    return ass_script(std::vector<const Track*>(tracks), canvas);
}

CueSettings parse_settings(std::string_view text) {
    std::vector<std::string> ignored;
    CueSettings settings = parse_cue_settings(text, {}, &ignored);
    EXPECT_THAT(ignored, testing::IsEmpty());
    return settings;
}

// The text of an event, without where it stands.
std::string text_of(const AssEvent& event) {
    return event.line.substr(event.line.find('}') + 1);
}

std::vector<std::string> texts_of(const AssDrawing& script) {
    std::vector<std::string> texts;
    for (const AssEvent& event : script.events) {
        texts.push_back(text_of(event));
    }
    return texts;
}

int track_of(const AssEvent& event) {
    return event.line[event.line.find("Track") + 5] - '0';
}

TEST(AssDrawing, ShowsACueFromTheFrameNearestToItsStart) {
    struct Case {
        media::FrameRate rate;
        std::int64_t start_ms;
        std::int64_t end_ms;
        std::int64_t first;
        std::int64_t end;
    };
    for (const Case& test : {
             Case{{25, 1}, 0, 1000, 0, 25}, Case{{25, 1}, 1000, 2000, 25, 50},
             Case{{25, 1}, 1019, 2021, 25, 51},  // frames start at 1000 and 1040, 2000 and 2040
             Case{{25, 1}, 1021, 2019, 26, 50},
             Case{{24000, 1001}, 3'600'000, 3'601'000, 86314, 86338},
             Case{{60, 1}, 500, 501, 30, 31},  // shorter than a frame: one frame
         }) {
        const Track track = make_track({make_cue(test.start_ms, test.end_ms, "text")});
        AssCanvas canvas;
        canvas.frame_rate = test.rate;
        const AssDrawing script = drawing_of({&track}, canvas);
        ASSERT_THAT(script.events, SizeIs(1));
        EXPECT_EQ(script.events[0].first_frame, test.first) << test.start_ms;
        EXPECT_EQ(script.events[0].end_frame, test.end) << test.end_ms;
    }
}

TEST(AssDrawing, TimesFallBetweenFramesSoThatRoundingCannotMoveThem) {
    for (const media::FrameRate rate :
         {media::FrameRate{24000, 1001}, {25, 1}, {30000, 1001}, {50, 1}, {60000, 1001}, {60, 1}}) {
        std::vector<Cue> cues;
        for (std::int64_t i = 0; i < 500; ++i) {
            cues.push_back(make_cue(i * 7213, i * 7213 + 1500, "text"));
        }
        const Track track = make_track(std::move(cues));
        AssCanvas canvas;
        canvas.frame_rate = rate;
        const AssDrawing script = drawing_of({&track}, canvas);
        for (const AssEvent& event : script.events) {
            // What libass compares with: the frame's time in whole milliseconds.
            const auto shown = [&](std::int64_t frame) {
                const auto at = std::chrono::floor<Milliseconds>(rate.start_of(frame));
                return at >= event.start && at < event.end;
            };
            EXPECT_TRUE(shown(event.first_frame));
            EXPECT_TRUE(event.first_frame == 0 || !shown(event.first_frame - 1));
            EXPECT_TRUE(shown(event.end_frame - 1));
            EXPECT_FALSE(shown(event.end_frame));
        }
    }
}

TEST(AssDrawing, KeepsItalicsBoldAndUnderline) {
    const Track track =
        make_track({make_cue(0, 1000, "<i>one</i> <b>two <i>both</i></b> <u>three</u>")});
    EXPECT_THAT(texts_of(drawing_of({&track})),
                ElementsAre("{\\i1}one{\\i0} {\\b1}two {\\i1}both{\\i0}{\\b0} {\\u1}three"));
}

TEST(AssDrawing, StartsEveryLineWithItsOwnLook) {
    const Track track = make_track({make_cue(0, 1000, "<i>one\ntwo</i> three")});
    EXPECT_THAT(texts_of(drawing_of({&track})), ElementsAre("{\\i1}one", "{\\i1}two{\\i0} three"));
}

TEST(AssDrawing, LetsNoTextBecomeMarkup) {
    const Track track = make_track(
        {make_cue(0, 1000, "a {\\b1} \\N c &lt;i&gt; &amp;amp; <v Anna>hi</v> <c.red>x</c>")});
    EXPECT_THAT(texts_of(drawing_of({&track})),
                ElementsAre("a \\{\\\u2060b1\\} \\\u2060N c <i> &amp; hi x"));
}

TEST(AssDrawing, SetsRubyInBrackets) {
    const Track track =
        track_in("ja", {make_cue(0, 1000, "<ruby>東京<rt>とうきょう</rt></ruby>駅")});
    EXPECT_THAT(texts_of(drawing_of({&track})), ElementsAre("東京(とうきょう)駅"));
}

TEST(AssDrawing, TakesTheFontOfTheLanguage) {
    const std::pair<const char*, const char*> fonts[] = {{"zh", "Noto Sans CJK SC"},
                                                         {"zh-Hans", "Noto Sans CJK SC"},
                                                         {"zh-Hant", "Noto Sans CJK TC"},
                                                         {"zh-Hant-HK", "Noto Sans CJK HK"},
                                                         {"ja", "Noto Sans CJK JP"},
                                                         {"ko", "Noto Sans CJK KR"},
                                                         {"ru", "Noto Sans"},
                                                         {"en", "Noto Sans"}};
    for (const auto& [language, font] : fonts) {
        const Track track = track_in(language, {make_cue(0, 1000, "x")});
        EXPECT_THAT(drawing_of({&track}).header, HasSubstr(fmt::format("Style: Track0,{},", font)))
            << language;
    }
    const Track unknown = track_in("und", {make_cue(0, 1000, "你好")});
    EXPECT_THAT(drawing_of({&unknown}).header, HasSubstr("Style: Track0,Noto Sans CJK SC,"));
}

TEST(AssDrawing, StandsAtTheBottomInsideTheSafeArea) {
    const Track track = make_track({make_cue(0, 1000, "one\ntwo")});
    const AssDrawing script = drawing_of({&track});
    ASSERT_THAT(script.events, SizeIs(2));
    EXPECT_DOUBLE_EQ(script.events[1].bottom, 1080 * 0.95);
    EXPECT_DOUBLE_EQ(script.events[0].bottom, script.events[1].top);
    EXPECT_NEAR((script.events[0].left + script.events[0].right) / 2, 960, 0.01);
}

TEST(AssDrawing, StandsWhereTheCueSays) {
    struct Case {
        const char* settings;
        const char* overrides;
    };
    for (const Case& test : {
             Case{"line:0", "\\an2\\pos(960.0,124.2)"}, Case{"line:-1", "\\an2\\pos(960.0,1026.0)"},
             Case{"line:-2", "\\an2\\pos(960.0,955.8)"},
             Case{"line:50%", "\\an2\\pos(960.0,610.2)"},
             Case{"line:0%", "\\an2\\pos(960.0,124.2)"},     // inside the safe area
             Case{"line:100%", "\\an2\\pos(960.0,1026.0)"},  // likewise
             Case{"align:left", "\\an1\\pos(96.0,1026.0)"},
             Case{"align:right", "\\an3\\pos(1824.0,1026.0)"},
             Case{"position:25% size:40%", "\\an2\\pos(480.0,1026.0)"},
             Case{"position:25% align:left", "\\an1\\pos(480.0,1026.0)"},
             Case{"vertical:rl line:1", "\\an2\\pos(960.0,1026.0)"},  // cannot be drawn upright
         }) {
        const CueSettings parsed = parse_settings(test.settings);
        Cue cue = make_cue(0, 1000, "x");
        cue.settings = parsed;
        const Track track = make_track({cue});
        EXPECT_THAT(drawing_of({&track}).events[0].line, HasSubstr(test.overrides))
            << test.settings;
    }
}

TEST(AssDrawing, KeepsClearOfACueThatSaysWhereItStands) {
    Cue fixed = make_cue(500, 1500, "fixed");
    fixed.settings = parse_settings("line:-1");
    const Track track = make_track({make_cue(0, 1000, "free"), fixed});
    const AssDrawing script = drawing_of({&track});
    ASSERT_THAT(script.events, SizeIs(2));
    EXPECT_LE(script.events[0].bottom, script.events[1].top);
}

TEST(AssDrawing, StacksTwoTracksTheFirstAbove) {
    const Track chinese = track_in("zh", {make_cue(0, 2000, "你好")});
    const Track russian = track_in("ru", {make_cue(0, 2000, "Привет\nи ещё строка")});
    const AssDrawing script = drawing_of({&chinese, &russian});
    ASSERT_THAT(script.events, SizeIs(3));
    EXPECT_EQ(track_of(script.events[0]), 0);
    EXPECT_LT(script.events[0].bottom, script.events[1].top);
    EXPECT_DOUBLE_EQ(script.events[2].bottom, 1080 * 0.95);
    EXPECT_THAT(script.header, HasSubstr("Style: Track0,Noto Sans CJK SC,"));
    EXPECT_THAT(script.header, HasSubstr("Style: Track1,Noto Sans,"));
}

TEST(AssDrawing, NeverMovesACueThatIsShown) {
    // The lower track's second cue comes while the upper one is on.
    const Track upper = track_in("zh", {make_cue(0, 5000, "上面")});
    const Track lower = track_in("ru", {make_cue(3000, 5000, "снизу\nдве строки")});
    const AssDrawing script = drawing_of({&upper, &lower});
    ASSERT_THAT(script.events, SizeIs(3));
    EXPECT_EQ(text_of(script.events[0]), "上面");
    EXPECT_LT(script.events[0].bottom, script.events[1].top);
}

TEST(AssDrawing, DrawsSmallerWhatWouldNotFit) {
    std::string many = "1";
    for (int i = 2; i <= 20; ++i)
        many += fmt::format("\n{}", i);
    const Track upper = track_in("zh", {make_cue(0, 1000, many)});
    const Track lower = track_in("ru", {make_cue(0, 1000, many), make_cue(5000, 6000, "normal")});
    const AssDrawing script = drawing_of({&upper, &lower});
    ASSERT_THAT(script.events, SizeIs(41));
    for (const AssEvent& event : script.events) {
        EXPECT_GE(event.top, 1080 * 0.05 - 1);
    }
    EXPECT_THAT(script.events.front().line, HasSubstr("\\fs"));
    EXPECT_THAT(script.events.back().line, Not(HasSubstr("\\fs")));
}

// Whatever the cues: nothing overlaps, nothing leaves the safe area, order holds.
TEST(AssDrawing, NeverOverlapsWhateverTheCues) {
    std::mt19937 random(20261124);
    const auto up_to = [&](std::uint32_t most) { return random() % (most + 1); };
    const std::string pieces[] = {"你好，世界。", "Привет, мир! ",
                                  "hello there ", "——",
                                  "……\n",         "很长的一句话没有空格也要换行",
                                  "\n",           "Donaudampfschifffahrt"};
    for (int round = 0; round < 60; ++round) {
        const auto some_cues = [&] {
            std::vector<Cue> cues;
            std::int64_t start = 0;
            for (std::uint32_t i = 0; i < 12; ++i) {
                std::string text = "x";
                for (std::uint32_t n = up_to(9); n > 0; --n)
                    text += pieces[up_to(7)];
                start += up_to(1500);
                cues.push_back(
                    make_cue(start, start + 300 + up_to(4000), normalise_cue_text(text)));
            }
            return cues;
        };
        const Track upper = track_in("zh", some_cues());
        const Track lower = track_in("ru", some_cues());
        const AssDrawing script = drawing_of({&upper, &lower}, {426, 240, {25, 1}});
        for (std::size_t i = 0; i < script.events.size(); ++i) {
            const AssEvent& a = script.events[i];
            EXPECT_GE(a.left, 426 * 0.05 - 0.5) << round;
            EXPECT_LE(a.right, 426 * 0.95 + 0.5) << round;
            EXPECT_GE(a.top, 240 * 0.05 - 1) << round;
            EXPECT_LE(a.bottom, 240 * 0.95 + 0.01) << round;
            for (std::size_t j = 0; j < i; ++j) {
                const AssEvent& b = script.events[j];
                if (a.first_frame >= b.end_frame || b.first_frame >= a.end_frame) continue;
                EXPECT_TRUE(a.top >= b.bottom - 0.01 || b.top >= a.bottom - 0.01) << round;
                if (track_of(a) == track_of(b)) continue;
                const bool a_is_upper = track_of(a) < track_of(b);
                EXPECT_LT((a_is_upper ? a : b).bottom, (a_is_upper ? b : a).top + 0.01) << round;
            }
        }
    }
}

TEST(AssDrawing, IsAFilePlayersRead) {
    const Track track = make_track({make_cue(3'661'040, 3'662'040, "one, two")});
    const std::string file = to_file(drawing_of({&track}));
    EXPECT_THAT(file, StartsWith("[Script Info]\n"));
    EXPECT_THAT(file, EndsWith("Dialogue: 0,1:01:01.02,1:01:02.02,Track0,,0,0,0,,"
                               "{\\an2\\pos(960.0,1026.0)}one, two\n"));
}

}  // namespace
}  // namespace matinee::subtitles
