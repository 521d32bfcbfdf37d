// A folder of files, read only: the web pages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "http/message.h"

namespace matinee::http {

// "text/css; charset=utf-8" for "a.css"; "application/octet-stream" for what is not known.
std::string_view content_type_of(std::string_view file_name);

// Whether a bundler put a hash of the content into the name ("studio-4QX7ZK2M.js"): such a file
// never changes.
bool has_content_hash(std::string_view file_name);

// Answers with the files of one folder. Nothing outside of it can be reached: no "..", no
// symbolic link, at any depth (openat2(2), RESOLVE_BENEATH). Files are kept in memory, compressed
// as well, until they change on disk. Thread-safe.
class StaticFiles {
  public:
    // Files larger than this are not served: pages are small.
    static constexpr std::uint64_t kLargest = 32ULL << 20;

    // So many files are kept in memory.
    static constexpr std::size_t kMostKept = 1024;

    // A folder that does not exist (yet) is no error: pages then say how to build them.
    explicit StaticFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // The file `path` ("watch.html", "assets/x.js"), relative to the folder. kNotFound when there
    // is no such regular file.
    [[nodiscard]] Result<Response> find(std::string_view path) const;

    // The page `path`, or, when the folder is missing, a page that says what to do about it.
    [[nodiscard]] Response page(std::string_view path) const;

  private:
    struct Stamp {
        std::int64_t nanoseconds = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        bool operator==(const Stamp&) const = default;
    };
    struct Entry {
        Stamp stamp;
        Response response;  // copying it shares its bytes
    };

    std::filesystem::path folder_;
    mutable std::mutex mutex_;
    mutable std::unordered_map<std::string, Entry> entries_;  // by path
};

}  // namespace matinee::http
