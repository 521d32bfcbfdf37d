// Films in a store and a library, as if a worker had prepared them.
#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

#include "library/house_format.h"
#include "store/store.h"
#include "support/raw_entry.h"

namespace matinee::test {

// A film of `frames` pictures, groups of two seconds, and the sound to it.
inline RawFilm film(media::FrameRate rate, std::int64_t frames, int parameter_sets = 0) {
    RawFilm film;
    film.rate = rate;
    film.frames = frames;
    film.gop = rate.frames_in(2);
    film.parameter_sets = parameter_sets;
    film.audio_frames = rate.start_of(frames).count() / 1920 + 5;
    return film;
}

// Adds the entry to the store, and `film` to the library as what its job has made.
inline void add_prepared(store::Store& store, const std::filesystem::path& library,
                         const store::EntryDescription& entry, RawFilm film) {
    film.name = entry.id;
    const auto must = [&](const auto& result) {
        if (!result) throw std::runtime_error(entry.id + ": " + result.error().to_string());
    };
    must(store.upsert_entry(entry));
    must(store.enqueue_job(entry.id));
    const auto job = store.take_job("test", std::chrono::minutes(1));
    must(job);
    store::Media media;
    media.id = prepare(film, library);
    media.house = library::to_json(RawFilm::house());
    media.duration = film.rate.start_of(film.frames);
    media.frame_rate_numerator = film.rate.numerator;
    media.frame_rate_denominator = film.rate.denominator;
    must(store.finish_job((*job)->id, "test", media));
}

// An entry of a film that need not be there.
inline store::EntryDescription film_entry(const std::string& id) {
    store::EntryDescription entry;
    entry.id = id;
    entry.titles = {{"en", "The " + id}};
    entry.source.path = "/films/" + id;
    entry.source.sha256 = std::string(64, 'a') + id;
    return entry;
}

}  // namespace matinee::test
