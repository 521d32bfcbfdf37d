// Any loudspeaker layout to stereo. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace matinee::prepare {

enum class Speaker : std::uint8_t {
    kFrontLeft,
    kFrontRight,
    kFrontCenter,
    kLowFrequency,
    kRearLeft,
    kRearRight,
    kRearCenter,
    kSideLeft,
    kSideRight,
    kFrontLeftOfCenter,
    kFrontRightOfCenter,
    kTopLeft,
    kTopRight,
    kMono,
    kOther,  // no position, or one that has no place in stereo: heard in the middle
};

struct StereoGain {
    float left = 0;
    float right = 0;
    bool operator==(const StereoGain&) const = default;
};

// One gain pair per input channel, after ITU-R BS.775-3 table 2: front channels at 0 dB, centre
// and surrounds at -3 dB, the LFE channel left out. Mono goes to both sides at 0 dB. The sums
// are not normalised: the gain for loudness and true peak is measured after this mix.
std::vector<StereoGain> stereo_gains(std::span<const Speaker> speakers);

// The layout to assume for `channels` channels that carry no positions: the usual order of WAVE
// and AAC decoders (1: mono, 2: stereo, 3: + centre, 6: 5.1, 8: 7.1 ...).
std::vector<Speaker> usual_layout(std::size_t channels);

// Mixes interleaved input, `gains.size()` channels a frame, and appends to `stereo`
// (interleaved). A trailing partial frame is ignored.
void mix_to_stereo(std::span<const float> input, std::span<const StereoGain> gains,
                   std::vector<float>& stereo);

}  // namespace matinee::prepare
