// A file being written: no error of the disk goes unseen, nothing is published half-written.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::library {

// Thread-bound. Closes on destruction without syncing; call finish() for what must last.
class OutputFile {
  public:
    // Fails with kConflict when the file exists.
    static Result<OutputFile> create(const std::filesystem::path& path);

    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();

    Result<void> write(ByteSpan bytes);

    // Bytes written so far.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    // Hands what is buffered to the system: other processes see it. Not synced.
    Result<void> flush();

    // Flushes to the disk (fsync) and closes.
    Result<void> finish();

  private:
    OutputFile(int descriptor, std::filesystem::path path)
        : descriptor_(descriptor), path_(std::move(path)) {}

    int descriptor_;
    std::filesystem::path path_;
    std::uint64_t size_ = 0;
    Bytes buffer_;
};

// The whole of a small file at once, synced.
Result<void> write_file(const std::filesystem::path& path, ByteSpan bytes);

// Makes what happened to a directory's names last (fsync on it).
Result<void> sync_directory(const std::filesystem::path& path);

}  // namespace matinee::library
