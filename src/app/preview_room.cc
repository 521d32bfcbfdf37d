#include "app/preview_room.h"

#include <algorithm>
#include <limits>

#include "app/planning.h"
#include "playout/as_run.h"
#include "playout/stand_in.h"

namespace matinee::app {

namespace {

using FilmPtr = std::shared_ptr<const http::Film>;

// A day has passed until then: rundowns are forgotten, and so is what was planned.
constexpr std::chrono::hours kBack{24};

}  // namespace

// Gets the films of one preview, and what is shown for those that cannot be had.
class PreviewRoom::Projectionist {
  public:
    explicit Projectionist(PreviewRoom& room) : room_(room) {}

    Result<void> look_around() {
        for (store::Entry& entry : TRY(room_.store_.list_entries())) {
            std::string id = entry.id;
            entries_.emplace(std::move(id), std::move(entry));
        }
        variants_ = TRY(room_.store_.list_variants());
        for (const auto& [id, entry] : entries_) {
            if (slate_ || entry.kind != store::EntryKind::kSlate) continue;
            auto film = this->film(id, entry.media_id, entry.subtitles_id);
            if (film && (*film)->media->manifest().all_intra) slate_ = *std::move(film);
        }
        return {};
    }

    [[nodiscard]] const FilmPtr& slate() const { return slate_; }

    [[nodiscard]] const store::Entry* entry(const std::string& id) const {
        const auto found = entries_.find(id);
        return found == entries_.end() ? nullptr : &found->second;
    }

    // That preparation of an entry; an error says why it cannot be shown, for a producer.
    Result<FilmPtr> film(const std::string& entry_id, const std::string& media_id,
                         const std::string& subtitles_id) {
        auto& known = films_[entry_id + "\n" + media_id + "\n" + subtitles_id];
        if (known) return known;
        auto media = TRY(room_.library_.media(media_id));
        TRY(media->inspect());
        std::shared_ptr<const library::SubtitleSet> subtitles;
        if (!subtitles_id.empty()) subtitles = TRY(room_.library_.subtitles(subtitles_id));
        const store::Entry* row = entry(entry_id);
        static const store::Entry kUnknown;
        if (row == nullptr) row = &kUnknown;
        return known = http::Film::create(entry_id, row->titles, row->author, row->country,
                                          std::move(media), std::move(subtitles), subtitles_id,
                                          room_.options_.gops_per_segment);
    }

    // What is to be shown of a playlist's item.
    Result<FilmPtr> film(const store::PlaylistItem& item) {
        if (item.kind == store::ItemKind::kLive) {
            return fail(ErrorCode::kUnsupported, "it is a live source, which has no preview");
        }
        const store::Entry* row = entry(item.reference);
        if (row == nullptr) {
            return fail(ErrorCode::kNotFound, "there is no entry \"{}\"", item.reference);
        }
        if (row->media_id.empty()) {
            return fail(ErrorCode::kConflict, "it is not prepared{}",
                        row->reason.empty() ? "" : ": " + row->reason);
        }
        const PlayedItem wanted = played(item);
        if (wanted.trim.is_whole()) {
            return film(item.reference, row->media_id, row->subtitles_id);
        }
        if (std::string why = TRY(why_bad(room_.store_, wanted)); !why.empty()) {
            return fail(ErrorCode::kInvalid, "{}", why);
        }
        const store::Variant* const part =
            find_variant(variants_, item.reference, row->media_id,
                         library::to_text(library::Variant{{}, wanted.trim}));
        if (part != nullptr && part->state == store::EntryState::kReady) {
            return film(item.reference, part->media_id, row->subtitles_id);
        }
        if (part != nullptr && part->state == store::EntryState::kFailed) {
            return fail(ErrorCode::kInvalid, "that part of it cannot be prepared: {}",
                        part->reason);
        }
        if (item.untrimmed == store::Untrimmed::kWhole) {
            return film(item.reference, row->media_id, row->subtitles_id);
        }
        return fail(ErrorCode::kConflict, "that part of it is being prepared");
    }

