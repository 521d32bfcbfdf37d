#include "review/csv.h"

#include <algorithm>
#include <array>

namespace matinee::review {

namespace {

// A number, which may begin with a sign, is one.
bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.front() != '.' &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; }) &&
           std::ranges::count(text, '.') <= 1;
}

// Spreadsheets pass over white space in front, and know full-width signs as well.
bool would_calculate(std::string_view text) {
    if (is_number(text)) return false;
    if (text.starts_with('\t') || text.starts_with('\r') || text.starts_with('\n')) return true;
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return false;
    text.remove_prefix(first);
    using namespace std::string_view_literals;
    return std::ranges::any_of(
        std::array{"="sv, "+"sv, "-"sv, "@"sv, "\uFF1D"sv, "\uFF0B"sv, "\uFF0D"sv, "\uFF20"sv},
        [&](std::string_view sign) { return text.starts_with(sign); });
}

}  // namespace

std::string csv_line(std::span<const std::string> fields) {
    std::string line;
    for (const std::string& field : fields) {
        if (&field != fields.data()) line += ',';
        const std::string text = would_calculate(field) ? "'" + field : field;
        if (text.find_first_of(",\"\r\n") == std::string::npos) {
            line += text;
            continue;
        }
        line += '"';
        for (const char c : text) {
            if (c == '"') line += '"';
            line += c;
        }
        line += '"';
    }
    return line + "\r\n";
}

}  // namespace matinee::review
