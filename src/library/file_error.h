// Errors of the operating system, about a file.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace matinee::library {

// `error_number` (an errno) as a failure: "<path>: <what>: <reason>".
Unexpected file_error(int error_number, const std::filesystem::path& path, std::string_view what);

}  // namespace matinee::library