    // The faded endings there are of what is shown of an item.
    std::vector<playout::Ending> endings(const PlayedItem& item, const playout::Programme& whole,
                                         std::chrono::milliseconds fade) {
        const store::Entry* row = entry(item.entry);
        const auto shown = film(item.entry, whole.media_id, whole.subtitles_id);
        if (row == nullptr || !shown) return {};
        return endings_of(
            whole, (*shown)->media->manifest().variant, variants_, row->media_id, fade,
            [&](const store::Variant& variant) -> std::optional<playout::Programme> {
                const auto ending = film(item.entry, variant.media_id, whole.subtitles_id);
                if (!ending) return std::nullopt;
                return programme(**ending);
            });
    }

    // How long the item will last; nothing when that is not known yet.
    std::optional<Ticks> planned_duration(const store::PlaylistItem& item) {
        const store::Entry* row = entry(item.reference);
        if (row == nullptr || row->media_id.empty()) return std::nullopt;
        const auto media = room_.store_.find_media(row->media_id);
        if (!media || media->frame_rate_numerator == 0) return std::nullopt;
        const media::FrameRate rate{media->frame_rate_numerator, media->frame_rate_denominator};
        const std::int64_t frames = rate.nearest_frame(media->duration);
        const std::int64_t out = std::min(item.out.value_or(frames), frames);
        return item.in < out ? std::optional(rate.start_of(out - item.in)) : std::nullopt;
    }

    // The slate, saying what it stands for.
    FilmPtr instead_of(const std::string& entry_id, const std::string& why_not) {
        const store::Entry* row = entry(entry_id);
        const std::string title(row != nullptr ? playout::title_of(row->titles, entry_id)
                                               : std::string_view(entry_id));
        return http::Film::create(entry_id, {{"en", fmt::format("{} ({})", title, why_not)}}, "",
                                  "", slate_->media, nullptr, "", room_.options_.gops_per_segment);
    }

    playout::Programme programme(const http::Film& film) const {
        return programme_of(film, room_.options_.ladder);
    }

