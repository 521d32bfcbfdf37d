// What remains known of a prepared entry when its files are gone: as much as playlists say of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "library/house_format.h"
#include "media/frame_rate.h"

namespace matinee::library {

class PreparedEntry;

// A value but for the init sections, which are shared.
struct Outline {
    struct Track {
        std::string name;          // the rung's, or "audio"
        std::uint32_t height = 0;  // of video
        std::shared_ptr<const Bytes> init;
        std::string init_id;  // as PreparedEntry::Track has it
    };

    media::FrameRate frame_rate;
    std::int64_t frame_count = 0;
    std::int64_t frames_per_group = 0;  // of pictures
    std::vector<Track> tracks;          // as the manifest has them: sound last; at least two

    // The track that a channel shows for the rung: PreparedEntry::video_for.
    [[nodiscard]] const Track& video_for(const Rung& rung) const;
    [[nodiscard]] const Track& audio() const { return tracks.back(); }
};

// Also of one that is still being prepared: then as it is promised to be.
Outline outline_of(const PreparedEntry& entry);

// A canonical text (JSON, sorted keys): equal outlines give equal text.
std::string to_json(const Outline& outline);

// The inverse. kInvalid names the key that is missing or makes no sense.
Result<Outline> outline_from_json(const std::string& text);

}  // namespace matinee::library
