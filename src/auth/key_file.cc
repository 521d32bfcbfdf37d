#include "auth/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "auth/secret.h"

namespace matinee::auth {

namespace {

namespace fs = std::filesystem;

Unexpected file_failure(int error, std::string_view doing, const fs::path& path) {
    const ErrorCode code = error == EACCES || error == EPERM || error == EROFS
                               ? ErrorCode::kDenied
                               : (error == ENOSPC || error == EDQUOT ? ErrorCode::kExhausted
                                                                     : ErrorCode::kUnavailable);
    return fail(code, "cannot {} {}: {}", doing, path.string(),
                std::generic_category().message(error));
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

// Whole or not at all, and never over one that is there.
Result<void> make(const fs::path& path) {
    std::string temporary = path.string() + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (file.get() < 0) return file_failure(errno, "write", path);
    const std::string text = to_base64url(random_bytes(LinkKey::kSize)) + "\n";
    int error = 0;
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        error = errno != 0 ? errno : ENOSPC;
    }
    if (error == 0 && ::fsync(file.get()) != 0) error = errno;
    if (error == 0 && ::link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
        error = errno;
    }
    ::unlink(temporary.c_str());
    if (error != 0) return file_failure(error, "write", path);
    return {};
}

}  // namespace

Result<LinkKey> load_or_make_link_key(const fs::path& path) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        TRY(make(path));
        fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }
    const Descriptor file(fd);
    if (file.get() < 0) return file_failure(errno, "read", path);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_failure(errno, "read", path);
    if ((status.st_mode & 077U) != 0) {
        return fail(ErrorCode::kDenied,
                    "{}: others may read this key, and could forge links with it; run chmod 600 "
                    "on it, or delete it if it may be known already (all links end then)",
                    path.string());
    }
    std::string text(128, '\0');
    const ssize_t size = ::read(file.get(), text.data(), text.size());
    if (size < 0) return file_failure(errno, "read", path);
    text.resize(static_cast<std::size_t>(size));
    if (text.ends_with('\n')) text.pop_back();
    const auto key = from_base64url(text);
    if (!key || key->size() != LinkKey::kSize) {
        return fail(ErrorCode::kInvalid,
                    "{} holds no key; restore it from a backup, or delete it (all links end then)",
                    path.string());
    }
    return LinkKey::create(*key);
}

}  // namespace matinee::auth
