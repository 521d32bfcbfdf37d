// Serves one file over HTTPS from its mapped pages, as the server serves segments: what
// bench/run compares with nginx. Prints its origin, then serves until its standard input ends.
//
//     segment_server FILE CERTIFICATE KEY [THREADS]
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/result.h"
#include "http/server.h"

namespace matinee {
namespace {

// The file as a body of three slices, as a segment has: its head, then runs of samples.
Result<http::Body> mapped(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd < 0 || ::fstat(fd, &status) != 0 || status.st_size < 4096) {
        return fail(ErrorCode::kInvalid, "{} is no file of 4096 bytes or more", path);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    if (address == MAP_FAILED) return fail(ErrorCode::kExhausted, "cannot map {}", path);
    const std::shared_ptr<const void> owner(
        address, [size](const void* start) { ::munmap(const_cast<void*>(start), size); });
    const ByteSpan bytes(static_cast<const std::byte*>(address), size);
    http::Body body;
    body.append({bytes.first(1000), owner});
    body.append({bytes.subspan(1000, size / 2), owner});
    body.append({bytes.subspan(1000 + size / 2), owner});
    return body;
}

Result<void> serve(int argc, char** argv) {
    if (argc < 4) {
        return fail(ErrorCode::kInvalid, "usage: segment_server FILE CERTIFICATE KEY [THREADS]");
    }
    const http::Body body = TRY(mapped(argv[1]));
    auto router = std::make_shared<http::Router>();
    TRY(router->add({http::Method::kGet, "/segment.m4s", "segment", http::Access::kMedia},
                    [&body](const http::Request&) {
                        http::Response response = http::Response::content(body, "video/mp4");
                        response.cache_control = "public, max-age=31536000, immutable";
                        response.etag = "segment";
                        response.ranges = http::Ranges::kBytes;
                        return response;
                    }));
    http::Server::Options options;
    options.listen.port = 0;
    options.threads = argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 0;
    options.tls =
        TRY(http::TlsIdentity::from_files(argv[2], argv[3], std::make_shared<base::SystemClock>()));
    http::Metrics metrics;
    const auto server = TRY(http::Server::start(std::move(options), router, metrics));
    fmt::print("{}\n", server->origin());
    std::fflush(stdout);
    std::array<char, 256> ignored{};
    while (::read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) {
    }
    server->stop(http::Server::Milliseconds(1000));
    return {};
}

}  // namespace
}  // namespace matinee

int main(int argc, char** argv) {
    const auto served = matinee::serve(argc, argv);
    if (served) return 0;
    fmt::print(stderr, "{}\n", served.error().to_string());
    return 1;
}
