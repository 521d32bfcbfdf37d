// What is to be done to a source film to make it a prepared entry. Pure: values in, values out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/house_format.h"
#include "library/manifest.h"
#include "media/frame_rate.h"
#include "prepare/source_info.h"

namespace matinee::prepare {

// Entries last at least this long: shorter ones hold their last picture.
inline constexpr std::int64_t kMinimumNanoseconds = 2'000'000'000;

struct Size {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool operator==(const Size&) const = default;
};

// A rectangle on the canvas; all numbers are even, as 4:2:0 wants them.
struct Rectangle {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool operator==(const Rectangle&) const = default;
};

struct PicturePlan {
    std::string stream_id;
    bool deinterlace = false;  // one frame out of two fields, so the rate stays
    Size scale_to;             // before turning
    bool enlarges = false;     // scale_to has more pixels than the source
    Orientation orientation = Orientation::kUpright;
    std::int64_t source_frames = 0;      // counted in the source; 0 when not counted
    Rectangle fit;                       // after turning, where it lies on the canvas
    Transfer transfer = Transfer::kSdr;  // others are tone-mapped (prepare/tone_map.h)
    double peak_light = 0;               // cd/m2 to assume of PQ
    std::int64_t last_frame_ns = 0;      // how long the last frame lasts; 0: as long as one does
    std::vector<TimeJump> jumps = {};    // to be taken out
    bool operator==(const PicturePlan&) const = default;
};

struct SoundPlan {
    std::string stream_id;
    std::vector<TimeJump> jumps = {};  // to be taken out
    bool operator==(const SoundPlan&) const = default;
};

struct Plan {
    media::FrameRate frame_rate;
    std::int64_t gop_frames = 0;
    std::int64_t minimum_frames = 0;   // of kMinimumNanoseconds
    std::int64_t expected_frames = 0;  // for progress only; 0 when the duration is unknown
    // As many as will be encoded, where the timestamps have been read to their end; 0 where not.
    // What an entry that is played while it grows says of itself.
    std::int64_t promised_frames = 0;
    Size canvas;                         // the largest rung's
    std::optional<PicturePlan> picture;  // none: a slate is shown
    std::optional<SoundPlan> sound;      // none: silence
    std::vector<library::Note> notes;    // for the quality report

    bool operator==(const Plan&) const = default;
};

// kInvalid when there is neither picture nor sound, or the picture has no size.
Result<Plan> plan(const SourceInfo& source, const library::HouseFormat& house);

// The rate to show `rate` at, at most `max_rate` (frames a second): the source's own if it is a
// standard one (24, 25, 30, 48, 50, 60 or their 1000/1001 forms, where there is one); else a
// standard multiple (12.5 -> 25, 15 -> 30); else, above the maximum, a standard part
// (120 -> 60); else the nearest. Unknown rates become 25.
media::FrameRate output_rate(Rational rate, std::uint32_t max_rate);

// Where a picture of `size` stored pixels of shape `pixel_aspect`, turned by `orientation`, lies
// on `canvas`: as large as fits, centred, even numbers, at least 2x2. A picture within 1 % of the
// canvas' shape fills it: a hairline of padding helps nobody.
Rectangle fit_rectangle(Size size, Rational pixel_aspect, Orientation orientation, Size canvas);

// Whether turning swaps width and height.
bool swaps_sides(Orientation orientation);

// The lowest H.264 level (ISO/IEC 14496-10 table A-1), in tenths, that holds `size` at
// `max_rate` frames a second with `max_kbps` and four reference frames in High profile. It
// depends on the house format alone, so all entries of a rung have the same.
std::uint32_t h264_level(Size size, std::uint32_t max_rate, std::uint32_t max_kbps);

// Where the programme starts on the file's timeline, with its first picture and its sound where
// they are: with the picture, unless the sound starts earlier by more than a tenth of a second
// (less is how encoders and broadcasts are) and by less than ten minutes (no film is like that).
// Until the picture comes it is held from its first frame, or black where the wait is longer than
// kLongestHeldLeadNs.
std::int64_t programme_start_ns(std::int64_t picture_ns, std::optional<std::int64_t> sound_ns);
inline constexpr std::int64_t kLongestHeldLeadNs = 1'000'000'000;

// Threads for the encoder of each rung. It follows from the house format alone, not from the
// machine: x264's decisions depend on how many frames it codes at once, and one media id stands for
// one sequence of bytes on every machine. Four cores' worth, shared by area, since the encoders
// run side by side; more threads than cores cost little. At least 1.
std::vector<unsigned> encoder_threads(const library::HouseFormat& house);

// Which of several tracks is shown, by index: what the container calls its default, else the
// largest, else the first. `streams` is not empty.
std::size_t choose_video(std::span<const VideoStream> streams);

// Which is heard: not one that its title calls a commentary or a description for the blind; what
// the container calls its default; stereo or more before mono; the first. Surround is no better
// than stereo, which is what comes out. `streams` is not empty.
std::size_t choose_audio(std::span<const AudioStream> streams);

}  // namespace matinee::prepare
