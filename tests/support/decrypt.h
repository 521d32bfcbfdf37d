// What players do with an encrypted segment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace matinee::test {

// AES-128-CBC of whole segments (RFC 8216 section 5.2), the IV from the media sequence number.
// Empty for what is no such thing.
inline std::string decrypt_segment(std::string_view encrypted, std::string_view key,
                                   std::int64_t sequence) {
    if (key.size() != 16 || encrypted.size() % 16 != 0) return {};
    unsigned char iv[16] = {};
    for (int i = 0; i < 8; ++i) {
        iv[15 - i] = static_cast<unsigned char>(static_cast<std::uint64_t>(sequence) >> (8 * i));
    }
    const auto* const bytes = reinterpret_cast<const unsigned char*>(encrypted.data());
    std::string plain(encrypted.size() + 16, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(plain.data());
    EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
    int size = 0;
    int rest = 0;
    const bool good =
        EVP_DecryptInit_ex(context, EVP_aes_128_cbc(), nullptr,
                           reinterpret_cast<const unsigned char*>(key.data()), iv) == 1 &&
        EVP_DecryptUpdate(context, out, &size, bytes, static_cast<int>(encrypted.size())) == 1 &&
        EVP_DecryptFinal_ex(context, out + size, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    plain.resize(good ? static_cast<std::size_t>(size + rest) : 0);
    return plain;
}

}  // namespace matinee::test
