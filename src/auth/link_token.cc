#include "auth/link_token.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "auth/secret.h"
#include "base/handle.h"

namespace matinee::auth {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMacSize = 32;
constexpr std::uint8_t kChannel = 'c';
constexpr std::uint8_t kEntry = 'e';

using OwnedMac = base::Owned<EVP_MAC, EVP_MAC_free>;
using OwnedMacContext = base::Owned<EVP_MAC_CTX, EVP_MAC_CTX_free>;

using Mac = std::array<std::byte, kMacSize>;

bool covers(const std::vector<std::string>& identifiers, std::string_view wanted) {
    return std::ranges::any_of(
        identifiers, [wanted](const std::string& id) { return id == wanted || id == "*"; });
}

void put_text(base::ByteWriter& writer, std::string_view text) {
    writer.u8(static_cast<std::uint8_t>(text.size()));
    writer.text(text);
}

Result<std::string> get_text(base::ByteReader& reader) {
    const std::uint8_t size = TRY(reader.u8());
    return std::string(base::as_text(TRY(reader.bytes(size))));
}

std::uint64_t as_bits(Instant instant) {
    return static_cast<std::uint64_t>(instant.time_since_epoch().count());
}

Result<Instant> get_instant(base::ByteReader& reader) {
    const auto count = static_cast<std::int64_t>(TRY(reader.u64()));
    return Instant(std::chrono::milliseconds(count));
}

Result<LinkClaims> parse_claims(ByteSpan bytes) {
    base::ByteReader reader(bytes);
    if (TRY(reader.u8()) != kVersion) return fail(ErrorCode::kUnsupported, "another version");
    LinkClaims claims;
    claims.id = TRY(get_text(reader));
    claims.not_before = TRY(get_instant(reader));
    claims.expires = TRY(get_instant(reader));
    claims.viewers = TRY(reader.u16());
    const std::uint8_t count = TRY(reader.u8());
    for (unsigned i = 0; i < count; ++i) {
        const std::uint8_t kind = TRY(reader.u8());
        if (kind != kChannel && kind != kEntry) {
            return fail(ErrorCode::kUnsupported, "another kind of scope");
        }
        (kind == kChannel ? claims.channels : claims.entries).push_back(TRY(get_text(reader)));
    }
    if (!reader.at_end()) return fail(ErrorCode::kInvalid, "more than there should be");
    return claims;
}

}  // namespace

bool LinkClaims::covers_channel(std::string_view channel) const {
    return covers(channels, channel);
}

bool LinkClaims::covers_entry(std::string_view entry) const {
    return covers(entries, entry);
}

struct LinkKey::Implementation {
    // Keyed once; each use works on a copy, which is cheaper than keying again and safe on
    // several threads.
    OwnedMacContext keyed;

    [[nodiscard]] Mac mac(ByteSpan bytes) const {
        const OwnedMacContext context(EVP_MAC_CTX_dup(keyed.get()));
        Mac mac{};
        std::size_t size = 0;
        if (!context ||
            EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                           bytes.size()) != 1 ||
            EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(mac.data()), &size,
                          mac.size()) != 1 ||
            size != mac.size()) {
            // A MAC that could not be made must not be taken for one of zeros.
            throw std::runtime_error("OpenSSL cannot compute HMAC-SHA256");
        }
        return mac;
    }
};

LinkKey::LinkKey(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
LinkKey::~LinkKey() = default;
LinkKey::LinkKey(LinkKey&&) noexcept = default;
LinkKey& LinkKey::operator=(LinkKey&&) noexcept = default;

Result<LinkKey> LinkKey::create(ByteSpan key) {
    if (key.size() != kSize) {
        return fail(ErrorCode::kInvalid, "a key for links has {} bytes, not {}", kSize, key.size());
    }
    const OwnedMac mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    auto implementation = std::make_unique<Implementation>();
    if (mac) implementation->keyed.reset(EVP_MAC_CTX_new(mac.get()));
    std::array<char, 7> digest{"SHA256"};
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    if (!implementation->keyed || EVP_MAC_init(implementation->keyed.get(),
                                               reinterpret_cast<const unsigned char*>(key.data()),
                                               key.size(), parameters.data()) != 1) {
        return fail(ErrorCode::kInternal, "OpenSSL has no HMAC-SHA256");
    }
    return LinkKey(std::move(implementation));
}

Result<std::string> LinkKey::sign(const LinkClaims& claims) const {
    constexpr std::size_t kMost = 255;
    const auto too_long = [](const std::string& text) { return text.size() > kMost; };
    if (claims.channels.size() + claims.entries.size() > kMost || too_long(claims.id) ||
        std::ranges::any_of(claims.channels, too_long) ||
        std::ranges::any_of(claims.entries, too_long)) {
        return fail(ErrorCode::kInvalid,
                    "a link names at most {} channels and entries, of {} bytes each", kMost, kMost);
    }
    base::ByteWriter writer;
    writer.u8(kVersion);
    put_text(writer, claims.id);
    writer.u64(as_bits(claims.not_before));
    writer.u64(as_bits(claims.expires));
    writer.u16(claims.viewers);
    writer.u8(static_cast<std::uint8_t>(claims.channels.size() + claims.entries.size()));
    for (const std::string& id : claims.channels) {
        writer.u8(kChannel);
        put_text(writer, id);
    }
    for (const std::string& id : claims.entries) {
        writer.u8(kEntry);
        put_text(writer, id);
    }
    Bytes bytes = std::move(writer).take();
    const Mac mac = implementation_->mac(bytes);
    bytes.insert(bytes.end(), mac.begin(), mac.end());
    std::string token = to_base64url(bytes);
    if (token.size() > kLongestToken) {
        return fail(ErrorCode::kInvalid,
                    "the link names {} channels and entries, more than an address has room for; "
                    "make several links, or name \"*\" for all",
                    claims.channels.size() + claims.entries.size());
    }
    return token;
}

Result<LinkClaims> LinkKey::verify(std::string_view token) const {
    const auto refuse = [] { return fail(ErrorCode::kDenied, "This is no link of this server."); };
    if (token.size() > kLongestToken) return refuse();
    const auto bytes = from_base64url(token);
    if (!bytes || bytes->size() < kMacSize) return refuse();
    const ByteSpan signed_part = ByteSpan(*bytes).first(bytes->size() - kMacSize);
    const Mac mac = implementation_->mac(signed_part);
    if (!equal_in_constant_time(mac, ByteSpan(*bytes).last(kMacSize))) return refuse();
    auto claims = parse_claims(signed_part);
    if (!claims) return fail(ErrorCode::kDenied, "The link was made by another version.");
    return claims;
}

}  // namespace matinee::auth
