// Builders of entries and rundowns for tests: indices without files.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "media/frame_rate.h"
#include "media/sample_index.h"
#include "playout/rundown.h"
#include "playout/schedule.h"

namespace matinee::test {

// A video track of `frames` frames, keyframes every two seconds, one kilobyte a sample.
inline media::TrackIndexData video_index(media::FrameRate rate, std::int64_t frames) {
    media::TrackIndexData data;
    const std::int64_t gop = rate.frames_in(2);
    std::uint64_t offset = 1000;
    for (std::int64_t first = 0; first < frames; first += gop) {
        const std::int64_t count = std::min(gop, frames - first);
        media::Chunk chunk{offset, 1000ULL * static_cast<std::uint64_t>(count),
                           rate.start_of(first).count(), static_cast<std::uint32_t>(first),
                           static_cast<std::uint32_t>(count)};
        for (std::int64_t i = first; i < first + count; ++i) {
            const auto duration = (rate.start_of(i + 1) - rate.start_of(i)).count();
            data.samples.push_back({1000, static_cast<std::uint32_t>(duration), 0});
        }
        data.chunks.push_back(chunk);
        offset += chunk.size + 500;
    }
    return data;
}

// The sound for a picture of that length: one frame more, chunks of 94, sizes that tell frames
// apart.
inline media::TrackIndexData audio_index(Ticks duration) {
    media::TrackIndexData data;
    const auto frames =
        static_cast<std::uint32_t>(std::chrono::ceil<media::AudioFrames>(duration).count() + 1);
    std::uint64_t offset = 800;
    for (std::uint32_t first = 0; first < frames; first += 94) {
        media::Chunk chunk{offset, 0, std::int64_t{first} * 1024, first,
                           std::min(94U, frames - first)};
        for (std::uint32_t i = first; i < first + chunk.sample_count; ++i) {
            data.samples.push_back({300 + i % 50, 1024, 0});
            chunk.size += data.samples.back().size;
        }
        data.chunks.push_back(chunk);
        offset += chunk.size + 200;
    }
    return data;
}

// An entry: its tracks, and how it is cut into segments of two groups of pictures.
struct Entry {
    Entry(std::string name, media::FrameRate rate_, std::int64_t frames_,
          std::string fingerprint = "house", playout::CutAt cut_at = playout::CutAt::kSegments)
        : rate(rate_),
          frames(frames_),
          video(video_index(rate, frames)),
          audio(audio_index(rate.start_of(frames))),
          programme{name, "media-" + name, "", cut(), std::move(fingerprint), cut_at} {}

    [[nodiscard]] playout::Segmentation cut() const { return {rate, frames, rate.frames_in(2), 2}; }

    media::FrameRate rate;
    std::int64_t frames;
    media::TrackIndexData video;
    media::TrackIndexData audio;
    playout::Programme programme;
};

// A programme of 25 pictures a second that has no tracks.
inline playout::Programme programme(const std::string& id, std::int64_t seconds,
                                    std::string fingerprint = "house") {
    return {id, "m-" + id, "", playout::Segmentation({25, 1}, seconds * 25, 50, 2),
            std::move(fingerprint)};
}

// A slate of ten seconds that can be cut on any picture.
inline playout::Programme slate() {
    playout::Programme made = programme("slate", 10);
    made.cut_at = playout::CutAt::kFrames;
    return made;
}

// The rundown of these rows. Borrows the entries' indices.
inline playout::Rundown rundown_of(const std::vector<Entry>& entries,
                                   std::vector<playout::Airing> airings) {
    std::vector<playout::Segmentation> cuts;
    for (const playout::Airing& airing : airings) {
        for (const Entry& entry : entries) {
            if (entry.programme.entry_id == airing.entry_id) cuts.push_back(entry.cut());
        }
    }
    auto rundown = playout::Rundown::create(std::move(airings), std::move(cuts));
    if (!rundown) throw std::logic_error(rundown.error().to_string());
    return *std::move(rundown);
}
playout::Rundown rundown_of(std::vector<Entry>&& entries, std::vector<playout::Airing>) = delete;

// The rundown that loops `entries` until `until`. Borrows their indices.
inline playout::Rundown looped(const std::vector<Entry>& entries, Ticks until) {
    std::vector<playout::Programme> loop;
    for (const Entry& entry : entries) {
        loop.push_back(entry.programme);
    }
    return rundown_of(entries, playout::extend(loop, std::nullopt, until));
}
playout::Rundown looped(std::vector<Entry>&& entries, Ticks until) = delete;

}  // namespace matinee::test
