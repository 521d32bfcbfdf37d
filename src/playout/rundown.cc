#include "playout/rundown.h"

#include <algorithm>

namespace matinee::playout {

std::string_view to_string(Role role) {
    switch (role) {
        case Role::kItem:
            return "item";
        case Role::kFill:
            return "fill";
        case Role::kInserted:
            return "inserted";
        case Role::kHold:
            return "hold";
        case Role::kPanic:
            return "panic";
    }
    return "item";
}

std::optional<AiringCut> airing_cut(const Airing& airing, const Segmentation& media) {
    if (airing.from < Ticks(0) || (airing.to != Ticks(0) && !media.can_end_at(airing.to))) {
        return std::nullopt;
    }
    const Segmentation shown = airing.to > Ticks(0) ? media.ending_at(airing.to) : media;
    if (airing.from >= shown.duration() || shown.last_picture(airing.from) != airing.from) {
        return std::nullopt;
    }
    const AiringCut cut = AiringCut::create(shown, airing.from);
    const bool fits = airing.segment_count >= 1 && airing.segment_count <= cut.count() &&
                      airing.from + airing.duration == cut.at(airing.segment_count - 1).end();
    return fits ? std::optional(cut) : std::nullopt;
}

Result<Rundown> Rundown::create(std::vector<Airing> airings, std::vector<Segmentation> cuts) {
    if (airings.size() != cuts.size()) {
        return fail(ErrorCode::kInternal, "{} airings with {} cuts", airings.size(), cuts.size());
    }
    std::vector<AiringCut> own;
    own.reserve(cuts.size());
    for (std::size_t i = 0; i < airings.size(); ++i) {
        const Airing& airing = airings[i];
        const auto cut = airing_cut(airing, cuts[i]);
        if (!cut) {
            return fail(
                ErrorCode::kInternal,
                "airing {} has {} ticks in {} segments, from {} to {}, its media {} {} in {}",
                airing.ordinal, airing.duration.count(), airing.segment_count, airing.from.count(),
                airing.to.count(), airing.media_id, cuts[i].duration().count(), cuts[i].count());
        }
        own.push_back(*cut);
        if (i == 0) continue;
        const Airing& before = airings[i - 1];
        if (airing.ordinal != before.ordinal + 1 || airing.start != before.end() ||
            airing.first_sequence != before.end_sequence() ||
            airing.discontinuity_sequence !=
                before.discontinuity_sequence + (airing.discontinuity ? 1 : 0)) {
            return fail(ErrorCode::kInternal, "airing {} does not continue airing {}",
                        airing.ordinal, before.ordinal);
        }
    }
    return Rundown(std::move(airings), std::move(own));
}

SequenceRange Rundown::sequences() const {
    if (airings_.empty()) return {};
    return {airings_.front().first_sequence, airings_.back().end_sequence()};
}

std::optional<Segment> Rundown::segment(std::int64_t sequence) const {
    const SequenceRange known = sequences();
    if (sequence < known.first || sequence >= known.end) return std::nullopt;
    const auto after = std::ranges::upper_bound(airings_, sequence, {}, &Airing::first_sequence);
    Segment segment;
    segment.sequence = sequence;
    segment.airing = static_cast<std::size_t>(after - airings_.begin()) - 1;
    const Airing& airing = airings_[segment.airing];
    segment.piece = cuts_[segment.airing].at(sequence - airing.first_sequence);
    segment.start = airing.origin() + segment.piece.start;
    segment.first_of_airing = sequence == airing.first_sequence;
    return segment;
}

std::int64_t Rundown::first_ending_after(Ticks tick) const {
    const auto airing = std::ranges::upper_bound(airings_, tick, {}, &Airing::end);
    if (airing == airings_.end()) return sequences().end;
    const AiringCut& cut = cuts_[static_cast<std::size_t>(airing - airings_.begin())];
    std::int64_t low = 0;
    std::int64_t high = airing->segment_count - 1;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (airing->origin() + cut.at(middle).end() > tick) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return airing->first_sequence + low;
}

SequenceRange Rundown::window(Ticks now, const Window& window) const {
    // Both ends count segments that have ended: by `depth` ago, and by `ahead` from now. A
    // segment that ends on the very tick has ended.
    return {first_ending_after(now - window.depth), first_ending_after(now + window.ahead)};
}

std::optional<Ticks> Rundown::next_publication(Ticks now, const Window& window) const {
    const auto next = segment(first_ending_after(now + window.ahead));
    if (!next) return std::nullopt;
    return next->end() - window.ahead;
}

std::optional<std::size_t> Rundown::airing_at(Ticks tick) const {
    if (airings_.empty() || tick < airings_.front().start) return std::nullopt;
    const auto airing = std::ranges::upper_bound(airings_, tick, {}, &Airing::end);
    if (airing == airings_.end()) return std::nullopt;
    return static_cast<std::size_t>(airing - airings_.begin());
}

}  // namespace matinee::playout
