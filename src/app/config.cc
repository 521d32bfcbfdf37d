#include "app/config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <numeric>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "app/entry_sheet.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// The words of a setting, and what each means.
template <typename Enum, std::size_t kCount>
using Words = std::array<std::pair<std::string_view, Enum>, kCount>;

constexpr Words<http::ForwardedFields, 2> kForwardedNames{
    {{"x-forwarded-for", http::ForwardedFields::kXForwarded},
     {"forwarded", http::ForwardedFields::kForwarded}}};
constexpr Words<log::Level, 4> kLevelNames{{{"debug", log::Level::kDebug},
                                            {"info", log::Level::kInfo},
                                            {"warning", log::Level::kWarning},
                                            {"error", log::Level::kError}}};

template <typename Enum, std::size_t kCount>
std::string_view word_for(Enum value, const Words<Enum, kCount>& words) {
    return std::ranges::find(words, value, &std::pair<std::string_view, Enum>::second)->first;
}

// How many letters have to change to make one word the other (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
        }
    }
    return row.back();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    const auto best = std::ranges::min_element(
        known, {}, [&](const std::string& other) { return edit_distance(word, other); });
    if (best == known.end() ||
        edit_distance(word, *best) > std::max<std::size_t>(2, word.size() / 3)) {
        return fmt::format("; known here: {}", fmt::join(known, ", "));
    }
    return fmt::format("; did you mean \"{}\"?", *best);
}

// A table of the file, read key by key, so that what is left over can be named.
class TableReader {
  public:
    // `table` is null when the file does not have it. `name` is "" for the whole file.
    TableReader(const toml::table* table, std::string name, const fs::path& file)
        : table_(table), name_(std::move(name)), file_(file) {}

    // The value of a key, null when it is left out.
    const toml::node* find(const char* key) {
        known_.emplace_back(key);
        return table_ ? table_->get(key) : nullptr;
    }

    Result<TableReader> table(const char* key) {
        const toml::node* node = find(key);
        if (node && !node->is_table()) return wrong(*node, key, "a table");
        return TableReader(node ? node->as_table() : nullptr, key, file_);
    }

    Result<void> text(const char* key, std::string& value) {
        const toml::node* node = find(key);
        if (!node) return {};
        if (!node->is_string()) return wrong(*node, key, "a text in quotes");
        value = node->as_string()->get();
        return {};
    }

    template <typename Number>
    Result<void> number(const char* key, Number& value, std::int64_t low, std::int64_t high) {
        const toml::node* node = find(key);
        if (!node) return {};
        const auto* integer = node->as_integer();
        if (!integer || integer->get() < low || integer->get() > high) {
            return wrong(*node, key, fmt::format("a whole number from {} to {}", low, high));
        }
        value = static_cast<Number>(integer->get());
        return {};
    }

    Result<void> real(const char* key, double& value) {
        const toml::node* node = find(key);
        if (!node) return {};
        const auto number = node->value<double>();
        if (!number || !node->is_number()) return wrong(*node, key, "a number");
        value = *number;
        return {};
    }

    Result<void> path(const char* key, fs::path& value) {
        std::string text;
        TRY(this->text(key, text));
        if (!text.empty()) value = (file_.parent_path() / text).lexically_normal();
        return {};
    }

    Result<void> texts(const char* key, std::vector<std::string>& values) {
        const toml::node* node = find(key);
        if (!node) return {};
        const toml::array* list = node->as_array();
        if (!list || !std::ranges::all_of(*list, &toml::node::is_string)) {
            return wrong(*node, key, "a list of texts, as in [\"a\", \"b\"]");
        }
        values.clear();
        for (const toml::node& item : *list) {
            values.push_back(item.as_string()->get());
        }
        return {};
    }

    // One of a few words.
    template <typename Enum, std::size_t kCount>
    Result<void> choice(const char* key, Enum& value, const Words<Enum, kCount>& words) {
        const toml::node* node = find(key);
        if (!node) return {};
        std::vector<std::string> known;
        for (const auto& [name, meaning] : words) {
            if (node->is_string() && node->as_string()->get() == name) {
                value = meaning;
                return {};
            }
            known.push_back(fmt::format("\"{}\"", name));
        }
        return wrong(*node, key, fmt::format("one of {}", fmt::join(known, ", ")));
    }

