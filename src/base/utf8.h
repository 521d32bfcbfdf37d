// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace matinee::base {

// The length of the valid character at the start of `text`, 0 when it is not valid or empty.
std::size_t utf8_length(std::string_view text);

bool is_valid_utf8(std::string_view text);

// `text` with each byte that is not part of a valid character replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

}  // namespace matinee::base
