// What the pipelines would leave behind, made by hand: raw tracks of a small film.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "library/prepared_writer.h"
#include "support/tracks.h"

namespace matinee::test {

inline void save(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

// A film of `frames` pictures, two rungs of 640x360 and 320x180. Members are meant to be changed
// before make().
struct RawFilm {
    media::FrameRate rate{25, 1};
    std::int64_t frames = 130;
    std::int64_t gop = 50;
    int parameter_sets = 0;  // of the encoder: another number, other init sections
    std::int64_t audio_frames = 260;
    std::string name = "film.mp4";

    // A picture: in a keyframe parameter sets stand before it, as x264enc writes them.
    [[nodiscard]] Bytes picture(std::int64_t index) const {
        const bool key = index % gop == 0;
        const Bytes slice = nal_unit(key ? 5 : 1, 200 + static_cast<std::size_t>(index % 7));
        return key ? nal_unit(7, 9) + nal_unit(8, 4) + slice : slice;
    }

    [[nodiscard]] Bytes video(std::uint16_t width, std::uint16_t height) const {
        TrackFile file(video_config(width, height, parameter_sets));
        for (std::int64_t first = 0; first < frames; first += gop) {
            std::vector<media::FragmentSample> samples;
            Bytes data;
            for (std::int64_t i = first; i < std::min(first + gop, frames); ++i) {
                const Bytes bytes = picture(i);
                const auto duration = (rate.start_of(i + 1) - rate.start_of(i)).count();
                // The muxer's composition offset of two frames, which nothing undoes.
                samples.push_back(
                    {static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(duration),
                     static_cast<std::int32_t>(rate.start_of(2).count()), i == first});
                data = std::move(data) + bytes;
            }
            file.fragment(rate.start_of(first).count(), samples, data);
        }
        return file.bytes();
    }

    [[nodiscard]] Bytes audio() const {
        TrackFile file(audio_config());
        std::vector<media::FragmentSample> samples;
        Bytes data;
        for (std::int64_t i = 0; i < audio_frames; ++i) {
            // Sizes tell frames apart; the first is the encoder's priming.
            const auto size = static_cast<std::uint32_t>(i == 0 ? 7 : 100 + i % 20);
            samples.push_back({size, 1024, 0, true});
            data.insert(data.end(), size, std::byte{static_cast<std::uint8_t>(i)});
        }
        return file.fragment(0, samples, data).bytes();
    }

    // The raw files in `folder`, and the description to go with them.
    [[nodiscard]] library::RawEntry make(const std::filesystem::path& folder) const {
        std::filesystem::create_directories(folder);
        save(folder / "large.mp4", video(640, 360));
        save(folder / "small.mp4", video(320, 180));
        save(folder / "sound.mp4", audio());
        library::RawEntry raw;
        raw.videos = {folder / "large.mp4", folder / "small.mp4"};
        raw.audio = folder / "sound.mp4";
        raw.manifest.source_name = name;
        raw.manifest.source_sha256 = std::string(64, 'a') + name;
        raw.manifest.house.rungs = {{"360p", 640, 360, 900}, {"180p", 320, 180, 300}};
        raw.manifest.frame_rate = rate;
        return raw;
    }
};

// A prepared entry below `library`/media; returns its name.
inline std::string prepare(const RawFilm& film, const std::filesystem::path& library) {
    namespace fs = std::filesystem;
    const fs::path work = library / "work";
    fs::remove_all(work);
    fs::create_directories(work / "out");
    const auto manifest = library::write_prepared(film.make(work / "raw"), work / "out", {});
    if (!manifest) throw std::runtime_error(manifest.error().to_string());
    fs::create_directories(library / "media");
    fs::remove_all(library / "media" / manifest->media_id);
    fs::rename(work / "out", library / "media" / manifest->media_id);
    fs::remove_all(work);
    return manifest->media_id;
}

}  // namespace matinee::test
