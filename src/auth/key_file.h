// Keys that matinee makes for itself, each in a file of the data folder.
#pragma once

#include <filesystem>

#include "auth/link_token.h"
#include "auth/media_key.h"
#include "base/result.h"

namespace matinee::auth {

// These read a key, or make one (mode 0600) where there is none; of several processes that do so at
// once, all get the same. kDenied for a file that others than its owner may read or write.

// What links are signed with.
Result<LinkKey> load_or_make_link_key(const std::filesystem::path& file);

// What the keys of encrypted channels are derived from.
Result<MediaKey> load_or_make_media_key(const std::filesystem::path& file);

}  // namespace matinee::auth
