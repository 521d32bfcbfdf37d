#include "playout/control.h"

#include <algorithm>

namespace matinee::playout {

namespace {

bool is_held(Role role) {
    return role == Role::kHold || role == Role::kPanic;
}

// The first segment nobody may have fetched.
struct Splice {
    std::size_t airing = 0;
    std::int64_t kept = 0;  // segments of the airing before it
    Ticks at{0};
};

Result<Splice> find_splice(const OnAir& on_air, Moment moment) {
    const Rundown& rundown = on_air.rundown;
    const auto segment = rundown.segment(rundown.first_ending_after(moment.seen));
    if (!segment) {
        return fail(ErrorCode::kUnavailable,
                    "nothing is planned beyond what viewers may have fetched already; look at what "
                    "the channel has to play, and try again");
    }
    const Airing& airing = rundown.airings()[segment->airing];
    return Splice{segment->airing, segment->sequence - airing.first_sequence, segment->start};
}

// A rundown that is planned anew after `kept` segments of an airing.
class Rewrite {
  public:
    static Result<Rewrite> after(const OnAir& on_air, std::size_t airing, std::int64_t kept) {
        const auto rows = on_air.rundown.airings();
        Edit edit;
        std::optional<RundownEnd> end;
        if (kept > 0) {
            Airing cut = rows[airing];
            cut.segment_count = kept;
            cut.duration = on_air.rundown.cut(airing).at(kept - 1).end() - cut.from;
            edit.ordinal = cut.ordinal;
            edit.airings.push_back(cut);
            end = RundownEnd{cut, on_air.programmes[airing].fingerprint};
        } else if (airing > 0) {
            edit.ordinal = rows[airing - 1].ordinal + 1;
            end = RundownEnd{rows[airing - 1], on_air.programmes[airing - 1].fingerprint};
        } else if (rows.front().ordinal != 0) {
            return fail(ErrorCode::kInternal, "the airing before number {} is not known",
                        rows.front().ordinal);
        }
        return Rewrite(on_air, std::move(edit), std::move(end));
    }

    [[nodiscard]] Planner& planner() { return planner_; }

    // Takes the airing up; false when there is none.
    bool add(std::optional<Airing> airing) {
        if (!airing) return false;
        edit_.airings.push_back(*std::move(airing));
        return true;
    }

    // Where `programme` goes when it is put in by hand now.
    [[nodiscard]] Place inserted() const {
        Place place;
        if (const auto& end = planner_.end()) place = end->last.place;
        place.role = Role::kInserted;
        return place;
    }

    // What was put in by hand from row `index` on stays, as far as it fits.
    void keep_inserted(std::size_t index) {
        const auto rows = on_air_.rundown.airings();
        for (; index < rows.size() && rows[index].place.role == Role::kInserted; ++index) {
            const Programme& programme = on_air_.programmes[index];
            if (!add(planner_.play(programme, rows[index].from, inserted()))) {
                edit_.left_out.push_back(programme.entry_id);
            }
        }
    }

    void leave_out(const std::string& entry_id) { edit_.left_out.push_back(entry_id); }

    Edit finish(Ticks at) && {
        while (planner_.at() < on_air_.until && add(planner_.next())) {
        }
        edit_.at = at;
        return std::move(edit_);
    }

  private:
    Rewrite(const OnAir& on_air, Edit edit, std::optional<RundownEnd> end)
        : on_air_(on_air), edit_(std::move(edit)), planner_(on_air.schedule, std::move(end)) {}

