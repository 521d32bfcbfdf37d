// What channels play when.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "store/impl.h"

namespace matinee::store {

using playout::Overrun;
using soci::into;
using soci::use;

std::string_view to_string(Repeats repeats) {
    switch (repeats) {
        case Repeats::kOnce:
            return "once";
        case Repeats::kDaily:
            return "daily";
        case Repeats::kWeekly:
            return "weekly";
    }
    return "once";
}

std::string_view to_string(Overrun overrun) {
    switch (overrun) {
        case Overrun::kFill:
            return "fill";
        case Overrun::kCut:
            return "cut";
        case Overrun::kFinish:
            return "finish";
    }
    return "fill";
}

namespace {

constexpr std::array kRepeats{Repeats::kOnce, Repeats::kDaily, Repeats::kWeekly};
constexpr std::array kOverruns{Overrun::kFill, Overrun::kCut, Overrun::kFinish};

// The version of the channel's last schedule; negative when that was removed, 0 when there has been
// none. So no version is given twice, and whoever still has an old one is told.
Int last_version(soci::session& sql, const std::string& channel_id) {
    Int version = 0;
    sql << "SELECT version FROM schedules WHERE channel_id = :id", use(channel_id), into(version);
    return sql.got_data() ? version : 0;
}

Result<Schedule> query_schedule(soci::session& sql, const std::string& channel_id) {
    Schedule schedule;
    schedule.channel_id = channel_id;
    Int version = 0;
    Int fade = 0;
    sql << "SELECT version, slate_entry, filler_playlist, countdown_entry, fade_ms FROM schedules "
           "WHERE channel_id = :id AND version > 0",
        use(channel_id), into(version), into(schedule.slate_entry), into(schedule.filler_playlist),
        into(schedule.countdown_entry), into(fade);
    if (!sql.got_data()) {
        schedule.slate_entry.clear();
        schedule.filler_playlist.clear();
        schedule.countdown_entry.clear();
        return schedule;
    }
    schedule.version = version;
    schedule.fade = std::chrono::milliseconds(fade);
    ScheduleBlock row;
    Int passes = 0;
    Int since = 0;
    std::string repeats;
    std::string overrun;
    soci::statement statement =
        (sql.prepare << "SELECT id, playlist_id, passes, start_local, zone, repeats, until_local, "
                        "overrun, countdown_entry, since_ms FROM schedule_blocks "
                        "WHERE channel_id = :id ORDER BY position",
         use(channel_id), into(row.id), into(row.playlist_id), into(passes), into(row.start),
         into(row.zone), into(repeats), into(row.until), into(overrun), into(row.countdown_entry),
         into(since));
    statement.execute();
    while (statement.fetch()) {
        row.passes = passes;
        row.repeats = TRY(parse_enum(repeats, kRepeats));
        row.overrun = TRY(parse_enum(overrun, kOverruns));
        row.since = instant_of(since);
        schedule.blocks.push_back(row);
    }
    return schedule;
}

Result<void> expect_version(const Schedule& present, std::int64_t version) {
    if (present.version == version) return {};
    return fail(ErrorCode::kConflict,
                "the schedule of channel \"{}\" has been changed meanwhile: it has version {}, not "
                "{}; look at it and make the change again",
                present.channel_id, present.version, version);
}

}  // namespace

bool starts_alike(const ScheduleBlock& a, const ScheduleBlock& b) {
    return a.id == b.id && a.start == b.start && a.zone == b.zone && a.repeats == b.repeats;
}

Result<Schedule> Store::find_schedule(const std::string& channel_id) {
    return impl_->read([&](soci::session& sql) -> Result<Schedule> {
        TRY(expect_channel(sql, channel_id));
        return query_schedule(sql, channel_id);
    });
}

Result<std::int64_t> Store::set_schedule(const Schedule& schedule,
                                         std::span<const ChannelEdit> edits) {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        const std::string& channel_id = schedule.channel_id;
        TRY(expect_channel(sql, channel_id));
        const Schedule before = TRY(query_schedule(sql, channel_id));
        TRY(expect_version(before, schedule.version));
        TRY(expect_playlist_if_any(sql, schedule.filler_playlist));
        const Int version = std::abs(last_version(sql, channel_id)) + 1;
        const Int fade = schedule.fade.count();
        sql << "INSERT INTO schedules (channel_id, version, slate_entry, filler_playlist, "
               "countdown_entry, fade_ms) VALUES (:id, :version, :slate, :fillers, :countdown, "
               ":fade) ON CONFLICT (channel_id) DO UPDATE SET version = excluded.version, "
               "slate_entry = excluded.slate_entry, filler_playlist = excluded.filler_playlist, "
               "countdown_entry = excluded.countdown_entry, fade_ms = excluded.fade_ms",
            use(channel_id), use(version), use(schedule.slate_entry), use(schedule.filler_playlist),
            use(schedule.countdown_entry), use(fade);
        sql << "DELETE FROM schedule_blocks WHERE channel_id = :id", use(channel_id);
        Int position = 0;
        for (const ScheduleBlock& block : schedule.blocks) {
            int playlists = 0;
            sql << "SELECT COUNT(*) FROM playlists WHERE id = :id", use(block.playlist_id),
                into(playlists);
            if (playlists == 0) {
                return fail(ErrorCode::kNotFound, "block \"{}\": there is no playlist \"{}\"",
                            block.id, block.playlist_id);
            }
            if (std::ranges::count(schedule.blocks, block.id, &ScheduleBlock::id) > 1) {
                return fail(ErrorCode::kInvalid, "there are two blocks called \"{}\"", block.id);
            }
            const auto same = std::ranges::find_if(
                before.blocks, [&](const ScheduleBlock& old) { return starts_alike(old, block); });
            const Int since = ms_of(same == before.blocks.end() ? impl_->now() : same->since);
            const Int passes = block.passes;
            const std::string repeats(to_string(block.repeats));
            const std::string overrun(to_string(block.overrun));
            sql << "INSERT INTO schedule_blocks (channel_id, position, id, playlist_id, passes, "
                   "start_local, zone, repeats, until_local, overrun, countdown_entry, since_ms) "
                   "VALUES (:channel, :position, :id, :playlist, :passes, :start, :zone, :repeats, "
                   ":until, :overrun, :countdown, :since)",
                use(channel_id), use(position), use(block.id), use(block.playlist_id), use(passes),
                use(block.start), use(block.zone), use(repeats), use(block.until), use(overrun),
                use(block.countdown_entry), use(since);
            ++position;
        }
        for (const ChannelEdit& edit : edits) {
            TRY(edit_within(sql, impl_->now(), edit));
        }
        return version;
    });
}

