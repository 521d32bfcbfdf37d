// Which airings of a channel are encrypted.
#pragma once

#include <cstdint>
#include <span>

namespace matinee::playout {

// Airings whose first media sequence number is that or a later one are encrypted, or are not.
struct EncryptionChange {
    std::int64_t from_sequence = 0;
    bool encrypted = false;

    bool operator==(const EncryptionChange&) const = default;
};

// Whether an airing that begins with `first_sequence` is encrypted. `changes` in the order of their
// numbers; before the first of them nothing is.
inline bool is_encrypted(std::span<const EncryptionChange> changes, std::int64_t first_sequence) {
    bool encrypted = false;
    for (const EncryptionChange& change : changes) {
        if (change.from_sequence > first_sequence) break;
        encrypted = change.encrypted;
    }
    return encrypted;
}

}  // namespace matinee::playout
