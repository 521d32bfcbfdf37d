#include "app/workspace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>
#include <utility>

#include "library/file_error.h"

namespace matinee::app {

namespace fs = std::filesystem;

Result<Workspace> Workspace::open(const fs::path& given) {
    Workspace workspace;
    std::error_code error;
    workspace.folder = fs::absolute(given.empty() ? TRY(default_data_folder()) : given, error);
    if (error) return library::file_error(error.value(), given, "is no usable path");
    fs::create_directories(workspace.folder, error);
    if (error) {
        return library::file_error(error.value(), workspace.folder, "cannot be created");
    }
    workspace.config = TRY(load_config(workspace.folder / kConfigFile));
    workspace.clock = std::make_unique<base::SystemClock>();
    workspace.store = TRY(store::Store::open(workspace.folder / "matinee.db", *workspace.clock));
    workspace.library = std::make_unique<library::Library>(workspace.folder / "library");
    return workspace;
}

std::vector<std::string> Workspace::worker_command() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    return {(self.parent_path() / "matinee-worker").string()};
}

Result<ServerLock> ServerLock::take(const fs::path& folder) {
    const fs::path path = folder / "server.lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return library::file_error(errno, path, "cannot be opened");
    ServerLock lock(descriptor);
    // Somebody may have a look at it (held_since()), which is over at once.
    constexpr int kAttempts = 5;
    constexpr std::chrono::milliseconds kPause{20};
    bool locked = false;
    for (int i = 0; i < kAttempts && !locked; ++i) {
        if (i > 0) std::this_thread::sleep_for(kPause);
        locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
        if (!locked && errno != EWOULDBLOCK) break;
    }
    if (!locked) {
        if (errno != EWOULDBLOCK) return library::file_error(errno, path, "cannot be locked");
        std::array<char, 32> holder{};
        const ssize_t size = ::read(descriptor, holder.data(), holder.size() - 1);
        return fail(ErrorCode::kConflict,
                    "{}: process {} serves this folder already; stop it, or give --data another "
                    "folder",
                    folder.string(),
                    size > 0 ? std::string(holder.data(), static_cast<std::size_t>(size)) : "?");
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(descriptor, 0) != 0 ||
        ::pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        return library::file_error(errno, path, "cannot be written");
    }
    return lock;
}

std::optional<Instant> ServerLock::held_since(const fs::path& folder) {
    const int descriptor = ::open((folder / "server.lock").c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return std::nullopt;
    const ServerLock look(descriptor);
    if (::flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
    // It was written when it was taken.
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return std::nullopt;
    return Instant(std::chrono::milliseconds(std::int64_t{status.st_mtim.tv_sec} * 1000 +
                                             status.st_mtim.tv_nsec / 1'000'000));
}

ServerLock::ServerLock(ServerLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ServerLock::~ServerLock() {
    if (descriptor_ >= 0) ::close(descriptor_);  // which unlocks
}

}  // namespace matinee::app
