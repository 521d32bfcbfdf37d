// The sample index of a prepared entry: where every sample of every track is, and when.
//
// Its file is meant to be mapped into memory and used as it is; docs/library-format.md gives the
// layout and a worked example.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::media {

// Samples that lie one after the other in the track's file. In video a group of pictures: the
// first sample is an IDR picture, the only sync sample, and the first presented.
struct Chunk {
    std::uint64_t offset = 0;      // of the first sample's bytes, within the track's file
    std::uint64_t size = 0;        // of all samples
    std::int64_t decode_time = 0;  // of the first sample, in the track's timescale from zero
    std::uint32_t first_sample = 0;
    std::uint32_t sample_count = 0;

    bool operator==(const Chunk&) const = default;
};

struct Sample {
    std::uint32_t size = 0;
    std::uint32_t duration = 0;           // in the track's timescale
    std::int32_t composition_offset = 0;  // presentation minus decode time, signed

    bool operator==(const Sample&) const = default;
};

// A view of one track's part. Borrows; valid as long as the bytes it was read from.
struct TrackIndex {
    std::span<const Chunk> chunks;
    std::span<const Sample> samples;

    [[nodiscard]] std::span<const Sample> samples_of(const Chunk& chunk) const {
        return samples.subspan(chunk.first_sample, chunk.sample_count);
    }
    // The end of the last sample; zero without one. Each chunk ends where the next begins.
    [[nodiscard]] std::int64_t duration() const;
};

// The same, owning: what is written.
struct TrackIndexData {
    std::vector<Chunk> chunks;
    std::vector<Sample> samples;

    [[nodiscard]] TrackIndex view() const { return {chunks, samples}; }
};

// The index file of tracks in the order given.
Bytes write_sample_index(std::span<const TrackIndexData> tracks);

// Views into `file`, which must be aligned to 8 bytes (a mapping is). Checks that everything
// the views will be used for stays in bounds: the counts, each chunk's samples, the order of
// chunks in time and file. Does not touch the samples themselves, so opening a library costs
// little; `verify` does.
Result<std::vector<TrackIndex>> read_sample_index(ByteSpan file);

// Checks one track in full: sizes add up to each chunk's, times to the next chunk's, nothing
// outside a file of `file_size` bytes.
Result<void> verify(const TrackIndex& index, std::uint64_t file_size);

}  // namespace matinee::media
