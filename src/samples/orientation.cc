#include "samples/orientation.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace matinee::samples {
namespace {

using Bytes = std::span<std::uint8_t>;

std::uint64_t read_big_endian(Bytes bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes)
        value = value << 8 | byte;
    return value;
}

void write_32(Bytes bytes, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
}

// Calls `visit(payload)` for every box called `name` among these, until it returns true.
template <typename Visit>
bool any_box(Bytes boxes, std::string_view name, const Visit& visit) {
    while (boxes.size() >= 8) {
        std::uint64_t size = read_big_endian(boxes.first(4));
        std::size_t header = 8;
        if (size == 1 && boxes.size() >= 16) {
            size = read_big_endian(boxes.subspan(8, 8));
            header = 16;
        }
        if (size == 0) size = boxes.size();  // to the end
        if (size < header || size > boxes.size()) return false;
        const Bytes box = boxes.first(static_cast<std::size_t>(size));
        if (std::equal(name.begin(), name.end(), box.begin() + 4) && visit(box.subspan(header))) {
            return true;
        }
        boxes = boxes.subspan(box.size());
    }
    return false;
}

// The width that a tkhd ends with, 16.16: zero in all tracks but pictures.
bool is_picture(Bytes tkhd) {
    return read_big_endian(tkhd.last(8).first(4)) != 0;
}

void turn_track(Bytes tkhd) {
    // Row by row {a b u, c d v, x y w}: (p, q) is shown at (height - q, p).
    const auto height = static_cast<std::uint32_t>(read_big_endian(tkhd.last(4)));
    const std::array<std::uint32_t, 9> matrix = {0, 0x00010000, 0, 0xFFFF0000, 0,
                                                 0, height,     0, 0x40000000};
    const Bytes place = tkhd.last(8 + 36).first(36);
    for (std::size_t i = 0; i < matrix.size(); ++i)
        write_32(place.subspan(4 * i), matrix[i]);
}

}  // namespace

Result<void> turn_clockwise(std::span<std::uint8_t> movie) {
    constexpr std::size_t kSmallestHeader = 84;  // a version 0 tkhd
    const bool turned = any_box(movie, "moov", [&](Bytes moov) {
        return any_box(moov, "trak", [&](Bytes trak) {
            return any_box(trak, "tkhd", [&](Bytes tkhd) {
                if (tkhd.size() < kSmallestHeader || !is_picture(tkhd)) return false;
                turn_track(tkhd);
                return true;
            });
        });
    });
    if (!turned) {
        return fail(
            ErrorCode::kInvalid,
            "no video track to turn: only QuickTime and MP4 files can say how to hold them");
    }
    return {};
}

}  // namespace matinee::samples
