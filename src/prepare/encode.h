// From a source film and its plan to raw encoded tracks and pictures.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/house_format.h"
#include "library/manifest.h"
#include "prepare/pipeline.h"
#include "prepare/plan.h"
#include "subtitles/ass_writer.h"

namespace matinee::prepare {

struct EncodeJob {
    std::string source;  // path of the film
    std::string title;   // for the slate
    const Plan& plan;
    const library::HouseFormat& house;
    std::optional<subtitles::AssScript> burn_in = {};  // drawn into the picture
    std::string card = {};  // SVG: the picture instead of a slate's, and every frame a keyframe
    double gain_db = 0;
    // Where the sound starts on the file's timeline and how long it is, where there is no picture
    // to go by.
    std::int64_t sound_start_ns = 0;
    std::int64_t sound_ns = 0;
    std::filesystem::path directory;  // where the files go; must exist
};

struct Encoded {
    std::vector<std::filesystem::path> videos;  // one a rung, fragmented MP4
    std::filesystem::path audio;                // fragmented MP4
    std::filesystem::path poster;
    std::filesystem::path thumbnails;
    library::Thumbnails thumbnail_layout;  // `file` is left empty
    std::int64_t frames = 0;
    std::vector<library::Note> notes;
};

// AAC frames the sound lasts longer than the picture, so that a channel's audio grid always
// finds one.
inline constexpr std::int64_t kSpareAudioFrames = 5;

// Decodes once, conforms, and encodes all rungs and the sound at the same time.
//
// The programme starts with the source's first picture: sound before it is dropped, sound that
// starts later is preceded by silence. `on_progress` is called in the calling thread with the
// number of frames encoded. Errors are a producer's reason; kCancelled, kExhausted as run_all
// says. The files written so far stay on error: the caller owns the directory.
Result<Encoded> encode(const EncodeJob& job, const Supervision& supervision, Heartbeat& heartbeat,
                       const std::function<void(std::int64_t frames)>& on_progress);

// Whether the encoding pipeline has burn-in.gst in it.
enum class Overlay : std::uint8_t { kNone, kSubtitles };

// The text of the encoding pipeline, filled in; for tests and `--debug`.
Result<std::string> encode_video_description(const Plan& plan, const library::HouseFormat& house,
                                             Overlay overlay = Overlay::kNone);

}  // namespace matinee::prepare
