// A file of the library, mapped read-only: its pages are the page cache's, never copied by us.
#pragma once

#include <filesystem>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::library {

// Immutable, so thread-safe. The file must not be cut short while it is mapped: files of the
// library are written once, and only ever unlinked.
class MappedFile {
  public:
    // kNotFound without the file. An empty file maps to an empty span.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] ByteSpan bytes() const { return bytes_; }

  private:
    explicit MappedFile(ByteSpan bytes) : bytes_(bytes) {}
    ByteSpan bytes_;
};

}  // namespace matinee::library
