// SHA-256, by OpenSSL.
#pragma once

#include <string>

#include "base/bytes.h"

namespace matinee::library {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(ByteSpan bytes);

}  // namespace matinee::library
