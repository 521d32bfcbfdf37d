// Preparation jobs: rows that processes sharing the database take with leases.
#include <atomic>
#include <random>

#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

std::string_view to_string(JobState state) {
    switch (state) {
        case JobState::kQueued:
            return "queued";
        case JobState::kRunning:
            return "running";
        case JobState::kDone:
            return "done";
        case JobState::kFailed:
            return "failed";
        case JobState::kCancelled:
            return "cancelled";
    }
    return "queued";
}

std::string make_id(Instant now) {
    static std::atomic<std::uint16_t> counter{0};
    std::random_device chance;
    return fmt::format("{:011x}{:04x}{:08x}", now.time_since_epoch().count(),
                       counter.fetch_add(1, std::memory_order_relaxed), chance());
}

namespace {

constexpr std::array kJobStates{JobState::kQueued, JobState::kRunning, JobState::kDone,
                                JobState::kFailed, JobState::kCancelled};

// Appends `rest` to a query on jobs. `text` and `number` are bound to it, in this order, unless
// null.
Result<std::vector<Job>> query_jobs(soci::session& sql, std::string_view rest,
                                    const std::string* text, const Int* number) {
    Job row;
    std::string state;
    std::string kind;
    Int lease = 0;
    int cancel = 0;
    Int created = 0;
    Int started = 0;
    Int finished = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT id, entry_id, source_path, source_sha256, state, stage, fraction, "
                    "attempts, crashes, worker, lease_until_ms, cancel_requested, reason, "
                    "created_ms, started_ms, finished_ms, variant, plain_media_id, subtitles_id, "
                    "(SELECT kind FROM entries WHERE entries.id = jobs.entry_id) FROM jobs {}",
                    rest));
    if (text) statement.exchange(use(*text));
    if (number) statement.exchange(use(*number));
    statement.exchange(into(row.id));
    statement.exchange(into(row.entry_id));
    statement.exchange(into(row.source_path));
    statement.exchange(into(row.source_sha256));
    statement.exchange(into(state));
    statement.exchange(into(row.stage));
    statement.exchange(into(row.fraction));
    statement.exchange(into(row.attempts));
    statement.exchange(into(row.crashes));
    statement.exchange(into(row.worker));
    statement.exchange(into(lease));
    statement.exchange(into(cancel));
    statement.exchange(into(row.reason));
    statement.exchange(into(created));
    statement.exchange(into(started));
    statement.exchange(into(finished));
    statement.exchange(into(row.variant));
    statement.exchange(into(row.plain_media_id));
    statement.exchange(into(row.subtitles_id));
    statement.exchange(into(kind));
    statement.define_and_bind();
    statement.execute();
    std::vector<Job> jobs;
    while (statement.fetch()) {
        Job job = row;
        job.state = TRY(parse_enum(state, kJobStates));
        job.entry_kind = TRY(parse_enum(kind, kEntryKinds));
        job.lease_until = instant_of(lease);
        job.cancel_requested = cancel != 0;
        job.created = instant_of(created);
        job.started = instant_of(started);
        job.finished = instant_of(finished);
        jobs.push_back(std::move(job));
    }
    return jobs;
}

Result<Job> job_by_id(soci::session& sql, const std::string& id) {
    auto jobs = TRY(query_jobs(sql, "WHERE id = :id", &id, nullptr));
    if (jobs.empty()) return fail(ErrorCode::kNotFound, "there is no job \"{}\"", id);
    return std::move(jobs.front());
}

// The job, provided that `worker` runs it.
Result<Job> job_of(soci::session& sql, const std::string& id, const std::string& worker) {
    Job job = TRY(job_by_id(sql, id));
    if (job.state != JobState::kRunning || job.worker != worker) {
        return fail(ErrorCode::kConflict, "job {} is {} and no longer run by {}; drop it", id,
                    to_string(job.state), worker);
    }
    return job;
}

void set_entry(soci::session& sql, const std::string& entry_id, EntryState state,
               const std::string& reason, Int now) {
    const std::string name(to_string(state));
    sql << "UPDATE entries SET state = :state, reason = :reason, updated_ms = :now WHERE id = :id",
        use(name), use(reason), use(now), use(entry_id);
}

// The state of what a job prepares: the entry, or a variant of it.
void set_subject(soci::session& sql, const Job& job, EntryState state, const std::string& reason,
                 Int now) {
    if (job.variant.empty()) {
        set_entry(sql, job.entry_id, state, reason, now);
        return;
    }
    const std::string name(to_string(state));
    sql << "UPDATE variants SET state = :state, reason = :reason, updated_ms = :now "
           "WHERE entry_id = :entry AND plain_media_id = :plain AND description = :variant",
        use(name), use(reason), use(now), use(job.entry_id), use(job.plain_media_id),
        use(job.variant);
}

