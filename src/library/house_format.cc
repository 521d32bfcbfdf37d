#include "library/house_format.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace matinee::library {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 10> kSpeedPresets = {
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo",
};

// What one picture of a rung may be: H.264 level 6.2 allows no more in either direction.
constexpr std::uint32_t kSmallestSide = 64;
constexpr std::uint32_t kLargestSide = 8192;

std::string_view name_of(Padding padding) {
    return padding == Padding::kBlur ? "blur" : "black";
}

Result<void> expect_between(std::string_view what, double value, double low, double high) {
    // Written so that NaN fails.
    if (value >= low && value <= high) return {};
    return fail(ErrorCode::kInvalid, "house format: {} is {}, it must be from {} to {}", what,
                value, low, high);
}

bool is_rung_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

Result<void> validate_rung(const Rung& rung) {
    if (!is_rung_name(rung.name)) {
        return fail(ErrorCode::kInvalid,
                    "house format: rung name \"{}\": use small letters, digits and hyphens, as in "
                    "\"720p\"",
                    rung.name);
    }
    for (const std::uint32_t side : {rung.width, rung.height}) {
        if (side < kSmallestSide || side > kLargestSide || side % 2 != 0) {
            return fail(ErrorCode::kInvalid,
                        "house format: rung {} is {}x{}: width and height must be even numbers "
                        "from {} to {}",
                        rung.name, rung.width, rung.height, kSmallestSide, kLargestSide);
        }
    }
    return expect_between("max_kbps of rung " + rung.name, rung.max_kbps, 50, 200'000);
}

// A JSON object read key by key. Every key must be read: one that nobody asked for is a mistake.
class ObjectReader {
  public:
    static Result<ObjectReader> create(const json& object, std::string where) {
        if (!object.is_object()) {
            return fail(ErrorCode::kInvalid, "{} must be a JSON object", where);
        }
        return ObjectReader(object, std::move(where));
    }

    Result<const json*> value(const char* key) {
        const auto found = object_.find(key);
        if (found == object_.end()) {
            return fail(ErrorCode::kInvalid, "{}: \"{}\" is missing", where_, key);
        }
        read_.emplace_back(key);
        return &*found;
    }

    Result<std::string> text(const char* key) {
        const json& found = *TRY(value(key));
        if (!found.is_string()) return wrong_type(key, "a text");
        return found.get<std::string>();
    }

    Result<std::uint32_t> number(const char* key) {
        const json& found = *TRY(value(key));
        if (!found.is_number_unsigned() || found.get<std::uint64_t>() > UINT32_MAX) {
            return wrong_type(key, "a whole number that is not negative");
        }
        return found.get<std::uint32_t>();
    }

    Result<double> real(const char* key) {
        const json& found = *TRY(value(key));
        if (!found.is_number()) return wrong_type(key, "a number");
        return found.get<double>();
    }

    Result<std::optional<double>> real_or_null(const char* key) {
        if (TRY(value(key))->is_null()) return std::optional<double>();
        return std::optional(TRY(real(key)));
    }

    Result<void> expect_nothing_else() const {
        for (const auto& [key, value] : object_.items()) {
            if (std::ranges::find(read_, key) == read_.end()) {
                return fail(ErrorCode::kInvalid, "{}: there is no \"{}\"", where_, key);
            }
        }
        return {};
    }

    [[nodiscard]] Unexpected wrong_type(const char* key, std::string_view wanted) const {
        return fail(ErrorCode::kInvalid, "{}: \"{}\" must be {}", where_, key, wanted);
    }

  private:
    ObjectReader(const json& object, std::string where)
        : object_(object), where_(std::move(where)) {}

    const json& object_;
    std::string where_;
    std::vector<std::string> read_;
};

Result<Rung> rung_from(const json& value, std::size_t index) {
    auto reader = TRY(ObjectReader::create(value, fmt::format("house format: rung {}", index + 1)));
    Rung rung;
    rung.name = TRY(reader.text("name"));
    rung.width = TRY(reader.number("width"));
    rung.height = TRY(reader.number("height"));
    rung.max_kbps = TRY(reader.number("max_kbps"));
    TRY(reader.expect_nothing_else());
    return rung;
}

}  // namespace

