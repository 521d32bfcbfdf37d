// Subtitles of a part of a film.
#pragma once

#include <optional>

#include "subtitles/cue.h"

namespace matinee::subtitles {

// The track as the part of the film from `start` to `end` needs it (to its end without one): times
// count from `start`; cues that are on at an edge are cut there, those outside left out.
Track trimmed(const Track& track, Milliseconds start, std::optional<Milliseconds> end);

}  // namespace matinee::subtitles
