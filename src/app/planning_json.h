// Playlists and schedules as JSON: for the API and for the command line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// {"kind": "entry", "entry": "...", "in": 0, "out": 250, "untrimmed": "skip"}; "out" only when it
// is set.
nlohmann::json item_json(const store::PlaylistItem& item);

// Likewise, where all but "entry" may be left out. kInvalid names what is wrong.
Result<store::PlaylistItem> item_from(const nlohmann::json& value);

// {"version", "slate", "fillers", "countdown", "fade", "blocks": [{"id", "playlist", "passes",
// "start", "zone", "repeats", "until", "overrun", "countdown"}]}
nlohmann::json schedule_json(const store::Schedule& schedule);

// Likewise; `version` and what is empty may be left out. kInvalid names what is wrong.
Result<store::Schedule> schedule_from(const nlohmann::json& value, const std::string& channel,
                                      std::int64_t present);

// What a channel plays by until a publication that waits for its time (Store::edits_before).
struct PlannedBefore {
    store::Schedule schedule;
    std::map<std::string, std::int64_t> playlists;  // versions, by id
};

std::string text_of(const PlannedBefore& before);
// kInvalid for what text_of() has not written.
Result<PlannedBefore> planned_before(const std::string& text, const std::string& channel);

}  // namespace matinee::app
