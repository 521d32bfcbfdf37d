// `matinee doctor`: what this machine lacks, and how to mend it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/config.h"
#include "base/clock.h"
#include "base/result.h"
#include "prepare/sandbox.h"

namespace matinee::app {

// In the order of their weight; also the exit status.
enum class Severity : std::uint8_t { kOk = 0, kWarning = 1, kProblem = 2 };

// One line of the report.
struct Finding {
    std::string check;  // "GStreamer", "fonts" ...
    Severity severity = Severity::kOk;
    std::string detail;  // what was found
    std::string remedy;  // what to do; empty when all is well

    bool operator==(const Finding&) const = default;
};

// A GStreamer element the worker needs and does not find.
struct MissingElement {
    std::string name;
    std::string package;  // Debian's; empty when the worker does not know

    bool operator==(const MissingElement&) const = default;
};

// What `matinee prepare --check` prints:
//
//     {"missing": [{"element": "x264enc", "package": "gstreamer1.0-plugins-ugly"}, ...]}
//
// where an item may also be just the element's name.
Result<std::vector<MissingElement>> parse_worker_check(const std::string& json);

// What `matinee prepare --check-sandbox` prints: {"sandbox": "full"}, or {"error": "..."}.
Result<prepare::SandboxLevel> parse_sandbox_check(const std::string& json);

// Runs that; what the kernel gives a worker on this machine.
Result<prepare::SandboxLevel> ask_worker_for_sandbox(std::vector<std::string> worker_command);

enum class PortState : std::uint8_t { kFree, kInUse, kNotAllowed, kNoSuchAddress };

enum class ClockState : std::uint8_t { kSynchronised, kNotSynchronised, kUnknown };

// What is known of the server's certificate.
struct CertificateFacts {
    enum class State : std::uint8_t { kNone, kUnreadable, kKeyUnreadable, kMismatch, kRead };
    State state = State::kNone;  // kNone: matinee makes one
    std::filesystem::path file;
    Instant not_before;
    Instant not_after;
    std::string error;  // why it is unreadable
};

// What the checks judge.
struct MachineFacts {
    Instant now;
    Result<std::vector<MissingElement>> missing_elements = std::vector<MissingElement>{};
    prepare::SandboxMode sandbox_mode = prepare::SandboxMode::kBest;
    Result<prepare::SandboxLevel> sandbox = prepare::SandboxLevel::kFull;  // what there could be
    std::map<std::string, bool> fonts;  // language -> whether a font has its letters
    bool font_tool = true;              // whether fonts could be looked for
    ListenAddress listen;
    PortState port = PortState::kFree;
    CertificateFacts certificate;
    std::filesystem::path data_folder;
    std::optional<std::string> data_folder_error;  // why it cannot be written to
    std::uint64_t free_bytes = 0;
    ClockState clock = ClockState::kUnknown;
    std::uint64_t open_files_limit = 0;  // what a process may raise it to
};

// How facts are come by; what a test replaces.
struct DoctorProbes {
    // Asks the worker program, which alone knows GStreamer.
    std::function<Result<std::vector<MissingElement>>()> missing_elements;

    // Asks it what the sandbox gives here.
    std::function<Result<prepare::SandboxLevel>()> sandbox;

    // The standard output of a program that ended well; kNotFound when it is not installed.
    std::function<Result<std::string>(std::span<const std::string> command)> run;
};

// Runs a program and waits for it: the usual `run` of DoctorProbes.
Result<std::string> run_program(std::span<const std::string> command);

// Looks at the machine. Leaves no trace, but for the data folder, which it makes.
MachineFacts gather_facts(const Config& config, const std::filesystem::path& data_folder,
                          const base::Clock& clock, const DoctorProbes& probes);

// Looks at what can go wrong while a server runs; starts no program, and leaves its port alone.
MachineFacts gather_running_facts(const Config& config, const std::filesystem::path& data_folder,
                                  const base::Clock& clock);

// Reads certificate and key (PEM) as the server will.
CertificateFacts read_certificate(const std::filesystem::path& certificate,
                                  const std::filesystem::path& key);

// The report, in the order of `matinee doctor`'s output. Pure.
std::vector<Finding> diagnose(const MachineFacts& facts);

// Of what gather_running_facts() has looked at. Pure.
std::vector<Finding> diagnose_running(const MachineFacts& facts);

// kOk, kWarning or kProblem: the exit status of `matinee doctor`.
Severity worst(std::span<const Finding> findings);

// For people: a line per finding, remedies below it. `coloured` for a terminal.
std::string to_text(std::span<const Finding> findings, bool coloured);

// [{"check", "severity", "detail", "remedy"}]
nlohmann::json findings_json(std::span<const Finding> findings);

// For programs: {"findings": [as above], "worst": "ok"}.
std::string to_json(std::span<const Finding> findings);

}  // namespace matinee::app
