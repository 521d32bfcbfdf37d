// The key that links are signed with, in a file of the data folder.
#pragma once

#include <filesystem>

#include "auth/link_token.h"
#include "base/result.h"

namespace matinee::auth {

// Reads the key, or makes one (mode 0600) where there is none; of several processes that do so at
// once, all get the same. kDenied for a file that others than its owner may read or write: links
// could be forged.
Result<LinkKey> load_or_make_link_key(const std::filesystem::path& file);

}  // namespace matinee::auth
