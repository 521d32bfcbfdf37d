#include "auth/password.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "auth/secret.h"
#include "base/utf8.h"

namespace matinee::auth {

namespace {

constexpr std::size_t kLeastCharacters = 10;
constexpr std::size_t kMostBytes = 1024;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

struct Parameters {
    unsigned log2_n = 15;
    unsigned r = 8;
    unsigned p = 1;
};

struct Stored {
    Parameters parameters;
    Bytes salt;
    Bytes hash;
};

std::optional<unsigned> number(std::string_view text, unsigned low, unsigned high) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (value < low || value > high) return std::nullopt;
    return value;
}

std::optional<Stored> parse_hash(std::string_view text) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find('$');
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    if (parts.size() != 6 || parts[0] != "scrypt") return std::nullopt;
    // Bounds, so that a damaged row costs no gigabytes.
    const auto log2_n = number(parts[1], 10, 20);
    const auto r = number(parts[2], 1, 16);
    const auto p = number(parts[3], 1, 4);
    auto salt = from_base64url(parts[4]);
    auto hash = from_base64url(parts[5]);
    if (!log2_n || !r || !p || !salt || !hash || hash->size() != kHashBytes) return std::nullopt;
    return Stored{{*log2_n, *r, *p}, *std::move(salt), *std::move(hash)};
}

Result<Bytes> derive(std::string_view password, ByteSpan salt, const Parameters& parameters) {
    Bytes hash(kHashBytes);
    const std::uint64_t n = 1ULL << parameters.log2_n;
    // What scrypt needs (RFC 7914 section 2), and a little for OpenSSL.
    const std::uint64_t memory = 128ULL * parameters.r * (n + parameters.p + 2) + (1ULL << 20U);
    if (EVP_PBE_scrypt(password.data(), password.size(),
                       reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), n,
                       parameters.r, parameters.p, memory,
                       reinterpret_cast<unsigned char*>(hash.data()), hash.size()) != 1) {
        return fail(ErrorCode::kExhausted, "there is no memory to check a password with ({} MB)",
                    memory >> 20U);
    }
    return hash;
}

}  // namespace

Result<void> check_password(std::string_view password) {
    if (!base::is_valid_utf8(password) || password.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::kInvalid, "a password is text in UTF-8");
    }
    // Bytes that begin a character.
    const auto characters = std::ranges::count_if(
        password, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
    if (static_cast<std::size_t>(characters) < kLeastCharacters) {
        return fail(ErrorCode::kInvalid,
                    "the password has {} characters; it needs {} at least, a few words do well",
                    characters, kLeastCharacters);
    }
    if (password.size() > kMostBytes) {
        return fail(ErrorCode::kInvalid, "the password has {} bytes; it may have {}",
                    password.size(), kMostBytes);
    }
    return {};
}

Result<std::string> hash_password(std::string_view password) {
    TRY(check_password(password));
    const Parameters parameters;
    const Bytes salt = random_bytes(kSaltBytes);
    const Bytes hash = TRY(derive(password, salt, parameters));
    return fmt::format("scrypt${}${}${}${}${}", parameters.log2_n, parameters.r, parameters.p,
                       to_base64url(salt), to_base64url(hash));
}

Result<bool> verify_password(std::string_view password, std::string_view stored) {
    // Nobody's hash: nothing derives to what is only zeros.
    static const Stored kNobody{{}, Bytes(kSaltBytes), Bytes(kHashBytes)};
    const auto parsed = stored.empty() ? std::optional(kNobody) : parse_hash(stored);
    if (!parsed) return fail(ErrorCode::kInternal, "a password's hash in the database is damaged");
    // An overlong one is nobody's, and not worth hashing.
    if (password.size() > kMostBytes) return false;
    const Bytes hash = TRY(derive(password, parsed->salt, parsed->parameters));
    return equal_in_constant_time(hash, parsed->hash) && !stored.empty();
}

}  // namespace matinee::auth
