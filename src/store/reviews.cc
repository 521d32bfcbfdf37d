// Review rounds: criteria, films, jurors, and what those wrote.
#include "store/reviews.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "store/audit.h"
#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

namespace {

using nlohmann::json;
using review::Criterion;
using review::Milliseconds;
using review::Sheet;
using review::Stretch;

// Of JSON that this file wrote; exceptions (a damaged database) end in Impl::run().
json criteria_json(const std::vector<Criterion>& criteria) {
    json all = json::array();
    for (const Criterion& criterion : criteria) {
        all.push_back({{"id", criterion.id},
                       {"names", criterion.names},
                       {"low", criterion.low},
                       {"high", criterion.high},
                       {"weight", criterion.weight}});
    }
    return all;
}

std::vector<Criterion> criteria_of(const std::string& text) {
    std::vector<Criterion> criteria;
    for (const json& each : json::parse(text)) {
        criteria.push_back(
            {each.at("id"), each.at("names"), each.at("low"), each.at("high"), each.at("weight")});
    }
    return criteria;
}

std::string json_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json comments_json(const std::vector<review::Comment>& comments) {
    json all = json::array();
    for (const auto& comment : comments) {
        all.push_back({{"id", comment.id}, {"at_ms", comment.at.count()}, {"text", comment.text}});
    }
    return all;
}

json seen_json(const std::vector<Stretch>& seen) {
    json all = json::array();
    for (const Stretch& stretch : seen) {
        all.push_back({stretch.start.count(), stretch.end.count()});
    }
    return all;
}

std::vector<ReviewRound> query_rounds(soci::session& sql, std::string_view rest,
                                      const std::string* key) {
    ReviewRound row;
    std::string titles;
    std::string criteria;
    Int version = 0;
    Int seed = 0;
    int closed = 0;
    Int created = 0;
    Int updated = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT id, version, titles, criteria, seed, closed, created_ms, updated_ms "
                    "FROM review_rounds {}",
                    rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(version));
    statement.exchange(into(titles));
    statement.exchange(into(criteria));
    statement.exchange(into(seed));
    statement.exchange(into(closed));
    statement.exchange(into(created));
    statement.exchange(into(updated));
    statement.define_and_bind();
    statement.execute();
    std::vector<ReviewRound> rounds;
    while (statement.fetch()) {
        row.version = version;
        row.titles = json::parse(titles).get<review::Texts>();
        row.criteria = criteria_of(criteria);
        row.seed = static_cast<std::uint64_t>(seed);
        row.closed = closed != 0;
        row.created = instant_of(created);
        row.updated = instant_of(updated);
        rounds.push_back(row);
    }
    return rounds;
}

Result<ReviewRound> the_round(soci::session& sql, const std::string& id) {
    auto rounds = query_rounds(sql, "WHERE id = :id", &id);
    if (rounds.empty()) return fail(ErrorCode::kNotFound, "there is no review round \"{}\"", id);
    return std::move(rounds.front());
}

std::vector<ReviewEntry> query_review_entries(soci::session& sql, const std::string& round_id) {
    ReviewEntry row;
    Int batch = 0;
    Int place = 0;
    int withdrawn = 0;
    soci::statement statement =
        (sql.prepare << "SELECT entry_id, batch, place, withdrawn FROM review_entries WHERE "
                        "round_id = :round ORDER BY batch, place",
         use(round_id), into(row.entry_id), into(batch), into(place), into(withdrawn));
    statement.execute();
    std::vector<ReviewEntry> entries;
    while (statement.fetch()) {
        row.batch = batch;
        row.place = place;
        row.withdrawn = withdrawn != 0;
        entries.push_back(row);
    }
    return entries;
}

