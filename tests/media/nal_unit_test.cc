#include "media/nal_unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tracks.h"

namespace matinee::media {
namespace {

using test::nal_unit;
using test::operator+;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kSlice = 1;
constexpr int kIdr = 5;
constexpr int kSei = 6;
constexpr int kSps = 7;
constexpr int kPps = 8;

TEST(ParameterSets, AreLeftOutOfSamples) {
    const Bytes sample = nal_unit(kSps, 5) + nal_unit(kPps, 3) + nal_unit(kSei, 2) +
                         nal_unit(kIdr, 10) + nal_unit(kPps, 3) + nal_unit(kIdr, 4);
    EXPECT_THAT(*without_parameter_sets(sample),
                ElementsAre(ByteRange{18, 7 + 15}, ByteRange{48, 9}));
}

TEST(ParameterSets, LeaveAnOrdinarySampleWhole) {
    const Bytes sample = nal_unit(kSei, 2) + nal_unit(kSlice, 30);
    EXPECT_THAT(*without_parameter_sets(sample), ElementsAre(ByteRange{0, sample.size()}));
}

TEST(ParameterSets, AloneLeaveNothing) {
    EXPECT_THAT(*without_parameter_sets(nal_unit(kSps, 5)), IsEmpty());
}

TEST(NalUnits, MustFillTheSample) {
    Bytes sample = nal_unit(kSlice, 30);
    sample.pop_back();
    EXPECT_FALSE(without_parameter_sets(sample));
    EXPECT_FALSE(holds_idr(test::bytes_of({0, 0})));
}

TEST(HoldsIdr, LooksPastOtherUnits) {
    EXPECT_TRUE(*holds_idr(nal_unit(kSei, 1) + nal_unit(kIdr, 1)));
    EXPECT_FALSE(*holds_idr(nal_unit(kSei, 1) + nal_unit(kSlice, 1)));
}

TEST(NalLengthSize, IsInTheConfigurationRecord) {
    EXPECT_EQ(*nal_length_size(test::avcc()), 4u);
}

}  // namespace
}  // namespace matinee::media
