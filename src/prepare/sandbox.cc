#include "prepare/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "prepare/pipeline_text.h"
#include "prepare/system_call_filter.h"

namespace matinee::prepare {
namespace {

namespace fs = std::filesystem;

Unexpected fail_with_errno(std::string_view what) {
    return fail(ErrorCode::kInternal, "{}: {}", what, std::generic_category().message(errno));
}

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

// -- Landlock ------------------------------------------------------------------------------------
// The kernel's Documentation/userspace-api/landlock.rst. What Debian's headers may lack is spelled
// out.

struct RulesetAttributes {
    std::uint64_t files = 0;
    std::uint64_t network = 0;  // version 4
    std::uint64_t scopes = 0;   // version 6
};

constexpr std::uint64_t kRefer = 1ULL << 13;        // version 2
constexpr std::uint64_t kTruncate = 1ULL << 14;     // version 3
constexpr std::uint64_t kDeviceIoctl = 1ULL << 15;  // version 5
constexpr std::uint64_t kAllOfVersion1 = (1ULL << 13) - 1;
constexpr std::uint64_t kTcpBindAndConnect = 0b11;
constexpr std::uint64_t kAbstractSocketsAndSignals = 0b11;

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kReadFolder = LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kOfFiles =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | kReadFile | kTruncate;
// No links of any kind: the server reads the folder later, and would follow them.
constexpr std::uint64_t kWrite = kReadFile | kReadFolder | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 kRefer | kTruncate;

// Version 1 cannot move a finished folder to its place.
constexpr long kOldestLandlock = 2;

long landlock_version() {
    return ::syscall(__NR_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

Result<void> allow(int ruleset, const fs::path& path, std::uint64_t rights, std::uint64_t handled) {
    const FileDescriptor file(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (file.get() < 0) return {};  // what is not there, or not ours, needs no permission
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail_with_errno(path.string());
    if (!S_ISDIR(status.st_mode)) rights &= kOfFiles;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights & handled;
    rule.parent_fd = file.get();
    if (::syscall(__NR_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
        return fail_with_errno("the sandbox cannot allow " + path.string());
    }
    return {};
}

Result<void> confine_files(const Confinement& confinement, long version) {
    RulesetAttributes attributes;
    attributes.files = kAllOfVersion1 | kRefer;
    if (version >= 3) attributes.files |= kTruncate;
    if (version >= 4) attributes.network = kTcpBindAndConnect;
    if (version >= 5) attributes.files |= kDeviceIoctl;
    if (version >= 6) attributes.scopes = kAbstractSocketsAndSignals;
    const FileDescriptor ruleset(static_cast<int>(
        ::syscall(__NR_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
    if (ruleset.get() < 0) return fail_with_errno("Landlock gives no ruleset");
    for (const fs::path& path : confinement.readable) {
        TRY(allow(ruleset.get(), path, kReadFile | kReadFolder, attributes.files));
    }
    for (const fs::path& path : confinement.listable) {
        TRY(allow(ruleset.get(), path, kReadFolder, attributes.files));
    }
    for (const fs::path& path : confinement.writable) {
        TRY(allow(ruleset.get(), path, kWrite, attributes.files));
    }
    if (::syscall(__NR_landlock_restrict_self, ruleset.get(), 0) != 0) {
        return fail_with_errno("Landlock cannot be entered");
    }
    return {};
}

// -- Limits and privileges -----------------------------------------------------------------------

// `hard_extra`: by how much the limit that cannot be raised again is above the one that counts.
Result<void> limit(int resource, std::uint64_t most, std::string_view what,
                   std::uint64_t hard_extra = 0) {
    rlimit now{};
    if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) {
        return fail_with_errno(what);
    }
    now.rlim_max = std::min<rlim_t>(now.rlim_max, most + hard_extra);
    now.rlim_cur = std::min<rlim_t>(now.rlim_cur, most);
    if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) {
        return fail_with_errno(what);
    }
    return {};
}

Result<void> apply(const Limits& limits) {
    TRY(limit(RLIMIT_CORE, 0, "core dumps cannot be forbidden"));
    if (limits.open_files != 0) {
        TRY(limit(RLIMIT_NOFILE, limits.open_files, "open files cannot be limited"));
    }
    if (limits.file_bytes != 0) {
        TRY(limit(RLIMIT_FSIZE, limits.file_bytes, "file sizes cannot be limited"));
    }
    if (limits.processor_time.count() > 0) {
        // At the first SIGXCPU, which tells why; at the second SIGKILL.
        TRY(limit(RLIMIT_CPU, static_cast<std::uint64_t>(limits.processor_time.count()),
                  "processor time cannot be limited", 5));
    }
    // Not RLIMIT_AS: each thread's heap reserves 64 MB of addresses that cost nothing.
    if (limits.memory_bytes != 0) {
        TRY(limit(RLIMIT_DATA, limits.memory_bytes, "memory cannot be limited"));
    }
    // When the machine runs out of memory, the worker goes first. A system that forbids to say so
    // has an opinion of its own.
    const FileDescriptor score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (score.get() >= 0) [[maybe_unused]]
        const ssize_t ignored = ::write(score.get(), "500", 3);
    return {};
}

// Root's powers, when it is root that prepares: only reading what belongs to others stays, since
// an operator names files by it. Which files is Landlock's to say.
Result<void> drop_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return fail_with_errno("new privileges cannot be given up");
    }
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
        // Refused to all but root, whom alone it concerns.
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (::syscall(__NR_capget, &header, data.data()) != 0) {
        return fail_with_errno("privileges cannot be read");
    }
    constexpr std::uint32_t kKept = 1U << CAP_DAC_READ_SEARCH;
    for (auto& word : data) {
        const std::uint32_t kept = &word == data.data() ? kKept & word.permitted : 0;
        word = {kept, kept, 0};
    }
    if (::syscall(__NR_capset, &header, data.data()) != 0) {
        return fail_with_errno("privileges cannot be given up");
    }
    return {};
}

std::size_t thread_count() {
    std::error_code error;
    const fs::directory_iterator tasks("/proc/self/task", error);
    return error ? 1 : static_cast<std::size_t>(std::distance(tasks, fs::directory_iterator()));
}

SandboxLevel level_of(bool files, bool system_calls) {
    if (files && system_calls) return SandboxLevel::kFull;
    return files          ? SandboxLevel::kFiles
           : system_calls ? SandboxLevel::kSystemCalls
                          : SandboxLevel::kLimits;
}

// -- What decoding needs -------------------------------------------------------------------------

void add_environment_paths(std::vector<fs::path>& paths, const char* variable) {
    const char* const value = std::getenv(variable);
    if (!value) return;
    std::string_view rest = value;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        if (const fs::path path(rest.substr(0, end)); path.is_absolute()) paths.push_back(path);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

// $XDG_..._HOME, or its place below the home folder (XDG Base Directory Specification).
fs::path user_folder(const char* variable, const char* below_home) {
    const char* const given = std::getenv(variable);
    if (given && fs::path(given).is_absolute()) return given;
    const char* const home = std::getenv("HOME");
    return home && fs::path(home).is_absolute() ? fs::path(home) / below_home : fs::path();
}

}  // namespace

std::string_view to_string(SandboxMode mode) {
    switch (mode) {
        case SandboxMode::kOff:
            return "off";
        case SandboxMode::kBest:
            return "best";
        case SandboxMode::kRequired:
            break;
    }
    return "required";
}

Result<SandboxMode> sandbox_mode_from(std::string_view text) {
    for (const SandboxMode mode : {SandboxMode::kOff, SandboxMode::kBest, SandboxMode::kRequired}) {
        if (to_string(mode) == text) return mode;
    }
    return fail(ErrorCode::kInvalid, "\"{}\" is no sandbox mode; write required, best or off",
                text);
}

std::string_view to_string(SandboxLevel level) {
    switch (level) {
        case SandboxLevel::kLimits:
            return "limits";
        case SandboxLevel::kSystemCalls:
            return "system-calls";
        case SandboxLevel::kFiles:
            return "files";
        case SandboxLevel::kFull:
            break;
    }
    return "full";
}

Result<SandboxLevel> sandbox_level_from(std::string_view text) {
    for (const SandboxLevel level : {SandboxLevel::kLimits, SandboxLevel::kSystemCalls,
                                     SandboxLevel::kFiles, SandboxLevel::kFull}) {
        if (to_string(level) == text) return level;
    }
    return fail(ErrorCode::kInvalid, "\"{}\" is no sandbox level", text);
}

std::string out_of_memory_reason(std::uint64_t most) {
    return fmt::format(
        "ran out of memory: preparing it takes more than {} MB; allow more (memory_mb under "
        "[worker] in matinee.toml), or export the film again, smaller or in another format",
        most / 1'000'000);
}

std::string remedy_for(SandboxLevel level) {
    constexpr std::string_view kLandlock =
        "run Linux 5.19 or later with landlock among the modules of /sys/kernel/security/lsm (add "
        "it to lsm= on the kernel's command line); in a container, allow its system calls";
    constexpr std::string_view kSeccomp =
        "run a kernel with CONFIG_SECCOMP_FILTER, on x86-64 or arm64";
    switch (level) {
        case SandboxLevel::kLimits:
            return fmt::format("{}; and {}", kLandlock, kSeccomp);
        case SandboxLevel::kSystemCalls:
            return std::string(kLandlock);
        case SandboxLevel::kFiles:
            return std::string(kSeccomp);
        case SandboxLevel::kFull:
            break;
    }
    return {};
}

Confinement decoding_confinement(SandboxMode mode) {
    Confinement confinement;
    confinement.mode = mode;
    confinement.readable = {"/usr", "/lib", "/lib64",
                            // What the C library, fontconfig, OpenSSL and the like begin with. Not
                            // all of /etc: there are keys in it.
                            "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf",
                            "/etc/passwd", "/etc/fonts", "/etc/ssl/openssl.cnf", "/etc/OpenCL",
                            "/etc/drirc", "/etc/vdpau_wrapper.cfg", "/etc/gnutls",
                            "/var/cache/fontconfig",
                            // How many processors, and what they can do.
                            "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
                            "/proc/sys/vm", "/sys/devices/system", "/dev/urandom", "/dev/zero"};
    // Plugins look which devices there are.
    confinement.listable = {"/dev"};
    confinement.writable = {"/dev/null"};

    const fs::path cache = user_folder("XDG_CACHE_HOME", ".cache");
    const fs::path data = user_folder("XDG_DATA_HOME", ".local/share");
    const fs::path config = user_folder("XDG_CONFIG_HOME", ".config");
    for (const auto& [folder, name] : {std::pair{cache, "fontconfig"},
                                       {cache, "gstreamer-1.0"},
                                       {cache, "mesa_shader_cache"},
                                       {data, "fonts"},
                                       {data, "gstreamer-1.0"},
                                       {config, "fontconfig"}}) {
        if (!folder.empty()) confinement.readable.push_back(folder / name);
    }
    if (const char* home = std::getenv("HOME"); home && fs::path(home).is_absolute()) {
        confinement.readable.push_back(fs::path(home) / ".fonts");
    }
    for (const char* variable :
         {"LD_LIBRARY_PATH", "GST_PLUGIN_PATH", "GST_PLUGIN_PATH_1_0", "GST_PLUGIN_SYSTEM_PATH",
          "GST_PLUGIN_SYSTEM_PATH_1_0", "GST_REGISTRY", "GST_REGISTRY_1_0", "FONTCONFIG_PATH",
          "FONTCONFIG_FILE"}) {
        add_environment_paths(confinement.readable, variable);
    }
    // Without them the pipelines will say so better.
    if (auto pipelines = pipelines_directory()) confinement.readable.emplace_back(*pipelines);
    return confinement;
}

Result<SandboxLevel> confine(const Confinement& confinement) {
    const bool wanted = confinement.mode != SandboxMode::kOff;
    const long landlock = wanted ? landlock_version() : 0;
    const bool files = landlock >= kOldestLandlock;
    const bool system_calls = wanted && can_filter_system_calls();
    const SandboxLevel level = level_of(files, system_calls);
    if (confinement.mode == SandboxMode::kRequired && level != SandboxLevel::kFull) {
        return fail(ErrorCode::kUnsupported,
                    "the sandbox that the configuration requires is not to be had here: {}",
                    remedy_for(level));
    }
    if (thread_count() != 1) {
        return fail(ErrorCode::kConflict, "a process is confined before it starts threads");
    }
    TRY(apply(confinement.limits));
    TRY(drop_privileges());
    if (files) TRY(confine_files(confinement, landlock));
    if (system_calls) TRY(filter_system_calls());
    return level;
}

Result<SandboxLevel> try_sandbox() {
    constexpr int kLevels = 4;
    constexpr int kBrokenOut = 100;
    constexpr int kFailed = 101;
    const pid_t child = ::fork();
    if (child < 0) return fail_with_errno("no process can be started");
    if (child == 0) {
        const auto level = confine(decoding_confinement(SandboxMode::kBest));
        if (!level) ::_exit(kFailed);
        const bool files = *level == SandboxLevel::kFiles || *level == SandboxLevel::kFull;
        const bool calls = *level == SandboxLevel::kSystemCalls || *level == SandboxLevel::kFull;
        const bool opened = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
        const bool connected = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
        ::_exit((files && opened) || (calls && connected) ? kBrokenOut : static_cast<int>(*level));
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return fail_with_errno("a process cannot be waited for");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) < kLevels) {
        return static_cast<SandboxLevel>(WEXITSTATUS(status));
    }
    return fail(ErrorCode::kInternal, "{}",
                WIFEXITED(status) && WEXITSTATUS(status) == kBrokenOut
                    ? "the sandbox does not hold: what it forbids could be done"
                    : "the sandbox cannot be entered");
}

}  // namespace matinee::prepare
