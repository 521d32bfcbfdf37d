#include "library/prepared_writer.h"

#include <algorithm>
#include <array>

#include "library/mapped_file.h"
#include "library/output_file.h"
#include "library/prepared_entry.h"
#include "media/conform.h"
#include "media/nal_unit.h"

namespace matinee::library {

namespace {

namespace fs = std::filesystem;

using media::Chunk;
using media::FragmentSample;
using media::Sample;

// AAC access units in a chunk of the audio track: about two seconds, like the video's.
constexpr std::size_t kAudioChunkFrames = 94;

// Half of the frames are kept in step with what is written: progress and cancellation.
class Progress {
  public:
    Progress(const std::function<bool(double)>& callback, std::uint64_t total)
        : callback_(callback), total_(total) {}

    Result<void> advance(std::uint64_t bytes) {
        done_ += bytes;
        const double fraction =
            total_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(total_);
        if (callback_ && !callback_(std::min(fraction, 1.0))) {
            return fail(ErrorCode::kCancelled, "preparing was cancelled");
        }
        return {};
    }

  private:
    const std::function<bool(double)>& callback_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
};

// Writes one track file chunk by chunk and its index along with it.
class TrackFileWriter {
  public:
    static Result<TrackFileWriter> create(const fs::path& path, const media::TrackConfig& config) {
        OutputFile file = TRY(OutputFile::create(path));
        TRY(file.write(media::init_section(config)));
        return TrackFileWriter(std::move(file));
    }

    // `data` is what the samples' bytes are made of, in order.
    Result<void> write_chunk(std::span<const FragmentSample> samples,
                             std::span<const ByteSpan> data) {
        const Bytes header = media::fragment_header(++sequence_, decode_time_, samples);
        TRY(file_.write(header));
        Chunk chunk;
        chunk.offset = file_.size();
        chunk.decode_time = decode_time_;
        chunk.first_sample = static_cast<std::uint32_t>(index_.samples.size());
        chunk.sample_count = static_cast<std::uint32_t>(samples.size());
        for (const FragmentSample& sample : samples) {
            index_.samples.push_back({sample.size, sample.duration, sample.composition_offset});
            chunk.size += sample.size;
            decode_time_ += sample.duration;
        }
        for (const ByteSpan bytes : data) {
            TRY(file_.write(bytes));
        }
        index_.chunks.push_back(chunk);
        return {};
    }

    Result<media::TrackIndexData> finish() && {
        TRY(file_.finish());
        return std::move(index_);
    }

  private:
    explicit TrackFileWriter(OutputFile file) : file_(std::move(file)) {}

