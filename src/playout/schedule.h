// From what a producer wants to what is on the air: extending a rundown.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/time.h"
#include "playout/airing.h"
#include "playout/segmentation.h"

namespace matinee::playout {

// Where media may end before its end.
enum class CutAt : std::uint8_t {
    kSegments,  // only where a segment ends: films
    kFrames,    // on any picture, since each is a keyframe: slates, cards
};

// An entry as a schedule needs it; cards, fillers and slates are such as well.
struct Programme {
    std::string entry_id;
    std::string media_id;
    std::string subtitles_id;
    Segmentation cut;  // of the whole media
    // Names the init sections of all its renditions: two programmes with equal fingerprints
    // follow each other without EXT-X-DISCONTINUITY.
    std::string fingerprint;
    CutAt cut_at = CutAt::kSegments;

    [[nodiscard]] Ticks duration() const { return cut.duration(); }
};

// A preparation of a programme's media that fades out and is over after so many of its frames. Up
// to there it has the same frames, and may be cut in the same places.
struct Ending {
    std::string media_id;  // of the whole
    std::int64_t frames = 0;
    Programme programme;
};

// What happens to an item that would reach beyond a fixed start.
enum class Overrun : std::uint8_t {
    kFill,    // it is not begun: fillers and slate pass the time, the start is exact
    kCut,     // it ends early: with an Ending on the tick, also without one where every picture
              // is a keyframe; else after its last whole segment, and some slate follows
    kFinish,  // it plays to its end, and the fixed start is late
};

// A playlist on a channel.
struct Block {
    std::string id;
    // In order; nothing for what cannot be shown (yet), which is passed over.
    std::vector<std::optional<Programme>> items;
    // How often the items are played; 0: round and round, until the next fixed start.
    std::int64_t passes = 0;
    // Ascending: the block gives way to the next one at the first of these after the start of its
    // chain, once the item that is on has ended. None: `passes` alone decides.
    std::vector<Ticks> ends;
    // Whether it begins at `Schedule::starts`; else when the block before it has ended.
    bool fixed = false;
    Overrun overrun = Overrun::kFill;  // of a fixed one, for what is on before it
    // Of a fixed one: what counts down to it, as the last of what passes the time before. It ends
    // with the fixed start and begins with whichever of its pictures there is time for, so all of
    // them have to be keyframes; else it is left out.
    std::optional<Programme> countdown = std::nullopt;
};

// A fixed start: block `block` begins at `at`, ticks since the epoch.
struct Start {
    Ticks at{0};
    std::size_t block = 0;

