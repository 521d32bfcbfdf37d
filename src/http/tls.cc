#include "http/tls.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/files.h"
#include "base/log.h"

namespace matinee::http {

namespace {

namespace fs = std::filesystem;

using OwnedBio = base::Owned<BIO, BIO_free_all>;
using OwnedKey = base::Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedCertificate = base::Owned<X509, X509_free>;
using OwnedExtension = base::Owned<X509_EXTENSION, X509_EXTENSION_free>;

// Browsers refuse longer ones, whoever signed them.
constexpr std::chrono::days kValidity{825};
constexpr std::chrono::days kRenewBefore{30};
// Clocks of clients may be a little behind.
constexpr std::chrono::hours kBackdated{24};

// What OpenSSL says went wrong last, as an Error.
Unexpected openssl_failure(std::string_view doing) {
    std::array<char, 256> text{};
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (code == 0) return fail(ErrorCode::kInternal, "{} failed", doing);
    ERR_error_string_n(code, text.data(), text.size());
    return fail(ErrorCode::kInternal, "{} failed: {}", doing, text.data());
}

bool is_numeric_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> buffer{};
    return ::inet_pton(AF_INET, name.c_str(), buffer.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), buffer.data()) == 1;
}

// Letters, digits, '-', '.' and '_': what a host name is made of. OpenSSL's little language for
// extensions gives other characters a meaning.
bool is_host_name(std::string_view name) {
    return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
}

Result<void> add_extension(X509& certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
    const OwnedExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    if (!extension || X509_add_ext(&certificate, extension.get(), -1) != 1) {
        return openssl_failure(fmt::format("adding certificate extension {:?}", value));
    }
    return {};
}

Result<void> set_times(X509& certificate, base::Instant now) {
    const auto time_of = [](base::Instant instant) {
        return static_cast<time_t>(
            std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count());
    };
    // 825 days from the first valid second to the last one, both included.
    const time_t from = time_of(now - kBackdated);
    const time_t to = from + std::chrono::seconds(kValidity).count() - 1;
    if (ASN1_TIME_set(X509_getm_notBefore(&certificate), from) == nullptr ||
        ASN1_TIME_set(X509_getm_notAfter(&certificate), to) == nullptr) {
        return openssl_failure("setting the certificate's times");
    }
    return {};
}

// Positive 127 bits (RFC 5280 section 4.1.2.2).
Result<void> set_serial(X509& certificate) {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) return openssl_failure("random numbers");
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
    const base::Owned<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
    if (!number || !BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate))) {
        return openssl_failure("setting the certificate's serial number");
    }
    return {};
}

struct Pem {
    std::string certificate;
    std::string key;
};

std::string text_of(BIO& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(&bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

Result<Pem> make_self_signed(const std::vector<std::string>& names, base::Instant now) {
    const OwnedKey key(EVP_EC_gen("P-256"));
    if (!key) return openssl_failure("making a key");
    const OwnedCertificate certificate(X509_new());
    if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
        X509_set_pubkey(certificate.get(), key.get()) != 1) {
        return openssl_failure("making a certificate");
    }
    TRY(set_serial(*certificate));
    TRY(set_times(*certificate, now));

    X509_NAME* subject = X509_get_subject_name(certificate.get());
    const auto add_name = [subject](const char* field, const std::string& value) {
        return X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8,
                                          reinterpret_cast<const unsigned char*>(value.data()),
                                          static_cast<int>(value.size()), -1, 0) == 1;
    };
    constexpr std::size_t kLongestCommonName = 64;  // RFC 5280 appendix A.1
    if (!add_name("O", "matinee") || !add_name("CN", names.front().substr(0, kLongestCommonName)) ||
        X509_set_issuer_name(certificate.get(), subject) != 1) {
        return openssl_failure("naming the certificate");
    }

    std::string alternatives;
    for (const std::string& name : names) {
        const bool address = is_numeric_address(name);
        if (!address && !is_host_name(name)) {
            return fail(ErrorCode::kInvalid,
                        "{:?} is neither a host name nor an address: no certificate can be made "
                        "for it",
                        name);
        }
        if (!alternatives.empty()) alternatives += ',';
        alternatives += (address ? "IP:" : "DNS:") + name;
    }
    TRY(add_extension(*certificate, NID_basic_constraints, "critical,CA:FALSE"));
    TRY(add_extension(*certificate, NID_key_usage, "critical,digitalSignature"));
    TRY(add_extension(*certificate, NID_ext_key_usage, "serverAuth"));
    TRY(add_extension(*certificate, NID_subject_key_identifier, "hash"));
    TRY(add_extension(*certificate, NID_subject_alt_name, alternatives));
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
        return openssl_failure("signing the certificate");
    }

    const OwnedBio certificate_text(BIO_new(BIO_s_mem()));
    const OwnedBio key_text(BIO_new(BIO_s_secmem()));
    if (!certificate_text || !key_text ||
        PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1) {
        return openssl_failure("writing the certificate as PEM");
    }
    return Pem{text_of(*certificate_text), text_of(*key_text)};
}