std::string to_json(const HouseFormat& format) {
    // nlohmann::json sorts the keys of objects, and writes the shortest text that reads back as
    // the same double.
    json rungs = json::array();
    for (const Rung& rung : format.rungs) {
        rungs.push_back({{"name", rung.name},
                         {"width", rung.width},
                         {"height", rung.height},
                         {"max_kbps", rung.max_kbps}});
    }
    const json value = {
        {"rungs", std::move(rungs)},
        {"padding", name_of(format.padding)},
        {"speed_preset", format.speed_preset},
        {"quantizer", format.quantizer},
        {"gop_seconds", format.gop_seconds},
        {"max_frame_rate", format.max_frame_rate},
        {"audio_kbps", format.audio_kbps},
        {"loudness_lufs", format.loudness_lufs ? json(*format.loudness_lufs) : json(nullptr)},
        {"true_peak_dbtp", format.true_peak_dbtp},
    };
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<HouseFormat> house_format_from_json(const std::string& text) {
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return fail(ErrorCode::kInvalid, "house format: not JSON: {}", text);
    auto reader = TRY(ObjectReader::create(value, "house format"));
    HouseFormat format;
    const json& rungs = *TRY(reader.value("rungs"));
    if (!rungs.is_array()) return reader.wrong_type("rungs", "a list");
    format.rungs.clear();
    for (const json& rung : rungs) {
        format.rungs.push_back(TRY(rung_from(rung, format.rungs.size())));
    }
    const std::string padding = TRY(reader.text("padding"));
    if (padding == name_of(Padding::kBlur)) {
        format.padding = Padding::kBlur;
    } else if (padding == name_of(Padding::kBlack)) {
        format.padding = Padding::kBlack;
    } else {
        return reader.wrong_type("padding", "\"blur\" or \"black\"");
    }
    format.speed_preset = TRY(reader.text("speed_preset"));
    format.quantizer = TRY(reader.number("quantizer"));
    format.gop_seconds = TRY(reader.number("gop_seconds"));
    format.max_frame_rate = TRY(reader.number("max_frame_rate"));
    format.audio_kbps = TRY(reader.number("audio_kbps"));
    format.loudness_lufs = TRY(reader.real_or_null("loudness_lufs"));
    format.true_peak_dbtp = TRY(reader.real("true_peak_dbtp"));
    TRY(reader.expect_nothing_else());
    TRY(validate(format));
    return format;
}

Result<void> validate(const HouseFormat& format) {
    if (format.rungs.empty()) {
        return fail(ErrorCode::kInvalid, "house format: there must be at least one rung");
    }
    for (std::size_t i = 0; i < format.rungs.size(); ++i) {
        const Rung& rung = format.rungs[i];
        TRY(validate_rung(rung));
        for (std::size_t j = 0; j < i; ++j) {
            const Rung& before = format.rungs[j];
            if (before.name == rung.name) {
                return fail(ErrorCode::kInvalid, "house format: two rungs are named {}", rung.name);
            }
        }
        if (i == 0) continue;
        const Rung& before = format.rungs[i - 1];
        if (before.width < rung.width || before.height < rung.height) {
            return fail(ErrorCode::kInvalid,
                        "house format: rung {} ({}x{}) comes before {} ({}x{}): put the largest "
                        "first",
                        before.name, before.width, before.height, rung.name, rung.width,
                        rung.height);
        }
    }
    if (std::ranges::find(kSpeedPresets, format.speed_preset) == kSpeedPresets.end()) {
        return fail(ErrorCode::kInvalid,
                    "house format: there is no speed preset \"{}\"; x264 has {}",
                    format.speed_preset, fmt::join(kSpeedPresets, ", "));
    }
    TRY(expect_between("quantizer", format.quantizer, 1, 50));
    TRY(expect_between("gop_seconds", format.gop_seconds, 1, 10));
    TRY(expect_between("max_frame_rate", format.max_frame_rate, 24, 60));
    TRY(expect_between("audio_kbps", format.audio_kbps, 32, 320));
    if (format.loudness_lufs) {
        TRY(expect_between("loudness_lufs", *format.loudness_lufs, -40, -5));
    }
    return expect_between("true_peak_dbtp", format.true_peak_dbtp, -20, 0);
}

}  // namespace matinee::library
