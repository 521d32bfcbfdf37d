#include "app/broadcaster.h"

#include <malloc.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "app/planning.h"
#include "base/log.h"
#include "playout/control.h"
#include "store/metadata.h"

namespace matinee::app {

namespace {

// How long before a segment would be listed its media must be there: longer than a poll.
constexpr std::chrono::milliseconds kCutMargin = std::chrono::seconds(3);

// How long endings stay that nothing shows, and how often it is looked for such.
constexpr std::chrono::hours kKeptEndings{24};
constexpr std::chrono::hours kForgetEvery{1};

// How long a plan has to stay as it is for endings to be asked for.
constexpr std::chrono::seconds kPlanStands{10};

// Of an entry whose film or subtitles are replaced, how many former versions stay to be had.
constexpr std::size_t kFormerVersions = 3;

// A segment must stay for as long as a playlist that listed it may be in use: one window after
// it has left (RFC 8216bis section 6.2.2), and a minute for slow clients.
Ticks kept_behind(const BroadcasterOptions& options) {
    return Ticks(options.dvr_window) * 2 + Ticks(std::chrono::minutes(1));
}

// Whether the film still is what the entry's row says.
bool is_current(const http::Film& film, const store::Entry& entry) {
    return film.media->manifest().media_id == entry.media_id &&
           film.subtitles_id == entry.subtitles_id && film.titles == entry.titles &&
           film.author == entry.author && film.country == entry.country;
}

// Whether a planned row still is what the schedule makes. Rows from before there were schedules do
// not say where they stand.
bool is_as_wanted(const playout::Airing& planned, const playout::Airing& wanted) {
    return playout::same_showing(planned, wanted) &&
           (planned.place.block.empty() || planned.place == wanted.place);
}

// Whether the film, being prepared, has not come as far as the airing is listed: it is prepared
// anew, after a restart. (Before, it is kept from lagging: cut_short_what_waits.)
bool lags(const http::Film& film, const playout::Airing& airing, Ticks listed_until) {
    if (!film.media->growing()) return false;
    const auto cut = playout::airing_cut(airing, film.cut);
    if (!cut) return true;
    const std::int64_t complete = std::max<std::int64_t>(film.complete_segments() - cut->first, 0);
    return complete < airing.segment_count &&
           airing.origin() + cut->at(complete).end() <= listed_until;
}

// Rows that were put in by hand stay, and so does what leads up to them; likewise what stands in
// for something that `is_lost` still. What has begun to stand in does so to its end.
template <typename IsLost>
std::size_t after_last_manual(std::span<const playout::Airing> rows, std::size_t first,
                              IsLost is_lost) {
    std::size_t last = first;
    while (last > 0 && last < rows.size() && !rows[last].stands_in_for.empty() &&
           rows[last].stands_in_for == rows[last - 1].stands_in_for &&
           rows[last].place == rows[last - 1].place) {
        ++last;
    }
    for (std::size_t i = rows.size(); i > last; --i) {
        const playout::Role role = rows[i - 1].place.role;
        const bool manual = role != playout::Role::kItem && role != playout::Role::kFill;
        const std::string& planned = rows[i - 1].stands_in_for;
        if (manual || (!planned.empty() && is_lost(planned))) return i;
    }
    return last;
}

}  // namespace

std::string Broadcaster::film_key(std::string_view entry, std::string_view media,
                                  std::string_view subtitles) {
    return fmt::format("{}\n{}\n{}", entry, media, subtitles);
}

std::string Broadcaster::film_key(const http::Film& film) {
    return film_key(film.entry_id, film.media->manifest().media_id, film.subtitles_id);
}

std::chrono::seconds Broadcaster::target_duration(const BroadcasterOptions& options) {
    // EXTINF rounded to the nearest integer must not exceed it (RFC 8216bis section 4.4.3.1).
    return std::chrono::round<std::chrono::seconds>(
        playout::Segmentation::longest(options.gop_seconds, options.gops_per_segment));
}

std::chrono::seconds Broadcaster::hold_back(const BroadcasterOptions& options) {
    return std::max(options.hold_back, 3 * target_duration(options));
}

Broadcaster::Broadcaster(store::Store& store, library::Library& library, const base::Clock& clock,
                         BroadcasterOptions options)
    : store_(store),
      library_(library),
      clock_(clock),
      options_(std::move(options)),
      slots_(std::make_shared<const Slots>()),
      entries_(std::make_shared<const Entries>()),
      guide_(std::make_shared<const http::Guide>(http::GuideChannels())),
      recorder_(store) {}

Result<std::unique_ptr<Broadcaster>> Broadcaster::start(store::Store& store,
                                                        library::Library& library,
                                                        const base::Clock& clock,
                                                        BroadcasterOptions options) {
    std::unique_ptr<Broadcaster> broadcaster(
        new Broadcaster(store, library, clock, std::move(options)));
    broadcaster->lost_ = TRY(store.list_lost_media());
    broadcaster->lost_media_ = broadcaster->lost_.size();
    TRY(broadcaster->refresh());
    broadcaster->thread_ = std::thread([self = broadcaster.get()] { self->run(); });
    return broadcaster;
}

Broadcaster::~Broadcaster() {
    stop();
}

void Broadcaster::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wakeup_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Broadcaster::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wakeup_.notify_all();
}

void Broadcaster::available(const std::string& entry_id, const std::filesystem::path& directory,
                            std::int64_t groups) {
    {
        const std::lock_guard lock(mutex_);
        notices_[entry_id] = {directory, groups};
        woken_ = true;
    }
    wakeup_.notify_all();
}

void Broadcaster::withdraw(const std::string& entry_id) {
    available(entry_id, {}, 0);
}

namespace {

// Planning a thousand channels anew takes, for a moment, nearly as much memory as they keep,
// scattered among what stays: the allocator would hold it for good.
void give_back_memory() {
    ::malloc_trim(0);
}

}  // namespace