    OutputFile file_;
    media::TrackIndexData index_;
    std::uint32_t sequence_ = 0;
    std::int64_t decode_time_ = 0;
};

// What a segment of these samples weighs: their bytes and a fragment header as we write it.
std::uint64_t segment_size(std::uint64_t data, std::uint64_t samples) {
    constexpr std::uint64_t kFixed = 128;
    constexpr std::uint64_t kPerSample = 16;
    return data + kFixed + samples * kPerSample;
}

std::uint64_t bits_per_second(std::uint64_t bytes, std::int64_t duration, std::uint32_t timescale) {
    if (duration <= 0) return 0;
    const auto time = static_cast<std::uint64_t>(duration);
    return (bytes * 8 * timescale + time - 1) / time;
}

std::uint64_t average_bit_rate(const media::TrackIndex& index, std::uint32_t timescale) {
    std::uint64_t bytes = 0;
    for (const Chunk& chunk : index.chunks) {
        bytes += segment_size(chunk.size, chunk.sample_count);
    }
    return bits_per_second(bytes, index.duration(), timescale);
}

// Segments are whole groups of pictures, and a short last one joins its neighbour, so no segment
// exceeds the largest rate of one group.
std::uint64_t video_peak_bit_rate(const media::TrackIndex& index) {
    std::uint64_t peak = 0;
    const auto& chunks = index.chunks;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const bool has_next = i + 1 < chunks.size();
        std::uint64_t bytes = segment_size(chunks[i].size, chunks[i].sample_count);
        std::int64_t end = has_next ? chunks[i + 1].decode_time : index.duration();
        // The last group may be short: it counts together with the one before it.
        if (i + 2 == chunks.size()) {
            bytes += segment_size(chunks[i + 1].size, chunks[i + 1].sample_count);
            end = index.duration();
        } else if (!has_next && i > 0) {
            break;
        }
        peak = std::max(
            peak, bits_per_second(bytes, end - chunks[i].decode_time, media::kVideoTimescale));
    }
    return peak;
}

// Segments take any run of audio frames: the largest rate of any two seconds bounds them.
std::uint64_t audio_peak_bit_rate(const media::TrackIndex& index) {
    const auto& samples = index.samples;
    const std::size_t window = std::min(kAudioChunkFrames, samples.size());
    std::uint64_t bytes = 0;
    std::uint64_t peak = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        bytes += samples[i].size;
        if (i >= window) bytes -= samples[i - window].size;
        if (i + 1 >= window) peak = std::max(peak, bytes);
    }
    return bits_per_second(segment_size(peak, window), static_cast<std::int64_t>(window) * 1024,
                           media::kAudioTimescale);
}

struct WrittenTrack {
    TrackInfo info;
    media::TrackIndexData index;
};

// The GOPs of the first rung, which the others must repeat.
struct GopShape {
    std::vector<std::size_t> starts;
    std::size_t frames = 0;
    bool operator==(const GopShape&) const = default;
};

Result<void> check_shape(const GopShape& shape, const Manifest& manifest) {
    const auto expected =
        static_cast<std::size_t>(manifest.frame_rate.frames_in(manifest.house.gop_seconds));
    for (std::size_t i = 0; i < shape.starts.size(); ++i) {
        const bool last = i + 1 == shape.starts.size();
        const std::size_t end = last ? shape.frames : shape.starts[i + 1];
        const std::size_t length = end - shape.starts[i];
        if (last ? length > expected : length != expected) {
            return fail(ErrorCode::kInvalid, "group of pictures {} has {} frames instead of {}", i,
                        length, expected);
        }
    }
    return {};
}

// The groups of pictures of a track whose keyframes stand at `keyframes`. Where all pictures are
// keyframes, the groups are cut as everywhere else.
Result<GopShape> shape_of(const std::vector<std::size_t>& keyframes, std::size_t frames,
                          const Manifest& manifest) {
    if (!manifest.all_intra) return GopShape{keyframes, frames};
    if (keyframes.size() != frames) {
        return fail(ErrorCode::kInvalid, "only {} of {} pictures are keyframes; all should be",
                    keyframes.size(), frames);
    }
    const auto length =
        static_cast<std::size_t>(manifest.frame_rate.frames_in(manifest.house.gop_seconds));
    GopShape shape{{}, frames};
    for (std::size_t start = 0; start < frames; start += length) {
        shape.starts.push_back(start);
    }
    return shape;
}

