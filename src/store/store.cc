#include "store/store.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "store/audit.h"
#include "store/impl.h"
#include "store/migrations.h"

namespace matinee::store {

using soci::into;
using soci::use;

std::string_view to_string(EntryState state) {
    switch (state) {
        case EntryState::kNew:
            return "new";
        case EntryState::kQueued:
            return "queued";
        case EntryState::kPreparing:
            return "preparing";
        case EntryState::kReady:
            return "ready";
        case EntryState::kFailed:
            return "failed";
    }
    return "new";
}

std::string_view to_string(EntryKind kind) {
    switch (kind) {
        case EntryKind::kFilm:
            return "film";
        case EntryKind::kCard:
            return "card";
        case EntryKind::kSlate:
            return "slate";
    }
    return "film";
}

namespace {

std::string titles_text(const Titles& titles) {
    // A file name need not be UTF-8, and it is a title when there is no better one.
    return nlohmann::json(titles).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Titles> titles_of(const std::string& text) {
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    if (!parsed.is_object()) {
        return fail(ErrorCode::kInternal, "titles in the database are no JSON object: {}", text);
    }
    Titles titles;
    for (const auto& [language, title] : parsed.items()) {
        if (title.is_string()) titles.emplace(language, title.get<std::string>());
    }
    return titles;
}

constexpr std::string_view kEntryColumns =
    "SELECT id, titles, author, country, metadata, source_path, source_size, source_modified_ns, "
    "source_sha256, state, reason, media_id, media_source_sha256, subtitles_id, created_ms, "
    "updated_ms, kind FROM entries ";

// Runs `rest` of a query on entries; `key` is bound to it unless it is null.
Result<std::vector<Entry>> query_entries(soci::session& sql, std::string_view rest,
                                         const std::string* key) {
    Entry row;
    std::string titles;
    std::string state;
    std::string kind;
    Int size = 0;
    Int modified = 0;
    Int created = 0;
    Int updated = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(fmt::format("{}{}", kEntryColumns, rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(titles));
    statement.exchange(into(row.author));
    statement.exchange(into(row.country));
    statement.exchange(into(row.metadata));
    statement.exchange(into(row.source.path));
    statement.exchange(into(size));
    statement.exchange(into(modified));
    statement.exchange(into(row.source.sha256));
    statement.exchange(into(state));
    statement.exchange(into(row.reason));
    statement.exchange(into(row.media_id));
    statement.exchange(into(row.media_source_sha256));
    statement.exchange(into(row.subtitles_id));
    statement.exchange(into(created));
    statement.exchange(into(updated));
    statement.exchange(into(kind));
    statement.define_and_bind();
    statement.execute();
    std::vector<Entry> entries;
    while (statement.fetch()) {
        Entry entry = row;
        entry.titles = TRY(titles_of(titles));
        entry.state = TRY(parse_enum(state, kEntryStates));
        entry.kind = TRY(parse_enum(kind, kEntryKinds));
        entry.source.size = size;
        entry.source.modified_ns = modified;
        entry.created = instant_of(created);
        entry.updated = instant_of(updated);
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::vector<Media>> query_media(soci::session& sql, std::string_view rest,
                                       const std::string* key) {
    Media row;
    Int duration = 0;
    Int numerator = 0;
    Int denominator = 0;
    Int size = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT id, house, duration_ticks, frame_rate_numerator, "
                    "frame_rate_denominator, size_bytes, summary FROM media {}",
                    rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(row.house));
    statement.exchange(into(duration));
    statement.exchange(into(numerator));
    statement.exchange(into(denominator));
    statement.exchange(into(size));
    statement.exchange(into(row.summary));
    statement.define_and_bind();
    statement.execute();
    std::vector<Media> all;
    while (statement.fetch()) {
        Media media = row;
        media.duration = Ticks(duration);
        media.frame_rate_numerator = static_cast<std::uint32_t>(numerator);
        media.frame_rate_denominator = static_cast<std::uint32_t>(denominator);
        media.size_bytes = size;
        all.push_back(std::move(media));
    }
    return all;
}

Result<std::vector<Channel>> query_channels(soci::session& sql, std::string_view rest,
                                            const std::string* key) {
    Channel row;
    Int epoch = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT id, title, epoch_ms, settings, playlist_id FROM channels {}", rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(row.title));
    statement.exchange(into(epoch));
    statement.exchange(into(row.settings));
    statement.exchange(into(row.playlist_id));
    statement.define_and_bind();
    statement.execute();
    std::vector<Channel> channels;
    while (statement.fetch()) {
        row.epoch = instant_of(epoch);
        channels.push_back(row);
    }
    return channels;
}

template <typename Row>
Result<Row> the_one(std::vector<Row> rows, std::string_view what, const std::string& id) {
    if (rows.empty()) return fail(ErrorCode::kNotFound, "there is no {} \"{}\"", what, id);
    return std::move(rows.front());
}

Result<void> expect_known(const Channel& present, const Channel& known) {
    if (present.epoch == known.epoch && present.title == known.title &&
        present.settings == known.settings && present.playlist_id == known.playlist_id) {
        return {};
    }
    return fail(ErrorCode::kConflict,
                "channel \"{}\" has been changed meanwhile; look at it and make the change again",
                present.id);
}

// How many rows a statement has changed; it has been executed.
Result<void> expect_changed(soci::statement& statement, std::string_view what,
                            const std::string& id) {
    if (statement.get_affected_rows() == 0) {
        return fail(ErrorCode::kNotFound, "there is no {} \"{}\"", what, id);
    }
    return {};
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() = default;

Result<void> Store::Impl::open() {
    try {
        for (std::size_t i = 0; i < kConnections; ++i) {
            TRY(connect(pool.at(i), file));
        }
        auto migrated = migrate(pool.at(0), migrations(), now());
        if (!migrated) return fail(std::move(migrated).error(), "database {}", file.string());
        return {};
    } catch (const std::exception& error) {
        return fail(code_of(error),
                    "database {} cannot be opened: {}; check that the folder is there and can be "
                    "written, and that the file is a matinee database",
                    file.string(), error.what());
    }
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& file,
                                           const base::Clock& clock) {
    auto impl = std::make_unique<Impl>(file, clock);
    TRY(impl->open());
    return std::unique_ptr<Store>(new Store(std::move(impl)));
}

bool has_channel(soci::session& sql, const std::string& id) {
    int count = 0;
    sql << "SELECT COUNT(*) FROM channels WHERE id = :id", use(id), into(count);
    return count != 0;
}

Result<void> expect_channel(soci::session& sql, const std::string& id) {
    if (has_channel(sql, id)) return {};
    return fail(ErrorCode::kNotFound, "there is no channel \"{}\"", id);
}

void put_entry(soci::session& sql, Instant at, const EntryDescription& entry) {
    const Int now = ms_of(at);
    const std::string titles = titles_text(entry.titles);
    const std::string kind(to_string(entry.kind));
    const Int size = entry.source.size;
    const Int modified = entry.source.modified_ns;
    sql << "INSERT INTO entries (id, titles, author, country, metadata, source_path, "
           "source_size, source_modified_ns, source_sha256, created_ms, updated_ms, kind) "
           "VALUES (:id, :titles, :author, :country, :metadata, :path, :size, :modified, "
           ":sha256, :created, :updated, :kind) "
           "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, titles = excluded.titles, "
           "author = excluded.author, country = excluded.country, "
           "metadata = excluded.metadata, source_path = excluded.source_path, "
           "source_size = excluded.source_size, "
           "source_modified_ns = excluded.source_modified_ns, "
           "source_sha256 = excluded.source_sha256, updated_ms = excluded.updated_ms",
        use(entry.id), use(titles), use(entry.author), use(entry.country), use(entry.metadata),
        use(entry.source.path), use(size), use(modified), use(entry.source.sha256), use(now),
        use(now), use(kind);
}

Result<Entry> the_entry(soci::session& sql, const std::string& id) {
    return the_one(TRY(query_entries(sql, "WHERE id = :id", &id)), "entry", id);
}

Result<void> Store::upsert_entry(const EntryDescription& entry) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        put_entry(sql, impl_->now(), entry);
        return {};
    });
}

Result<Entry> Store::find_entry(const std::string& id) {
    return impl_->read([&](soci::session& sql) { return the_entry(sql, id); });
}

Result<std::optional<Entry>> Store::find_entry_by_source(const std::string& path) {
    return impl_->read([&](soci::session& sql) -> Result<std::optional<Entry>> {
        auto entries =
            TRY(query_entries(sql, "WHERE source_path = :path ORDER BY id LIMIT 1", &path));
        if (entries.empty()) return std::optional<Entry>();
        return std::optional(std::move(entries.front()));
    });
}

Result<std::vector<Entry>> Store::list_entries() {
    return impl_->read(
        [&](soci::session& sql) { return query_entries(sql, "ORDER BY id", nullptr); });
}

Result<void> Store::set_entry_state(const std::string& id, EntryState state,
                                    const std::string& reason) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int now = ms_of(impl_->now());
        const std::string name(to_string(state));
        soci::statement statement = (sql.prepare << "UPDATE entries SET state = :state, "
                                                    "reason = :reason, updated_ms = :now "
                                                    "WHERE id = :id",
                                     use(name), use(reason), use(now), use(id));
        statement.execute(true);
        return expect_changed(statement, "entry", id);
    });
}

