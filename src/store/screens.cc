// Screens: pairing, what they said, what they are to do.
#include "store/screens.h"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "store/audit.h"
#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

namespace {

using nlohmann::json;

std::vector<Screen> query_screens(soci::session& sql, std::string_view rest,
                                  const std::string* key) {
    Screen row;
    int muted = 0;
    Int created = 0;
    Int reported = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT s.id, s.title, s.secret_hash, s.channel_id, s.muted, s.created_ms, "
                    "COALESCE(r.at_ms, 0), COALESCE(r.report, '{{}}') FROM screens s "
                    "LEFT JOIN screen_reports r ON r.screen_id = s.id {}",
                    rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(row.name));
    statement.exchange(into(row.secret_hash));
    statement.exchange(into(row.channel_id));
    statement.exchange(into(muted));
    statement.exchange(into(created));
    statement.exchange(into(reported));
    statement.exchange(into(row.report));
    statement.define_and_bind();
    statement.execute();
    std::vector<Screen> screens;
    while (statement.fetch()) {
        row.muted = muted != 0;
        row.created = instant_of(created);
        row.reported = instant_of(reported);
        screens.push_back(row);
    }
    return screens;
}

std::vector<ScreenPairing> query_pairings(soci::session& sql, std::string_view rest,
                                          const std::string* key) {
    ScreenPairing row;
    Int created = 0;
    Int expires = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(fmt::format(
        "SELECT code, secret_hash, network, created_ms, expires_ms FROM screen_pairings {}", rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.code));
    statement.exchange(into(row.secret_hash));
    statement.exchange(into(row.network));
    statement.exchange(into(created));
    statement.exchange(into(expires));
    statement.define_and_bind();
    statement.execute();
    std::vector<ScreenPairing> pairings;
    while (statement.fetch()) {
        row.created = instant_of(created);
        row.expires = instant_of(expires);
        pairings.push_back(row);
    }
    return pairings;
}

// By id, else by name.
Result<Screen> the_screen(soci::session& sql, const std::string& id_or_name) {
    for (const char* rest : {"WHERE s.id = :key", "WHERE s.title = :key"}) {
        auto found = query_screens(sql, rest, &id_or_name);
        if (!found.empty()) return std::move(found.front());
    }
    return fail(ErrorCode::kNotFound,
                "there is no screen \"{}\"; `matinee screen list` has those that there are",
                id_or_name);
}

Result<void> expect_free_name(soci::session& sql, const std::string& name, const std::string& id) {
    int count = 0;
    sql << "SELECT COUNT(*) FROM screens WHERE title = :name AND id <> :id", use(name), use(id),
        into(count);
    if (count == 0) return {};
    return fail(ErrorCode::kConflict, "there is a screen \"{}\" already; choose another name",
                name);
}

// What a screen shows: a channel, or nothing.
Result<void> expect_channel_if_any(soci::session& sql, const std::string& id) {
    if (id.empty() || has_channel(sql, id)) return {};
    return fail(ErrorCode::kNotFound,
                "there is no channel \"{}\"; `matinee channel list` has those that there are", id);
}

void forget_expired(soci::session& sql, Instant now) {
    const Int at = ms_of(now);
    sql << "DELETE FROM screen_pairings WHERE expires_ms <= :now", use(at);
    sql << "DELETE FROM screen_commands WHERE expires_ms <= :now", use(at);
}

}  // namespace

Result<ScreenPairing> Store::open_pairing(const ScreenPairing& wanted,
                                          const PairingLimits& limits) {
    return impl_->write([&](soci::session& sql) -> Result<ScreenPairing> {
        const Instant now = impl_->now();
        forget_expired(sql, now);
        if (!query_pairings(sql, "WHERE code = :code", &wanted.code).empty()) {
            return fail(ErrorCode::kConflict, "another screen shows the code {}", wanted.code);
        }
        const std::size_t of_network =
            query_pairings(sql, "WHERE network = :network", &wanted.network).size();
        if (of_network >= limits.of_network ||
            query_pairings(sql, "", nullptr).size() >= limits.all) {
            return fail(ErrorCode::kUnavailable,
                        "so many screens wait for their code to be typed in that no more codes are "
                        "made; approve those, or try again in some minutes");
        }
        ScreenPairing made = wanted;
        made.created = now;
        const Int created = ms_of(made.created);
        const Int expires = ms_of(made.expires);
        sql << "INSERT INTO screen_pairings (code, secret_hash, network, created_ms, expires_ms) "
               "VALUES (:code, :hash, :network, :created, :expires)",
            use(made.code), use(made.secret_hash), use(made.network), use(created), use(expires);
        return made;
    });
}

Result<std::optional<ScreenPairing>> Store::find_pairing(const std::string& secret_hash) {
    return impl_->read([&](soci::session& sql) -> Result<std::optional<ScreenPairing>> {
        auto waiting = query_pairings(sql, "WHERE secret_hash = :hash", &secret_hash);
        if (waiting.empty() || waiting.front().expires <= impl_->now()) {
            return std::optional<ScreenPairing>();
        }
        return std::optional(std::move(waiting.front()));
    });
}