    const OnAir& on_air_;
    Edit edit_;
    Planner planner_;
};

Unexpected does_not_fit(const OnAir& on_air, const Planner& planner, const Programme& programme) {
    const auto limit = planner.next_start();
    const std::string& block = limit ? on_air.schedule.blocks[limit->block].id : programme.entry_id;
    return fail(ErrorCode::kConflict,
                "\"{}\" does not fit before block \"{}\", which starts at a fixed time; choose "
                "something shorter, or let that block cut or wait for what overruns",
                programme.entry_id, block);
}

Unexpected held() {
    return fail(ErrorCode::kConflict, "the channel is on hold; resume it first");
}

}  // namespace

bool same_showing(const Airing& a, const Airing& b) {
    return a.entry_id == b.entry_id && a.media_id == b.media_id &&
           a.subtitles_id == b.subtitles_id && a.start == b.start && a.from == b.from &&
           a.to == b.to;
}

Result<Edit> skip(const OnAir& on_air, Moment moment) {
    const Splice splice = TRY(find_splice(on_air, moment));
    const auto rows = on_air.rundown.airings();
    const auto on = on_air.rundown.airing_at(moment.now);
    if (!on) return fail(ErrorCode::kNotFound, "nothing is on that could be skipped");
    if (is_held(rows[splice.airing].place.role)) return held();
    if (splice.airing != *on) {
        return fail(ErrorCode::kConflict,
                    "\"{}\" is about to end by itself, and viewers may have fetched what follows",
                    rows[*on].entry_id);
    }
    Rewrite rewrite = TRY(Rewrite::after(on_air, splice.airing, splice.kept));
    rewrite.keep_inserted(splice.airing + 1);
    return std::move(rewrite).finish(splice.at);
}

Result<Edit> hold(const OnAir& on_air, Moment moment, Role role) {
    if (!on_air.schedule.slate && !on_air.schedule.held) {
        return fail(ErrorCode::kInvalid,
                    "there is no slate to show: the server has none prepared yet, and the "
                    "channel's schedule names none");
    }
    const Splice splice = TRY(find_splice(on_air, moment));
    const auto rows = on_air.rundown.airings();
    if (rows[splice.airing].place.role == role) {
        return fail(ErrorCode::kConflict, "the channel is on hold already");
    }
    Rewrite rewrite = TRY(Rewrite::after(on_air, splice.airing, splice.kept));
    for (std::size_t i = splice.airing + (splice.kept > 0 ? 1 : 0);
         i < rows.size() && rows[i].place.role == Role::kInserted; ++i) {
        // Nobody can say where it would stand after a hold.
        rewrite.leave_out(rows[i].entry_id);
    }
    if (!rewrite.add(rewrite.planner().hold(role))) {
        return fail(ErrorCode::kUnavailable,
                    "the slate cannot be planned: fixed starts are not known far enough");
    }
    return std::move(rewrite).finish(splice.at);
}

Result<Edit> resume(const OnAir& on_air, Moment moment, Resume where) {
    const Splice splice = TRY(find_splice(on_air, moment));
    const auto rows = on_air.rundown.airings();
    if (!is_held(rows[splice.airing].place.role)) {
        return fail(ErrorCode::kConflict, "the channel is not on hold");
    }
    Rewrite rewrite = TRY(Rewrite::after(on_air, splice.airing, splice.kept));
    Planner& planner = rewrite.planner();
    std::size_t before = splice.airing;
    while (before > 0 && is_held(rows[before].place.role))
        --before;
    const Airing& stopped = rows[before];
    const bool has_rest = !is_held(stopped.place.role) &&
                          stopped.segment_count < on_air.rundown.cut(before).count() &&
                          stopped.place.anchor == planner.anchor();
    bool resumed = false;
    if (where == Resume::kWhereItStopped && has_rest) {
        resumed = rewrite.add(planner.play(on_air.programmes[before],
                                           stopped.from + stopped.duration, stopped.place));
    }
    if (!resumed) rewrite.add(planner.by_schedule());
    return std::move(rewrite).finish(splice.at);
}

Result<Edit> insert_next(const OnAir& on_air, Moment moment, const Programme& programme) {
    const Splice splice = TRY(find_splice(on_air, moment));
    std::size_t next = splice.airing + (splice.kept > 0 ? 1 : 0);
    const auto rows = on_air.rundown.airings();
    if (next > 0 && next < rows.size() && ends_hold(rows[next - 1], rows[next])) ++next;
    Rewrite rewrite = TRY(Rewrite::after(on_air, next, 0));
    const Place place = rewrite.inserted();
    const auto& end = rewrite.planner().end();
    if (end && is_held(end->last.place.role)) return held();
    const Ticks at = rewrite.planner().at();
    if (!rewrite.add(rewrite.planner().play(programme, Ticks(0), place))) {
        return does_not_fit(on_air, rewrite.planner(), programme);
    }
    rewrite.keep_inserted(next);
    return std::move(rewrite).finish(at);
}

Result<Edit> replace(const OnAir& on_air, Moment moment, const Programme& programme) {
    const Splice splice = TRY(find_splice(on_air, moment));
    Rewrite rewrite = TRY(Rewrite::after(on_air, splice.airing, splice.kept));
    Place place = on_air.rundown.airings()[splice.airing].place;
    place.role = Role::kInserted;
    if (!rewrite.add(rewrite.planner().play(programme, Ticks(0), place))) {
        return does_not_fit(on_air, rewrite.planner(), programme);
    }
    rewrite.keep_inserted(splice.airing + 1);
    return std::move(rewrite).finish(splice.at);
}

Result<Edit> go_to(const OnAir& on_air, Moment moment, const std::string& block,
                   std::int64_t item) {
    const Splice splice = TRY(find_splice(on_air, moment));
    Rewrite rewrite = TRY(Rewrite::after(on_air, splice.airing, splice.kept));
    if (!rewrite.add(rewrite.planner().go_to(block, item))) {
        return fail(ErrorCode::kNotFound,
                    "block \"{}\" is not on, or its item {} is not there, not ready, or does not "
                    "fit before the next fixed start",
                    block, item + 1);
    }
    return std::move(rewrite).finish(splice.at);
}

bool ends_hold(const Airing& held, const Airing& next) {
    return is_held(held.place.role) && !is_held(next.place.role) &&
           (held.place.role == Role::kPanic || held.place.anchor == next.place.anchor);
}

std::vector<Change> changes_between(std::span<const Airing> old, std::span<const Airing> made,
                                    Ticks until) {
    std::vector<Change> changes;
    // Both lists side by side, by when their airings start.
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < old.size() || j < made.size()) {
        const bool has_old = i < old.size();
        const bool has_made = j < made.size();
        if (has_old != has_made && changes.empty()) break;  // one is just longer
        const Ticks start = !has_made  ? old[i].start
                            : !has_old ? made[j].start
                                       : std::min(old[i].start, made[j].start);
        if (start >= until) break;
        const Airing* before = has_old && old[i].start == start ? &old[i++] : nullptr;
        const Airing* after = has_made && made[j].start == start ? &made[j++] : nullptr;
        if (before && after && same_showing(*before, *after)) continue;
        changes.push_back({start, before ? before->entry_id : "", after ? after->entry_id : ""});
    }
    return changes;
}

