#include "app/as_run_log.h"

#include <algorithm>
#include <limits>

#include "playout/rundown.h"

namespace matinee::app {

Result<SigningKey> AsRunLog::key() {
    const std::lock_guard lock(mutex_);
    if (!key_) key_ = TRY(SigningKey::open(signing_folder(data_)));
    return *key_;
}

// Where the first airing begins that is not written down yet; `now` when there is none.
Result<Instant> AsRunLog::complete_until(const std::string& channel_id, Instant now) {
    Instant until = now;
    for (const store::Channel& channel : TRY(store_.list_channels())) {
        if (!channel_id.empty() && channel.id != channel_id) continue;
        const auto last = TRY(store_.last_as_run(channel));
        const Ticks from = last ? last->end() : Ticks(std::numeric_limits<std::int64_t>::min());
        const auto open =
            TRY(store_.list_airings(channel.id, from, playout::ticks_since(channel.epoch, now)));
        if (open.empty()) continue;
        until = std::min(until, playout::instant_of(channel.epoch, open.front().start));
    }
    return until;
}

Result<AsRunReport> AsRunLog::report(const http::AsRunQuery& query) {
    AsRunReport report;
    report.made = clock_.now();
    report.generator = "matinee " MATINEE_VERSION;
    report.channel_id = query.channel_id;
    report.entry_id = query.entry_id;
    report.from = query.from;
    if (query.from && query.to && *query.from >= *query.to) {
        return fail(ErrorCode::kInvalid, "the period ends ({}) before it begins ({})",
                    base::to_rfc3339(*query.to), base::to_rfc3339(*query.from));
    }
    report.to = TRY(complete_until(query.channel_id, report.made));
    if (query.to) report.to = std::min(report.to, *query.to);
    report.records = TRY(store_.list_as_run({.channel_id = query.channel_id,
                                             .entry_id = query.entry_id,
                                             .from = query.from,
                                             .to = report.to}));
    if (!report.records.empty()) return report;
    // Nothing on record: because there was nothing, or because of a slip of the pen?
    if (!query.channel_id.empty()) TRY(store_.find_channel(query.channel_id));
    if (!query.entry_id.empty()) TRY(store_.find_entry(query.entry_id));
    return report;
}

Result<std::string> AsRunLog::json(const http::AsRunQuery& query) {
    const AsRunReport made = TRY(report(query));
    const SigningKey signer = TRY(key());
    return signed_json(made, signer);
}

Result<http::AsRunCsv> AsRunLog::csv(const http::AsRunQuery& query) {
    const AsRunReport made = TRY(report(query));
    const SigningKey signer = TRY(key());
    SignedCsv document = TRY(signed_csv(made, signer));
    return http::AsRunCsv{std::move(document.csv), std::move(document.signature), made.to};
}

Result<std::string> AsRunLog::public_key() {
    const SigningKey opened = TRY(key());
    return opened.public_pem();
}

}  // namespace matinee::app
