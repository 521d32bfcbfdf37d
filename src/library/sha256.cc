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

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    good_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
}

void Sha256::add(ByteSpan bytes) {
    good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
}

std::string Sha256::finish() {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    if (!good_ || EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) return {};
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace matinee::library