void Broadcaster::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wakeup_.wait_for(lock, options_.poll, [this] { return stopping_ || woken_; });
        if (stopping_) break;
        woken_ = false;
        lock.unlock();
        if (auto refreshed = refresh(); !refreshed) {
            // What is loaded goes on the air; the next round tries again.
            log::error("channels could not be refreshed",
                       {{"reason", refreshed.error().to_string()}});
        }
        lock.lock();
    }
}

Result<void> Broadcaster::refresh() {
    const std::uint64_t change = TRY(store_.change_stamp());
    inspected_.clear();
    lost_films_.clear();
    report_suspects();
    const bool looks = looks_for_lost_media(clock_.now());
    bool changed =
        !ever_refreshed_ || change != seen_change_ || std::exchange(media_changed_, false) || looks;
    if (changed) {
        seen_change_ = change;
        TRY(refresh_entries());
    }
    bool told = false;
    {
        const std::lock_guard lock(mutex_);
        told = !notices_.empty();
    }
    const bool entries_changed = changed || told;
    changed = take_notices() || changed;
    if (entries_changed) TRY(publish_entries());
    TRY(refresh_channels(changed));
    ever_refreshed_ = true;
    return {};
}

Result<void> Broadcaster::refresh_entries() {
    const std::vector<store::Entry> rows = TRY(store_.list_entries());
    variants_.clear();
    for (store::Variant& variant : TRY(store_.list_variants())) {
        variants_[variant.entry_id].push_back(std::move(variant));
    }
    std::map<std::string, FilmPtr, std::less<>> films;
    rows_.clear();
    for (const store::Entry& row : rows) {
        rows_.emplace(row.id, row);
        if (row.media_id.empty()) continue;
        forget_growing(row.id);  // it is prepared
        const auto known = films_.find(row.id);
        const bool was_lost = lost_.contains(row.media_id);
        if (known != films_.end() && is_current(*known->second, row) && !was_lost) {
            films.emplace(row.id, known->second);
            continue;
        }
        auto media = open_media(row.media_id);
        auto film = media ? make_film(row, *std::move(media), row.subtitles_id)
                          : Result<FilmPtr>(Unexpected(std::move(media).error()));
        if (!film) {
            if (was_lost) continue;  // it has been said
            log::error("an entry's files cannot be used; import it again",
                       {{"entry", row.id}, {"reason", film.error().to_string()}});
            continue;
        }
        films.emplace(row.id, *std::move(film));
    }
    films_ = std::move(films);
    look_for_lost_variants();
    std::vector<std::string> gone;
    for (const auto& [id, growing] : growing_) {
        if (!rows_.contains(id)) gone.push_back(id);
    }
    std::ranges::for_each(gone, [this](const std::string& id) { forget_growing(id); });
    return {};
}

// Takes up what has been said of entries that are being prepared; whether that changes what
// channels may play.
bool Broadcaster::take_notices() {
    std::map<std::string, Notice> notices;
    {
        const std::lock_guard lock(mutex_);
        notices.swap(notices_);
    }
    const auto may_air = [this](const std::string& entry_id) {
        const auto growing = growing_.find(entry_id);
        return growing != growing_.end() && growing->second.may_air;
    };
    bool changed = false;
    grown_.clear();
    for (const auto& [entry_id, notice] : notices) {
        const bool could_air = may_air(entry_id);
        const auto row = rows_.find(entry_id);
        if (notice.groups == 0 || row == rows_.end() || !row->second.media_id.empty()) {
            forget_growing(entry_id);
        } else if (auto grown = grow(entry_id, notice); !grown) {
            log::error("an entry cannot be played while it is being prepared",
                       {{"entry", entry_id}, {"reason", grown.error().to_string()}});
            forget_growing(entry_id);
        } else {
            grown_.insert(entry_id);
        }
        const bool can_air = may_air(entry_id);
        if (can_air && !could_air) {
            log::info("an entry may go on the air while it is being prepared",
                      {{"entry", entry_id}});
        }
        changed = changed || can_air != could_air;
    }
    return changed;
}

Result<void> Broadcaster::grow(const std::string& entry_id, const Notice& notice) {
    const store::Entry& row = rows_.at(entry_id);
    const Instant now = clock_.now();
    auto found = growing_.find(entry_id);
    if (found != growing_.end() && found->second.directory != notice.directory) {
        // Its preparation was begun anew; what is on the air is from the first one.
        forget_growing(entry_id);
        found = growing_.end();
    }
    const bool is_new = found == growing_.end();
    if (is_new) {
        found = growing_.emplace(entry_id, Growing{}).first;
        found->second.directory = notice.directory;
        found->second.media = TRY(library::GrowingEntry::open(notice.directory));
        found->second.first_seen = now;
    }
    Growing& growing = found->second;
    auto media = TRY(growing.media->advance(notice.groups));
    const library::Manifest& manifest = media->manifest();
    growing.growth.promised = manifest.duration;
    growing.growth.complete =
        std::min(manifest.frame_rate.start_of(
                     notice.groups * manifest.frame_rate.frames_in(manifest.house.gop_seconds)),
                 manifest.duration);
    if (is_new) growing.growth.complete_before = growing.growth.complete;
    growing.growth.watched = now - growing.first_seen;
    growing.film = TRY(make_film(row, std::move(media), row.subtitles_id));
    if (!growing.may_air && !growing.fell_behind) {
        const Ticks ahead = window().ahead;
        growing.may_air = playout::keeps_ahead(growing.growth, ahead + kSpliceMargin, ahead);
    }
    return {};
}