    Result<void> expect_nothing_else() const {
        if (!table_) return {};
        for (const auto& [key, node] : *table_) {
            if (std::ranges::find(known_, key.str()) != known_.end()) continue;
            return fail(ErrorCode::kInvalid, "{}: there is no {} \"{}\"{}{}", at(key.source()),
                        node.is_table() ? "section" : "key", key.str(),
                        name_.empty() ? "" : fmt::format(" in [{}]", name_),
                        did_you_mean(key.str(), known_));
        }
        return {};
    }

    [[nodiscard]] Unexpected wrong(const toml::node& node, std::string_view key,
                                   std::string_view wanted) const {
        return fail(ErrorCode::kInvalid, "{}: \"{}\" must be {}", at(node.source()), key, wanted);
    }

    // "matinee.toml, line 3"
    [[nodiscard]] std::string at(const toml::source_region& where) const {
        return fmt::format("{}, line {}", file_.string(), where.begin.line);
    }

    // The line of the table, or of a key in it, for what is wrong with several keys together.
    [[nodiscard]] std::string at(const char* key) const {
        if (!table_) return file_.string();
        const toml::node* node = table_->get(key);
        return at(node ? node->source() : table_->source());
    }

  private:
    const toml::table* table_;
    std::string name_;
    fs::path file_;
    std::vector<std::string> known_;
};

Result<void> read_server(TableReader reader, ServerConfig& server) {
    std::string listen = to_string(server.listen);
    TRY(reader.text("listen", listen));
    auto address = parse_listen_address(listen);
    if (!address) return fail(std::move(address).error(), "{}", reader.at("listen"));
    server.listen = *std::move(address);
    TRY(reader.number("threads", server.threads, 0, 1024));
    TRY(reader.path("certificate", server.certificate));
    TRY(reader.path("key", server.key));
    if (server.certificate.empty() != server.key.empty()) {
        return fail(ErrorCode::kInvalid,
                    "{}: \"certificate\" and \"key\" go together: name both files, or none to have "
                    "a certificate made",
                    reader.at(server.key.empty() ? "certificate" : "key"));
    }
    TRY(reader.texts("trusted_proxies", server.trusted_proxies));
    TRY(reader.choice("forwarded", server.forwarded, kForwardedNames));
    if (auto valid = http::TrustedProxies::create(server.trusted_proxies); !valid) {
        return fail(std::move(valid).error(), "{}: \"trusted_proxies\"",
                    reader.at("trusted_proxies"));
    }
    TRY(reader.choice("log_level", server.log_level, kLevelNames));
    return reader.expect_nothing_else();
}

Result<void> read_rungs(TableReader& reader, const fs::path& file,
                        std::vector<library::Rung>& rungs) {
    const toml::node* node = reader.find("rungs");
    if (!node) return {};
    const toml::array* list = node->as_array();
    if (!list || !list->is_array_of_tables()) {
        return reader.wrong(*node, "rungs", "a list of [[house.rungs]]");
    }
    rungs.clear();
    for (const toml::node& item : *list) {
        TableReader row(item.as_table(), "house.rungs", file);
        library::Rung rung;
        constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
        TRY(row.text("name", rung.name));
        TRY(row.number("width", rung.width, 0, kMost));
        TRY(row.number("height", rung.height, 0, kMost));
        TRY(row.number("max_kbps", rung.max_kbps, 0, kMost));
        TRY(row.expect_nothing_else());
        rungs.push_back(std::move(rung));
    }
    return {};
}

