#include "app/doctor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/ranges.h>
#include <gio/gio.h>
#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/glib_support.h"
#include "base/handle.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using State = CertificateFacts::State;

constexpr std::uint64_t kTooLittleDisk = 2 * base::kGigabyte;
constexpr std::uint64_t kLittleDisk = 20 * base::kGigabyte;
// A viewer holds a connection, a served segment a file.
constexpr std::uint64_t kFewOpenFiles = 4096;
constexpr auto kExpiresSoon = std::chrono::days(21);
// A machine whose clock has lost its battery wakes up long ago.
constexpr Instant kMatineeBegan = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);

struct FontPackage {
    std::string_view language;  // as fontconfig has it
    std::string_view name;
    std::string_view package;
};
constexpr std::array kFonts{
    FontPackage{"zh-cn", "Chinese", "fonts-noto-cjk"},
    FontPackage{"ru", "Russian", "fonts-dejavu-core"},
    FontPackage{"en", "English", "fonts-dejavu-core"},
};

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::kOk:
            return "ok";
        case Severity::kWarning:
            return "warning";
        case Severity::kProblem:
            return "problem";
    }
    return "problem";
}

// -- Judging -------------------------------------------------------------------------------------

Finding check_gstreamer(const MachineFacts& facts) {
    Finding finding{"GStreamer", Severity::kProblem, "", ""};
    if (!facts.missing_elements) {
        finding.detail = facts.missing_elements.error().to_string();
        finding.remedy =
            "sudo apt install gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
            "gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav";
        return finding;
    }
    if (facts.missing_elements->empty()) {
        return {"GStreamer", Severity::kOk, "every element that preparing needs is there", ""};
    }
    std::vector<std::string> names;
    std::set<std::string> packages;
    for (const MissingElement& element : *facts.missing_elements) {
        names.push_back(element.name);
        if (!element.package.empty()) packages.insert(element.package);
    }
    finding.detail = fmt::format("missing: {}", fmt::join(names, ", "));
    finding.remedy = packages.empty()
                         ? "find out which package has them: apt-file search <element>"
                         : fmt::format("sudo apt install {}", fmt::join(packages, " "));
    return finding;
}

Finding check_sandbox(const MachineFacts& facts) {
    using prepare::SandboxLevel;
    using prepare::SandboxMode;
    if (facts.sandbox_mode == SandboxMode::kOff) {
        return {"sandbox", Severity::kWarning,
                "turned off: a film made for it can read and change what matinee can",
                "sandbox = \"best\" under [worker] in matinee.toml"};
    }
    const Severity weight =
        facts.sandbox_mode == SandboxMode::kRequired ? Severity::kProblem : Severity::kWarning;
    if (!facts.sandbox) {
        return {"sandbox", weight, facts.sandbox.error().to_string(),
                "check that matinee is installed whole, and what forbids it to confine itself"};
    }
    const std::string mode(to_string(facts.sandbox_mode));
    switch (*facts.sandbox) {
        case SandboxLevel::kFull:
            return {"sandbox", Severity::kOk,
                    "full: preparing sees the film, and no network, program or other file (" +
                        mode + ")",
                    ""};
        case SandboxLevel::kFiles:
            return {"sandbox", weight,
                    "files only: a film made for it could use the network (" + mode + ")",
                    remedy_for(*facts.sandbox)};
        case SandboxLevel::kSystemCalls:
            return {"sandbox", weight,
                    "network and programs only: a film made for it could read and change files (" +
                        mode + ")",
                    remedy_for(*facts.sandbox)};
        case SandboxLevel::kLimits:
            break;
    }
    return {"sandbox", weight,
            "none but limits: a film made for it could do what matinee can (" + mode + ")",
            remedy_for(*facts.sandbox)};
}

Finding check_fonts(const MachineFacts& facts) {
    if (!facts.font_tool) {
        return {"fonts", Severity::kWarning, "cannot be looked for: fc-list is missing",
                "sudo apt install fontconfig fonts-noto-cjk fonts-dejavu-core"};
    }
    std::vector<std::string_view> missing;
    std::set<std::string_view> packages;
    for (const FontPackage& font : kFonts) {
        const auto found = facts.fonts.find(std::string(font.language));
        if (found != facts.fonts.end() && found->second) continue;
        missing.push_back(font.name);
        packages.insert(font.package);
    }
    if (missing.empty()) return {"fonts", Severity::kOk, "Chinese, Russian and English", ""};
    return {"fonts", Severity::kWarning,
            fmt::format("none with {} letters: titles on cards show boxes instead",
                        fmt::join(missing, " and ")),
            fmt::format("sudo apt install {}", fmt::join(packages, " "))};
}

