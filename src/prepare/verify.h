// Whether what was prepared plays: every track is decoded from beginning to end.
#pragma once

#include <filesystem>
#include <functional>

#include "base/result.h"
#include "library/manifest.h"
#include "prepare/pipeline.h"

namespace matinee::prepare {

// Decodes the prepared entry in `directory`: all of its sound, and each group of pictures in at
// least one rung. Which one goes round, so that every moment of the film and every rung
// throughout is seen, at the cost of decoding the film once; the first and last groups, where
// entries are joined, are decoded in all rungs.
//
// kInternal, naming the track, unless exactly the pictures that went in come out without a
// complaint of the decoder, and the sound has at least as many samples as the picture lasts.
Result<void> verify_by_decoding(const std::filesystem::path& directory,
                                const library::Manifest& manifest, const Supervision& supervision,
                                Heartbeat& heartbeat,
                                const std::function<void(double fraction)>& on_progress);

}  // namespace matinee::prepare
