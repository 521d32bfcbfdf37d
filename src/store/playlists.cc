// Playlists and their versions.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "store/audit.h"
#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

std::string_view to_string(ItemKind kind) {
    switch (kind) {
        case ItemKind::kEntry:
            return "entry";
        case ItemKind::kCard:
            return "card";
        case ItemKind::kFiller:
            return "filler";
        case ItemKind::kLive:
            return "live";
    }
    return "entry";
}

std::string_view to_string(Untrimmed untrimmed) {
    return untrimmed == Untrimmed::kWhole ? "whole" : "skip";
}

namespace {

constexpr std::array kItemKinds{ItemKind::kEntry, ItemKind::kCard, ItemKind::kFiller,
                                ItemKind::kLive};
constexpr std::array kUntrimmed{Untrimmed::kSkip, Untrimmed::kWhole};

Result<std::vector<PlaylistItem>> query_items(soci::session& sql, const std::string& id,
                                              Int version) {
    std::string kind;
    std::string reference;
    Int in = 0;
    Int out = 0;
    std::string untrimmed;
    soci::statement statement =
        (sql.prepare << "SELECT kind, reference, in_frame, out_frame, untrimmed "
                        "FROM playlist_items WHERE playlist_id = :id AND version = :version "
                        "ORDER BY position",
         use(id), use(version), into(kind), into(reference), into(in), into(out), into(untrimmed));
    statement.execute();
    std::vector<PlaylistItem> items;
    while (statement.fetch()) {
        PlaylistItem item;
        item.kind = TRY(parse_enum(kind, kItemKinds));
        item.reference = reference;
        item.in = in;
        if (out >= 0) item.out = out;
        item.untrimmed = TRY(parse_enum(untrimmed, kUntrimmed));
        items.push_back(std::move(item));
    }
    return items;
}

// What is said of a playlist, its items left out.
Result<std::optional<Playlist>> query_head(soci::session& sql, const std::string& id) {
    Playlist playlist;
    Int published = 0;
    Int draft = 0;
    sql << "SELECT id, title, version, draft FROM playlists WHERE id = :id", use(id),
        into(playlist.id), into(playlist.title), into(published), into(draft);
    if (!sql.got_data()) return std::optional<Playlist>();
    playlist.published = published;
    playlist.draft = draft;
    return std::optional(std::move(playlist));
}

Result<Playlist> the_playlist(soci::session& sql, const std::string& id) {
    auto head = TRY(query_head(sql, id));
    if (!head) return fail(ErrorCode::kNotFound, "there is no playlist \"{}\"", id);
    return *std::move(head);
}

Result<void> expect_draft(const std::string& id, std::int64_t draft, std::int64_t expected) {
    if (draft == expected) return {};
    return fail(
        ErrorCode::kConflict,
        "playlist \"{}\" has been changed meanwhile: its newest version is {}, not {}; look "
        "at it and make the change again",
        id, draft, expected);
}

// Adds version `version` with these items; it becomes the draft.
void insert_version(soci::session& sql, const std::string& id, const std::string& title,
                    Int version, Int restores, const std::string& author, Int now,
                    std::span<const PlaylistItem> items) {
    sql << "INSERT INTO playlists (id, title, version, draft, created_ms, updated_ms) "
           "VALUES (:id, :title, 0, :draft, :created, :updated) "
           "ON CONFLICT (id) DO UPDATE SET title = excluded.title, draft = excluded.draft, "
           "updated_ms = excluded.updated_ms",
        use(id), use(title), use(version), use(now), use(now);
    sql << "INSERT INTO playlist_versions (playlist_id, version, author, created_ms, restores) "
           "VALUES (:id, :version, :author, :created, :restores)",
        use(id), use(version), use(author), use(now), use(restores);
    Int position = 0;
    std::string kind;
    std::string reference;
    Int in = 0;
    Int out = 0;
    std::string untrimmed;
    soci::statement insert =
        (sql.prepare << "INSERT INTO playlist_items (playlist_id, version, position, kind, "
                        "reference, in_frame, out_frame, untrimmed) VALUES (:id, :version, "
                        ":position, :kind, :reference, :in_frame, :out_frame, :untrimmed)",
         use(id), use(version), use(position), use(kind), use(reference), use(in), use(out),
         use(untrimmed));
    for (const PlaylistItem& item : items) {
        kind = to_string(item.kind);
        reference = item.reference;
        in = item.in;
        out = item.out.value_or(-1);
        untrimmed = to_string(item.untrimmed);
        insert.execute(true);
        ++position;
    }
}

void publish(soci::session& sql, const std::string& id, Int version, Int now) {
    sql << "UPDATE playlists SET version = :version, updated_ms = :now WHERE id = :id",
        use(version), use(now), use(id);
}

// The version whose items version `version` has.
Int content_of(soci::session& sql, const std::string& id, Int version) {
    Int restores = 0;
    sql << "SELECT restores FROM playlist_versions WHERE playlist_id = :id AND version = :version",
        use(id), use(version), into(restores);
    return restores > 0 ? restores : version;
}

std::vector<std::string> channels_where(soci::session& sql, const char* query,
                                        const std::string& playlist) {
    std::string id;
    soci::statement statement = (sql.prepare << query, use(playlist), into(id));
    statement.execute();
    std::vector<std::string> ids;
    while (statement.fetch())
        ids.push_back(id);
    return ids;
}

// Nobody plays it, or it is said who does.
Result<void> expect_unused(soci::session& sql, const std::string& id, Instant now) {
    std::vector<std::string> uses;
    const auto name = [&](std::string_view how, const std::vector<std::string>& channels) {
        if (channels.empty()) return;
        uses.push_back(fmt::format("{} \"{}\"", how, fmt::join(channels, "\", \"")));
    };
    name("channel", channels_where(sql,
                                   "SELECT id FROM channels WHERE playlist_id = :id "
                                   "ORDER BY id",
                                   id));
    name("the schedule of", channels_where(sql,
                                           "SELECT DISTINCT channel_id FROM schedule_blocks "
                                           "WHERE playlist_id = :id ORDER BY channel_id",
                                           id));
    name("the fillers of", channels_where(sql,
                                          "SELECT channel_id FROM schedules WHERE "
                                          "filler_playlist = :id ORDER BY channel_id",
                                          id));
    // As text_of() writes it in app/planning_json.h: the versions of playlists by their ids.
    const std::string mention = fmt::format("%\"{}\":%", id);
    const std::string until_then = fmt::format(
        "SELECT id FROM channels WHERE edits_before LIKE :mention AND "
        "epoch_ms + edits_from_ticks / 90 > {} ORDER BY id",
        ms_of(now));
    name("what was published for later on", channels_where(sql, until_then.c_str(), mention));
    if (uses.empty()) return {};
    return fail(ErrorCode::kConflict,
                "playlist \"{}\" is played by {}; give them another one first", id,
                fmt::join(uses, ", by "));
}

}  // namespace

