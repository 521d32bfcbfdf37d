#include "app/outlook.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/planning.h"
#include "app/resource_json.h"
#include "app/station.h"
#include "http/airings.h"
#include "http/presentation.h"

namespace matinee::app {

namespace {

using nlohmann::json;
using playout::Airing;
using playout::Role;

constexpr std::size_t kLongestRundown = 1000;  // airings
constexpr std::chrono::hours kLongestRundownPeriod{48};

constexpr std::chrono::hours kFurthestPlan{31 * 24};
constexpr std::chrono::hours kLongestForesight{9 * 24};  // a week, seen from any zone
constexpr std::size_t kMostAirings = 2000;
constexpr std::size_t kMostStretches = 5000;

using FilmPtr = std::shared_ptr<const http::Film>;

json rundown_airing_json(const playout::Airing& airing, Instant epoch, Instant now) {
    const Instant start = playout::instant_of(epoch, airing.start);
    const Instant end = playout::instant_of(epoch, airing.end());
    const bool placed = !airing.place.block.empty();
    return {{"ordinal", airing.ordinal},
            {"entry", airing.entry_id},
            {"start", base::to_rfc3339(start)},
            {"end", base::to_rfc3339(end)},
            {"role", playout::to_string(airing.place.role)},
            {"block", placed ? json(airing.place.block) : json(nullptr)},
            {"item", placed ? json(airing.place.item) : json(nullptr)},
            {"state", end <= now     ? "past"
                      : start <= now ? "on"
                                     : "coming"}};
}

std::string_view kind_of_stretch(const Airing& airing, const std::string& slate) {
    switch (airing.place.role) {
        case Role::kFill:
            return airing.entry_id == slate ? "gap" : "filler";
        case Role::kInserted:
        case Role::kHold:
        case Role::kPanic:
            return to_string(airing.place.role);
        case Role::kItem:
            break;
    }
    return "block";
}

json block_json(const Airing& airing) {
    return airing.place.block.empty() ? json(nullptr) : json(airing.place.block);
}

json foreseen_json(const Airing& airing, Instant epoch) {
    const bool is_item = airing.place.role == Role::kItem;
    return {{"entry", airing.entry_id},
            {"start", base::to_rfc3339(playout::instant_of(epoch, airing.start))},
            {"end", base::to_rfc3339(playout::instant_of(epoch, airing.end()))},
            {"role", playout::to_string(airing.place.role)},
            {"block", block_json(airing)},
            {"item", airing.place.block.empty() ? json(nullptr) : json(airing.place.item)},
            {"cut", is_item && airing.to > Ticks(0)}};
}

json stretches_json(const std::vector<Airing>& airings, const std::string& slate, Instant epoch) {
    json stretches = json::array();
    const Airing* before = nullptr;
    for (const Airing& airing : airings) {
        const std::string_view kind = kind_of_stretch(airing, slate);
        const bool goes_on = before != nullptr && kind == kind_of_stretch(*before, slate) &&
                             airing.place.anchor == before->place.anchor &&
                             airing.place.block == before->place.block;
        before = &airing;
        const std::string end = base::to_rfc3339(playout::instant_of(epoch, airing.end()));
        if (goes_on) {
            json& stretch = stretches.back();
            stretch["end"] = end;
            stretch["airings"] = stretch["airings"].get<std::int64_t>() + 1;
            continue;
        }
        if (stretches.size() == kMostStretches) break;
        const Ticks anchor = airing.place.anchor;
        stretches.push_back(
            {{"kind", kind},
             {"block", block_json(airing)},
             {"fixed_start", anchor < Ticks(0)
                                 ? json(nullptr)
                                 : json(base::to_rfc3339(playout::instant_of(epoch, anchor)))},
             {"start", base::to_rfc3339(playout::instant_of(epoch, airing.start))},
             {"end", end},
             {"airings", 1}});
    }
    return stretches;
}

// The films of one look at a channel, each opened once.
class OpenedFilms {
  public:
    explicit OpenedFilms(Workspace& workspace)
        : workspace_(workspace), options_(broadcaster_options(workspace.config)) {}

