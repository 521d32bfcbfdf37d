#include "app/channel_removal.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "app/as_run_recorder.h"
#include "playout/rundown.h"

namespace matinee::app {

namespace {

constexpr std::chrono::seconds kHeadStart{60};

// An airing for the as-run log, as the library and the database know it.
playout::AsRunRecord as_shown(store::Store& store, library::Library& library,
                              const store::Channel& channel, const playout::Airing& airing) {
    playout::AsRunRecord record = record_of(channel, airing);
    const auto entry = store.find_entry(airing.entry_id);
    if (entry) {
        record.titles = entry->titles;
        record.author = entry->author;
        record.country = entry->country;
        if (entry->media_id == airing.media_id) record.source_sha256 = entry->media_source_sha256;
    }
    // What is being prepared, or whose files are gone, is described by what there is.
    const auto media = library.media(airing.media_id);
    if (!media) return record;
    const auto duration = [](const library::PreparedEntry& prepared) {
        return prepared.manifest().frame_rate.start_of(prepared.manifest().frame_count);
    };
    std::optional<Ticks> whole;
    if (entry) {
        if (const auto plain = library.media(entry->media_id)) whole = duration(**plain);
    }
    describe_media(record, (*media)->manifest(), duration(**media), whole);
    return record;
}

}  // namespace

Result<Instant> new_epoch(store::Store& store, const std::string& id, Instant now) {
    using std::chrono::seconds;
    Instant epoch = std::chrono::floor<seconds>(now) - kHeadStart;
    for (const store::FormerChannel& former : TRY(store.list_former_channels())) {
        if (former.id != id) continue;
        epoch = std::max<Instant>(epoch, std::chrono::ceil<seconds>(former.removed));
    }
    return epoch;
}

Result<std::optional<playout::Airing>> shown_at(store::Store& store, const store::Channel& channel,
                                                Instant now) {
    const Ticks tick = playout::ticks_since(channel.epoch, now);
    auto airings = TRY(store.list_airings(channel.id, tick, tick + Ticks(1)));
    if (airings.empty()) return std::optional<playout::Airing>();
    return std::optional(std::move(airings.front()));
}

Result<void> remove_channel(store::Store& store, library::Library& library,
                            const base::Clock& clock, const store::Channel& known,
                            const std::string& actor) {
    const Instant now = clock.now();
    const Ticks tick = playout::ticks_since(known.epoch, now);
    // As a server does it: what has ended, and that no server ran for a while where none did.
    AsRunRecorder recorder(store);
    TRY(recorder.record(known, now, [&](const playout::Airing& airing) {
        return as_shown(store, library, known, airing);
    }));
    const bool ever_served = TRY(store.last_alive())
    .has_value();
    const auto last = TRY(store.last_as_run(known));
    const Ticks from = last ? last->end() : Ticks(std::numeric_limits<std::int64_t>::min());
    std::vector<playout::AsRunRecord> shown;
    for (const playout::Airing& airing : TRY(store.list_airings(known.id, from, tick))) {
        playout::AsRunRecord record = as_shown(store, library, known, airing);
        if (airing.end() > tick) {
            record.duration = tick - airing.start;
            record.marks.push_back(
                {now, std::string(playout::kCutShort), "the channel was removed"});
        }
        if (!ever_served) {
            record.marks.push_back(
                {record.starts_at(), std::string(playout::kOffAir), "no server has ever run"});
        }
        shown.push_back(std::move(record));
    }
    return store.remove_channel(known, shown, actor);
}

}  // namespace matinee::app
