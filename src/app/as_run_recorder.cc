#include "app/as_run_recorder.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "base/log.h"
#include "playout/rundown.h"

namespace matinee::app {

namespace {

// How often the server says that it runs, and after what silence it has not.
constexpr std::chrono::seconds kAliveEvery{10};
constexpr std::chrono::seconds kSilence{30};

// How soon a channel that has nothing on is looked at again.
constexpr std::chrono::seconds kOffAirLook{5};

}  // namespace

playout::AsRunRecord record_of(const store::Channel& channel, const playout::Airing& airing) {
    playout::AsRunRecord record;
    record.channel_id = channel.id;
    record.epoch = channel.epoch;
    record.ordinal = airing.ordinal;
    record.entry_id = airing.entry_id;
    record.media_id = airing.media_id;
    record.subtitles_id = airing.subtitles_id;
    record.start = airing.start;
    record.duration = airing.duration;
    return record;
}

void describe_media(playout::AsRunRecord& record, const library::Manifest& manifest, Ticks duration,
                    std::optional<Ticks> whole) {
    record.source_sha256 = manifest.source_sha256;
    record.rate = manifest.frame_rate;
    record.media_duration = duration;
    record.in = manifest.variant.trim.in;
    record.out = manifest.variant.trim.out;
    if (manifest.variant.fade_frames == 0) return;
    // It was made to be over early: what it is an ending of is what was not shown whole.
    record.media_duration.reset();
    if (whole) {
        record.media_duration = *whole - manifest.frame_rate.start_of(manifest.variant.trim.in);
    }
}

Result<void> AsRunRecorder::look_back(Instant now) {
    if (looked_back_) return {};
    const auto alive = TRY(store_.last_alive());
    if (alive && now - *alive > kSilence) {
        gap_ = Gap{*alive, now};
        log::warning("no server ran for a while; the as-run log says so",
                     {{"from", base::to_rfc3339(*alive)}, {"to", base::to_rfc3339(now)}});
    }
    looked_back_ = true;
    return {};
}

Result<AsRunRecorder::State> AsRunRecorder::open(const store::Channel& channel, Instant now) {
    State state;
    state.epoch = channel.epoch;
    if (const auto last = TRY(store_.last_as_run(channel))) {
        state.until = last->end();
    } else {
        state.until = Ticks(std::numeric_limits<std::int64_t>::min());
        state.known_since = now;
    }
    return state;
}

// At once and not when the airings end: should this process not live so long, the next one knows
// of its own gap only.
Result<void> AsRunRecorder::mark_gap(const store::Channel& channel) {
    if (!gap_) return {};
    const auto airings =
        TRY(store_.list_airings(channel.id, playout::ticks_since(channel.epoch, gap_->from),
                                playout::ticks_since(channel.epoch, gap_->to)));
    const std::string detail =
        fmt::format("no server is known to have run from {} to {}", base::to_rfc3339(gap_->from),
                    base::to_rfc3339(gap_->to));
    std::vector<store::AiringMark> marks;
    for (const playout::Airing& airing : airings) {
        const Instant start = playout::instant_of(channel.epoch, airing.start);
        marks.push_back(
            {airing.ordinal, {std::max(start, gap_->from), std::string(playout::kOffAir), detail}});
    }
    return store_.mark_as_run(channel, marks);
}

Result<void> AsRunRecorder::record(const store::Channel& channel, Instant now,
                                   const Describe& describe) {
    TRY(look_back(now));
    auto found = states_.find(channel.id);
    if (found == states_.end() || found->second.epoch != channel.epoch) {
        found = states_.insert_or_assign(channel.id, TRY(open(channel, now))).first;
    }
    State& state = found->second;
    if (!state.gap_marked) {
        TRY(mark_gap(channel));
        state.gap_marked = true;
    }
    if (now < state.next) return {};
    const Ticks tick = playout::ticks_since(channel.epoch, now);
    const auto airings = TRY(store_.list_airings(channel.id, state.until, tick));
    std::vector<playout::AsRunRecord> records;
    state.next = now + kOffAirLook;
    for (const playout::Airing& airing : airings) {
        if (airing.end() > tick) {
            state.next = playout::instant_of(channel.epoch, airing.end());
            break;
        }
        playout::AsRunRecord record = describe(airing);
        if (record.ends_at() < state.known_since) {
            // A channel whose time began in the past, or a database from before there was a log.
            record.marks.push_back({record.starts_at(), std::string(playout::kOffAir),
                                    fmt::format("nothing is known of the time before {}",
                                                base::to_rfc3339(state.known_since))});
        }
        records.push_back(std::move(record));
    }
    if (records.empty()) return {};
    TRY(store_.append_as_run(records));
    state.until = records.back().end();
    return {};
}

std::optional<Ticks> AsRunRecorder::recorded_until(const std::string& channel_id) const {
    const auto found = states_.find(channel_id);
    if (found == states_.end()) return std::nullopt;
    return found->second.until;
}

Result<void> AsRunRecorder::alive(Instant now) {
    if (!looked_back_ || (now >= said_alive_ && now - said_alive_ < kAliveEvery)) return {};
    TRY(store_.set_alive(now));
    said_alive_ = now;
    return {};
}

}  // namespace matinee::app
