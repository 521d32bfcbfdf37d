// What every entry is conformed to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace matinee::library {

// One video bit rate and size of the ladder.
struct Rung {
    std::string name;  // "1080p": part of URLs and file names, [a-z0-9-]+
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t max_kbps = 0;  // the cap of the rate control, over one second

    bool operator==(const Rung&) const = default;
};

// What is put beside a picture that is not 16:9.
enum class Padding : std::uint8_t { kBlur, kBlack };

// Two entries prepared in the same house format share one init section per rung.
struct HouseFormat {
    std::vector<Rung> rungs = {
        {"1080p", 1920, 1080, 6000},
        {"720p", 1280, 720, 3000},
        {"480p", 854, 480, 1400},
        {"240p", 426, 240, 400},
    };
    Padding padding = Padding::kBlur;
    std::string speed_preset = "veryfast";  // x264's name
    std::uint32_t quantizer = 22;           // constant quality (CRF) below the rung's cap
    std::uint32_t gop_seconds = 2;
    std::uint32_t max_frame_rate = 60;
    std::uint32_t audio_kbps = 160;
    std::optional<double> loudness_lufs = -23.0;  // EBU R 128; unset: leave levels alone
    double true_peak_dbtp = -1.0;                 // the ceiling after the gain

    bool operator==(const HouseFormat&) const = default;
};

// A canonical text (JSON, sorted keys): equal formats give equal text. Part of what a prepared
// entry's name is the hash of.
std::string to_json(const HouseFormat& format);

// The inverse; names the offending key on error. Sizes must be even, names unique, at least one
// rung, largest first.
Result<HouseFormat> house_format_from_json(const std::string& text);

// What is wrong with it as a producer would want to hear it.
Result<void> validate(const HouseFormat& format);

}  // namespace matinee::library