// Airings that have begun keep what there is of it.
void Broadcaster::forget_growing(const std::string& entry_id) {
    const auto growing = growing_.find(entry_id);
    if (growing == growing_.end()) return;
    if (const FilmPtr& film = growing->second.film) {
        older_films_[film_key(entry_id, film->media->manifest().media_id, film->subtitles_id)] =
            film;
    }
    growing_.erase(growing);
}

Result<Broadcaster::PresentationPtr> Broadcaster::as_vod(const FilmPtr& film,
                                                         std::vector<PresentationPtr> former) {
    http::Presentation::Settings settings;
    settings.id = film->entry_id;
    settings.title = film->title();
    settings.ladder = film->media->manifest().house.rungs;
    settings.target_duration = target_duration(options_);
    settings.on_unreadable = [this](const std::string& media) { unreadable(media); };
    settings.former = std::move(former);
    playout::Airing airing;
    airing.entry_id = film->entry_id;
    airing.media_id = film->media->manifest().media_id;
    airing.subtitles_id = film->subtitles_id;
    airing.duration = film->cut.duration();
    airing.segment_count = film->cut.count();
    return http::Presentation::create(std::move(settings), {airing}, {film}, {film});
}

// What viewers may be in the middle of when `film` comes in the place of `replaced`: its names
// differ where the media or the subtitles do. They are kept apart, not one behind the other, or
// none would ever be let go.
Result<std::vector<Broadcaster::PresentationPtr>> Broadcaster::still_watched(
    const PresentationPtr& replaced, const http::Film& film) {
    std::vector<PresentationPtr> former = replaced->settings().former;
    const FilmPtr before = replaced->shared_film(0);
    if (film_key(*before) == film_key(film)) return former;
    former.insert(former.begin(), TRY(as_vod(before, {})));
    std::erase_if(former, [&](const PresentationPtr& each) {
        return film_key(*each->film(0)) == film_key(film);  // it is back
    });
    if (former.size() > kFormerVersions) former.resize(kFormerVersions);
    return former;
}

// Entries as VOD: what is prepared, and what is being prepared as far as it has got.
Result<void> Broadcaster::publish_entries() {
    std::map<std::string_view, FilmPtr> films;
    for (const auto& [id, growing] : growing_) {
        if (growing.film && growing.film->complete_segments() > 0) films.emplace(id, growing.film);
    }
    films.insert(films_.begin(), films_.end());
    const auto before = entries_.load();
    bool changed = films.size() != before->size();
    auto entries = std::make_shared<Entries>();
    for (const auto& [id, film] : films) {
        const auto old = before->find(id);
        if (old != before->end() && old->second->film(0) == film.get()) {
            entries->emplace(id, old->second);
            continue;
        }
        changed = true;
        std::vector<PresentationPtr> former;
        if (old != before->end()) former = TRY(still_watched(old->second, *film));
        entries->emplace(id, TRY(as_vod(film, std::move(former))));
    }
    if (changed) entries_.store(std::move(entries));
    return {};
}

Result<Broadcaster::FilmPtr> Broadcaster::make_film(
    const store::Entry& entry, std::shared_ptr<const library::PreparedEntry> media,
    const std::string& subtitles_id) {
    std::shared_ptr<const library::SubtitleSet> subtitles;
    if (!subtitles_id.empty()) subtitles = TRY(library_.subtitles(subtitles_id));
    keep_outline(*media);
    return http::Film::create(entry.id, entry.titles, entry.author, entry.country, std::move(media),
                              std::move(subtitles), subtitles_id, options_.gops_per_segment);
}

Result<Broadcaster::FilmPtr> Broadcaster::film_of(const playout::Airing& airing) {
    const auto is_it = [&](const FilmPtr& film) {
        return film && film->media->manifest().media_id == airing.media_id &&
               film->subtitles_id == airing.subtitles_id &&
               playout::airing_cut(airing, film->cut).has_value();
    };
    if (const auto current = films_.find(airing.entry_id);
        current != films_.end() && is_it(current->second)) {
        return current->second;
    }
    const std::string key = film_key(airing.entry_id, airing.media_id, airing.subtitles_id);
    if (const auto variant = variant_films_.find(key);
        variant != variant_films_.end() && is_it(variant->second)) {
        return variant->second;
    }
    // The entry has changed since the airing was planned, or its preparation has begun anew; what
    // viewers may have fetched stays.
    auto& older = older_films_[key];
    const FilmPtr held = older.lock();
    FilmPtr film = is_it(held) ? held : nullptr;
    if (const auto growing = growing_.find(airing.entry_id);
        growing != growing_.end() && is_it(growing->second.film) &&
        (!film || film->complete_segments() < growing->second.film->complete_segments())) {
        return growing->second.film;
    }
    if (film) return film;
    if (const auto lost = lost_.find(airing.media_id); lost != lost_.end()) {
        return fail(ErrorCode::kNotFound, "{}", lost->second);
    }
    const auto row = rows_.find(airing.entry_id);
    store::Entry entry;
    entry.id = airing.entry_id;
    if (row != rows_.end()) entry = row->second;
    auto media = TRY(library_.media(airing.media_id));
    film = TRY(make_film(entry, std::move(media), airing.subtitles_id));
    if (!is_it(film)) {
        return fail(ErrorCode::kInvalid, "{}: its media {} is not as long as when it was planned",
                    airing.entry_id, airing.media_id);
    }
    older = film;
    return film;
}

std::string Broadcaster::fingerprint_of(const playout::Airing& airing) {
    if (const auto film = film_of(airing)) return fingerprint(**film, options_.ladder);
    // What nothing is known of cannot be compared: what follows then begins with a discontinuity,
    // which is always allowed.
    const auto outline = outline_of(airing.media_id);
    return outline ? http::fingerprint(*outline, options_.ladder) : std::string();
}

