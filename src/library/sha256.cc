#include "library/sha256.h"

#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

namespace matinee::library {

std::string sha256_hex(ByteSpan bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace matinee::library
