// The text tracks inside a film as subtitle tracks of the entry.
#pragma once

#include <cstdint>
#include <vector>

#include "library/manifest.h"
#include "prepare/source_info.h"
#include "subtitles/cue.h"

namespace matinee::prepare {

// The tracks of `source` that are text, with cues counted from the programme's start, which is at
// `origin_ns` of the file's timeline, and cut at its end. Language and kind are those of the tags
// ("forced", "SDH" in the title); of several tracks of one language and kind the first is taken.
// What was dropped on the way is added to `notes`.
std::vector<subtitles::Track> embedded_tracks(const SourceInfo& source, std::int64_t origin_ns,
                                              std::int64_t length_ns,
                                              std::vector<library::Note>& notes);

}  // namespace matinee::prepare