Result<WrittenTrack> write_video(const fs::path& raw_path, const Rung& rung,
                                 const Manifest& manifest, const fs::path& directory,
                                 std::optional<GopShape>& shape, Progress& progress) {
    const auto raw = TRY(MappedFile::open(raw_path));
    const media::FragmentedTrack track = TRY(media::read_fragmented(raw->bytes()));
    const media::VideoConfig* config = track.config.video();
    if (config == nullptr || config->width != rung.width || config->height != rung.height) {
        return fail(ErrorCode::kInvalid, "the encoded track is not video of {}x{}", rung.width,
                    rung.height);
    }
    if (TRY(media::nal_length_size(config->avcc)) != 4) {
        return fail(ErrorCode::kUnsupported, "the encoder's NAL unit lengths are not four bytes");
    }
    const media::ConformedVideo conformed = TRY(media::conform_video(track, manifest.frame_rate));
    const GopShape own = TRY(shape_of(conformed.gop_starts, track.samples.size(), manifest));
    TRY(check_shape(own, manifest));
    if (!shape) shape = own;
    if (own != *shape) {
        return fail(ErrorCode::kInvalid,
                    "{} frames in {} groups of pictures; the largest rung has {} in {}, or "
                    "keyframes elsewhere",
                    own.frames, own.starts.size(), shape->frames, shape->starts.size());
    }

    WrittenTrack written;
    written.info.name = rung.name;
    written.info.file = fmt::format("video-{}.mp4", rung.name);
    written.info.width = rung.width;
    written.info.height = rung.height;
    media::TrackConfig out = track.config;
    out.timescale = media::kVideoTimescale;
    written.info.codec = TRY(media::codec_string(out));
    TrackFileWriter file = TRY(TrackFileWriter::create(directory / written.info.file, out));
    std::vector<FragmentSample> samples;
    std::vector<ByteSpan> data;
    for (std::size_t gop = 0; gop < own.starts.size(); ++gop) {
        const std::size_t end = gop + 1 < own.starts.size() ? own.starts[gop + 1] : own.frames;
        samples.clear();
        data.clear();
        std::uint64_t raw_size = 0;
        for (std::size_t i = own.starts[gop]; i < end; ++i) {
            const ByteRange range = track.samples[i].range;
            const ByteSpan bytes = raw->bytes().subspan(range.offset, range.size);
            FragmentSample sample;
            for (const ByteRange kept : TRY(media::without_parameter_sets(bytes))) {
                data.push_back(bytes.subspan(kept.offset, kept.size));
                sample.size += static_cast<std::uint32_t>(kept.size);
            }
            sample.duration = conformed.timing[i].duration;
            sample.composition_offset = conformed.timing[i].composition_offset;
            sample.sync = manifest.all_intra || i == own.starts[gop];
            if (TRY(media::holds_idr(bytes)) != sample.sync) {
                return fail(ErrorCode::kInvalid, "sample {}: keyframe flag and picture type differ",
                            i);
            }
            samples.push_back(sample);
            raw_size += range.size;
        }
        TRY(file.write_chunk(samples, data));
        TRY(progress.advance(raw_size));
    }
    written.index = TRY(std::move(file).finish());
    written.info.peak_bit_rate = video_peak_bit_rate(written.index.view());
    written.info.average_bit_rate = average_bit_rate(written.index.view(), media::kVideoTimescale);
    return written;
}

Result<WrittenTrack> write_audio(const fs::path& raw_path, Ticks video_duration,
                                 const fs::path& directory, Progress& progress) {
    const auto raw = TRY(MappedFile::open(raw_path));
    const media::FragmentedTrack track = TRY(media::read_fragmented(raw->bytes()));
    const media::AudioConfig* config = track.config.audio();
    if (config == nullptr || config->sample_rate != media::kAudioTimescale ||
        config->channels != 2) {
        return fail(ErrorCode::kInvalid, "the encoded sound is not 48 kHz stereo AAC");
    }
    // The first access unit only primes the decoder's overlap; time zero is the second's start.
    const std::size_t first = 1;
    const media::AudioFrames needed =
        std::chrono::ceil<media::AudioFrames>(video_duration) + media::AudioFrames(1);
    if (track.samples.size() < first + static_cast<std::size_t>(needed.count())) {
        return fail(ErrorCode::kInvalid, "the sound has {} frames, {} are needed for the picture",
                    track.samples.size() - std::min(first, track.samples.size()), needed.count());
    }

    WrittenTrack written;
    written.info.name = "audio";
    written.info.file = "audio.mp4";
    media::TrackConfig out = track.config;
    out.timescale = media::kAudioTimescale;
    written.info.codec = TRY(media::codec_string(out));
    TrackFileWriter file = TRY(TrackFileWriter::create(directory / written.info.file, out));
    std::vector<FragmentSample> samples;
    std::vector<ByteSpan> data;
    for (std::size_t start = first; start < track.samples.size(); start += kAudioChunkFrames) {
        const std::size_t end = std::min(start + kAudioChunkFrames, track.samples.size());
        samples.clear();
        data.clear();
        std::uint64_t size = 0;
        for (std::size_t i = start; i < end; ++i) {
            const ByteRange range = track.samples[i].range;
            data.push_back(raw->bytes().subspan(range.offset, range.size));
            samples.push_back({static_cast<std::uint32_t>(range.size), 1024, 0, true});
            size += range.size;
        }
        TRY(file.write_chunk(samples, data));
        TRY(progress.advance(size));
    }
    written.index = TRY(std::move(file).finish());
    written.info.peak_bit_rate = audio_peak_bit_rate(written.index.view());
    written.info.average_bit_rate = average_bit_rate(written.index.view(), media::kAudioTimescale);
    return written;
}