    Result<FilmPtr> open(const store::Entry& entry, const std::string& media_id,
                         const std::string& subtitles_id) {
        FilmPtr& film = films_[std::tuple(entry.id, media_id, subtitles_id)];
        if (film) return film;
        auto media = TRY(workspace_.library->media(media_id));
        std::shared_ptr<const library::SubtitleSet> subtitles;
        if (!subtitles_id.empty()) subtitles = TRY(workspace_.library->subtitles(subtitles_id));
        film = http::Film::create(entry.id, entry.titles, entry.author, entry.country,
                                  std::move(media), std::move(subtitles), subtitles_id,
                                  options_.gops_per_segment);
        return film;
    }

    // What is known of one that cannot be opened; null when that is too little.
    Result<std::shared_ptr<const http::LostFilm>> lost(const store::Entry& entry,
                                                       const Airing& airing) {
        const auto media = TRY(workspace_.store->find_media(airing.media_id));
        const auto planned = planned_programme(entry, media, options_.gops_per_segment);
        if (!planned || !playout::airing_cut(airing, planned->cut)) return nullptr;
        return std::make_shared<const http::LostFilm>(
            http::LostFilm{{entry.id, entry.titles, entry.author, entry.country},
                           nullptr,
                           planned->cut,
                           std::nullopt});
    }

    // Those of what the channel plays that can be opened: they say which subtitles it has.
    Result<std::vector<FilmPtr>> repertoire(const store::Channel& channel) {
        store::Store& store = *workspace_.store;
        std::set<std::string> entries;
        for (const std::string& id : playlists_of(TRY(store.find_schedule(channel.id)), channel)) {
            for (const PlayedItem& item : played_items(TRY(store.find_playlist(id))))
                entries.insert(item.entry);
        }
        std::vector<FilmPtr> films;
        for (const std::string& id : entries) {
            const auto entry = store.find_entry(id);
            if (!entry || entry->media_id.empty()) continue;
            if (auto film = open(*entry, entry->media_id, entry->subtitles_id))
                films.push_back(*std::move(film));
        }
        return films;
    }

    [[nodiscard]] const BroadcasterOptions& options() const { return options_; }

