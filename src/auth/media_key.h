// The secret of encrypted channels, and the keys of their segments.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::auth {

// An AES-128 key. Wiped from memory with the secret it comes from, not by itself: viewers have it.
using SegmentKey = std::array<std::byte, 16>;

// Derives the key of each airing in each rendition from one secret: HKDF-SHA256 (RFC 5869) of what
// names both. Whoever has the secret gets the same keys, after a restart and on another server;
// from a key no other can be found.
//
// Immutable, thread-safe.
class MediaKey {
  public:
    static constexpr std::size_t kSize = 32;

    // `secret` has kSize bytes, kInvalid otherwise.
    static Result<MediaKey> create(ByteSpan secret);
    ~MediaKey();
    MediaKey(const MediaKey&) = default;
    MediaKey& operator=(const MediaKey&) = default;

    // `name`: whatever tells one thing to be encrypted from all others.
    [[nodiscard]] SegmentKey derive(std::string_view name) const;

    // Eight hexadecimal digits that differ with secret and name. They tell nothing of the key, so
    // they can stand in an address: bytes encrypted with another key have another one.
    [[nodiscard]] std::string fingerprint(std::string_view name) const;

  private:
    MediaKey() = default;
    std::array<std::byte, kSize> secret_{};
};

}  // namespace matinee::auth