Result<void> copy_picture(const fs::path& from, const fs::path& to) {
    const auto picture = TRY(MappedFile::open(from));
    return write_file(to, picture->bytes());
}

Result<std::uint64_t> total_size(const RawEntry& raw) {
    std::uint64_t total = 0;
    for (const fs::path& path : raw.videos) {
        total += TRY(MappedFile::open(path))
        ->bytes().size();
    }
    total += TRY(MappedFile::open(raw.audio))
    ->bytes().size();
    return total;
}

}  // namespace

Result<Manifest> write_prepared(const RawEntry& raw, const fs::path& directory,
                                const std::function<bool(double)>& callback) {
    Manifest manifest = raw.manifest;
    const auto& rungs = manifest.house.rungs;
    if (raw.videos.size() != rungs.size()) {
        return fail(ErrorCode::kInternal, "{} encoded tracks for {} rungs", raw.videos.size(),
                    rungs.size());
    }
    Progress progress(callback, TRY(total_size(raw)));
    std::vector<media::TrackIndexData> indices;
    std::optional<GopShape> shape;
    manifest.tracks.clear();
    for (std::size_t i = 0; i < rungs.size(); ++i) {
        auto written = write_video(raw.videos[i], rungs[i], manifest, directory, shape, progress);
        if (!written) return fail(std::move(written).error(), "rung {}", rungs[i].name);
        manifest.tracks.push_back(std::move(written->info));
        indices.push_back(std::move(written->index));
    }
    manifest.frame_count = static_cast<std::int64_t>(shape ? shape->frames : 0);
    manifest.duration = manifest.frame_rate.start_of(manifest.frame_count);
    {
        auto written = write_audio(raw.audio, manifest.duration, directory, progress);
        if (!written) return fail(std::move(written).error(), "sound");
        manifest.tracks.push_back(std::move(written->info));
        indices.push_back(std::move(written->index));
    }
    TRY(write_file(directory / kIndexFile, media::write_sample_index(indices)));
    if (!raw.poster.empty()) {
        manifest.poster = "poster.jpg";
        TRY(copy_picture(raw.poster, directory / manifest.poster));
    }
    if (!raw.thumbnails.empty() && manifest.thumbnails) {
        manifest.thumbnails->file = "thumbnails.jpg";
        TRY(copy_picture(raw.thumbnails, directory / manifest.thumbnails->file));
    }
    manifest.preparer = kPreparerVersion;
    manifest.media_id = media_id(manifest.source_sha256, manifest.house, manifest.variant);
    TRY(write_file(directory / kManifestFile, base::as_byte_span(to_json(manifest))));
    TRY(sync_directory(directory));

    const auto entry = TRY(PreparedEntry::open(directory));
    TRY(entry->verify());
    return manifest;
}

}  // namespace matinee::library
