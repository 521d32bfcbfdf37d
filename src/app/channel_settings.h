// What a channel is set to, beyond its title and playlist: JSON in the store.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "library/variant.h"

namespace matinee::app {

struct ChannelSettings {
    // Languages drawn into the picture, from top to bottom; none: the plain picture.
    std::vector<library::SubtitleChoice> burn_in;
};

// kInvalid names what is wrong.
Result<ChannelSettings> channel_settings_from(const std::string& json);

// `json` with these settings; keys that are not known here stay.
std::string with_settings(const std::string& json, const ChannelSettings& settings);

}  // namespace matinee::app
