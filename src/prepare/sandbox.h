// Confining a process that is about to read a stranger's file, so that one which takes over a
// decoder has gained nothing: it sees the file, the libraries and its own folder, and can talk to
// nobody. Linux only: Landlock for files, seccomp for system calls, limits for the rest. No
// GStreamer here; the worker uses it on itself, the server only the names.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace matinee::prepare {

// How much confinement is asked for.
enum class SandboxMode : std::uint8_t {
    kOff,       // limits only
    kBest,      // what the kernel offers
    kRequired,  // all of it, or no work is done
};

std::string_view to_string(SandboxMode mode);
// "off", "best" or "required"; kInvalid for anything else.
Result<SandboxMode> sandbox_mode_from(std::string_view text);

// What is in force, from least to most.
enum class SandboxLevel : std::uint8_t {
    kLimits,       // memory, time, file sizes; no core dumps, no new privileges
    kSystemCalls,  // those, and seccomp: no network, no other programs, no other processes
    kFiles,        // limits and Landlock: no file but those that are needed
    kFull,         // all three
};

std::string_view to_string(SandboxLevel level);
// What to_string(SandboxLevel) wrote; kInvalid for anything else.
Result<SandboxLevel> sandbox_level_from(std::string_view text);

// What a process may take. Zero: no limit.
struct Limits {
    std::uint64_t memory_bytes = 0;          // of private memory: RLIMIT_DATA
    std::uint64_t file_bytes = 0;            // of a single file
    std::chrono::seconds processor_time{0};  // of all threads together
    std::uint64_t open_files = 1024;
};

struct Confinement {
    SandboxMode mode = SandboxMode::kBest;
    Limits limits;
    // Files, or folders with all below them. What does not exist is left out.
    std::vector<std::filesystem::path> readable;
    // Folders whose names may be listed, and no more.
    std::vector<std::filesystem::path> listable;
    // Folders in which all is allowed but running programs, and devices that may be written to.
    std::vector<std::filesystem::path> writable;
};

// What every process that decodes needs to read: libraries, plugins and their registry, fonts,
// pipelines, facts about the processor. No file of a user, no key, no database.
Confinement decoding_confinement(SandboxMode mode);

// Confines the calling process for good; what it starts later is confined as well. To be called
// while the process has one thread: kConflict otherwise. kUnsupported, naming the remedy, when the
// mode is kRequired and this kernel does not offer everything.
Result<SandboxLevel> confine(const Confinement& confinement);

// What confine() gives on this machine, found out by a child process that does it and then tries
// to break out. kInternal when something that should be denied was not.
Result<SandboxLevel> try_sandbox();

// For the producer of a film whose preparation needed more memory than `most` bytes.
std::string out_of_memory_reason(std::uint64_t most);

// What the level lacks and how to mend it, in a sentence; empty for kFull.
std::string remedy_for(SandboxLevel level);

}  // namespace matinee::prepare