  private:
    PreviewRoom& room_;
    std::map<std::string, store::Entry> entries_;
    std::vector<store::Variant> variants_;
    std::map<std::string, FilmPtr> films_;
    FilmPtr slate_;  // null: there is none
};

Result<std::int64_t> PreviewRoom::newest_version(const std::string& playlist) {
    return TRY(store_.find_playlist_version(playlist, 0))
    .version;
}

http::Presentation::Settings PreviewRoom::settings(const std::string& title) const {
    http::Presentation::Settings settings;
    settings.id = "preview";
    settings.title = title;
    settings.dated = true;
    settings.ladder = options_.ladder;
    settings.target_duration = Broadcaster::target_duration(options_);
    return settings;
}

template <typename Make>
Result<http::PreviewPtr> PreviewRoom::find_or_make(const std::string& key, http::Look look,
                                                   Make make) {
    const std::uint64_t stamp = look == http::Look::kAnew ? TRY(store_.change_stamp()) : std::uint64_t{0};
    {
        const std::lock_guard lock(mutex_);
        const auto found = std::ranges::find(previews_, key, &Kept::key);
        if (found != previews_.end() && (look == http::Look::kAsBegun || found->stamp == stamp)) {
            previews_.splice(previews_.begin(), previews_, found);
            return found->preview;
        }
    }
    const std::uint64_t made_at = stamp != 0 ? stamp : TRY(store_.change_stamp());
    http::PreviewPtr preview = TRY(make());
    const std::lock_guard lock(mutex_);
    std::erase_if(previews_, [&](const Kept& kept) { return kept.key == key; });
    previews_.push_front({key, made_at, preview});
    if (previews_.size() > kept_) previews_.pop_back();
    return preview;
}

std::size_t PreviewRoom::size() const {
    const std::lock_guard lock(mutex_);
    return previews_.size();
}

Result<http::PreviewPtr> PreviewRoom::playlist(const std::string& id, std::int64_t version,
                                               http::Look look) {
    return find_or_make(fmt::format("playlist\n{}\n{}", id, version), look,
                        [&] { return make_playlist(id, version); });
}

Result<http::PreviewPtr> PreviewRoom::make_playlist(const std::string& id, std::int64_t version) {
    const store::Playlist playlist = TRY(store_.find_playlist_version(id, version));
    Projectionist projectionist(*this);
    TRY(projectionist.look_around());
    auto preview = std::make_shared<http::Preview>();
    std::vector<playout::Airing> airings;
    std::vector<FilmPtr> films;
    std::optional<playout::RundownEnd> end;
    const auto add = [&](playout::Airing airing, const FilmPtr& film) {
        airings.push_back(std::move(airing));
        films.push_back(film);
        end = playout::RundownEnd{airings.back(), http::fingerprint(*film, options_.ladder)};
    };
    for (const store::PlaylistItem& item : playlist.items) {
        const Ticks start = end ? end->last.end() : Ticks(0);
        std::string why_not;
        if (const auto film = projectionist.film(item)) {
            add(playout::follow(end, projectionist.programme(**film), Ticks(0), Ticks(0), {}),
                *film);
        } else {
            why_not = film.error().to_string();
            if (!projectionist.slate()) {
                preview->items.push_back({item.reference, start, Ticks(0), why_not});
                continue;
            }
            const FilmPtr slate = projectionist.instead_of(item.reference, why_not);
            const playout::Programme programme = projectionist.programme(*slate);
            const Ticks room = projectionist.planned_duration(item).value_or(programme.duration());
            for (playout::Airing& airing : playout::fill_exactly(end, {{}, programme}, room, {})) {
                add(std::move(airing), slate);
            }
        }
        preview->items.push_back({item.reference, start, end->last.end() - start, why_not});
    }
    if (airings.empty()) {
        return fail(ErrorCode::kConflict,
                    "version {} of playlist \"{}\" has nothing that can be shown yet", version, id);
    }
    preview->presentation =
        TRY(http::Presentation::create(settings(playlist.title), std::move(airings), films, films));
    return http::PreviewPtr(std::move(preview));
}

Result<http::PreviewPtr> PreviewRoom::channel(const std::string& id, Instant from,
                                              std::chrono::seconds duration, http::Look look) {
    const Instant now = clock_.now();
    if (duration < std::chrono::seconds(1) || duration > kLongest) {
        return fail(ErrorCode::kInvalid, "a preview lasts between 1 s and {} s, not {}",
                    std::chrono::seconds(kLongest).count(), duration.count());
    }
    if (from > now + kFurthest || from < now - kBack) {
        return fail(ErrorCode::kInvalid,
                    "{} is too far away: previews begin from yesterday on, at most {} days ahead",
                    base::to_rfc3339(from), kFurthest.count() / 24);
    }
    return find_or_make(
        fmt::format("channel\n{}\n{}\n{}", id, from.time_since_epoch().count(), duration.count()),
        look, [&] { return make_channel(id, from, duration); });
}

Result<http::PreviewPtr> PreviewRoom::make_channel(const std::string& id, Instant from,
                                                   std::chrono::seconds duration) {
    const store::Channel channel = TRY(store_.find_channel(id));
    const Ticks first = playout::ticks_since(channel.epoch, from);
    const Ticks until = first + Ticks(duration);
    Projectionist projectionist(*this);
    TRY(projectionist.look_around());

    auto rows = TRY(store_.list_airings(id, first, until));
    if (rows.empty() || rows.back().end() < until) {
        const store::Schedule schedule = TRY(store_.find_schedule(id));
        PlayedItems playlists;
        for (const std::string& playlist : playlists_of(schedule, channel)) {
            playlists.emplace(playlist, played_items(TRY(store_.find_playlist(playlist))));
        }
        PlanInput input{schedule, channel, playlists, {}, from + duration};
        if (projectionist.slate()) input.own_slate = projectionist.slate()->entry_id;
        input.programme = [&](const PlayedItem& item) -> std::optional<playout::Programme> {
            store::PlaylistItem stored;
            stored.reference = item.entry;
            stored.in = item.trim.in;
            stored.out = item.trim.out;
            stored.untrimmed = item.untrimmed;
            const auto film = projectionist.film(stored);
            return film ? std::optional(projectionist.programme(**film)) : std::nullopt;
        };
        input.endings = [&](const PlayedItem& item, const playout::Programme& whole) {
            return projectionist.endings(item, whole, schedule.fade);
        };
        const playout::Schedule planned = TRY(plan(input));
        std::optional<playout::RundownEnd> end;
        if (auto last = TRY(store_.last_airing(id))) {
            const auto film =
                projectionist.film(last->entry_id, last->media_id, last->subtitles_id);
            end = playout::RundownEnd{*std::move(last),
                                      film ? http::fingerprint(**film, options_.ladder) : ""};
        }
        for (playout::Airing& airing : playout::extend(planned, end, until)) {
            if (airing.end() > first) rows.push_back(std::move(airing));
        }
    }
    if (rows.empty()) {
        return fail(ErrorCode::kConflict, "nothing is planned on channel \"{}\" at {}", id,
                    base::to_rfc3339(from));
    }

    auto preview = std::make_shared<http::Preview>();
    std::map<std::int64_t, FilmPtr> slates;  // by ordinal: what says what it stands for
    std::map<std::int64_t, std::string> why_not;
    const auto fingerprint = [&](const playout::Airing& airing) {
        const auto film = projectionist.film(airing.entry_id, airing.media_id, airing.subtitles_id);
        return film ? http::fingerprint(**film, options_.ladder) : std::string();
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const playout::Airing row = rows[i];
        const auto film = projectionist.film(row.entry_id, row.media_id, row.subtitles_id);
        if (film && playout::airing_cut(row, (*film)->cut)) continue;
        const std::string reason = film ? "its files have changed" : film.error().to_string();
        const auto media = store_.find_media(row.media_id);
        store::Entry entry;
        entry.id = row.entry_id;
        const auto planned =
            media ? planned_programme(entry, *media, options_.gops_per_segment) : std::nullopt;
        // A row before it, of which nothing but where it ends is known.
        playout::Airing before;
        before.ordinal = row.ordinal - 1;
        before.start = row.start - Ticks(1);
        before.duration = Ticks(1);
        before.first_sequence = row.first_sequence - 1;
        before.segment_count = 1;
        before.discontinuity_sequence = row.discontinuity_sequence - (row.discontinuity ? 1 : 0);
        std::optional<playout::StandIn> made;
        if (planned && projectionist.slate()) {
            const FilmPtr slate = projectionist.instead_of(row.entry_id, reason);
            made = playout::stand_in(rows, i, planned->cut, before,
                                     Ticks(std::numeric_limits<std::int64_t>::min()),
                                     {{}, projectionist.programme(*slate)}, fingerprint);
            for (std::size_t j = 0; made && j < made->end_shown; ++j) {
                slates[made->airings[j].ordinal] = slate;
                why_not[made->airings[j].ordinal] = reason;
            }
        }
        if (!made) {
            return fail(ErrorCode::kConflict, "\"{}\" is planned at {}, and cannot be shown: {}",
                        row.entry_id,
                        base::to_rfc3339(playout::instant_of(channel.epoch, row.start)), reason);
        }
        rows.resize(i);
        rows.insert(rows.end(), made->airings.begin(), made->airings.end());
        i += made->end_shown - 1;
    }

    std::vector<FilmPtr> films;
    films.reserve(rows.size());
    for (const playout::Airing& row : rows) {
        const auto slate = slates.find(row.ordinal);
        films.push_back(slate != slates.end() ? slate->second
                                              : TRY(projectionist.film(row.entry_id, row.media_id,
                                                                       row.subtitles_id)));
        const Ticks start = std::max(row.start, first);
        preview->items.push_back({row.stands_in_for.empty() ? row.entry_id : row.stands_in_for,
                                  start - first, std::min(row.end(), until) - start,
                                  why_not.contains(row.ordinal) ? why_not[row.ordinal] : ""});
    }
    http::Presentation::Settings wanted = settings(channel.title);
    wanted.id = id;
    wanted.epoch = channel.epoch;
    wanted.part = {first, until};
    preview->presentation =
        TRY(http::Presentation::create(std::move(wanted), std::move(rows), films, films));
    return http::PreviewPtr(std::move(preview));
}

}  // namespace matinee::app
