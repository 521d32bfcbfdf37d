// What a track's init section says: enough to write one, and to name the codec to players.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::media {

// H.264 video in an 'avc1' sample entry (ISO/IEC 14496-15 section 5.4.2).
struct VideoConfig {
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    Bytes avcc;  // the AVCDecoderConfigurationRecord: parameter sets and all

    bool operator==(const VideoConfig&) const = default;
};

// AAC audio in an 'mp4a' sample entry (ISO/IEC 14496-14 section 5.6).
struct AudioConfig {
    std::uint16_t channels = 0;
    std::uint32_t sample_rate = 0;
    Bytes specific_config;  // the AudioSpecificConfig of ISO/IEC 14496-3 section 1.6.2.1

    bool operator==(const AudioConfig&) const = default;
};

struct TrackConfig {
    std::uint32_t timescale = 0;  // units a second
    std::variant<VideoConfig, AudioConfig> codec;

    bool operator==(const TrackConfig&) const = default;

    [[nodiscard]] const VideoConfig* video() const { return std::get_if<VideoConfig>(&codec); }
    [[nodiscard]] const AudioConfig* audio() const { return std::get_if<AudioConfig>(&codec); }
};

// The CODECS name (RFC 6381): "avc1.640028", "mp4a.40.2".
Result<std::string> codec_string(const TrackConfig& config);

// The track identifier of every init section and fragment we write.
inline constexpr std::uint32_t kTrackId = 1;

// A CMAF header (ISO/IEC 23000-19 section 7.3.1): ftyp and moov without samples. It depends on
// the configuration alone, so equal configurations share one, byte for byte.
Bytes init_section(const TrackConfig& config);

// The inverse: the configuration of the only track of an init section, or of a fragmented file
// that starts with one. kUnsupported for other codecs.
Result<TrackConfig> read_init_section(ByteSpan bytes);

}  // namespace matinee::media