// What may be put on the air of an entry now; null when there is nothing.
Broadcaster::FilmPtr Broadcaster::film_to_air(const std::string& entry_id) const {
    if (const auto film = films_.find(entry_id); film != films_.end()) return film->second;
    const auto growing = growing_.find(entry_id);
    return growing != growing_.end() && growing->second.may_air ? growing->second.film : nullptr;
}

std::string Broadcaster::wanted_variant(const ChannelState& state, const PlayedItem& item) {
    const auto plain = films_.find(item.entry);
    const library::SubtitleSet* const subtitles =
        plain != films_.end() ? plain->second->subtitles.get() : nullptr;
    const auto& burn_in = state.settings.burn_in;
    if (subtitles == nullptr || burn_in.empty()) {
        return library::to_text(library::Variant{{}, item.trim});
    }
    const std::string key =
        fmt::format("{}\n{}\n{}", plain->second->subtitles_id, library::to_text(burn_in),
                    library::to_text(library::Variant{{}, item.trim}));
    used_.insert(key);
    const auto known = descriptions_.find(key);
    if (known != descriptions_.end()) return known->second;
    const auto wanted = app::wanted_variant(subtitles, burn_in, item.trim);
    if (!wanted) {
        log::error("subtitles cannot be drawn into the picture",
                   {{"entry", item.entry}, {"reason", wanted.error().to_string()}});
        return library::to_text(library::Variant{{}, item.trim});
    }
    return descriptions_[key] = *wanted;
}

Broadcaster::FilmPtr Broadcaster::shown(const ChannelState& state, const PlayedItem& item) {
    const auto row = rows_.find(item.entry);
    if (row == rows_.end() || row->second.media_id.empty()) {
        // Being prepared: parts of it come later.
        const bool whole = item.trim.is_whole() || item.untrimmed == store::Untrimmed::kWhole;
        return whole ? film_to_air(item.entry) : nullptr;
    }
    const std::string wanted = wanted_variant(state, item);
    if (wanted.empty()) return film_to_air(item.entry);
    if (FilmPtr film = variant_film(item.entry, wanted)) return film;
    if (item.trim.is_whole()) return film_to_air(item.entry);
    if (FilmPtr film =
            variant_film(item.entry, library::to_text(library::Variant{{}, item.trim}))) {
        return film;
    }
    if (item.untrimmed != store::Untrimmed::kWhole) return nullptr;
    return shown(state, {item.entry, {}, {}});
}

// The variant of the entry's present preparation, when it is ready.
Broadcaster::FilmPtr Broadcaster::variant_film(const std::string& entry_id,
                                               const std::string& description) {
    const store::Entry& row = rows_.at(entry_id);
    const auto variants = variants_.find(entry_id);
    if (variants == variants_.end()) return nullptr;
    const store::Variant* const ready =
        find_variant(variants->second, entry_id, row.media_id, description);
    if (ready == nullptr || ready->state != store::EntryState::kReady ||
        lost_.contains(ready->media_id)) {
        return nullptr;
    }
    const std::string key = film_key(entry_id, ready->media_id, row.subtitles_id);
    used_.insert(key);
    FilmPtr& film = variant_films_[key];
    if (film && film->titles == row.titles && film->author == row.author &&
        film->country == row.country) {
        return film;
    }
    auto media = library_.media(ready->media_id);
    auto made = media ? make_film(row, *std::move(media), row.subtitles_id)
                      : Result<FilmPtr>(Unexpected(std::move(media).error()));
    if (!made) {
        log::error(
            "the files of a variant cannot be used",
            {{"entry", entry_id}, {"variant", description}, {"reason", made.error().to_string()}});
        variant_films_.erase(key);
        return nullptr;
    }
    return film = *std::move(made);
}

Result<void> Broadcaster::request_variants(const ChannelState& state) {
    for (const PlayedItem& item : repertoire(state)) {
        TRY(request(item, wanted_variant(state, item)));
    }
    return {};
}

// Parts that drafts show are prepared before they are published.
Result<void> Broadcaster::request_drafted_parts() {
    for (const store::Playlist& playlist : TRY(store_.list_playlists())) {
        if (playlist.draft == playlist.published) continue;
        for (const PlayedItem& item :
             played_items(TRY(store_.find_playlist_version(playlist.id, playlist.draft)))) {
            TRY(request(item, library::to_text(library::Variant{{}, item.trim})));
        }
    }
    return {};
}

Result<void> Broadcaster::request(const PlayedItem& item, const std::string& description) {
    const auto row = rows_.find(item.entry);
    if (description.empty() || row == rows_.end() || row->second.media_id.empty()) return {};
    const auto asked = variants_.find(item.entry);
    if (asked != variants_.end() &&
        find_variant(asked->second, item.entry, row->second.media_id, description) != nullptr) {
        return {};
    }
    if (!TRY(why_bad(store_, item)).empty()) return {};  // checks say so
    const library::Variant variant = TRY(library::variant_from_text(description));
    return store_.request_variant(
        item.entry, description,
        variant.burn_in.tracks.empty() ? std::string() : row->second.subtitles_id);
}

// What nothing plays any more; airings that are on keep theirs.
void Broadcaster::forget_unused_variants() {
    std::erase_if(variant_films_, [&](const auto& item) {
        if (used_.contains(item.first)) return false;
        older_films_[item.first] = item.second;
        return true;
    });
    std::erase_if(descriptions_, [&](const auto& item) { return !used_.contains(item.first); });
    used_.clear();
}

// What may come by on the channel, each once.
std::vector<PlayedItem> Broadcaster::repertoire(const ChannelState& state) {
    std::vector<PlayedItem> all;
    const auto add = [&](const PlayedItem& item) {
        if (!item.entry.empty() && std::ranges::find(all, item) == all.end()) all.push_back(item);
    };
    for (const auto& [id, items] : state.playlists) {
        std::ranges::for_each(items, add);
    }
    add({state.planned.slate_entry, {}, {}});
    for (const store::ScheduleBlock& block : state.planned.blocks) {
        add({countdown_of(state.planned, block), {}, {}});
    }
    return all;
}