    bool operator==(const Start&) const = default;
};

// What a channel plays.
//
// A fixed block and those that follow on after it, up to the next fixed one, are a chain; the
// blocks before the first fixed one are the chain that a channel opens with. At any moment the
// chain of the latest fixed start is on. When it has been played through, or what comes next in it
// does not fit before the next fixed start, fillers and slate pass the time.
struct Schedule {
    std::vector<Block> blocks;
    std::vector<Start> starts;  // ascending, no two at once: all there are before `starts_until`
    Ticks starts_until{std::numeric_limits<std::int64_t>::max()};
    std::vector<Programme> fillers;  // played in turn, as far as they fit
    std::optional<Programme> slate;  // the rest of the time, round and round
    std::optional<Programme> held;   // what a hold shows where there is no slate
    std::vector<Ending> endings;     // as far as they are prepared
};

// The schedule that plays `loop` round and round.
Schedule looping(std::span<const Programme> loop);

// Where a rundown ends: its last airing, and that media's fingerprint.
struct RundownEnd {
    Airing last;
    std::string fingerprint;
};

// `programme` as the airing after `end` (as the first without one), from `from` to `to` of its
// media; `to` zero, its duration or well beyond: to its end.
Airing follow(const std::optional<RundownEnd>& end, const Programme& programme, Ticks from,
              Ticks to, const Place& place);

// How far off a fixed start may be: as much as half a frame of the slowest house rate, and the
// least that holds a frame of sound. What ends this close to a fixed start is not followed by a
// slate.
inline constexpr Ticks kStartTolerance{1920};

// The shortest piece of a slate that is made when there is a choice.
inline constexpr Ticks kShortestPiece{45'000};

// Of an item's airing that is cut for a fixed start: how many frames of its media could be shown
// until then, at `rate`. The ending of so many frames would take its place. Nothing for airings
// that are not cut, and for those that were put in or ended by hand, which stay as they are.
std::optional<std::int64_t> frames_until_start(const Schedule& schedule, const Airing& airing,
                                               media::FrameRate rate);

// Makes airings one after the other. Thread-bound; borrows the schedule.
class Planner {
  public:
    // After `end`; from tick zero and sequence number zero without one.
    Planner(const Schedule& schedule, std::optional<RundownEnd> end)
        : schedule_(schedule), end_(std::move(end)) {}

    // The next airing by the schedule; nothing when nothing can be shown, or when starts_until is
    // too close to tell.
    std::optional<Airing> next();

    // The same, also where the last airing is held by hand.
    std::optional<Airing> by_schedule();

    // `programme` from `from` (where a segment begins) as the next airing, or the ending of it that
    // there is for the next fixed start. What that says of overruns goes for it, but it is not left
    // out: where it would be, it is nothing.
    std::optional<Airing> play(const Programme& programme, Ticks from, const Place& place);

    // Item `item` of the block, if that is in the chain which is on.
    std::optional<Airing> go_to(const std::string& block, std::int64_t item);

    // The slate, held by hand: `role` is kHold or kPanic. Nothing without a slate, or `held`.
    std::optional<Airing> hold(Role role);

    // The fixed start whose chain is on there; -1 for none.
    [[nodiscard]] Ticks anchor() const { return chain().anchor; }

    // Where the next airing goes.
    [[nodiscard]] Ticks at() const { return end_ ? end_->last.end() : Ticks(0); }

    // The fixed start that comes next, if one is known.
    [[nodiscard]] std::optional<Start> next_start() const;

    [[nodiscard]] const std::optional<RundownEnd>& end() const { return end_; }

  private:
    struct Chain {
        Ticks anchor{-1};
        std::size_t first = 0;  // blocks [first, end)
        std::size_t end = 0;
    };
    struct Cursor {
        std::size_t block = 0;
        std::int64_t pass = 0;
        std::int64_t item = 0;
    };
    [[nodiscard]] Chain chain() const;
    [[nodiscard]] Cursor after_last(const Chain& chain) const;
    [[nodiscard]] std::optional<Cursor> settle(const Chain& chain, Cursor cursor) const;
    [[nodiscard]] std::optional<Cursor> once_more(const Chain& chain) const;
    [[nodiscard]] Place place_of(const Chain& chain, const Cursor& cursor) const;
    [[nodiscard]] bool can_fill() const { return schedule_.slate || !schedule_.fillers.empty(); }
    std::optional<Airing> item(const Chain& chain, const Cursor& cursor);
    [[nodiscard]] const Programme* ending_of(const Programme& programme, Ticks from,
                                             Ticks room) const;
    std::optional<Airing> fill(const Chain& chain);
    [[nodiscard]] const Programme* countdown_to(const Start& start) const;
    [[nodiscard]] Ticks longest_countdown() const;
    std::optional<Airing> count_down(const Programme& countdown, Ticks room, const Place& place);
    std::optional<Airing> pass_time(const Programme& programme, const Place& place,
                                    std::optional<Ticks> until);
    std::optional<Airing> append(const Programme& programme, Ticks from, Ticks to,
                                 const Place& place);
    [[nodiscard]] bool is_known_until(Ticks tick) const { return tick <= schedule_.starts_until; }

    const Schedule& schedule_;
    std::optional<RundownEnd> end_;
};

// The airings that continue a rundown by the schedule until they reach `until`; none when it is
// reached already or nothing can be shown. Each follows from the one before alone, so extending
// to A and then to B gives the same rows as extending to B at once.
//
// In a block they go on after the last airing's item, or after its entry when the block has
// changed; with the first item when that is gone too.
std::vector<Airing> extend(const Schedule& schedule, const std::optional<RundownEnd>& end,
                           Ticks until);

// The same for looping(loop).
std::vector<Airing> extend(std::span<const Programme> loop, const std::optional<RundownEnd>& end,
                           Ticks until);

// The first airing of `airings` (a rundown's rows in order) that nobody can have fetched
// anything of at `now`: it begins later than `ahead` from now, with `margin` to spare for
// requests and clocks. An edit may replace rows from that ordinal on, and none before.
// `airings.size()` when all may have been seen.
std::size_t first_replaceable(std::span<const Airing> airings, Ticks now, Ticks ahead,
                              Ticks margin);

}  // namespace matinee::playout
