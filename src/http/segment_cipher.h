// Encrypted segments: AES-128-CBC of whole files (RFC 8216bis section 4.4.4.4, METHOD=AES-128).
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "auth/media_key.h"
#include "base/bytes.h"
#include "http/message.h"

namespace matinee::http {

// `content` encrypted with PKCS #7 padding. The IV is the media sequence number, big-endian in 128
// bits, as it is for players when EXT-X-KEY has none.
Bytes encrypt_segment(const Body& content, const auth::SegmentKey& key, std::int64_t sequence);

// Encrypts segments, and keeps what it has encrypted last. Thread-safe.
//
// Plain segments go from the page cache to the socket; encrypted ones have to be made in memory.
// All viewers of a channel fetch the same few, so they are made once: while somebody is still being
// sent one, everybody shares it, and beyond that the newest are kept up to a number of bytes.
class SegmentCipher {
  public:
    explicit SegmentCipher(auth::MediaKey secret, std::uint64_t most_kept = 64'000'000)
        : secret_(std::move(secret)), most_kept_(most_kept) {}

    [[nodiscard]] const auth::MediaKey& secret() const { return secret_; }

    // What encrypt_segment() gives. A key and number stand for one content.
    Body encrypt(const Body& content, const auth::SegmentKey& key, std::int64_t sequence);

    // How many bytes are kept beyond what is being sent.
    [[nodiscard]] std::uint64_t kept() const;

  private:
    using Name = std::pair<auth::SegmentKey, std::int64_t>;
    struct Kept {
        Name name;
        std::shared_ptr<const Bytes> bytes;
    };

    std::shared_ptr<const Bytes> find(const Name& name);
    std::shared_ptr<const Bytes> keep(const Name& name, Bytes bytes);

    const auth::MediaKey secret_;
    const std::uint64_t most_kept_;

    mutable std::mutex mutex_;  // guards what follows
    std::map<Name, std::weak_ptr<const Bytes>> made_;
    std::list<Kept> kept_list_;  // newest first
    std::uint64_t kept_ = 0;
};

}  // namespace matinee::http
