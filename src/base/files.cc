#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace matinee::base {

namespace {

namespace fs = std::filesystem;

// Writes `text` to a new file beside `path`, with a name like it; 0 or an errno, after which there
// is no file.
int write_beside(const fs::path& path, std::string_view text, mode_t mode, std::string& temporary) {
    temporary = path.string() + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600
    if (fd < 0) return errno;
    int error = 0;
    while (error == 0 && !text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    if (error == 0 && ::fchmod(fd, mode) != 0) error = errno;
    if (error == 0 && ::fsync(fd) != 0) error = errno;
    if (::close(fd) != 0 && error == 0) error = errno;
    if (error != 0) ::unlink(temporary.c_str());
    return error;
}

}  // namespace

Unexpected file_failure(int error, std::string_view doing, const fs::path& path) {
    const ErrorCode code = error == ENOENT ? ErrorCode::kNotFound
                           : error == EACCES || error == EPERM || error == EROFS
                               ? ErrorCode::kDenied
                           : error == ENOSPC || error == EDQUOT ? ErrorCode::kExhausted
                                                                : ErrorCode::kUnavailable;
    return fail(code, "cannot {} {}: {}", doing, path.string(),
                std::generic_category().message(error));
}

Result<std::string> read_file(const fs::path& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return file_failure(errno == 0 ? EIO : errno, "read", path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (file.bad()) return file_failure(EIO, "read", path);
    return text;
}

Result<void> replace_file(const fs::path& path, std::string_view text, mode_t mode) {
    std::string temporary;
    int error = write_beside(path, text, mode, temporary);
    if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) {
        error = errno;
        ::unlink(temporary.c_str());
    }
    if (error != 0) return file_failure(error, "write", path);
    return {};
}

Result<bool> create_file(const fs::path& path, std::string_view text, mode_t mode) {
    std::string temporary;
    int error = write_beside(path, text, mode, temporary);
    if (error == 0) {
        // Unlike a rename, a link fails where there is a file.
        if (::link(temporary.c_str(), path.c_str()) != 0) error = errno;
        ::unlink(temporary.c_str());
    }
    if (error == EEXIST) return false;
    if (error != 0) return file_failure(error, "write", path);
    return true;
}

}  // namespace matinee::base
