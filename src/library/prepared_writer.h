// The last step of preparing: from raw encoded tracks to a prepared entry's folder.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/manifest.h"

namespace matinee::library {

// What the pipelines left behind.
struct RawEntry {
    // Fragmented MP4 files with one track each: one a rung of manifest.house.rungs, in that
    // order, and the sound.
    std::vector<std::filesystem::path> videos;
    std::filesystem::path audio;

    std::filesystem::path poster;      // JPEG; empty without one
    std::filesystem::path thumbnails;  // JPEG; empty without one, layout in the manifest
    // Source, house format, frame rate, loudness, notes and thumbnail layout are to be filled
    // in; the rest follows from the tracks.
    Manifest manifest;
};

// Writes tracks, index, pictures and manifest into `directory`, which must exist and be empty,
// and reads them back. On success everything is on the disk (synced), ready to be renamed into
// the library; on error the caller deletes the folder.
//
// Takes parameter sets out of the samples, puts every frame on the exact grid, drops the AAC
// encoder's priming frame. Fails with kInvalid, naming rung and sample, unless all rungs have
// the same frames and keyframes, keyframes stand every house.gop_seconds, and the sound lasts
// at least one frame longer than the picture.
//
// `progress` is called with 0..1 as tracks are written; it returns false to cancel.
Result<Manifest> write_prepared(const RawEntry& raw, const std::filesystem::path& directory,
                                const std::function<bool(double)>& progress);

}  // namespace matinee::library
