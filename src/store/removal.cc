// Taking things out for good, where nothing needs them any more.
#include <string>
#include <vector>

#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

namespace {

// How long after an airing viewers may still go back to it, at the most.
constexpr std::chrono::hours kWatchable{24};

std::vector<std::string> texts(soci::session& sql, const char* query, const std::string& id) {
    std::string text;
    soci::statement statement = (sql.prepare << query, use(id), into(text));
    statement.execute();
    std::vector<std::string> all;
    while (statement.fetch())
        all.push_back(text);
    return all;
}

}  // namespace

Result<void> Store::remove_entry(const std::string& id) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        int count = 0;
        sql << "SELECT COUNT(*) FROM entries WHERE id = :id", use(id), into(count);
        if (count == 0) return fail(ErrorCode::kNotFound, "there is no entry \"{}\"", id);
        const auto playlists =
            texts(sql,
                  "SELECT DISTINCT i.playlist_id FROM playlist_items i JOIN playlists p "
                  "ON p.id = i.playlist_id AND (i.version = p.version OR i.version = p.draft) "
                  "WHERE i.reference = :id ORDER BY i.playlist_id",
                  id);
        if (!playlists.empty()) {
            return fail(ErrorCode::kConflict,
                        "entry \"{}\" is in the playlist \"{}\"; take it out, and publish that, "
                        "first",
                        id, playlists.front());
        }
        const auto slates =
            texts(sql, "SELECT channel_id FROM schedules WHERE slate_entry = :id", id);
        if (!slates.empty()) {
            return fail(ErrorCode::kConflict,
                        "entry \"{}\" is the slate of channel \"{}\"; give that another first", id,
                        slates.front());
        }
        const auto countdowns =
            texts(sql,
                  "SELECT s.channel_id FROM schedules s LEFT JOIN schedule_blocks b "
                  "ON b.channel_id = s.channel_id "
                  "WHERE :id IN (s.countdown_entry, b.countdown_entry)",
                  id);
        if (!countdowns.empty()) {
            return fail(ErrorCode::kConflict,
                        "entry \"{}\" counts down on channel \"{}\"; give that another first", id,
                        countdowns.front());
        }
        const Int since = ms_of(impl_->now() - kWatchable);
        std::string channel;
        sql << "SELECT a.channel_id FROM airings a JOIN channels c ON c.id = a.channel_id "
               "WHERE a.entry_id = :id AND c.epoch_ms + (a.start_ticks + a.duration_ticks) / 90 > "
               ":since LIMIT 1",
            use(id), use(since), into(channel);
        if (sql.got_data()) {
            return fail(ErrorCode::kConflict,
                        "entry \"{}\" is on the air on channel \"{}\", will be, or has been within "
                        "the last day",
                        id, channel);
        }
        sql << "SELECT COUNT(*) FROM jobs WHERE entry_id = :id AND state IN ('queued', 'running')",
            use(id), into(count);
        if (count != 0) {
            return fail(ErrorCode::kConflict,
                        "entry \"{}\" is being prepared; cancel the job first", id);
        }
        const auto rounds =
            texts(sql, "SELECT round_id FROM review_entries WHERE entry_id = :id", id);
        if (!rounds.empty()) {
            return fail(ErrorCode::kConflict,
                        "entry \"{}\" is in the review round \"{}\", whose jurors' scores would go "
                        "with it",
                        id, rounds.front());
        }
        sql << "DELETE FROM entries WHERE id = :id", use(id);
        return {};
    });
}

}  // namespace matinee::store
