#include "media/fragment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/box.h"
#include "support/tracks.h"

namespace matinee::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Fragment, ReadsBackWhatItWrote) {
    const std::vector<FragmentSample> samples = {
        {3, 3753, 0, true}, {2, 3754, 7508, false}, {1, 3754, -3754, false}};
    const Bytes data = test::bytes_of({1, 2, 3, 4, 5, 6});
    test::TrackFile file(test::video_config());
    file.fragment(12'345'678'901, samples, data);

    const FragmentedTrack track = *read_fragmented(file.bytes());
    ASSERT_EQ(track.samples.size(), 3u);
    EXPECT_EQ(track.samples[0].decode_time, 12'345'678'901);
    EXPECT_EQ(track.samples[2].decode_time, 12'345'678'901 + 3753 + 3754);
    EXPECT_EQ(track.samples[1].composition_offset, 7508);
    EXPECT_EQ(track.samples[2].composition_offset, -3754);
    EXPECT_TRUE(track.samples[0].sync);
    EXPECT_FALSE(track.samples[1].sync);
    const ByteRange last = track.samples[2].range;
    EXPECT_EQ(last.size, 1u);
    EXPECT_EQ(file.bytes()[last.offset], std::byte{6});
}

TEST(Fragment, KeepsFragmentStarts) {
    const Bytes data = test::bytes_of({1, 2});
    test::TrackFile file(test::audio_config());
    file.fragment(0, {{1, 1024, 0, true}, {1, 1024, 0, true}}, data);
    file.fragment(2048, {{1, 1024, 0, true}, {1, 1024, 0, true}}, data);
    EXPECT_THAT(read_fragmented(file.bytes())->fragment_starts, ElementsAre(0, 2));
}

TEST(Fragment, WritesEqualFieldsOnce) {
    const std::vector<FragmentSample> same(100, FragmentSample{10, 1024, 0, true});
    std::vector<FragmentSample> mixed = same;
    mixed.back().duration = 1000;
    EXPECT_EQ(fragment_header(1, 0, mixed).size() - fragment_header(1, 0, same).size(), 400u);
}

// Writers put sample flags in three places; each must be honoured.
struct FlagsCase {
    const char* name;
    std::uint32_t trex, tfhd;
    bool use_tfhd;
    std::uint32_t first;
    bool use_first;
    std::vector<bool> sync;
};

class SampleFlags : public testing::TestWithParam<FlagsCase> {};

TEST_P(SampleFlags, AreReadFromWhereTheyStand) {
    const FlagsCase& flags = GetParam();
    base::ByteWriter writer;
    Bytes init = init_section(test::audio_config());
    // The last four bytes of the init section are trex's default flags.
    {
        base::ByteWriter patched;
        patched.bytes(ByteSpan(init).first(init.size() - 4));
        patched.u32(flags.trex);
        writer.bytes(std::move(patched).take());
    }
    std::size_t offset_at = 0;
    const std::size_t moof_at = writer.size();
    {
        const BoxScope moof(writer, "moof");
        const BoxScope traf(writer, "traf");
        {
            const BoxScope tfhd(writer, "tfhd", 0, flags.use_tfhd ? 0x20 : 0);
            writer.u32(1);
            if (flags.use_tfhd) writer.u32(flags.tfhd);
        }
        const BoxScope trun(writer, "trun", 0, 0x301U | (flags.use_first ? 4U : 0U));
        writer.u32(2);
        offset_at = writer.size();
        writer.u32(0);
        if (flags.use_first) writer.u32(flags.first);
        for (int i = 0; i < 2; ++i) {
            writer.u32(10);
            writer.u32(1);
        }
    }
    writer.patch_u32(offset_at, static_cast<std::uint32_t>(writer.size() - moof_at + 8));
    writer.u32(10);
    writer.u32(fourcc("mdat"));
    writer.u16(0x0102);
    const auto track = read_fragmented(std::move(writer).take());
    ASSERT_TRUE(track) << track.error().to_string();
    EXPECT_EQ(track->samples[0].sync, flags.sync[0]);
    EXPECT_EQ(track->samples[1].sync, flags.sync[1]);
}

INSTANTIATE_TEST_SUITE_P(
    Places, SampleFlags,
    testing::Values(FlagsCase{"trex", 0x10000, 0, false, 0, false, {false, false}},
                    FlagsCase{"tfhd", 0, 0x10000, true, 0, false, {false, false}},
                    FlagsCase{"first", 0x10000, 0, false, 0x2000000, true, {true, false}},
                    FlagsCase{"none", 0, 0, false, 0, false, {true, true}}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(Fragment, RefusesSamplesPastTheEnd) {
    test::TrackFile file(test::video_config());
    file.fragment(0, {{100, 3000, 0, true}}, {});
    const auto track = read_fragmented(file.bytes());
    ASSERT_FALSE(track);
    EXPECT_THAT(track.error().message(), HasSubstr("with 100 bytes runs past the file's end"));
}

TEST(Fragment, SurvivesEveryTruncationAndEveryFlippedByte) {
    test::TrackFile file(test::video_config());
    file.fragment(0, {{2, 3000, 0, true}, {2, 3000, 3000, false}}, test::bytes_of({1, 2, 3, 4}));
    const Bytes whole = file.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto track = read_fragmented(ByteSpan(whole).first(size));
        EXPECT_TRUE(track || !track.error().message().empty()) << size << " bytes";
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
        Bytes damaged = whole;
        damaged[i] ^= std::byte{0xff};
        const auto track = read_fragmented(damaged);
        if (!track) continue;
        for (const SampleRef& sample : track->samples) {
            EXPECT_LE(sample.range.offset + sample.range.size, whole.size()) << "byte " << i;
        }
    }
}

}  // namespace
}  // namespace matinee::media
