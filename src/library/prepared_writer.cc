#include "library/prepared_writer.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>

#include "library/mapped_file.h"
#include "library/output_file.h"
#include "library/prepared_entry.h"
#include "media/conform.h"
#include "media/fragment.h"
#include "media/nal_unit.h"

namespace matinee::library {

namespace {

namespace fs = std::filesystem;

using media::Chunk;
using media::FragmentSample;

// AAC access units in a chunk of the audio track: about two seconds, like the video's.
constexpr std::size_t kAudioChunkFrames = 94;

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

// An airing may be cut at any picture: how many bits more than `peak` allows the beginning of a
// group can have.
std::uint64_t cut_excess_bits(const media::TrackIndex& index, std::uint64_t peak) {
    std::uint64_t excess = 0;
    for (const Chunk& chunk : index.chunks) {
        std::uint64_t bytes = 0;
        std::uint64_t pictures = 0;
        std::uint64_t time = 0;
        for (const media::Sample& sample : index.samples_of(chunk)) {
            bytes += sample.size;
            time += sample.duration;
            const std::uint64_t bits = segment_size(bytes, ++pictures) * 8;
            const std::uint64_t allowed = peak * time / media::kVideoTimescale;
            if (bits > allowed) excess = std::max(excess, bits - allowed);
        }
    }
    return excess;
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

// What a rung or the sound is made of while it is written.
struct FinishedTrack {
    TrackInfo info;
    media::TrackIndexData index;
};

}  // namespace

// Writes one track file chunk by chunk and its index along with it.
class PreparedWriter::TrackFileWriter {
  public:
    static Result<TrackFileWriter> create(const fs::path& path, const media::TrackConfig& config) {
        OutputFile file = TRY(OutputFile::create(path));
        TRY(file.write(media::init_section(config)));
        return TrackFileWriter(std::move(file));
    }