Result<Screen> Store::approve_screen(const std::string& code, const std::string& name,
                                     const std::string& channel_id, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<Screen> {
        const Instant now = impl_->now();
        forget_expired(sql, now);
        const auto waiting = query_pairings(sql, "WHERE code = :code", &code);
        if (waiting.empty()) {
            return fail(ErrorCode::kNotFound,
                        "no screen shows the code \"{}\" now; type the one that it shows at this "
                        "moment",
                        code);
        }
        if (name.empty()) return fail(ErrorCode::kInvalid, "a screen needs a name");
        Screen screen;
        screen.id = make_id(now);
        screen.name = name;
        screen.secret_hash = waiting.front().secret_hash;
        screen.channel_id = channel_id;
        screen.created = now;
        TRY(expect_free_name(sql, name, screen.id));
        TRY(expect_channel_if_any(sql, channel_id));
        const Int created = ms_of(now);
        sql << "INSERT INTO screens (id, title, secret_hash, channel_id, created_ms) VALUES "
               "(:id, :name, :hash, :channel, :created)",
            use(screen.id), use(screen.name), use(screen.secret_hash), use(screen.channel_id),
            use(created);
        sql << "DELETE FROM screen_pairings WHERE code = :code", use(code);
        put_audit(sql, now, actor, "screen.approve", name,
                  {{"channel", channel_id}, {"network", waiting.front().network}});
        return screen;
    });
}

Result<std::vector<Screen>> Store::list_screens() {
    return impl_->read([](soci::session& sql) -> Result<std::vector<Screen>> {
        return query_screens(sql, "ORDER BY s.title", nullptr);
    });
}

Result<Screen> Store::find_screen(const std::string& id_or_name) {
    return impl_->read(
        [&](soci::session& sql) -> Result<Screen> { return the_screen(sql, id_or_name); });
}

Result<void> Store::update_screen(const Screen& screen, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Screen before = TRY(the_screen(sql, screen.id));
        if (screen.name.empty()) return fail(ErrorCode::kInvalid, "a screen needs a name");
        TRY(expect_free_name(sql, screen.name, screen.id));
        if (screen.channel_id != before.channel_id)
            TRY(expect_channel_if_any(sql, screen.channel_id));
        const int muted = screen.muted ? 1 : 0;
        sql << "UPDATE screens SET title = :name, channel_id = :channel, muted = :muted WHERE "
               "id = :id",
            use(screen.name), use(screen.channel_id), use(muted), use(screen.id);
        json detail = json::object();
        if (screen.name != before.name) detail["name"] = screen.name;
        if (screen.channel_id != before.channel_id) detail["channel"] = screen.channel_id;
        if (screen.muted != before.muted) detail["muted"] = screen.muted;
        if (!detail.empty()) {
            put_audit(sql, impl_->now(), actor, "screen.change", before.name, detail);
        }
        return {};
    });
}

Result<void> Store::remove_screen(const std::string& id, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Screen screen = TRY(the_screen(sql, id));
        sql << "DELETE FROM screens WHERE id = :id", use(screen.id);
        put_audit(sql, impl_->now(), actor, "screen.remove", screen.name, json::object());
        return {};
    });
}

Result<ScreenCommand> Store::command_screen(const std::string& id, const std::string& kind,
                                            std::chrono::milliseconds lasting,
                                            const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<ScreenCommand> {
        const Screen screen = TRY(the_screen(sql, id));
        const Instant now = impl_->now();
        forget_expired(sql, now);
        const ScreenCommand command{make_id(now), kind, now + lasting};
        const Int expires = ms_of(command.expires);
        sql << "INSERT INTO screen_commands (id, screen_id, kind, expires_ms) VALUES (:id, "
               ":screen, :kind, :expires)",
            use(command.id), use(screen.id), use(command.kind), use(expires);
        put_audit(sql, now, actor, "screen.command", screen.name, {{"kind", kind}});
        return command;
    });
}

Result<std::vector<ScreenCommand>> Store::report_screen(const std::string& id,
                                                        const std::string& report,
                                                        const std::string& carried_out) {
    return impl_->write([&](soci::session& sql) -> Result<std::vector<ScreenCommand>> {
        TRY(the_screen(sql, id));
        const Instant now = impl_->now();
        const Int at = ms_of(now);
        sql << "DELETE FROM screen_reports WHERE screen_id = :id", use(id);
        sql << "INSERT INTO screen_reports (screen_id, at_ms, report) VALUES (:id, :at, :report)",
            use(id), use(at), use(report);
        sql << "DELETE FROM screen_commands WHERE screen_id = :id AND (id <= :done OR expires_ms "
               "<= :now)",
            use(id), use(carried_out), use(at);
        std::vector<ScreenCommand> commands;
        ScreenCommand row;
        Int expires = 0;
        soci::statement statement =
            (sql.prepare << "SELECT id, kind, expires_ms FROM screen_commands WHERE screen_id = "
                            ":id ORDER BY id",
             use(id), into(row.id), into(row.kind), into(expires));
        statement.execute();
        while (statement.fetch()) {
            row.expires = instant_of(expires);
            commands.push_back(row);
        }
        return commands;
    });
}

Result<void> Store::put_screen_still(const std::string& id, const std::string& still) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        TRY(the_screen(sql, id));
        sql << "DELETE FROM screen_stills WHERE screen_id = :id", use(id);
        sql << "INSERT INTO screen_stills (screen_id, still) VALUES (:id, :still)", use(id),
            use(still);
        return {};
    });
}

Result<std::optional<std::string>> Store::find_screen_still(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<std::optional<std::string>> {
        std::string still;
        soci::statement statement =
            (sql.prepare << "SELECT still FROM screen_stills WHERE screen_id = :id", use(id),
             into(still));
        statement.execute();
        if (!statement.fetch()) return std::optional<std::string>();
        return std::optional(still);
    });
}

}  // namespace matinee::store
