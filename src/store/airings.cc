// The rundown's rows.
#include <array>
#include <string>
#include <variant>
#include <vector>

#include "store/impl.h"

namespace matinee::store {

using playout::Airing;
using soci::into;
using soci::use;

namespace {

constexpr std::array kRoles{playout::Role::kItem, playout::Role::kFill, playout::Role::kInserted,
                            playout::Role::kHold, playout::Role::kPanic};

// A row as the database has it. Bound once, used for many rows.
struct AiringRow {
    Int ordinal = 0;
    std::string entry_id;
    std::string media_id;
    std::string subtitles_id;
    Int start = 0;
    Int duration = 0;
    Int first_sequence = 0;
    Int segment_count = 0;
    int discontinuity = 0;
    Int discontinuity_sequence = 0;
    Int from = 0;
    Int to = 0;
    std::string block;
    Int anchor = 0;
    Int pass = 0;
    Int item = 0;
    Int fill = 0;
    std::string role;
    std::string stands_in_for;

    void set(const Airing& airing) {
        ordinal = airing.ordinal;
        entry_id = airing.entry_id;
        media_id = airing.media_id;
        subtitles_id = airing.subtitles_id;
        start = airing.start.count();
        duration = airing.duration.count();
        first_sequence = airing.first_sequence;
        segment_count = airing.segment_count;
        discontinuity = airing.discontinuity ? 1 : 0;
        discontinuity_sequence = airing.discontinuity_sequence;
        from = airing.from.count();
        to = airing.to.count();
        block = airing.place.block;
        anchor = airing.place.anchor.count();
        pass = airing.place.pass;
        item = airing.place.item;
        fill = airing.place.fill;
        role = to_string(airing.place.role);
        stands_in_for = airing.stands_in_for;
    }

    [[nodiscard]] Result<Airing> airing() const {
        return Airing{.ordinal = ordinal,
                      .entry_id = entry_id,
                      .media_id = media_id,
                      .subtitles_id = subtitles_id,
                      .start = Ticks(start),
                      .duration = Ticks(duration),
                      .from = Ticks(from),
                      .to = Ticks(to),
                      .first_sequence = first_sequence,
                      .segment_count = segment_count,
                      .discontinuity = discontinuity != 0,
                      .discontinuity_sequence = discontinuity_sequence,
                      .place = {.block = block,
                                .anchor = Ticks(anchor),
                                .pass = pass,
                                .item = item,
                                .fill = fill,
                                .role = TRY(parse_enum(role, kRoles))},
                      .stands_in_for = stands_in_for};
    }
};

// Something to bind to a query; it outlives the query.
using Key = std::variant<const Int*, const std::string*>;

// Binds `keys` and the row's columns to `SELECT ... FROM airings <rest>` and collects the rows.
Result<std::vector<Airing>> query_airings(soci::session& sql, std::string_view rest,
                                          const std::string& channel_id,
                                          std::initializer_list<Key> keys) {
    AiringRow row;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT ordinal, entry_id, media_id, subtitles_id, start_ticks, "
                    "duration_ticks, first_sequence, segment_count, discontinuity, "
                    "discontinuity_sequence, from_ticks, to_ticks, block, anchor_ticks, pass, "
                    "item, fill, role, stands_in_for FROM airings WHERE channel_id = :channel {}",
                    rest));
    statement.exchange(use(channel_id));
    for (const Key& key : keys) {
        std::visit([&](const auto* value) { statement.exchange(use(*value)); }, key);
    }
    statement.exchange(into(row.ordinal));
    statement.exchange(into(row.entry_id));
    statement.exchange(into(row.media_id));
    statement.exchange(into(row.subtitles_id));
    statement.exchange(into(row.start));
    statement.exchange(into(row.duration));
    statement.exchange(into(row.first_sequence));
    statement.exchange(into(row.segment_count));
    statement.exchange(into(row.discontinuity));
    statement.exchange(into(row.discontinuity_sequence));
    statement.exchange(into(row.from));
    statement.exchange(into(row.to));
    statement.exchange(into(row.block));
    statement.exchange(into(row.anchor));
    statement.exchange(into(row.pass));
    statement.exchange(into(row.item));
    statement.exchange(into(row.fill));
    statement.exchange(into(row.role));
    statement.exchange(into(row.stands_in_for));
    statement.define_and_bind();
    statement.execute();
    std::vector<Airing> airings;
    while (statement.fetch()) {
        airings.push_back(TRY(row.airing()));
    }
    return airings;
}