std::vector<Juror> query_jurors(soci::session& sql, std::string_view rest, const std::string& key) {
    Juror row;
    Int number = 0;
    int removed = 0;
    Int created = 0;
    soci::statement statement =
        (sql.prepare << fmt::format("SELECT id, round_id, number, name, link_id, user_id, removed, "
                                    "created_ms FROM review_jurors {}",
                                    rest),
         use(key), into(row.id), into(row.round_id), into(number), into(row.name),
         into(row.link_id), into(row.user_id), into(removed), into(created));
    statement.execute();
    std::vector<Juror> jurors;
    while (statement.fetch()) {
        row.number = number;
        row.removed = removed != 0;
        row.created = instant_of(created);
        jurors.push_back(row);
    }
    for (Juror& juror : jurors) {
        std::string entry;
        std::string reason;
        soci::statement conflicts =
            (sql.prepare << "SELECT entry_id, reason FROM review_conflicts WHERE juror_id = :juror",
             use(juror.id), into(entry), into(reason));
        conflicts.execute();
        while (conflicts.fetch()) {
            juror.conflicts[entry] = reason;
        }
    }
    return jurors;
}

Result<Juror> the_juror(soci::session& sql, const std::string& id) {
    auto jurors = query_jurors(sql, "WHERE id = :id", id);
    if (jurors.empty()) return fail(ErrorCode::kNotFound, "there is no juror \"{}\"", id);
    return std::move(jurors.front());
}

std::vector<ReviewSheet> query_sheets(soci::session& sql, std::string_view rest,
                                      const std::string& first, const std::string* second) {
    ReviewSheet row;
    std::string scores;
    std::string comments;
    std::string seen;
    Int version = 0;
    Int position = 0;
    Int updated = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT s.juror_id, s.entry_id, s.version, s.scores, s.note, s.comments, "
                    "s.seen, s.position_ms, s.updated_ms FROM review_sheets s {}",
                    rest));
    statement.exchange(use(first));
    if (second) statement.exchange(use(*second));
    statement.exchange(into(row.juror_id));
    statement.exchange(into(row.entry_id));
    statement.exchange(into(version));
    statement.exchange(into(scores));
    statement.exchange(into(row.sheet.note));
    statement.exchange(into(comments));
    statement.exchange(into(seen));
    statement.exchange(into(position));
    statement.exchange(into(updated));
    statement.define_and_bind();
    statement.execute();
    std::vector<ReviewSheet> sheets;
    while (statement.fetch()) {
        row.sheet.version = version;
        row.sheet.scores = json::parse(scores).get<review::Scores>();
        row.sheet.comments.clear();
        for (const json& each : json::parse(comments)) {
            row.sheet.comments.push_back({each.at("id"),
                                          Milliseconds(each.at("at_ms").get<std::int64_t>()),
                                          each.at("text")});
        }
        row.sheet.seen.clear();
        for (const json& each : json::parse(seen)) {
            row.sheet.seen.push_back({Milliseconds(each.at(0).get<std::int64_t>()),
                                      Milliseconds(each.at(1).get<std::int64_t>())});
        }
        row.sheet.position = Milliseconds(position);
        row.updated = instant_of(updated);
        sheets.push_back(row);
    }
    return sheets;
}

Sheet sheet_within(soci::session& sql, const std::string& juror_id, const std::string& entry_id) {
    auto sheets =
        query_sheets(sql, "WHERE s.juror_id = :juror AND s.entry_id = :entry", juror_id, &entry_id);
    return sheets.empty() ? Sheet{} : std::move(sheets.front().sheet);
}

void put_sheet(soci::session& sql, Instant now, const std::string& juror_id,
               const std::string& entry_id, const Sheet& sheet) {
    const Int version = sheet.version;
    const std::string scores = json_text(sheet.scores);
    const std::string comments = json_text(comments_json(sheet.comments));
    const std::string seen = json_text(seen_json(sheet.seen));
    const Int position = sheet.position.count();
    const Int at = ms_of(now);
    sql << "INSERT INTO review_sheets (juror_id, entry_id, version, scores, note, comments, seen, "
           "position_ms, updated_ms) VALUES (:juror, :entry, :version, :scores, :note, :comments, "
           ":seen, :position, :now) ON CONFLICT (juror_id, entry_id) DO UPDATE SET version = "
           "excluded.version, scores = excluded.scores, note = excluded.note, comments = "
           "excluded.comments, seen = excluded.seen, position_ms = excluded.position_ms, "
           "updated_ms = excluded.updated_ms",
        use(juror_id), use(entry_id), use(version), use(scores), use(sheet.note), use(comments),
        use(seen), use(position), use(at);
}

