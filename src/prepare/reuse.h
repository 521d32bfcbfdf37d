// What need not be encoded again: the groups of pictures that an ending shares with the film it is
// the ending of (library::shared_frames).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/result.h"
#include "library/prepared_entry.h"
#include "library/prepared_writer.h"
#include "library/variant.h"
#include "prepare/pipeline.h"
#include "prepare/plan.h"

namespace matinee::prepare {

// The plain preparation in `folder`, for a variant that is made by `plan` in `house`. kConflict
// when that was made in another way, so that the two would not fit together.
Result<std::shared_ptr<const library::PreparedEntry>> open_plain(
    const std::filesystem::path& folder, const library::Variant& variant,
    const library::HouseFormat& house, const Plan& plan);

// Writes the first `frames` pictures of all rungs: whole groups. kCancelled as `supervision` says.
Result<void> copy_pictures(const library::PreparedEntry& plain, std::int64_t frames,
                           library::PreparedWriter& writer, const Supervision& supervision,
                           Heartbeat& heartbeat);

}  // namespace matinee::prepare
