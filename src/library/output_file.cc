#include "library/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "library/file_error.h"

namespace matinee::library {

namespace {
constexpr std::size_t kBufferSize = std::size_t{1} << 20;
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0) return file_error(errno, path, "cannot be created");
    return OutputFile(descriptor, path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      size_(other.size_),
      buffer_(std::move(other.buffer_)) {}

OutputFile::~OutputFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> OutputFile::write(ByteSpan bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    size_ += bytes.size();
    if (buffer_.size() >= kBufferSize) TRY(flush());
    return {};
}

Result<void> OutputFile::flush() {
    ByteSpan rest = buffer_;
    while (!rest.empty()) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return file_error(errno, path_, "cannot be written");
        }
        rest = rest.subspan(static_cast<std::size_t>(written));
    }
    buffer_.clear();
    return {};
}

Result<void> OutputFile::finish() {
    TRY(flush());
    if (::fsync(descriptor_) != 0) return file_error(errno, path_, "cannot be synced to disk");
    if (::close(std::exchange(descriptor_, -1)) != 0) {
        return file_error(errno, path_, "cannot be closed");
    }
    return {};
}

Result<void> write_file(const std::filesystem::path& path, ByteSpan bytes) {
    OutputFile file = TRY(OutputFile::create(path));
    TRY(file.write(bytes));
    return file.finish();
}

Result<void> sync_directory(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return file_error(errno, path, "cannot be opened");
    const int status = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    if (status != 0) return file_error(error, path, "cannot be synced to disk");
    return {};
}

}  // namespace matinee::library
