#include "base/bytes.h"

#include <gtest/gtest.h>

namespace matinee::base {
namespace {

TEST(ByteReader, ReadsBigEndian) {
    ByteWriter writer;
    writer.u8(0x01);
    writer.u16(0x0203);
    writer.u24(0x040506);
    writer.u32(0x0708090a);
    writer.u64(0x0b0c0d0e0f101112);
    writer.i32(-2);
    const Bytes bytes = std::move(writer).take();

    ByteReader reader(bytes);
    EXPECT_EQ(*reader.u8(), 0x01);
    EXPECT_EQ(*reader.u16(), 0x0203);
    EXPECT_EQ(*reader.u24(), 0x040506u);
    EXPECT_EQ(*reader.u32(), 0x0708090au);
    EXPECT_EQ(*reader.u64(), 0x0b0c0d0e0f101112u);
    EXPECT_EQ(*reader.i32(), -2);
    EXPECT_TRUE(reader.at_end());
}

TEST(ByteReader, FailsPastTheEndAndStaysWhereItIs) {
    const Bytes bytes(3);
    ByteReader reader(bytes);
    EXPECT_FALSE(reader.u32());
    EXPECT_FALSE(reader.bytes(4));
    EXPECT_FALSE(reader.skip(~std::uint64_t{0}));
    EXPECT_EQ(reader.position(), 0u);
    EXPECT_TRUE(reader.skip(3));
}

TEST(ByteWriter, PatchesWhatItWrote) {
    ByteWriter writer;
    writer.u32(0);
    writer.u8(9);
    writer.patch_u32(0, 0xdeadbeef);
    const Bytes bytes = std::move(writer).take();
    ByteReader reader(bytes);
    EXPECT_EQ(*reader.u32(), 0xdeadbeefu);
    EXPECT_EQ(*reader.u8(), 9);
}

}  // namespace
}  // namespace matinee::base
