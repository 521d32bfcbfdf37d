#include "playout/schedule.h"

#include <algorithm>

namespace matinee::playout {

namespace {

// The index in `loop` that follows the last airing.
std::size_t next_item(std::span<const Programme> loop, const std::optional<RundownEnd>& end) {
    if (!end) return 0;
    const auto last = std::ranges::find(loop, end->last.entry_id, &Programme::entry_id);
    if (last == loop.end()) return 0;
    return (static_cast<std::size_t>(last - loop.begin()) + 1) % loop.size();
}

}  // namespace

std::vector<Airing> extend(std::span<const Programme> loop, const std::optional<RundownEnd>& end,
                           Ticks until) {
    std::vector<Airing> added;
    const bool can_advance = std::ranges::any_of(
        loop, [](const Programme& programme) { return programme.duration > Ticks(0); });
    if (!can_advance) return added;

    Airing at;  // where the next one goes
    std::string fingerprint;
    if (end) {
        at.ordinal = end->last.ordinal + 1;
        at.start = end->last.end();
        at.first_sequence = end->last.end_sequence();
        at.discontinuity_sequence = end->last.discontinuity_sequence;
        fingerprint = end->fingerprint;
    }
    for (std::size_t item = next_item(loop, end); at.start < until;
         item = (item + 1) % loop.size()) {
        const Programme& programme = loop[item];
        if (programme.duration <= Ticks(0)) continue;
        at.entry_id = programme.entry_id;
        at.media_id = programme.media_id;
        at.subtitles_id = programme.subtitles_id;
        at.duration = programme.duration;
        at.segment_count = programme.segment_count;
        at.discontinuity = at.ordinal > 0 && programme.fingerprint != fingerprint;
        if (at.discontinuity) ++at.discontinuity_sequence;
        added.push_back(at);

        fingerprint = programme.fingerprint;
        ++at.ordinal;
        at.start = added.back().end();
        at.first_sequence = added.back().end_sequence();
    }
    return added;
}

std::size_t first_replaceable(std::span<const Airing> airings, Ticks now, Ticks ahead,
                              Ticks margin) {
    const Ticks seen = now + ahead + margin;
    const auto first = std::ranges::upper_bound(airings, seen, {}, &Airing::start);
    return static_cast<std::size_t>(first - airings.begin());
}

}  // namespace matinee::playout
