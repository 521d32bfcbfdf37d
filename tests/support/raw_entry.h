// What the encoders would hand out, made by hand: the pictures and the sound of a small film.
#pragma once

#include <filesystem>
#include <string>

#include "library/prepared_writer.h"
#include "support/tracks.h"

namespace matinee::test {

// A film of `frames` pictures, two rungs of 640x360 and 320x180. Members are meant to be changed
// before write().
struct RawFilm {
    media::FrameRate rate{25, 1};
    std::int64_t frames = 130;
    std::int64_t gop = 50;
    int parameter_sets = 0;  // of the encoder: another number, other init sections
    std::int64_t audio_frames = 260;
    std::string name = "film.mp4";
    std::size_t key_bytes = 200;  // of a keyframe's slice, at least

    // A picture: in a keyframe parameter sets stand before it, as x264enc writes them.
    [[nodiscard]] Bytes picture(std::int64_t index) const {
        const bool key = index % gop == 0;
        const Bytes slice = nal_unit(
            key ? 5 : 1, (key ? key_bytes : 200) + static_cast<std::size_t>(index % 7));
        return key ? nal_unit(7, 9) + nal_unit(8, 4) + slice : slice;
    }

    [[nodiscard]] static library::HouseFormat house() {
        library::HouseFormat house;
        house.rungs = {{"360p", 640, 360, 900}, {"180p", 320, 180, 300}};
        return house;
    }

    [[nodiscard]] library::Manifest description() const {
        library::Manifest manifest;
        manifest.source_name = name;
        manifest.source_sha256 = std::string(64, 'a') + name;
        return manifest;
    }

    // Pictures [first, end) of every rung, as x264 would hand them out: two frames late.
    Result<void> add_pictures(library::PreparedWriter& writer, std::int64_t first,
                              std::int64_t end) const {
        for (std::size_t rung = 0; rung < 2; ++rung) {
            for (std::int64_t i = first; i < end; ++i) {
                TRY(writer.add_picture(rung, avcc(parameter_sets),
                                       {picture(i), rate.start_of(i + 2), i % gop == 0}));
            }
        }
        return {};
    }

    // Access units [first, end); the first of all is the priming.
    Result<void> add_sound(library::PreparedWriter& writer, std::int64_t first,
                           std::int64_t end) const {
        const media::TrackConfig config = audio_config();
        for (std::int64_t i = first; i < end; ++i) {
            // Sizes tell frames apart.
            const Bytes unit(static_cast<std::size_t>(i == 0 ? 7 : 100 + i % 20),
                             std::byte{static_cast<std::uint8_t>(i)});
            TRY(writer.add_sound(*config.audio(), unit));
        }
        return {};
    }

    // The whole film, written into `folder`, which is made.
    [[nodiscard]] Result<library::Manifest> write(const std::filesystem::path& folder) const {
        std::filesystem::create_directories(folder);
        library::PreparedWriter writer(folder, house(), rate);
        TRY(add_pictures(writer, 0, frames));
        TRY(writer.end_pictures(0));
        TRY(writer.end_pictures(1));
        TRY(add_sound(writer, 0, audio_frames));
        TRY(writer.end_sound());
        return writer.finish(description(), {});
    }
};

// A prepared entry below `library`/media; returns its name.
inline std::string prepare(const RawFilm& film, const std::filesystem::path& library) {
    namespace fs = std::filesystem;
    const fs::path work = library / "work";
    fs::remove_all(work);
    const auto manifest = film.write(work / "out");
    if (!manifest) throw std::runtime_error(manifest.error().to_string());
    fs::create_directories(library / "media");
    fs::remove_all(library / "media" / manifest->media_id);
    fs::rename(work / "out", library / "media" / manifest->media_id);
    fs::remove_all(work);
    return manifest->media_id;
}

}  // namespace matinee::test