Result<playout::Schedule> Broadcaster::schedule(const ChannelState& state) {
    PlanInput input{state.planned, state.row, state.playlists, {}, {}};
    input.until = clock_.now() + options_.horizon;
    const auto slate = std::ranges::find_if(rows_, [&](const auto& row) {
        return row.second.kind == store::EntryKind::kSlate && films_.contains(row.first);
    });
    if (slate != rows_.end()) input.own_slate = slate->first;
    input.programme = [&](const PlayedItem& item) -> std::optional<playout::Programme> {
        const FilmPtr film = shown(state, item);
        // Not ready yet: it joins when it is.
        if (!film) return planned_programme(state, item);
        return programme_of(*film, options_.ladder);
    };
    input.endings = [&](const PlayedItem& item, const playout::Programme& whole) {
        return endings(state, item, whole);
    };
    return plan(input);
}

std::vector<playout::Ending> Broadcaster::endings(const ChannelState& state, const PlayedItem& item,
                                                  const playout::Programme& whole) {
    const FilmPtr film = shown(state, item);
    const auto variants = variants_.find(item.entry);
    if (!film || variants == variants_.end()) return {};
    return endings_of(whole, film->media->manifest().variant, variants->second,
                      rows_.at(item.entry).media_id, state.planned.fade,
                      [&](const store::Variant& variant) -> std::optional<playout::Programme> {
                          const FilmPtr ending = variant_film(item.entry, variant.description);
                          if (!ending) return std::nullopt;
                          return programme_of(*ending, options_.ladder);
                      });
}

// Asks for the endings of what is cut before long. A plan has to stand for a while: one that is
// being worked on would ask for many that nobody will see.
Result<void> Broadcaster::request_endings(ChannelState& state, const playout::Schedule& schedule,
                                          Instant now) {
    std::map<std::string, Instant> cuts;
    std::swap(cuts, state.cuts);
    if (state.planned.fade <= std::chrono::milliseconds(0)) return {};
    const Ticks tick = playout::ticks_since(state.row.epoch, now);
    const Ticks seen = tick + window().ahead + kSpliceMargin;
    for (const playout::Airing& row :
         TRY(store_.list_airings(state.row.id, seen, tick + Ticks(options_.endings_ahead)))) {
        if (row.to == Ticks(0) || row.start <= seen) continue;
        const auto film = film_of(row);
        if (!film) continue;
        const library::Manifest& manifest = (*film)->media->manifest();
        if (manifest.all_intra || manifest.variant.fade_frames > 0) continue;
        const auto frames = playout::frames_until_start(schedule, row, manifest.frame_rate);
        if (!frames) continue;
        const std::string wanted =
            ending_variant(manifest.variant, *frames, manifest.frame_rate, state.planned.fade);
        const std::string key = fmt::format("{}\n{}", row.entry_id, wanted);
        const auto known = cuts.find(key);
        const Instant since = known == cuts.end() ? now : known->second;
        state.cuts.emplace(key, since);
        if (now - since < kPlanStands) {
            state.reload_at = std::min(state.reload_at, since + kPlanStands);
            continue;
        }
        const library::Trim trim = library::ending_of(manifest.variant, *frames, 1).trim;
        TRY(request({row.entry_id, trim, {}}, wanted));
    }
    return {};
}

// Endings are made for one airing, and as large as the film: those that have had theirs are
// removed, together with their files.
void Broadcaster::forget_old_endings(Instant now) {
    if (now < forget_endings_at_) return;
    forget_endings_at_ = now + kForgetEvery;
    for (const auto& [entry, variants] : variants_) {
        for (const store::Variant& variant : variants) {
            const auto described = library::variant_from_text(variant.description);
            if (variant.media_id.empty() || !described || described->fade_frames == 0) continue;
            const auto forgotten = store_.forget_unused_variant(variant, now - kKeptEndings);
            if (!forgotten || !*forgotten) continue;  // what fails is tried again
            library_.forget_media(variant.media_id);
            std::error_code error;
            std::filesystem::remove_all(library_.media_folder() / variant.media_id, error);
            log::info("an ending that has had its time is removed",
                      {{"entry", entry},
                       {"media", variant.media_id},
                       {"left", error ? error.message() : std::string("nothing")}});
        }
    }
}

Result<void> Broadcaster::read_plans(ChannelState& state) {
    state.planned = TRY(store_.find_schedule(state.row.id));
    state.edits_from = TRY(store_.edits_from(state.row.id));
    state.encryption = TRY(store_.list_encryption(state.row.id));
    state.playlists.clear();
    for (const std::string& id : playlists_of(state.planned, state.row)) {
        state.playlists.emplace(id, played_items(TRY(store_.find_playlist(id))));
    }
    return {};
}

