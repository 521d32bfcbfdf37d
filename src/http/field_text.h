// The texts that header fields are made of (RFC 9110 section 5.6). Pure.
#pragma once

#include <string_view>

namespace matinee::http {

// Without the spaces and tabs at its ends (OWS, section 5.6.3).
std::string_view trimmed(std::string_view text);

// Letters of ASCII alone have a case here: names of fields, schemes and codings have no others.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace matinee::http
