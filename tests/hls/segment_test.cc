#include "hls/segment.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "media/fragment.h"
#include "media/track.h"
#include "support/timeline.h"
#include "support/tracks.h"

namespace matinee::hls {
namespace {

using playout::Rundown;
using playout::Segment;
using test::Entry;

std::vector<Entry> festival() {
    return {Entry("film", {24000, 1001}, 500), Entry("clip", {30, 1}, 371),
            Entry("pal", {25, 1}, 101), Entry("phone", {60000, 1001}, 1000)};
}

const Entry& entry_of(const std::vector<Entry>& entries, const Rundown& rundown,
                      const Segment& segment) {
    for (const Entry& entry : entries) {
        if (entry.programme.entry_id == rundown.airings()[segment.airing].entry_id) return entry;
    }
    throw std::logic_error("no such entry");
}

// What a client would parse: the header, and as many zeros as the samples are to take.
media::FragmentedTrack parsed(const SegmentLayout& layout, const media::TrackConfig& config) {
    base::ByteWriter file;
    file.bytes(media::init_section(config));
    file.bytes(layout.header);
    file.zeros(layout.size() - layout.header.size());
    auto track = media::read_fragmented(std::move(file).take());
    if (!track) throw std::runtime_error(track.error().to_string());
    return *std::move(track);
}

TEST(VideoSegments, ContinueToTheTickAcrossBoundaries) {
    const auto entries = festival();
    const Rundown rundown = test::looped(entries, std::chrono::minutes(20));
    std::int64_t decode_time = (kMediaTimeOrigin - kDecodeDelay).count();
    for (std::int64_t sequence = 0; sequence < rundown.sequences().end; ++sequence) {
        const Segment segment = *rundown.segment(sequence);
        const auto layout =
            video_segment(entry_of(entries, rundown, segment).video.view(), segment);
        const auto track = parsed(layout, test::video_config());
        ASSERT_EQ(track.samples.front().decode_time, decode_time);
        EXPECT_TRUE(track.samples.front().sync);
        for (const auto& sample : track.samples) {
            decode_time += sample.duration;
        }
        ASSERT_EQ(Ticks(decode_time), segment.end() + kMediaTimeOrigin - kDecodeDelay);
        ASSERT_EQ(Ticks(track.samples.front().presentation_time()),
                  segment.start + kMediaTimeOrigin);
    }
}

TEST(VideoSegments, FlagTheFirstSampleOfEachGroupAndNoOther) {
    const std::vector<Entry> entries = {Entry("pal", {25, 1}, 250)};
    const Entry& entry = entries.front();
    const Rundown rundown = test::looped(entries, std::chrono::seconds(10));
    const auto track =
        parsed(video_segment(entry.video.view(), *rundown.segment(0)), test::video_config());
    ASSERT_EQ(track.samples.size(), 100u);
    for (std::size_t i = 0; i < track.samples.size(); ++i) {
        EXPECT_EQ(track.samples[i].sync, i % 50 == 0) << i;
    }
}

TEST(VideoSegments, FlagEverySampleWhereAllAreKeyframes) {
    const std::vector<Entry> entries = {Entry("card", {25, 1}, 250)};
    const Entry& entry = entries.front();
    const Rundown rundown = test::looped(entries, std::chrono::seconds(10));
    const auto track =
        parsed(video_segment(entry.video.view(), *rundown.segment(0), true), test::video_config());
    ASSERT_EQ(track.samples.size(), 100u);
    EXPECT_TRUE(std::ranges::all_of(track.samples, [](const auto& sample) { return sample.sync; }));
}

TEST(VideoSegments, HaveNoNegativeCompositionOffset) {
    std::vector<Entry> entries = {Entry("pal", {24000, 1001}, 240)};
    Entry& entry = entries.front();
    // Two frames is the most that a B-frame pyramid reorders by.
    const auto frames =
        -static_cast<std::int32_t>((media::FrameRate{24000, 1001}).start_of(2).count());
    for (std::size_t i = 1; i < entry.video.samples.size(); i += 3) {
        entry.video.samples[i].composition_offset = frames;
    }
    const Rundown rundown = test::looped(entries, std::chrono::seconds(8));
    const auto track =
        parsed(video_segment(entry.video.view(), *rundown.segment(0)), test::video_config());
    for (const auto& sample : track.samples) {
        EXPECT_GE(sample.composition_offset, 0);
    }
}

TEST(VideoSegments, TakeTheBytesOfTheirGroups) {
    const std::vector<Entry> entries = {Entry("pal", {25, 1}, 250)};
    const Entry& entry = entries.front();
    const Rundown rundown = test::looped(entries, std::chrono::seconds(10));
    const auto layout = video_segment(entry.video.view(), *rundown.segment(1));
    ASSERT_EQ(layout.data.size(), 2u);
    EXPECT_EQ(layout.data[0], (ByteRange{entry.video.chunks[2].offset, 50'000}));
    EXPECT_EQ(layout.data[1], (ByteRange{entry.video.chunks[3].offset, 50'000}));
}

TEST(AudioSegments, LeaveNoGapAndStayInStepOver200Boundaries) {
    const auto entries = festival();
    const Rundown rundown = test::looped(entries, std::chrono::minutes(50));
    ASSERT_GT(rundown.airings().size(), 200u);
    std::int64_t next = kMediaTimeOrigin.count() / 1920 * 1024;
    for (std::int64_t sequence = 0; sequence < rundown.sequences().end; ++sequence) {
        const Segment segment = *rundown.segment(sequence);
        const playout::Airing& airing = rundown.airings()[segment.airing];
        const Entry& entry = entry_of(entries, rundown, segment);
        const auto track =
            parsed(audio_segment(entry.audio.view(), airing, segment), test::audio_config());
        ASSERT_FALSE(track.samples.empty());
        ASSERT_EQ(track.samples.front().decode_time, next);
        // 960 ticks are half a frame: 10.7 ms.
        const std::int64_t ticks =
            track.samples.front().decode_time * 90 / 48 - kMediaTimeOrigin.count();
        EXPECT_LE(std::abs(ticks - segment.start.count()), 960);
        next += static_cast<std::int64_t>(track.samples.size()) * 1024;
    }
}

// A day of fixed starts at odd ticks, films cut for them, a slate that ends on any picture, and a
// film that goes on where it was interrupted.
struct Day {
    std::vector<Entry> entries = festival();
    std::vector<playout::Airing> airings;

    Day() {
        entries.emplace_back("slate", media::FrameRate{25, 1}, 250, "house",
                             playout::CutAt::kFrames);
        playout::Schedule schedule;
        for (std::size_t i = 0; i < 2; ++i) {
            playout::Block& block = schedule.blocks.emplace_back();
            block.id = i == 0 ? "day" : "fixed";
            block.fixed = i == 1;
            block.overrun = playout::Overrun::kCut;
            for (std::size_t entry = i; entry < 4; entry += 2) {
                block.items.emplace_back(entries[entry].programme);
            }
        }
        schedule.slate = entries.back().programme;
        for (Ticks at{7'654'321}; at < std::chrono::minutes(20); at += Ticks(6'543'211)) {
            schedule.starts.push_back({at, 1});
        }
        airings = playout::extend(schedule, std::nullopt, std::chrono::minutes(20));
        // Number three stops after its first segment, the slate is shown, the rest follows.
        const auto film = std::ranges::find_if(airings, [](const playout::Airing& airing) {
            return airing.ordinal > 2 && airing.to == Ticks(0) && airing.segment_count > 2;
        });
        const auto& entry = *std::ranges::find_if(entries, [&](const Entry& candidate) {
            return candidate.programme.entry_id == film->entry_id;
        });
        film->segment_count = 1;
        film->duration = entry.cut().at(0).end();
        airings.erase(film + 1, airings.end());
        playout::Planner planner(schedule, playout::RundownEnd{*film, "house"});
        airings.push_back(*planner.hold(playout::Role::kHold));
        airings.push_back(*planner.play(entry.programme, entry.cut().at(0).end(), {}));
        while (planner.at() < std::chrono::minutes(20)) {
            airings.push_back(*planner.next());
        }
    }
};

TEST(CutAirings, KeepPictureAndSoundOnOneTimeline) {
    const Day day;
    const Rundown rundown = test::rundown_of(day.entries, day.airings);
    std::int64_t decode_time = (kMediaTimeOrigin - kDecodeDelay).count();
    std::int64_t next_sound = kMediaTimeOrigin.count() / 1920 * 1024;
    std::size_t odd = 0;
    for (std::int64_t sequence = 0; sequence < rundown.sequences().end; ++sequence) {
        const Segment segment = *rundown.segment(sequence);
        const playout::Airing& airing = rundown.airings()[segment.airing];
        const Entry& entry = entry_of(day.entries, rundown, segment);
        const auto video = parsed(video_segment(entry.video.view(), segment), test::video_config());
        ASSERT_EQ(video.samples.front().decode_time, decode_time);
        ASSERT_EQ(video.samples.size(), static_cast<std::size_t>(segment.piece.pictures));
        for (const auto& sample : video.samples) {
            ASSERT_GT(sample.duration, 0u);
            decode_time += sample.duration;
        }
        ASSERT_EQ(Ticks(decode_time), segment.end() + kMediaTimeOrigin - kDecodeDelay);
        const auto sound =
            parsed(audio_segment(entry.audio.view(), airing, segment), test::audio_config());
        ASSERT_FALSE(sound.samples.empty());
        ASSERT_EQ(sound.samples.front().decode_time, next_sound);
        next_sound += static_cast<std::int64_t>(sound.samples.size()) * 1024;
        // The sound is that of the picture: the frame of the media that belongs to this instant.
        const auto frame = media::nearest_audio_frame(segment.start).count() -
                           media::nearest_audio_frame(airing.origin()).count();
        ASSERT_EQ(sound.samples.front().range.size,
                  entry.audio.samples[static_cast<std::size_t>(frame)].size);
        odd += segment.piece.pictures % 50 != 0 && airing.entry_id == "slate" ? 1 : 0;
    }
    EXPECT_GT(odd, 5u) << "slates are cut";
    EXPECT_TRUE(std::ranges::any_of(
        day.airings, [](const playout::Airing& airing) { return airing.from > Ticks(0); }));
}

// A card that begins with any of its pictures and ends between two.
TEST(CutAirings, BeginWithinAGroupOfPictures) {
    const std::vector<Entry> entries = {
        Entry("card", media::FrameRate{25, 1}, 500, "house", playout::CutAt::kFrames)};
    const Entry& entry = entries.front();
    for (std::int64_t frame = 1; frame < 490; ++frame) {
        const Ticks from = entry.rate.start_of(frame);
        const Ticks to = Ticks(std::chrono::seconds(20)) - Ticks(1'234);
        const playout::Airing airing = playout::follow(std::nullopt, entry.programme, from, to, {});
        const Rundown rundown = test::rundown_of(entries, {airing});
        std::int64_t decode_time = (kMediaTimeOrigin - kDecodeDelay).count();
        std::int64_t next_picture = frame;
        for (std::int64_t sequence = 0; sequence < rundown.sequences().end; ++sequence) {
            const Segment segment = *rundown.segment(sequence);
            const auto layout = video_segment(entry.video.view(), segment, true);
            const auto track = parsed(layout, test::video_config());
            ASSERT_EQ(track.samples.front().decode_time, decode_time);
            // Samples of one kilobyte: where the first one lies says which it is.
            const media::Chunk& gop =
                entry.video.chunks[static_cast<std::size_t>(next_picture / 50)];
            const auto offset = gop.offset + static_cast<std::uint64_t>(next_picture % 50) * 1000;
            ASSERT_EQ(layout.data.front().offset, offset) << frame;
            ASSERT_EQ(iframe_segment(entry.video.view(), segment).data.front(),
                      (ByteRange{offset, 1000}));
            for (const auto& sample : track.samples) {
                decode_time += sample.duration;
            }
            ASSERT_EQ(Ticks(decode_time), segment.end() + kMediaTimeOrigin - kDecodeDelay);
            ASSERT_EQ(layout.size() - layout.header.size(),
                      static_cast<std::uint64_t>(segment.piece.pictures) * 1000);
            next_picture += segment.piece.pictures;
            ASSERT_LE(segment.duration(), Ticks(std::chrono::seconds(6)));
        }
        EXPECT_EQ(next_picture, 500);
    }
}

TEST(AudioSegments, TakeEachFrameOfTheEntryOnce) {
    const std::vector<Entry> entries = {Entry("film", {24000, 1001}, 500)};
    const Entry& entry = entries.front();
    const Rundown rundown = test::looped(entries, std::chrono::seconds(25));
    const playout::Airing& airing = rundown.airings()[1];
    const auto first = media::nearest_audio_frame(airing.start).count();
    std::size_t frame = 0;
    for (std::int64_t i = 0; i < airing.segment_count; ++i) {
        const auto layout =
            audio_segment(entry.audio.view(), airing, *rundown.segment(airing.first_sequence + i));
        std::uint64_t bytes = 0;
        const auto track = parsed(layout, test::audio_config());
        for (const auto& sample : track.samples) {
            ASSERT_EQ(sample.range.size, entry.audio.samples[frame].size) << "frame " << frame;
            bytes += sample.range.size;
            ++frame;
        }
        EXPECT_EQ(layout.size() - layout.header.size(), bytes);
    }
    EXPECT_EQ(static_cast<std::int64_t>(frame),
              media::nearest_audio_frame(airing.end()).count() - first);
}

TEST(IframeSegments, HoldOnePictureThatLastsTheSegment) {
    const std::vector<Entry> entries = {Entry("pal", {25, 1}, 250)};
    const Entry& entry = entries.front();
    const Rundown rundown = test::looped(entries, std::chrono::seconds(10));
    const auto layout = iframe_segment(entry.video.view(), *rundown.segment(1));
    const auto track = parsed(layout, test::video_config());
    ASSERT_EQ(track.samples.size(), 1u);
    EXPECT_EQ(Ticks(track.samples[0].presentation_time()), Ticks(360'000) + kMediaTimeOrigin);
    EXPECT_EQ(track.samples[0].duration, 360'000u);
    EXPECT_EQ(layout.data.front(), (ByteRange{entry.video.chunks[2].offset, 1000}));
}

}  // namespace
}  // namespace matinee::hls