Result<void> Broadcaster::refresh_channels(bool changed) {
    if (changed) {
        const std::vector<store::Channel> rows = TRY(store_.list_channels());
        auto slots = std::make_shared<Slots>();
        const auto before = slots_.load();
        std::set<std::string> present;
        for (const store::Channel& row : rows) {
            present.insert(row.id);
            // One that was removed, and made anew before anybody looked: nothing of the first goes
            // into it.
            const auto known = states_.find(row.id);
            const bool another = known != states_.end() && known->second.row.epoch != row.epoch;
            if (another) states_.erase(known);
            ChannelState& state = states_[row.id];
            state.row = row;
            auto settings = channel_settings_from(row.settings);
            if (settings) {
                state.settings = *std::move(settings);
            } else {
                log::error("a channel's settings cannot be read; it shows the plain films",
                           {{"channel", row.id}, {"reason", settings.error().to_string()}});
                state.settings = {};
            }
            TRY(read_plans(state));
            const auto slot = before->find(row.id);
            const bool is_new = another || slot == before->end();
            slots->emplace(row.id, is_new ? std::make_shared<Slot>() : slot->second);
        }
        for (auto& [id, state] : states_) {
            state.guide = nullptr;
        }
        std::erase_if(states_, [&](const auto& item) { return !present.contains(item.first); });
        slots_.store(std::move(slots));
    }
    const auto slots = slots_.load();
    const Instant now = clock_.now();
    for (auto& [id, state] : states_) {
        Slot& slot = *slots->find(id)->second;
        if (auto taken = take_over(state, now); !taken) {
            log::error("nothing could be made to stand in for an airing; it is tried again",
                       {{"channel", id}, {"reason", taken.error().to_string()}});
        }
        if (auto cut = cut_short_what_waits(state, slot, now); !cut) {
            log::error("an airing that waits for its media could not be cut short",
                       {{"channel", id}, {"reason", cut.error().to_string()}});
        }
        const bool grown =
            !grown_.empty() && std::ranges::any_of(repertoire(state), [&](const PlayedItem& item) {
                return grown_.contains(item.entry);
            });
        const bool due = changed || now >= state.reload_at;
        if (!due && !grown) continue;
        auto refreshed =
            due ? refresh_channel(state, slot, changed && ever_refreshed_) : load(state, slot, now);
        if (!refreshed && !state.failed) {
            log::error("a channel could not be refreshed; it goes on with what it has",
                       {{"channel", id}, {"reason", refreshed.error().to_string()}});
        }
        state.failed = !refreshed;
        if (!refreshed) state.reload_at = now + std::chrono::seconds(5);
    }
    if (changed) {
        forget_unused_variants();
        if (auto asked = request_drafted_parts(); !asked) {
            log::error("the parts that drafts show could not be asked for",
                       {{"reason", asked.error().to_string()}});
        }
    }
    forget_old_endings(now);
    keep_log(now);
    if (auto refreshed = refresh_guide(now); !refreshed) {
        log::error("the guide could not be made anew; it stays as it was",
                   {{"reason", refreshed.error().to_string()}});
    }
    std::erase_if(older_films_, [](const auto& item) { return item.second.expired(); });
    if (changed) give_back_memory();
    return {};
}

// Writes down what has ended. What cannot be written now is written later: nothing is forgotten
// before it is.
void Broadcaster::keep_log(Instant now) {
    bool all = true;
    for (auto& [id, state] : states_) {
        const store::Channel& channel = state.row;
        auto recorded = recorder_.record(
            channel, now, [&](const playout::Airing& airing) { return describe(channel, airing); });
        if (!recorded && !state.unrecorded) {
            log::error("the as-run log cannot be written; it is caught up on when it can",
                       {{"channel", id}, {"reason", recorded.error().to_string()}});
        }
        state.unrecorded = !recorded;
        all = all && recorded;
    }
    if (!all) return;
    if (auto said = recorder_.alive(now); !said) {
        log::error("the as-run log cannot be told that the server runs",
                   {{"reason", said.error().to_string()}});
    }
}

playout::AsRunRecord Broadcaster::describe(const store::Channel& channel,
                                           const playout::Airing& airing) {
    playout::AsRunRecord record = record_of(channel, airing);
    if (const auto film = film_of(airing)) {
        record.titles = (*film)->titles;
        record.author = (*film)->author;
        record.country = (*film)->country;
        const auto plain = films_.find(airing.entry_id);
        describe_media(
            record, (*film)->media->manifest(), (*film)->cut.duration(),
            plain == films_.end() ? std::nullopt : std::optional(plain->second->cut.duration()));
        return record;
    }
    // The files are gone, which the log says elsewhere: what the database knows.
    if (const auto row = rows_.find(airing.entry_id); row != rows_.end()) {
        record.titles = row->second.titles;
        record.author = row->second.author;
        record.country = row->second.country;
        if (row->second.media_id == airing.media_id) {
            record.source_sha256 = row->second.media_source_sha256;
        }
    }
    if (const auto lost = lost_film_of(airing)) {
        record.media_duration = (*lost)->cut.duration();
        record.rate = (*lost)->cut.rate();
    }
    return record;
}

// The guide of the channels whose rundown, or whose entries, have changed.
Result<void> Broadcaster::refresh_guide(Instant now) {
    std::map<std::string, std::shared_ptr<const http::GuideEntry>> entries;
    http::GuideChannels channels;
    bool changed = states_.size() != guide_.load()->channels().size();
    for (auto& [id, state] : states_) {
        if (!state.guide) {
            state.guide = TRY(make_guide(state, now, entries));
            changed = true;
        }
        channels.push_back(state.guide);
    }
    if (changed) guide_.store(std::make_shared<const http::Guide>(std::move(channels)));
    return {};
}

Result<std::shared_ptr<const http::GuideChannel>> Broadcaster::make_guide(
    const ChannelState& state, Instant now,
    std::map<std::string, std::shared_ptr<const http::GuideEntry>>& entries) {
    auto guide = std::make_shared<http::GuideChannel>();
    guide->id = state.row.id;
    guide->title = state.row.title;
    const Ticks tick = playout::ticks_since(state.row.epoch, now);
    const auto rows = TRY(store_.list_airings(state.row.id, tick, tick + Ticks(options_.horizon)));
    for (const playout::Airing& airing : rows) {
        auto& entry = entries[airing.entry_id];
        if (!entry) entry = guide_entry(airing.entry_id);
        guide->programmes.push_back({playout::instant_of(state.row.epoch, airing.start),
                                     playout::instant_of(state.row.epoch, airing.end()), entry});
    }
    return guide;
}