// The round, if the juror may write about this film in it now.
Result<ReviewRound> round_to_write(soci::session& sql, const std::string& juror_id,
                                   const std::string& entry_id) {
    const Juror juror = TRY(the_juror(sql, juror_id));
    ReviewRound round = TRY(the_round(sql, juror.round_id));
    const auto entries = query_review_entries(sql, juror.round_id);
    const auto entry = std::ranges::find(entries, entry_id, &ReviewEntry::entry_id);
    if (juror.removed || entry == entries.end() || entry->withdrawn ||
        juror.conflicts.contains(entry_id)) {
        return fail(ErrorCode::kNotFound, "\"{}\" is not assigned to {} in review round \"{}\"",
                    entry_id, juror.name, juror.round_id);
    }
    if (round.closed) {
        return fail(ErrorCode::kDenied, "Review round \"{}\" is closed.", round.id);
    }
    return round;
}

bool has_scores(soci::session& sql, const std::string& round_id) {
    int count = 0;
    sql << "SELECT COUNT(*) FROM review_sheets s JOIN review_jurors j ON j.id = s.juror_id WHERE "
           "j.round_id = :round AND s.scores <> '{}'",
        use(round_id), into(count);
    return count > 0;
}

// Whether scores given by the one set of criteria mean the same in the other.
bool score_alike(const std::vector<Criterion>& before, const std::vector<Criterion>& after) {
    return std::ranges::all_of(before, [&](const Criterion& old) {
        const auto now = std::ranges::find(after, old.id, &Criterion::id);
        return now != after.end() && now->low == old.low && now->high == old.high;
    });
}

}  // namespace

Result<void> Store::create_review_round(const ReviewRound& round, const std::string& actor) {
    TRY(review::check_criteria(round.criteria));
    return impl_->write([&](soci::session& sql) -> Result<void> {
        if (!query_rounds(sql, "WHERE id = :id", &round.id).empty()) {
            return fail(ErrorCode::kConflict, "there is a review round \"{}\" already", round.id);
        }
        const std::string titles = json_text(round.titles);
        const json criteria = criteria_json(round.criteria);
        const std::string criteria_text = json_text(criteria);
        const Int seed = static_cast<Int>(round.seed);
        const Instant now = impl_->now();
        const Int at = ms_of(now);
        sql << "INSERT INTO review_rounds (id, titles, criteria, seed, created_ms, updated_ms) "
               "VALUES (:id, :titles, :criteria, :seed, :created, :updated)",
            use(round.id), use(titles), use(criteria_text), use(seed), use(at), use(at);
        put_audit(sql, now, actor, "review.create", round.id, {{"criteria", criteria}});
        return {};
    });
}

Result<std::int64_t> Store::change_review_round(const ReviewRound& round,
                                                const std::string& actor) {
    TRY(review::check_criteria(round.criteria));
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        const ReviewRound before = TRY(the_round(sql, round.id));
        if (before.version != round.version) {
            return fail(ErrorCode::kConflict,
                        "review round \"{}\" is at version {} now, not {}; look at it again",
                        round.id, before.version, round.version);
        }
        if (!score_alike(before.criteria, round.criteria) && has_scores(sql, round.id)) {
            return fail(ErrorCode::kConflict,
                        "scores have been given in \"{}\": criteria can be added, renamed and "
                        "weighed anew, but neither removed nor put on another scale; that needs "
                        "another round",
                        round.id);
        }
        const std::string titles = json_text(round.titles);
        const json criteria = criteria_json(round.criteria);
        const std::string criteria_text = json_text(criteria);
        const int closed = round.closed ? 1 : 0;
        const Int version = before.version + 1;
        const Instant now = impl_->now();
        const Int at = ms_of(now);
        sql << "UPDATE review_rounds SET version = :version, titles = :titles, criteria = "
               ":criteria, closed = :closed, updated_ms = :now WHERE id = :id",
            use(version), use(titles), use(criteria_text), use(closed), use(at), use(round.id);
        json detail = json::object();
        if (before.titles != round.titles) detail["titles"] = round.titles;
        if (before.criteria != round.criteria) detail["criteria"] = criteria;
        if (before.closed != round.closed) detail["closed"] = round.closed;
        put_audit(sql, now, actor, "review.change", round.id, detail);
        return version;
    });
}

