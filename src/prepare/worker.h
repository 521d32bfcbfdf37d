// Preparing one film, from the file to the folder: what `matinee prepare` does.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.h"
#include "library/house_format.h"
#include "library/manifest.h"
#include "library/variant.h"
#include "prepare/progress.h"
#include "prepare/stop.h"

namespace matinee::prepare {

enum class SourceKind : std::uint8_t {
    kFilm,
    kCard,  // prepare::Card as JSON
};

struct WorkerOptions {
    std::filesystem::path source;
    SourceKind kind = SourceKind::kFilm;
    // In what the result is to differ from the plain preparation, and the subtitle set (a folder)
    // that subtitles to be drawn are in.
    library::Variant variant;
    std::filesystem::path subtitles;
    // The plain preparation (a folder), if there is one: an ending takes what it shares with it.
    std::filesystem::path plain;
    // Must not exist, or be an empty folder. It appears complete or not at all: the work is done in
    // ".NAME.preparing-PID" beside it, which is renamed at the very end and removed on failure.
    std::filesystem::path output;
    library::HouseFormat house;
    std::string title;  // for the slate of a film without picture; the file's name if empty
    ProgressStyle progress = ProgressStyle::kQuiet;
    // Nothing moving for so long is a failure.
    std::chrono::milliseconds stall_timeout{30'000};
    // Called now and then with the folder of an entry that takes a while, and how many groups of
    // pictures of it can be played already (library/growing_entry.h). May be empty.
    std::function<void(const std::filesystem::path& directory, std::int64_t groups)> on_available;
};

// Prepares. Errors name the source and are for its producer: kInvalid, kUnsupported, kNotFound,
// kDenied; kConflict when the output is there already; kExhausted for a stall or a full disk;
// kCancelled when `stop` was requested. Thread-bound; one at a time in a process is what it is
// made for, several work.
Result<library::Manifest> prepare(const WorkerOptions& options, const StopFlag& stop,
                                  ProgressReporter& reporter);

// prepare() with SIGTERM and SIGINT as cancellation, telling progress, what is available and the
// outcome in the style asked for. Returns the exit status: 0 done, 1 failed, 2 the file cannot be
// prepared (kInvalid or kUnsupported: trying again will not help), 130 cancelled.
int run_worker(const WorkerOptions& options);

}  // namespace matinee::prepare
