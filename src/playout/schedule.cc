#include "playout/schedule.h"

#include <algorithm>

#include "playout/rundown.h"

namespace matinee::playout {

namespace {

// What can be shown of `programme` from `from` without reaching beyond `room` more: all of it,
// or until the last place where it may be cut; zero when there is none.
Ticks cut_within(const Programme& programme, Ticks from, Ticks room) {
    const Ticks reach = from + room;
    if (reach >= programme.duration()) return programme.duration();
    if (programme.cut_at == CutAt::kFrames) return reach;
    const Ticks boundary = programme.cut.last_boundary(reach);
    return boundary > from ? boundary : Ticks(0);
}

// The first place behind `reach` where it may be cut: for when something has to be shown.
Ticks cut_behind(const Programme& programme, Ticks reach) {
    for (std::int64_t i = 0; i < programme.cut.count(); ++i) {
        if (programme.cut.at(i).end() > reach) return programme.cut.at(i).end();
    }
    return programme.duration();
}

}  // namespace

Schedule looping(std::span<const Programme> loop) {
    Schedule schedule;
    Block& block = schedule.blocks.emplace_back();
    block.id = "loop";
    block.items.assign(loop.begin(), loop.end());
    return schedule;
}

Planner::Chain Planner::chain() const {
    const auto& blocks = schedule_.blocks;
    const auto after =
        std::ranges::upper_bound(schedule_.starts, at() + kStartTolerance, {}, &Start::at);
    Chain chain;
    if (after != schedule_.starts.begin()) {
        chain.anchor = std::prev(after)->at;
        chain.first = std::prev(after)->block;
        chain.end = chain.first + 1;
    }
    while (chain.end < blocks.size() && !blocks[chain.end].fixed)
        ++chain.end;
    return chain;
}

std::optional<Start> Planner::next_start() const {
    const auto after =
        std::ranges::upper_bound(schedule_.starts, at() + kStartTolerance, {}, &Start::at);
    return after == schedule_.starts.end() ? std::nullopt : std::optional(*after);
}

// What comes after the last airing, whether or not it is there and can be shown.
Planner::Cursor Planner::after_last(const Chain& chain) const {
    Cursor cursor{chain.first, 0, 0};
    if (!end_) return cursor;
    const Place& place = end_->last.place;
    if (place.anchor != chain.anchor) return cursor;
    // Rows from before there were schedules do not say where they stand: their entry does.
    const bool nameless = place.block.empty();
    if (nameless && place.role != Role::kItem) return cursor;
    std::size_t found = chain.first;
    while (!nameless && found < chain.end && schedule_.blocks[found].id != place.block)
        ++found;
    if (found >= chain.end) return cursor;
    cursor = {found, place.pass, place.item};
    const auto& items = schedule_.blocks[found].items;
    const auto is_last = [this](const std::optional<Programme>& item) {
        return item && item->entry_id == end_->last.entry_id;
    };
    const auto index = static_cast<std::size_t>(place.item);
    if (place.role == Role::kItem && (index >= items.size() || !is_last(items[index]))) {
        const auto moved = std::ranges::find_if(items, is_last);
        if (moved == items.end()) {
            cursor.item = 0;
            return cursor;
        }
        cursor.item = moved - items.begin();
    }
    ++cursor.item;
    return cursor;
}

// The first item at or after `cursor` whose turn it is; nothing when the chain has been played
// through.
std::optional<Planner::Cursor> Planner::settle(const Chain& chain, Cursor cursor) const {
    while (cursor.block < chain.end) {
        const Block& block = schedule_.blocks[cursor.block];
        const auto count = static_cast<std::int64_t>(block.items.size());
        if (cursor.item >= count) {
            ++cursor.pass;
            cursor.item = 0;
        }
        const auto end = std::ranges::upper_bound(block.ends, chain.anchor);
        const bool over =
            (block.passes > 0 && cursor.pass >= block.passes) ||
            (end != block.ends.end() && at() >= *end - kStartTolerance) ||
            std::ranges::none_of(block.items, [](const auto& item) { return item.has_value(); });
        if (over) {
            cursor = {cursor.block + 1, 0, 0};
        } else if (!block.items[static_cast<std::size_t>(cursor.item)]) {
            ++cursor.item;
        } else {
            return cursor;
        }
    }
    return std::nullopt;
}

// For a chain that has been played through where there is nothing to pass the time with: its last
// block goes on.
std::optional<Planner::Cursor> Planner::once_more(const Chain& chain) const {
    for (std::size_t i = chain.end; i > chain.first; --i) {
        const Block& block = schedule_.blocks[i - 1];
        const auto count = static_cast<std::int64_t>(block.items.size());
        Cursor cursor = after_last(chain);
        if (cursor.block != i - 1) cursor = {i - 1, block.passes, 0};
        for (std::int64_t tried = 0; tried < count; ++tried, ++cursor.item) {
            if (cursor.item >= count) {
                ++cursor.pass;
                cursor.item = 0;
            }
            if (block.items[static_cast<std::size_t>(cursor.item)]) return cursor;
        }
    }
    return std::nullopt;
}

Place Planner::place_of(const Chain& chain, const Cursor& cursor) const {
    Place place;
    place.block = schedule_.blocks[cursor.block].id;
    place.anchor = chain.anchor;
    place.pass = cursor.pass;
    place.item = cursor.item;
    return place;
}

std::optional<Airing> Planner::next() {
    if (!is_known_until(at())) return std::nullopt;
    const Chain chain = this->chain();
    if (end_ && (schedule_.slate || schedule_.held)) {
        const Place& place = end_->last.place;
        if (place.role == Role::kPanic ||
            (place.role == Role::kHold && place.anchor == chain.anchor)) {
            return hold(place.role);
        }
    }
    return by_schedule();
}

std::optional<Airing> Planner::by_schedule() {
    if (!is_known_until(at())) return std::nullopt;
    const Chain chain = this->chain();
    if (const auto cursor = settle(chain, after_last(chain))) return item(chain, *cursor);
    if (can_fill()) return fill(chain);
    const auto again = once_more(chain);
    return again ? item(chain, *again) : std::nullopt;
}

std::optional<Airing> Planner::item(const Chain& chain, const Cursor& cursor) {
    const Block& block = schedule_.blocks[cursor.block];
    const Programme& programme = *block.items[static_cast<std::size_t>(cursor.item)];
    const auto limit = next_start();
    // After an item that was cut for the next fixed start no other one is begun.
    const bool was_cut = end_ && end_->last.to > Ticks(0) && end_->last.place.role == Role::kItem &&
                         end_->last.place.anchor == chain.anchor;
    const bool overruns = limit && at() + programme.duration() > limit->at + kStartTolerance;
    if (overruns && was_cut && can_fill()) return fill(chain);
    if (auto airing = play(programme, Ticks(0), place_of(chain, cursor))) return airing;
    return limit ? fill(chain) : std::nullopt;
}

std::optional<Airing> Planner::play(const Programme& programme, Ticks from, const Place& place) {
    const Ticks end = at() + programme.duration() - from;
    const auto limit = next_start();
    if (!limit) {
        return is_known_until(end) ? append(programme, from, Ticks(0), place) : std::nullopt;
    }
    const Overrun overrun = schedule_.blocks[limit->block].overrun;
    if (end <= limit->at + kStartTolerance || overrun == Overrun::kFinish) {
        return append(programme, from, Ticks(0), place);
    }
    const Ticks room = limit->at - at();
    if (overrun == Overrun::kFill && can_fill()) return std::nullopt;
    if (const Programme* ending = ending_of(programme, from, room)) {
        return append(*ending, from, from + room, place);
    }
    Ticks to = cut_within(programme, from, room);
    if (!can_fill() && from + room - to > kStartTolerance) to = cut_behind(programme, from + room);
    if (to == Ticks(0)) return std::nullopt;
    return append(programme, from, to, place);
}

// What shows `programme` from `from` on and ends, faded out, with the picture nearest to `room`
// later: which then stands until that very tick.
const Programme* Planner::ending_of(const Programme& programme, Ticks from, Ticks room) const {
    const std::int64_t frames = programme.cut.rate().nearest_frame(from + room);
    const auto found = std::ranges::find_if(schedule_.endings, [&](const Ending& ending) {
        return ending.media_id == programme.media_id && ending.frames == frames;
    });
    if (found == schedule_.endings.end()) return nullptr;
    const Segmentation& cut = found->programme.cut;
    const bool fits = cut.frames() == frames && from < cut.duration() &&
                      cut.last_boundary(from) == from && cut.can_end_at(from + room);
    return fits ? &found->programme : nullptr;
}

std::optional<Airing> Planner::go_to(const std::string& block, std::int64_t item) {
    const Chain chain = this->chain();
    for (std::size_t i = chain.first; i < chain.end; ++i) {
        const auto& items = schedule_.blocks[i].items;
        if (schedule_.blocks[i].id != block) continue;
        if (item < 0 || item >= static_cast<std::int64_t>(items.size())) return std::nullopt;
        const auto& programme = items[static_cast<std::size_t>(item)];
        if (!programme) return std::nullopt;
        std::int64_t pass = 0;
        if (end_ && end_->last.place.block == block && end_->last.place.anchor == chain.anchor) {
            pass = end_->last.place.pass;
        }
        return play(*programme, Ticks(0), place_of(chain, {i, pass, item}));
    }
    return std::nullopt;
}

std::optional<Airing> Planner::hold(Role role) {
    const auto& slate = schedule_.slate ? schedule_.slate : schedule_.held;
    if (!slate) return std::nullopt;
    Place place;
    if (end_) place = end_->last.place;
    if (!end_ || role == Role::kHold) {
        // A hold that begins after a fixed start has passed belongs to that one.
        const Chain chain = this->chain();
        if (place.anchor != chain.anchor) {
            place = Place{};
            place.anchor = chain.anchor;
        }
    }
    place.role = role;
    if (role == Role::kHold) {
        const auto limit = next_start();
        return pass_time(*slate, place, limit ? std::optional(limit->at) : std::nullopt);
    }
    return append(*slate, Ticks(0), Ticks(0), place);
}

std::optional<Airing> Planner::fill(const Chain& chain) {
    Place place;
    place.anchor = chain.anchor;
    if (end_ && end_->last.place.anchor == chain.anchor) place = end_->last.place;
    place.fill = place.role == Role::kFill ? place.fill + 1 : 0;
    place.role = Role::kFill;

    const auto limit = next_start();
    std::optional<Ticks> until = limit ? std::optional(limit->at) : std::nullopt;
    const Programme* const countdown = limit ? countdown_to(*limit) : nullptr;
    if (countdown != nullptr) {
        const Ticks room = limit->at - at();
        const Ticks before = room - countdown->duration();
        if (before <= kStartTolerance) return count_down(*countdown, room, place);
        // What ends in front of it has to do so exactly, and to be seen at all: where there is
        // little time, the countdown loses a little.
        if (schedule_.slate) until = std::min(at() + std::max(before, kShortestPiece), limit->at);
    }

    const auto& fillers = schedule_.fillers;
    for (std::size_t i = 0; i < fillers.size(); ++i) {
        const Programme& filler =
            fillers[(static_cast<std::size_t>(place.fill) + i) % fillers.size()];
        if (!until) return pass_time(filler, place, until);
        const Ticks left = *until - at() - filler.duration();
        const bool fits =
            left >= -kStartTolerance && (left <= kStartTolerance || left >= kShortestPiece);
        if (fits) return pass_time(filler, place, until);
    }
    return pass_time(schedule_.slate ? *schedule_.slate : fillers.front(), place, until);
}

// Null where nothing counts down to it.
const Programme* Planner::countdown_to(const Start& start) const {
    const auto& countdown = schedule_.blocks[start.block].countdown;
    return countdown && countdown->cut_at == CutAt::kFrames ? &*countdown : nullptr;
}

Ticks Planner::longest_countdown() const {
    Ticks longest{0};
    for (const Block& block : schedule_.blocks) {
        if (block.countdown) longest = std::max(longest, block.countdown->duration());
    }
    return longest;
}

// The last `room` of the countdown, to the tick; all of it when there is more room.
std::optional<Airing> Planner::count_down(const Programme& countdown, Ticks room,
                                          const Place& place) {
    const Ticks duration = countdown.duration();
    if (room >= duration) return append(countdown, Ticks(0), Ticks(0), place);
    // Its last picture is over with it, on the tick: what begins is the one that is nearest.
    const media::FrameRate rate = countdown.cut.rate();
    std::int64_t frame = rate.nearest_frame(duration - room);
    while (!countdown.cut.can_end_at(rate.start_of(frame) + room))
        --frame;
    return append(countdown, rate.start_of(frame), rate.start_of(frame) + room, place);
}

// `programme` until its end or `until`, whichever comes first. Without the latter there must be no
// fixed start to come.
std::optional<Airing> Planner::pass_time(const Programme& programme, const Place& place,
                                         std::optional<Ticks> until) {
    if (!until) {
        // Whether it has to be cut, or halved, depends on the fixed starts until then.
        const bool known =
            is_known_until(at() + programme.duration() + kShortestPiece + longest_countdown());
        return known ? append(programme, Ticks(0), Ticks(0), place) : std::nullopt;
    }
    const Ticks room = *until - at();
    const Ticks left = room - programme.duration();
    if (left >= kShortestPiece || (left <= kStartTolerance && left >= -kStartTolerance)) {
        return append(programme, Ticks(0), Ticks(0), place);
    }
    // Two pieces of about the same length rather than one that nobody can see.
    Ticks to = left > Ticks(0) && programme.duration() > kShortestPiece
                   ? cut_within(programme, Ticks(0), programme.duration() / 2)
                   : cut_within(programme, Ticks(0), room);
    if (to == Ticks(0)) to = cut_behind(programme, Ticks(0));
    return append(programme, Ticks(0), to, place);
}

std::optional<Airing> Planner::append(const Programme& programme, Ticks from, Ticks to,
                                      const Place& place) {
    Airing airing = follow(end_, programme, from, to, place);
    end_ = RundownEnd{airing, programme.fingerprint};
    return airing;
}

Airing follow(const std::optional<RundownEnd>& end, const Programme& programme, Ticks from,
              Ticks to, const Place& place) {
    Airing airing;
    if (end) {
        airing.ordinal = end->last.ordinal + 1;
        airing.start = end->last.end();
        airing.first_sequence = end->last.end_sequence();
        airing.discontinuity_sequence = end->last.discontinuity_sequence;
        airing.discontinuity = programme.fingerprint != end->fingerprint;
        if (airing.discontinuity) ++airing.discontinuity_sequence;
    }
    airing.entry_id = programme.entry_id;
    airing.media_id = programme.media_id;
    airing.subtitles_id = programme.subtitles_id;
    airing.from = from;
    airing.to = programme.cut.can_end_at(to) && to != programme.duration() ? to : Ticks(0);
    const Segmentation cut =
        airing.to > Ticks(0) ? programme.cut.ending_at(airing.to) : programme.cut;
    airing.duration = cut.duration() - from;
    airing.segment_count = AiringCut::create(cut, from).count();
    airing.place = place;
    return airing;
}

std::vector<Airing> extend(const Schedule& schedule, const std::optional<RundownEnd>& end,
                           Ticks until) {
    std::vector<Airing> added;
    Planner planner(schedule, end);
    while (planner.at() < until) {
        auto airing = planner.next();
        if (!airing) break;
        added.push_back(*std::move(airing));
    }
    return added;
}

std::vector<Airing> extend(std::span<const Programme> loop, const std::optional<RundownEnd>& end,
                           Ticks until) {
    return extend(looping(loop), end, until);
}

std::optional<std::int64_t> frames_until_start(const Schedule& schedule, const Airing& airing,
                                               media::FrameRate rate) {
    const bool is_cut = airing.to > Ticks(0) && airing.from + airing.duration == airing.to &&
                        airing.place.role == Role::kItem;
    if (!is_cut) return std::nullopt;
    const auto start =
        std::ranges::upper_bound(schedule.starts, airing.start + kStartTolerance, {}, &Start::at);
    if (start == schedule.starts.end()) return std::nullopt;
    return rate.nearest_frame(start->at - airing.origin());
}

std::size_t first_replaceable(std::span<const Airing> airings, Ticks now, Ticks ahead,
                              Ticks margin) {
    const Ticks seen = now + ahead + margin;
    const auto first = std::ranges::upper_bound(airings, seen, {}, &Airing::start);
    return static_cast<std::size_t>(first - airings.begin());
}

}  // namespace matinee::playout
