// What has been on the air.
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "playout/rundown.h"
#include "store/impl.h"

namespace matinee::store {

using playout::AsRunMark;
using playout::AsRunRecord;
using soci::into;
using soci::use;

namespace {

constexpr Int kUnknown = -1;

// A row as the database has it. Bound once, used for many rows.
struct AsRunRow {
    std::string channel_id;
    Int ordinal = 0;
    std::string entry_id;
    std::string titles;
    std::string author;
    std::string country;
    std::string media_id;
    std::string subtitles_id;
    std::string source_sha256;
    Int epoch = 0;
    Int start_ms = 0;
    Int start = 0;
    Int duration = 0;
    Int media_duration = 0;
    Int rate_numerator = 0;
    Int rate_denominator = 0;
    Int in = 0;
    Int out = 0;

    void set(const AsRunRecord& record) {
        channel_id = record.channel_id;
        ordinal = record.ordinal;
        entry_id = record.entry_id;
        titles = nlohmann::json(record.titles)
                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        author = record.author;
        country = record.country;
        media_id = record.media_id;
        subtitles_id = record.subtitles_id;
        source_sha256 = record.source_sha256;
        epoch = ms_of(record.epoch);
        start_ms = ms_of(record.starts_at());
        start = record.start.count();
        duration = record.duration.count();
        media_duration = record.media_duration ? record.media_duration->count() : kUnknown;
        rate_numerator = record.rate ? Int{record.rate->numerator} : kUnknown;
        rate_denominator = record.rate ? Int{record.rate->denominator} : kUnknown;
        in = record.in;
        out = record.out.value_or(kUnknown);
    }

    [[nodiscard]] Result<AsRunRecord> record() const {
        AsRunRecord record;
        record.channel_id = channel_id;
        record.ordinal = ordinal;
        record.entry_id = entry_id;
        const auto json = nlohmann::json::parse(titles, nullptr, false);
        if (!json.is_object()) {
            return fail(ErrorCode::kInternal,
                        "the as-run log of {}, airing {}: its titles are no JSON object: {}",
                        channel_id, ordinal, titles);
        }
        for (const auto& [language, title] : json.items()) {
            if (title.is_string()) record.titles.emplace(language, title.get<std::string>());
        }
        record.author = author;
        record.country = country;
        record.media_id = media_id;
        record.subtitles_id = subtitles_id;
        record.source_sha256 = source_sha256;
        record.epoch = instant_of(epoch);
        record.start = Ticks(start);
        record.duration = Ticks(duration);
        if (media_duration != kUnknown) record.media_duration = Ticks(media_duration);
        record.in = in;
        if (out != kUnknown) record.out = out;
        if (rate_numerator > 0 && rate_denominator > 0) {
            record.rate = media::FrameRate{static_cast<std::uint32_t>(rate_numerator),
                                           static_cast<std::uint32_t>(rate_denominator)};
        }
        return record;
    }
};

constexpr std::string_view kColumns =
    "channel_id, ordinal, entry_id, titles, author, country, media_id, subtitles_id, "
    "source_sha256, epoch_ms, start_ms, start_ticks, duration_ticks, media_duration_ticks, "
    "frame_rate_numerator, frame_rate_denominator, in_frame, out_frame";

// What a filter binds: text that is empty, and numbers at their limits, let everything through.
struct Bounds {
    explicit Bounds(const AsRunFilter& filter)
        : channel_id(filter.channel_id),
          entry_id(filter.entry_id),
          from(filter.from ? ms_of(*filter.from) : std::numeric_limits<Int>::min()),
          to(filter.to ? ms_of(*filter.to) : std::numeric_limits<Int>::max()) {}

    // A condition on rows of as_run; bind() binds to it.
    [[nodiscard]] std::string condition() const {
        std::string text = "as_run.start_ms >= :from AND as_run.start_ms < :to";
        if (!channel_id.empty()) text += " AND as_run.channel_id = :channel";
        if (!entry_id.empty()) text += " AND as_run.entry_id = :entry";
        return text;
    }
    void bind(soci::statement& statement) const {
        statement.exchange(use(from));
        statement.exchange(use(to));
        if (!channel_id.empty()) statement.exchange(use(channel_id));
        if (!entry_id.empty()) statement.exchange(use(entry_id));
    }