Result<ReviewRound> Store::find_review_round(const std::string& id) {
    return impl_->read(
        [&](soci::session& sql) -> Result<ReviewRound> { return the_round(sql, id); });
}

Result<std::vector<ReviewRound>> Store::list_review_rounds() {
    return impl_->read([](soci::session& sql) -> Result<std::vector<ReviewRound>> {
        return query_rounds(sql, "ORDER BY id", nullptr);
    });
}

Result<std::int64_t> Store::assign_review_entries(const std::string& round_id,
                                                  std::span<const std::string> entry_ids,
                                                  const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        TRY(the_round(sql, round_id));
        const auto known = query_review_entries(sql, round_id);
        const Int batch = known.empty() ? 0 : known.back().batch + 1;
        std::set<std::string> done;
        Int place = 0;
        json assigned = json::array();
        for (const std::string& id : entry_ids) {
            if (!done.insert(id).second) continue;
            const auto found = std::ranges::find(known, id, &ReviewEntry::entry_id);
            if (found != known.end()) {
                if (!found->withdrawn) continue;
                sql << "UPDATE review_entries SET withdrawn = 0 WHERE round_id = :round AND "
                       "entry_id = :entry",
                    use(round_id), use(id);
                assigned.push_back(id);
                continue;
            }
            int count = 0;
            sql << "SELECT COUNT(*) FROM entries WHERE id = :id AND kind = 'film'", use(id),
                into(count);
            if (count == 0) return fail(ErrorCode::kNotFound, "there is no film \"{}\"", id);
            sql << "INSERT INTO review_entries (round_id, entry_id, batch, place) VALUES (:round, "
                   ":entry, :batch, :place)",
                use(round_id), use(id), use(batch), use(place);
            ++place;
            assigned.push_back(id);
        }
        const auto count = static_cast<std::int64_t>(assigned.size());
        if (count > 0) {
            put_audit(sql, impl_->now(), actor, "review.assign", round_id,
                      {{"entries", std::move(assigned)}});
        }
        return count;
    });
}

Result<void> Store::withdraw_review_entry(const std::string& round_id, const std::string& entry_id,
                                          const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        TRY(the_round(sql, round_id));
        const auto known = query_review_entries(sql, round_id);
        const auto found = std::ranges::find(known, entry_id, &ReviewEntry::entry_id);
        if (found == known.end()) {
            return fail(ErrorCode::kNotFound, "\"{}\" is not in review round \"{}\"", entry_id,
                        round_id);
        }
        if (found->withdrawn) return {};
        sql << "UPDATE review_entries SET withdrawn = 1 WHERE round_id = :round AND entry_id = "
               ":entry",
            use(round_id), use(entry_id);
        put_audit(sql, impl_->now(), actor, "review.withdraw", round_id, {{"entry", entry_id}});
        return {};
    });
}

Result<std::vector<ReviewEntry>> Store::list_review_entries(const std::string& round_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<ReviewEntry>> {
        return query_review_entries(sql, round_id);
    });
}

