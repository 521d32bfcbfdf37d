#include "auth/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "auth/secret.h"
#include "base/files.h"

namespace matinee::auth {

namespace {

namespace fs = std::filesystem;

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

// What a key is for, as error messages have it.
struct Purpose {
    std::string_view danger;  // what whoever knows it can do
    std::string_view loss;    // what deleting it does
};
constexpr Purpose kLinks{"could forge links with it", "all links end then"};
constexpr Purpose kMedia{"could decrypt every encrypted channel with it",
                         "viewers of encrypted channels have to start anew then"};

Result<Bytes> load_or_make(const fs::path& path, std::size_t key_size, const Purpose& purpose) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        // Whoever was first: its key is everybody's.
        TRY(base::create_file(path, to_base64url(random_bytes(key_size)) + "\n", base::kOwnerOnly));
        fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }
    const Descriptor file(fd);
    if (file.get() < 0) return base::file_failure(errno, "read", path);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return base::file_failure(errno, "read", path);
    if ((status.st_mode & 077U) != 0) {
        return fail(ErrorCode::kDenied,
                    "{}: others may read this key, and {}; run chmod 600 on it, or delete it if it "
                    "may be known already ({})",
                    path.string(), purpose.danger, purpose.loss);
    }
    std::string text(128, '\0');
    const ssize_t size = ::read(file.get(), text.data(), text.size());
    if (size < 0) return base::file_failure(errno, "read", path);
    text.resize(static_cast<std::size_t>(size));
    if (text.ends_with('\n')) text.pop_back();
    auto key = from_base64url(text);
    if (!key || key->size() != key_size) {
        return fail(ErrorCode::kInvalid,
                    "{} holds no key; restore it from a backup, or delete it ({})", path.string(),
                    purpose.loss);
    }
    return *std::move(key);
}

}  // namespace

Result<LinkKey> load_or_make_link_key(const fs::path& file) {
    return LinkKey::create(TRY(load_or_make(file, LinkKey::kSize, kLinks)));
}

Result<MediaKey> load_or_make_media_key(const fs::path& file) {
    return MediaKey::create(TRY(load_or_make(file, MediaKey::kSize, kMedia)));
}

}  // namespace matinee::auth