// Ends a job. What becomes of the entry is for `entry_state`, unless a newer job of the same
// entry is under way, which then decides.
void end_job(soci::session& sql, const Job& job, JobState state, EntryState entry_state,
             const std::string& reason, Int now) {
    const std::string name(to_string(state));
    sql << "UPDATE jobs SET state = :state, reason = :reason, finished_ms = :now "
           "WHERE id = :id",
        use(name), use(reason), use(now), use(job.id);
    int others = 0;
    sql << "SELECT COUNT(*) FROM jobs WHERE entry_id = :entry AND variant = :variant "
           "AND plain_media_id = :plain AND state IN ('queued', 'running')",
        use(job.entry_id), use(job.variant), use(job.plain_media_id), into(others);
    if (others == 0) set_subject(sql, job, entry_state, reason, now);
}

// A cancelled entry is what it was: ready with its older media, or new. A variant
// has no such past: it failed.
void end_cancelled(soci::session& sql, const Job& job, Int now) {
    if (!job.variant.empty()) {
        end_job(sql, job, JobState::kCancelled, EntryState::kFailed, "cancelled", now);
        return;
    }
    int has_media = 0;
    sql << "SELECT COUNT(*) FROM entries WHERE id = :id AND media_id <> ''", use(job.entry_id),
        into(has_media);
    end_job(sql, job, JobState::kCancelled, has_media ? EntryState::kReady : EntryState::kNew, "",
            now);
}

}  // namespace

Result<Job> Store::enqueue_job(const std::string& entry_id) {
    return impl_->write([&](soci::session& sql) -> Result<Job> {
        const Int now = ms_of(impl_->now());
        std::string path;
        std::string sha256;
        sql << "SELECT source_path, source_sha256 FROM entries WHERE id = :id", use(entry_id),
            into(path), into(sha256);
        if (!sql.got_data()) {
            return fail(ErrorCode::kNotFound, "there is no entry \"{}\"", entry_id);
        }
        if (path.empty()) {
            return fail(ErrorCode::kInvalid, "entry \"{}\" has no file to prepare", entry_id);
        }
        const auto under_way =
            TRY(query_jobs(sql,
                           "WHERE entry_id = :entry AND variant = '' "
                           "AND state IN ('queued', 'running') "
                           "AND cancel_requested = 0 ORDER BY id",
                           &entry_id, nullptr));
        for (const Job& job : under_way) {
            if (job.state == JobState::kQueued) {
                sql << "UPDATE jobs SET source_path = :path, source_sha256 = :sha256 "
                       "WHERE id = :id",
                    use(path), use(sha256), use(job.id);
                return job_by_id(sql, job.id);
            }
            if (job.source_sha256 == sha256) return job;
            sql << "UPDATE jobs SET cancel_requested = 1 WHERE id = :id", use(job.id);
        }
        const std::string id = make_id(impl_->now());
        sql << "INSERT INTO jobs (id, kind, entry_id, source_path, source_sha256, state, "
               "created_ms) VALUES (:id, 'prepare', :entry, :path, :sha256, 'queued', :now)",
            use(id), use(entry_id), use(path), use(sha256), use(now);
        set_entry(sql, entry_id, EntryState::kQueued, "", now);
        return job_by_id(sql, id);
    });
}

Result<std::optional<Job>> Store::take_job(const std::string& worker,
                                           std::chrono::milliseconds lease) {
    return impl_->write([&](soci::session& sql) -> Result<std::optional<Job>> {
        const Int now = ms_of(impl_->now());
        while (true) {
            const auto free =
                TRY(query_jobs(sql,
                               fmt::format("WHERE state = 'queued' OR (state = 'running' AND "
                                           "lease_until_ms <= :now) ORDER BY id LIMIT 1 {}",
                                           kTakeRow),
                               nullptr, &now));
            if (free.empty()) return std::optional<Job>();
            const Job& job = free.front();
            if (job.cancel_requested) {
                end_cancelled(sql, job, now);
                continue;
            }
            if (job.attempts >= kMaxAttempts) {
                end_job(sql, job, JobState::kFailed, EntryState::kFailed,
                        fmt::format("given up after {} attempts: each time the server that "
                                    "prepared it ended before it was done; look into its log, "
                                    "then import the file again",
                                    job.attempts),
                        now);
                continue;
            }
            const Int until = now + lease.count();
            sql << "UPDATE jobs SET state = 'running', worker = :worker, lease_until_ms = :until, "
                   "attempts = attempts + 1, stage = '', fraction = 0, started_ms = :now "
                   "WHERE id = :id",
                use(worker), use(until), use(now), use(job.id);
            set_subject(sql, job, EntryState::kPreparing, "", now);
            return std::optional(TRY(job_by_id(sql, job.id)));
        }
    });
}

