// On-air commands and publications as arithmetic: which rows of a rundown are replaced by which.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "media/time.h"
#include "playout/airing.h"
#include "playout/rundown.h"
#include "playout/schedule.h"

namespace matinee::playout {

// What is planned, what it is made of, and by what it goes on.
struct OnAir {
    const Rundown& rundown;                 // begins before what is on, or with the channel
    std::span<const Programme> programmes;  // one an airing: its media, whole
    const Schedule& schedule;
    Ticks until{0};  // how far to plan
};

// When it is. Segments that end at `seen` or before may have been fetched, and stay as they are:
// what playlists list and what is handed out early, with time to make a decision known.
struct Moment {
    Ticks now{0};
    Ticks seen{0};
};

struct Edit {
    std::int64_t ordinal = 0;           // rows from this one on
    std::vector<Airing> airings;        // are replaced by these
    Ticks at{0};                        // from when on viewers see something else
    std::vector<std::string> left_out;  // entries put in by hand that have no place any more
};

// All of them: kUnavailable when the rundown ends before anything could be changed.

// Ends what is on; the next item follows. kConflict when it ends by itself before that, or is held.
Result<Edit> skip(const OnAir& on_air, Moment moment);

// Shows the slate in place of what is on: until the next fixed start, unless resumed before, or
// (kPanic) until resumed, whatever is scheduled. kInvalid without a slate, kConflict when it is
// held already.
Result<Edit> hold(const OnAir& on_air, Moment moment, Role role = Role::kHold);

enum class Resume : std::uint8_t {
    kWhereItStopped,  // with the rest of the film, from the last segment that was shown
    kNextItem,
};

// Ends a hold or a panic. Where a fixed start has passed meanwhile, that goes on the air. kConflict
// when nothing is held.
Result<Edit> resume(const OnAir& on_air, Moment moment, Resume where);

// Plays `programme` after what is on; then the schedule goes on. kConflict when it does not fit
// before a fixed start that is not to be late, or the channel is held.
Result<Edit> insert_next(const OnAir& on_air, Moment moment, const Programme& programme);

// Plays `programme` in place of what is on. Errors as above.
Result<Edit> replace(const OnAir& on_air, Moment moment, const Programme& programme);

// Goes on with another item (counted from 0) of the blocks that are on. kNotFound when there is
// none, or none that can be shown.
Result<Edit> go_to(const OnAir& on_air, Moment moment, const std::string& block, std::int64_t item);

// From when a new schedule counts.
enum class From : std::uint8_t {
    kFirstBoundary,  // the first segment nobody may have fetched: what is on ends there
    kAfterCurrent,   // what is on plays to its end, as does what follows if it may have been seen
    kAt,             // the first start of an airing at that time or later
};

// A difference between two rundowns: what begins at `at` in each; empty where nothing does.
struct Change {
    Ticks at{0};
    std::string before;  // entries
    std::string after;

    bool operator==(const Change&) const = default;
};

struct Publication {
    std::optional<Edit> edit;  // nothing when nothing changes
    std::vector<Change> changes;
};

// What publishing `on_air.schedule` changes, and from when. `at` counts for From::kAt.
Result<Publication> plan_publication(const OnAir& on_air, Moment moment, From from, Ticks at);

// Whether `next`, which follows on `held`, was put there by whoever ended a hold: by itself the
// hold would go on. Who plans anew goes on behind it, or the hold would be back.
bool ends_hold(const Airing& held, const Airing& next);

// What differs before `until` between two rundowns that begin with the same ordinal.
std::vector<Change> changes_between(std::span<const Airing> old, std::span<const Airing> made,
                                    Ticks until);

// Whether viewers see the same in both.
bool same_showing(const Airing& a, const Airing& b);

}  // namespace matinee::playout
