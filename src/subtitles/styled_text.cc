#include "subtitles/styled_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

struct Colour {
    std::string_view class_name;
    std::uint32_t value;  // 0xrrggbb
};

// WebVTT §5.1: the classes that every player colours.
constexpr std::array<Colour, 8> kColours = {{
    {"white", 0xffffff},
    {"lime", 0x00ff00},
    {"cyan", 0x00ffff},
    {"red", 0xff0000},
    {"yellow", 0xffff00},
    {"magenta", 0xff00ff},
    {"blue", 0x0000ff},
    {"black", 0x000000},
}};

std::optional<std::uint32_t> parse_hexadecimal(std::string_view digits) {
    std::uint32_t value = 0;
    for (const char c : digits) {
        const std::optional<std::uint32_t> digit = digit_value(c, 16);
        if (!digit) return std::nullopt;
        value = value * 16 + *digit;
    }
    return value;
}

// "255,0,0" with anything after the third number.
std::optional<std::uint32_t> parse_components(std::string_view text) {
    LineScanner scanner(text);
    std::uint32_t value = 0;
    for (int i = 0; i < 3; ++i) {
        scanner.skip_space();
        if (i > 0 && !scanner.take(",")) return std::nullopt;
        scanner.skip_space();
        const std::string_view digits = scanner.digits();
        if (digits.empty()) return std::nullopt;
        value = value * 256 + static_cast<std::uint32_t>(saturating_number(digits, 255));
    }
    return value;
}

std::optional<std::uint32_t> parse_colour(std::string_view css) {
    if (css.starts_with("rgb(")) return parse_components(css.substr(4));
    if (css.starts_with("rgba(")) return parse_components(css.substr(5));
    if (css.starts_with('#')) css.remove_prefix(1);
    if (css.size() == 3) {
        const std::array<char, 6> doubled = {css[0], css[0], css[1], css[1], css[2], css[2]};
        return parse_hexadecimal({doubled.data(), doubled.size()});
    }
    if (css.size() != 6 && css.size() != 8) return std::nullopt;
    return parse_hexadecimal(css.substr(0, 6));
}

// Hundredths of a percent are finer than any pixel.
double rounded(double percent) {
    return std::round(std::clamp(percent, 0.0, 100.0) * 100) / 100;
}

}  // namespace

std::string_view colour_class(std::string_view css) {
    const std::string wanted = to_ascii_lower(trim(css));
    for (const Colour& colour : kColours) {
        if (colour.class_name == wanted) return colour.class_name;
    }
    // The same colours by the other names CSS has for them.
    if (wanted == "aqua") return "cyan";
    if (wanted == "fuchsia") return "magenta";
    const std::optional<std::uint32_t> value = parse_colour(wanted);
    for (const Colour& colour : kColours) {
        if (value == colour.value) return colour.class_name;
    }
    return {};
}

void StyledTextWriter::text(std::string_view plain, const TextStyle& style) {
    while (!plain.empty()) {
        const std::size_t end = std::min(plain.find('\n'), plain.size());
        if (end > 0) {
            for (; pending_lines_ > 0; --pending_lines_) {
                if (written_) writer_.text("\n");
            }
            change_to(style);
            writer_.text(plain.substr(0, end));
            written_ = true;
        }
        if (end < plain.size()) ++pending_lines_;
        plain.remove_prefix(std::min(end + 1, plain.size()));
    }
}

void StyledTextWriter::close_styles() {
    while (writer_.open_elements().size() > fixed_elements_) {
        writer_.close();
    }
    current_ = {};
}

void StyledTextWriter::change_to(const TextStyle& style) {
    if (style == current_) return;
    close_styles();
    if (!style.language.empty()) writer_.open("lang", {}, style.language);
    if (!style.colour.empty()) writer_.open("c", {style.colour});
    if (style.bold) writer_.open("b");
    if (style.italic) writer_.open("i");
    if (style.underline) writer_.open("u");
    current_ = style;
}

void StyledTextWriter::begin_ruby() {
    if (ruby_ != Ruby::kNone) return;
    for (; pending_lines_ > 0; --pending_lines_) {
        if (written_) writer_.text("\n");
    }
    close_styles();
    writer_.open("ruby");
    fixed_elements_ = 1;
    ruby_ = Ruby::kBase;
}

void StyledTextWriter::begin_ruby_text() {
    if (ruby_ != Ruby::kBase) return;
    close_styles();
    writer_.open("rt");
    fixed_elements_ = 2;
    ruby_ = Ruby::kText;
}

void StyledTextWriter::end_ruby_text() {
    if (ruby_ != Ruby::kText) return;
    fixed_elements_ = 1;
    close_styles();
    ruby_ = Ruby::kBase;
}

void StyledTextWriter::end_ruby() {
    if (ruby_ == Ruby::kNone) return;
    fixed_elements_ = 0;
    close_styles();
    ruby_ = Ruby::kNone;
}

std::string StyledTextWriter::finish() && {
    return std::move(writer_).finish();
}

void place(Row row, Column column, CueSettings& settings) {
    if (row == Row::kTop) {
        settings.line = 0;
    } else if (row == Row::kMiddle) {
        settings.line = 50;
        settings.line_unit = LineUnit::kPercent;
        settings.line_align = LineAlign::kCenter;
    }
    if (column == Column::kLeft) settings.align = TextAlign::kLeft;
    if (column == Column::kRight) settings.align = TextAlign::kRight;
}

void place_at(double x, double y, Row row, Column column, CueSettings& settings) {
    constexpr double kNearCentre = 3;
    constexpr double kNearEdge = 20;
    const bool centred = column == Column::kCenter && std::abs(x - 50) < kNearCentre;
    if (!centred) {
        settings.position = rounded(x);
        settings.position_align = column == Column::kLeft    ? PositionAlign::kLineLeft
                                  : column == Column::kRight ? PositionAlign::kLineRight
                                                             : PositionAlign::kCenter;
    }
    if (column == Column::kLeft) settings.align = TextAlign::kLeft;
    if (column == Column::kRight) settings.align = TextAlign::kRight;

    if (row == Row::kBottom && y >= 100 - kNearEdge) return;
    if (row == Row::kTop && y <= kNearEdge) {
        settings.line = 0;
        return;
    }
    settings.line = rounded(y);
    settings.line_unit = LineUnit::kPercent;
    settings.line_align = row == Row::kBottom ? LineAlign::kEnd
                          : row == Row::kTop  ? LineAlign::kStart
                                              : LineAlign::kCenter;
}

}  // namespace matinee::subtitles