Result<void> Store::set_subtitles(const std::string& entry_id, const std::string& subtitles_id,
                                  std::span<const SubtitleSource> sources) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int now = ms_of(impl_->now());
        soci::statement statement = (sql.prepare << "UPDATE entries SET subtitles_id = :set, "
                                                    "updated_ms = :now WHERE id = :id",
                                     use(subtitles_id), use(now), use(entry_id));
        statement.execute(true);
        TRY(expect_changed(statement, "entry", entry_id));
        sql << "DELETE FROM subtitle_sources WHERE entry_id = :id", use(entry_id);
        for (const SubtitleSource& source : sources) {
            sql << "INSERT INTO subtitle_sources (entry_id, language, kind, path, sha256, label, "
                   "options, report) "
                   "VALUES (:id, :language, :kind, :path, :sha256, :label, :options, :report)",
                use(entry_id), use(source.language), use(source.kind), use(source.path),
                use(source.sha256), use(source.label), use(source.options), use(source.report);
        }
        return {};
    });
}

Result<std::vector<SubtitleSource>> Store::list_subtitles(const std::string& entry_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<SubtitleSource>> {
        SubtitleSource row;
        soci::statement statement =
            (sql.prepare << "SELECT language, kind, path, sha256, label, options, report "
                            "FROM subtitle_sources WHERE entry_id = :id "
                            "ORDER BY language, kind, label, path",
             use(entry_id), into(row.language), into(row.kind), into(row.path), into(row.sha256),
             into(row.label), into(row.options), into(row.report));
        statement.execute();
        std::vector<SubtitleSource> sources;
        while (statement.fetch()) {
            sources.push_back(row);
        }
        return sources;
    });
}

