#include "app/channel_settings.h"

#include <nlohmann/json.hpp>

namespace matinee::app {

namespace {

constexpr const char* kBurnIn = "burn_in";

}  // namespace

Result<ChannelSettings> channel_settings_from(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) {
        return fail(ErrorCode::kInvalid, "a channel's settings are no JSON object: {}", text);
    }
    ChannelSettings settings;
    const auto burn_in = json.find(kBurnIn);
    if (burn_in == json.end()) return settings;
    if (!burn_in->is_string()) {
        return fail(ErrorCode::kInvalid, "a channel's settings: \"{}\" must be a text", kBurnIn);
    }
    settings.burn_in = TRY(library::burn_in_wish(burn_in->get<std::string>()));
    return settings;
}

std::string with_settings(const std::string& text, const ChannelSettings& settings) {
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) json = nlohmann::json::object();
    json.erase(kBurnIn);
    if (!settings.burn_in.empty()) json[kBurnIn] = library::to_text(settings.burn_in);
    return json.dump();
}

}  // namespace matinee::app
