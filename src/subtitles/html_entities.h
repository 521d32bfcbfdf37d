// The named character references of HTML (HTML §13.5).
#pragma once

#include <span>
#include <string_view>

namespace matinee::subtitles {

struct HtmlEntity {
    std::string_view name;  // without "&"; with ";" except for the old ones that do without
    std::string_view text;  // UTF-8
};

// Sorted by name (bytes).
std::span<const HtmlEntity> html_entities();

}  // namespace matinee::subtitles