    std::string channel_id;
    std::string entry_id;
    Int from;
    Int to;
};

template <typename Bind>
Result<std::vector<AsRunRecord>> query_as_run(soci::session& sql, std::string_view rest,
                                              Bind&& bind) {
    AsRunRow row;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(fmt::format("SELECT {} FROM as_run WHERE {}", kColumns, rest));
    bind(statement);
    statement.exchange(into(row.channel_id));
    statement.exchange(into(row.ordinal));
    statement.exchange(into(row.entry_id));
    statement.exchange(into(row.titles));
    statement.exchange(into(row.author));
    statement.exchange(into(row.country));
    statement.exchange(into(row.media_id));
    statement.exchange(into(row.subtitles_id));
    statement.exchange(into(row.source_sha256));
    statement.exchange(into(row.epoch));
    statement.exchange(into(row.start_ms));
    statement.exchange(into(row.start));
    statement.exchange(into(row.duration));
    statement.exchange(into(row.media_duration));
    statement.exchange(into(row.rate_numerator));
    statement.exchange(into(row.rate_denominator));
    statement.exchange(into(row.in));
    statement.exchange(into(row.out));
    statement.define_and_bind();
    statement.execute();
    std::vector<AsRunRecord> records;
    while (statement.fetch()) {
        auto record = row.record();
        if (!record) return Unexpected(std::move(record).error());
        records.push_back(*std::move(record));
    }
    return records;
}

// A statement that adds marks one by one.
class MarkInsertion {
  public:
    explicit MarkInsertion(soci::session& sql)
        : statement_(
              (sql.prepare
                   << "INSERT INTO as_run_marks (channel_id, epoch_ms, ordinal, at_ms, kind, "
                      "detail) VALUES (:channel, :epoch, :ordinal, :at, :kind, :detail) "
                      "ON CONFLICT (channel_id, epoch_ms, ordinal, kind, detail) DO NOTHING",
               use(channel_id_), use(epoch_), use(ordinal_), use(at_), use(kind_), use(detail_))) {}

    void insert(const std::string& channel_id, Instant epoch, std::int64_t ordinal,
                const AsRunMark& mark) {
        channel_id_ = channel_id;
        epoch_ = ms_of(epoch);
        ordinal_ = ordinal;
        at_ = ms_of(mark.at);
        kind_ = mark.kind;
        detail_ = mark.detail;
        statement_.execute(true);
    }

  private:
    std::string channel_id_;
    Int epoch_ = 0;
    Int ordinal_ = 0;
    Int at_ = 0;
    std::string kind_;
    std::string detail_;
    soci::statement statement_;
};

// Channel, epoch, ordinal.
using AiringKey = std::tuple<std::string, Instant, std::int64_t>;

std::map<AiringKey, std::vector<AsRunMark>> query_marks(soci::session& sql, const Bounds& bounds) {
    std::string channel_id;
    Int epoch = 0;
    Int ordinal = 0;
    Int at = 0;
    std::string kind;
    std::string detail;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT as_run_marks.channel_id, as_run_marks.epoch_ms, "
                    "as_run_marks.ordinal, at_ms, kind, detail "
                    "FROM as_run_marks JOIN as_run ON as_run.channel_id = as_run_marks.channel_id "
                    "AND as_run.epoch_ms = as_run_marks.epoch_ms AND as_run.ordinal = "
                    "as_run_marks.ordinal WHERE {} "
                    "ORDER BY at_ms, kind, detail",
                    bounds.condition()));
    bounds.bind(statement);
    statement.exchange(into(channel_id));
    statement.exchange(into(epoch));
    statement.exchange(into(ordinal));
    statement.exchange(into(at));
    statement.exchange(into(kind));
    statement.exchange(into(detail));
    statement.define_and_bind();
    statement.execute();
    std::map<AiringKey, std::vector<AsRunMark>> marks;
    while (statement.fetch()) {
        marks[{channel_id, instant_of(epoch), ordinal}].push_back({instant_of(at), kind, detail});
    }
    return marks;
}

}  // namespace

