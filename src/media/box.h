// ISO base media file format boxes (ISO/IEC 14496-12 section 4.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::media {

// A box type, as the number its four characters make: fourcc("moof").
using FourCc = std::uint32_t;

constexpr FourCc fourcc(std::string_view name) {
    FourCc code = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        code = code << 8 | static_cast<std::uint8_t>(name[i]);
    }
    return code;
}

// The four characters, with those that do not print as '?'.
std::string to_string(FourCc code);

// A box within bytes that somebody else owns.
struct Box {
    FourCc type = 0;
    std::uint64_t offset = 0;          // of the header, from the start of what was read
    std::uint64_t payload_offset = 0;  // of the payload, likewise
    ByteSpan payload;
};

// Reads the boxes of a file or of a container box, one after the other.
class BoxReader {
  public:
    // `base` is the offset of `bytes` within the file, so that offsets of boxes are those of
    // the file at every depth.
    explicit BoxReader(ByteSpan bytes, std::uint64_t base = 0) : reader_(bytes), base_(base) {}
    explicit BoxReader(const Box& container)
        : BoxReader(container.payload, container.payload_offset) {}

    // The next box; nothing at the end. A size that runs past the end is an error that names
    // the box and its offset.
    Result<std::optional<Box>> next();

  private:
    base::ByteReader reader_;
    std::uint64_t base_;
};

// The first box of `type` directly within `container`; kNotFound without one.
Result<Box> find_box(const Box& container, FourCc type);

// The version and flags that a FullBox starts with (section 4.2.2).
struct FullBoxHeader {
    std::uint8_t version = 0;
    std::uint32_t flags = 0;
};
Result<FullBoxHeader> read_full_box_header(base::ByteReader& reader);

// Writes a box around what is appended during its lifetime:
//
//     { BoxScope moov(writer, "moov"); ... }
class BoxScope {
  public:
    BoxScope(base::ByteWriter& writer, std::string_view type)
        : writer_(writer), start_(writer.size()) {
        writer_.u32(0);
        writer_.u32(fourcc(type));
    }
    // A FullBox.
    BoxScope(base::ByteWriter& writer, std::string_view type, std::uint8_t version,
             std::uint32_t flags)
        : BoxScope(writer, type) {
        writer_.u8(version);
        writer_.u24(flags);
    }
    ~BoxScope() { writer_.patch_u32(start_, static_cast<std::uint32_t>(writer_.size() - start_)); }
    BoxScope(const BoxScope&) = delete;
    BoxScope& operator=(const BoxScope&) = delete;

  private:
    base::ByteWriter& writer_;
    std::size_t start_;
};

}  // namespace matinee::media
