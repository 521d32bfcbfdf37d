// What a confined process cannot do, tried by one: each test is a child that confines itself as
// the worker does, tries, and reports.
#include "prepare/sandbox.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film.h"
#include "prepare/confined_worker.h"

namespace matinee::prepare {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kNotConfined = 111;

// A data folder as a server has it, with a worker's folder in it and a film beside it.
struct DataFolder {
    DataFolder() {
        fs::create_directories(folder / "tls");
        fs::create_directories(folder / "library" / "incoming" / "j1.1");
        fs::create_directories(folder / "library" / "incoming" / "j2.1");
        for (const auto& file : {database, key, film, neighbour}) {
            std::ofstream(file) << "content";
        }
    }

    [[nodiscard]] Confinement confinement(const Limits& limits = {}) const {
        WorkerOptions options;
        options.source = film;
        options.output = own / "entry";
        return worker_confinement(options, SandboxMode::kBest, limits);
    }

    TempFolder folder;
    fs::path database = folder / "matinee.db";
    fs::path key = folder / "tls" / "server.key";
    fs::path film = folder / "film.mp4";
    fs::path incoming = folder / "library" / "incoming";
    fs::path own = incoming / "j1.1";
    fs::path neighbour = incoming / "j2.1" / "video.mp4";
};

// What a child that is confined does: its wait status.
int status_of_confined(const Confinement& confinement, const std::function<int()>& attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(confine(confinement) ? attempt() : kNotConfined);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

// The errno of a call in a confined child, 0 when it succeeds.
int error_of(const Confinement& confinement, const std::function<long()>& call) {
    const int status = status_of_confined(confinement, [&] {
        errno = 0;
        return call() < 0 ? errno : 0;
    });
    EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    return WEXITSTATUS(status);
}

long open_to_read(const fs::path& path) {
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

long open_to_write(const fs::path& path) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

bool has_files(SandboxLevel level) {
    return level == SandboxLevel::kFiles || level == SandboxLevel::kFull;
}

bool has_system_calls(SandboxLevel level) {
    return level == SandboxLevel::kSystemCalls || level == SandboxLevel::kFull;
}

class SandboxTest : public testing::Test {
  protected:
    void SetUp() override {
        const auto found = try_sandbox();
        ASSERT_TRUE(found) << found.error().to_string();
        level_ = *found;
    }
    SandboxLevel level_ = SandboxLevel::kLimits;
    DataFolder data_;
};

class SandboxFiles : public SandboxTest {
  protected:
    void SetUp() override {
        SandboxTest::SetUp();
        if (!has_files(level_)) GTEST_SKIP() << "this kernel lacks: " << remedy_for(level_);
    }
    int trying(const std::function<long()>& call) { return error_of(data_.confinement(), call); }
};

class SandboxCalls : public SandboxTest {
  protected:
    void SetUp() override {
        SandboxTest::SetUp();
        if (!has_system_calls(level_)) GTEST_SKIP() << "this kernel lacks: " << remedy_for(level_);
    }
    int trying(const std::function<long()>& call) { return error_of(data_.confinement(), call); }
};

TEST_F(SandboxFiles, LetReadTheFilmTheLibrariesAndNothingElse) {
    EXPECT_EQ(trying([&] { return open_to_read(data_.film); }), 0);
    EXPECT_EQ(trying([] { return open_to_read("/etc/ld.so.cache"); }), 0);
    EXPECT_EQ(trying([] { return open_to_read("/usr/lib"); }), 0);
    EXPECT_EQ(trying([] { return open_to_read("/proc/self/status"); }), 0);

    EXPECT_EQ(trying([&] { return open_to_read(data_.database); }), EACCES);
    EXPECT_EQ(trying([&] { return open_to_read(data_.key); }), EACCES);
    EXPECT_EQ(trying([&] { return open_to_read(data_.neighbour); }), EACCES);
    EXPECT_EQ(trying([&] { return open_to_read(data_.incoming); }), EACCES);
    EXPECT_EQ(trying([] { return open_to_read("/"); }), EACCES);
    EXPECT_EQ(trying([] { return open_to_read("/etc/hosts"); }), EACCES);
    const std::string parent = fmt::format("/proc/{}/environ", ::getpid());
    EXPECT_EQ(trying([&] { return open_to_read(parent); }), EACCES);
}

TEST_F(SandboxFiles, LetWriteOnlyInTheOwnFolder) {
    EXPECT_EQ(trying([&] { return open_to_write(data_.own / "x"); }), 0);
    EXPECT_EQ(trying([&] { return ::mkdir((data_.own / "work").c_str(), 0700); }), 0);
    EXPECT_EQ(trying([&] {
                  return ::rename((data_.own / "x").c_str(), (data_.own / "work" / "y").c_str());
              }),
              0);
    EXPECT_EQ(trying([] { return ::open("/dev/null", O_WRONLY | O_CLOEXEC); }), 0);

    EXPECT_EQ(trying([&] { return open_to_write(data_.film); }), EACCES);
    EXPECT_EQ(trying([&] { return open_to_write(data_.database); }), EACCES);
    EXPECT_EQ(trying([&] { return open_to_write(data_.incoming / "x"); }), EACCES);
    EXPECT_EQ(trying([&] { return open_to_write(data_.neighbour); }), EACCES);
    EXPECT_EQ(trying([&] { return ::unlink(data_.neighbour.c_str()); }), EACCES);
    EXPECT_EQ(trying([&] { return ::mkdir((data_.incoming / "new").c_str(), 0700); }), EACCES);
    EXPECT_EQ(trying([] { return open_to_write("/tmp/matinee-broke-out"); }), EACCES);
    EXPECT_EQ(trying([&] { return ::truncate(data_.neighbour.c_str(), 0); }) == 0, false);
}

TEST_F(SandboxFiles, RefuseLinksThatTheServerWouldFollow) {
    EXPECT_EQ(
        trying([&] { return ::symlink(data_.key.c_str(), (data_.own / "video.mp4").c_str()); }),
        EACCES);
    EXPECT_NE(trying([&] { return ::link(data_.key.c_str(), (data_.own / "video.mp4").c_str()); }),
              0);
}

TEST_F(SandboxCalls, RefuseTheNetworkAndSocketsOfThisMachine) {
    for (const int domain : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET}) {
        EXPECT_EQ(trying([=] { return ::socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0); }), EPERM)
            << domain;
    }
}

TEST_F(SandboxCalls, RefuseOtherProgramsAndProcesses) {
    char* const arguments[] = {nullptr};
    EXPECT_EQ(trying([&] { return ::execv("/bin/true", arguments); }), EPERM);
    EXPECT_EQ(trying([] { return ::fork(); }), EPERM);
    EXPECT_EQ(trying([] { return ::syscall(SYS_vfork); }), EPERM);
    EXPECT_EQ(trying([] { return ::kill(::getppid(), 0); }), EPERM);
    EXPECT_EQ(trying([] { return ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0); }), EPERM);
    EXPECT_EQ(trying([] { return ::setpriority(PRIO_PROCESS, 0, -5); }), EPERM);
}

