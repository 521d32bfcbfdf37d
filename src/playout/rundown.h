// A stretch of a channel's rundown, resolved to segments: sequence number -> samples.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "media/time.h"
#include "playout/airing.h"
#include "playout/segmentation.h"

namespace matinee::playout {

// A segment on the channel's timeline.
struct Segment {
    std::int64_t sequence = 0;  // media sequence number
    std::size_t airing = 0;     // index into Rundown::airings()
    EntrySegment piece;         // of the entry
    Ticks start{0};             // since the channel's epoch
    bool first_of_airing = false;

    [[nodiscard]] Ticks duration() const { return piece.duration; }
    [[nodiscard]] Ticks end() const { return start + piece.duration; }
    [[nodiscard]] bool opens_airing() const { return first_of_airing; }
};

// Media sequence numbers [first, end).
struct SequenceRange {
    std::int64_t first = 0;
    std::int64_t end = 0;

    [[nodiscard]] bool empty() const { return first >= end; }
    [[nodiscard]] std::int64_t size() const { return end - first; }
    bool operator==(const SequenceRange&) const = default;
};

// How much of the timeline playlists show.
struct Window {
    Ticks depth{std::chrono::hours(1)};  // behind now: how far viewers may jump back
    Ticks ahead{0};                      // ahead of now: HOLD-BACK
};

// What an airing has of its media, which is cut as `media` says.
struct AiringCut {
    Segmentation cut;        // of the media, until where the airing was planned to end
    Ticks from{0};           // where in the media it begins
    std::int64_t first = 0;  // segment of `cut` that its first one ends with

    // The media `cut` (which ends where the airing was planned to) shown from `from` on.
    static AiringCut create(Segmentation cut, Ticks from) {
        const std::int64_t first = cut.first_from(from);
        return {cut, from, first};
    }

    // Segment `index` of the airing.
    [[nodiscard]] EntrySegment at(std::int64_t index) const {
        return index == 0 ? cut.at_from(first, from) : cut.at(first + index);
    }
    // The most segments the airing can have.
    [[nodiscard]] std::int64_t count() const { return cut.count() - first; }
};

// The airing's cut; nothing when the row does not fit the media: it begins between pictures, ends
// beyond the media or where no segment ends.
std::optional<AiringCut> airing_cut(const Airing& airing, const Segmentation& media);

// Airings that follow each other, each with its cut. Immutable, so thread-safe.
class Rundown {
  public:
    // `cuts` has one Segmentation an airing, of its whole media; an airing that was cut short has
    // fewer segments than that. kInternal, naming the ordinal, when rows do not
    // continue one another or do not fit their cut: such rows must never reach a viewer.
    static Result<Rundown> create(std::vector<Airing> airings, std::vector<Segmentation> cuts);

    [[nodiscard]] std::span<const Airing> airings() const { return airings_; }
    [[nodiscard]] const AiringCut& cut(std::size_t airing) const { return cuts_[airing]; }
    [[nodiscard]] bool empty() const { return airings_.empty(); }

    // All sequence numbers it knows.
    [[nodiscard]] SequenceRange sequences() const;

    // The segment of that number; nothing outside sequences().
    [[nodiscard]] std::optional<Segment> segment(std::int64_t sequence) const;

    // The number of the first segment that ends after `tick`; sequences().end when none does.
    [[nodiscard]] std::int64_t first_ending_after(Ticks tick) const;

    // What playlists list at `now` (ticks since the epoch): every segment that has fully come
    // within `ahead` of now and ended less than `depth` ago. It only ever moves forward with
    // `now`, at both ends.
    [[nodiscard]] SequenceRange window(Ticks now, const Window& window) const;

    // The instant at which the window next gains a segment; nothing when no more is known.
    [[nodiscard]] std::optional<Ticks> next_publication(Ticks now, const Window& window) const;

    // Index of the airing on at `tick`; nothing outside of all.
    [[nodiscard]] std::optional<std::size_t> airing_at(Ticks tick) const;

  private:
    Rundown(std::vector<Airing> airings, std::vector<AiringCut> cuts)
        : airings_(std::move(airings)), cuts_(std::move(cuts)) {}

    std::vector<Airing>
        airings_;  // airings_[i].end() == airings_[i + 1].start, likewise in numbers
    std::vector<AiringCut> cuts_;
};

// Ticks since `epoch`; negative before it.
inline Ticks ticks_since(Instant epoch, Instant instant) {
    return instant - epoch;
}

// The instant of a tick, cut to whole milliseconds: what PROGRAM-DATE-TIME says.
inline Instant instant_of(Instant epoch, Ticks tick) {
    return epoch + std::chrono::floor<std::chrono::milliseconds>(tick);
}

}  // namespace matinee::playout