Result<Publication> plan_publication(const OnAir& on_air, Moment moment, From from, Ticks at) {
    const Splice splice = TRY(find_splice(on_air, moment));
    const auto rows = on_air.rundown.airings();
    std::size_t next = splice.airing + (splice.kept > 0 ? 1 : 0);
    std::int64_t kept = 0;
    const auto is_resumed = [&] {
        return next > 0 && next < rows.size() && ends_hold(rows[next - 1], rows[next]);
    };
    if (from == From::kFirstBoundary && !is_resumed()) {
        next = splice.airing;
        kept = splice.kept;
    }
    while (from == From::kAt && next < rows.size() && rows[next].start < at)
        ++next;
    if (kept == 0 && is_resumed()) ++next;
    Rewrite rewrite = TRY(Rewrite::after(on_air, next, kept));
    rewrite.keep_inserted(next + (kept > 0 ? 1 : 0));
    Publication publication;
    Edit edit = std::move(rewrite).finish(Ticks(0));

    const auto old = rows.subspan(static_cast<std::size_t>(edit.ordinal - rows.front().ordinal));
    publication.changes = changes_between(old, edit.airings, on_air.until);
    if (publication.changes.empty()) return publication;
    edit.at = publication.changes.front().at;
    publication.edit = std::move(edit);
    return publication;
}

}  // namespace matinee::playout