Result<std::optional<Airing>> query_last(soci::session& sql, const std::string& channel_id) {
    auto airings = TRY(query_airings(sql, "ORDER BY ordinal DESC LIMIT 1", channel_id, {}));
    if (airings.empty()) return std::optional<Airing>();
    return std::optional(std::move(airings.front()));
}

Result<void> expect_equal(std::string_view what, const Airing& next, std::int64_t found,
                          std::int64_t wanted) {
    if (found == wanted) return {};
    return fail(ErrorCode::kConflict,
                "airing {} ({}) has {} {} where {} continues the rundown; read its last airing "
                "and extend from there",
                next.ordinal, next.entry_id, what, found, wanted);
}

// Whether `next` can stand right after `before`, or first when there is none.
Result<void> expect_continues(const Airing* before, const Airing& next) {
    if (next.duration <= Ticks::zero() || next.segment_count <= 0) {
        return fail(ErrorCode::kInvalid, "airing {} ({}) is empty: {} ticks, {} segments",
                    next.ordinal, next.entry_id, next.duration.count(), next.segment_count);
    }
    if (!before) return expect_equal("ordinal", next, next.ordinal, 0);
    TRY(expect_equal("ordinal", next, next.ordinal, before->ordinal + 1));
    TRY(expect_equal("start", next, next.start.count(), before->end().count()));
    TRY(expect_equal("first sequence", next, next.first_sequence, before->end_sequence()));
    return expect_equal("discontinuity sequence", next, next.discontinuity_sequence,
                        before->discontinuity_sequence + (next.discontinuity ? 1 : 0));
}

Result<void> insert_after_last(soci::session& sql, const std::string& channel_id,
                               std::span<const Airing> airings) {
    const std::optional<Airing> last = TRY(query_last(sql, channel_id));
    const Airing* before = last ? &*last : nullptr;
    AiringRow row;
    soci::statement insert =
        (sql.prepare << "INSERT INTO airings (channel_id, ordinal, entry_id, media_id, "
                        "subtitles_id, start_ticks, duration_ticks, first_sequence, "
                        "segment_count, discontinuity, discontinuity_sequence, from_ticks, "
                        "to_ticks, block, anchor_ticks, pass, item, fill, role, "
                        "stands_in_for) VALUES (:channel, "
                        ":ordinal, :entry, :media, :subtitles, :start, :duration, :sequence, "
                        ":segments, :discontinuity, :discontinuities, :from, :to, :block, "
                        ":anchor, :pass, :item, :fill, :role, :stands_in_for)",
         use(channel_id), use(row.ordinal), use(row.entry_id), use(row.media_id),
         use(row.subtitles_id), use(row.start), use(row.duration), use(row.first_sequence),
         use(row.segment_count), use(row.discontinuity), use(row.discontinuity_sequence),
         use(row.from), use(row.to), use(row.block), use(row.anchor), use(row.pass), use(row.item),
         use(row.fill), use(row.role), use(row.stands_in_for));
    for (const Airing& airing : airings) {
        TRY(expect_continues(before, airing));
        row.set(airing);
        insert.execute(true);
        before = &airing;
    }
    return {};
}

Result<void> replace_from(soci::session& sql, const std::string& channel_id, std::int64_t ordinal,
                          std::span<const Airing> airings) {
    const Int from = ordinal;
    sql << "DELETE FROM airings WHERE channel_id = :channel AND ordinal >= :ordinal",
        use(channel_id), use(from);
    if (!airings.empty()) {
        TRY(expect_equal("ordinal", airings.front(), airings.front().ordinal, ordinal));
    }
    sql << "UPDATE channels SET rundown_edits = rundown_edits + 1 WHERE id = :id", use(channel_id);
    return insert_after_last(sql, channel_id, airings);
}

}  // namespace

