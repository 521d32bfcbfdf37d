// A file of the library, mapped read-only: its pages are the page cache's, never copied by us.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::library {

// Which file a name stands for, and its state.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;  // inode
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;

    bool operator==(const FileIdentity&) const = default;
};

// kNotFound without the file; kInvalid when it is no plain file.
Result<FileIdentity> identity_of(const std::filesystem::path& path);

// Immutable, so thread-safe. Files of the library are written once, and only ever unlinked, which a
// mapping survives. Should one be cut short all the same, or its disk fail, reading the pages that
// are lost does not end the process: they read as zeros, and readable() says so.
class MappedFile {
  public:
    // kNotFound without the file. An empty file maps to an empty span.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] ByteSpan bytes() const { return bytes_; }

    // As it was when it was opened.
    [[nodiscard]] const FileIdentity& identity() const { return identity_; }

    // Whether the last byte of `range`, which must lie within the file, can still be read, and
    // nothing before it has failed to be. Touches that page.
    [[nodiscard]] bool readable(ByteRange range) const;

    struct Watched;  // what the handler of SIGBUS knows of a mapping

  private:
    MappedFile(ByteSpan bytes, FileIdentity identity, Watched* watched)
        : bytes_(bytes), identity_(identity), watched_(watched) {}

    ByteSpan bytes_;
    FileIdentity identity_;
    Watched* watched_;  // null for an empty file
};

}  // namespace matinee::library
