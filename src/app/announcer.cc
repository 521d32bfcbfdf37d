#include "app/announcer.h"

#include <algorithm>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/json_line.h"
#include "base/log.h"

namespace matinee::app {

namespace {

using nlohmann::json;

// What one row of the journal says; jobs tell how far they are.
Result<http::Event> event_of(store::Store& store, const store::JournalEntry& row) {
    http::Event event{row.sequence, row.kind, json_line({{"id", row.subject}}), ""};
    if (row.kind == "channel" || row.kind == "schedule" || row.kind == "rundown") {
        event.channel = row.subject;
    }
    if (row.kind != "job") return event;
    const auto job = store.find_job(row.subject);
    if (!job && job.error().code() != ErrorCode::kNotFound) return Unexpected(Error(job.error()));
    if (job) {
        event.data =
            json_line({{"id", job->id},
                       {"entry", job->entry_id},
                       {"variant", job->variant.empty() ? json(nullptr) : json(job->variant)},
                       {"state", to_string(job->state)},
                       {"stage", job->stage},
                       {"fraction", std::clamp(job->fraction, 0.0, 1.0)},
                       {"reason", job->reason}});
    }
    return event;
}

// Until when airing_event() says the same of this presentation.
Instant end_of_airing(const http::Presentation& channel, Instant now) {
    const auto& airings = channel.rundown().airings();
    const auto current = channel.rundown().airing_at(channel.ticks_at(now));
    if (!current) return now;  // nothing is on yet, or no longer: look again
    return playout::instant_of(channel.settings().epoch, airings[*current].end());
}

}  // namespace

http::Event airing_event(const http::Presentation& channel, Instant now) {
    const auto& airings = channel.rundown().airings();
    const auto describe = [&](std::optional<std::size_t> index) -> json {
        if (!index || *index >= airings.size()) return nullptr;
        const playout::Airing& airing = airings[*index];
        const Instant epoch = channel.settings().epoch;
        return {{"ordinal", airing.ordinal},
                {"entry", airing.entry_id},
                {"title", channel.credits(*index).titles},
                {"role", playout::to_string(airing.place.role)},
                {"start", base::to_rfc3339(playout::instant_of(epoch, airing.start))},
                {"end", base::to_rfc3339(playout::instant_of(epoch, airing.end()))}};
    };
    const auto current = channel.rundown().airing_at(channel.ticks_at(now));
    const std::string& id = channel.settings().id;
    const json value{{"channel", id},
                     {"now", describe(current)},
                     {"next", current ? describe(*current + 1) : json(nullptr)}};
    return {0, "airing", json_line(value), id};
}

Announcer::Announcer(store::Store& store, const http::OnAir& on_air, const base::Clock& clock,
                     http::EventHub& hub, Options options)
    : store_(store), on_air_(on_air), clock_(clock), hub_(hub), options_(options) {}

Result<std::unique_ptr<Announcer>> Announcer::start(store::Store& store, const http::OnAir& on_air,
                                                    const base::Clock& clock, http::EventHub& hub,
                                                    Options options) {
    std::unique_ptr<Announcer> announcer(new Announcer(store, on_air, clock, hub, options));
    // Clients that come back after a restart of the server are told what they have missed, as far
    // as the journal goes; not more than a hub keeps.
    constexpr std::int64_t kRecent = 500;
    const std::int64_t end = TRY(store.journal_end());
    announcer->seen_ = std::max<std::int64_t>(0, end - kRecent);
    hub.start_after(announcer->seen_);
    TRY(announcer->read_journal());
    hub.on_listener([&on_air, &clock] {
        std::vector<http::Event> events;
        for (const auto& channel : on_air.channels())
            events.push_back(airing_event(*channel, clock.now()));
        return events;
    });
    announcer->look_at_channels();
    announcer->thread_ = std::thread([self = announcer.get()] { self->run(); });
    return announcer;
}

Announcer::~Announcer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wakeup_.notify_all();
    if (thread_.joinable()) thread_.join();
    hub_.on_listener(nullptr);
}

void Announcer::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wakeup_.notify_all();
}

void Announcer::run() {
    bool failing = false;
    std::unique_lock lock(mutex_);
    while (true) {
        wakeup_.wait_for(lock, options_.poll, [this] { return stopping_ || woken_; });
        if (stopping_) return;
        woken_ = false;
        lock.unlock();
        const auto read = read_journal();
        if (!read && !failing) {
            log::error("listeners cannot be told of changes",
                       {{"reason", read.error().to_string()}});
        }
        failing = !read;
        look_at_channels();
        lock.lock();
    }
}

Result<void> Announcer::read_journal() {
    constexpr std::size_t kAtOnce = 500;
    while (true) {
        const auto rows = TRY(store_.list_journal(seen_, kAtOnce));
        // Of several changes of one thing the last one tells all.
        std::set<std::pair<std::string, std::string>> told;
        std::vector<http::Event> events;
        for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
            if (!told.emplace(row->kind, row->subject).second) continue;
            events.push_back(TRY(event_of(store_, *row)));
        }
        for (auto event = events.rbegin(); event != events.rend(); ++event)
            hub_.publish(std::move(*event));
        if (!rows.empty()) seen_ = rows.back().sequence;
        if (rows.size() < kAtOnce) break;
    }
    if (seen_ - pruned_ > 2 * options_.kept) {
        TRY(store_.prune_journal(seen_ - options_.kept));
        pruned_ = seen_ - options_.kept;
    }
    return {};
}

void Announcer::look_at_channels() {
    const Instant now = clock_.now();
    std::map<std::string, Said, std::less<>> present;
    for (auto& channel : on_air_.channels()) {
        auto before = said_.extract(channel->settings().id);
        // Told of every channel every 300 ms: only what may have changed is put into words.
        if (before && before.mapped().channel == channel && now < before.mapped().until) {
            present.insert(std::move(before));
            continue;
        }
        http::Event event = airing_event(*channel, now);
        const std::string id = event.channel;
        const std::string data = event.data;
        const Instant until = end_of_airing(*channel, now);
        if (!before || before.mapped().data != data) hub_.publish(std::move(event));
        present.emplace(id, Said{std::move(channel), until, data});
    }
    said_ = std::move(present);
}

}  // namespace matinee::app
