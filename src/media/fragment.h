// Movie fragments (ISO/IEC 14496-12 section 8.8): reading those of a file, writing our own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "media/track.h"

namespace matinee::media {

// One sample of a track, as the fragments of a file describe it. Times in the track's timescale.
struct SampleRef {
    std::int64_t decode_time = 0;
    std::uint32_t duration = 0;
    std::int32_t composition_offset = 0;  // presentation minus decode time
    bool sync = false;
    ByteRange range;  // within the file; checked to lie inside it

    [[nodiscard]] std::int64_t presentation_time() const {
        return decode_time + composition_offset;
    }

    bool operator==(const SampleRef&) const = default;
};

// A fragmented file with one track.
struct FragmentedTrack {
    TrackConfig config;
    std::vector<SampleRef> samples;            // in decode order
    std::vector<std::size_t> fragment_starts;  // index of each fragment's first sample
};

// Reads a whole fragmented MP4 file. Fails with kInvalid, naming box and offset, on anything
// that does not hold together; reads nothing outside `file`, whatever that says of itself.
//
// Sample flags stand in three places: the defaults of trex and tfhd, first_sample_flags, and
// per sample; all are honoured, as is every form of data offset.
Result<FragmentedTrack> read_fragmented(ByteSpan file);

// Reads one fragment of a file that fragment_header() writes: the 'moof' at `offset` and the 'mdat'
// behind it. For files that are still growing, so what comes after is not looked at.
struct Fragment {
    std::vector<SampleRef> samples;
    std::uint64_t end = 0;  // offset of what follows the fragment
};
// kInvalid as read_fragmented(), and when there is no whole fragment at `offset`.
Result<Fragment> read_fragment(ByteSpan file, std::uint64_t offset);

// A sample to be written.
struct FragmentSample {
    std::uint32_t size = 0;
    std::uint32_t duration = 0;
    std::int32_t composition_offset = 0;
    bool sync = false;
};

// The bytes before a fragment's samples: a 'moof' with one traf and one trun (version 1, signed
// offsets), and the header of an 'mdat' that holds exactly the samples. The samples' bytes are
// to follow, in order and without gap.
//
// `sequence` is mfhd's, `decode_time` that of the first sample (tfdt, 64 bits). Fields that are
// equal in all samples are written once.
Bytes fragment_header(std::uint32_t sequence, std::int64_t decode_time,
                      std::span<const FragmentSample> samples);

}  // namespace matinee::media