Result<void> expect_playlist_if_any(soci::session& sql, const std::string& id) {
    if (id.empty() || TRY(query_head(sql, id))) return {};
    return fail(ErrorCode::kNotFound, "there is no playlist \"{}\"", id);
}

Result<std::int64_t> Store::set_playlist(const std::string& id, const std::string& title,
                                         std::span<const PlaylistItem> items,
                                         const std::string& author) {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        const Int now = ms_of(impl_->now());
        const auto head = TRY(query_head(sql, id));
        Int version = head ? head->draft : 0;
        if (!head || !std::ranges::equal(TRY(query_items(sql, id, version)), items)) {
            ++version;
            insert_version(sql, id, title, version, 0, author, now, items);
        } else if (head->title != title) {
            sql << "UPDATE playlists SET title = :title WHERE id = :id", use(title), use(id);
        }
        if (!head || head->published != version) publish(sql, id, version, now);
        return version;
    });
}

Result<std::int64_t> Store::set_playlist(const std::string& id, const std::string& title,
                                         std::span<const std::string> entry_ids,
                                         const std::string& author) {
    std::vector<PlaylistItem> items;
    items.reserve(entry_ids.size());
    for (const std::string& entry_id : entry_ids) {
        PlaylistItem item;
        item.reference = entry_id;
        items.push_back(std::move(item));
    }
    return set_playlist(id, title, items, author);
}

Result<Playlist> Store::find_playlist(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<Playlist> {
        Playlist playlist = TRY(the_playlist(sql, id));
        playlist.version = playlist.published;
        playlist.items = TRY(query_items(sql, id, playlist.version));
        return playlist;
    });
}

Result<Playlist> Store::find_playlist_version(const std::string& id, std::int64_t version) {
    return impl_->read([&](soci::session& sql) -> Result<Playlist> {
        Playlist playlist = TRY(the_playlist(sql, id));
        playlist.version = version == 0 ? playlist.draft : version;
        if (playlist.version < 1 || playlist.version > playlist.draft) {
            return fail(ErrorCode::kNotFound, "playlist \"{}\" has no version {}; the newest is {}",
                        id, version, playlist.draft);
        }
        playlist.items = TRY(query_items(sql, id, playlist.version));
        return playlist;
    });
}