Result<JobOrder> Store::renew_job(const std::string& id, const std::string& worker,
                                  std::chrono::milliseconds lease, const Progress& progress) {
    return impl_->write([&](soci::session& sql) -> Result<JobOrder> {
        const Job job = TRY(job_of(sql, id, worker));
        const Int until = ms_of(impl_->now()) + lease.count();
        sql << "UPDATE jobs SET lease_until_ms = :until, stage = :stage, fraction = :fraction "
               "WHERE id = :id",
            use(until), use(progress.stage), use(progress.fraction), use(id);
        return job.cancel_requested ? JobOrder::kCancel : JobOrder::kContinue;
    });
}

Result<void> Store::finish_job(const std::string& id, const std::string& worker,
                               const Media& media) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Job job = TRY(job_of(sql, id, worker));
        if (job.cancel_requested) {
            return fail(ErrorCode::kCancelled, "job {} has been cancelled", id);
        }
        const Int now = ms_of(impl_->now());
        const Int duration = media.duration.count();
        const Int numerator = media.frame_rate_numerator;
        const Int denominator = media.frame_rate_denominator;
        const Int size = media.size_bytes;
        // What is there already has the same content: that is what the id is the hash of.
        sql << "INSERT INTO media (id, house, duration_ticks, frame_rate_numerator, "
               "frame_rate_denominator, size_bytes, summary, created_ms) VALUES (:id, :house, "
               ":duration, :numerator, :denominator, :size, :summary, :now) "
               "ON CONFLICT (id) DO NOTHING",
            use(media.id), use(media.house), use(duration), use(numerator), use(denominator),
            use(size), use(media.summary), use(now);
        if (job.variant.empty()) {
            sql << "UPDATE entries SET media_id = :media, media_source_sha256 = :sha256 "
                   "WHERE id = :id",
                use(media.id), use(job.source_sha256), use(job.entry_id);
        } else {
            sql << "UPDATE variants SET media_id = :media WHERE entry_id = :entry "
                   "AND plain_media_id = :plain AND description = :variant",
                use(media.id), use(job.entry_id), use(job.plain_media_id), use(job.variant);
        }
        sql << "UPDATE jobs SET fraction = 1 WHERE id = :id", use(id);
        end_job(sql, job, JobState::kDone, EntryState::kReady, "", now);
        return {};
    });
}

Result<void> Store::fail_job(const std::string& id, const std::string& worker,
                             const std::string& reason) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Job job = TRY(job_of(sql, id, worker));
        end_job(sql, job, JobState::kFailed, EntryState::kFailed, reason, ms_of(impl_->now()));
        return {};
    });
}

Result<void> Store::retry_job(const std::string& id, const std::string& worker) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Job job = TRY(job_of(sql, id, worker));
        sql << "UPDATE jobs SET state = 'queued', lease_until_ms = 0, crashes = crashes + 1, "
               "stage = '', fraction = 0 WHERE id = :id",
            use(id);
        set_subject(sql, job, EntryState::kQueued, "", ms_of(impl_->now()));
        return {};
    });
}

Result<void> Store::release_job(const std::string& id, const std::string& worker) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Job job = TRY(job_of(sql, id, worker));
        sql << "UPDATE jobs SET state = 'queued', lease_until_ms = 0, attempts = attempts - 1, "
               "stage = '', fraction = 0 WHERE id = :id",
            use(id);
        set_subject(sql, job, EntryState::kQueued, "", ms_of(impl_->now()));
        return {};
    });
}

Result<void> Store::confirm_cancelled(const std::string& id, const std::string& worker) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        end_cancelled(sql, TRY(job_of(sql, id, worker)), ms_of(impl_->now()));
        return {};
    });
}

Result<void> Store::cancel_job(const std::string& id) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Job job = TRY(job_by_id(sql, id));
        const Instant now = impl_->now();
        if (job.state == JobState::kQueued ||
            (job.state == JobState::kRunning && job.lease_until <= now)) {
            end_cancelled(sql, job, ms_of(now));
            return {};
        }
        if (job.state != JobState::kRunning) {
            return fail(ErrorCode::kConflict, "job {} is {} already", id, to_string(job.state));
        }
        sql << "UPDATE jobs SET cancel_requested = 1 WHERE id = :id", use(id);
        return {};
    });
}

Result<Job> Store::find_job(const std::string& id) {
    return impl_->read([&](soci::session& sql) { return job_by_id(sql, id); });
}

Result<std::vector<Job>> Store::list_jobs(std::size_t limit) {
    return impl_->read([&](soci::session& sql) {
        const Int count = static_cast<Int>(limit);
        return query_jobs(sql, "ORDER BY id DESC LIMIT :count", nullptr, &count);
    });
}

Result<std::vector<Job>> Store::list_running_jobs() {
    return impl_->read([&](soci::session& sql) {
        const Int now = ms_of(impl_->now());
        return query_jobs(sql, "WHERE state = 'running' AND lease_until_ms > :now ORDER BY id",
                          nullptr, &now);
    });
}

}  // namespace matinee::store
