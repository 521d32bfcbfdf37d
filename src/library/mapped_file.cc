#include "library/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <mutex>

#include "library/file_error.h"

namespace matinee::library {

// Entries of a list that only grows, so that a signal's handler can walk it without a lock; those
// of mappings that are gone are used again.
struct MappedFile::Watched {
    std::atomic<std::uintptr_t> start{0};
    std::atomic<std::size_t> size{0};  // 0: not in use
    // From here on pages could not be read, and are zeros.
    std::atomic<std::size_t> lost_from{SIZE_MAX};
    Watched* next = nullptr;  // never changes once it is in the list
};

namespace {

using Watched = MappedFile::Watched;

std::atomic<Watched*> all_mappings{nullptr};
struct sigaction other_handler {};

// A page of a mapping cannot be read: the file is shorter than it was, or the disk has failed.
void on_bus_error(int signal, siginfo_t* info, void*) {
    const int error = errno;
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (Watched* mapping = all_mappings.load(); mapping != nullptr; mapping = mapping->next) {
        const std::uintptr_t start = mapping->start.load();
        const std::size_t size = mapping->size.load();
        if (address < start || address - start >= size) continue;
        const std::uintptr_t lost = address / page * page;
        void* const zeros = ::mmap(reinterpret_cast<void*>(lost), page, PROT_READ,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (zeros == MAP_FAILED) break;
        std::size_t before = mapping->lost_from.load();
        while (lost - start < before &&
               !mapping->lost_from.compare_exchange_weak(before, lost - start)) {
        }
        errno = error;
        return;
    }
    // Not ours: what would have happened without this happens when the instruction is tried again.
    ::sigaction(signal, &other_handler, nullptr);
    errno = error;
}

void watch_for_bus_errors() {
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction action {};
        action.sa_sigaction = on_bus_error;
        action.sa_flags = SA_SIGINFO | SA_NODEFER;
        sigemptyset(&action.sa_mask);
        ::sigaction(SIGBUS, &action, &other_handler);
    });
}

Watched* watch(std::uintptr_t start, std::size_t size) {
    static std::mutex mutex;
    watch_for_bus_errors();
    const std::lock_guard lock(mutex);
    Watched* free = all_mappings.load();
    while (free != nullptr && free->size.load() != 0)
        free = free->next;
    const bool is_new = free == nullptr;
    if (is_new) free = new Watched;  // lives as long as the process
    free->start = start;
    free->lost_from = SIZE_MAX;
    free->size = size;
    if (is_new) {
        free->next = all_mappings.load();
        all_mappings = free;
    }
    return free;
}

FileIdentity identity_from(const struct stat& status) {
    return {status.st_dev, status.st_ino, status.st_size,
            std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

Result<FileIdentity> identity_of(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return file_error(errno, path, "cannot be examined");
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::kInvalid, "{}: is no plain file", path.string());
    }
    return identity_from(status);
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return file_error(errno, path, "cannot be opened");
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) {
        const int error = errno;
        ::close(descriptor);
        return file_error(error, path, "cannot be examined");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = nullptr;
    int error = 0;
    if (size > 0) {
        address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
        if (address == MAP_FAILED) error = errno;
    }
    ::close(descriptor);  // the mapping keeps the file
    if (error != 0) return file_error(error, path, "cannot be mapped into memory");
    Watched* const watched =
        size > 0 ? watch(reinterpret_cast<std::uintptr_t>(address), size) : nullptr;
    return std::shared_ptr<const MappedFile>(new MappedFile(
        ByteSpan(static_cast<const std::byte*>(address), size), identity_from(status), watched));
}

MappedFile::~MappedFile() {
    if (watched_ == nullptr) return;
    watched_->size = 0;
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

bool MappedFile::readable(ByteRange range) const {
    if (range.size == 0) return true;
    const std::size_t end = range.offset + range.size;
    const volatile std::byte* const last = &bytes_[end - 1];
    static_cast<void>(*last);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // what the handler says comes after
    return watched_->lost_from.load() >= end;
}

}  // namespace matinee::library
