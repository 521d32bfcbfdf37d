#include "http/static_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "http/negotiate.h"
#include "http/problem.h"

namespace matinee::http {

namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_;
};

int open_beneath(int folder, const std::string& path) {
    open_how how{};
    // Without O_NONBLOCK a FIFO in the folder would hold the thread.
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how));
}

Result<Bytes> read_all(int fd, std::uint64_t size, std::string_view path) {
    Bytes bytes(size);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::read(fd, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            return fail(ErrorCode::kUnavailable, "cannot read {}: {}", path,
                        std::generic_category().message(errno));
        }
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
}

std::string content_tag(ByteSpan bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string out;
    constexpr unsigned kTagBytes = 12;
    for (unsigned i = 0; i < std::min(size, kTagBytes); ++i) {
        fmt::format_to(std::back_inserter(out), "{:02x}", digest[i]);
    }
    return out;
}

constexpr std::string_view kNotBuilt = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><title>matinee</title>
<h1>The pages are not built</h1>
<p>The server runs, its channels and its API work; the folder with its pages is missing.
Build them, then load this page again:</p>
<pre>cd web &amp;&amp; npm ci &amp;&amp; npm run build</pre>
</html>
)";

}  // namespace

std::string_view content_type_of(std::string_view file_name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kTypes = {{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".xml", "application/xml"},
        {".vtt", "text/vtt; charset=utf-8"},
        {".m3u8", "application/vnd.apple.mpegurl"},
        {".mp4", "video/mp4"},
    }};
    for (const auto& [ending, type] : kTypes) {
        if (file_name.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

bool has_content_hash(std::string_view file_name) {
    const std::string_view name = file_name.substr(file_name.rfind('/') + 1);
    const std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos) return false;
    const std::string_view hash = name.substr(dash + 1, name.find('.', dash) - dash - 1);
    constexpr std::size_t kHashLength = 8;  // esbuild's, in base 32
    return hash.size() == kHashLength && std::ranges::all_of(hash, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
           });
}

Result<Response> StaticFiles::find(std::string_view path) const {
    const std::string name(path);
    const auto missing = [&name] { return fail(ErrorCode::kNotFound, "no page {:?}", name); };
    if (name.empty() || name.find('\0') != std::string::npos) return missing();

    const Descriptor folder(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return missing();
    const Descriptor file(open_beneath(folder.get(), name));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return missing();
    const Stamp stamp{status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec,
                      status.st_ino, static_cast<std::uint64_t>(status.st_size)};
    {
        const std::scoped_lock lock(mutex_);
        const auto found = entries_.find(name);
        if (found != entries_.end() && found->second.stamp == stamp) return found->second.response;
    }
    if (stamp.size > kLargest) {
        return fail(ErrorCode::kUnsupported, "{} has {} bytes; pages may have {} at most", name,
                    stamp.size, kLargest);
    }

    Bytes bytes = TRY(read_all(file.get(), stamp.size, name));
    Response response;
    response.content_type = content_type_of(name);
    response.cache_control =
        has_content_hash(name) ? "public, max-age=31536000, immutable" : "no-cache";
    response.etag = content_tag(bytes);
    response.ranges = Ranges::kBytes;
    response.body = Body::bytes(std::move(bytes));
    if (is_compressible(response.content_type) && response.body.size() >= kLeastToCompress) {
        response.gzip_body = gzip(response.body);
    }
    const std::scoped_lock lock(mutex_);
    if (entries_.size() >= kMostKept) entries_.clear();  // names of builds long gone
    entries_.insert_or_assign(name, Entry{stamp, response});
    return response;
}

Response StaticFiles::page(std::string_view path) const {
    auto found = find(path);
    if (found) return std::move(found).value();
    std::error_code error;
    if (!std::filesystem::is_directory(folder_, error)) {
        Response response = Response::html(std::string(kNotBuilt));
        response.status = 503;
        return response;
    }
    return problem(found.error());
}

}  // namespace matinee::http
