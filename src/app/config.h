// matinee.toml: what an operator may set.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "http/rate_limit.h"
#include "http/trusted_proxies.h"
#include "library/house_format.h"
#include "prepare/sandbox.h"

namespace matinee::app {

// ADDR:PORT as --listen and the configuration have it; IPv6 addresses in brackets.
struct ListenAddress {
    std::string host = "127.0.0.1";  // an IP address, without brackets
    std::uint16_t port = 8443;

    bool operator==(const ListenAddress&) const = default;
};

Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

struct ServerConfig {
    ListenAddress listen;
    unsigned threads = 0;               // 0: one per processor
    std::filesystem::path certificate;  // PEM; empty: one is made
    std::filesystem::path key;          // PEM
    // Addresses and networks of proxies, and the fields in which they say who asks.
    std::vector<std::string> trusted_proxies;
    http::ForwardedFields forwarded = http::ForwardedFields::kXForwarded;
    log::Level log_level = log::Level::kInfo;

    bool operator==(const ServerConfig&) const = default;
};

// What a channel has unless it says otherwise.
struct ChannelConfig {
    std::chrono::seconds dvr_window{3600};
    std::chrono::seconds segment{4};  // a multiple of the house format's GOP
    // How far behind the clock a player keeps, and how far ahead of it playlists reach. At least
    // three target durations (RFC 8216bis section 4.4.3.8); an entry's last segment may be half
    // as long again as the others.
    std::chrono::seconds hold_back{18};

    bool operator==(const ChannelConfig&) const = default;
};

struct JobsConfig {
    unsigned concurrent = 1;
    std::chrono::seconds watchdog{120};

    bool operator==(const JobsConfig&) const = default;
};

// What the process that prepares one film may do and take.
struct WorkerConfig {
    prepare::SandboxMode sandbox = prepare::SandboxMode::kBest;
    std::uint64_t memory_mb = 0;  // 0: by the machine's memory
    std::chrono::hours time{48};
    std::uint64_t disk_gb = 200;

    bool operator==(const WorkerConfig&) const = default;
};

// Whom entries (films as such, apart from channels) are for.
enum class EntryAccess : std::uint8_t {
    kAuto,       // everybody, until there is an account or a channel that is not public
    kPublic,     // everybody
    kProtected,  // reviewers and above, and whoever has a link
};

std::string_view to_string(EntryAccess access);

struct AccessConfig {
    EntryAccess entries = EntryAccess::kAuto;
    bool metrics_protected = false;  // /metrics is for producers and above
    std::chrono::hours session{24};  // how long somebody stays signed in

    bool operator==(const AccessConfig&) const = default;
};

// What uploads may take. Sizes in bytes.
struct UploadsConfig {
    std::uint64_t max_file = 100'000'000'000;
    std::uint64_t max_account = 500'000'000'000;  // of one account's uploads, until they are done
    std::uint64_t max_total = 2'000'000'000'000;  // of all, and of what has come in by upload
    std::uint64_t keep_free = 20'000'000'000;     // of the disk
    std::chrono::hours expire{7 * 24};            // after the last byte

    bool operator==(const UploadsConfig&) const = default;
};

// How sheets of entries (CSV) are read.
struct ImportConfig {
    std::map<std::string, std::string> columns;  // column -> field, see entry_sheet.h

    bool operator==(const ImportConfig&) const = default;
};

struct Config {
    ServerConfig server;
    library::HouseFormat house;
    ChannelConfig channel;
    JobsConfig jobs;
    WorkerConfig worker;
    AccessConfig access;
    http::RateLimits::Options limits;
    UploadsConfig uploads;
    ImportConfig import;

    bool operator==(const Config&) const = default;
};

// Reads the text of a configuration; what it leaves out keeps its default. `file` names it in
// errors, which also name the line, and relative paths count from its folder. A key nobody knows
// is an error: a setting misspelt is a setting ignored.
Result<Config> parse_config(std::string_view text, const std::filesystem::path& file);

// The same for a file. All defaults when there is none.
Result<Config> load_config(const std::filesystem::path& file);

// A configuration with every key, its default, and what it does.
std::string default_config_text();

// XDG_DATA_HOME/matinee (XDG Base Directory Specification); kNotFound when neither
// XDG_DATA_HOME nor HOME is set.
Result<std::filesystem::path> default_data_folder();

}  // namespace matinee::app
