// What a source film turned out to be. Plain values: discovered by prepare/discover.h, planned
// for by prepare/plan.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prepare/downmix.h"
#include "prepare/rational.h"

namespace matinee::prepare {

// How the stored picture must be turned for watching (the "image-orientation" tag, which
// GStreamer reads from ISO-BMFF display matrices, Matroska and SEI). Rotations are clockwise.
enum class Orientation : std::uint8_t {
    kUpright,
    kRotate90,
    kRotate180,
    kRotate270,
    kFlip,           // mirrored left to right
    kFlipRotate90,   // mirrored, then turned
    kFlipRotate180,  // mirrored top to bottom
    kFlipRotate270,
};

enum class Scan : std::uint8_t { kProgressive, kInterlaced, kMixed };
enum class FieldOrder : std::uint8_t { kUnknown, kTopFirst, kBottomFirst };

// What the brightness values mean.
enum class Transfer : std::uint8_t { kSdr, kPq, kHlg };

// Whether the frames come evenly.
enum class Cadence : std::uint8_t { kConstant, kVariable, kUnknown };

// A place in a track where time does not go on as it did: in broadcasts that were cut or joined,
// and where a clock was set.
struct TimeJump {
    std::int64_t from_ns = 0;   // the last timestamp before it, in the order of the file
    std::int64_t delta_ns = 0;  // how much too far the next one goes (negative: back)

    bool operator==(const TimeJump&) const = default;
};

// What a container thinks of showing a track by itself.
enum class TrackWish : std::uint8_t { kUnsaid, kDefault, kNotByItself };

struct VideoStream {
    std::string stream_id;  // GStreamer's, the same in every pipeline over the file
    std::string codec;      // for people: "H.264 (High Profile)"
    TrackWish wish = TrackWish::kUnsaid;
    std::string title;  // as tagged; empty when not
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    Rational pixel_aspect{1, 1};
    Rational frame_rate;  // nominal, or the average of a variable one; 0/1 unknown
    Cadence cadence = Cadence::kUnknown;
    std::int64_t frames = 0;          // counted; 0 when not counted
    std::int64_t start_ns = 0;        // of the first frame, on the file's own timeline
    std::int64_t end_ns = 0;          // of the last frame
    std::int64_t last_frame_ns = 0;   // how long the container says the last one lasts; 0: unsaid
    std::int64_t longest_gap_ns = 0;  // between neighbouring frames
    std::vector<TimeJump> jumps;      // the times above are without them
    Orientation orientation = Orientation::kUpright;
    Scan scan = Scan::kProgressive;
    FieldOrder field_order = FieldOrder::kUnknown;
    std::uint32_t bit_depth = 8;
    std::string chroma = "4:2:0";
    std::string colorimetry;  // GStreamer's word: "bt709", "2:4:16:3"
    Transfer transfer = Transfer::kSdr;
    double peak_light = 0;                 // cd/m2, of HDR that says so; 0 when it does not
    std::optional<unsigned> dolby_vision;  // the profile, where there is a Dolby Vision record

    bool operator==(const VideoStream&) const = default;
};

struct AudioStream {
    std::string stream_id;
    std::string codec;
    std::string language;  // as tagged ("en", "rus"); empty when not
    std::string title;     // as tagged; empty when not
    TrackWish wish = TrackWish::kUnsaid;
    std::uint32_t rate = 0;
    std::vector<Speaker> speakers;  // in channel order
    std::int64_t start_ns = 0;
    std::int64_t end_ns = 0;
    std::vector<TimeJump> jumps;

    bool operator==(const AudioStream&) const = default;
};

// How the text of a subtitle track is written, as subtitles::Dialect says; bitmaps have no text.
enum class TextForm : std::uint8_t { kUnknown, kPlain, kPango, kAss, kWebVtt, kBitmap };

// A piece of text and when it is shown, on the file's own timeline.
struct TextPiece {
    std::int64_t start_ns = 0;
    std::int64_t end_ns = 0;
    std::string text;

    bool operator==(const TextPiece&) const = default;
};

struct SubtitleStream {
    std::string stream_id;
    std::string format;      // for people: "WebVTT", "PGS"
    std::string language;    // as tagged; empty when not
    std::string title = {};  // as tagged; empty when not
    TextForm form = TextForm::kUnknown;
    std::string header = {};  // of the track: ASS styles
    std::vector<TextPiece> pieces = {};

    bool operator==(const SubtitleStream&) const = default;
};

struct SourceInfo {
    std::string name;                  // file name without folders, for messages
    std::string container;             // for people: "Matroska"
    std::int64_t duration_ns = 0;      // 0 when unknown
    std::optional<VideoStream> video;  // the one that is shown
    std::optional<AudioStream> audio;  // the one that is heard
    std::size_t video_streams = 0;     // attached pictures not counted
    std::size_t audio_streams = 0;
    std::size_t attached_pictures = 0;
    std::vector<SubtitleStream> subtitles;
    std::vector<std::string> undecodable;  // streams of formats this machine has no decoder for
    std::string damage;  // what ended the reading before the file's end; empty when nothing did

    bool operator==(const SourceInfo&) const = default;
};

}  // namespace matinee::prepare
