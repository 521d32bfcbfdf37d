#include "http/airings.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace matinee::http {

namespace {

using nlohmann::json;

double seconds_of(Ticks ticks) {
    return std::chrono::duration<double>(ticks).count();
}

json titles_json(const Credits& film) {
    json titles = json::object();
    for (const auto& [language, title] : film.titles) {
        titles[language] = title;
    }
    return titles;
}

// How the pictures of the strip lie: row by row, `columns` in each, one every `interval_seconds`.
void add_thumbnails(json& value, const Film& film, std::string address) {
    const auto& strip = film.media->manifest().thumbnails;
    if (!strip) return;
    value["thumbnails"] = {
        {"url", std::move(address)},       {"columns", strip->columns},
        {"tile_width", strip->tile_width}, {"tile_height", strip->tile_height},
        {"count", strip->count},           {"interval_seconds", strip->interval_seconds}};
}

// How far back viewers can go.
Ticks depth_of(const Presentation& channel) {
    const auto& window = channel.settings().live;
    return window ? window->depth : Ticks(0);
}

}  // namespace

json airing_json(const Presentation& channel, std::size_t index, Instant now,
                 std::string_view prefix) {
    const playout::Airing& airing = channel.rundown().airings()[index];
    const Credits& credits = channel.credits(index);
    const Instant epoch = channel.settings().epoch;
    json value{{"entry", credits.entry_id},
               {"title", titles_json(credits)},
               {"author", credits.author},
               {"country", credits.country},
               {"start", base::to_rfc3339(playout::instant_of(epoch, airing.start))},
               {"end", base::to_rfc3339(playout::instant_of(epoch, airing.end()))}};
    value["role"] = playout::to_string(airing.place.role);
    if (airing.from > Ticks(0)) value["from_seconds"] = seconds_of(airing.from);
    const Film* const film = channel.film(index);
    if (film == nullptr) return value;  // its pictures are lost with it
    // Cards and the slate are what has a keyframe in every picture.
    if (film->media->manifest().all_intra) value["card"] = true;
    if (film->media->manifest().counts_down) value["countdown"] = true;
    if (!film->media->manifest().poster.empty()) {
        value["poster"] = fmt::format("{}/entries/{}/poster.jpg", prefix, film->entry_id);
    }
    if (airing.start <= channel.ticks_at(now)) {
        add_thumbnails(value, *film,
                       fmt::format("{}/channels/{}/entries/{}/thumbnails.jpg", prefix,
                                   channel.settings().id, film->entry_id));
    }
    return value;
}

json airings_json(const Presentation& channel, Instant now, std::string_view prefix) {
    const Ticks first = channel.ticks_at(now) - depth_of(channel);
    json airings = json::array();
    const auto rows = channel.rundown().airings();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].end() > first) airings.push_back(airing_json(channel, i, now, prefix));
    }
    return airings;
}

json channel_json(const Presentation& channel, Instant now, std::size_t most_next,
                  std::string_view prefix) {
    const std::string& id = channel.settings().id;
    json value{{"id", id},
               {"title", channel.settings().title},
               {"master", fmt::format("{}/channels/{}/master.m3u8", prefix, id)},
               {"watch", fmt::format("{}/watch/{}", prefix, id)},
               {"languages", languages_json(channel)},
               {"now", nullptr},
               {"next", json::array()}};
    const auto current = channel.rundown().airing_at(channel.ticks_at(now));
    if (!current) return value;
    value["now"] = airing_json(channel, *current, now, prefix);
    const std::size_t end = std::min(*current + 1 + most_next, channel.rundown().airings().size());
    for (std::size_t i = *current + 1; i < end; ++i) {
        value["next"].push_back(airing_json(channel, i, now, prefix));
    }
    return value;
}

json entry_json(const Presentation& entry, std::string_view prefix) {
    const Film& film = *entry.film(0);
    json value{{"entry", film.entry_id},
               {"title", titles_json(film)},
               {"author", film.author},
               {"country", film.country},
               {"duration_seconds", seconds_of(film.cut.duration())},
               {"master", fmt::format("{}/entries/{}/master.m3u8", prefix, film.entry_id)},
               {"watch", fmt::format("{}/watch/entries/{}", prefix, film.entry_id)},
               {"languages", languages_json(entry)}};
    if (!film.media->manifest().poster.empty()) {
        value["poster"] = fmt::format("{}/entries/{}/poster.jpg", prefix, film.entry_id);
    }
    add_thumbnails(value, film, fmt::format("{}/entries/{}/thumbnails.jpg", prefix, film.entry_id));
    return value;
}

json languages_json(const Presentation& presentation) {
    json languages = json::array();
    for (const SubtitleChoice& choice : presentation.subtitles()) {
        languages.push_back({{"tag", choice.language}, {"name", choice.name()}});
    }
    return languages;
}

const Film* film_to_go_back_to(const Presentation& channel, std::string_view entry_id,
                               Instant now) {
    const Ticks here = channel.ticks_at(now);
    const auto rows = channel.rundown().airings();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool within = rows[i].start <= here && rows[i].end() > here - depth_of(channel);
        if (within && rows[i].entry_id == entry_id && channel.film(i) != nullptr) {
            return channel.film(i);
        }
    }
    return nullptr;
}

}  // namespace matinee::http