Result<Juror> Store::add_juror(const Juror& juror, const std::optional<Link>& link,
                               const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<Juror> {
        TRY(the_round(sql, juror.round_id));
        const auto others =
            query_jurors(sql, "WHERE round_id = :round ORDER BY number", juror.round_id);
        for (const Juror& other : others) {
            if (other.removed) continue;
            if (other.name == juror.name ||
                (!juror.user_id.empty() && other.user_id == juror.user_id)) {
                return fail(ErrorCode::kConflict,
                            "{} is a juror of review round \"{}\" already; take another name",
                            juror.name, juror.round_id);
            }
        }
        const Instant now = impl_->now();
        Juror added = juror;
        added.id = make_id(now);
        added.number = static_cast<std::int64_t>(others.size());
        added.created = now;
        if (link) {
            added.link_id = link->id;
            put_link(sql, now, *link, actor);
        }
        const Int number = added.number;
        const Int at = ms_of(now);
        sql << "INSERT INTO review_jurors (id, round_id, number, name, link_id, user_id, "
               "created_ms) VALUES (:id, :round, :number, :name, :link, :user, :now)",
            use(added.id), use(added.round_id), use(number), use(added.name), use(added.link_id),
            use(added.user_id), use(at);
        put_audit(sql, now, actor, "review.juror", juror.round_id,
                  {{"juror", added.name}, {"id", added.id}});
        return added;
    });
}

Result<void> Store::remove_juror(const std::string& id, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Juror juror = TRY(the_juror(sql, id));
        if (juror.removed) return {};
        const Instant now = impl_->now();
        const Int at = ms_of(now);
        sql << "UPDATE review_jurors SET removed = 1 WHERE id = :id", use(id);
        if (!juror.link_id.empty()) {
            sql << "UPDATE links SET revoked_ms = :now WHERE id = :id AND revoked_ms = 0", use(at),
                use(juror.link_id);
        }
        put_audit(sql, now, actor, "review.remove-juror", juror.round_id,
                  {{"juror", juror.name}, {"id", id}});
        return {};
    });
}

Result<void> Store::set_review_conflict(const std::string& juror_id, const std::string& entry_id,
                                        const std::string& reason, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Juror juror = TRY(the_juror(sql, juror_id));
        const auto known = query_review_entries(sql, juror.round_id);
        if (std::ranges::find(known, entry_id, &ReviewEntry::entry_id) == known.end()) {
            return fail(ErrorCode::kNotFound, "\"{}\" is not in review round \"{}\"", entry_id,
                        juror.round_id);
        }
        sql << "INSERT INTO review_conflicts (juror_id, entry_id, reason) VALUES (:juror, :entry, "
               ":reason) ON CONFLICT (juror_id, entry_id) DO UPDATE SET reason = excluded.reason",
            use(juror_id), use(entry_id), use(reason);
        put_audit(sql, impl_->now(), actor, "review.conflict", juror.round_id,
                  {{"juror", juror.name}, {"entry", entry_id}, {"reason", reason}});
        return {};
    });
}

Result<void> Store::clear_review_conflict(const std::string& juror_id, const std::string& entry_id,
                                          const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Juror juror = TRY(the_juror(sql, juror_id));
        if (!juror.conflicts.contains(entry_id)) return {};
        sql << "DELETE FROM review_conflicts WHERE juror_id = :juror AND entry_id = :entry",
            use(juror_id), use(entry_id);
        put_audit(sql, impl_->now(), actor, "review.no-conflict", juror.round_id,
                  {{"juror", juror.name}, {"entry", entry_id}});
        return {};
    });
}

Result<Juror> Store::find_juror(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<Juror> { return the_juror(sql, id); });
}

Result<std::vector<Juror>> Store::list_jurors(const std::string& round_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<Juror>> {
        return query_jurors(sql, "WHERE round_id = :round ORDER BY number", round_id);
    });
}

Result<std::vector<Juror>> Store::list_jurors_by_link(const std::string& link_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<Juror>> {
        return query_jurors(sql, "WHERE link_id = :link AND removed = 0 ORDER BY round_id",
                            link_id);
    });
}

