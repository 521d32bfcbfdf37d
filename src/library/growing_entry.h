// An entry that can be played while it is still being prepared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/result.h"
#include "library/prepared_entry.h"

namespace matinee::library {

// Follows the folder that a PreparedWriter writes. Each snapshot is a PreparedEntry of all that is
// promised and of the tracks as far as they are complete; snapshots share one index, which only
// ever grows behind what they see, so an advance costs what is new and no snapshot changes.
//
// Snapshots keep their files readable after the folder was renamed, or removed.
//
// Thread-bound; snapshots are thread-safe.
class GrowingEntry {
  public:
    // Opens `directory`, which has kGrowingFile. kInvalid when that promises no frame, or more than
    // kMostFrames.
    static Result<std::unique_ptr<GrowingEntry>> open(const std::filesystem::path& directory);
    ~GrowingEntry();
    GrowingEntry(const GrowingEntry&) = delete;
    GrowingEntry& operator=(const GrowingEntry&) = delete;

    // A day at the house format's highest rate: what an index in memory is made for.
    static constexpr std::int64_t kMostFrames = std::int64_t{24} * 3600 * 60;

    // Reads the tracks up to `groups` groups of pictures, which the writer has said are complete,
    // and returns the entry as it is now. kInvalid when they are not there: whoever said so was
    // wrong, or the files are not ours.
    Result<std::shared_ptr<const PreparedEntry>> advance(std::int64_t groups);

  private:
    class Track;
    GrowingEntry();

    std::filesystem::path directory_;
    Manifest manifest_;
    std::vector<std::unique_ptr<Track>> tracks_;  // as the manifest has them: sound last
};

}  // namespace matinee::library