std::shared_ptr<const http::GuideEntry> Broadcaster::guide_entry(
    const std::string& entry_id) const {
    auto entry = std::make_shared<http::GuideEntry>();
    entry->id = entry_id;
    if (const auto row = rows_.find(entry_id); row != rows_.end()) {
        entry->titles = row->second.titles;
        entry->author = row->second.author;
        entry->country = row->second.country;
        // What was stored before it was checked may make no sense: the guide goes without.
        if (auto metadata = store::parse_metadata(row->second.metadata)) {
            entry->metadata = *std::move(metadata);
        }
    }
    if (const FilmPtr film = film_to_air(entry_id)) {
        entry->has_poster = !film->media->manifest().poster.empty();
        std::set<std::string> languages;
        if (film->subtitles) {
            for (const subtitles::Track& track : film->subtitles->tracks()) {
                languages.insert(track.language());
            }
        }
        entry->subtitles.assign(languages.begin(), languages.end());
    }
    return entry;
}

Result<void> Broadcaster::refresh_channel(ChannelState& state, Slot& slot, bool changed) {
    const Instant now = clock_.now();
    const Ticks tick = playout::ticks_since(state.row.epoch, now);
    if (changed || !ever_refreshed_) TRY(request_variants(state));
    const playout::Schedule schedule = TRY(this->schedule(state));
    TRY(reconcile(state, schedule, tick, changed));
    TRY(extend(state, schedule, tick));
    TRY(load(state, slot, now));
    return request_endings(state, schedule, now);
}

// Carries an edit into the rundown: when the airings nobody can have seen are not those that
// the playlist makes, they are made anew. `whole` looks at all of them, else only at those that
// are about to be loaded.
Result<void> Broadcaster::reconcile(ChannelState& state, const playout::Schedule& schedule,
                                    Ticks now, bool whole) {
    constexpr Ticks kForever(std::numeric_limits<std::int64_t>::max());
    const Ticks soon = now + Ticks(options_.loaded_ahead) + Ticks(options_.reload_margin);
    const std::int64_t edits = TRY(store_.rundown_edits(state.row.id));
    const auto rows = TRY(store_.list_airings(state.row.id, now, whole ? kForever : soon));
    std::size_t first = playout::first_replaceable(rows, now, window().ahead, kSpliceMargin);
    first = after_last_manual(rows, first, [this](const std::string& entry) {
        return !film_to_air(entry) && rows_.contains(entry);
    });
    while (first < rows.size() && rows[first].start < state.edits_from)
        ++first;
    if (first > 0 && first < rows.size() && playout::ends_hold(rows[first - 1], rows[first])) {
        ++first;
    }
    if (first == 0 || first >= rows.size()) return {};
    const playout::RundownEnd end{rows[first - 1], fingerprint_of(rows[first - 1])};
    const auto wanted = playout::extend(schedule, end, rows.back().end());
    const std::span<const playout::Airing> planned = std::span(rows).subspan(first);
    std::size_t differs = 0;
    while (differs < planned.size() && differs < wanted.size() &&
           is_as_wanted(planned[differs], wanted[differs])) {
        ++differs;
    }
    if (differs == planned.size()) return {};
    log::info(
        "the rundown changes",
        {{"channel", state.row.id},
         {"from", base::to_rfc3339(playout::instant_of(state.row.epoch, planned[differs].start))}});
    state.guide = nullptr;
    return store_.splice_airings(
        state.row.id,
        {planned[differs].ordinal, std::span(wanted).subspan(std::min(differs, wanted.size())),
         edits, playout::instant_of(state.row.epoch, planned[differs].start - window().ahead)});
}

Result<void> Broadcaster::extend(ChannelState& state, const playout::Schedule& schedule,
                                 Ticks now) {
    const auto last = TRY(store_.last_airing(state.row.id));
    if (last && last->end() >= now + Ticks(options_.least_ahead)) return {};
    std::optional<playout::RundownEnd> end;
    if (last) end = playout::RundownEnd{*last, fingerprint_of(*last)};
    const auto more = playout::extend(schedule, end, now + Ticks(options_.horizon));
    if (more.empty()) return {};
    TRY(store_.append_airings(state.row.id, more));
    state.guide = nullptr;
    // Two windows behind, and a day more for whoever looks; but nothing that is not in the as-run
    // log.
    const Ticks old = now - kept_behind(options_) - Ticks(std::chrono::hours(24));
    if (const auto recorded = recorder_.recorded_until(state.row.id)) {
        TRY(store_.prune_airings(state.row.id, std::min(old, *recorded)));
    }
    return {};
}

// An airing whose media has not been prepared as far as it is about to be listed ends with what
// there is, and the next one follows: a channel never waits.
Result<void> Broadcaster::cut_short_what_waits(ChannelState& state, Slot& slot, Instant now) {
    const auto presentation = slot.presentation.load();
    if (!presentation) return {};
    const auto waiting = presentation->waiting_airing(now + kCutMargin);
    if (!waiting) return {};
    playout::Airing airing = presentation->rundown().airings()[*waiting];
    const http::Film& film = *presentation->film(*waiting);  // what is lost waits for nothing
    const std::int64_t complete = presentation->complete_segments(*waiting);
    log::error("an airing is cut short: its preparation has fallen behind",
               {{"channel", state.row.id},
                {"entry", airing.entry_id},
                {"segments", fmt::format("{} of {}", complete, airing.segment_count)}});
    if (const auto growing = growing_.find(airing.entry_id); growing != growing_.end()) {
        growing->second.may_air = false;
        growing->second.fell_behind = true;
    }
    const auto last = TRY(store_.last_airing(state.row.id));
    const Ticks until = last ? last->end() : airing.end();
    std::vector<playout::Airing> wanted;
    std::optional<playout::RundownEnd> end;
    if (complete > 0) {
        airing.segment_count = complete;
        airing.duration =
            presentation->rundown().cut(*waiting).at(complete - 1).end() - airing.from;
        wanted.push_back(airing);
        end = playout::RundownEnd{airing, fingerprint(film, options_.ladder)};
    } else if (*waiting > 0) {
        const playout::Airing& before = presentation->rundown().airings()[*waiting - 1];
        end = playout::RundownEnd{before, fingerprint_of(before)};
    }
    const auto rest = playout::extend(TRY(schedule(state)), end, until);
    wanted.insert(wanted.end(), rest.begin(), rest.end());
    TRY(store_.replace_airings_from(state.row.id, airing.ordinal, wanted));
    state.guide = nullptr;
    state.reload_at = now;
    constexpr std::string_view kFellBehind = "its preparation has fallen behind";
    if (complete > 0) {
        return recorder_.mark(state.row, airing.ordinal,
                              {playout::instant_of(state.row.epoch, airing.end()),
                               std::string(playout::kCutShort), std::string(kFellBehind)});
    }
    return recorder_.mark(
        state.row, airing.ordinal,
        {playout::instant_of(state.row.epoch, airing.start), std::string(playout::kNotShown),
         fmt::format("{} was planned here: {}", airing.entry_id, kFellBehind)});
}