Result<std::vector<Juror>> Store::list_jurors_by_user(const std::string& user_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<Juror>> {
        return query_jurors(sql, "WHERE user_id = :user AND removed = 0 ORDER BY round_id",
                            user_id);
    });
}

Result<Sheet> Store::find_review_sheet(const std::string& juror_id, const std::string& entry_id) {
    return impl_->read(
        [&](soci::session& sql) -> Result<Sheet> { return sheet_within(sql, juror_id, entry_id); });
}

Result<std::vector<ReviewSheet>> Store::list_review_sheets(const std::string& round_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<ReviewSheet>> {
        return query_sheets(sql,
                            "JOIN review_jurors j ON j.id = s.juror_id WHERE j.round_id = :round "
                            "ORDER BY j.number, s.entry_id",
                            round_id, nullptr);
    });
}

Result<Sheet> Store::write_review_sheet(const std::string& juror_id, const std::string& entry_id,
                                        Sheet written) {
    return impl_->write([&](soci::session& sql) -> Result<Sheet> {
        const ReviewRound round = TRY(round_to_write(sql, juror_id, entry_id));
        TRY(review::check_sheet(written, round.criteria));
        Sheet sheet = sheet_within(sql, juror_id, entry_id);
        if (sheet.version != written.version) {
            return fail(ErrorCode::kConflict,
                        "what was written about \"{}\" is at version {} now, not {}; take it, and "
                        "make the change again",
                        entry_id, sheet.version, written.version);
        }
        ++sheet.version;
        sheet.scores = std::move(written.scores);
        sheet.note = std::move(written.note);
        sheet.comments = std::move(written.comments);
        put_sheet(sql, impl_->now(), juror_id, entry_id, sheet);
        return sheet;
    });
}

Result<Sheet> Store::note_watched(const std::string& juror_id, const std::string& entry_id,
                                  std::span<const Stretch> stretches, Milliseconds position) {
    return impl_->write([&](soci::session& sql) -> Result<Sheet> {
        TRY(round_to_write(sql, juror_id, entry_id));
        Int ticks = 0;
        sql << "SELECT m.duration_ticks FROM entries e JOIN media m ON m.id = e.media_id WHERE "
               "e.id = :id",
            use(entry_id), into(ticks);
        if (!sql.got_data()) {
            return fail(ErrorCode::kConflict, "\"{}\" is not prepared; nobody can have watched it",
                        entry_id);
        }
        const Milliseconds duration(ticks / 90);
        Sheet sheet = sheet_within(sql, juror_id, entry_id);
        sheet.seen = TRY(review::with_stretches(sheet.seen, stretches, duration));
        sheet.position = std::clamp(position, Milliseconds(0), duration);
        put_sheet(sql, impl_->now(), juror_id, entry_id, sheet);
        return sheet;
    });
}

Result<ReviewGrants> Store::review_grants() {
    return impl_->read([](soci::session& sql) -> Result<ReviewGrants> {
        ReviewGrants all;
        ReviewGrants::Grant row;
        soci::statement grants =
            (sql.prepare
                 << "SELECT j.link_id, j.user_id, e.entry_id FROM review_jurors j JOIN "
                    "review_rounds r ON r.id = j.round_id AND r.closed = 0 JOIN review_entries e "
                    "ON e.round_id = r.id AND e.withdrawn = 0 LEFT JOIN review_conflicts c ON "
                    "c.juror_id = j.id AND c.entry_id = e.entry_id WHERE j.removed = 0 AND "
                    "c.juror_id IS NULL",
             into(row.link_id), into(row.user_id), into(row.entry_id));
        grants.execute();
        while (grants.fetch()) {
            all.grants.push_back(row);
        }
        std::string entry;
        soci::statement entries =
            (sql.prepare << "SELECT DISTINCT entry_id FROM review_entries WHERE withdrawn = 0",
             into(entry));
        entries.execute();
        while (entries.fetch()) {
            all.entries.push_back(entry);
        }
        return all;
    });
}

}  // namespace matinee::store