Result<void> Store::set_subtitle_options(const std::string& entry_id, const std::string& file,
                                         const std::string& options) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        auto entries = TRY(query_entries(sql, "WHERE id = :id", &entry_id));
        TRY(the_one(std::move(entries), "entry", entry_id));
        sql << "DELETE FROM subtitle_options WHERE entry_id = :id AND file = :file", use(entry_id),
            use(file);
        if (options.empty()) return {};
        sql << "INSERT INTO subtitle_options (entry_id, file, options) "
               "VALUES (:id, :file, :options)",
            use(entry_id), use(file), use(options);
        return {};
    });
}

Result<std::map<std::string, std::string>> Store::list_subtitle_options(
    const std::string& entry_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::map<std::string, std::string>> {
        std::string file;
        std::string options;
        soci::statement statement =
            (sql.prepare << "SELECT file, options FROM subtitle_options WHERE entry_id = :id",
             use(entry_id), into(file), into(options));
        statement.execute();
        std::map<std::string, std::string> all;
        while (statement.fetch()) {
            all.emplace(file, options);
        }
        return all;
    });
}

Result<Media> Store::find_media(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<Media> {
        return the_one(TRY(query_media(sql, "WHERE id = :id", &id)), "prepared media", id);
    });
}

Result<std::vector<Media>> Store::list_media() {
    return impl_->read(
        [&](soci::session& sql) { return query_media(sql, "ORDER BY id", nullptr); });
}