  private:
    Workspace& workspace_;
    const BroadcasterOptions options_;
    std::map<std::tuple<std::string, std::string, std::string>, FilmPtr> films_;
};

}  // namespace

Period usual_period(Instant now) {
    return {now - std::chrono::hours(1), now + std::chrono::hours(6)};
}

Result<json> rundown_json(store::Store& store, const store::Channel& channel, const Period& period,
                          Instant now) {
    const auto& [from, to] = period;
    if (to <= from || to - from > kLongestRundownPeriod) {
        return fail(ErrorCode::kInvalid, "from {} to {}: ask for a period of up to {} hours",
                    base::to_rfc3339(from), base::to_rfc3339(to), kLongestRundownPeriod.count());
    }
    json airings = json::array();
    for (const Airing& airing :
         TRY(store.list_airings(channel.id, playout::ticks_since(channel.epoch, from),
                                playout::ticks_since(channel.epoch, to)))) {
        if (airings.size() == kLongestRundown) break;
        airings.push_back(rundown_airing_json(airing, channel.epoch, now));
    }
    return json{{"channel", channel.id},
                {"server_time", base::to_rfc3339(now)},
                {"airings", std::move(airings)}};
}

Result<void> expect_foreseeable(Instant instant, Instant now) {
    if (instant <= now + kFurthestPlan) return {};
    return fail(ErrorCode::kInvalid, "{} is too far away: plans are made for up to {} days",
                base::to_rfc3339(instant), kFurthestPlan.count() / 24);
}

Result<json> foresee(ControlRoom& room, store::Store& store, const std::string& channel,
                     const std::optional<store::Schedule>& wanted, const Period& period,
                     Instant now) {
    const auto& [from, to] = period;
    const store::Channel row = TRY(store.find_channel(channel));
    TRY(expect_foreseeable(to, now));
    if (to <= from || to - from > kLongestForesight) {
        return fail(ErrorCode::kInvalid, "from {} to {}: ask for a period of up to {} days",
                    base::to_rfc3339(from), base::to_rfc3339(to), kLongestForesight.count() / 24);
    }
    const std::string slate = wanted ? wanted->slate_entry : TRY(store.find_schedule(channel))
    .slate_entry;
    const auto airings = TRY(room.foresee(channel, wanted, from, to));
    json shown = json::array();
    for (const Airing& airing : airings) {
        if (shown.size() == kMostAirings) break;
        shown.push_back(foreseen_json(airing, row.epoch));
    }
    const std::size_t left_out = airings.size() - shown.size();
    return json{{"channel", channel},
                {"server_time", base::to_rfc3339(now)},
                {"stretches", stretches_json(airings, slate, row.epoch)},
                {"airings", std::move(shown)},
                {"left_out", left_out}};
}

Result<std::vector<playout::Finding>> check_drafts(ControlRoom& room, store::Store& store,
                                                   const store::Schedule& schedule,
                                                   const store::Channel& channel,
                                                   const std::vector<std::string>& languages,
                                                   std::optional<Instant> until) {
    std::vector<store::Playlist> drafts;
    for (const std::string& id : playlists_of(schedule, channel))
        drafts.push_back(TRY(store.find_playlist_version(id, 0)));
    return room.check(schedule, drafts, languages, until);
}

Result<PlaylistCheck> check_playlist(ControlRoom& room, store::Store& store,
                                     const std::string& playlist, const std::string& on,
                                     const std::vector<std::string>& languages) {
    TRY(store.find_playlist_version(playlist, 0));
    const auto playing = TRY(channels_by_playlist(store));
    const auto of = playing.find(playlist);
    if (on.empty() && of == playing.end()) {
        return fail(ErrorCode::kConflict,
                    "no channel plays \"{}\" yet; name the channel to check it for", playlist);
    }
    PlaylistCheck check;
    check.channel = TRY(store.find_channel(on.empty() ? of->second.front() : on));
    auto schedule = TRY(store.find_schedule(check.channel.id));
    const bool plays =
        of != playing.end() && std::ranges::find(of->second, check.channel.id) != of->second.end();
    if (!plays) {
        store::ScheduleBlock block;
        block.id = playlist;
        block.playlist_id = playlist;
        schedule.blocks = {block};
        schedule.version += 1;
    }
    check.findings = TRY(check_drafts(room, store, schedule, check.channel, languages));
    return check;
}

Result<json> channel_now_json(Workspace& workspace, const store::Channel& channel,
                              std::size_t most_next, Instant now) {
    store::Store& store = *workspace.store;
    OpenedFilms opened(workspace);
    const Ticks tick = playout::ticks_since(channel.epoch, now);
    auto rows = TRY(store.list_airings(channel.id, tick, tick + Ticks(opened.options().horizon)));
    rows.resize(std::min(rows.size(), most_next + 1));
    std::vector<FilmPtr> films;
    std::map<std::size_t, std::shared_ptr<const http::LostFilm>> lost;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const store::Entry entry = TRY(store.find_entry(rows[i].entry_id));
        auto film = opened.open(entry, rows[i].media_id, rows[i].subtitles_id);
        if (film && playout::airing_cut(rows[i], (*film)->cut)) {
            films.push_back(*std::move(film));
            continue;
        }
        auto left = opened.lost(entry, rows[i]);
        if (!left || *left == nullptr) {
            rows.resize(i);
            break;
        }
        lost.emplace(i, *std::move(left));
        films.push_back(nullptr);
    }
    http::Presentation::Settings settings;
    settings.id = channel.id;
    settings.title = channel.title;
    settings.epoch = channel.epoch;
    settings.live = playout::Window{Ticks(opened.options().dvr_window),
                                    Ticks(Broadcaster::hold_back(opened.options()))};
    settings.ladder = opened.options().ladder;
    settings.target_duration = Broadcaster::target_duration(opened.options());
    auto repertoire = TRY(opened.repertoire(channel));
    const auto presentation =
        TRY(http::Presentation::create(std::move(settings), std::move(rows), std::move(films),
                                       std::move(repertoire), std::move(lost)));
    return http::channel_json(*presentation, now, most_next, "");
}

}  // namespace matinee::app
