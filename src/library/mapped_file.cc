#include "library/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "library/file_error.h"

namespace matinee::library {

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
    return std::shared_ptr<const MappedFile>(
        new MappedFile(ByteSpan(static_cast<const std::byte*>(address), size)));
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace matinee::library
