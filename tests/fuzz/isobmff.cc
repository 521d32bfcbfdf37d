// The reader of fragmented MP4 and of sample indices.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "media/fragment.h"
#include "media/nal_unit.h"
#include "media/sample_index.h"
#include "media/track.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace media = matinee::media;
    const matinee::ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);

    const auto track = media::read_fragmented(bytes);
    if (track) {
        for (const media::SampleRef& sample : track->samples) {
            // What was checked must hold: every sample lies within the file.
            if (sample.range.offset + sample.range.size > size) std::abort();
            (void)media::without_parameter_sets(
                bytes.subspan(sample.range.offset, sample.range.size));
        }
        // What was read can be written, and reads the same.
        const auto again = media::read_init_section(media::init_section(track->config));
        if (!again || *again != track->config) std::abort();
    }

    // An index is read where it is mapped: at an aligned address.
    std::vector<std::uint64_t> aligned((size + 7) / 8);
    if (size > 0) std::memcpy(aligned.data(), data, size);
    const matinee::ByteSpan file(reinterpret_cast<const std::byte*>(aligned.data()), size);
    if (const auto tracks = media::read_sample_index(file)) {
        for (const media::TrackIndex& index : *tracks) {
            (void)index.duration();
            (void)media::verify(index, size);
        }
    }
    return 0;
}
