// What a channel shows and is going to show, and what is wrong with what is planned for it: as the
// API answers it, and the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/control_room.h"
#include "app/workspace.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// [from, to)
struct Period {
    Instant from;
    Instant to;
};

// An hour ago to six hours from now: of a rundown, unless said.
Period usual_period(Instant now);

// Rundown: what has been on, is on, and comes, as it is planned now. Up to a thousand airings.
// kInvalid for a period of more than two days.
Result<nlohmann::json> rundown_json(store::Store& store, const store::Channel& channel,
                                    const Period& period, Instant now);

// kInvalid beyond what one can foresee.
Result<void> expect_foreseeable(Instant instant, Instant now);

// SchedulePlan: what the channel shows when, by its schedule, or as if `wanted` were published now.
// kInvalid for a period of more than nine days, or one that ends more than a month ahead.
Result<nlohmann::json> foresee(ControlRoom& room, store::Store& store, const std::string& channel,
                               const std::optional<store::Schedule>& wanted, const Period& period,
                               Instant now);

// What is wrong with a schedule and the newest versions of what it plays: what is checked is what
// would be published.
Result<std::vector<playout::Finding>> check_drafts(ControlRoom& room, store::Store& store,
                                                   const store::Schedule& schedule,
                                                   const store::Channel& channel,
                                                   const std::vector<std::string>& languages,
                                                   std::optional<Instant> until = std::nullopt);

struct PlaylistCheck {
    store::Channel channel;  // for which it was checked
    std::vector<playout::Finding> findings;
};

// What is wrong with a playlist's newest version on the channel `on`, or else on the first one that
// plays it (kConflict when none does). On one that does not it is checked as if that looped it.
Result<PlaylistCheck> check_playlist(ControlRoom& room, store::Store& store,
                                     const std::string& playlist, const std::string& on,
                                     const std::vector<std::string>& languages);

// Channel: what is on and what comes next, made from the data folder, without a server. What cannot
// be opened is told of by its name only, and what comes after one of which not even the length is
// known is left out.
Result<nlohmann::json> channel_now_json(Workspace& workspace, const store::Channel& channel,
                                        std::size_t most_next, Instant now);

}  // namespace matinee::app
