// What is wrong with a schedule before it is published.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/time.h"
#include "playout/schedule.h"

namespace matinee::playout {

// What is known of an item of a block besides its programme.
struct ItemFacts {
    std::string entry_id;
    bool exists = true;               // there is such an entry
    bool trimmed_is_missing = false;  // it has in and out points, and that variant is not prepared
    std::vector<std::string> lacking = {};  // languages that it ought to have subtitles in
    std::optional<Ticks> permitted_from = std::nullopt;   // when it may be shown, since the epoch
    std::optional<Ticks> permitted_until = std::nullopt;  // unset: no bound
    std::string bad_points = {};  // what is wrong with its in and out points; empty: nothing
    std::string lost = {};        // it was prepared, and its files cannot be read: why
    bool may_repeat = false;      // a card, a filler, a slate: nobody minds seeing it again
    bool ready = true;            // of fillers and the slate: it can be shown
};

// What is known of a block's countdown that cannot be shown.
struct CountdownFacts {
    std::size_t block = 0;
    std::string entry_id;
    bool exists = true;
    bool ready = false;  // it is, and not all of its pictures are keyframes
};

struct CheckInput {
    const Schedule& schedule;
    std::vector<std::vector<ItemFacts>> facts;  // of each block's items, in order
    std::optional<RundownEnd> end;              // what the plan goes on from
    Ticks until{0};                             // how far to look
    std::vector<CountdownFacts> countdowns = {};
    std::vector<ItemFacts> fillers = {};  // all of them, also those that are not ready
    std::optional<ItemFacts> slate = std::nullopt;
};

// What is on again in another block within that time was hardly meant to be.
inline constexpr Ticks kRepeatHorizon{std::chrono::hours(24)};

enum class Severity : std::uint8_t { kWarning, kError };

// "warning", "error".
std::string_view to_string(Severity severity);

struct Finding {
    Severity severity = Severity::kWarning;
    std::string code;        // stable, for programs
    std::string block;       // empty: of the schedule as a whole
    std::int64_t item = -1;  // index into the block's items; -1: of none
    Ticks at{-1};            // when, since the epoch; -1: at no certain time
    std::string message;     // for a producer

    bool operator==(const Finding&) const = default;
};

// Findings about items in order, fillers and the slate, then those about the timeline by time.
// Codes:
//
//   unknown-entry      there is no such entry
//   not-ready          it cannot be shown yet
//   not-trimmed        its in and out points are not prepared yet
//   bad-points         its in and out points make no sense, or cannot be prepared
//   lost               its prepared files are gone or damaged: the slate will stand in for it
//   missing-language   it lacks subtitles that all ought to have
//   repeat             it is in the block twice, or in another within kRepeatHorizon; cards,
//                      fillers and slates may be
//   not-permitted      it airs outside of its permitted dates
//   no-countdown       what counts down to its fixed start cannot be shown
//   gap                the slate is shown, since nothing else fits or is there
//   cut                an item is cut for a fixed start
//   late               a fixed start is late
//   missed             a fixed start is passed over
//   off-air            nothing can be shown
std::vector<Finding> check(const CheckInput& input);

}  // namespace matinee::playout
