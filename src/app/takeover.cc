// What the broadcaster does when media is not there, or is damaged, when its time comes.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/broadcaster.h"
#include "app/json_line.h"
#include "app/planning.h"
#include "base/log.h"
#include "playout/as_run.h"
#include "playout/stand_in.h"

namespace matinee::app {

namespace {

// How long before a segment of it could be listed media is looked at, again and again.
constexpr Ticks kLookAhead = std::chrono::seconds(60);

// How often it is looked whether lost media is back.
constexpr std::chrono::seconds kLookForLost{10};

constexpr std::string_view kActor = "matinee";

}  // namespace

void Broadcaster::unreadable(const std::string& media_id) {
    unreadable_segments_.fetch_add(1, std::memory_order_relaxed);
    {
        const std::lock_guard lock(mutex_);
        suspects_.insert(media_id);
        woken_ = true;
    }
    wakeup_.notify_all();
}

Broadcaster::Incidents Broadcaster::incidents() const {
    return {stand_ins_.load(std::memory_order_relaxed),
            unreadable_segments_.load(std::memory_order_relaxed),
            lost_media_.load(std::memory_order_relaxed)};
}

// Says once of each medium that a segment of it could not be read.
void Broadcaster::report_suspects() {
    std::set<std::string> suspects;
    {
        const std::lock_guard lock(mutex_);
        suspects.swap(suspects_);
    }
    for (const std::string& media : suspects) {
        if (!reported_.insert(media).second) continue;
        log::error("a segment that was asked for cannot be read", {{"media", media}});
        record_incident("incident.unreadable-segment", media, nlohmann::json::object());
    }
}

// Into the audit log, where producers look. That it cannot be written is no reason to stop.
void Broadcaster::record_incident(std::string_view action, const std::string& subject,
                                  const nlohmann::json& detail) {
    store::AuditRecord record;
    record.actor = kActor;
    record.action = action;
    record.subject = subject;
    record.detail = json_line(detail);
    if (const auto written = store_.audit(record); !written) {
        log::error("an incident cannot be written to the audit log",
                   {{"action", action}, {"reason", written.error().to_string()}});
    }
}

bool Broadcaster::looks_for_lost_media(Instant now) {
    if (lost_.empty() || now < look_for_lost_at_) return false;
    look_for_lost_at_ = now + kLookForLost;
    return true;
}

// Variants that are lost, and media that nothing refers to any more.
void Broadcaster::look_for_lost_variants() {
    std::set<std::string> wanted;
    for (const auto& [entry, variants] : variants_) {
        for (const store::Variant& variant : variants)
            wanted.insert(variant.media_id);
    }
    std::vector<std::string> lost;
    for (const auto& [media, reason] : lost_) {
        const bool of_an_entry = std::ranges::any_of(
            rows_, [&](const auto& row) { return row.second.media_id == media; });
        if (!of_an_entry) lost.push_back(media);
    }
    for (const std::string& media : lost) {
        // What it says of one that is still lost has been said.
        if (wanted.contains(media)) {
            static_cast<void>(open_media(media));
        } else if (ever_refreshed_ && !is_coming(media)) {
            lost_.erase(media);
            static_cast<void>(found(media));
        }
    }
    lost_media_ = lost_.size();
}

// Media that is on the disk again, as it should be, can be played again.
Result<std::shared_ptr<const library::PreparedEntry>> Broadcaster::open_media(
    const std::string& media_id) {
    const auto lost = lost_.find(media_id);
    if (lost == lost_.end()) return library_.media(media_id);
    library_.forget_media(media_id);
    auto media = TRY(library_.media(media_id));
    TRY(media->verify_chunks());
    lost_.erase(lost);
    lost_media_ = lost_.size();
    reported_.erase(media_id);
    if (found(media_id)) {
        log::info("media that was lost is back", {{"media", media_id}});
        record_incident("incident.media-back", media_id, nlohmann::json::object());
    }
    return media;
}

// Writes down that media is not lost any more; whether that is news.
bool Broadcaster::found(const std::string& media_id) {
    const auto news = store_.set_media_found(media_id);
    if (news) return *news;
    log::error("it cannot be written down that media is back",
               {{"media", media_id}, {"reason", news.error().to_string()}});
    return true;
}

bool Broadcaster::is_coming(const std::string& media_id) const {
    return std::ranges::any_of(states_, [&](const auto& state) {
        return std::ranges::find(state.second.coming, media_id, &playout::Airing::media_id) !=
               state.second.coming.end();
    });
}

// Whether the film's files are as they should be.
Result<void> Broadcaster::inspect(const http::Film& film) {
    const std::string& media_id = film.media->manifest().media_id;
    if (TRY(film.media->inspect())) return {};
    // Somebody has put other files there: what they are worth is seen by opening them.
    library_.forget_media(media_id);
    const auto media = TRY(library_.media(media_id));
    TRY(media->verify_chunks());
    for (auto& [id, known] : films_) {
        if (known->media->manifest().media_id != media_id) continue;
        older_films_[film_key(*known)] = known;
        known = TRY(make_film(rows_.at(id), media, known->subtitles_id));
    }
    std::erase_if(variant_films_, [&](const auto& item) {
        return item.second && item.second->media->manifest().media_id == media_id;
    });
    media_changed_ = true;
    return {};
}

// Nobody gets these films any more; whoever has them keeps them.
void Broadcaster::drop_media(const std::string& media_id) {
    const auto put_aside = [&](const auto& item) {
        const FilmPtr& film = item.second;
        if (!film || film->media->manifest().media_id != media_id) return false;
        older_films_[film_key(*film)] = film;
        return true;
    };
    std::erase_if(films_, put_aside);
    std::erase_if(variant_films_, put_aside);
    media_changed_ = true;
}

// Why an airing cannot be shown; empty when it can. Each film is looked at once a round.
std::string Broadcaster::why_lost(const playout::Airing& airing) {
    if (!rows_.contains(airing.entry_id)) return "its entry has been withdrawn";
    const std::string key = film_key(airing.entry_id, airing.media_id, airing.subtitles_id);
    const auto [known, is_new] = inspected_.try_emplace(key);
    if (!is_new) return known->second;
    const auto film = film_of(airing);
    const Result<void> intact =
        film ? inspect(**film) : Result<void>(Unexpected(Error(film.error())));
    return known->second = intact ? std::string() : intact.error().to_string();
}

// What can be shown instead of something else on the channel; nothing without a slate.
std::optional<playout::Understudies> Broadcaster::understudies(const ChannelState& state) {
    const auto usable = [&](const std::string& entry_id) -> FilmPtr {
        if (!films_.contains(entry_id)) return nullptr;
        const FilmPtr film = shown(state, {entry_id, {}, {}});
        return film && inspect(*film) ? film : nullptr;
    };
    std::vector<std::string> slates;
    if (!state.planned.slate_entry.empty()) slates.push_back(state.planned.slate_entry);
    for (const auto& [id, row] : rows_) {
        if (row.kind == store::EntryKind::kSlate) slates.push_back(id);
    }
    for (const std::string& id : slates) {
        const FilmPtr slate = usable(id);
        if (!slate || !slate->media->manifest().all_intra) continue;
        playout::Understudies found{{}, programme_of(*slate, options_.ladder)};
        const auto fillers = state.playlists.find(state.planned.filler_playlist);
        if (fillers == state.playlists.end()) return found;
        for (const PlayedItem& filler : fillers->second) {
            if (!filler.trim.is_whole()) continue;
            if (const FilmPtr film = usable(filler.entry)) {
                found.fillers.push_back(programme_of(*film, options_.ladder));
            }
        }
        return found;
    }
    return std::nullopt;
}

// What is planned of an entry whose files are lost: where there is something to stand in for it, it
// keeps its place in the schedule.
std::optional<playout::Programme> Broadcaster::planned_programme(const ChannelState& state,
                                                                 const PlayedItem& item) {
    const auto row = rows_.find(item.entry);
    if (row == rows_.end() || row->second.media_id.empty()) return std::nullopt;
    std::string media_id = row->second.media_id;
    if (!item.trim.is_whole()) {
        const auto variants = variants_.find(item.entry);
        const store::Variant* const part =
            variants == variants_.end()
                ? nullptr
                : find_variant(variants->second, item.entry, media_id,
                               library::to_text(library::Variant{{}, item.trim}));
        if (part == nullptr || part->media_id.empty()) return std::nullopt;
        media_id = part->media_id;
    } else if (films_.contains(item.entry)) {
        return std::nullopt;
    }
    if (!understudies(state)) return std::nullopt;
    const auto media = store_.find_media(media_id);
    if (!media) return std::nullopt;
    auto programme = app::planned_programme(row->second, *media, options_.gops_per_segment);
    // So that no discontinuity comes or goes with the files.
    const auto outline = programme ? outline_of(media_id) : std::nullopt;
    if (outline) programme->fingerprint = http::fingerprint(*outline, options_.ladder);
    return programme;
}

void Broadcaster::note_lost(const playout::Airing& airing, const std::string& reason) {
    if (lost_.contains(airing.media_id)) return;
    log::error("media that is to air cannot be shown",
               {{"entry", airing.entry_id}, {"media", airing.media_id}, {"reason", reason}});
    const auto news = store_.set_media_lost(airing.media_id, reason);
    if (!news) {
        log::error("it cannot be written down that media is lost",
                   {{"media", airing.media_id}, {"reason", news.error().to_string()}});
    }
    if (!news || *news) {
        record_incident("incident.media-lost", airing.entry_id,
                        {{"media", airing.media_id}, {"reason", reason}});
    }
    lost_[airing.media_id] = reason;
    lost_media_ = lost_.size();
    look_for_lost_at_ = clock_.now() + kLookForLost;
    drop_media(airing.media_id);
}

// Has something stand in for the first airing that is about to be listed, or is on, and cannot be
// shown. One at a time: the next one follows a poll later, long before its time.
Result<void> Broadcaster::take_over(ChannelState& state, Instant now) {
    const Ticks tick = playout::ticks_since(state.row.epoch, now);
    const Ticks seen = tick + window().ahead + kCommandMargin;
    const Ticks soon = std::max(tick + window().ahead + kLookAhead, state.opened_until);
    std::string reason;
    const auto lost = std::ranges::find_if(state.coming, [&](const playout::Airing& airing) {
        if (airing.end() <= seen || airing.start > soon) return false;
        reason = why_lost(airing);
        return !reason.empty();
    });
    if (lost == state.coming.end()) return {};
    note_lost(*lost, reason);
    const auto stands_in = understudies(state);
    if (!stands_in) return {};  // it is passed over: the next item follows earlier

    const std::int64_t edits = TRY(store_.rundown_edits(state.row.id));
    auto rows = TRY(store_.list_airings(state.row.id, lost->start - Ticks(1)));
    std::optional<playout::Airing> before;
    if (!rows.empty() && rows.front().ordinal + 1 == lost->ordinal) {
        before = rows.front();
        rows.erase(rows.begin());
    }
    if (rows.empty() || rows.front() != *lost) {
        state.reload_at = now;  // somebody else was faster: look again
        return {};
    }
    std::optional<playout::Segmentation> cut;
    if (const auto film = film_of(*lost)) {
        cut = (*film)->cut;
    } else {
        cut = cut_of_lost(*lost, outline_of(lost->media_id));
    }
    if (!cut) return {};
    std::map<std::string, std::string> fingerprints;
    const auto made = playout::stand_in(
        rows, 0, *cut, before, seen, *stands_in, [&](const playout::Airing& airing) {
            const auto [known, is_new] = fingerprints.try_emplace(
                film_key(airing.entry_id, airing.media_id, airing.subtitles_id));
            if (is_new) known->second = fingerprint_of(airing);
            return known->second;
        });
    if (!made) return {};
    TRY(store_.splice_airings(state.row.id, {made->ordinal, made->airings, edits, now + kToWrite}));
    state.reload_at = now;
    state.guide = nullptr;
    stand_ins_.fetch_add(1, std::memory_order_relaxed);

    const Instant from = playout::instant_of(state.row.epoch, made->at);
    const Instant until = playout::instant_of(state.row.epoch, lost->end());
    const std::string& shown = made->airings[made->first_shown].entry_id;
    log::error("something else is shown in place of an airing", {{"channel", state.row.id},
                                                                 {"entry", lost->entry_id},
                                                                 {"shown", shown},
                                                                 {"from", base::to_rfc3339(from)},
                                                                 {"until", base::to_rfc3339(until)},
                                                                 {"reason", reason}});
    record_incident("incident.stand-in", "channel/" + state.row.id,
                    {{"entry", lost->entry_id},
                     {"media", lost->media_id},
                     {"shown", shown},
                     {"from", base::to_rfc3339(from)},
                     {"until", base::to_rfc3339(until)},
                     {"reason", reason}});
    std::vector<store::AiringMark> marks;
    if (made->kept > 0) {
        marks.push_back({lost->ordinal, {from, std::string(playout::kCutShort), reason}});
    }
    for (std::size_t i = made->first_shown; i < made->end_shown; ++i) {
        const playout::Airing& airing = made->airings[i];
        marks.push_back(
            {airing.ordinal,
             {playout::instant_of(state.row.epoch, airing.start), std::string(playout::kNotShown),
              fmt::format("{} was planned here: {}", lost->entry_id, reason)}});
    }
    return store_.mark_as_run(state.row, marks);
}

}  // namespace matinee::app
