// One segment of a WebVTT rendition (RFC 8216bis section 3.1.4).
#pragma once

#include <string>

#include "media/time.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// The part of an entry's subtitles that belongs to [offset, offset + duration) of the entry, which
// airs at `airing_start` on the channel's timeline and lasts `entry_duration`.
//
// Times of cues are the entry's own in every segment; X-TIMESTAMP-MAP says where on the 33-bit
// clock of MPEG-2 the entry starts. So a cue that spans several segments is the same in each. It
// is cut where the entry ends, for the next entry's picture is not its own. A track of nullptr
// gives a segment without cues: the entry lacks the language.
//
// A pure function: the same arguments give the same bytes. Takes time in proportion to the cues of
// the segment and the logarithm of those of the track.
std::string render_segment(const Track* track, Ticks airing_start, Ticks offset, Ticks duration,
                           Ticks entry_duration);

}  // namespace matinee::subtitles
