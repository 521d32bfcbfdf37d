// From stored playlists and schedules to what the playout core plans with.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/presentation.h"
#include "playout/schedule.h"
#include "store/store.h"

namespace matinee::app {

// The playlists that a channel's schedule, or the channel without one, plays. Each once.
std::vector<std::string> playlists_of(const store::Schedule& schedule,
                                      const store::Channel& channel);

// What a playlist's items show, in order; empty for a live source, which nothing plays yet.
std::vector<std::string> entries_of(const store::Playlist& playlist);

playout::Programme programme_of(const http::Film& film, std::span<const library::Rung> ladder);

// The same of an entry whose prepared files are not at hand, from what the store knows of them;
// without fingerprint. Nothing when the store does not know enough.
std::optional<playout::Programme> planned_programme(const store::Entry& entry,
                                                    const store::Media& media,
                                                    std::uint32_t gops_per_segment);

struct PlanInput {
    const store::Schedule& schedule;  // of version 0: the channel's playlist, round and round
    const store::Channel& channel;
    const std::map<std::string, std::vector<std::string>>& playlists;  // entries, by playlist
    // What may be shown of an entry; nothing when it is not ready.
    std::function<std::optional<playout::Programme>(const std::string& entry)> programme;
    Instant until;  // how far the plan has to reach
};

// Fixed starts are resolved a day beyond `until`. kInvalid names a time or zone that makes no
// sense.
Result<playout::Schedule> plan(const PlanInput& input);

}  // namespace matinee::app
