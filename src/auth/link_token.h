// The signed text in /t/TOKEN/...: what whoever holds it may see, and until when.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace matinee::auth {

// What a link says. The database has it too, to list and revoke links; a request is judged by the
// token alone, and by what has been revoked (access.h).
struct LinkClaims {
    std::string id;
    std::vector<std::string> channels;  // identifiers; "*": all
    std::vector<std::string> entries;   // likewise
    Instant not_before;                 // 1970: at once
    Instant expires;                    // 1970: never
    std::uint16_t viewers = 0;          // at the same time; 0: any number

    [[nodiscard]] bool covers_channel(std::string_view channel) const;
    [[nodiscard]] bool covers_entry(std::string_view entry) const;

    bool operator==(const LinkClaims&) const = default;
};

// Signs links and checks them. Immutable, thread-safe.
//
// A token is base64url of
//
//     version (1)  id  not_before  expires  viewers  count  count * (kind  identifier)  mac
//     u8           s   i64         i64      u16      u8             u8     s            32 bytes
//
// in network byte order; s is a length (u8) and so many bytes, times are milliseconds since 1970,
// kind is 'c' or 'e', and mac is HMAC-SHA256 (RFC 2104) of all before it.
class LinkKey {
  public:
    static constexpr std::size_t kSize = 32;
    // Longer ones are refused unread; an address must stay usable.
    static constexpr std::size_t kLongestToken = 1500;

    // `key` has kSize bytes, kInvalid otherwise.
    static Result<LinkKey> create(ByteSpan key);
    ~LinkKey();
    LinkKey(LinkKey&&) noexcept;
    LinkKey& operator=(LinkKey&&) noexcept;

    // The same claims give the same token. kInvalid for an identifier of more than 255 bytes, or
    // for more of them than an address has room for.
    [[nodiscard]] Result<std::string> sign(const LinkClaims& claims) const;

    // The claims, when the token was signed with this key: whether they hold now is not asked
    // here. kDenied otherwise, in a time that does not depend on how wrong it is.
    [[nodiscard]] Result<LinkClaims> verify(std::string_view token) const;

  private:
    struct Implementation;
    explicit LinkKey(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace matinee::auth
