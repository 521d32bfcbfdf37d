#include "media/box.h"

namespace matinee::media {

std::string to_string(FourCc code) {
    std::string name;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto c = static_cast<char>(code >> shift & 0xffU);
        name += c >= 0x20 && c < 0x7f ? c : '?';
    }
    return name;
}

Result<std::optional<Box>> BoxReader::next() {
    if (reader_.at_end()) return std::optional<Box>();
    const std::uint64_t start = reader_.position();
    Box box;
    box.offset = base_ + start;
    std::uint64_t size = TRY(reader_.u32());
    box.type = TRY(reader_.u32());
    if (size == 1) size = TRY(reader_.u64());
    const std::uint64_t header = reader_.position() - start;
    if (size == 0) size = header + reader_.remaining();  // it extends to the end of the file
    if (size < header || size - header > reader_.remaining()) {
        return fail(ErrorCode::kInvalid, "box '{}' at offset {} claims {} bytes, {} are there",
                    to_string(box.type), box.offset, size, header + reader_.remaining());
    }
    box.payload_offset = base_ + reader_.position();
    box.payload = TRY(reader_.bytes(size - header));
    return std::optional<Box>(box);
}

Result<Box> find_box(const Box& container, FourCc type) {
    BoxReader reader(container);
    while (true) {
        const std::optional<Box> box = TRY(reader.next());
        if (!box) {
            return fail(ErrorCode::kNotFound, "no '{}' box in the '{}' at offset {}",
                        to_string(type), to_string(container.type), container.offset);
        }
        if (box->type == type) return *box;
    }
}

Result<FullBoxHeader> read_full_box_header(base::ByteReader& reader) {
    const std::uint32_t word = TRY(reader.u32());
    return FullBoxHeader{static_cast<std::uint8_t>(word >> 24), word & 0xffffffU};
}

}  // namespace matinee::media
