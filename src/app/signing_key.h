// Ed25519 signatures (RFC 8032), by OpenSSL: what makes an exported log a proof.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;

namespace matinee::app {

// The half of a key that checks. Immutable, thread-safe.
class VerifyingKey {
  public:
    // From a PEM text ("-----BEGIN PUBLIC KEY-----"). kInvalid for anything else, also for a key of
    // another kind.
    static Result<VerifyingKey> from_pem(std::string_view pem);
    static Result<VerifyingKey> read(const std::filesystem::path& file);

    // Names the key: the first 32 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo.
    [[nodiscard]] const std::string& id() const { return id_; }

    // Whether `signature` (64 bytes in hexadecimal) is this key's of `text`.
    [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

  private:
    friend class SigningKey;
    explicit VerifyingKey(std::shared_ptr<evp_pkey_st> key);
    std::shared_ptr<evp_pkey_st> key_;
    std::string id_;
};

// The half that signs. Immutable, thread-safe.
class SigningKey {
  public:
    // The key in `folder` (signing.pem, which only its owner may read), made at the first use;
    // public.pem beside it is for whoever checks. Of several processes that make it at once one
    // wins, and all get the same.
    static Result<SigningKey> open(const std::filesystem::path& folder);

    // 128 hexadecimal digits.
    [[nodiscard]] Result<std::string> sign(std::string_view text) const;

    [[nodiscard]] VerifyingKey verifying() const { return VerifyingKey(key_); }
    [[nodiscard]] Result<std::string> public_pem() const;

  private:
    explicit SigningKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
    std::shared_ptr<evp_pkey_st> key_;
};

// Where a data folder keeps its key.
std::filesystem::path signing_folder(const std::filesystem::path& data);
inline constexpr const char* kPublicKeyFile = "public.pem";

}  // namespace matinee::app
