// GStreamer's channel positions as ours.
#pragma once

#include <vector>

#include <gst/audio/audio.h>

#include "prepare/downmix.h"

namespace matinee::prepare {

// One per channel, in order. Positions that are not told are guessed from their number.
std::vector<Speaker> speakers_of(const GstAudioInfo& info);
std::vector<Speaker> speakers_of(unsigned channels, std::uint64_t mask);

}  // namespace matinee::prepare
