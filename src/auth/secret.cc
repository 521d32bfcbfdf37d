#include "auth/secret.h"

#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace matinee::auth {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kSecretBytes = 32;

int value_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    if (c == '_') return 63;
    return -1;
}

}  // namespace

Bytes random_bytes(std::size_t count) {
    Bytes bytes(count);
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
        throw std::runtime_error("the operating system gives no random numbers");
    }
    return bytes;
}

std::string new_id() {
    // Letters and digits that cannot be mistaken for each other when read aloud: 80 bits.
    constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
    std::string id;
    for (const std::byte byte : random_bytes(16)) {
        id += kLetters[static_cast<std::size_t>(byte) % kLetters.size()];
    }
    return id;
}

std::string new_secret() {
    return to_base64url(random_bytes(kSecretBytes));
}

std::string hash_of_secret(std::string_view secret) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

bool equal_in_constant_time(ByteSpan a, ByteSpan b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_base64url(ByteSpan bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t held = 0;
    int bits = 0;
    for (const std::byte byte : bytes) {
        held = (held << 8U) | static_cast<std::uint32_t>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            text += kAlphabet[(held >> static_cast<unsigned>(bits - 6)) & 63U];
        }
    }
    if (bits > 0) text += kAlphabet[(held << static_cast<unsigned>(6 - bits)) & 63U];
    return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : text) {
        const int value = value_of(c);
        if (value < 0) return std::nullopt;
        held = (held << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>((held >> static_cast<unsigned>(bits)) & 0xffU));
    }
    // A whole character too many, or bits left over that are not zero.
    if (bits >= 6 || (held & ((1U << static_cast<unsigned>(bits)) - 1U)) != 0) return std::nullopt;
    return bytes;
}

}  // namespace matinee::auth