Result<void> Store::append_airings(const std::string& channel_id, std::span<const Airing> airings) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        TRY(expect_channel(sql, channel_id));
        return insert_after_last(sql, channel_id, airings);
    });
}

Result<std::int64_t> Store::rundown_edits(const std::string& channel_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::int64_t> {
        TRY(expect_channel(sql, channel_id));
        Int edits = 0;
        sql << "SELECT rundown_edits FROM channels WHERE id = :id", use(channel_id), into(edits);
        return edits;
    });
}

Result<void> splice_within(soci::session& sql, Instant now, const std::string& channel_id,
                           const Splice& splice) {
    TRY(expect_channel(sql, channel_id));
    Int edits = 0;
    sql << "SELECT rundown_edits FROM channels WHERE id = :id", use(channel_id), into(edits);
    if (edits != splice.expected_edits) {
        return fail(ErrorCode::kConflict,
                    "somebody else has changed what channel \"{}\" plays meanwhile; look at it "
                    "again, and repeat the command",
                    channel_id);
    }
    if (now > splice.not_after) {
        return fail(ErrorCode::kUnavailable,
                    "the machine was too slow: viewers may have fetched what was to change on "
                    "channel \"{}\"; repeat the command",
                    channel_id);
    }
    return replace_from(sql, channel_id, splice.ordinal, splice.airings);
}

Result<void> edit_within(soci::session& sql, Instant now, const ChannelEdit& edit) {
    if (edit.splice) TRY(splice_within(sql, now, edit.channel_id, *edit.splice));
    const Int from = edit.edits_from.count();
    sql << "UPDATE channels SET edits_from_ticks = :ticks, edits_before = :before WHERE id = :id",
        use(from), use(edit.edits_before), use(edit.channel_id);
    return {};
}

Result<void> Store::splice_airings(const std::string& channel_id, const Splice& splice) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        return splice_within(sql, impl_->now(), channel_id, splice);
    });
}

Result<void> Store::replace_airings_from(const std::string& channel_id, std::int64_t ordinal,
                                         std::span<const Airing> airings) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        TRY(expect_channel(sql, channel_id));
        return replace_from(sql, channel_id, ordinal, airings);
    });
}

Result<std::optional<Airing>> Store::last_airing(const std::string& channel_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::optional<Airing>> {
        return query_last(sql, channel_id);
    });
}

Result<std::vector<Airing>> Store::list_airings(const std::string& channel_id, Ticks from,
                                                Ticks to) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<Airing>> {
        // Rows neither overlap nor leave gaps, so the one that contains `from` is the last to
        // start at or before it: the index finds it without looking at the ones before.
        const Int first = from.count();
        const Int last = to.count();
        return query_airings(sql,
                             "AND start_ticks >= COALESCE((SELECT MAX(start_ticks) FROM airings "
                             "WHERE channel_id = :again AND start_ticks <= :from_a), :from_b) "
                             "AND start_ticks < :to AND start_ticks + duration_ticks > :from_c "
                             "ORDER BY start_ticks",
                             channel_id, {&channel_id, &first, &first, &last, &first});
    });
}

Result<std::int64_t> Store::count_airings(const std::string& channel_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::int64_t> {
        Int count = 0;
        sql << "SELECT COUNT(*) FROM airings WHERE channel_id = :channel", use(channel_id),
            into(count);
        return count;
    });
}

Result<std::int64_t> Store::prune_airings(const std::string& channel_id, Ticks before) {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        const Int tick = before.count();
        soci::statement statement =
            (sql.prepare << "DELETE FROM airings WHERE channel_id = :channel "
                            "AND start_ticks < :tick_a "
                            "AND start_ticks + duration_ticks <= :tick_b AND ordinal < "
                            "(SELECT MAX(ordinal) FROM airings WHERE channel_id = :again)",
             use(channel_id), use(tick), use(tick), use(channel_id));
        statement.execute(true);
        return statement.get_affected_rows();
    });
}

}  // namespace matinee::store
