// Whether what was prepared plays: every track is decoded from beginning to end.
#pragma once

#include <filesystem>
#include <functional>

#include "base/result.h"
#include "library/manifest.h"
#include "prepare/pipeline.h"

namespace matinee::prepare {

// Decodes every track of the prepared entry in `directory`. kInternal, naming the track, unless
// each rung gives exactly manifest.frame_count pictures of its size without a decoder's
// complaint, and the sound at least as many samples as the picture lasts.
Result<void> verify_by_decoding(const std::filesystem::path& directory,
                                const library::Manifest& manifest, const Supervision& supervision,
                                Heartbeat& heartbeat,
                                const std::function<void(double fraction)>& on_progress);

}  // namespace matinee::prepare