Result<base::Instant> instant_of(const ASN1_TIME& time) {
    std::tm fields{};
    if (ASN1_TIME_to_tm(&time, &fields) != 1)
        return openssl_failure("reading the certificate's time");
    return base::Instant(std::chrono::seconds(::timegm(&fields)));
}

std::string fingerprint_of(const X509& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        fmt::format_to(std::back_inserter(out), "{}{:02X}", i == 0 ? "" : ":", digest[i]);
    }
    return out;
}

// GIO's GnuTLS still speaks TLS 1.0 and 1.1 by default, and takes orders from the environment
// only, once, when the first TLS connection of the process is made. What the operator wants
// otherwise stays.
void forbid_old_versions() {
    static std::once_flag once;
    std::call_once(once, [] {
        const char* given = g_getenv("G_TLS_GNUTLS_PRIORITY");
        const std::string priority =
            fmt::format("{}:-VERS-TLS1.1:-VERS-TLS1.0", given ? given : "NORMAL:%COMPAT");
        g_setenv("G_TLS_GNUTLS_PRIORITY", priority.c_str(), TRUE);
    });
}

// An encrypted key is refused rather than asking at the terminal for its password.
int no_password(char*, int, int, void*) {
    return -1;
}

}  // namespace

std::vector<std::string> machine_names() {
    std::vector<std::string> names = {"localhost"};
    std::vector<std::string> addresses = {"127.0.0.1", "::1"};
    const auto add = [](std::vector<std::string>& list, std::string name) {
        if (std::ranges::find(list, name) == list.end()) list.push_back(std::move(name));
    };

    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0 && is_host_name(host.data())) {
        const std::string name = host.data();
        add(names, name);
        // What the machine is called in a local network (multicast DNS, RFC 6762).
        if (name.find('.') == std::string::npos) add(names, name + ".local");
    }

    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) == 0) {
        const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
        for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
            if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
            std::array<char, INET6_ADDRSTRLEN> text{};
            if (entry->ifa_addr->sa_family == AF_INET) {
                const auto* in = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
                ::inet_ntop(AF_INET, &in->sin_addr, text.data(), text.size());
            } else if (entry->ifa_addr->sa_family == AF_INET6) {
                const auto* in = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
                // Link-local ones need a scope, which no URL in a browser can say.
                if (IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr)) continue;
                ::inet_ntop(AF_INET6, &in->sin6_addr, text.data(), text.size());
            }
            if (text[0] != '\0') add(addresses, text.data());
        }
    }
    names.insert(names.end(), addresses.begin(), addresses.end());
    return names;
}

TlsIdentity::TlsIdentity(fs::path certificate_path, fs::path key_path,
                         std::vector<std::string> names, std::shared_ptr<const base::Clock> clock)
    : names_(std::move(names)),
      clock_(std::move(clock)),
      certificate_path_(std::move(certificate_path)),
      key_path_(std::move(key_path)) {
    forbid_old_versions();
}

Result<std::shared_ptr<TlsIdentity>> TlsIdentity::self_signed(
    const fs::path& directory, const std::vector<std::string>& names,
    std::shared_ptr<const base::Clock> clock) {
    if (names.empty()) {
        return fail(ErrorCode::kInvalid, "a certificate needs at least one name");
    }
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) return base::file_failure(error.value(), "make", directory);

    std::shared_ptr<TlsIdentity> identity(new TlsIdentity(
        directory / "server.pem", directory / "server.key", names, std::move(clock)));
    if (!fs::exists(identity->certificate_path_)) {
        TRY(identity->make());
    } else if (auto loaded = identity->load(); !loaded) {
        log::warning("the certificate cannot be used; making a new one",
                     {{"error", loaded.error().to_string()}});
        TRY(identity->make());
    } else if (identity->ends_soon(loaded->valid_until)) {
        TRY(identity->make());
    }
    identity->certificate_stamp_ = stamp_of(identity->certificate_path_);
    identity->key_stamp_ = stamp_of(identity->key_path_);
    identity->loaded_ = TRY(identity->load());
    return identity;
}

Result<std::shared_ptr<TlsIdentity>> TlsIdentity::from_files(
    const fs::path& certificate, const fs::path& key, std::shared_ptr<const base::Clock> clock) {
    std::shared_ptr<TlsIdentity> identity(new TlsIdentity(certificate, key, {}, std::move(clock)));
    identity->certificate_stamp_ = stamp_of(certificate);
    identity->key_stamp_ = stamp_of(key);
    identity->loaded_ = TRY(identity->load());
    return identity;
}

base::Ref<GTlsCertificate> TlsIdentity::certificate() const {
    const std::scoped_lock lock(mutex_);
    return loaded_.certificate;
}

std::string TlsIdentity::fingerprint() const {
    const std::scoped_lock lock(mutex_);
    return loaded_.fingerprint;
}

base::Instant TlsIdentity::valid_until() const {
    const std::scoped_lock lock(mutex_);
    return loaded_.valid_until;
}

TlsIdentity::Stamp TlsIdentity::stamp_of(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec, status.st_ino,
            static_cast<std::uint64_t>(status.st_size)};
}

