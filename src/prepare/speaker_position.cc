#include "prepare/speaker_position.h"

namespace matinee::prepare {
namespace {

Speaker speaker_at(GstAudioChannelPosition position) {
    using enum Speaker;
    switch (position) {
        case GST_AUDIO_CHANNEL_POSITION_MONO:
            return kMono;
        case GST_AUDIO_CHANNEL_POSITION_FRONT_LEFT:
            return kFrontLeft;
        case GST_AUDIO_CHANNEL_POSITION_FRONT_RIGHT:
            return kFrontRight;
        case GST_AUDIO_CHANNEL_POSITION_FRONT_CENTER:
            return kFrontCenter;
        case GST_AUDIO_CHANNEL_POSITION_LFE1:
        case GST_AUDIO_CHANNEL_POSITION_LFE2:
            return kLowFrequency;
        case GST_AUDIO_CHANNEL_POSITION_REAR_LEFT:
            return kRearLeft;
        case GST_AUDIO_CHANNEL_POSITION_REAR_RIGHT:
            return kRearRight;
        case GST_AUDIO_CHANNEL_POSITION_REAR_CENTER:
            return kRearCenter;
        case GST_AUDIO_CHANNEL_POSITION_SIDE_LEFT:
        case GST_AUDIO_CHANNEL_POSITION_SURROUND_LEFT:
            return kSideLeft;
        case GST_AUDIO_CHANNEL_POSITION_SIDE_RIGHT:
        case GST_AUDIO_CHANNEL_POSITION_SURROUND_RIGHT:
            return kSideRight;
        case GST_AUDIO_CHANNEL_POSITION_FRONT_LEFT_OF_CENTER:
            return kFrontLeftOfCenter;
        case GST_AUDIO_CHANNEL_POSITION_FRONT_RIGHT_OF_CENTER:
            return kFrontRightOfCenter;
        case GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_LEFT:
        case GST_AUDIO_CHANNEL_POSITION_TOP_REAR_LEFT:
            return kTopLeft;
        case GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_RIGHT:
        case GST_AUDIO_CHANNEL_POSITION_TOP_REAR_RIGHT:
            return kTopRight;
        default:
            return kOther;
    }
}

}  // namespace

std::vector<Speaker> speakers_of(const GstAudioInfo& info) {
    const auto channels = static_cast<std::size_t>(info.channels);
    if (GST_AUDIO_INFO_IS_UNPOSITIONED(&info) || channels > 64) return usual_layout(channels);
    std::vector<Speaker> speakers;
    for (std::size_t i = 0; i < channels; ++i)
        speakers.push_back(speaker_at(info.position[i]));
    return speakers;
}

std::vector<Speaker> speakers_of(unsigned channels, std::uint64_t mask) {
    std::vector<GstAudioChannelPosition> positions(channels);
    if (channels < 2 || channels > 64 || mask == 0 ||
        !gst_audio_channel_positions_from_mask(static_cast<gint>(channels), mask,
                                               positions.data())) {
        return usual_layout(channels);
    }
    std::vector<Speaker> speakers;
    for (const auto position : positions)
        speakers.push_back(speaker_at(position));
    return speakers;
}

}  // namespace matinee::prepare
