// The beginning and the end of a channel: when a new one's time begins, and taking one away.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "library/library.h"
#include "playout/airing.h"
#include "store/store.h"

namespace matinee::app {

// Tick zero of a channel of that id that is made now: a little in the past, so that its first
// viewers find as much behind the live edge as players want to buffer; but not in the time of an
// earlier one of that id.
Result<Instant> new_epoch(store::Store& store, const std::string& id, Instant now);

// What the channel shows at `now`; nothing when it shows nothing.
Result<std::optional<playout::Airing>> shown_at(store::Store& store, const store::Channel& channel,
                                                Instant now);

// Takes the channel off the air for good. What it has shown until now is written to the as-run log
// first, what is on as far as it has come. Servers take it up at their next look at the store.
// kConflict unless the channel still is `known`.
//
// What a segment's address names stays what it was, should there be another channel of that id one
// day: the address has in it what the segment is made of (hls::airing_tag).
Result<void> remove_channel(store::Store& store, library::Library& library,
                            const base::Clock& clock, const store::Channel& known,
                            const std::string& actor);

}  // namespace matinee::app
