// What viewers are told of airings and entries, as JSON.
#pragma once

#include <cstddef>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "http/presentation.h"

namespace matinee::http {

// One airing of a channel: what it shows, from when to when. `prefix` is what addresses begin with
// ("/t/TOKEN" for who came by a link, else empty).
//
// "role" says why it is on, "card": true that it is a card or the slate. "thumbnails" is there once
// the airing has begun: pictures of what is still to come are for nobody. "from_seconds" is how far
// into the film it begins, left out when it is at the beginning.
nlohmann::json airing_json(const Presentation& channel, std::size_t airing, Instant now,
                           std::string_view prefix);

// The airings that viewers can go back to at `now`, what is on, and what is planned, oldest first.
nlohmann::json airings_json(const Presentation& channel, Instant now, std::string_view prefix);

// How many coming airings the list of channels tells of, and a channel's own page.
inline constexpr std::size_t kNextInList = 2;
inline constexpr std::size_t kNextOfChannel = 5;

// A channel: where it is, what is on, and up to `most_next` of what is next.
nlohmann::json channel_json(const Presentation& channel, Instant now, std::size_t most_next,
                            std::string_view prefix);

// An entry that can be watched from beginning to end.
nlohmann::json entry_json(const Presentation& entry, std::string_view prefix);

// "languages" of a channel or an entry: what subtitles it has, [{"tag", "name"}].
nlohmann::json languages_json(const Presentation& presentation);

// The film called `entry_id`, if the channel shows it at `now` or viewers can still go back to it;
// else null.
const Film* film_to_go_back_to(const Presentation& channel, std::string_view entry_id, Instant now);

}  // namespace matinee::http
