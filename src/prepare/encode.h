// From a source film and its plan to encoded tracks and pictures.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/house_format.h"
#include "library/manifest.h"
#include "library/prepared_writer.h"
#include "library/variant.h"
#include "prepare/cards.h"
#include "prepare/pipeline.h"
#include "prepare/plan.h"
#include "subtitles/ass_writer.h"

namespace matinee::prepare {

struct EncodeJob {
    std::string source;  // path of the film
    std::string title;   // for the slate
    const Plan& plan;
    const library::HouseFormat& house;
    std::optional<subtitles::AssDrawing> burn_in = std::nullopt;  // drawn into the picture
    // Which of the programme's frames are encoded: of the others decoding is all that is done, and
    // after the last one not even that.
    library::Trim trim = {};
    // So many frames before `trim.out` the picture begins to fade to black, and the sound to
    // silence.
    std::int64_t fade_frames = 0;
    // So many of these frames' pictures are in `writer` already: whole groups. No small pictures
    // are made then.
    std::int64_t shared_frames = 0;
    // The picture instead of a slate's, and every frame a keyframe.
    std::optional<Card> card = std::nullopt;
    // How much louder the sound is made, in dB; nothing inside where the sound cannot be decoded,
    // and silence is heard. Asked in the calling thread until it is known, meanwhile the picture is
    // encoded; must not block. Its errors end the encoding. Not asked where the plan has no sound.
    std::function<std::optional<Result<std::optional<double>>>()> gain_db;
    // Where the sound starts on the file's timeline, and, where there is no picture to go by, how
    // long it is. Nothing without sound.
    std::optional<std::int64_t> sound_start_ns = std::nullopt;
    std::int64_t sound_ns = 0;
    library::PreparedWriter& writer;  // takes the tracks
    std::filesystem::path directory;  // where the pictures go; must exist
};

struct Encoded {
    library::Pictures pictures;
    library::Thumbnails thumbnail_layout;  // `file` is left empty
    std::int64_t frames = 0;
    std::int64_t origin_ns = 0;  // where the programme starts on the file's timeline
    std::vector<library::Note> notes;
};

// AAC frames the sound lasts longer than the picture, so that a channel's audio grid always
// finds one.
inline constexpr std::int64_t kSpareAudioFrames = 5;

// Decodes once, conforms, and encodes all rungs and the sound at the same time.
//
// The programme starts with the source's first picture, or with the sound where that starts
// noticeably earlier (programme_start_ns); sound that starts later is preceded by silence.
// `on_progress` is called in the calling thread with the number of frames encoded. Errors are a
// producer's reason; kCancelled, kExhausted as run_all says; what went wrong in the writer is told
// in its words. What is written so far stays on error: the caller owns the folders.
Result<Encoded> encode(const EncodeJob& job, const Supervision& supervision, Heartbeat& heartbeat,
                       const std::function<void(std::int64_t frames)>& on_progress);

// Whether the encoding pipeline has burn-in.gst in it.
enum class Overlay : std::uint8_t { kNone, kSubtitles };

// The text of the encoding pipeline, filled in; for tests and `--debug`.
Result<std::string> encode_video_description(const Plan& plan, const library::HouseFormat& house,
                                             Overlay overlay = Overlay::kNone);

}  // namespace matinee::prepare