Result<std::vector<Playlist>> Store::list_playlists() {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<Playlist>> {
        std::string id;
        std::vector<std::string> ids;
        soci::statement statement =
            (sql.prepare << "SELECT id FROM playlists ORDER BY id", into(id));
        statement.execute();
        while (statement.fetch()) {
            ids.push_back(id);
        }
        std::vector<Playlist> playlists;
        for (const std::string& each : ids) {
            Playlist playlist = TRY(the_playlist(sql, each));
            playlist.version = playlist.published;
            playlist.items = TRY(query_items(sql, each, playlist.version));
            playlists.push_back(std::move(playlist));
        }
        return playlists;
    });
}

Result<std::int64_t> Store::save_draft(const std::string& id, const std::string& title,
                                       std::span<const PlaylistItem> items, std::int64_t expected,
                                       const std::string& author) {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        const auto head = TRY(query_head(sql, id));
        const std::int64_t draft = head ? head->draft : 0;
        TRY(expect_draft(id, draft, expected));
        if (head && head->title == title &&
            std::ranges::equal(TRY(query_items(sql, id, draft)), items)) {
            return draft;
        }
        insert_version(sql, id, title, draft + 1, 0, author, ms_of(impl_->now()), items);
        return draft + 1;
    });
}

Result<std::int64_t> Store::undo_draft(const std::string& id, std::int64_t expected,
                                       const std::string& author) {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        const Playlist head = TRY(the_playlist(sql, id));
        TRY(expect_draft(id, head.draft, expected));
        const Int before = content_of(sql, id, head.draft) - 1;
        if (before < 1) {
            return fail(ErrorCode::kConflict, "there is nothing before this in playlist \"{}\"",
                        id);
        }
        const Int restored = content_of(sql, id, before);
        const auto items = TRY(query_items(sql, id, restored));
        insert_version(sql, id, head.title, head.draft + 1, restored, author, ms_of(impl_->now()),
                       items);
        return head.draft + 1;
    });
}

Result<void> Store::publish_playlist(const std::string& id, std::int64_t version,
                                     std::int64_t expected, std::span<const ChannelEdit> edits) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Playlist head = TRY(the_playlist(sql, id));
        if (version < 1 || version > head.draft) {
            return fail(ErrorCode::kNotFound, "playlist \"{}\" has no version {}; the newest is {}",
                        id, version, head.draft);
        }
        if (head.published != expected) {
            return fail(ErrorCode::kConflict,
                        "playlist \"{}\" has been published meanwhile: version {}, not {}; look at "
                        "it before you publish yours",
                        id, head.published, expected);
        }
        publish(sql, id, version, ms_of(impl_->now()));
        for (const ChannelEdit& edit : edits) {
            TRY(edit_within(sql, impl_->now(), edit));
        }
        return {};
    });
}

Result<std::vector<PlaylistVersion>> Store::playlist_history(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<PlaylistVersion>> {
        TRY(the_playlist(sql, id));
        Int version = 0;
        Int restores = 0;
        Int created = 0;
        std::string author;
        soci::statement statement =
            (sql.prepare << "SELECT version, restores, author, created_ms FROM playlist_versions "
                            "WHERE playlist_id = :id ORDER BY version",
             use(id), into(version), into(restores), into(author), into(created));
        statement.execute();
        std::vector<PlaylistVersion> history;
        while (statement.fetch()) {
            history.push_back({version, restores, author, instant_of(created)});
        }
        return history;
    });
}

Result<void> Store::remove_playlist(const Playlist& known, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Playlist head = TRY(the_playlist(sql, known.id));
        TRY(expect_draft(known.id, head.draft, known.draft));
        if (head.published != known.published) {
            return fail(ErrorCode::kConflict,
                        "playlist \"{}\" has been published meanwhile: version {}, not {}",
                        known.id, head.published, known.published);
        }
        TRY(expect_unused(sql, known.id, impl_->now()));
        // Its versions and their items go with it.
        sql << "DELETE FROM playlists WHERE id = :id", use(known.id);
        put_audit(sql, impl_->now(), actor, "playlist.remove", known.id,
                  {{"title", head.title}, {"versions", head.draft}});
        return {};
    });
}

}  // namespace matinee::store
