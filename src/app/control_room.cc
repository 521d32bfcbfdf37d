#include "app/control_room.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "app/planning.h"
#include "app/subtitle_intake.h"
#include "base/log.h"
#include "store/metadata.h"

namespace matinee::app {

namespace {

// How often a command is planned anew when the rundown changes under it.
constexpr int kTries = 5;

}  // namespace

Result<ControlRoom::FilmPtr> ControlRoom::film(const std::string& entry, const std::string& media,
                                               const std::string& subtitles) {
    FilmPtr& film = films_[entry + "\n" + media + "\n" + subtitles];
    if (!film) {
        auto opened = TRY(library_.media(media));
        // Subtitles play no part in planning: their name is enough.
        film = http::Film::create(entry, {}, "", "", std::move(opened), nullptr, subtitles,
                                  options_.gops_per_segment);
    }
    return film;
}

Result<playout::Programme> ControlRoom::programme(const std::string& entry) {
    const store::Entry row = TRY(store_.find_entry(entry));
    if (row.media_id.empty()) {
        return fail(ErrorCode::kConflict, "\"{}\" is not prepared{}", entry,
                    row.reason.empty() ? "" : ": " + row.reason);
    }
    return programme_of(*TRY(film(entry, row.media_id, row.subtitles_id)), options_.ladder);
}

// Of an entry whose files are lost.
std::optional<playout::Programme> ControlRoom::planned_programme(const std::string& entry,
                                                                 const std::string& media) {
    if (media.empty()) return std::nullopt;
    const auto row = store_.find_entry(entry);
    const auto known = store_.find_media(media);
    if (!row || !known) return std::nullopt;
    return app::planned_programme(*row, *known, options_.gops_per_segment);
}

// Whether something can stand in for what is lost.
bool ControlRoom::has_slate(const store::Schedule& schedule) {
    if (!schedule.slate_entry.empty() && programme(schedule.slate_entry)) return true;
    const auto entries = store_.list_entries();
    return entries && std::ranges::any_of(*entries, [&](const store::Entry& entry) {
               return entry.kind == store::EntryKind::kSlate && programme(entry.id);
           });
}

Result<playout::Programme> ControlRoom::programme(const PlayedItem& item,
                                                  const ChannelSettings& wishes,
                                                  std::span<const store::Variant> variants) {
    const store::Entry row = TRY(store_.find_entry(item.entry));
    if (row.media_id.empty()) return programme(item.entry);
    std::shared_ptr<const library::SubtitleSet> subtitles;
    if (!wishes.burn_in.empty() && !row.subtitles_id.empty()) {
        subtitles = TRY(library_.subtitles(row.subtitles_id));
    }
    // As the broadcaster chooses: with subtitles drawn, else without, else all of it.
    for (const std::string& wanted : {
             TRY(wanted_variant(subtitles.get(), wishes.burn_in, item.trim))
             , library::to_text(library::Variant{{}, item.trim})
         }) {
        if (wanted.empty()) break;
        const store::Variant* const ready =
            find_variant(variants, item.entry, row.media_id, wanted);
        if (ready == nullptr || ready->state != store::EntryState::kReady) continue;
        auto shown = film(item.entry, ready->media_id, row.subtitles_id);
        if (shown) return programme_of(**shown, options_.ladder);
    }
    if (!item.trim.is_whole() && item.untrimmed != store::Untrimmed::kWhole) {
        return fail(ErrorCode::kConflict, "that part of \"{}\" is being prepared", item.entry);
    }
    return programme(item.entry);
}

Result<ControlRoom::Command> ControlRoom::putting_on(const std::string& channel,
                                                     const std::string& entry, PutOn how) {
    const Instant epoch = TRY(store_.find_channel(channel))
    .epoch;
    const playout::Programme programme = TRY(this->programme(entry));
    const store::Entry row = TRY(store_.find_entry(entry));
    // From before it was checked: then nothing is known of dates.
    const auto dates = store::parse_metadata(row.metadata).value_or(store::Metadata());
    return Command([=](const playout::OnAir& on, playout::Moment moment) -> Result<playout::Edit> {
        playout::Edit edit = TRY(how(on, moment, programme));
        const auto put = std::ranges::find_if(edit.airings, [&](const playout::Airing& airing) {
            return airing.start == edit.at && airing.entry_id == entry;
        });
        if (put == edit.airings.end()) return edit;
        const auto at = [&](Ticks tick) {
            return base::to_rfc3339(playout::instant_of(epoch, tick));
        };
        if (dates.not_before && put->start < playout::ticks_since(epoch, *dates.not_before)) {
            return fail(ErrorCode::kConflict,
                        "\"{}\" may not be shown before {}, and would begin at {}; if it may, "
                        "change its not_before with `matinee entry set`",
                        entry, base::to_rfc3339(*dates.not_before), at(put->start));
        }
        if (dates.not_after && put->end() > playout::ticks_since(epoch, *dates.not_after)) {
            return fail(ErrorCode::kConflict,
                        "\"{}\" may not be shown after {}, and would end at {}; if it may, "
                        "change its not_after with `matinee entry set`",
                        entry, base::to_rfc3339(*dates.not_after), at(put->end()));
        }
        return edit;
    });
}

Result<std::vector<ControlRoom::ItemState>> ControlRoom::item_states(
    const store::Playlist& playlist) {
    const std::vector<store::Variant> variants = TRY(store_.list_variants());
    std::vector<ItemState> states;
    for (const store::PlaylistItem& stored : playlist.items) {
        const PlayedItem item = played(stored);
        ItemState& state = states.emplace_back();
        const auto entry = store_.find_entry(item.entry);
        if (!entry) {
            state = {ItemReadiness::kBad, fmt::format("there is no entry \"{}\"", item.entry)};
            continue;
        }
        if (std::string why = TRY(why_bad(store_, item)); !why.empty()) {
            state = {ItemReadiness::kBad, std::move(why)};
            continue;
        }
        if (entry->media_id.empty()) {
            state = {ItemReadiness::kWaits, entry->reason.empty() ? "not prepared" : entry->reason};
            continue;
        }
        if (item.trim.is_whole()) continue;
        const store::Variant* const part =
            find_variant(variants, item.entry, entry->media_id,
                         library::to_text(library::Variant{{}, item.trim}));
        if (part == nullptr || part->state != store::EntryState::kReady) {
            const bool failed = part != nullptr && part->state == store::EntryState::kFailed;
            state = {failed ? ItemReadiness::kBad : ItemReadiness::kWaits,
                     failed ? "its part cannot be prepared: " + part->reason : "being prepared"};
        }
    }
    return states;
}

std::optional<playout::Programme> ControlRoom::programme_of_row(const playout::Airing& row) {
    const auto shown = film(row.entry_id, row.media_id, row.subtitles_id);
    auto planned = shown ? std::optional(programme_of(**shown, options_.ladder))
                         : planned_programme(row.entry_id, row.media_id);
    if (planned && !playout::airing_cut(row, planned->cut)) planned.reset();
    return planned;
}

Result<std::optional<ControlRoom::Waiting>> ControlRoom::waiting(const store::Channel& channel,
                                                                 Ticks seen) {
    const Ticks at = TRY(store_.edits_from(channel.id));
    if (at <= seen) return std::optional<Waiting>();
    const std::string text = TRY(store_.edits_before(channel.id));
    if (text.empty()) return std::optional<Waiting>();
    return std::optional(Waiting { at, TRY(planned_before(text, channel.id)) });
}

Result<PlannedBefore> ControlRoom::present_plan(const store::Channel& channel) {
    PlannedBefore present {
        TRY(store_.find_schedule(channel.id))
        , {}
    };
    for (const std::string& id : playlists_of(present.schedule, channel)) {
        present.playlists[id] = TRY(store_.find_playlist(id))
        .version;
    }
    return present;
}

Result<ControlRoom::Desk> ControlRoom::sit_down(const PlannedBefore& before, Instant now) {
    std::vector<store::Playlist> playlists;
    for (const auto& [id, version] : before.playlists) {
        // One that was not published yet had no items; version 0 would be the newest.
        if (version > 0) {
            playlists.push_back(TRY(store_.find_playlist_version(id, version)));
        } else {
            playlists.emplace_back().id = id;
        }
    }
    return sit_down(before.schedule, playlists, now);
}

Result<ControlRoom::Desk> ControlRoom::sit_down(const store::Schedule& schedule,
                                                const std::vector<store::Playlist>& drafts,
                                                Instant now, Instant until) {
    Desk desk;
    desk.channel = TRY(store_.find_channel(schedule.channel_id));
    desk.edits = TRY(store_.rundown_edits(desk.channel.id));
    const Ticks tick = playout::ticks_since(desk.channel.epoch, now);
    // The day before, for the film that was interrupted by a long hold.
    for (playout::Airing& row :
         TRY(store_.list_airings(desk.channel.id, tick - Ticks(std::chrono::hours(24))))) {
        auto planned = programme_of_row(row);
        if (!planned) {
            // Files that are gone, or not complete yet. What was on before plays no part; what
            // comes is planned anew from what is there.
            if (row.end() > tick) break;
            desk.rows.clear();
            desk.programmes.clear();
            continue;
        }
        desk.programmes.push_back(*std::move(planned));
        desk.rows.push_back(std::move(row));
    }
    PlayedItems playlists;
    for (const std::string& id : playlists_of(schedule, desk.channel)) {
        const auto draft = std::ranges::find(drafts, id, &store::Playlist::id);
        playlists.emplace(
            id, played_items(draft == drafts.end() ? TRY(store_.find_playlist(id)) : *draft));
    }
    PlanInput input{
        schedule, desk.channel, playlists, {}, std::max<Instant>(now + options_.horizon, until)};
    const auto settings = channel_settings_from(desk.channel.settings);
    const ChannelSettings wishes = settings ? *settings : ChannelSettings{};
    const std::vector<store::Variant> variants = TRY(store_.list_variants());
    for (const store::Entry& entry : TRY(store_.list_entries())) {
        const bool slate = entry.kind == store::EntryKind::kSlate && !entry.media_id.empty();
        if (slate && input.own_slate.empty()) input.own_slate = entry.id;
    }
    input.programme = [&](const PlayedItem& item) -> std::optional<playout::Programme> {
        if (auto made = programme(item, wishes, variants)) return *std::move(made);
        if (!item.trim.is_whole()) return std::nullopt;
        // It keeps its place, as it does on the air: something stands in for it.
        const auto row = store_.find_entry(item.entry);
        return row && has_slate(schedule) ? planned_programme(item.entry, row->media_id)
                                          : std::nullopt;
    };
    input.endings = [&](const PlayedItem& item, const playout::Programme& whole) {
        const auto row = store_.find_entry(item.entry);
        const auto shown = film(item.entry, whole.media_id, whole.subtitles_id);
        if (!row || !shown) return std::vector<playout::Ending>();
        return endings_of(
            whole, (*shown)->media->manifest().variant, variants, row->media_id, schedule.fade,
            [&](const store::Variant& variant) -> std::optional<playout::Programme> {
                const auto ending = film(item.entry, variant.media_id, whole.subtitles_id);
                if (!ending) return std::nullopt;
                return programme_of(**ending, options_.ladder);
            });
    };
    desk.schedule = TRY(plan(input));
    return desk;
}

Result<playout::Rundown> ControlRoom::rundown(const Desk& desk) const {
    std::vector<playout::Segmentation> cuts;
    cuts.reserve(desk.programmes.size());
    for (const playout::Programme& programme : desk.programmes) {
        cuts.push_back(programme.cut);
    }
    return playout::Rundown::create(desk.rows, std::move(cuts));
}

playout::Moment ControlRoom::moment(const Desk& desk, Instant now) const {
    const Ticks tick = playout::ticks_since(desk.channel.epoch, now);
    return {tick, tick + Ticks(Broadcaster::hold_back(options_)) + Broadcaster::kCommandMargin};
}

Ticks ControlRoom::until(const Desk& desk, Instant now) const {
    const Ticks horizon = playout::ticks_since(desk.channel.epoch, now + options_.horizon);
    return desk.rows.empty() ? horizon : std::max(desk.rows.back().end(), horizon);
}

Result<playout::Edit> ControlRoom::joined(const Desk& desk, playout::Edit edit, Ticks at,
                                          Instant now) {
    Desk edited{desk.channel, desk.edits, desk.rows, desk.programmes, {}};
    while (!edited.rows.empty() && edited.rows.back().ordinal >= edit.ordinal) {
        edited.rows.pop_back();
        edited.programmes.pop_back();
    }
    for (const playout::Airing& row : edit.airings) {
        auto programme = programme_of_row(row);
        if (!programme) {
            return fail(ErrorCode::kUnavailable, "\"{}\" cannot be opened", row.entry_id);
        }
        edited.rows.push_back(row);
        edited.programmes.push_back(*std::move(programme));
    }
    const playout::Rundown planned = TRY(rundown(edited));
    const auto later =
        TRY(playout::plan_publication({planned, edited.programmes, desk.schedule, until(desk, now)},
                                      moment(desk, now), playout::From::kAt, at));
    if (!later.edit) return edit;
    std::erase_if(edit.airings,
                  [&](const playout::Airing& row) { return row.ordinal >= later.edit->ordinal; });
    std::ranges::copy(later.edit->airings, std::back_inserter(edit.airings));
    std::ranges::copy(later.edit->left_out, std::back_inserter(edit.left_out));
    return edit;
}

std::optional<ControlRoom::EndedEarly> ControlRoom::ended_early(const Desk& desk,
                                                                const playout::Edit& edit,
                                                                std::string_view why) {
    if (edit.airings.empty()) return std::nullopt;
    const playout::Airing& kept = edit.airings.front();
    const auto planned = std::ranges::find(desk.rows, kept.ordinal, &playout::Airing::ordinal);
    if (planned == desk.rows.end() || planned->media_id != kept.media_id ||
        planned->start != kept.start || planned->duration <= kept.duration) {
        return std::nullopt;
    }
    return EndedEarly{desk.channel,
                      {kept.ordinal,
                       {playout::instant_of(desk.channel.epoch, kept.end()),
                        std::string(playout::kCutShort), std::string(why)}}};
}

// The rundown is written by then: what the log lacks is why, not that.
void ControlRoom::tell_log(const std::optional<EndedEarly>& ended) {
    if (!ended) return;
    if (auto told = store_.mark_as_run(ended->channel, {&ended->mark, 1}); !told) {
        log::error("the as-run log cannot be told why an airing ends early",
                   {{"channel", ended->channel.id}, {"reason", told.error().to_string()}});
    }
}

Result<ControlRoom::Done> ControlRoom::perform(const std::string& channel, const Command& command) {
    for (int attempt = 1;; ++attempt) {
        const store::Schedule schedule = TRY(store_.find_schedule(channel));
        // Opening films takes its time, the first time: what counts is the instant after.
        TRY(sit_down(schedule, {}, clock_.now()));
        const Instant now = clock_.now();
        const Desk desk = TRY(sit_down(schedule, {}, now));
        const playout::Rundown planned = TRY(rundown(desk));
        if (planned.empty()) {
            return fail(ErrorCode::kNotFound,
                        "channel \"{}\" has nothing on; it goes on the air when a server runs and "
                        "its playlist has an entry that is ready",
                        channel);
        }
        const playout::Moment when = moment(desk, now);
        // Until a publication's time the channel plays by what was there before it.
        const auto waits = TRY(waiting(desk.channel, when.seen));
        const playout::Schedule by = waits ? TRY(sit_down(waits->before, now))
        .schedule : desk.schedule;
        playout::Edit edit = TRY(command({planned, desk.programmes, by, until(desk, now)}, when));
        if (waits) edit = TRY(joined(desk, std::move(edit), waits->at, now));
        const auto written = store_.splice_airings(
            channel, {edit.ordinal, edit.airings, desk.edits, now + Broadcaster::kToWrite});
        if (written) {
            tell_log(ended_early(desk, edit, "ended by hand"));
            return Done{playout::instant_of(desk.channel.epoch, edit.at), edit.left_out};
        }
        const ErrorCode code = written.error().code();
        const bool again = code == ErrorCode::kConflict || code == ErrorCode::kUnavailable;
        if (!again || attempt == kTries) return Unexpected(Error(written.error()));
    }
}

Result<ControlRoom::Plan> ControlRoom::plan_publication(const store::Schedule& schedule,
                                                        const std::vector<store::Playlist>& drafts,
                                                        playout::From from, Instant at) {
    TRY(sit_down(schedule, drafts, clock_.now()));  // opens the films
    const Instant now = clock_.now();
    const Desk desk = TRY(sit_down(schedule, drafts, now));
    Plan plan;
    plan.published = {desk.channel.id, desk.channel.epoch, {}, {}};
    plan.edit.channel_id = desk.channel.id;
    const Ticks at_tick = playout::ticks_since(desk.channel.epoch, at);
    const playout::Moment when = moment(desk, now);
    const bool later = from == playout::From::kAt && at_tick > when.seen;
    if (from == playout::From::kAt) plan.edit.edits_from = at_tick;
    const playout::Rundown planned = TRY(rundown(desk));
    if (planned.empty()) return plan;  // nothing to be spliced: it begins with this
    const auto waits = TRY(waiting(desk.channel, when.seen));
    if (waits && !later) {
        const bool anew = schedule.version != TRY(store_.find_schedule(schedule.channel_id))
        .version;
        if (!supersedes(*waits, schedule, drafts, anew)) {
            TRY(plan_around(*waits, schedule, drafts, desk, from, now, plan));
            return plan;
        }
    }
    if (later) {
        const auto time = [&](Ticks tick) {
            return base::to_rfc3339(playout::instant_of(desk.channel.epoch, tick));
        };
        if (desk.rows.back().end() < at_tick) {
            return fail(ErrorCode::kInvalid,
                        "channel \"{}\" is planned until {}: what is to count from {} can be "
                        "published once that is nearer",
                        desk.channel.id, time(desk.rows.back().end()), time(at_tick));
        }
        if (waits && waits->at != at_tick) {
            return fail(ErrorCode::kConflict,
                        "on channel \"{}\" something is published already that counts from {}: "
                        "publish this for the same time, for now, or when that has come",
                        desk.channel.id, time(waits->at));
        }
        plan.edit.edits_before = text_of(waits ? waits->before : TRY(present_plan(desk.channel)));
    }
    plan.published.plan = TRY(playout::plan_publication(
        {planned, desk.programmes, desk.schedule, until(desk, now)}, moment(desk, now), from,
        playout::ticks_since(desk.channel.epoch, at)));
    if (const auto& edit = plan.published.plan.edit) {
        plan.edit.splice =
            store::Splice{edit->ordinal, edit->airings, desk.edits, now + Broadcaster::kToWrite};
        plan.ended = ended_early(desk, *edit, "another plan was published");
    }
    return plan;
}

// Whether what is published now takes the place of what waits, a version of the same.
bool ControlRoom::supersedes(const Waiting& waits, const store::Schedule& schedule,
                             const std::vector<store::Playlist>& drafts, bool anew) {
    const auto present = store_.find_schedule(schedule.channel_id);
    if (!present) return true;
    const bool schedule_waits = present->version != waits.before.schedule.version;
    if (anew && schedule_waits) return true;
    return std::ranges::any_of(drafts, [&](const store::Playlist& draft) {
        const auto before = waits.before.playlists.find(draft.id);
        const auto published = store_.find_playlist(draft.id);
        // One that comes in with what waits has no version before.
        return before == waits.before.playlists.end() || !published ||
               before->second != published->version;
    });
}

Result<void> ControlRoom::plan_around(const Waiting& waits, const store::Schedule& schedule,
                                      const std::vector<store::Playlist>& drafts, const Desk& desk,
                                      playout::From from, Instant now, Plan& plan) {
    PlannedBefore before = waits.before;
    for (const store::Playlist& draft : drafts)
        before.playlists[draft.id] = draft.version;
    const bool anew = schedule.version != TRY(store_.find_schedule(schedule.channel_id))
    .version;
    if (anew) {
        before.schedule = schedule;
        for (const std::string& id : playlists_of(schedule, desk.channel)) {
            if (!before.playlists.contains(id)) {
                before.playlists[id] = TRY(store_.find_playlist(id))
                .version;
            }
        }
    }
    plan.edit.edits_from = waits.at;
    plan.edit.edits_before = text_of(before);
    const Desk until_then = TRY(sit_down(before, now));
    const playout::Rundown planned = TRY(rundown(desk));
    const playout::Moment when = moment(desk, now);
    const Ticks end = until(desk, now);
    const auto first = TRY(playout::plan_publication(
        {planned, desk.programmes, until_then.schedule, end}, when, from, Ticks(0)));
    playout::Edit edit;
    if (first.edit) {
        edit = TRY(joined(desk, *first.edit, waits.at, now));
    } else {
        const auto then = TRY(playout::plan_publication(
            {planned, desk.programmes, desk.schedule, end}, when, playout::From::kAt, waits.at));
        if (!then.edit) return {};
        edit = *then.edit;
    }
    const auto old = std::ranges::find(desk.rows, edit.ordinal, &playout::Airing::ordinal);
    auto& changes = plan.published.plan.changes;
    changes = playout::changes_between(std::span(old, desk.rows.end()), edit.airings, end);
    if (changes.empty()) return {};
    edit.at = changes.front().at;
    plan.ended = ended_early(desk, edit, "another plan was published");
    plan.published.plan.edit = std::move(edit);
    plan.edit.splice =
        store::Splice{plan.published.plan.edit->ordinal, plan.published.plan.edit->airings,
                      desk.edits, now + Broadcaster::kToWrite};
    return {};
}

Result<std::vector<ControlRoom::Published>> ControlRoom::publish(const std::string& playlist,
                                                                 std::int64_t version,
                                                                 std::int64_t expected,
                                                                 playout::From from, Instant at,
                                                                 Mode mode) {
    const store::Playlist draft = TRY(store_.find_playlist_version(playlist, version));
    const std::vector<ItemState> states = TRY(item_states(draft));
    for (std::size_t i = 0; i < states.size(); ++i) {
        // What is not ready is passed over until it is; what makes no sense never will be.
        if (played(draft.items[i]).trim.is_whole()) continue;
        if (states[i].readiness != ItemReadiness::kBad) continue;
        return fail(ErrorCode::kInvalid, "item {} of playlist \"{}\", {}: {}", i + 1, playlist,
                    draft.items[i].reference, states[i].why);
    }
    // Before anything is planned: what is planned has to be written soon.
    std::map<std::string, std::vector<playout::Finding>> errors;
    for (int attempt = 1;; ++attempt) {
        std::vector<store::Schedule> playing;
        for (const store::Channel& channel : TRY(store_.list_channels())) {
            const store::Schedule schedule = TRY(store_.find_schedule(channel.id));
            const auto used = playlists_of(schedule, channel);
            if (std::ranges::find(used, playlist) == used.end()) continue;
            errors[channel.id] = TRY(errors_of(schedule, {draft}));
            playing.push_back(schedule);
        }
        std::vector<Plan> plans;
        for (const store::Schedule& schedule : playing) {
            plans.push_back(TRY(plan_publication(schedule, {draft}, from, at)));
            plans.back().published.errors = std::move(errors[schedule.channel_id]);
        }
        std::vector<Published> published;
        std::vector<store::ChannelEdit> edits;
        for (Plan& plan : plans) {
            edits.push_back(plan.edit);
            published.push_back(plan.published);
        }
        if (mode == Mode::kDryRun) return published;
        const auto written = store_.publish_playlist(playlist, draft.version, expected, edits);
        if (written) {
            for (const Plan& plan : plans) {
                tell_log(plan.ended);
            }
            return published;
        }
        const bool overtaken = TRY(store_.find_playlist(playlist))
        .published != expected || attempt == kTries;
        if (overtaken) return Unexpected(Error(written.error()));
    }
}

Result<store::Schedule> ControlRoom::successor(const store::Schedule& schedule) {
    const auto present = TRY(store_.find_schedule(schedule.channel_id))
    .blocks;
    store::Schedule next = schedule;
    ++next.version;  // a first schedule is one already
    for (store::ScheduleBlock& block : next.blocks) {
        const auto same = std::ranges::find(present, block.id, &store::ScheduleBlock::id);
        const bool kept = same != present.end() && store::starts_alike(*same, block);
        block.since = kept ? same->since : clock_.now();
    }
    return next;
}

Result<ControlRoom::Published> ControlRoom::publish(const store::Schedule& schedule,
                                                    playout::From from, Instant at, Mode mode) {
    for (int attempt = 1;; ++attempt) {
        const store::Schedule next = TRY(successor(schedule));
        auto errors = TRY(errors_of(next, {}));
        Plan plan = TRY(plan_publication(next, {}, from, at));
        plan.published.errors = std::move(errors);
        if (mode == Mode::kDryRun) return plan.published;
        const auto written = store_.set_schedule(schedule, {&plan.edit, 1});
        if (written) {
            tell_log(plan.ended);
            return plan.published;
        }
        const bool overtaken = TRY(store_.find_schedule(schedule.channel_id))
        .version != schedule.version;
        if (overtaken || attempt == kTries) return Unexpected(Error(written.error()));
    }
}

Result<std::vector<playout::ItemFacts>> ControlRoom::facts_of(
    const store::Playlist& playlist, const std::vector<std::string>& languages, Instant epoch) {
    std::vector<playout::ItemFacts> all;
    const std::vector<ItemState> states = TRY(item_states(playlist));
    for (std::size_t i = 0; i < playlist.items.size(); ++i) {
        const store::PlaylistItem& item = playlist.items[i];
        playout::ItemFacts& fact = all.emplace_back();
        fact.entry_id = item.reference;
        const auto entry = store_.find_entry(item.reference);
        fact.exists = entry || entry.error().code() != ErrorCode::kNotFound;
        fact.ready = states[i].readiness == ItemReadiness::kReady;
        fact.trimmed_is_missing = item.is_trimmed() && states[i].readiness == ItemReadiness::kWaits;
        fact.may_repeat = item.kind != store::ItemKind::kEntry;
        if (!entry) continue;
        fact.may_repeat = fact.may_repeat || entry->kind != store::EntryKind::kFilm;
        // From before it was checked: then nothing is known of dates.
        if (const auto metadata = store::parse_metadata(entry->metadata)) {
            const auto tick = [&](const std::optional<Instant>& instant) {
                return instant ? std::optional(playout::ticks_since(epoch, *instant))
                               : std::nullopt;
            };
            fact.permitted_from = tick(metadata->not_before);
            fact.permitted_until = tick(metadata->not_after);
        }
        if (item.is_trimmed() && states[i].readiness == ItemReadiness::kBad) {
            fact.bad_points = states[i].why;
        }
        if (const auto known = programme(item.reference); !known && !entry->media_id.empty()) {
            fact.lost = known.error().to_string();
        }
        fact.lacking = lacking_languages(subtitle_languages(library_, *entry), languages);
    }
    return all;
}

Result<std::vector<playout::Finding>> ControlRoom::errors_of(
    const store::Schedule& schedule, const std::vector<store::Playlist>& drafts) {
    auto findings = TRY(check(schedule, drafts, {}));
    std::erase_if(findings, [](const playout::Finding& finding) {
        return finding.severity != playout::Severity::kError;
    });
    return findings;
}

Result<std::vector<playout::Finding>> ControlRoom::check(const store::Schedule& schedule,
                                                         const std::vector<store::Playlist>& drafts,
                                                         const std::vector<std::string>& languages,
                                                         std::optional<Instant> until) {
    const Instant now = clock_.now();
    const Desk desk = TRY(sit_down(schedule, drafts, now, until.value_or(Instant())));
    const std::vector<std::string> wanted = TRY(asked_languages(languages));
    playout::CheckInput input{desk.schedule, {}, {}, this->until(desk, now)};
    if (until) input.until = playout::ticks_since(desk.channel.epoch, *until);
    const auto facts = [&](const std::string& id) -> Result<std::vector<playout::ItemFacts>> {
        const auto draft = std::ranges::find(drafts, id, &store::Playlist::id);
        return facts_of(draft == drafts.end() ? TRY(store_.find_playlist(id)) : *draft, wanted,
                        desk.channel.epoch);
    };
    std::vector<std::string> playlists;
    for (const store::ScheduleBlock& block : schedule.blocks) {
        playlists.push_back(block.playlist_id);
    }
    if (schedule.version == 0) playlists = playlists_of(schedule, desk.channel);
    for (const std::string& id : playlists) {
        input.facts.push_back(TRY(facts(id)));
    }
    if (schedule.version != 0 && !schedule.filler_playlist.empty()) {
        input.fillers = TRY(facts(schedule.filler_playlist));
    }
    if (schedule.version != 0 && !schedule.slate_entry.empty()) {
        store::Playlist slate;
        slate.items.emplace_back().reference = schedule.slate_entry;
        input.slate = TRY(facts_of(slate, {}, desk.channel.epoch))
        .front();
    }
    for (std::size_t i = 0; i < schedule.blocks.size(); ++i) {
        const std::string countdown = countdown_of(schedule, schedule.blocks[i]);
        if (countdown.empty()) continue;
        const auto known = programme(countdown);
        if (known && known->cut_at == playout::CutAt::kFrames) continue;
        const auto entry = store_.find_entry(countdown);
        input.countdowns.push_back({i, countdown,
                                    entry || entry.error().code() != ErrorCode::kNotFound,
                                    known.has_value()});
    }
    // As if it began with what nobody can have seen.
    const Ticks seen = moment(desk, now).seen;
    for (std::size_t i = 0; i < desk.rows.size() && desk.rows[i].start <= seen; ++i) {
        input.end = playout::RundownEnd{desk.rows[i], desk.programmes[i].fingerprint};
    }
    return playout::check(input);
}

Result<std::vector<playout::Airing>> ControlRoom::foresee(
    const std::string& channel, const std::optional<store::Schedule>& wanted, Instant from,
    Instant to) {
    const store::Schedule schedule = wanted ? TRY(successor(*wanted)) : TRY(store_.find_schedule(channel));
    const Instant now = clock_.now();
    const Desk desk = TRY(sit_down(schedule, {}, now, to));
    const Ticks begin = playout::ticks_since(desk.channel.epoch, from);
    const Ticks end = playout::ticks_since(desk.channel.epoch, to);
    std::vector<playout::Airing> rows = TRY(store_.list_airings(channel, begin, end));
    std::optional<playout::Airing> last = TRY(store_.last_airing(channel));
    const playout::Rundown planned = TRY(rundown(desk));
    if (wanted && !planned.empty()) {
        const auto publication = TRY(
            playout::plan_publication({planned, desk.programmes, desk.schedule, until(desk, now)},
                                      moment(desk, now), playout::From::kAfterCurrent, Ticks(0)));
        if (const auto& edit = publication.edit) {
            const auto is_replaced = [&](const playout::Airing& row) {
                return row.ordinal >= edit->ordinal;
            };
            std::erase_if(rows, is_replaced);
            rows.insert(rows.end(), edit->airings.begin(), edit->airings.end());
            const auto kept = std::ranges::find_if(desk.rows, is_replaced);
            if (!edit->airings.empty()) {
                last = edit->airings.back();
            } else if (kept != desk.rows.begin()) {
                last = *std::prev(kept);
            }
        }
    }
    // Where init sections change plays no part in when things are on.
    std::optional<playout::RundownEnd> after;
    if (last) after = playout::RundownEnd{*std::move(last), ""};
    for (playout::Airing& airing : playout::extend(desk.schedule, after, end))
        rows.push_back(std::move(airing));
    std::erase_if(
        rows, [&](const playout::Airing& row) { return row.end() <= begin || row.start >= end; });
    return rows;
}

}  // namespace matinee::app
