#include "auth/media_key.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/handle.h"

namespace matinee::auth {

namespace {

using OwnedKdf = base::Owned<EVP_KDF, EVP_KDF_free>;
using OwnedKdfContext = base::Owned<EVP_KDF_CTX, EVP_KDF_CTX_free>;

OSSL_PARAM octets(const char* key, ByteSpan bytes) {
    // OpenSSL takes what it only reads as mutable.
    return OSSL_PARAM_construct_octet_string(key, const_cast<std::byte*>(bytes.data()),
                                             bytes.size());
}

// HKDF-SHA256 without salt (the secret is random already), `purpose` and `name` as its info.
template <std::size_t kBytes>
std::array<std::byte, kBytes> hkdf(ByteSpan secret, std::string_view purpose,
                                   std::string_view name) {
    const OwnedKdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const OwnedKdfContext context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    std::array<char, 7> digest{"SHA256"};
    const std::string info = fmt::format("{}\n{}", purpose, name);
    const std::array<OSSL_PARAM, 4> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_INFO, base::as_byte_span(info)),
        OSSL_PARAM_construct_end()};
    std::array<std::byte, kBytes> derived{};
    if (!context || EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(derived.data()),
                                   derived.size(), parameters.data()) != 1) {
        // A key that could not be made must not be taken for one of zeros.
        throw std::runtime_error("OpenSSL cannot compute HKDF-SHA256");
    }
    return derived;
}

}  // namespace

Result<MediaKey> MediaKey::create(ByteSpan secret) {
    if (secret.size() != kSize) {
        return fail(ErrorCode::kInvalid, "a secret of encrypted channels has {} bytes, not {}",
                    kSize, secret.size());
    }
    MediaKey key;
    std::ranges::copy(secret, key.secret_.begin());
    return key;
}

MediaKey::~MediaKey() {
    OPENSSL_cleanse(secret_.data(), secret_.size());
}

SegmentKey MediaKey::derive(std::string_view name) const {
    return hkdf<std::tuple_size_v<SegmentKey>>(secret_, "matinee segment key 1", name);
}

std::string MediaKey::fingerprint(std::string_view name) const {
    std::string text;
    for (const std::byte byte : hkdf<4>(secret_, "matinee key fingerprint 1", name)) {
        text += fmt::format("{:02x}", static_cast<unsigned>(byte));
    }
    return text;
}

}  // namespace matinee::auth
