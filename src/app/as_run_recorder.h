// Writes down what has been on the air, while it happens.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "library/manifest.h"
#include "playout/as_run.h"
#include "store/store.h"

namespace matinee::app {

// What the rundown says of an airing.
playout::AsRunRecord record_of(const store::Channel& channel, const playout::Airing& airing);

// And what is known of its media, which lasts `duration`. `whole`: how long the entry's plain film
// is, of which an ending shows a part; nothing when that is not known.
void describe_media(playout::AsRunRecord& record, const library::Manifest& manifest, Ticks duration,
                    std::optional<Ticks> whole);

// An airing is written to the as-run log when it has ended: from then on nothing can change it any
// more. What a rundown says of a time when no server ran is marked as such: a proof of screening
// must not claim what nobody can have been sent.
//
// Thread-bound.
class AsRunRecorder {
  public:
    // Fills in what is known of an airing besides its row: texts, source, rate, duration.
    using Describe = std::function<playout::AsRunRecord(const playout::Airing&)>;

    // `store` must outlive the recorder.
    explicit AsRunRecorder(store::Store& store) : store_(store) {}

    // Writes down the channel's airings that have ended at `now`. Cheap when none has: ask often.
    Result<void> record(const store::Channel& channel, Instant now, const Describe& describe);

    // Up to where airings are written down, in ticks since the channel's epoch: what lies before
    // may be forgotten. Nothing before the first record().
    [[nodiscard]] std::optional<Ticks> recorded_until(const std::string& channel_id) const;

    // Something has happened to an airing.
    Result<void> mark(const store::Channel& channel, std::int64_t ordinal,
                      const playout::AsRunMark& mark) {
        return store_.mark_as_run(channel, std::vector<store::AiringMark>{{ordinal, mark}});
    }

    // The server runs, and all channels have been seen to: to be said again and again.
    Result<void> alive(Instant now);

  private:
    // The time before this process when no server is known to have run.
    struct Gap {
        Instant from;
        Instant to;
    };
    struct State {
        Instant epoch;          // tells the channel from an earlier one of its name
        Instant known_since{};  // nothing has been written down of the time before
        Ticks until{0};         // written down up to here
        Instant next{};         // when an airing ends next
        bool gap_marked = false;
    };

    Result<void> look_back(Instant now);
    Result<State> open(const store::Channel& channel, Instant now);
    Result<void> mark_gap(const store::Channel& channel);

    store::Store& store_;
    std::map<std::string, State> states_;  // by channel
    bool looked_back_ = false;
    std::optional<Gap> gap_;
    Instant said_alive_{};
};

}  // namespace matinee::app