Finding check_port(const MachineFacts& facts) {
    const std::string address = to_string(facts.listen);
    switch (facts.port) {
        case PortState::kFree:
            return {"port", Severity::kOk, address + " is free", ""};
        case PortState::kInUse:
            return {"port", Severity::kWarning,
                    address + " is in use: by matinee, if it is running",
                    fmt::format("see who: sudo ss -ltnp 'sport = :{}'; or use another port: "
                                "matinee serve --listen {}:PORT",
                                facts.listen.port, facts.listen.host)};
        case PortState::kNotAllowed:
            return {"port", Severity::kProblem, address + " needs more rights than you have",
                    "use a port from 1024 up, or: sudo setcap cap_net_bind_service=+ep "
                    "\"$(command -v matinee)\""};
        case PortState::kNoSuchAddress:
            break;
    }
    return {"port", Severity::kProblem, facts.listen.host + " is no address of this machine",
            "see which it has: ip -brief address; then correct listen in matinee.toml, or use "
            "--listen"};
}

std::string date_of(Instant instant) {
    return base::to_rfc3339(instant).substr(0, std::string_view("2026-01-01").size());
}

Finding check_certificate(const MachineFacts& facts) {
    const CertificateFacts& certificate = facts.certificate;
    const std::string file = certificate.file.string();
    const auto problem = [](std::string detail, std::string remedy) {
        return Finding{"certificate", Severity::kProblem, std::move(detail), std::move(remedy)};
    };
    switch (certificate.state) {
        case State::kNone:
            return {"certificate", Severity::kOk, "none yet: matinee makes one when it starts", ""};
        case State::kUnreadable:
            return problem(
                fmt::format("{} cannot be read: {}", file, certificate.error),
                "give the PEM file, readable by matinee, as certificate in matinee.toml; "
                "without one matinee makes its own");
        case State::kKeyUnreadable:
            return problem(
                fmt::format("the key of {} cannot be read: {}", file, certificate.error),
                "give the PEM file, readable by matinee and without a passphrase, as key "
                "in matinee.toml");
        case State::kMismatch:
            return problem(fmt::format("{} and the key do not belong together", file),
                           "give the key the certificate was made with");
        case State::kRead:
            break;
    }
    if (certificate.not_after <= facts.now) {
        return problem(fmt::format("{} expired on {}", file, date_of(certificate.not_after)),
                       "renew it; matinee reads the new file by itself");
    }
    if (certificate.not_before > facts.now) {
        return problem(
            fmt::format("{} is valid only from {}", file, date_of(certificate.not_before)),
            "check this machine's date: date -u");
    }
    const std::string until =
        fmt::format("{} is valid until {}", file, date_of(certificate.not_after));
    if (certificate.not_after - facts.now < kExpiresSoon) {
        return {"certificate", Severity::kWarning, until,
                "renew it; matinee reads the new file by itself"};
    }
    return {"certificate", Severity::kOk, until, ""};
}

Finding check_data_folder(const MachineFacts& facts) {
    const std::string folder = facts.data_folder.string();
    if (facts.data_folder_error) {
        return {"data folder", Severity::kProblem,
                fmt::format("{} cannot be written to: {}", folder, *facts.data_folder_error),
                fmt::format("sudo mkdir -p '{0}' && sudo chown \"$USER\" '{0}', or use another: "
                            "--data DIR",
                            folder)};
    }
    return {"data folder", Severity::kOk, folder, ""};
}

Finding check_disk(const MachineFacts& facts) {
    const std::string free =
        fmt::format("{:.1f} GB free", static_cast<double>(facts.free_bytes) / base::kGigabyte);
    const std::string remedy =
        "an hour of film takes about 5 GB: make room, or put the data on another disk: --data DIR";
    if (facts.free_bytes < kTooLittleDisk) return {"disk", Severity::kProblem, free, remedy};
    if (facts.free_bytes < kLittleDisk) return {"disk", Severity::kWarning, free, remedy};
    return {"disk", Severity::kOk, free, ""};
}

