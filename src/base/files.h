// Small files, read and written whole. What the operating system refuses comes back as an Error
// that names the file.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace matinee::base {

// An errno as an Error: "cannot <doing> <path>: <why>". kNotFound, kDenied, kExhausted (no room),
// else kUnavailable.
Unexpected file_failure(int error, std::string_view doing, const std::filesystem::path& path);

// The mode of a file that holds secrets.
inline constexpr mode_t kOwnerOnly = 0600;

Result<std::string> read_file(const std::filesystem::path& path);

// Both write beside `path` first, on the disk before it has its name: whoever reads `path` sees all
// of the text or what was there before, also after a power cut. `mode` is the file's from the
// start, whatever the umask.

// In the place of whatever is there.
Result<void> replace_file(const std::filesystem::path& path, std::string_view text, mode_t mode);

// Only where nothing is: false, and nothing changed, when somebody was first.
Result<bool> create_file(const std::filesystem::path& path, std::string_view text, mode_t mode);

}  // namespace matinee::base