void put_as_run(soci::session& sql, std::span<const AsRunRecord> records) {
    AsRunRow row;
    soci::statement insert =
        (sql.prepare << fmt::format(
             "INSERT INTO as_run ({}) VALUES (:channel, :ordinal, :entry, :titles, :author, "
             ":country, :media, :subtitles, :sha256, :epoch, :start_ms, :start, :duration, "
             ":media_duration, :numerator, :denominator, :in_frame, :out_frame) "
             "ON CONFLICT (channel_id, epoch_ms, ordinal) DO NOTHING",
             kColumns),
         use(row.channel_id), use(row.ordinal), use(row.entry_id), use(row.titles), use(row.author),
         use(row.country), use(row.media_id), use(row.subtitles_id), use(row.source_sha256),
         use(row.epoch), use(row.start_ms), use(row.start), use(row.duration),
         use(row.media_duration), use(row.rate_numerator), use(row.rate_denominator), use(row.in),
         use(row.out));
    MarkInsertion marks(sql);
    for (const AsRunRecord& record : records) {
        row.set(record);
        insert.execute(true);
        for (const AsRunMark& mark : record.marks) {
            marks.insert(record.channel_id, record.epoch, record.ordinal, mark);
        }
    }
}

Result<void> Store::append_as_run(std::span<const AsRunRecord> records) {
    if (records.empty()) return {};
    return impl_->write([&](soci::session& sql) -> Result<void> {
        put_as_run(sql, records);
        return {};
    });
}

Result<std::optional<AsRunRecord>> Store::last_as_run(const Channel& channel) {
    return impl_->read([&](soci::session& sql) -> Result<std::optional<AsRunRecord>> {
        const Int epoch = ms_of(channel.epoch);
        auto records = query_as_run(
            sql, "channel_id = :channel AND epoch_ms = :epoch ORDER BY ordinal DESC LIMIT 1",
            [&](soci::statement& statement) {
                statement.exchange(use(channel.id));
                statement.exchange(use(epoch));
            });
        if (!records) return Unexpected(std::move(records).error());
        if (records->empty()) return std::optional<AsRunRecord>();
        return std::optional(std::move(records->front()));
    });
}

Result<void> Store::mark_as_run(const Channel& channel, std::span<const AiringMark> marks) {
    if (marks.empty()) return {};
    return impl_->write([&](soci::session& sql) -> Result<void> {
        MarkInsertion insertion(sql);
        for (const AiringMark& each : marks) {
            insertion.insert(channel.id, channel.epoch, each.ordinal, each.mark);
        }
        return {};
    });
}

Result<std::vector<AsRunRecord>> Store::list_as_run(const AsRunFilter& filter) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<AsRunRecord>> {
        const Bounds bounds(filter);
        auto records =
            query_as_run(sql, bounds.condition() + " ORDER BY start_ms, channel_id, ordinal",
                         [&](soci::statement& statement) { bounds.bind(statement); });
        if (!records) return records;
        auto marks = query_marks(sql, bounds);
        for (AsRunRecord& record : *records) {
            const auto found = marks.find({record.channel_id, record.epoch, record.ordinal});
            if (found != marks.end()) record.marks = std::move(found->second);
        }
        return records;
    });
}

Result<std::optional<Instant>> Store::last_alive() {
    return impl_->read([](soci::session& sql) -> Result<std::optional<Instant>> {
        Int alive = 0;
        sql << "SELECT alive_ms FROM on_air_watch WHERE id = 1", into(alive);
        if (!sql.got_data()) return std::optional<Instant>();
        return std::optional(instant_of(alive));
    });
}

Result<void> Store::set_alive(Instant now) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int alive = ms_of(now);
        sql << "INSERT INTO on_air_watch (id, alive_ms) VALUES (1, :alive) "
               "ON CONFLICT (id) DO UPDATE SET alive_ms = excluded.alive_ms",
            use(alive);
        return {};
    });
}

}  // namespace matinee::store
