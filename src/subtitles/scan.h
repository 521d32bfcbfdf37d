// Small tools for reading lines of text, shared by the readers of all formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "subtitles/cue.h"

namespace matinee::subtitles {

constexpr bool is_ascii_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_ascii_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_ascii_alphanumeric(char c) {
    return is_ascii_digit(c) || is_ascii_alpha(c);
}

// "ASCII whitespace" of the WHATWG: tab, LF, form feed, CR, space.
constexpr bool is_ascii_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

// The value of one digit in base 10 or 16.
std::optional<std::uint32_t> digit_value(char c, std::uint32_t base);

void append_utf8(char32_t character, std::string& out);

std::string_view trim(std::string_view text);
std::string to_ascii_lower(std::string_view text);

// White space at the ends removed, other runs of it made one space.
std::string collapse_space(std::string_view text);

std::vector<std::string_view> split_at_space(std::string_view text);

// The lines of `text`, which end with LF, CR or CRLF; a line end at the very end starts no line.
std::vector<std::string_view> split_lines(std::string_view text);

// WebVTT's way to write a time (§4.1): hours always, of two digits or more.
std::string format_timestamp(Milliseconds time);

// A decimal number with an optional sign, without exponent. Unset when `text` is anything else, or
// too large to be one.
std::optional<double> parse_decimal(std::string_view text);

// A time as most editors write it: "[-]h:mm:ss.fff" and nothing else. Hours may be missing;
// fractions too, and have any length; each number may be of any length.
std::optional<Milliseconds> parse_clock(std::string_view text);

// Reads forward in one line.
class LineScanner {
  public:
    explicit LineScanner(std::string_view line) : rest_(line) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }

    void skip_space();

    // Whether `text` comes next; then it is passed.
    bool take(std::string_view text);

    // The digits that come next, perhaps none.
    std::string_view digits();

    // What parse_clock() reads, with "." or "," before the fraction.
    std::optional<Milliseconds> clock();

    // WebVTT §6.3, "collect a WebVTT timestamp". Hours beyond a billion count as a billion.
    std::optional<Milliseconds> webvtt_timestamp();

  private:
    std::string_view rest_;
};

// The number `digits` spell, `most` when it is larger. Digits only.
std::int64_t saturating_number(std::string_view digits, std::int64_t most);

}  // namespace matinee::subtitles
