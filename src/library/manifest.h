// What a prepared entry says of itself: entry.json in its folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/house_format.h"
#include "library/variant.h"
#include "media/frame_rate.h"
#include "media/time.h"

namespace matinee::library {

// One track file. Video tracks come first, largest first; audio is last.
struct TrackInfo {
    std::string name;         // the rung's, or "audio"
    std::string file;         // within the entry's folder
    std::string codec;        // RFC 6381
    std::uint32_t width = 0;  // of video
    std::uint32_t height = 0;
    std::uint64_t peak_bit_rate = 0;  // bits a second, over any two seconds, with headers
    std::uint64_t average_bit_rate = 0;
    // Of video: bits by which the beginning of a group of pictures exceeds what the peak allows in
    // its time, as its key picture comes first. Unset by preparers that did not say.
    std::optional<std::uint64_t> cut_excess_bits = std::nullopt;

    [[nodiscard]] bool is_video() const { return width != 0; }
    bool operator==(const TrackInfo&) const = default;
};

// Small pictures of the film at equal distances, in one JPEG: row by row, left to right.
struct Thumbnails {
    std::string file;
    std::uint32_t columns = 0;
    std::uint32_t tile_width = 0;  // pixels
    std::uint32_t tile_height = 0;
    std::uint32_t count = 0;
    double interval_seconds = 0;

    bool operator==(const Thumbnails&) const = default;
};

// What the first pass heard and what was done about it (EBU R 128, ITU-R BS.1770).
struct Loudness {
    std::optional<double> integrated_lufs;  // unset for silence
    std::optional<double> true_peak_dbtp;
    double gain_db = 0;

    bool operator==(const Loudness&) const = default;
};

enum class Severity : std::uint8_t { kInfo, kWarning, kError };

// A line of the quality report: what was found in the source, and what was done.
struct Note {
    Severity severity = Severity::kInfo;
    std::string code;     // stable, for programs: "variable-frame-rate"
    std::string message;  // for a producer

    bool operator==(const Note&) const = default;
};

struct Manifest {
    std::string media_id;  // 32 hexadecimal digits
    std::string source_name;
    std::string source_sha256;
    std::string preparer;  // kPreparerVersion of the build that made it
    HouseFormat house;
    Variant variant;  // in what it differs from the plain preparation of the source
    // Every picture is an IDR picture, in the order they are shown: it may begin and end on any
    // frame. Groups of pictures are as long as anywhere.
    bool all_intra = false;
    bool counts_down = false;  // a card that shows what is left of it
    media::FrameRate frame_rate;
    std::int64_t frame_count = 0;
    Ticks duration{0};
    std::vector<TrackInfo> tracks;
    std::string poster;  // file name; empty without one
    std::optional<Thumbnails> thumbnails;
    std::optional<Loudness> loudness;
    std::vector<Note> notes;

    bool operator==(const Manifest&) const = default;
};

// Grows whenever the same source would come out with other bytes.
inline constexpr std::string_view kPreparerVersion = "4";

// The name of what preparing makes: a hash of source content, house format, variant and preparer
// version, 32 hexadecimal digits. The same name always means the same bytes.
std::string media_id(std::string_view source_sha256, const HouseFormat& house,
                     const Variant& variant = {}, std::string_view preparer = kPreparerVersion);

std::string to_json(const Manifest& manifest);

// kInvalid names the missing or wrong key; kUnsupported a format this build does not know.
Result<Manifest> manifest_from_json(const std::string& text);

}  // namespace matinee::library
