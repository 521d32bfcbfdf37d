#include "media/box.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::media {
namespace {

using testing::HasSubstr;

TEST(BoxReader, KnowsOffsetsOfNestedBoxesWithinTheFile) {
    base::ByteWriter writer;
    {
        const BoxScope outer(writer, "moov");
        const BoxScope inner(writer, "trak");
        writer.u32(7);
    }
    const Bytes bytes = std::move(writer).take();
    BoxReader reader(bytes);
    const Box moov = **reader.next();
    EXPECT_EQ(moov.type, fourcc("moov"));
    const Box trak = *find_box(moov, fourcc("trak"));
    EXPECT_EQ(trak.offset, 8u);
    EXPECT_EQ(trak.payload_offset, 16u);
    EXPECT_EQ(trak.payload.size(), 4u);
    EXPECT_FALSE(*reader.next());
}

TEST(BoxReader, ReadsLargeAndOpenSizes) {
    base::ByteWriter writer;
    writer.u32(1);
    writer.u32(fourcc("free"));
    writer.u64(20);
    writer.u32(0);
    writer.u32(0);  // to the end of the file
    writer.u32(fourcc("mdat"));
    writer.u8(1);
    const Bytes bytes = std::move(writer).take();
    BoxReader reader(bytes);
    EXPECT_EQ((*reader.next())->payload.size(), 4u);
    EXPECT_EQ((*reader.next())->payload.size(), 1u);
}

TEST(BoxReader, NamesABoxThatClaimsTooMuch) {
    base::ByteWriter writer;
    writer.u32(100);
    writer.u32(fourcc("moof"));
    const Bytes bytes = std::move(writer).take();
    const auto box = BoxReader(bytes).next();
    ASSERT_FALSE(box);
    EXPECT_THAT(box.error().message(), HasSubstr("'moof' at offset 0 claims 100 bytes, 8"));
}

TEST(BoxReader, RefusesASizeBelowItsHeader) {
    base::ByteWriter writer;
    writer.u32(4);
    writer.u32(fourcc("moof"));
    const Bytes bytes = std::move(writer).take();
    EXPECT_FALSE(BoxReader(bytes).next());
}

TEST(FindBox, SaysWhatIsMissingWhere) {
    base::ByteWriter writer;
    { const BoxScope moov(writer, "moov"); }
    const Bytes bytes = std::move(writer).take();
    const Box moov = **BoxReader(bytes).next();
    const auto missing = find_box(moov, fourcc("trak"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message(), "no 'trak' box in the 'moov' at offset 0");
}

}  // namespace
}  // namespace matinee::media
