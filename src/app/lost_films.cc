// What playlists still tell of films whose files are gone.
#include "app/broadcaster.h"
#include "app/planning.h"
#include "base/log.h"

namespace matinee::app {

// Writes down what is to be known of media should its files be gone one day. That it cannot be
// written is no reason to stop: the next start tries again.
void Broadcaster::keep_outline(const library::PreparedEntry& media) {
    const std::string& id = media.manifest().media_id;
    if (outlined_.contains({id, media.growing()})) return;
    const std::string outline = library::to_json(library::outline_of(media));
    const auto known = store_.find_outline(id);
    const Result<void> kept = !known              ? Result<void>(Unexpected(Error(known.error())))
                              : *known == outline ? Result<void>()
                                                  : store_.keep_outline(id, outline);
    if (!kept) {
        log::error("the outline of media cannot be written down",
                   {{"media", id}, {"reason", kept.error().to_string()}});
        return;
    }
    outlined_.emplace(id, media.growing());
}

// Nothing of media that no server has opened since outlines are kept.
std::optional<library::Outline> Broadcaster::outline_of(const std::string& media_id) {
    const auto text = store_.find_outline(media_id);
    if (!text || !*text) return std::nullopt;
    auto outline = library::outline_from_json(**text);
    if (outline) return *std::move(outline);
    log::error("the outline of media cannot be read",
               {{"media", media_id}, {"reason", outline.error().to_string()}});
    return std::nullopt;
}

// How the airing's media was cut into segments: by its outline, or else by what the database has
// of its preparation.
std::optional<playout::Segmentation> Broadcaster::cut_of_lost(
    const playout::Airing& airing, const std::optional<library::Outline>& outline) {
    if (outline) {
        return playout::Segmentation(outline->frame_rate, outline->frame_count,
                                     outline->frames_per_group, options_.gops_per_segment);
    }
    const auto media = store_.find_media(airing.media_id);
    if (!media) return std::nullopt;
    store::Entry entry;
    entry.id = airing.entry_id;
    const auto programme = app::planned_programme(entry, *media, options_.gops_per_segment);
    return programme ? std::optional(programme->cut) : std::nullopt;
}

// What is left of an airing's film. kNotFound when that is not enough to list it.
Result<Broadcaster::LostFilmPtr> Broadcaster::lost_film_of(const playout::Airing& airing) {
    LostFilmPtr& known =
        lost_films_[film_key(airing.entry_id, airing.media_id, airing.subtitles_id)];
    if (!known) {
        auto outline = outline_of(airing.media_id);
        const auto cut = cut_of_lost(airing, outline);
        if (!cut) {
            return fail(ErrorCode::kNotFound, "nothing is known of media {} but its name",
                        airing.media_id);
        }
        store::Entry entry;
        entry.id = airing.entry_id;
        if (const auto row = rows_.find(airing.entry_id); row != rows_.end()) entry = row->second;
        std::shared_ptr<const library::SubtitleSet> subtitles;
        if (!airing.subtitles_id.empty()) {
            if (auto set = library_.subtitles(airing.subtitles_id)) subtitles = *std::move(set);
        }
        known = std::make_shared<const http::LostFilm>(
            http::LostFilm{{entry.id, entry.titles, entry.author, entry.country},
                           std::move(subtitles),
                           *cut,
                           std::move(outline)});
    }
    if (!playout::airing_cut(airing, known->cut)) {
        return fail(ErrorCode::kNotFound,
                    "media {} is not known to have been as long as its airing", airing.media_id);
    }
    return known;
}

}  // namespace matinee::app
