// From stored playlists and schedules to what the playout core plans with.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/presentation.h"
#include "library/variant.h"
#include "playout/schedule.h"
#include "store/store.h"

namespace matinee::app {

// The playlists that a channel's schedule, or the channel without one, plays. Each once.
std::vector<std::string> playlists_of(const store::Schedule& schedule,
                                      const store::Channel& channel);

// What an item of a playlist shows.
struct PlayedItem {
    std::string entry;   // empty: a live source, which nothing plays yet
    library::Trim trim;  // which of its frames
    // What is done while that part is not prepared.
    store::Untrimmed untrimmed = store::Untrimmed::kSkip;

    bool operator==(const PlayedItem&) const = default;
};
PlayedItem played(const store::PlaylistItem& item);
std::vector<PlayedItem> played_items(const store::Playlist& playlist);

// By playlist, in order.
using PlayedItems = std::map<std::string, std::vector<PlayedItem>>;

// The variant (Variant::description) that shows the part of an entry with subtitles drawn as
// `burn_in` wishes; empty for the plain film. `subtitles` may be null.
Result<std::string> wanted_variant(const library::SubtitleSet* subtitles,
                                   const std::vector<library::SubtitleChoice>& burn_in,
                                   const library::Trim& trim);

// The one of `variants` that is that one of that preparation; null when it was not asked for.
const store::Variant* find_variant(std::span<const store::Variant> variants,
                                   const std::string& entry, const std::string& plain_media,
                                   const std::string& description);

// What is wrong with an item's in and out points, for a producer; empty when nothing is, or when it
// is not known yet how long the entry is.
Result<std::string> why_bad(store::Store& store, const PlayedItem& item);

playout::Programme programme_of(const http::Film& film, std::span<const library::Rung> ladder);

// The same of an entry whose prepared files are not at hand, from what the store knows of them;
// without fingerprint. Nothing when the store does not know enough.
std::optional<playout::Programme> planned_programme(const store::Entry& entry,
                                                    const store::Media& media,
                                                    std::uint32_t gops_per_segment);

// What ends `whole` (which shows `shown` of its entry) faded out over `fade`: those of `variants`,
// of the preparation `plain_media`, that are ready and that `open` can open.
std::vector<playout::Ending> endings_of(
    const playout::Programme& whole, const library::Variant& shown,
    std::span<const store::Variant> variants, const std::string& plain_media,
    std::chrono::milliseconds fade,
    const std::function<std::optional<playout::Programme>(const store::Variant&)>& open);

// The variant (Variant::description) that ends such a programme after `frames` of its frames.
std::string ending_variant(const library::Variant& shown, std::int64_t frames,
                           media::FrameRate rate, std::chrono::milliseconds fade);

// The entry that counts down to a block's start; empty when none does.
std::string countdown_of(const store::Schedule& schedule, const store::ScheduleBlock& block);

// Whether the slate, fillers and countdowns of a schedule are there: kNotFound names what is not,
// kInvalid a film that is to count down.
Result<void> expect_entries(store::Store& store, const store::Schedule& schedule);

struct PlanInput {
    const store::Schedule& schedule;  // of version 0: the channel's playlist, round and round
    const store::Channel& channel;
    const PlayedItems& playlists;
    // What may be shown of an item; nothing when it is not ready.
    std::function<std::optional<playout::Programme>(const PlayedItem& item)> programme;
    Instant until;  // how far the plan has to reach
    // The server's own slate, an entry, for holds of a channel that has none; empty: there is none.
    std::string own_slate = {};
    // The endings that are ready of what is shown of an item.
    std::function<std::vector<playout::Ending>(const PlayedItem& item,
                                               const playout::Programme& whole)>
        endings = {};
};

// Fixed starts are resolved a day beyond `until`. kInvalid names a time or zone that makes no
// sense.
Result<playout::Schedule> plan(const PlanInput& input);

}  // namespace matinee::app