bool TlsIdentity::ends_soon(base::Instant valid_until) const {
    return valid_until - clock_->now() < kRenewBefore;
}

Result<void> TlsIdentity::make() const {
    const Pem pem = TRY(make_self_signed(names_, clock_->now()));
    // The key first: whoever sees the new certificate finds its key.
    TRY(base::replace_file(key_path_, pem.key, base::kOwnerOnly));
    TRY(base::replace_file(certificate_path_, pem.certificate, 0644));
    return {};
}

Result<TlsIdentity::Loaded> TlsIdentity::load() const {
    const std::string certificate_pem = TRY(base::read_file(certificate_path_));
    const std::string key_pem = TRY(base::read_file(key_path_));

    const auto memory = [](const std::string& text) {
        return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    };
    const OwnedBio certificate_bio = memory(certificate_pem);
    const OwnedCertificate certificate(
        PEM_read_bio_X509(certificate_bio.get(), nullptr, no_password, nullptr));
    if (!certificate) {
        ERR_clear_error();
        return fail(ErrorCode::kInvalid,
                    "{} holds no PEM certificate: it must contain -----BEGIN CERTIFICATE-----",
                    certificate_path_.string());
    }
    const OwnedBio key_bio = memory(key_pem);
    const OwnedKey key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_password, nullptr));
    if (!key) {
        ERR_clear_error();
        return fail(ErrorCode::kInvalid,
                    "{} holds no PEM private key without a password: remove its password with "
                    "`openssl pkey`, or give the right file",
                    key_path_.string());
    }
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        ERR_clear_error();
        return fail(ErrorCode::kInvalid, "the key {} does not belong to the certificate {}",
                    key_path_.string(), certificate_path_.string());
    }
    const base::Instant from = TRY(instant_of(*X509_get0_notBefore(certificate.get())));
    const base::Instant until = TRY(instant_of(*X509_get0_notAfter(certificate.get())));
    const base::Instant now = clock_->now();
    if (now > until) {
        return fail(ErrorCode::kInvalid, "the certificate {} ended on {}: renew it",
                    certificate_path_.string(), base::to_rfc3339(until));
    }
    if (now < from) {
        return fail(ErrorCode::kInvalid,
                    "the certificate {} is valid from {} only: is this machine's clock right?",
                    certificate_path_.string(), base::to_rfc3339(from));
    }

    GError* error = nullptr;
    const std::string both = certificate_pem + "\n" + key_pem;
    auto tls = base::Ref<GTlsCertificate>::adopt(
        g_tls_certificate_new_from_pem(both.data(), static_cast<gssize>(both.size()), &error));
    if (!tls) {
        return fail(base::adopt_error(error, ErrorCode::kInvalid), "cannot use the certificate {}",
                    certificate_path_.string());
    }
    return Loaded{std::move(tls), fingerprint_of(*certificate), until};
}

Result<void> TlsIdentity::use_files(const fs::path& certificate, const fs::path& key) {
    const std::lock_guard refreshing(refreshing_);
    const fs::path certificate_before = std::exchange(certificate_path_, certificate);
    const fs::path key_before = std::exchange(key_path_, key);
    const Stamp certificate_stamp = stamp_of(certificate_path_);
    const Stamp key_stamp = stamp_of(key_path_);
    auto loaded = load();
    if (!loaded) {
        certificate_path_ = certificate_before;
        key_path_ = key_before;
        return Unexpected(std::move(loaded).error());
    }
    certificate_stamp_ = certificate_stamp;
    key_stamp_ = key_stamp;
    const std::scoped_lock lock(mutex_);
    loaded_ = std::move(loaded).value();
    return {};
}

void TlsIdentity::refresh() {
    const std::unique_lock refreshing(refreshing_, std::try_to_lock);
    if (!refreshing) return;
    if (!names_.empty() && !renewal_failed_ && ends_soon(valid_until())) {
        if (auto made = make(); !made) {
            renewal_failed_ = true;
            log::error("the certificate ends soon and cannot be renewed",
                       {{"error", made.error().to_string()}});
        }
    }
    const Stamp certificate_stamp = stamp_of(certificate_path_);
    const Stamp key_stamp = stamp_of(key_path_);
    if (certificate_stamp == certificate_stamp_ && key_stamp == key_stamp_) return;
    certificate_stamp_ = certificate_stamp;
    key_stamp_ = key_stamp;

    // Two files cannot change in one instant: between them they do not match, and the next look
    // finds the second one changed too.
    auto loaded = load();
    if (!loaded) {
        log::warning("the changed certificate cannot be used; keeping the one before",
                     {{"error", loaded.error().to_string()}});
        return;
    }
    const std::scoped_lock lock(mutex_);
    loaded_ = std::move(loaded).value();
    log::info("certificate loaded", {{"path", certificate_path_.string()},
                                     {"fingerprint", loaded_.fingerprint},
                                     {"valid_until", base::to_rfc3339(loaded_.valid_until)}});
}

}  // namespace matinee::http
