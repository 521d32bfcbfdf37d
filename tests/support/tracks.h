// Builders of small tracks for tests.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "media/fragment.h"
#include "media/time.h"
#include "media/track.h"

namespace matinee::test {

inline Bytes bytes_of(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

// An avcC of High profile, level 4.0, with one made-up SPS and PPS; `variant` changes them.
inline Bytes avcc(int variant = 0) {
    return bytes_of(
        {1, 0x64, 0x00, 0x28, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0x00, variant, 1, 0, 2, 0x68, 0xee});
}

inline media::TrackConfig video_config(std::uint16_t width = 640, std::uint16_t height = 360,
                                       int variant = 0) {
    return {media::kVideoTimescale, media::VideoConfig{width, height, avcc(variant)}};
}

inline media::TrackConfig audio_config() {
    // AAC LC, 48 kHz, two channels (ISO/IEC 14496-3 section 1.6.2.1).
    return {media::kAudioTimescale, media::AudioConfig{2, 48'000, bytes_of({0x11, 0x90})}};
}

// A NAL unit behind its length; `type` as in ITU-T H.264 table 7-1.
inline Bytes nal_unit(int type, std::size_t payload) {
    base::ByteWriter writer;
    writer.u32(static_cast<std::uint32_t>(payload + 1));
    writer.u8(static_cast<std::uint8_t>(0x60 | type));
    for (std::size_t i = 0; i < payload; ++i) {
        writer.u8(static_cast<std::uint8_t>(i));
    }
    return std::move(writer).take();
}

inline Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

// A fragmented file: an init section, then each fragment with its samples' bytes.
class TrackFile {
  public:
    explicit TrackFile(const media::TrackConfig& config) : bytes_(media::init_section(config)) {}

    TrackFile& fragment(std::int64_t decode_time, const std::vector<media::FragmentSample>& samples,
                        const Bytes& data) {
        bytes_ =
            std::move(bytes_) + media::fragment_header(++sequence_, decode_time, samples) + data;
        return *this;
    }

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }

  private:
    Bytes bytes_;
    std::uint32_t sequence_ = 0;
};

}  // namespace matinee::test
