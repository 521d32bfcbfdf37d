#include "playout/stand_in.h"

#include <algorithm>

#include "playout/rundown.h"

namespace matinee::playout {

namespace {

// A piece of the slate that leaves either nothing of `room`, or enough for another piece.
Ticks piece_of(const Programme& slate, Ticks room) {
    const Ticks left = room - slate.duration();
    if (left <= Ticks(0)) return room;
    if (left >= kShortestPiece) return slate.duration();
    return std::min(room / 2, slate.duration());
}

// The filler whose turn it is, or the next that fits.
const Programme* filler_for(const std::vector<Programme>& fillers, std::size_t turn, Ticks room) {
    for (std::size_t i = 0; i < fillers.size(); ++i) {
        const Programme& filler = fillers[(turn + i) % fillers.size()];
        const Ticks left = room - filler.duration();
        if (left == Ticks(0) || left >= kShortestPiece) return &filler;
    }
    return nullptr;
}

}  // namespace

std::vector<Airing> fill_exactly(std::optional<RundownEnd> end, const Understudies& understudies,
                                 Ticks room, const Place& place) {
    std::vector<Airing> airings;
    for (std::size_t turn = 0; room > Ticks(0); ++turn) {
        const Programme* filler = filler_for(understudies.fillers, turn, room);
        const Programme& shown = filler ? *filler : understudies.slate;
        const Ticks to = filler ? filler->duration() : piece_of(shown, room);
        airings.push_back(follow(end, shown, Ticks(0), to, place));
        room -= airings.back().duration;
        end = RundownEnd{airings.back(), shown.fingerprint};
    }
    return airings;
}

std::optional<StandIn> stand_in(std::span<const Airing> rows, std::size_t lost,
                                const Segmentation& cut, const std::optional<Airing>& before,
                                Ticks seen, const Understudies& understudies,
                                const std::function<std::string(const Airing&)>& fingerprint_of) {
    const Airing& airing = rows[lost];
    const auto own = airing_cut(airing, cut);
    if (!own || understudies.slate.cut_at != CutAt::kFrames) return std::nullopt;
    StandIn result;
    while (result.kept < airing.segment_count &&
           airing.origin() + own->at(result.kept).end() <= seen) {
        ++result.kept;
    }
    if (result.kept == airing.segment_count) return std::nullopt;
    result.at = airing.origin() + own->at(result.kept).start;
    if (airing.end() - result.at < kStartTolerance) return std::nullopt;

    std::optional<RundownEnd> end;
    result.ordinal = airing.ordinal;
    if (result.kept > 0) {
        Airing rest = airing;
        rest.segment_count = result.kept;
        rest.duration = result.at - airing.start;
        end = RundownEnd{rest, fingerprint_of(airing)};
        result.airings.push_back(std::move(rest));
    } else if (lost > 0) {
        end = RundownEnd{rows[lost - 1], fingerprint_of(rows[lost - 1])};
    } else if (before) {
        end = RundownEnd{*before, fingerprint_of(*before)};
    }

    Place place = airing.place;
    // As after what passes the time, the plan goes on with the item behind this one's.
    if (place.role == Role::kItem) place.role = Role::kFill;
    result.first_shown = result.airings.size();
    for (Airing& made : fill_exactly(end, understudies, airing.end() - result.at, place)) {
        made.stands_in_for = airing.entry_id;
        std::string fingerprint = made.entry_id == understudies.slate.entry_id
                                      ? understudies.slate.fingerprint
                                      : fingerprint_of(made);
        end = RundownEnd{made, std::move(fingerprint)};
        result.airings.push_back(std::move(made));
    }
    result.end_shown = result.airings.size();

    for (const Airing& row : rows.subspan(lost + 1)) {
        Airing moved = row;
        std::string fingerprint = fingerprint_of(row);
        moved.ordinal = end->last.ordinal + 1;
        moved.first_sequence = end->last.end_sequence();
        moved.discontinuity = fingerprint != end->fingerprint;
        moved.discontinuity_sequence =
            end->last.discontinuity_sequence + (moved.discontinuity ? 1 : 0);
        result.airings.push_back(moved);
        end = RundownEnd{std::move(moved), std::move(fingerprint)};
    }
    return result;
}

}  // namespace matinee::playout
