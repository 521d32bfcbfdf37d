// One item placed on a channel's timeline.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "media/time.h"

namespace matinee::playout {

// Why an airing is on.
enum class Role : std::uint8_t {
    kItem,      // a playlist's item, by the schedule
    kFill,      // what passes the time until the next fixed start
    kInserted,  // put in between by hand
    kHold,      // the slate, by hand, until the next fixed start
    kPanic,     // the slate, by hand, until somebody ends it
};

// "item", "fill", "inserted", "hold", "panic".
std::string_view to_string(Role role);

// Where in a schedule an airing stands: what `playout::extend` goes on from. Airings done by hand
// have the place of the one they follow.
struct Place {
    std::string block;      // empty before the first item
    Ticks anchor{-1};       // the fixed start that its chain of blocks has begun with; -1 for none
    std::int64_t pass = 0;  // how often the block's items have been played through before
    std::int64_t item = 0;  // index into the block's items
    std::int64_t fill = 0;  // of kFill: how many have been there since the last item
    Role role = Role::kItem;

    bool operator==(const Place&) const = default;
};

// A row of the rundown. Rows of one channel follow each other without gap or overlap: each
// starts where the one before ends, in time and in media sequence numbers.
//
// Everything a client sees follows from these rows and the instant, so what may have been
// fetched stays the same as long as its rows do.
struct Airing {
    std::int64_t ordinal = 0;  // 0, 1, 2 ... within the channel, without gaps
    std::string entry_id;      // whose film it is: for titles and the as-run log
    std::string media_id;      // which preparation of it: names immutable tracks in the library
    std::string subtitles_id;  // which set of subtitles: immutable too; empty when there is none

    Ticks start{0};  // since the channel's epoch
    Ticks duration{0};

    // Where in its media it begins, and where it was planned to end (zero: with the media). Fixed
    // before anything of it is published; what ends it earlier than planned takes whole segments
    // off its end.
    Ticks from{0};
    Ticks to{0};

    std::int64_t first_sequence = 0;  // media sequence number of the first segment
    std::int64_t segment_count = 0;

    // Whether the first segment carries EXT-X-DISCONTINUITY, and how many discontinuities the
    // channel has had before this airing's first segment, that one included
    // (RFC 8216bis section 4.4.3.3).
    bool discontinuity = false;
    std::int64_t discontinuity_sequence = 0;

    // What follows from the schedule, and where there; the rest was done by hand.
    Place place;

    // The entry that was planned here, whose media could not be had when its time came
    // (playout/stand_in.h). Empty for what is on as planned.
    std::string stands_in_for = {};

    [[nodiscard]] Ticks end() const { return start + duration; }
    // Where its media's beginning stands on the timeline.
    [[nodiscard]] Ticks origin() const { return start - from; }
    [[nodiscard]] std::int64_t end_sequence() const { return first_sequence + segment_count; }

    bool operator==(const Airing&) const = default;
};

}  // namespace matinee::playout
