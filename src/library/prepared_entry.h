// A prepared entry, opened: tracks on disk, and where their samples are.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "library/manifest.h"
#include "library/mapped_file.h"
#include "media/sample_index.h"
#include "media/track.h"

namespace matinee::library {

inline constexpr std::string_view kManifestFile = "entry.json";
inline constexpr std::string_view kIndexFile = "index.bin";
// The manifest of an entry that is still being written; gone when kManifestFile is there.
inline constexpr std::string_view kGrowingFile = "growing.json";

// The name of an init section: 16 hexadecimal digits, a hash of its bytes.
std::string init_id_of(ByteSpan init);

// Which of an entry's videos a channel's rung is shown from: the one of that name, or else the
// one nearest in height, since a channel's ladder can have rungs that an older preparation lacks.
// `videos` has at least one; `name_of` and `height_of` are projections.
template <typename Videos, typename NameOf, typename HeightOf>
std::size_t index_for(const Rung& rung, const Videos& videos, NameOf name_of, HeightOf height_of) {
    std::size_t nearest = 0;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < videos.size(); ++i) {
        if (std::invoke(name_of, videos[i]) == rung.name) return i;
        const std::int64_t distance =
            std::abs(std::int64_t{std::invoke(height_of, videos[i])} - std::int64_t{rung.height});
        if (distance < least) nearest = i;
        least = std::min(least, distance);
    }
    return nearest;
}

// Immutable after open, so thread-safe. Holding it keeps its files readable even after the
// library forgot them.
class PreparedEntry {
  public:
    struct Track {
        TrackInfo info;
        media::TrackIndex index;
        media::TrackConfig config;
        std::shared_ptr<const MappedFile> file;
        std::shared_ptr<const Bytes> init;  // its init section
        std::string init_id;                // init_id_of(*init)
    };

    // Opens `directory`; kNotFound without it, kInvalid naming the file that does not fit.
    static Result<std::shared_ptr<const PreparedEntry>> open(
        const std::filesystem::path& directory);

    [[nodiscard]] const Manifest& manifest() const { return manifest_; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    // Largest first.
    [[nodiscard]] std::span<const Track> videos() const {
        return std::span(tracks_).first(tracks_.size() - 1);
    }
    [[nodiscard]] const Track& audio() const { return tracks_.back(); }

    // See index_for().
    [[nodiscard]] const Track& video_for(const Rung& rung) const;

    // Whether it is still being prepared: the manifest says what is promised, the tracks reach as
    // far as complete_groups().
    [[nodiscard]] bool growing() const { return growing_groups_.has_value(); }

    // Groups of pictures that all rungs have, with their sound. The manifest's frames in groups,
    // unless it is growing.
    [[nodiscard]] std::int64_t complete_groups() const;

    // Whether the files are on the disk as they were opened; false when they have been replaced by
    // others, which are to be opened anew. An error names the one that is gone, damaged or too
    // short. Looks at names and sizes only, so it is cheap enough to be asked every second. What is
    // growing moves when it is done, and is always as it was.
    [[nodiscard]] Result<bool> inspect() const;

    // Whether every chunk of the index lies where the track files have one. Touches a page a chunk.
    [[nodiscard]] Result<void> verify_chunks() const;

    // Reads everything the index promises: equal frames in all rungs, nothing out of bounds.
    [[nodiscard]] Result<void> verify() const;

  private:
    friend class GrowingEntry;
    PreparedEntry() = default;

    // The track file of `info` in `directory`, with `index` checked against its size.
    static Result<Track> open_track(const std::filesystem::path& directory, const TrackInfo& info,
                                    const media::TrackIndex& index);

    std::filesystem::path directory_;
    Manifest manifest_;
    std::shared_ptr<const void> index_;  // what the tracks' indices are views of
    std::optional<std::int64_t> growing_groups_;
    std::vector<Track> tracks_;  // as the manifest has them: sound last
};

}  // namespace matinee::library
