// On-air commands and publications, carried out on the store while a server runs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/broadcaster.h"
#include "app/channel_settings.h"
#include "app/planning.h"
#include "app/planning_json.h"
#include "base/clock.h"
#include "base/result.h"
#include "library/library.h"
#include "playout/check.h"
#include "playout/control.h"
#include "store/store.h"

namespace matinee::app {

// Thread-bound. What it does to a rundown, servers take up at their next look at the store.
class ControlRoom {
  public:
    // All arguments must outlive it. `options` as the servers have them.
    ControlRoom(store::Store& store, library::Library& library, const base::Clock& clock,
                BroadcasterOptions options)
        : store_(store), library_(library), clock_(clock), options_(std::move(options)) {}

    struct Done {
        Instant at;                         // from when on viewers see it
        std::vector<std::string> left_out;  // entries put in by hand before that have no place now
    };
    using Command = std::function<Result<playout::Edit>(const playout::OnAir&, playout::Moment)>;

    // Carries a command (playout/control.h) out. kConflict when somebody else changed the rundown
    // again and again at the same time.
    Result<Done> perform(const std::string& channel, const Command& command);

    // What may be put on the air of an entry now. kNotFound, or kConflict when it is not ready.
    Result<playout::Programme> programme(const std::string& entry);

    // The command that puts an entry on the air: playout::insert_next or replace. Besides their
    // errors: kNotFound, or kConflict when it is not ready or may not be shown then.
    using PutOn = Result<playout::Edit> (*)(const playout::OnAir&, playout::Moment,
                                            const playout::Programme&);
    Result<Command> putting_on(const std::string& channel, const std::string& entry, PutOn how);

    // How it is with an item of a playlist.
    enum class ItemReadiness : std::uint8_t {
        kReady,
        kWaits,  // the entry, or that part of it, is being prepared
        kBad,    // it never will be: no such entry, in and out points that make no sense
    };
    struct ItemState {
        ItemReadiness readiness = ItemReadiness::kReady;
        std::string why;  // for a producer; empty when it is ready
    };
    // One an item, in order.
    Result<std::vector<ItemState>> item_states(const store::Playlist& playlist);

    // Publishes version `version` of a playlist on every channel that plays it, in one transaction,
    // and says what that changes on each. kConflict unless `expected` is the published version;
    // kInvalid, naming the item, for in and out points that make no sense.
    struct Published {
        std::string channel;
        Instant epoch;
        playout::Publication plan;
        std::vector<playout::Finding> errors = {};  // that check() finds in what is published
    };
    enum class Mode : std::uint8_t { kDryRun, kCommit };
    Result<std::vector<Published>> publish(const std::string& playlist, std::int64_t version,
                                           std::int64_t expected, playout::From from, Instant at,
                                           Mode mode);

    // The same for a channel's schedule; its version must be the present one.
    Result<Published> publish(const store::Schedule& schedule, playout::From from, Instant at,
                              Mode mode);

    // What is wrong with it, looking ahead until then, or else as far as rundowns are made.
    // `languages`: what every item ought to have subtitles in; kInvalid for what is none.
    Result<std::vector<playout::Finding>> check(const store::Schedule& schedule,
                                                const std::vector<store::Playlist>& drafts,
                                                const std::vector<std::string>& languages,
                                                std::optional<Instant> until = std::nullopt);

    // The airings that overlap [from, to): what has been on, what is planned, and beyond that what
    // follows from the schedule. With `wanted`, as if that were published now, after what is on.
    Result<std::vector<playout::Airing>> foresee(const std::string& channel,
                                                 const std::optional<store::Schedule>& wanted,
                                                 Instant from, Instant to);

  private:
    using FilmPtr = std::shared_ptr<const http::Film>;
    // A channel's rundown from what is on (and the day before), and what it plays by.
    struct Desk {
        store::Channel channel;
        std::int64_t edits = 0;
        std::vector<playout::Airing> rows;
        std::vector<playout::Programme> programmes;  // one a row
        playout::Schedule schedule;
    };
    // For the as-run log: the airing that an edit ends before its time.
    struct EndedEarly {
        store::Channel channel;
        store::AiringMark mark;
    };
    // What is known of a playlist's items, for check().
    Result<std::vector<playout::ItemFacts>> facts_of(const store::Playlist& playlist,
                                                     const std::vector<std::string>& languages,
                                                     Instant epoch);
    Result<std::vector<playout::Finding>> errors_of(const store::Schedule& schedule,
                                                    const std::vector<store::Playlist>& drafts);
    static std::optional<EndedEarly> ended_early(const Desk& desk, const playout::Edit& edit,
                                                 std::string_view why);
    void tell_log(const std::optional<EndedEarly>& ended);
    // What publishing the schedule with these drafts changes, ready to be written.
    struct Plan {
        Published published;
        store::ChannelEdit edit;
        std::optional<EndedEarly> ended;
    };
    // A publication that was made for a time that is still to come.
    struct Waiting {
        Ticks at{0};
        PlannedBefore before;
    };
    // Nothing when there is none that matters after `seen`.
    Result<std::optional<Waiting>> waiting(const store::Channel& channel, Ticks seen);
    // What the channel plays by now.
    Result<PlannedBefore> present_plan(const store::Channel& channel);
    Result<Desk> sit_down(const PlannedBefore& before, Instant now);
    // `edit`, and from the first start at `at` or later what `desk` plays by.
    Result<playout::Edit> joined(const Desk& desk, playout::Edit edit, Ticks at, Instant now);
    std::optional<playout::Programme> programme_of_row(const playout::Airing& row);
    bool supersedes(const Waiting& waits, const store::Schedule& schedule,
                    const std::vector<store::Playlist>& drafts, bool anew);
    // What is published for later counts from then on, what is published now until then as well.
    Result<void> plan_around(const Waiting& waits, const store::Schedule& schedule,
                             const std::vector<store::Playlist>& drafts, const Desk& desk,
                             playout::From from, Instant now, Plan& plan);
    Result<Plan> plan_publication(const store::Schedule& schedule,
                                  const std::vector<store::Playlist>& drafts, playout::From from,
                                  Instant at);
    // Its schedule is known until `until`, if that is later than the rundown is made for.
    Result<Desk> sit_down(const store::Schedule& schedule,
                          const std::vector<store::Playlist>& drafts, Instant now,
                          Instant until = {});
    // As it would be kept: the next version, where blocks that begin as before do so since then.
    Result<store::Schedule> successor(const store::Schedule& schedule);
    Result<FilmPtr> film(const std::string& entry, const std::string& media,
                         const std::string& subtitles);
    Result<playout::Programme> programme(const PlayedItem& item, const ChannelSettings& wishes,
                                         std::span<const store::Variant> variants);
    std::optional<playout::Programme> planned_programme(const std::string& entry,
                                                        const std::string& media);
    bool has_slate(const store::Schedule& schedule);
    Result<playout::Rundown> rundown(const Desk& desk) const;
    [[nodiscard]] playout::Moment moment(const Desk& desk, Instant now) const;
    [[nodiscard]] Ticks until(const Desk& desk, Instant now) const;

    store::Store& store_;
    library::Library& library_;
    const base::Clock& clock_;
    const BroadcasterOptions options_;
    std::map<std::string, FilmPtr> films_;  // by media and subtitles
};

}  // namespace matinee::app