Finding check_clock(const MachineFacts& facts) {
    if (facts.now < kMatineeBegan) {
        return {"clock", Severity::kProblem,
                fmt::format("it shows {}: channels would play at the wrong time",
                            base::to_rfc3339(facts.now)),
                "sudo timedatectl set-ntp true"};
    }
    switch (facts.clock) {
        case ClockState::kSynchronised:
            return {"clock", Severity::kOk, "synchronised", ""};
        case ClockState::kNotSynchronised:
            return {"clock", Severity::kWarning,
                    "not synchronised: programmes start when this clock says so",
                    "sudo apt install systemd-timesyncd && sudo timedatectl set-ntp true"};
        case ClockState::kUnknown:
            break;
    }
    return {"clock", Severity::kOk, "plausible (whether it is synchronised is not known here)", ""};
}

Finding check_open_files(const MachineFacts& facts) {
    if (facts.open_files_limit < kFewOpenFiles) {
        return {"open files", Severity::kWarning,
                fmt::format("at most {}: too few for many viewers", facts.open_files_limit),
                fmt::format("ulimit -n {}; for a service: LimitNOFILE=65536", 65536)};
    }
    return {"open files", Severity::kOk, fmt::format("up to {}", facts.open_files_limit), ""};
}

// -- Gathering -----------------------------------------------------------------------------------

PortState try_port(const ListenAddress& listen) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (listen.host.find(':') != std::string::npos) {
        auto& address = reinterpret_cast<sockaddr_in6&>(storage);
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(listen.port);
        if (::inet_pton(AF_INET6, listen.host.c_str(), &address.sin6_addr) != 1) {
            return PortState::kNoSuchAddress;
        }
        size = sizeof address;
    } else {
        auto& address = reinterpret_cast<sockaddr_in&>(storage);
        address.sin_family = AF_INET;
        address.sin_port = htons(listen.port);
        if (::inet_pton(AF_INET, listen.host.c_str(), &address.sin_addr) != 1) {
            return PortState::kNoSuchAddress;
        }
        size = sizeof address;
    }
    const int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return PortState::kNoSuchAddress;
    // As the server does it: connections of a server that has just stopped don't count.
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const bool bound =
        ::bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0 && ::listen(fd, 1) == 0;
    const int code = errno;
    ::close(fd);
    if (bound) return PortState::kFree;
    if (code == EACCES || code == EPERM) return PortState::kNotAllowed;
    if (code == EADDRNOTAVAIL || code == EAFNOSUPPORT) return PortState::kNoSuchAddress;
    return PortState::kInUse;
}

std::optional<std::string> try_writing(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return error.message();
    std::string name = (folder / ".doctor-XXXXXX").string();
    const int fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd < 0) return std::generic_category().message(errno);
    const bool written = ::write(fd, "matinee", 7) == 7 && ::fsync(fd) == 0;
    const int code = errno;
    ::close(fd);
    ::unlink(name.c_str());
    if (!written) return std::generic_category().message(code);
    return std::nullopt;
}

void look_at_folder(const fs::path& data_folder, MachineFacts& facts) {
    facts.data_folder = data_folder;
    facts.data_folder_error = try_writing(data_folder);
    std::error_code error;
    const fs::space_info space = fs::space(data_folder, error);
    facts.free_bytes = error ? 0 : space.available;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.open_files_limit = limit.rlim_max;
}

// adjtimex(2): what whoever disciplines the clock has told the kernel.
ClockState ask_kernel_clock() {
    timex state{};
    const int answer = ::adjtimex(&state);
    if (answer < 0) return ClockState::kUnknown;
    return answer == TIME_ERROR ? ClockState::kNotSynchronised : ClockState::kSynchronised;
}

ClockState ask_clock(const DoctorProbes& probes) {
    const std::array<std::string, 4> command = {"timedatectl", "show", "--property=NTPSynchronized",
                                                "--value"};
    const auto answer = probes.run(command);
    if (!answer) return ClockState::kUnknown;
    if (answer->starts_with("yes")) return ClockState::kSynchronised;
    if (answer->starts_with("no")) return ClockState::kNotSynchronised;
    return ClockState::kUnknown;
}

void ask_fonts(const DoctorProbes& probes, MachineFacts& facts) {
    for (const FontPackage& font : kFonts) {
        const std::string language(font.language);
        const std::array<std::string, 3> command = {"fc-list", ":lang=" + language, "family"};
        const auto answer = probes.run(command);
        if (!answer) {
            facts.font_tool = false;
            return;
        }
        facts.fonts[language] = !answer->empty();
    }
}

// -- Certificates --------------------------------------------------------------------------------

