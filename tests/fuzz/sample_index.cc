// index.bin, which the worker writes and the server reads where it is mapped.
#include "media/sample_index.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace media = matinee::media;
    // A mapping is aligned.
    std::vector<std::uint64_t> aligned((size + 7) / 8);
    if (size > 0) std::memcpy(aligned.data(), data, size);
    const matinee::ByteSpan file(reinterpret_cast<const std::byte*>(aligned.data()), size);
    const auto tracks = media::read_sample_index(file);
    if (!tracks) {
        FUZZ_CHECK(!tracks.error().message().empty());
        return 0;
    }
    std::vector<media::TrackIndexData> copies;
    for (const media::TrackIndex& index : *tracks) {
        // Whoever holds an index asks for the samples of any chunk, without looking again.
        std::uint64_t seen = 0;
        std::uint64_t sum = 0;
        for (const media::Chunk& chunk : index.chunks) {
            FUZZ_CHECK(chunk.first_sample == seen && chunk.sample_count > 0);
            for (const media::Sample& sample : index.samples_of(chunk)) {
                FUZZ_CHECK(reinterpret_cast<const std::byte*>(&sample + 1) <=
                           file.data() + file.size());
                sum += sample.size;
            }
            seen += chunk.sample_count;
            FUZZ_CHECK(chunk.offset + chunk.size >= chunk.offset);
        }
        FUZZ_CHECK(seen == index.samples.size());
        if (!index.chunks.empty()) {
            FUZZ_CHECK(index.chunks.front().decode_time == 0);
            FUZZ_CHECK(index.duration() >= index.chunks.back().decode_time);
        }
        if (media::verify(index, size)) {
            FUZZ_CHECK(sum <= size);
        }
        copies.push_back({{index.chunks.begin(), index.chunks.end()},
                          {index.samples.begin(), index.samples.end()}});
    }
    // Written and read, it is what it was.
    const matinee::Bytes written = media::write_sample_index(copies);
    std::vector<std::uint64_t> again((written.size() + 7) / 8);
    if (!written.empty()) std::memcpy(again.data(), written.data(), written.size());
    const auto read = media::read_sample_index(
        {reinterpret_cast<const std::byte*>(again.data()), written.size()});
    FUZZ_CHECK(read && read->size() == copies.size());
    for (std::size_t i = 0; i < copies.size(); ++i) {
        const media::TrackIndex& index = (*read)[i];
        FUZZ_CHECK(std::vector(index.chunks.begin(), index.chunks.end()) == copies[i].chunks);
        FUZZ_CHECK(std::vector(index.samples.begin(), index.samples.end()) == copies[i].samples);
    }
    return 0;
}
