#include "subtitles/scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace matinee::subtitles {

std::optional<std::uint32_t> digit_value(char c, std::uint32_t base) {
    std::uint32_t value = base;
    if (is_ascii_digit(c)) {
        value = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
        value = static_cast<std::uint32_t>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
        value = static_cast<std::uint32_t>(c - 'A') + 10;
    }
    return value < base ? std::optional(value) : std::nullopt;
}

void append_utf8(char32_t character, std::string& out) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xc0 | (character >> 6));
        put(0x80 | (character & 0x3f));
    } else if (character < 0x10000) {
        put(0xe0 | (character >> 12));
        put(0x80 | ((character >> 6) & 0x3f));
        put(0x80 | (character & 0x3f));
    } else {
        put(0xf0 | (character >> 18));
        put(0x80 | ((character >> 12) & 0x3f));
        put(0x80 | ((character >> 6) & 0x3f));
        put(0x80 | (character & 0x3f));
    }
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_ascii_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_ascii_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string to_ascii_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::string collapse_space(std::string_view text) {
    std::string out;
    for (const std::string_view word : split_at_space(text)) {
        if (!out.empty()) out += ' ';
        out += word;
    }
    return out;
}

std::vector<std::string_view> split_at_space(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t i = 0;
    while (i < text.size()) {
        if (is_ascii_space(text[i])) {
            ++i;
            continue;
        }
        const std::size_t start = i;
        while (i < text.size() && !is_ascii_space(text[i])) {
            ++i;
        }
        words.push_back(text.substr(start, i - start));
    }
    return words;
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end);
        text.remove_prefix(text.starts_with("\r\n") ? 2 : text.empty() ? 0 : 1);
    }
    return lines;
}

std::string format_timestamp(Milliseconds time) {
    const std::int64_t ms = time.count();
    return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                       ms % 1000);
}

std::optional<double> parse_decimal(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<Milliseconds> parse_clock(std::string_view text) {
    LineScanner scanner(trim(text));
    const std::optional<Milliseconds> time = scanner.clock();
    return scanner.at_end() ? time : std::nullopt;
}

void LineScanner::skip_space() {
    while (!rest_.empty() && is_ascii_space(rest_.front())) {
        rest_.remove_prefix(1);
    }
}

bool LineScanner::take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
}

std::string_view LineScanner::digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_ascii_digit(rest_[count])) {
        ++count;
    }
    const std::string_view found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
}

std::optional<Milliseconds> LineScanner::clock() {
    constexpr std::int64_t kMost = 1'000'000'000;
    const bool negative = take("-");
    std::array<std::int64_t, 3> fields{};
    std::size_t count = 0;
    for (; count < fields.size(); ++count) {
        if (count > 0 && !take(":")) break;
        const std::string_view number = digits();
        if (number.empty()) return std::nullopt;
        fields[count] = saturating_number(number, kMost);
    }
    if (count < 2) return std::nullopt;
    const std::int64_t seconds =
        count == 3 ? (fields[0] * 60 + fields[1]) * 60 + fields[2] : fields[0] * 60 + fields[1];
    std::int64_t thousandths = 0;
    const bool has_fraction =
        rest_.size() > 1 && (rest_[0] == '.' || rest_[0] == ',') && is_ascii_digit(rest_[1]);
    if (has_fraction) {
        rest_.remove_prefix(1);
        std::string padded(digits().substr(0, 3));
        padded.resize(3, '0');
        thousandths = saturating_number(padded, 999);
    }
    const std::int64_t time = std::min(seconds, kMost * 3600) * 1000 + thousandths;
    return Milliseconds(negative ? -time : time);
}

std::optional<Milliseconds> LineScanner::webvtt_timestamp() {
    constexpr std::int64_t kMostHours = 1'000'000'000;
    const std::string_view first = digits();
    if (first.empty()) return std::nullopt;
    if (!take(":")) return std::nullopt;
    const std::string_view second = digits();
    if (second.size() != 2) return std::nullopt;

    std::int64_t hours = 0;
    std::int64_t minutes = saturating_number(first, kMostHours);
    std::int64_t seconds = saturating_number(second, 99);
    // The first number counts hours when it cannot be minutes, or when another colon follows.
    if (first.size() != 2 || minutes > 59 || rest_.starts_with(':')) {
        if (!take(":")) return std::nullopt;
        const std::string_view third = digits();
        if (third.size() != 2) return std::nullopt;
        hours = minutes;
        minutes = seconds;
        seconds = saturating_number(third, 99);
    }
    if (!take(".")) return std::nullopt;
    const std::string_view fraction = digits();
    if (fraction.size() != 3 || minutes > 59 || seconds > 59) return std::nullopt;
    return Milliseconds(((hours * 60 + minutes) * 60 + seconds) * 1000 +
                        saturating_number(fraction, 999));
}

std::int64_t saturating_number(std::string_view digits, std::int64_t most) {
    std::int64_t value = 0;
    for (const char c : digits) {
        value = value * 10 + (c - '0');
        if (value > most) return most;
    }
    return value;
}

}  // namespace matinee::subtitles
