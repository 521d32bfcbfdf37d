#include "subtitles/ttml_time.h"

#include <algorithm>
#include <string>

#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

// The digits after a decimal point, in millionths.
std::int64_t millionths(std::string_view digits) {
    std::string padded(digits.substr(0, 6));
    padded.resize(6, '0');
    return saturating_number(padded, kMillion - 1);
}

// `count` and `fraction` millionths of things of which there are `per` in `seconds`. Count up to
// 10^10, per and seconds up to 10^7: nothing below overflows.
Microseconds divided(std::int64_t count, std::int64_t fraction, std::int64_t per,
                     std::int64_t seconds) {
    const std::int64_t whole = count * seconds / per;
    const std::int64_t rest = count * seconds % per;
    if (whole > kLongestTtmlTime.count() / kMillion) return kLongestTtmlTime;
    return Microseconds(whole * kMillion + (rest * kMillion + fraction * seconds + per / 2) / per);
}

std::optional<Microseconds> clock_time(LineScanner scanner, const TtmlClock& clock) {
    constexpr std::int64_t kMostHours = 100'000;
    constexpr std::int64_t kMost = 10'000'000'000;
    const std::string_view hours = scanner.digits();
    if (hours.empty() || !scanner.take(":")) return std::nullopt;
    const std::string_view minutes = scanner.digits();
    if (minutes.empty() || !scanner.take(":")) return std::nullopt;
    const std::string_view seconds = scanner.digits();
    if (seconds.empty()) return std::nullopt;
    Microseconds time = std::chrono::hours(saturating_number(hours, kMostHours)) +
                        std::chrono::minutes(saturating_number(minutes, kMostHours)) +
                        std::chrono::seconds(saturating_number(seconds, kMostHours));
    if (scanner.take(".")) {
        const std::string_view fraction = scanner.digits();
        if (fraction.empty()) return std::nullopt;
        time += Microseconds(millionths(fraction));
    } else if (scanner.take(":")) {
        const std::string_view frames = scanner.digits();
        if (frames.empty()) return std::nullopt;
        std::int64_t fraction = 0;
        if (scanner.take(".")) {
            const std::string_view sub_frames = scanner.digits();
            if (sub_frames.empty()) return std::nullopt;
            fraction =
                std::min(saturating_number(sub_frames, kMillion) * kMillion / clock.sub_frames,
                         kMillion - 1);
        }
        time +=
            divided(saturating_number(frames, kMost), fraction, clock.frames, clock.per_seconds);
    }
    if (!scanner.at_end()) return std::nullopt;
    return std::min(time, kLongestTtmlTime);
}

std::optional<Microseconds> offset_time(LineScanner scanner, const TtmlClock& clock) {
    constexpr std::int64_t kMostFrames = 10'000'000'000;
    constexpr std::int64_t kMostTicks = 1'000'000'000'000'000;
    const std::string_view digits = scanner.digits();
    if (digits.empty()) return std::nullopt;
    std::int64_t fraction = 0;
    if (scanner.take(".")) {
        const std::string_view decimals = scanner.digits();
        if (decimals.empty()) return std::nullopt;
        fraction = millionths(decimals);
    }
    const std::string_view metric = scanner.rest();
    const auto scaled = [&](std::int64_t unit) {
        const std::int64_t most = kLongestTtmlTime.count() / unit;
        return Microseconds(saturating_number(digits, most) * unit + fraction * unit / kMillion);
    };
    std::optional<Microseconds> time;
    if (metric == "h") {
        time = scaled(3600 * kMillion);
    } else if (metric == "m") {
        time = scaled(60 * kMillion);
    } else if (metric == "s") {
        time = scaled(kMillion);
    } else if (metric == "ms") {
        time = scaled(1000);
    } else if (metric == "f") {
        time = divided(saturating_number(digits, kMostFrames), fraction, clock.frames,
                       clock.per_seconds);
    } else if (metric == "t") {
        const std::int64_t ticks = saturating_number(digits, kMostTicks);
        const std::int64_t seconds = ticks / clock.ticks;
        time = seconds > kLongestTtmlTime.count() / kMillion
                   ? kLongestTtmlTime
                   : Microseconds(seconds * kMillion +
                                  (ticks % clock.ticks * kMillion + fraction) / clock.ticks);
    }
    if (time) time = std::min(*time, kLongestTtmlTime);
    return time;
}

}  // namespace

std::optional<Microseconds> parse_ttml_time(std::string_view text, const TtmlClock& clock) {
    text = trim(text);
    const bool is_clock_time = text.find(':') != std::string_view::npos;
    return is_clock_time ? clock_time(LineScanner(text), clock)
                         : offset_time(LineScanner(text), clock);
}

}  // namespace matinee::subtitles