using OwnedBio = base::Owned<BIO, BIO_free_all>;
using OwnedX509 = base::Owned<X509, X509_free>;
using OwnedKey = base::Owned<EVP_PKEY, EVP_PKEY_free>;

// What OpenSSL stumbled over first, the rest being consequences; clears them.
std::string take_openssl_error() {
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
    const char* reason = ERR_reason_error_string(code);
    return reason ? reason : "not a PEM file";
}

Instant instant_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return Instant(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

Result<std::vector<MissingElement>> parse_worker_check(const std::string& text) {
    const json answer = json::parse(text, nullptr, false);
    if (!answer.is_object() || !answer.contains("missing") || !answer["missing"].is_array()) {
        return fail(ErrorCode::kInternal, "the worker's answer makes no sense: {}", text);
    }
    std::vector<MissingElement> missing;
    for (const json& item : answer["missing"]) {
        if (item.is_string()) {
            missing.push_back({item.get<std::string>(), ""});
        } else if (item.is_object() && item.contains("element") && item["element"].is_string()) {
            const auto package = item.find("package");
            missing.push_back(
                {item["element"].get<std::string>(),
                 package != item.end() && package->is_string() ? package->get<std::string>() : ""});
        } else {
            return fail(ErrorCode::kInternal, "the worker's answer makes no sense: {}", text);
        }
    }
    return missing;
}

Result<prepare::SandboxLevel> parse_sandbox_check(const std::string& text) {
    const json answer = json::parse(text, nullptr, false);
    if (answer.is_object() && answer.contains("error") && answer["error"].is_string()) {
        return fail(ErrorCode::kUnavailable, "{}", answer["error"].get<std::string>());
    }
    if (answer.is_object() && answer.contains("sandbox") && answer["sandbox"].is_string()) {
        return prepare::sandbox_level_from(answer["sandbox"].get<std::string>());
    }
    return fail(ErrorCode::kInternal, "the worker's answer makes no sense: {}", text);
}

Result<prepare::SandboxLevel> ask_worker_for_sandbox(std::vector<std::string> worker_command) {
    worker_command.insert(worker_command.end(), {"prepare", "--check-sandbox"});
    return parse_sandbox_check(TRY(run_program(worker_command)));
}

Result<std::string> run_program(std::span<const std::string> command) {
    std::vector<const char*> arguments;
    for (const std::string& word : command) {
        arguments.push_back(word.c_str());
    }
    arguments.push_back(nullptr);
    GError* error = nullptr;
    const auto process = base::Ref<GSubprocess>::adopt(
        g_subprocess_newv(arguments.data(),
                          static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE),
                          &error));
    if (!process) {
        const bool missing = g_error_matches(error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
        Error cause = base::adopt_error(error);
        if (missing) cause = Error(ErrorCode::kNotFound, cause.message());
        return fail(std::move(cause), "{} cannot be run", command.front());
    }
    GBytes* output = nullptr;
    if (!g_subprocess_communicate(process.get(), nullptr, nullptr, &output, nullptr, &error)) {
        return fail(base::adopt_error(error), "{}", command.front());
    }
    const auto owned = base::Ref<GBytes>::adopt(output);
    if (!g_subprocess_get_successful(process.get())) {
        return fail(ErrorCode::kUnavailable, "{} did not end well", command.front());
    }
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(output, &size));
    return std::string(data ? data : "", size);
}

CertificateFacts read_certificate(const fs::path& certificate, const fs::path& key) {
    CertificateFacts facts;
    if (certificate.empty()) return facts;
    facts.file = certificate;
    ERR_clear_error();
    const OwnedBio certificate_file(BIO_new_file(certificate.c_str(), "r"));
    const OwnedX509 x509(certificate_file
                             ? PEM_read_bio_X509(certificate_file.get(), nullptr, nullptr, nullptr)
                             : nullptr);
    if (!x509) {
        facts.state = State::kUnreadable;
        facts.error = take_openssl_error();
        return facts;
    }
    facts.not_before = instant_of(X509_get0_notBefore(x509.get()));
    facts.not_after = instant_of(X509_get0_notAfter(x509.get()));
    const OwnedBio key_file(BIO_new_file(key.c_str(), "r"));
    // The callback answers a request for a passphrase with "none", instead of asking the terminal.
    const OwnedKey private_key(
        key_file ? PEM_read_bio_PrivateKey(
                       key_file.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr)
                 : nullptr);
    if (!private_key) {
        facts.state = State::kKeyUnreadable;
        facts.error = take_openssl_error();
        return facts;
    }
    facts.state = X509_check_private_key(x509.get(), private_key.get()) == 1 ? State::kRead
                                                                             : State::kMismatch;
    ERR_clear_error();
    return facts;
}

