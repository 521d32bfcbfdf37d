// Big-endian bytes, as ISO-BMFF and most media formats write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace matinee::base {

using ByteSpan = std::span<const std::byte>;
using Bytes = std::vector<std::byte>;

// As the sizes of disks and films are told.
inline constexpr std::uint64_t kGigabyte = 1'000'000'000;

// A span of a larger resource: bytes [offset, offset + size).
struct ByteRange {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    bool operator==(const ByteRange&) const = default;
};

inline ByteSpan as_byte_span(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(ByteSpan bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads forward over bytes it does not own. A read past the end fails with kInvalid and leaves
// the position alone: no input can make it read outside its span.
class ByteReader {
  public:
    explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
    [[nodiscard]] bool at_end() const { return remaining() == 0; }

    Result<std::uint8_t> u8();
    Result<std::uint16_t> u16();
    Result<std::uint32_t> u24();
    Result<std::uint32_t> u32();
    Result<std::uint64_t> u64();
    Result<std::int32_t> i32();

    // The next `count` bytes, still owned by whoever owns the whole.
    Result<ByteSpan> bytes(std::uint64_t count);
    Result<void> skip(std::uint64_t count);

  private:
    template <std::size_t kCount>
    Result<std::uint64_t> big_endian();

    ByteSpan bytes_;
    std::size_t position_ = 0;
};

// Appends to a vector it owns.
class ByteWriter {
  public:
    void u8(std::uint8_t value) { bytes_.push_back(static_cast<std::byte>(value)); }
    void u16(std::uint16_t value) { big_endian(value, 2); }
    void u24(std::uint32_t value) { big_endian(value, 3); }
    void u32(std::uint32_t value) { big_endian(value, 4); }
    void u64(std::uint64_t value) { big_endian(value, 8); }
    void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
    void bytes(ByteSpan bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void text(std::string_view text) { bytes(as_byte_span(text)); }
    void zeros(std::size_t count) { bytes_.insert(bytes_.end(), count, std::byte{0}); }
    void reserve(std::size_t count) { bytes_.reserve(count); }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    // Overwrites four bytes already written at `position`.
    void patch_u32(std::size_t position, std::uint32_t value);

    [[nodiscard]] Bytes take() && { return std::move(bytes_); }

  private:
    void big_endian(std::uint64_t value, int count);
    Bytes bytes_;
};

}  // namespace matinee::base

namespace matinee {
using base::ByteRange;
using base::Bytes;
using base::ByteSpan;
}  // namespace matinee