    // `data`: the samples' bytes, one after the other.
    Result<void> write_chunk(std::span<const FragmentSample> samples, ByteSpan data) {
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
        TRY(file_.write(data));
        index_.chunks.push_back(chunk);
        return file_.flush();
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

// -- A rung ---------------------------------------------------------------------------------------

class PreparedWriter::Video {
  public:
    Video(Rung rung, fs::path directory, media::FrameRate rate, std::uint32_t gop_seconds,
          Keyframes keyframes)
        : rung_(std::move(rung)),
          directory_(std::move(directory)),
          conformer_(rate),
          gop_frames_(static_cast<std::size_t>(rate.frames_in(gop_seconds))),
          keyframes_(keyframes) {}

    Result<void> add(ByteSpan avcc, const CodedPicture& picture) {
        if (!file_) TRY(open(avcc));
        if (!std::ranges::equal(avcc, config_.video()->avcc)) {
            return fail(ErrorCode::kInvalid, "the encoder changed its parameter sets at sample {}",
                        samples());
        }
        if (is_all_intra() ? sizes_.size() == gop_frames_ : picture.sync && !sizes_.empty()) {
            TRY(end_group(GroupEnd::kKeyframe));
        }
        if (!picture.sync && is_all_intra()) {
            return fail(ErrorCode::kInvalid, "sample {} is no keyframe; all should be", samples());
        }
        if (!picture.sync && sizes_.empty()) {
            return fail(ErrorCode::kInvalid, "sample {} is no keyframe and follows none",
                        samples());
        }
        if (TRY(media::holds_idr(picture.bytes)) != picture.sync) {
            return fail(ErrorCode::kInvalid, "sample {}: keyframe flag and picture type differ",
                        samples());
        }
        std::uint32_t size = 0;
        for (const ByteRange kept : TRY(media::without_parameter_sets(picture.bytes))) {
            const ByteSpan bytes = picture.bytes.subspan(kept.offset, kept.size);
            data_.insert(data_.end(), bytes.begin(), bytes.end());
            size += static_cast<std::uint32_t>(kept.size);
        }
        sizes_.push_back(size);
        presentation_.push_back(picture.presentation);
        return {};
    }

    // The end of the stream.
    Result<void> end() {
        if (sizes_.empty()) return {};
        return end_group(GroupEnd::kStream);
    }

    // Pictures that are in the file, in whole groups. Thread-safe.
    [[nodiscard]] std::int64_t frames() const { return frames_.load(std::memory_order_acquire); }
    [[nodiscard]] std::int64_t groups() const {
        const auto per_group = static_cast<std::int64_t>(gop_frames_);
        return (frames() + per_group - 1) / per_group;
    }

    Result<FinishedTrack> finish() {
        if (!file_) return fail(ErrorCode::kInvalid, "the encoded track has no samples");
        FinishedTrack track;
        track.info = info(TRY(media::codec_string(config_)));
        track.index = TRY(std::move(*file_).finish());
        track.info.peak_bit_rate = video_peak_bit_rate(track.index.view());
        track.info.average_bit_rate = average_bit_rate(track.index.view(), media::kVideoTimescale);
        track.info.cut_excess_bits =
            cut_excess_bits(track.index.view(), track.info.peak_bit_rate);
        return track;
    }

    [[nodiscard]] TrackInfo info(std::string codec) const {
        TrackInfo info;
        info.name = rung_.name;
        info.file = fmt::format("video-{}.mp4", rung_.name);
        info.codec = std::move(codec);
        info.width = rung_.width;
        info.height = rung_.height;
        return info;
    }

    // What can be said of it before it is finished: the rate control bounds its rates.
    [[nodiscard]] Result<TrackInfo> growing_info() const {
        TrackInfo track = info(TRY(media::codec_string(config_)));
        track.peak_bit_rate = std::uint64_t{rung_.max_kbps} * 1000 * 3 / 2;
        track.average_bit_rate = std::uint64_t{rung_.max_kbps} * 1000;
        return track;
    }

  private:
    enum class GroupEnd : std::uint8_t { kKeyframe, kStream };

    [[nodiscard]] bool is_all_intra() const { return keyframes_ == Keyframes::kEveryPicture; }
    [[nodiscard]] std::int64_t samples() const {
        return conformer_.frames() + static_cast<std::int64_t>(sizes_.size());
    }

    Result<void> open(ByteSpan avcc) {
        if (TRY(media::nal_length_size(avcc)) != 4) {
            return fail(ErrorCode::kUnsupported,
                        "the encoder's NAL unit lengths are not four bytes");
        }
        config_.timescale = media::kVideoTimescale;
        config_.codec = media::VideoConfig{static_cast<std::uint16_t>(rung_.width),
                                           static_cast<std::uint16_t>(rung_.height),
                                           Bytes(avcc.begin(), avcc.end())};
        file_.emplace(TRY(TrackFileWriter::create(directory_ / info({}).file, config_)));
        return {};
    }

    Result<void> end_group(GroupEnd why) {
        const std::size_t length = sizes_.size();
        if (why == GroupEnd::kKeyframe ? length != gop_frames_ : length > gop_frames_) {
            return fail(ErrorCode::kInvalid, "group of pictures {} has {} frames instead of {}",
                        groups(), length, gop_frames_);
        }
        const auto timing = TRY(conformer_.add_group(presentation_));
        std::vector<FragmentSample> samples;
        samples.reserve(length);
        for (std::size_t i = 0; i < length; ++i) {
            samples.push_back({sizes_[i], timing[i].duration, timing[i].composition_offset,
                               i == 0 || is_all_intra()});
        }
        TRY(file_->write_chunk(samples, data_));
        sizes_.clear();
        presentation_.clear();
        data_.clear();
        frames_.store(conformer_.frames(), std::memory_order_release);
        return {};
    }

    const Rung rung_;
    const fs::path directory_;
    media::TrackConfig config_;
    media::VideoConformer conformer_;
    const std::size_t gop_frames_;
    const Keyframes keyframes_;
    std::optional<TrackFileWriter> file_;
    // Of the group under way:
    std::vector<std::uint32_t> sizes_;
    std::vector<Ticks> presentation_;
    Bytes data_;
    std::atomic<std::int64_t> frames_ = 0;
};

// -- The sound --------------------------------------------------------------------------------

class PreparedWriter::Audio {
  public:
    Audio(fs::path directory, std::uint32_t kbps) : directory_(std::move(directory)), kbps_(kbps) {}

    Result<void> add(const media::AudioConfig& config, ByteSpan access_unit) {
        if (!file_) {
            if (config.sample_rate != media::kAudioTimescale || config.channels != 2) {
                return fail(ErrorCode::kInvalid, "the encoded sound is not 48 kHz stereo AAC");
            }
            config_.timescale = media::kAudioTimescale;
            config_.codec = config;
            file_.emplace(TRY(TrackFileWriter::create(directory_ / kFile, config_)));
            // It only primes the decoder's overlap; time zero is the second's start.
            return {};
        }
        samples_.push_back({static_cast<std::uint32_t>(access_unit.size()), 1024, 0, true});
        data_.insert(data_.end(), access_unit.begin(), access_unit.end());
        if (samples_.size() == kAudioChunkFrames) TRY(end_chunk());
        return {};
    }

    Result<void> end() { return samples_.empty() ? Result<void>{} : end_chunk(); }

    // AAC frames that are in the file. Thread-safe.
    [[nodiscard]] std::int64_t frames() const { return frames_.load(std::memory_order_acquire); }

    Result<FinishedTrack> finish(Ticks video_duration) {
        const media::AudioFrames needed =
            std::chrono::ceil<media::AudioFrames>(video_duration) + media::AudioFrames(1);
        if (frames() < needed.count()) {
            return fail(ErrorCode::kInvalid,
                        "the sound has {} frames, {} are needed for the picture", frames(),
                        needed.count());
        }
        FinishedTrack track;
        track.info = TRY(growing_info());
        track.index = TRY(std::move(*file_).finish());
        track.info.peak_bit_rate = audio_peak_bit_rate(track.index.view());
        track.info.average_bit_rate = average_bit_rate(track.index.view(), media::kAudioTimescale);
        return track;
    }

    [[nodiscard]] Result<TrackInfo> growing_info() const {
        TrackInfo info;
        info.name = "audio";
        info.file = kFile;
        info.codec = TRY(media::codec_string(config_));
        info.peak_bit_rate = std::uint64_t{kbps_} * 1000 * 3 / 2;
        info.average_bit_rate = std::uint64_t{kbps_} * 1000;
        return info;
    }

  private:
    static constexpr const char* kFile = "audio.mp4";

    Result<void> end_chunk() {
        TRY(file_->write_chunk(samples_, data_));
        frames_.fetch_add(static_cast<std::int64_t>(samples_.size()), std::memory_order_release);
        samples_.clear();
        data_.clear();
        return {};
    }

    const fs::path directory_;
    const std::uint32_t kbps_;
    media::TrackConfig config_;
    std::optional<TrackFileWriter> file_;
    std::vector<FragmentSample> samples_;
    Bytes data_;
    std::atomic<std::int64_t> frames_ = 0;
};

namespace {

Result<void> copy_picture(const fs::path& from, const fs::path& to) {
    const auto picture = TRY(MappedFile::open(from));
    return write_file(to, picture->bytes());
}

}  // namespace

PreparedWriter::PreparedWriter(fs::path directory, HouseFormat house, media::FrameRate rate,
                               Keyframes keyframes)
    : directory_(std::move(directory)),
      house_(std::move(house)),
      rate_(rate),
      keyframes_(keyframes),
      audio_(std::make_unique<Audio>(directory_, house_.audio_kbps)) {
    for (const Rung& rung : house_.rungs) {
        videos_.push_back(
            std::make_unique<Video>(rung, directory_, rate, house_.gop_seconds, keyframes));
    }
}

PreparedWriter::~PreparedWriter() = default;

Result<void> PreparedWriter::add_picture(std::size_t rung, ByteSpan avcc,
                                         const CodedPicture& picture) {
    auto added = videos_[rung]->add(avcc, picture);
    if (!added) return fail(std::move(added).error(), "rung {}", house_.rungs[rung].name);
    return {};
}

Result<void> PreparedWriter::end_pictures(std::size_t rung) {
    auto ended = videos_[rung]->end();
    if (!ended) return fail(std::move(ended).error(), "rung {}", house_.rungs[rung].name);
    return {};
}

Result<void> PreparedWriter::add_sound(const media::AudioConfig& config, ByteSpan access_unit) {
    auto added = audio_->add(config, access_unit);
    if (!added) return fail(std::move(added).error(), "sound");
    return {};
}

Result<void> PreparedWriter::end_sound() {
    auto ended = audio_->end();
    if (!ended) return fail(std::move(ended).error(), "sound");
    return {};
}

std::int64_t PreparedWriter::complete_groups() const {
    const std::int64_t gop_frames = rate_.frames_in(house_.gop_seconds);
    std::int64_t frames = std::numeric_limits<std::int64_t>::max();
    for (const auto& video : videos_) {
        frames = std::min(frames, video->frames());
    }
    // The grid of a channel may round up, hence one frame more.
    const Ticks heard = media::AudioFrames(audio_->frames() - 1);
    std::int64_t groups = (frames + gop_frames - 1) / gop_frames;
    while (groups > 0 && rate_.start_of(std::min(groups * gop_frames, frames)) > heard) {
        --groups;
    }
    return groups;
}

Result<void> PreparedWriter::write_growing(Manifest manifest, std::int64_t promised_frames) const {
    manifest.house = house_;
    manifest.frame_rate = rate_;
    manifest.all_intra = keyframes_ == Keyframes::kEveryPicture;
    manifest.frame_count = promised_frames;
    manifest.duration = rate_.start_of(promised_frames);
    manifest.preparer = kPreparerVersion;
    manifest.tracks.clear();
    for (const auto& video : videos_) {
        manifest.tracks.push_back(TRY(video->growing_info()));
    }
    manifest.tracks.push_back(TRY(audio_->growing_info()));
    return write_file(directory_ / kGrowingFile, base::as_byte_span(to_json(manifest)));
}

Result<Manifest> PreparedWriter::finish(Manifest manifest, const Pictures& pictures) {
    manifest.house = house_;
    manifest.frame_rate = rate_;
    manifest.all_intra = keyframes_ == Keyframes::kEveryPicture;
    manifest.tracks.clear();
    std::vector<media::TrackIndexData> indices;
    const std::int64_t frames = videos_.front()->frames();
    for (std::size_t i = 0; i < videos_.size(); ++i) {
        // All groups but the last are as long as the house format says, so equal numbers of frames
        // make equal groups.
        if (videos_[i]->frames() != frames) {
            return fail(ErrorCode::kInvalid, "rung {}: has {} frames, the largest rung {}",
                        house_.rungs[i].name, videos_[i]->frames(), frames);
        }
        auto track = videos_[i]->finish();
        if (!track) return fail(std::move(track).error(), "rung {}", house_.rungs[i].name);
        manifest.tracks.push_back(std::move(track->info));
        indices.push_back(std::move(track->index));
    }
    manifest.frame_count = frames;
    manifest.duration = rate_.start_of(manifest.frame_count);
    {
        auto track = audio_->finish(manifest.duration);
        if (!track) return fail(std::move(track).error(), "sound");
        manifest.tracks.push_back(std::move(track->info));
        indices.push_back(std::move(track->index));
    }
    TRY(write_file(directory_ / kIndexFile, media::write_sample_index(indices)));
    if (!pictures.poster.empty()) {
        manifest.poster = "poster.jpg";
        TRY(copy_picture(pictures.poster, directory_ / manifest.poster));
    }
    if (!pictures.thumbnails.empty() && manifest.thumbnails) {
        manifest.thumbnails->file = "thumbnails.jpg";
        TRY(copy_picture(pictures.thumbnails, directory_ / manifest.thumbnails->file));
    }
    manifest.preparer = kPreparerVersion;
    manifest.media_id = media_id(manifest.source_sha256, manifest.house, manifest.variant);
    TRY(write_file(directory_ / kManifestFile, base::as_byte_span(to_json(manifest))));
    std::error_code nothing_there;
    fs::remove(directory_ / kGrowingFile, nothing_there);
    TRY(sync_directory(directory_));

    const auto entry = TRY(PreparedEntry::open(directory_));
    TRY(entry->verify());
    return manifest;
}

}  // namespace matinee::library