Result<void> Store::create_channel(const Channel& channel) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        if (has_channel(sql, channel.id)) {
            return fail(ErrorCode::kConflict, "there is a channel \"{}\" already", channel.id);
        }
        TRY(expect_playlist_if_any(sql, channel.playlist_id));
        const Int now = ms_of(impl_->now());
        const Int epoch = ms_of(channel.epoch);
        Int removed = 0;
        Int schedule = 0;
        sql << "SELECT removed_ms, schedule_version FROM former_channels WHERE channel_id = :id",
            use(channel.id), into(removed), into(schedule);
        const bool former = sql.got_data();
        if (former && epoch < removed) {
            return fail(ErrorCode::kConflict,
                        "there was a channel \"{}\" until {}, and the as-run log has what it "
                        "showed; one that begins at {} would claim the same time: choose a later "
                        "epoch, or another id",
                        channel.id, base::to_rfc3339(instant_of(removed)),
                        base::to_rfc3339(channel.epoch));
        }
        sql << "INSERT INTO channels (id, title, epoch_ms, settings, playlist_id, created_ms, "
               "updated_ms) VALUES (:id, :title, :epoch, :settings, :playlist, :created, :updated)",
            use(channel.id), use(channel.title), use(epoch), use(channel.settings),
            use(channel.playlist_id), use(now), use(now);
        if (former && schedule > 0) {
            // As one that was removed (schedules.cc): no version is given twice.
            const Int tombstone = -schedule;
            sql << "INSERT INTO schedules (channel_id, version) VALUES (:id, :version)",
                use(channel.id), use(tombstone);
        }
        return {};
    });
}

Result<std::vector<FormerChannel>> Store::list_former_channels() {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<FormerChannel>> {
        FormerChannel row;
        Int removed = 0;
        soci::statement statement =
            (sql.prepare << "SELECT channel_id, removed_ms, settings FROM former_channels "
                            "ORDER BY channel_id",
             into(row.id), into(removed), into(row.settings));
        statement.execute();
        std::vector<FormerChannel> all;
        while (statement.fetch()) {
            row.removed = instant_of(removed);
            all.push_back(row);
        }
        return all;
    });
}

Result<Channel> Store::find_channel(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<Channel> {
        return the_one(TRY(query_channels(sql, "WHERE id = :id", &id)), "channel", id);
    });
}

Result<std::vector<Channel>> Store::list_channels() {
    return impl_->read(
        [&](soci::session& sql) { return query_channels(sql, "ORDER BY id", nullptr); });
}

Result<void> Store::update_channel(const Channel& channel, const Channel& known) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        auto found = TRY(query_channels(sql, "WHERE id = :id", &channel.id));
        const Channel present = TRY(the_one(std::move(found), "channel", channel.id));
        TRY(expect_known(present, known));
        if (channel.playlist_id != present.playlist_id) {
            TRY(expect_playlist_if_any(sql, channel.playlist_id));
        }
        const Int now = ms_of(impl_->now());
        sql << "UPDATE channels SET title = :title, settings = :settings, playlist_id = :playlist, "
               "updated_ms = :now WHERE id = :id",
            use(channel.title), use(channel.settings), use(channel.playlist_id), use(now),
            use(channel.id);
        return {};
    });
}

Result<void> Store::remove_channel(const Channel& known,
                                   std::span<const playout::AsRunRecord> shown,
                                   const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        auto found = TRY(query_channels(sql, "WHERE id = :id", &known.id));
        const Channel present = TRY(the_one(std::move(found), "channel", known.id));
        TRY(expect_known(present, known));
        put_as_run(sql, shown);
        const Int now = ms_of(impl_->now());
        sql << "INSERT INTO former_channels (channel_id, removed_ms, settings, schedule_version) "
               "VALUES (:id, :now, :settings, COALESCE((SELECT ABS(version) FROM schedules WHERE "
               "channel_id = :again), 0)) ON CONFLICT (channel_id) DO UPDATE SET removed_ms = "
               "excluded.removed_ms, settings = excluded.settings, "
               "schedule_version = excluded.schedule_version",
            use(known.id), use(now), use(present.settings), use(known.id);
        sql << "UPDATE screens SET channel_id = '' WHERE channel_id = :id", use(known.id);
        // Schedule, rundown and encryption refer to it, and go with it.
        sql << "DELETE FROM channels WHERE id = :id", use(known.id);
        put_audit(sql, impl_->now(), actor, "channel.remove", known.id,
                  {{"title", present.title}, {"epoch", base::to_rfc3339(present.epoch)}});
        return {};
    });
}

}  // namespace matinee::store
