// What the screens of a channel draw over its picture: a small JSON object in the channel's
// settings. Pure.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace matinee::app {

// The design of channels that have none of their own, with every key there is:
//
//     lower_third  seconds for which title and author stand at the start of each airing; 0: never
//     next         during slates: what is next, and how long until then
//     clock        "off", "top-left", "top-right", "bottom-left", "bottom-right"
//     accent       "#rrggbb"
//     language     "en", "zh", "ru" for what the page itself says, and the first choice for titles;
//                  "": the browser's
//     away         shown while the programme does not come through; "": "Back soon"
nlohmann::json default_screen_design();

// All keys of a design, those that it does not have from the default. kInvalid names the key that
// is not known, or whose value makes no sense.
Result<nlohmann::json> complete_screen_design(const nlohmann::json& design);

// The design in a channel's settings, complete. kInvalid as above.
Result<nlohmann::json> screen_design_from(std::string_view settings);

// The settings with the keys of `changes` changed in their design; null takes a key back to the
// default. kInvalid as above, and nothing is changed.
Result<std::string> with_screen_design(std::string_view settings, const nlohmann::json& changes);

// The change that "clock=top-right" asks for, {"clock": "top-right"}; "clock=" asks for the
// default.
Result<nlohmann::json> screen_design_change(std::string_view assignment);

}  // namespace matinee::app
