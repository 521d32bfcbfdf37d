#include "library/growing_entry.h"

#include "media/fragment.h"

namespace matinee::library {

namespace fs = std::filesystem;

// The index of one track. Its vectors never move: they are given room for all that is promised, and
// only the records that no snapshot sees yet are written.
class GrowingEntry::Track {
  public:
    Track(TrackInfo info, std::size_t most_samples)
        : info_(std::move(info)), most_samples_(most_samples) {
        // Chunks of one sample would be the most there can be.
        index_->samples.reserve(most_samples);
        index_->chunks.reserve(most_samples);
    }

    // Reads chunks until `enough` says so of the number of chunks and of samples.
    template <typename Enough>
    Result<void> read(const fs::path& directory, Enough enough) {
        if (enough(index_->chunks.size(), index_->samples.size())) return {};
        const auto file = TRY(MappedFile::open(directory / info_.file));
        if (offset_ == 0) {
            const auto config = media::read_init_section(file->bytes());
            if (!config) return fail(Error(config.error()), "{}", info_.file);
            offset_ = media::init_section(*config).size();
        }
        while (!enough(index_->chunks.size(), index_->samples.size())) {
            auto fragment = media::read_fragment(file->bytes(), offset_);
            if (!fragment) return fail(std::move(fragment).error(), "{}", info_.file);
            TRY(add(*fragment));
        }
        return {};
    }

    [[nodiscard]] const TrackInfo& info() const { return info_; }
    [[nodiscard]] media::TrackIndex view() const { return index_->view(); }
    [[nodiscard]] std::shared_ptr<const media::TrackIndexData> index() const { return index_; }

  private:
    Result<void> add(const media::Fragment& fragment) {
        if (fragment.samples.empty() ||
            index_->samples.size() + fragment.samples.size() > most_samples_) {
            return fail(ErrorCode::kInvalid, "{}: has other samples than {} promises", info_.file,
                        kGrowingFile);
        }
        media::Chunk chunk;
        chunk.offset = fragment.samples.front().range.offset;
        chunk.decode_time = fragment.samples.front().decode_time;
        chunk.first_sample = static_cast<std::uint32_t>(index_->samples.size());
        chunk.sample_count = static_cast<std::uint32_t>(fragment.samples.size());
        for (const media::SampleRef& sample : fragment.samples) {
            const auto size = static_cast<std::uint32_t>(sample.range.size);
            index_->samples.push_back({size, sample.duration, sample.composition_offset});
            chunk.size += size;
        }
        index_->chunks.push_back(chunk);
        offset_ = fragment.end;
        return {};
    }

    const TrackInfo info_;
    const std::size_t most_samples_;
    std::shared_ptr<media::TrackIndexData> index_ = std::make_shared<media::TrackIndexData>();
    std::uint64_t offset_ = 0;  // of the next fragment; 0 before the first
};

GrowingEntry::GrowingEntry() = default;
GrowingEntry::~GrowingEntry() = default;

Result<std::unique_ptr<GrowingEntry>> GrowingEntry::open(const fs::path& directory) {
    const auto file = TRY(MappedFile::open(directory / kGrowingFile));
    auto manifest = manifest_from_json(std::string(base::as_text(file->bytes())));
    if (!manifest) return fail(std::move(manifest).error(), "{}", directory.string());
    const auto& tracks = manifest->tracks;
    if (manifest->frame_count < 1 || manifest->frame_count > kMostFrames || tracks.size() < 2 ||
        tracks.back().is_video()) {
        return fail(ErrorCode::kInvalid, "{}: {} promises {} frames in {} tracks",
                    directory.string(), kGrowingFile, manifest->frame_count, tracks.size());
    }
    std::unique_ptr<GrowingEntry> entry(new GrowingEntry());
    entry->directory_ = directory;
    for (const TrackInfo& info : tracks) {
        // The sound may last a few frames longer than the picture.
        constexpr std::int64_t kSpare = 1024;
        const std::int64_t frames =
            info.is_video()
                ? manifest->frame_count
                : std::chrono::ceil<media::AudioFrames>(manifest->duration).count() + kSpare;
        entry->tracks_.push_back(std::make_unique<Track>(info, static_cast<std::size_t>(frames)));
    }
    entry->manifest_ = std::move(*manifest);
    return entry;
}

Result<std::shared_ptr<const PreparedEntry>> GrowingEntry::advance(std::int64_t groups) {
    const media::FrameRate rate = manifest_.frame_rate;
    const std::int64_t frames =
        std::min(groups * rate.frames_in(manifest_.house.gop_seconds), manifest_.frame_count);
    // The grid of a channel may round up, hence one frame more.
    const auto sound = static_cast<std::size_t>(
        std::chrono::ceil<media::AudioFrames>(rate.start_of(frames)).count() + 1);

    std::shared_ptr<PreparedEntry> entry(new PreparedEntry());
    entry->directory_ = directory_;
    entry->manifest_ = manifest_;
    entry->growing_groups_ = groups;
    auto indices = std::make_shared<std::vector<std::shared_ptr<const media::TrackIndexData>>>();
    for (const auto& track : tracks_) {
        const bool is_video = track->info().is_video();
        TRY(track->read(directory_, [&](std::size_t chunks, std::size_t samples) {
            return is_video ? chunks >= static_cast<std::size_t>(groups) : samples >= sound;
        }));
        entry->tracks_.push_back(
            TRY(PreparedEntry::open_track(directory_, track->info(), track->view())));
        indices->push_back(track->index());
    }
    entry->index_ = std::move(indices);
    return std::shared_ptr<const PreparedEntry>(std::move(entry));
}

}  // namespace matinee::library
