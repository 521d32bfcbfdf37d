#include "prepare/downmix.h"

#include <algorithm>

namespace matinee::prepare {

std::vector<StereoGain> stereo_gains(std::span<const Speaker> speakers) {
    constexpr float kMinus3dB = 0.70710678F;
    constexpr float kMinus6dB = 0.5F;
    std::vector<StereoGain> gains;
    gains.reserve(speakers.size());
    for (const Speaker speaker : speakers) {
        switch (speaker) {
            case Speaker::kFrontLeft:
            case Speaker::kFrontLeftOfCenter:
                gains.push_back({1, 0});
                break;
            case Speaker::kFrontRight:
            case Speaker::kFrontRightOfCenter:
                gains.push_back({0, 1});
                break;
            case Speaker::kFrontCenter:
            case Speaker::kOther:
                gains.push_back({kMinus3dB, kMinus3dB});
                break;
            case Speaker::kRearLeft:
            case Speaker::kSideLeft:
            case Speaker::kTopLeft:
                gains.push_back({kMinus3dB, 0});
                break;
            case Speaker::kRearRight:
            case Speaker::kSideRight:
            case Speaker::kTopRight:
                gains.push_back({0, kMinus3dB});
                break;
            case Speaker::kRearCenter:
                // A single surround stands for both, each at -3 dB less.
                gains.push_back({kMinus6dB, kMinus6dB});
                break;
            case Speaker::kLowFrequency:
                gains.push_back({0, 0});
                break;
            case Speaker::kMono:
                gains.push_back({1, 1});
                break;
        }
    }
    // A lone centre (some decoders call mono that) is mono; a lone anything is heard on both.
    if (gains.size() == 1) gains.front() = {1, 1};
    return gains;
}

std::vector<Speaker> usual_layout(std::size_t channels) {
    using enum Speaker;
    switch (channels) {
        case 1:
            return {kMono};
        case 2:
            return {kFrontLeft, kFrontRight};
        case 3:
            return {kFrontLeft, kFrontRight, kFrontCenter};
        case 4:
            return {kFrontLeft, kFrontRight, kRearLeft, kRearRight};
        case 5:
            return {kFrontLeft, kFrontRight, kFrontCenter, kRearLeft, kRearRight};
        case 6:
            return {kFrontLeft, kFrontRight, kFrontCenter, kLowFrequency, kRearLeft, kRearRight};
        case 7:
            return {kFrontLeft,  kFrontRight, kFrontCenter, kLowFrequency,
                    kRearCenter, kSideLeft,   kSideRight};
        case 8:
            return {kFrontLeft, kFrontRight, kFrontCenter, kLowFrequency,
                    kRearLeft,  kRearRight,  kSideLeft,    kSideRight};
        default:
            return std::vector<Speaker>(channels, kOther);
    }
}

void mix_to_stereo(std::span<const float> input, std::span<const StereoGain> gains,
                   std::vector<float>& stereo) {
    if (gains.empty()) return;
    const std::size_t frames = input.size() / gains.size();
    stereo.reserve(stereo.size() + 2 * frames);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        float left = 0;
        float right = 0;
        for (std::size_t channel = 0; channel < gains.size(); ++channel) {
            const float sample = input[frame * gains.size() + channel];
            left += sample * gains[channel].left;
            right += sample * gains[channel].right;
        }
        stereo.push_back(left);
        stereo.push_back(right);
    }
}

}  // namespace matinee::prepare