MachineFacts gather_facts(const Config& config, const fs::path& data_folder,
                          const base::Clock& clock, const DoctorProbes& probes) {
    MachineFacts facts;
    facts.now = clock.now();
    facts.missing_elements = probes.missing_elements();
    facts.sandbox_mode = config.worker.sandbox;
    facts.sandbox = probes.sandbox();
    ask_fonts(probes, facts);
    facts.listen = config.server.listen;
    facts.port = try_port(config.server.listen);
    facts.certificate = read_certificate(config.server.certificate, config.server.key);
    look_at_folder(data_folder, facts);
    facts.clock = ask_clock(probes);
    return facts;
}

MachineFacts gather_running_facts(const Config& config, const fs::path& data_folder,
                                  const base::Clock& clock) {
    MachineFacts facts;
    facts.now = clock.now();
    const fs::path own = data_folder / "tls";
    facts.certificate = config.server.certificate.empty()
                            ? read_certificate(own / "server.pem", own / "server.key")
                            : read_certificate(config.server.certificate, config.server.key);
    look_at_folder(data_folder, facts);
    facts.clock = ask_kernel_clock();
    return facts;
}

std::vector<Finding> diagnose(const MachineFacts& facts) {
    std::vector<Finding> findings = {check_gstreamer(facts),   check_sandbox(facts),
                                     check_fonts(facts),       check_port(facts),
                                     check_certificate(facts), check_data_folder(facts),
                                     check_clock(facts),       check_open_files(facts)};
    // A folder that cannot be made has no free space either: say it once.
    if (!facts.data_folder_error) findings.insert(findings.begin() + 6, check_disk(facts));
    return findings;
}

std::vector<Finding> diagnose_running(const MachineFacts& facts) {
    std::vector<Finding> findings = {check_certificate(facts), check_data_folder(facts)};
    if (!facts.data_folder_error) findings.push_back(check_disk(facts));
    findings.push_back(check_clock(facts));
    findings.push_back(check_open_files(facts));
    return findings;
}

Severity worst(std::span<const Finding> findings) {
    Severity worst = Severity::kOk;
    for (const Finding& finding : findings) {
        worst = std::max(worst, finding.severity);
    }
    return worst;
}

std::string to_text(std::span<const Finding> findings, bool coloured) {
    std::size_t width = 0;
    for (const Finding& finding : findings) {
        width = std::max(width, finding.check.size());
    }
    std::string text;
    std::size_t problems = 0;
    std::size_t warnings = 0;
    for (const Finding& finding : findings) {
        const bool is_ok = finding.severity == Severity::kOk;
        const bool is_problem = finding.severity == Severity::kProblem;
        problems += is_problem ? 1 : 0;
        warnings += is_ok || is_problem ? 0 : 1;
        const std::string_view colour = !coloured    ? ""
                                        : is_ok      ? "\033[32m"
                                        : is_problem ? "\033[31m"
                                                     : "\033[33m";
        text += fmt::format("{}{:<8}{} {:<{}}  {}\n", colour, to_string(finding.severity),
                            coloured ? "\033[0m" : "", finding.check, width, finding.detail);
        if (!finding.remedy.empty()) {
            text += fmt::format("{:<{}}  -> {}\n", "", 9 + width, finding.remedy);
        }
    }
    text += "\n";
    if (problems != 0) {
        text += fmt::format("{} to mend before matinee works as it should.\n",
                            problems == 1 ? "One problem" : fmt::format("{} problems", problems));
    } else if (warnings != 0) {
        text += "matinee works here; see the warnings.\n";
    } else {
        text += "All is well.\n";
    }
    return text;
}

json findings_json(std::span<const Finding> findings) {
    json list = json::array();
    for (const Finding& finding : findings) {
        list.push_back({{"check", finding.check},
                        {"severity", to_string(finding.severity)},
                        {"detail", finding.detail},
                        {"remedy", finding.remedy}});
    }
    return list;
}

std::string to_json(std::span<const Finding> findings) {
    const json all = {{"findings", findings_json(findings)}, {"worst", to_string(worst(findings))}};
    return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace matinee::app
