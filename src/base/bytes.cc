#include "base/bytes.h"

#include <cassert>

namespace matinee::base {

template <std::size_t kCount>
Result<std::uint64_t> ByteReader::big_endian() {
    if (remaining() < kCount) {
        return fail(ErrorCode::kInvalid, "{} bytes wanted at offset {}, {} left", kCount, position_,
                    remaining());
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
        value = value << 8 | std::to_integer<std::uint64_t>(bytes_[position_ + i]);
    }
    position_ += kCount;
    return value;
}

Result<std::uint8_t> ByteReader::u8() {
    return static_cast<std::uint8_t>(TRY(big_endian<1>()));
}
Result<std::uint16_t> ByteReader::u16() {
    return static_cast<std::uint16_t>(TRY(big_endian<2>()));
}
Result<std::uint32_t> ByteReader::u24() {
    return static_cast<std::uint32_t>(TRY(big_endian<3>()));
}
Result<std::uint32_t> ByteReader::u32() {
    return static_cast<std::uint32_t>(TRY(big_endian<4>()));
}
Result<std::uint64_t> ByteReader::u64() {
    return big_endian<8>();
}
Result<std::int32_t> ByteReader::i32() {
    return static_cast<std::int32_t>(TRY(big_endian<4>()));
}

Result<ByteSpan> ByteReader::bytes(std::uint64_t count) {
    if (count > remaining()) {
        return fail(ErrorCode::kInvalid, "{} bytes wanted at offset {}, {} left", count, position_,
                    remaining());
    }
    const ByteSpan taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
}

Result<void> ByteReader::skip(std::uint64_t count) {
    TRY(bytes(count));
    return {};
}

void ByteWriter::patch_u32(std::size_t position, std::uint32_t value) {
    assert(position + 4 <= bytes_.size());
    for (int i = 0; i < 4; ++i) {
        bytes_[position + static_cast<std::size_t>(i)] =
            static_cast<std::byte>(value >> (24 - 8 * i) & 0xffU);
    }
}

void ByteWriter::big_endian(std::uint64_t value, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
        bytes_.push_back(static_cast<std::byte>(value >> shift & 0xffU));
    }
}

}  // namespace matinee::base
