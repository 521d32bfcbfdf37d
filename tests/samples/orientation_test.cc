#include "samples/orientation.h"

#include <initializer_list>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::samples {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes big_endian(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
            static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes box(std::string_view name, std::initializer_list<Bytes> contents) {
    Bytes payload;
    for (const Bytes& content : contents)
        append(payload, content);
    Bytes bytes = big_endian(static_cast<std::uint32_t>(payload.size() + 8));
    bytes.insert(bytes.end(), name.begin(), name.end());
    append(bytes, payload);
    return bytes;
}

Bytes track_header(std::uint32_t width, std::uint32_t height) {
    Bytes payload(76);  // version 0, all zero, to the end of the matrix
    append(payload, big_endian(width << 16));
    append(payload, big_endian(height << 16));
    return box("tkhd", {payload});
}

// The matrix of the track header that begins at `tkhd`.
std::vector<std::uint32_t> matrix_at(const Bytes& movie, std::size_t tkhd) {
    std::vector<std::uint32_t> values;
    for (std::size_t i = 0; i < 9; ++i) {
        std::uint32_t value = 0;
        for (std::size_t j = 0; j < 4; ++j)
            value = value << 8 | movie[tkhd + 8 + 40 + 4 * i + j];
        values.push_back(value);
    }
    return values;
}

TEST(Orientation, TurnsThePictureAndNotTheSound) {
    const Bytes data = box("mdat", {Bytes(5)});
    const Bytes sound = box("trak", {track_header(0, 0)});
    const Bytes picture = box("trak", {track_header(1280, 720)});
    Bytes movie = data;
    append(movie, box("moov", {sound, picture}));

    ASSERT_TRUE(turn_clockwise(movie));

    const std::size_t first = data.size() + 8 + 8;
    EXPECT_THAT(matrix_at(movie, first), testing::Each(0U));
    EXPECT_THAT(
        matrix_at(movie, first + sound.size()),
        testing::ElementsAre(0U, 0x10000U, 0U, 0xFFFF0000U, 0U, 0U, 720U << 16, 0U, 0x40000000U));
}

TEST(Orientation, SaysWhenThereIsNothingToTurn) {
    Bytes no_movie = box("mdat", {Bytes(100)});
    EXPECT_FALSE(turn_clockwise(no_movie));
    Bytes cut_short = box("moov", {box("trak", {track_header(16, 16)})});
    cut_short.resize(60);
    EXPECT_FALSE(turn_clockwise(cut_short));
    Bytes empty;
    EXPECT_FALSE(turn_clockwise(empty));
}

}  // namespace
}  // namespace matinee::samples
