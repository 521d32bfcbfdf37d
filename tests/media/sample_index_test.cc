#include "media/sample_index.h"

#include <cstring>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::media {
namespace {

using testing::HasSubstr;

TrackIndexData track(std::uint32_t chunks) {
    TrackIndexData data;
    for (std::uint32_t i = 0; i < chunks; ++i) {
        data.chunks.push_back({1000ULL + 100 * i, 30, 7200LL * i, 2 * i, 2});
        data.samples.push_back({10, 3600, 0});
        data.samples.push_back({20, 3600, -3600});
    }
    return data;
}

// A copy at an address aligned as a mapping is.
struct Aligned {
    explicit Aligned(const Bytes& bytes)
        : words((bytes.size() + 7) / 8),
          span(reinterpret_cast<std::byte*>(words.data()), bytes.size()) {
        std::memcpy(words.data(), bytes.data(), bytes.size());
    }
    std::vector<std::uint64_t> words;
    ByteSpan span;
};

TEST(SampleIndex, ReadsBackWhatItWrote) {
    const std::vector<TrackIndexData> tracks = {track(3), track(1), track(0)};
    const Aligned file(write_sample_index(tracks));
    const auto read = *read_sample_index(file.span);
    ASSERT_EQ(read.size(), 3u);
    for (std::size_t i = 0; i < read.size(); ++i) {
        EXPECT_THAT(read[i].chunks, testing::ElementsAreArray(tracks[i].chunks));
        EXPECT_THAT(read[i].samples, testing::ElementsAreArray(tracks[i].samples));
        EXPECT_TRUE(verify(read[i], 5000));
    }
    EXPECT_EQ(read[0].duration(), 3 * 7200);
    EXPECT_EQ(read[2].duration(), 0);
}

TEST(SampleIndex, RefusesEveryTruncation) {
    const std::vector<TrackIndexData> tracks = {track(3)};
    const Aligned file(write_sample_index(tracks));
    for (std::size_t size = 0; size < file.span.size(); ++size) {
        EXPECT_FALSE(read_sample_index(file.span.first(size))) << size;
    }
}

TEST(SampleIndex, RefusesOtherFilesAndVersions) {
    Bytes bytes = write_sample_index(std::vector{track(1)});
    bytes[8] = std::byte{9};
    EXPECT_THAT(read_sample_index(Aligned(bytes).span).error().message(), HasSubstr("version 9"));
    bytes[0] = std::byte{'x'};
    EXPECT_THAT(read_sample_index(Aligned(bytes).span).error().message(),
                HasSubstr("not a sample index"));
}

TEST(SampleIndex, RefusesChunksOutOfOrder) {
    TrackIndexData data = track(3);
    std::swap(data.chunks[1], data.chunks[2]);
    EXPECT_FALSE(read_sample_index(Aligned(write_sample_index(std::vector{data})).span));
    data = track(2);
    data.chunks[1].first_sample = 1'000'000;
    EXPECT_FALSE(read_sample_index(Aligned(write_sample_index(std::vector{data})).span));
    data = track(2);
    data.chunks[1].sample_count = 0;
    EXPECT_FALSE(read_sample_index(Aligned(write_sample_index(std::vector{data})).span));
}

TEST(Verify, FindsWhatDoesNotAddUp) {
    TrackIndexData data = track(2);
    EXPECT_THAT(verify(data.view(), 1100).error().message(), HasSubstr("past the end"));
    data.samples[0].size = 11;
    EXPECT_THAT(verify(data.view(), 5000).error().message(), HasSubstr("31 bytes, it says 30"));
    data = track(2);
    data.samples[0].duration = 3601;
    EXPECT_THAT(verify(data.view(), 5000).error().message(), HasSubstr("ends at 7201"));
}

}  // namespace
}  // namespace matinee::media
