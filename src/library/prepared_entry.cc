#include "library/prepared_entry.h"

#include <algorithm>

#include "library/sha256.h"

namespace matinee::library {

std::string init_id_of(ByteSpan init) {
    return sha256_hex(init).substr(0, 16);
}

Result<PreparedEntry::Track> PreparedEntry::open_track(const std::filesystem::path& directory,
                                                       const TrackInfo& info,
                                                       const media::TrackIndex& index) {
    PreparedEntry::Track track;
    track.info = info;
    track.index = index;
    track.file = TRY(MappedFile::open(directory / info.file));
    const ByteSpan bytes = track.file->bytes();
    if (bytes.empty()) {
        return fail(ErrorCode::kInvalid,
                    "{}: is empty; remove the folder and prepare the entry again",
                    (directory / info.file).string());
    }
    // The init section is all that stands before the first fragment.
    constexpr std::size_t kMostInit = 65536;
    auto config = media::read_init_section(bytes.first(std::min(bytes.size(), kMostInit)));
    if (!config) config = media::read_init_section(bytes);
    if (!config) return fail(std::move(config).error(), "{}", (directory / info.file).string());
    track.config = std::move(*config);
    if ((track.config.video() != nullptr) != info.is_video()) {
        return fail(ErrorCode::kInvalid, "{}: not the kind of track that {} says",
                    (directory / info.file).string(), kManifestFile);
    }
    if (!index.chunks.empty()) {
        const media::Chunk& last = index.chunks.back();
        if (last.offset > bytes.size() || last.size > bytes.size() - last.offset) {
            return fail(ErrorCode::kInvalid,
                        "{}: is cut short; remove the folder and prepare the entry again",
                        (directory / info.file).string());
        }
    }
    track.init = std::make_shared<const Bytes>(media::init_section(track.config));
    track.init_id = init_id_of(*track.init);
    return track;
}

Result<std::shared_ptr<const PreparedEntry>> PreparedEntry::open(
    const std::filesystem::path& directory) {
    const auto manifest_file = TRY(MappedFile::open(directory / kManifestFile));
    std::shared_ptr<PreparedEntry> entry(new PreparedEntry());
    entry->directory_ = directory;
    auto manifest = manifest_from_json(std::string(base::as_text(manifest_file->bytes())));
    if (!manifest) return fail(std::move(manifest).error(), "{}", directory.string());
    entry->manifest_ = std::move(*manifest);
    const auto index_file = TRY(MappedFile::open(directory / kIndexFile));
    entry->index_ = index_file;
    auto indices = media::read_sample_index(index_file->bytes());
    if (!indices) return fail(std::move(indices).error(), "{}", directory.string());
    const auto& infos = entry->manifest_.tracks;
    if (infos.size() != indices->size() || infos.size() < 2 || infos.back().is_video() ||
        !std::ranges::all_of(infos.begin(), infos.end() - 1, &TrackInfo::is_video)) {
        return fail(ErrorCode::kInvalid, "{}: {} and {} do not have the same tracks",
                    directory.string(), kManifestFile, kIndexFile);
    }
    for (std::size_t i = 0; i < infos.size(); ++i) {
        entry->tracks_.push_back(TRY(open_track(directory, infos[i], (*indices)[i])));
    }
    return std::shared_ptr<const PreparedEntry>(std::move(entry));
}

const PreparedEntry::Track& PreparedEntry::video_for(const Rung& rung) const {
    return videos()[index_for(
        rung, videos(), [](const Track& track) -> const std::string& { return track.info.name; },
        [](const Track& track) { return track.info.height; })];
}

std::int64_t PreparedEntry::complete_groups() const {
    if (growing_groups_) return *growing_groups_;
    const std::int64_t per_group = manifest_.frame_rate.frames_in(manifest_.house.gop_seconds);
    return (manifest_.frame_count + per_group - 1) / per_group;
}

Result<bool> PreparedEntry::inspect() const {
    if (growing()) return true;
    bool as_opened = true;
    for (const Track& track : tracks_) {
        const auto path = directory_ / track.info.file;
        const FileIdentity now = TRY(identity_of(path));
        if (now == track.file->identity()) {
            if (!track.index.chunks.empty() &&
                !track.file->readable({0, track.file->bytes().size()})) {
                return fail(ErrorCode::kInvalid, "{}: cannot be read any more", path.string());
            }
            continue;
        }
        as_opened = false;
        const bool same_file = now.device == track.file->identity().device &&
                               now.number == track.file->identity().number;
        if (same_file && now.size < track.file->identity().size) {
            return fail(ErrorCode::kInvalid, "{}: has been cut short, from {} bytes to {}",
                        path.string(), track.file->identity().size, now.size);
        }
    }
    for (const std::string_view name : {kManifestFile, kIndexFile}) {
        TRY(identity_of(directory_ / name));
    }
    return as_opened;
}

Result<void> PreparedEntry::verify_chunks() const {
    for (const Track& track : tracks_) {
        const ByteSpan bytes = track.file->bytes();
        for (const media::Chunk& chunk : track.index.chunks) {
            // The name of the box stands before the samples; a box of 64 bits has its size between
            // (ISO/IEC 14496-12 section 4.2).
            const auto is_name = [&](std::uint64_t distance) {
                return chunk.offset >= distance &&
                       base::as_text(bytes.subspan(chunk.offset - distance, 4)) == "mdat";
            };
            if (chunk.offset > bytes.size() || chunk.size > bytes.size() - chunk.offset ||
                (!is_name(4) && !is_name(12)) ||
                !track.file->readable({chunk.offset, chunk.size})) {
                return fail(ErrorCode::kInvalid,
                            "{}: is damaged at byte {}; remove the folder and prepare the entry "
                            "again",
                            (directory_ / track.info.file).string(), chunk.offset);
            }
        }
    }
    return {};
}

Result<void> PreparedEntry::verify() const {
    const media::TrackIndex& first = tracks_.front().index;
    for (const Track& track : tracks_) {
        auto checked = media::verify(track.index, track.file->bytes().size());
        if (!checked) {
            return fail(std::move(checked).error(), "{}", (directory_ / track.info.file).string());
        }
    }
    if (first.duration() != manifest_.duration.count()) {
        return fail(ErrorCode::kInvalid, "{}: the picture lasts {} ticks, {} says {}",
                    directory_.string(), first.duration(), kManifestFile,
                    manifest_.duration.count());
    }
    for (const Track& track : videos()) {
        const bool same = std::ranges::equal(
            track.index.chunks, first.chunks, [](const media::Chunk& a, const media::Chunk& b) {
                return a.decode_time == b.decode_time && a.sample_count == b.sample_count;
            });
        if (!same || track.index.duration() != first.duration()) {
            return fail(ErrorCode::kInvalid, "{}: rung {} has other keyframes than rung {}",
                        directory_.string(), track.info.name, tracks_.front().info.name);
        }
    }
    const media::AudioFrames frames(static_cast<std::int64_t>(audio().index.samples.size()));
    if (frames < manifest_.duration + media::AudioFrames(1)) {
        return fail(ErrorCode::kInvalid, "{}: the sound is shorter than the picture",
                    directory_.string());
    }
    return {};
}

}  // namespace matinee::library
