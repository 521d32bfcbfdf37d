// Making cards: from a template and what is to stand on it to an entry with a job.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "prepare/cards.h"
#include "store/store.h"

namespace matinee::app {

inline constexpr std::string_view kCountdownTemplate = "countdown";

struct CardRequest {
    std::string id;
    std::string card_template = "title";
    std::vector<prepare::CardText> titles;  // at most three; the first is the largest
    std::string author;
    std::string country;
    std::chrono::milliseconds duration{5000};
    store::EntryKind kind = store::EntryKind::kCard;
};

// How long a card of that template lasts unless somebody says: a countdown a minute.
std::chrono::milliseconds usual_duration(std::string_view card_template);

// "ru=Бумажные кораблики", or a text in no language.
prepare::CardText card_text(const std::string& argument);

// Takes titles, author and country from an entry, where the request has none.
Result<void> fill_card_from(store::Store& store, const std::string& entry, CardRequest& request);

// Fills in the template, keeps it in the data folder, and queues its preparation. An id that there
// is already becomes this card, unless it is a film's (kConflict); nothing happens when it is the
// same card already.
Result<void> make_card(Workspace& workspace, const CardRequest& request);

// Sees to it that there is a slate in the present house format. Returns its id.
Result<std::string> make_slate(Workspace& workspace);

}  // namespace matinee::app
