#include "app/screen_design.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/ranges.h>

#include "app/json_line.h"

namespace matinee::app {

namespace {

using nlohmann::json;

constexpr const char* kKey = "screen";
constexpr std::array<std::string_view, 5> kClocks{"off", "top-left", "top-right", "bottom-left",
                                                  "bottom-right"};
constexpr std::array<std::string_view, 4> kLanguages{"", "en", "zh", "ru"};
constexpr int kLongestLowerThird = 60;
constexpr std::size_t kLongestText = 200;

template <std::size_t kCount>
bool is_one_of(const json& value, const std::array<std::string_view, kCount>& choices) {
    return value.is_string() &&
           std::ranges::find(choices, value.get_ref<const std::string&>()) != choices.end();
}

bool is_colour(const json& value) {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    return text.size() == 7 && text[0] == '#' &&
           std::all_of(text.begin() + 1, text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

// What a value of `key` has to be; empty when this one is.
std::string fault_of(const std::string& key, const json& value) {
    if (key == "lower_third") {
        const bool good = value.is_number_integer() && value >= 0 && value <= kLongestLowerThird;
        return good ? "" : fmt::format("seconds from 0 to {}", kLongestLowerThird);
    }
    if (key == "next") return value.is_boolean() ? "" : "true or false";
    if (key == "clock") {
        return is_one_of(value, kClocks) ? "" : fmt::format("one of {}", fmt::join(kClocks, ", "));
    }
    if (key == "accent") return is_colour(value) ? "" : "a colour like #b3261e";
    if (key == "language") {
        return is_one_of(value, kLanguages) ? "" : "en, zh or ru, or empty for the browser's";
    }
    const bool good =
        value.is_string() && value.get_ref<const std::string&>().size() <= kLongestText;
    return good ? "" : fmt::format("a text of at most {} bytes", kLongestText);
}

Result<json> settings_object(std::string_view settings) {
    json value = json::parse(settings, nullptr, false);
    if (value.is_object()) return value;
    return fail(ErrorCode::kInvalid, "a channel's settings are no JSON object: {}", settings);
}

}  // namespace

json default_screen_design() {
    return {{"lower_third", 8},    {"next", true},   {"clock", "off"},
            {"accent", "#ff6b5e"}, {"language", ""}, {"away", ""}};
}

Result<json> complete_screen_design(const json& design) {
    json complete = default_screen_design();
    if (!design.is_object()) {
        return fail(ErrorCode::kInvalid, "the design of screens is a JSON object, not {}",
                    json_line(design));
    }
    for (const auto& [key, value] : design.items()) {
        if (!complete.contains(key)) {
            std::vector<std::string> known;
            for (const auto& [name, ignored] : complete.items()) {
                known.push_back(name);
            }
            return fail(ErrorCode::kInvalid, "screens have no setting \"{}\"; there are {}", key,
                        fmt::join(known, ", "));
        }
        if (const std::string wanted = fault_of(key, value); !wanted.empty()) {
            return fail(ErrorCode::kInvalid, "{} of screens is {}, not {}", key, wanted,
                        json_line(value));
        }
        complete[key] = value;
    }
    return complete;
}

Result<json> screen_design_from(std::string_view settings) {
    const json all = TRY(settings_object(settings));
    const auto design = all.find(kKey);
    return complete_screen_design(design == all.end() ? json::object() : *design);
}

Result<std::string> with_screen_design(std::string_view settings, const json& changes) {
    json all = TRY(settings_object(settings));
    json design = all.value(kKey, json::object());
    if (!design.is_object()) design = json::object();
    design.merge_patch(changes);  // RFC 7396: null takes a key away
    TRY(complete_screen_design(design));
    if (design.empty()) {
        all.erase(kKey);
    } else {
        all[kKey] = std::move(design);
    }
    return all.dump();
}

Result<json> screen_design_change(std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos || equals == 0) {
        return fail(ErrorCode::kInvalid, "\"{}\" sets nothing; write KEY=VALUE, as clock=top-right",
                    assignment);
    }
    const std::string key(assignment.substr(0, equals));
    const std::string_view text = assignment.substr(equals + 1);
    json value = nullptr;
    if (!text.empty()) {
        int number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool whole = error == std::errc() && end == text.data() + text.size();
        if (key == "lower_third" && whole) {
            value = number;
        } else if (key == "next" && (text == "true" || text == "false")) {
            value = text == "true";
        } else {
            value = text;
        }
    }
    json change = json::object();
    change[key] = value;
    // A key that is not there says so even when it is to be taken away.
    json probe = json::object();
    probe[key] = value.is_null() ? default_screen_design().value(key, json(nullptr)) : value;
    TRY(complete_screen_design(probe));
    return change;
}

}  // namespace matinee::app