Result<void> Store::remove_schedule(const std::string& channel_id, std::int64_t version) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        TRY(expect_channel(sql, channel_id));
        const Schedule present = TRY(query_schedule(sql, channel_id));
        TRY(expect_version(present, version));
        if (version == 0) return {};
        sql << "UPDATE schedules SET version = -version, slate_entry = '', filler_playlist = '', "
               "countdown_entry = '' WHERE channel_id = :id",
            use(channel_id);
        sql << "DELETE FROM schedule_blocks WHERE channel_id = :id", use(channel_id);
        // Or commands until then would go on by the schedule that is gone.
        sql << "UPDATE channels SET edits_from_ticks = 0, edits_before = '' WHERE id = :id",
            use(channel_id);
        return {};
    });
}

Result<Ticks> Store::edits_from(const std::string& channel_id) {
    return impl_->read([&](soci::session& sql) -> Result<Ticks> {
        TRY(expect_channel(sql, channel_id));
        Int ticks = 0;
        sql << "SELECT edits_from_ticks FROM channels WHERE id = :id", use(channel_id), into(ticks);
        return Ticks(ticks);
    });
}

Result<std::string> Store::edits_before(const std::string& channel_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::string> {
        TRY(expect_channel(sql, channel_id));
        std::string text;
        sql << "SELECT edits_before FROM channels WHERE id = :id", use(channel_id), into(text);
        return text;
    });
}

}  // namespace matinee::store