TEST_F(SandboxCalls, RefuseWhatNoDecoderNeeds) {
    for (const long call :
         {SYS_ptrace, SYS_mount, SYS_umount2, SYS_bpf, SYS_keyctl, SYS_userfaultfd, SYS_unshare,
          SYS_kexec_load, SYS_io_uring_setup, SYS_perf_event_open, SYS_init_module,
          SYS_process_vm_readv, SYS_pidfd_open, SYS_open_by_handle_at, SYS_chroot, SYS_shmget}) {
        EXPECT_EQ(trying([=] { return ::syscall(call, 0, 0, 0, 0, 0); }), EPERM) << call;
    }
    constexpr long kOfALaterKernel = 470;
    EXPECT_EQ(trying([] { return ::syscall(kOfALaterKernel, 0, 0, 0, 0, 0); }), ENOSYS);
    EXPECT_EQ(trying([] { return ::ioctl(STDOUT_FILENO, TIOCSTI, "x"); }), EPERM);
}

TEST_F(SandboxCalls, RefuseToChangeFilesThatMayNotBeOpened) {
    EXPECT_EQ(trying([&] { return ::chmod(data_.key.c_str(), 0644); }), EPERM);
    EXPECT_EQ(trying([&] { return ::chown(data_.key.c_str(), ::getuid(), ::getgid()); }), EPERM);
    EXPECT_EQ(trying([&] { return ::utimensat(AT_FDCWD, data_.key.c_str(), nullptr, 0); }), EPERM);
}

TEST_F(SandboxTest, LetsThreadsRunAndFail) {
    const int status = status_of_confined(data_.confinement(), [] {
        int sum = 0;
        std::thread([&] { sum = 42; }).join();
        return sum;
    });
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 42);
    const int aborted = status_of_confined(data_.confinement(), []() -> int { std::abort(); });
    ASSERT_TRUE(WIFSIGNALED(aborted));
    EXPECT_EQ(WTERMSIG(aborted), SIGABRT);
}

