#include "app/signing_key.h"

#include <sys/types.h>

#include <array>
#include <system_error>
#include <vector>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/files.h"
#include "base/handle.h"
#include "library/sha256.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

using OwnedBio = base::Owned<BIO, BIO_free_all>;
using OwnedContext = base::Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using SharedKey = std::shared_ptr<EVP_PKEY>;

constexpr const char* kPrivateKeyFile = "signing.pem";
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kIdDigits = 32;
constexpr mode_t kEverybody = 0644;

Unexpected openssl_failure(std::string_view doing) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
    ERR_clear_error();
    return fail(ErrorCode::kInternal, "{} failed: {}", doing, text.data());
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

SharedKey share(EVP_PKEY* key) {
    return {key, [](EVP_PKEY* pointer) { EVP_PKEY_free(pointer); }};
}

Result<std::string> make_private_pem() {
    const base::Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    if (!key || !bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1) {
        return openssl_failure("making a signing key");
    }
    return text_of(bio.get());
}

std::string hex_of(const unsigned char* bytes, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        text += fmt::format("{:02x}", bytes[i]);
    }
    return text;
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// Empty for what is no signature's hexadecimal text.
std::vector<unsigned char> signature_of(std::string_view hex) {
    std::vector<unsigned char> bytes;
    if (hex.size() != 2 * kSignatureBytes) return {};
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = digit_of(hex[i]);
        const int low = digit_of(hex[i + 1]);
        if (high < 0 || low < 0) return {};
        bytes.push_back(static_cast<unsigned char>(high * 16 + low));
    }
    return bytes;
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

VerifyingKey::VerifyingKey(SharedKey key) : key_(std::move(key)) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    if (size <= 0) return;  // only for want of memory; the key then has no name
    const std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    id_ = library::sha256_hex(base::as_byte_span(text)).substr(0, kIdDigits);
}

Result<VerifyingKey> VerifyingKey::from_pem(std::string_view pem) {
    const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    SharedKey key =
        share(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    ERR_clear_error();
    if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
        return fail(ErrorCode::kInvalid,
                    "this is no public Ed25519 key in PEM; \"matinee as-run key\" prints one");
    }
    return VerifyingKey(std::move(key));
}

Result<VerifyingKey> VerifyingKey::read(const fs::path& file) {
    auto key = from_pem(TRY(base::read_file(file)));
    if (!key) return fail(std::move(key).error(), "{}", file.string());
    return key;
}

bool VerifyingKey::verifies(std::string_view text, std::string_view signature) const {
    const std::vector<unsigned char> bytes = signature_of(signature);
    const OwnedContext context(EVP_MD_CTX_new());
    const bool good =
        !bytes.empty() && context &&
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes.data(), bytes.size(), bytes_of(text), text.size()) ==
            1;
    ERR_clear_error();
    return good;
}

Result<SigningKey> SigningKey::open(const fs::path& folder) {
    const fs::path file = folder / kPrivateKeyFile;
    std::error_code error;
    if (!fs::exists(file, error)) {
        fs::create_directories(folder, error);
        if (error) return base::file_failure(error.value(), "make", folder);
        const std::string made = TRY(make_private_pem());
        TRY(base::create_file(file, made, base::kOwnerOnly));
    }
    const std::string pem = TRY(base::read_file(file));
    const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    SharedKey key =
        share(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    ERR_clear_error();
    if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
        return fail(ErrorCode::kInvalid,
                    "{}: is no private Ed25519 key. Restore it from a backup; if there is none, "
                    "move it away and a new one is made, whose signatures differ",
                    file.string());
    }
    SigningKey opened(std::move(key));
    const std::string published = TRY(opened.public_pem());
    TRY(base::create_file(folder / kPublicKeyFile, published, kEverybody));
    return opened;
}

Result<std::string> SigningKey::sign(std::string_view text) const {
    std::array<unsigned char, kSignatureBytes> signature{};
    std::size_t size = signature.size();
    const OwnedContext context(EVP_MD_CTX_new());
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(text), text.size()) != 1) {
        return openssl_failure("signing");
    }
    return hex_of(signature.data(), size);
}

Result<std::string> SigningKey::public_pem() const {
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio_PUBKEY(bio.get(), key_.get()) != 1) {
        return openssl_failure("writing a public key");
    }
    return text_of(bio.get());
}

fs::path signing_folder(const fs::path& data) {
    return data / "as-run";
}

}  // namespace matinee::app
