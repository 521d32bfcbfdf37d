// Everything of a matinee in one file, and back again.
//
// A backup is a tar file (POSIX pax) of the data folder's layout:
//
//     matinee.db           a copy of the database as it was at one instant
//     matinee.toml         the configuration
//     *.key, as-run/, tls/    keys and certificate
//     library/subtitles/   the subtitles that viewers get
//     cards/               cards and slates, as they were filled in
//     films/               what was uploaded beside films; with media: the films that were uploaded
//     library/media/       with media: what has been prepared
//     sources/             what producers have put beside their films elsewhere, by its path:
//                          subtitles, descriptions
//     manifest.json        last: every file's size and SHA-256, and which folder was saved
//
// What is not there is left out. A tar file without a manifest was not written to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace matinee::store {
class Store;
}

namespace matinee::app {

struct BackupDone {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;  // of their content
    // Entries whose films were uploaded, and are not in the backup: maybe nobody else has them.
    std::vector<std::string> films_left_out = {};
};

enum class BackupMedia : std::uint8_t { kLeaveOut, kInclude };

// Called with the bytes done and all there are.
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// Writes a backup of `folder`, whose store is `store`, to `file`, readable by its owner only (it
// holds keys). The server may run. Whole or not at all: until it is complete and on the disk, the
// file has another name. kConflict when `file` is there.
Result<BackupDone> write_backup(store::Store& store, const std::filesystem::path& folder,
                                const std::filesystem::path& file, BackupMedia media,
                                const BackupProgress& progress = {});

// Unpacks a backup as the data folder `folder`, which must be missing or empty (kConflict). Every
// file is compared with its checksum first: what is damaged, or was not written to its end
// (kInvalid), leaves no folder behind. What the database knows by its path in the folder that was
// saved is looked for in the new one from then on.
Result<BackupDone> restore_backup(const std::filesystem::path& file,
                                  const std::filesystem::path& folder,
                                  const BackupProgress& progress = {});

}  // namespace matinee::app