TEST_F(SandboxTest, GivesUpPrivilegesAndCoreDumps) {
    const int status = status_of_confined(data_.confinement(), [] {
        rlimit core{1, 1};
        ::getrlimit(RLIMIT_CORE, &core);
        std::ifstream self("/proc/self/status");
        bool powerless = false;
        for (std::string line; std::getline(self, line);) {
            // All but CAP_DAC_READ_SEARCH (2).
            if (line.starts_with("CapEff:")) {
                powerless = (std::stoull(line.substr(7), nullptr, 16) & ~4ULL) == 0;
            }
        }
        const bool no_new = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
        return core.rlim_max == 0 && powerless && no_new ? 0 : 1;
    });
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(SandboxTest, HoldsToMemoryFileSizeProcessorTimeAndOpenFiles) {
    constexpr std::uint64_t kMegabyte = 1'000'000;
    const Confinement confinement = data_.confinement({.memory_bytes = 200 * kMegabyte,
                                                       .file_bytes = kMegabyte,
                                                       .processor_time = std::chrono::seconds(1),
                                                       .open_files = 20});
    EXPECT_EQ(error_of(confinement,
                       [] {
                           const void* const place =
                               ::mmap(nullptr, 300 * kMegabyte, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                           return place == MAP_FAILED ? -1L : 0L;
                       }),
              ENOMEM);
    EXPECT_EQ(error_of(confinement,
                       [] {
                           long last = 0;
                           for (int i = 0; i < 30 && last >= 0; ++i) {
                               last = ::open("/dev/null", O_RDONLY);
                           }
                           return last;
                       }),
              EMFILE);
    const int large = status_of_confined(confinement, [&] {
        const std::vector<char> data(2 * kMegabyte);
        std::ofstream(data_.own / "large").write(data.data(), 2 * kMegabyte).flush();
        return 0;
    });
    EXPECT_TRUE(WIFSIGNALED(large) && WTERMSIG(large) == SIGXFSZ);
    const int busy = status_of_confined(confinement, [] {
        for (volatile unsigned long i = 0;;)
            i = i + 1;
        return 0;
    });
    EXPECT_TRUE(WIFSIGNALED(busy) && WTERMSIG(busy) == SIGXCPU);
}

TEST_F(SandboxTest, HoldsForGoodAndIsEnteredWithoutThreads) {
    const int status = status_of_confined(data_.confinement(), [&] {
        Confinement more = data_.confinement();
        more.readable.push_back(data_.key);
        // A second time can only take away.
        (void)confine(more);
        return open_to_read(data_.key) < 0 ? 0 : 1;
    });
    EXPECT_TRUE(WIFEXITED(status));
    if (has_files(level_)) {
        EXPECT_EQ(WEXITSTATUS(status), 0);
    }

    const pid_t child = ::fork();
    if (child == 0) {
        std::thread other([] { ::pause(); });
        const auto result = confine(data_.confinement());
        ::_exit(!result && result.error().code() == ErrorCode::kConflict ? 0 : 1);
    }
    int refused = 0;
    ASSERT_EQ(::waitpid(child, &refused, 0), child);
    EXPECT_TRUE(WIFEXITED(refused) && WEXITSTATUS(refused) == 0);
}

TEST_F(SandboxTest, IsOffWhenToldButForLimits) {
    Confinement confinement = data_.confinement({.open_files = 50});
    confinement.mode = SandboxMode::kOff;
    EXPECT_EQ(error_of(confinement, [&] { return open_to_read(data_.key); }), 0);
    EXPECT_EQ(error_of(confinement,
                       [] {
                           rlimit files{};
                           ::getrlimit(RLIMIT_NOFILE, &files);
                           return files.rlim_max == 50 ? 0L : -1L;
                       }),
              0);
}

TEST(Sandbox, NamesModesAndLevels) {
    for (const SandboxMode mode : {SandboxMode::kOff, SandboxMode::kBest, SandboxMode::kRequired}) {
        EXPECT_EQ(*sandbox_mode_from(to_string(mode)), mode);
    }
    EXPECT_FALSE(sandbox_mode_from("none"));
    for (const SandboxLevel level : {SandboxLevel::kLimits, SandboxLevel::kSystemCalls,
                                     SandboxLevel::kFiles, SandboxLevel::kFull}) {
        EXPECT_EQ(*sandbox_level_from(to_string(level)), level);
        EXPECT_EQ(remedy_for(level).empty(), level == SandboxLevel::kFull);
    }
    EXPECT_FALSE(sandbox_level_from(""));
    EXPECT_THAT(out_of_memory_reason(1'500'000'000), HasSubstr("1500 MB"));
}

}  // namespace
}  // namespace matinee::prepare