Result<void> read_house(TableReader reader, const fs::path& file, library::HouseFormat& house) {
    TRY(read_rungs(reader, file, house.rungs));
    std::string padding = house.padding == library::Padding::kBlur ? "blur" : "black";
    TRY(reader.text("padding", padding));
    if (padding != "blur" && padding != "black") {
        return fail(ErrorCode::kInvalid, "{}: \"padding\" must be \"blur\" or \"black\"",
                    reader.at("padding"));
    }
    house.padding = padding == "blur" ? library::Padding::kBlur : library::Padding::kBlack;
    TRY(reader.text("speed_preset", house.speed_preset));
    TRY(reader.number("quantizer", house.quantizer, 0, 1000));
    TRY(reader.number("gop_seconds", house.gop_seconds, 0, 1000));
    TRY(reader.number("max_frame_rate", house.max_frame_rate, 0, 1000));
    TRY(reader.number("audio_kbps", house.audio_kbps, 0, 10'000));
    if (const toml::node* node = reader.find("loudness_lufs")) {
        if (node->is_boolean() && !node->as_boolean()->get()) {
            house.loudness_lufs = std::nullopt;
        } else if (node->is_number()) {
            house.loudness_lufs = node->value<double>();
        } else {
            return reader.wrong(*node, "loudness_lufs", "a number, or false to leave levels alone");
        }
    }
    TRY(reader.real("true_peak_dbtp", house.true_peak_dbtp));
    TRY(reader.expect_nothing_else());
    auto valid = library::validate(house);
    if (!valid) return fail(std::move(valid).error(), "{}, section [house]", reader.at("rungs"));
    return {};
}

Result<void> read_channel(TableReader reader, const library::HouseFormat& house,
                          ChannelConfig& channel) {
    std::int64_t window = channel.dvr_window.count();
    std::int64_t segment = channel.segment.count();
    TRY(reader.number("dvr_window_seconds", window, 60, 7 * 86'400));
    TRY(reader.number("segment_seconds", segment, 1, 20));
    if (segment % house.gop_seconds != 0) {
        return fail(ErrorCode::kInvalid,
                    "{}: \"segment_seconds\" is {}, it must be a multiple of the house format's "
                    "gop_seconds, {}",
                    reader.at("segment_seconds"), segment, house.gop_seconds);
    }
    // The longest segment is one and a half of the usual, the target duration that in whole
    // seconds.
    const std::int64_t least = 3 * ((3 * segment + 1) / 2);
    std::int64_t wanted = std::max<std::int64_t>(channel.hold_back.count(), least);
    TRY(reader.number("hold_back_seconds", wanted, 1, 600));
    if (wanted < least) {
        return fail(ErrorCode::kInvalid,
                    "{}: \"hold_back_seconds\" is {}, with segments of {} s it must be at least {} "
                    "(three target durations)",
                    reader.at("hold_back_seconds"), wanted, segment, least);
    }
    channel.dvr_window = seconds(window);
    channel.segment = seconds(segment);
    channel.hold_back = seconds(wanted);
    return reader.expect_nothing_else();
}

Result<void> read_jobs(TableReader reader, JobsConfig& jobs) {
    std::int64_t watchdog = jobs.watchdog.count();
    TRY(reader.number("concurrent", jobs.concurrent, 1, 64));
    TRY(reader.number("watchdog_seconds", watchdog, 10, 86'400));
    jobs.watchdog = seconds(watchdog);
    return reader.expect_nothing_else();
}

Result<void> read_worker(TableReader reader, WorkerConfig& worker) {
    std::string sandbox(to_string(worker.sandbox));
    TRY(reader.text("sandbox", sandbox));
    const auto mode = prepare::sandbox_mode_from(sandbox);
    if (!mode) return fail(mode.error(), "{}", reader.at("sandbox"));
    worker.sandbox = *mode;
    // A film takes a few hundred megabytes at the least.
    TRY(reader.number("memory_mb", worker.memory_mb, 0, 1'000'000));
    if (worker.memory_mb != 0 && worker.memory_mb < 500) {
        return fail(ErrorCode::kInvalid,
                    "{}: \"memory_mb\" is {}, no film can be prepared with less than 500; 0 leaves "
                    "it to matinee",
                    reader.at("memory_mb"), worker.memory_mb);
    }
    std::int64_t hours = worker.time.count();
    TRY(reader.number("hours", hours, 1, 24 * 365));
    worker.time = std::chrono::hours(hours);
    TRY(reader.number("disk_gb", worker.disk_gb, 1, 1'000'000));
    return reader.expect_nothing_else();
}

Result<void> read_access(TableReader reader, AccessConfig& access) {
    std::string entries(to_string(access.entries));
    TRY(reader.text("entries", entries));
    bool known = false;
    for (const EntryAccess value :
         {EntryAccess::kAuto, EntryAccess::kPublic, EntryAccess::kProtected}) {
        if (to_string(value) != entries) continue;
        access.entries = value;
        known = true;
    }
    if (!known) {
        return fail(ErrorCode::kInvalid,
                    "{}: \"entries\" must be \"auto\", \"public\" or \"protected\"",
                    reader.at("entries"));
    }
    std::string metrics = access.metrics_protected ? "protected" : "public";
    TRY(reader.text("metrics", metrics));
    if (metrics != "public" && metrics != "protected") {
        return fail(ErrorCode::kInvalid, "{}: \"metrics\" must be \"public\" or \"protected\"",
                    reader.at("metrics"));
    }
    access.metrics_protected = metrics == "protected";
    std::int64_t hours = access.session.count();
    TRY(reader.number("session_hours", hours, 1, 24 * 365));
    access.session = std::chrono::hours(hours);
    return reader.expect_nothing_else();
}

Result<void> read_limits(TableReader reader, http::RateLimits::Options& limits) {
    const auto rate = [&](const char* per_second, const char* burst,
                          http::Rate& value) -> Result<void> {
        auto often = static_cast<std::int64_t>(value.per_second);
        auto at_once = static_cast<std::int64_t>(value.burst);
        TRY(reader.number(per_second, often, 0, 1'000'000));
        TRY(reader.number(burst, at_once, 1, 1'000'000));
        value = {static_cast<double>(often), static_cast<double>(at_once)};
        return {};
    };
    TRY(rate("api_per_second", "api_burst", limits.api));
    TRY(rate("media_per_second", "media_burst", limits.media));
    TRY(rate("sign_in_per_second", "sign_in_burst", limits.sign_in));
    return reader.expect_nothing_else();
}

Result<void> read_uploads(TableReader reader, UploadsConfig& uploads) {
    for (const auto& [key, bytes] : {std::pair("max_file_gb", &uploads.max_file),
                                     std::pair("max_account_gb", &uploads.max_account),
                                     std::pair("max_total_gb", &uploads.max_total),
                                     std::pair("keep_free_gb", &uploads.keep_free)}) {
        double gigabytes = static_cast<double>(*bytes) / base::kGigabyte;
        TRY(reader.real(key, gigabytes));
        constexpr double kMost = 1e6;  // a petabyte
        if (!(gigabytes >= 0 && gigabytes <= kMost)) {
            return fail(ErrorCode::kInvalid, "{}: \"{}\" must be a number from 0 to {}",
                        reader.at(key), key, kMost);
        }
        *bytes = static_cast<std::uint64_t>(std::llround(gigabytes * base::kGigabyte));
    }
    std::int64_t hours = uploads.expire.count();
    TRY(reader.number("expire_hours", hours, 1, 24 * 365));
    uploads.expire = std::chrono::hours(hours);
    return reader.expect_nothing_else();
}

Result<void> read_import(TableReader reader, ImportConfig& import) {
    if (const toml::node* node = reader.find("columns")) {
        const toml::table* columns = node->as_table();
        if (!columns) return reader.wrong(*node, "columns", "a table of \"Column\" = \"field\"");
        for (const auto& [column, field] : *columns) {
            if (!field.is_string()) {
                return reader.wrong(field, column.str(), "a field's name in quotes");
            }
            const std::string name(column.str());
            const std::string wanted = field.as_string()->get();
            if (const auto known = sheet_mapping({{name, wanted}}); !known) {
                return fail(Error(known.error()), "{}", reader.at(field.source()));
            }
            import.columns.emplace(name, wanted);
        }
    }
    return reader.expect_nothing_else();
}

}  // namespace

std::string_view to_string(EntryAccess access) {
    switch (access) {
        case EntryAccess::kAuto:
            return "auto";
        case EntryAccess::kPublic:
            return "public";
        case EntryAccess::kProtected:
            return "protected";
    }
    return "auto";
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
    const auto refuse = [&] {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" is no address to listen on; write ADDRESS:PORT, as in 127.0.0.1:8443, "
                    "0.0.0.0:443 or [::]:443",
                    text);
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return refuse();
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    ListenAddress address;
    address.host = host;
    std::array<unsigned char, sizeof(in6_addr)> binary{};
    if (::inet_pton(bracketed ? AF_INET6 : AF_INET, address.host.c_str(), binary.data()) != 1) {
        return refuse();
    }
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (error != std::errc() || end != digits.data() + digits.size()) return refuse();
    return address;
}

std::string to_string(const ListenAddress& address) {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    return fmt::format(fmt::runtime(is_ipv6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

Result<Config> parse_config(std::string_view text, const fs::path& file) {
    toml::table root;
    try {
        root = toml::parse(text, file.string());
    } catch (const toml::parse_error& error) {
        return fail(ErrorCode::kInvalid, "{}, line {}: {}", file.string(),
                    error.source().begin.line, error.description());
    }
    Config config;
    TableReader reader(&root, "", file);
    TableReader server = TRY(reader.table("server"));
    TableReader house = TRY(reader.table("house"));
    TableReader channel = TRY(reader.table("channel"));
    TableReader jobs = TRY(reader.table("jobs"));
    TableReader worker = TRY(reader.table("worker"));
    TableReader access = TRY(reader.table("access"));
    TableReader limits = TRY(reader.table("limits"));
    TableReader uploads = TRY(reader.table("uploads"));
    TableReader import = TRY(reader.table("import"));
    // First, since a misspelt section would look like one that is left out.
    TRY(reader.expect_nothing_else());
    TRY(read_server(std::move(server), config.server));
    TRY(read_house(std::move(house), file, config.house));
    TRY(read_channel(std::move(channel), config.house, config.channel));
    TRY(read_jobs(std::move(jobs), config.jobs));
    TRY(read_worker(std::move(worker), config.worker));
    TRY(read_access(std::move(access), config.access));
    TRY(read_limits(std::move(limits), config.limits));
    TRY(read_uploads(std::move(uploads), config.uploads));
    TRY(read_import(std::move(import), config.import));
    return config;
}

Result<Config> load_config(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (status.type() == fs::file_type::not_found) return Config{};
    std::ifstream stream(file, std::ios::binary);
    // Copied this way, an error of reading is a state and not an exception.
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream.is_open() || text.bad() || !fs::is_regular_file(status)) {
        return fail(ErrorCode::kDenied,
                    "{} cannot be read; check that it is a file and that you may read it",
                    file.string());
    }
    return parse_config(text.str(), file);
}

std::string default_config_text() {
    const Config config;
    const library::HouseFormat& house = config.house;
    std::string text = fmt::format(
        R"(# matinee's configuration. Everything here is optional and shown with its default.

[server]
# Where to listen. Only this machine by default; "0.0.0.0:8443" or "[::]:8443" for everybody.
listen = "{}"
# Threads that answer requests; 0: one per processor.
threads = {}
# PEM files of the certificate (with its chain) and its key, relative to this file. Without them
# matinee makes a certificate. They are read again when they change.
certificate = "{}"
key = "{}"
# Proxies in front, by address or network ("10.0.0.0/8"): what they say of whom a request comes from
# is believed, and nobody else's word is. In which fields they say it: "x-forwarded-for" (with
# x-forwarded-proto) or "forwarded" (RFC 7239).
trusted_proxies = [{}]
forwarded = "{}"
# What is logged: "debug" (every request), "info", "warning" or "error".
log_level = "{}"

[channel]
# How far back viewers can go.
dvr_window_seconds = {}
# Length of a segment: a multiple of house.gop_seconds.
segment_seconds = {}
# How far behind the clock players keep: at least three times the longest segment, which is one
# and a half times segment_seconds.
hold_back_seconds = {}

[jobs]
# How many films are prepared at once. Each uses all processors as it is.
concurrent = {}
# A preparation that says nothing for this long is given up.
watchdog_seconds = {}

# A film is prepared in a process of its own, since it may be damaged, or made to do damage. Then
# that film fails with the reason, and nothing else.
[worker]
# What that process is kept from by the kernel: network, other programs, all files but its own.
# "best": whatever this kernel offers; "required": prepare nothing without all of it; "off".
# `matinee doctor` says what is in force.
sandbox = "{}"
# Memory it may take; 0: half of what the machine has, shared by jobs.concurrent.
memory_mb = {}
# How long one film may take.
hours = {}
# Disk it may fill. An hour of film takes about 10 GB while it is prepared.
disk_gb = {}

[access]
# Whom films as such (/entries/...) are for: "public", "protected" (reviewers, and links), or
# "auto": public until there is an account or a channel that is not public.
entries = "{}"
# Whom /metrics is for: "public", or "protected" (producers, by token).
metrics = "{}"
# How long somebody stays signed in.
session_hours = {}

# How many requests one address may send: a second in the long run (0: any number), and at once
# after a pause. Whoever sends more is told to wait (429). An IPv6 network of 64 bits counts as one
# address.
[limits]
# The API, and all that is neither media nor signing in.
api_per_second = {}
api_burst = {}
# Playlists, segments, pictures: a venue's viewers often share an address.
media_per_second = {}
media_burst = {}
# Attempts to sign in. Wrong passwords make the next attempt wait besides.
sign_in_per_second = {}
sign_in_burst = {}
# Films and subtitles that come in by upload (tus), into the folder "films" of the data folder.
[uploads]
# The largest file, what one account may have under way, and all uploads with what came of them.
max_file_gb = {}
max_account_gb = {}
max_total_gb = {}
# So much of the disk stays free: films are prepared there as well.
keep_free_gb = {}
# An upload that nobody goes on with is removed after this long.
expire_hours = {}

# Sheets of entries (CSV). FilmFreeway's columns are known; what others are called stands here, as
# "Dateiname" = "file". README.md lists the fields.
[import.columns]

# What every film is conformed to. A change here prepares all films again.
[house]
# What is put beside pictures that are not 16:9: "blur" (a blurred copy) or "black".
padding = "{}"
# x264: speed against size (ultrafast ... veryslow), and constant quality (lower is better).
speed_preset = "{}"
quantizer = {}
# Seconds from one keyframe to the next.
gop_seconds = {}
max_frame_rate = {}
audio_kbps = {}
# Loudness by EBU R 128, in LUFS; false leaves levels alone. And the true-peak ceiling after it.
loudness_lufs = {:.1f}
true_peak_dbtp = {:.1f}

# The ladder, largest first. Every film gets every rung.
)",
        to_string(config.server.listen), config.server.threads, config.server.certificate.string(),
        config.server.key.string(), fmt::join(config.server.trusted_proxies, ", "),
        word_for(config.server.forwarded, kForwardedNames),
        word_for(config.server.log_level, kLevelNames), config.channel.dvr_window.count(),
        config.channel.segment.count(), config.channel.hold_back.count(), config.jobs.concurrent,
        config.jobs.watchdog.count(), to_string(config.worker.sandbox), config.worker.memory_mb,
        config.worker.time.count(), config.worker.disk_gb, to_string(config.access.entries),
        config.access.metrics_protected ? "protected" : "public", config.access.session.count(),
        config.limits.api.per_second, config.limits.api.burst, config.limits.media.per_second,
        config.limits.media.burst, config.limits.sign_in.per_second, config.limits.sign_in.burst,
        static_cast<double>(config.uploads.max_file) / base::kGigabyte,
        static_cast<double>(config.uploads.max_account) / base::kGigabyte,
        static_cast<double>(config.uploads.max_total) / base::kGigabyte,
        static_cast<double>(config.uploads.keep_free) / base::kGigabyte,
        config.uploads.expire.count(), house.padding == library::Padding::kBlur ? "blur" : "black",
        house.speed_preset, house.quantizer, house.gop_seconds, house.max_frame_rate,
        house.audio_kbps, *house.loudness_lufs, house.true_peak_dbtp);
    for (const library::Rung& rung : house.rungs) {
        text += fmt::format(
            "[[house.rungs]]\nname = \"{}\"\nwidth = {}\nheight = {}\nmax_kbps = {}\n\n", rung.name,
            rung.width, rung.height, rung.max_kbps);
    }
    text.pop_back();
    return text;
}

Result<fs::path> default_data_folder() {
    // The specification has relative paths ignored.
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data && fs::path(data).is_absolute()) return fs::path(data) / "matinee";
    const char* home = std::getenv("HOME");
    if (home && fs::path(home).is_absolute()) {
        return fs::path(home) / ".local" / "share" / "matinee";
    }
    return fail(
        ErrorCode::kNotFound,
        "there is no folder for data: neither XDG_DATA_HOME nor HOME is set; use --data DIR");
}

}  // namespace matinee::app
