#include "hls/segment.h"

#include <algorithm>

#include "media/fragment.h"

namespace matinee::hls {

namespace {

using media::Chunk;
using media::FragmentSample;
using media::Sample;

// mfhd's number: it only has to grow from one segment to the next, and has 32 bits.
std::uint32_t fragment_sequence(std::int64_t media_sequence) {
    return static_cast<std::uint32_t>(media_sequence + 1);
}

// Media time of the first sample to decode of what is shown from `start` on.
std::int64_t decode_time(Ticks start) {
    return (start + kMediaTimeOrigin - kDecodeDelay).count();
}

std::int32_t delayed(std::int32_t composition_offset) {
    return composition_offset + static_cast<std::int32_t>(kDecodeDelay.count());
}

void append_range(std::vector<ByteRange>& ranges, ByteRange range) {
    if (!ranges.empty() && ranges.back().offset + ranges.back().size == range.offset) {
        ranges.back().size += range.size;
    } else {
        ranges.push_back(range);
    }
}

}  // namespace

std::uint64_t SegmentLayout::size() const {
    std::uint64_t total = header.size();
    for (const ByteRange& range : data) {
        total += range.size;
    }
    return total;
}

SegmentLayout video_segment(const media::TrackIndex& video, const playout::Segment& segment,
                            bool all_intra) {
    SegmentLayout layout;
    std::vector<FragmentSample> samples;
    const auto pictures = static_cast<std::size_t>(segment.piece.pictures);
    auto skipped = segment.piece.skipped;
    Ticks shown{0};
    for (const Chunk& gop :
         video.chunks.subspan(segment.piece.first_gop, segment.piece.gop_count)) {
        ByteRange range{gop.offset, 0};
        bool sync = true;  // the first of its group
        for (const Sample& sample : video.samples_of(gop)) {
            if (samples.size() == pictures) break;
            if (skipped > 0) {
                --skipped;
                range.offset += sample.size;
                continue;
            }
            samples.push_back(
                {sample.size, sample.duration, delayed(sample.composition_offset), sync});
            sync = all_intra;
            range.size += sample.size;
            shown += Ticks(sample.duration);
        }
        append_range(layout.data, range);
    }
    // Where it was cut between two pictures, the last one stands longer or not as long.
    if (!samples.empty()) {
        samples.back().duration = static_cast<std::uint32_t>(
            (Ticks(samples.back().duration) + segment.duration() - shown).count());
    }
    layout.header = media::fragment_header(fragment_sequence(segment.sequence),
                                           decode_time(segment.start), samples);
    return layout;
}

SegmentLayout audio_segment(const media::TrackIndex& audio, const playout::Airing& airing,
                            const playout::Segment& segment) {
    const auto airing_frame = media::nearest_audio_frame(airing.origin()).count();
    const auto first_frame = media::nearest_audio_frame(segment.start).count();
    const auto end_frame = media::nearest_audio_frame(segment.end()).count();
    const auto known = static_cast<std::int64_t>(audio.samples.size());
    const std::int64_t first = std::min(first_frame - airing_frame, known);
    const std::int64_t end = std::min(end_frame - airing_frame, known);

    SegmentLayout layout;
    std::vector<FragmentSample> samples;
    samples.reserve(static_cast<std::size_t>(end - first));
    const auto index = static_cast<std::uint32_t>(first);
    auto chunk = std::ranges::upper_bound(audio.chunks, index, {}, &Chunk::first_sample);
    for (--chunk; chunk != audio.chunks.end() && chunk->first_sample < end; ++chunk) {
        ByteRange range{chunk->offset, 0};
        std::int64_t at = chunk->first_sample;
        for (const Sample& sample : audio.samples_of(*chunk)) {
            if (at >= end) break;
            if (at < first) {
                range.offset += sample.size;
            } else {
                range.size += sample.size;
                samples.push_back({sample.size, sample.duration, 0, true});
            }
            ++at;
        }
        append_range(layout.data, range);
    }
    constexpr std::int64_t kSamplesPerFrame = 1024;
    constexpr media::AudioFrames kOrigin =
        std::chrono::duration_cast<media::AudioFrames>(kMediaTimeOrigin);
    static_assert(kOrigin == kMediaTimeOrigin, "tick zero lies on the frame grid");
    layout.header =
        media::fragment_header(fragment_sequence(segment.sequence),
                               (kOrigin.count() + first_frame) * kSamplesPerFrame, samples);
    return layout;
}

SegmentLayout iframe_segment(const media::TrackIndex& video, const playout::Segment& segment) {
    const Chunk& gop = video.chunks[segment.piece.first_gop];
    const auto samples = video.samples_of(gop);
    std::uint64_t offset = gop.offset;
    for (const Sample& before : samples.first(static_cast<std::size_t>(segment.piece.skipped))) {
        offset += before.size;
    }
    const Sample& picture = samples[static_cast<std::size_t>(segment.piece.skipped)];
    SegmentLayout layout;
    layout.data.push_back({offset, picture.size});
    const FragmentSample sample{
        picture.size, static_cast<std::uint32_t>(segment.duration().count()), delayed(0), true};
    layout.header = media::fragment_header(fragment_sequence(segment.sequence),
                                           decode_time(segment.start), {&sample, 1});
    return layout;
}

}  // namespace matinee::hls