Result<void> Broadcaster::load(ChannelState& state, Slot& slot, Instant now) {
    const Ticks tick = playout::ticks_since(state.row.epoch, now);
    auto rows = TRY(store_.list_airings(state.row.id, tick - kept_behind(options_),
                                        tick + Ticks(options_.loaded_ahead)));
    state.coming.clear();
    std::ranges::copy_if(rows, std::back_inserter(state.coming),
                         [&](const playout::Airing& row) { return row.end() > tick; });
    state.opened_until = Ticks(0);
    std::vector<FilmPtr> films;
    films.reserve(rows.size());
    std::map<std::size_t, LostFilmPtr> lost;  // by index into films: where there is none
    std::size_t first = 0;
    std::string gone;     // the last airing that is published and cannot be shown
    std::string unknown;  // the last of which not even its segments are known
    const Ticks published = tick + window().ahead;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto film = film_of(rows[i]);
        if (film && lags(**film, rows[i], published)) {
            film = fail(ErrorCode::kUnavailable, "its preparation has begun anew");
        }
        if (!film && rows[i].start > published) {
            state.opened_until = rows[i].start;
            rows.resize(i);  // not published yet: the channel goes on up to here
            break;
        }
        if (film) {
            films.push_back(*std::move(film));
            continue;
        }
        gone = fmt::format("{}: {}", rows[i].entry_id, film.error().to_string());
        // What has ended was shown, whatever has become of its files since.
        if (rows[i].end() > tick) {
            const Instant start = playout::instant_of(state.row.epoch, rows[i].start);
            TRY(recorder_.mark(state.row, rows[i].ordinal,
                               {std::max(start, now), std::string(playout::kMediaGone),
                                film.error().to_string()}));
        }
        if (auto left = lost_film_of(rows[i])) {
            lost.emplace(films.size(), *std::move(left));
            films.push_back(nullptr);
        } else {
            unknown = left.error().to_string();
            first = i + 1;
            films.clear();
            lost.clear();
        }
    }
    if (!gone.empty() && gone != state.said_gone) {
        log::error("airings' files are gone; playlists mark them as gaps",
                   {{"channel", state.row.id}, {"last", gone}});
        if (!unknown.empty()) {
            log::error("the window begins behind an airing of which too little is known",
                       {{"channel", state.row.id}, {"last", unknown}});
        }
    }
    state.said_gone = gone;
    rows.erase(rows.begin(),
               rows.begin() + static_cast<std::ptrdiff_t>(std::min(first, rows.size())));

    std::vector<FilmPtr> repertoire;
    for (const PlayedItem& item : Broadcaster::repertoire(state)) {
        if (auto film = shown(state, item)) repertoire.push_back(std::move(film));
    }
    const Instant loaded_until =
        rows.empty() ? now : playout::instant_of(state.row.epoch, rows.back().end());
    http::Presentation::Settings settings;
    settings.id = state.row.id;
    settings.title = state.row.title;
    settings.epoch = state.row.epoch;
    settings.live = window();
    settings.ladder = options_.ladder;
    settings.target_duration = target_duration(options_);
    settings.encryption = state.encryption;
    settings.cipher = options_.cipher;
    settings.on_unreadable = [this](const std::string& media) { unreadable(media); };
    slot.presentation.store(
        TRY(http::Presentation::create(std::move(settings), std::move(rows), std::move(films),
                                       std::move(repertoire), std::move(lost))));
    state.reload_at = std::max(loaded_until - options_.reload_margin, now + options_.poll);
    return {};
}

playout::Window Broadcaster::window() const {
    return {Ticks(options_.dvr_window), Ticks(hold_back(options_))};
}

std::shared_ptr<const http::Presentation> Broadcaster::channel(std::string_view id) const {
    const auto slots = slots_.load();
    const auto slot = slots->find(id);
    return slot == slots->end() ? nullptr : slot->second->presentation.load();
}

std::vector<std::shared_ptr<const http::Presentation>> Broadcaster::channels() const {
    std::vector<PresentationPtr> all;
    for (const auto& [id, slot] : *slots_.load()) {
        if (auto presentation = slot->presentation.load()) all.push_back(std::move(presentation));
    }
    return all;
}

std::shared_ptr<const http::Presentation> Broadcaster::entry(std::string_view id) const {
    const auto entries = entries_.load();
    const auto entry = entries->find(id);
    return entry == entries->end() ? nullptr : entry->second;
}

Broadcaster::Counts Broadcaster::counts() const {
    Counts counts;
    const Instant now = clock_.now();
    for (const auto& presentation : channels()) {
        ++counts.all;
        if (presentation->rundown().airing_at(presentation->ticks_at(now))) ++counts.on_air;
    }
    return counts;
}

}  // namespace matinee::app
