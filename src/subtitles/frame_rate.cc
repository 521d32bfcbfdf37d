#include "subtitles/frame_rate.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "subtitles/scan.h"

namespace matinee::subtitles {

std::optional<FrameRate> parse_frame_rate(std::string_view text) {
    std::string number(trim(text));
    for (char& c : number) {
        if (c == ',') c = '.';
    }
    const std::optional<double> rate = parse_decimal(number);
    if (!rate || *rate < 1 || *rate > 1000) return std::nullopt;
    constexpr double kNear = 0.006;  // "23.97" is meant too
    for (const std::int64_t whole : {24, 30, 48, 60, 120}) {
        const FrameRate broadcast{whole * 1000, 1001};
        if (std::abs(*rate - static_cast<double>(broadcast.numerator) / 1001) <= kNear) {
            return broadcast;
        }
    }
    const std::int64_t thousandths = std::llround(*rate * 1000);
    if (thousandths % 1000 == 0) return FrameRate{thousandths / 1000, 1};
    return FrameRate{thousandths, 1000};
}

std::string to_string(const FrameRate& rate) {
    if (rate.numerator % rate.denominator == 0) {
        return fmt::format("{}", rate.numerator / rate.denominator);
    }
    return fmt::format("{:.3f}",
                       static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator));
}

Milliseconds time_of_frame(std::int64_t frame, const FrameRate& rate) {
    // 10^12 frames times 1001 times 1000 is more than 63 bits hold: seconds first.
    const std::int64_t units = frame * rate.denominator;
    const std::int64_t seconds = units / rate.numerator;
    const std::int64_t rest = units % rate.numerator * 2000;
    const std::int64_t half = rest < 0 ? -rate.numerator : rate.numerator;
    return Milliseconds(seconds * 1000 + (rest + half) / (2 * rate.numerator));
}

}  // namespace matinee::subtitles
