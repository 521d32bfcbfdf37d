// HLS segments as bytes: a new fragment header, and the prepared samples as they are.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "media/sample_index.h"
#include "playout/rundown.h"

namespace matinee::hls {

// Media time of a timeline's tick zero: 1.024 s, a whole number of audio frames (48). Decode times
// come before presentation times, and tfdt cannot be negative, so there has to be room before the
// first picture.
inline constexpr Ticks kMediaTimeOrigin{48 * 1920};

// How long before a segment's first picture is shown its decoding begins, in every entry alike:
// two frames of the slowest house rate, the most that encoders with a B-frame pyramid reorder by.
// With it no composition offset is negative. ffmpeg would show such a track later by the most
// negative offset it meets, and sound and picture would part, by another amount in every entry.
inline constexpr Ticks kDecodeDelay{7508};

// A segment: `header`, then these ranges of the track's file, in order.
struct SegmentLayout {
    Bytes header;
    std::vector<ByteRange> data;

    [[nodiscard]] std::uint64_t size() const;
};

// The video of `segment`, on the channel's timeline: groups of pictures, of the first and the last
// one the pictures that the segment has. `all_intra`: all of its pictures are keyframes, not only
// the first of each group.
SegmentLayout video_segment(const media::TrackIndex& video, const playout::Segment& segment,
                            bool all_intra = false);

// The sound of `segment`. Audio frames never line up with pictures, so they stand on the
// channel's own grid (media::nearest_audio_frame): each span of ticks owns the frames between
// its rounded ends, which leaves no gap and no overlap between segments or airings.
SegmentLayout audio_segment(const media::TrackIndex& audio, const playout::Airing& airing,
                            const playout::Segment& segment);

// The first picture of `segment` alone, lasting as long as the segment: for I-frame playlists.
SegmentLayout iframe_segment(const media::TrackIndex& video, const playout::Segment& segment);

}  // namespace matinee::hls
