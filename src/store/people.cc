// Accounts, tokens, links, and the audit log.
#include "store/people.h"

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

std::vector<User> query_users(soci::session& sql, std::string_view rest, const std::string* key) {
    User row;
    int disabled = 0;
    Int created = 0;
    Int updated = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(fmt::format(
        "SELECT id, name, role, password_hash, disabled, created_ms, updated_ms FROM users {}",
        rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(row.name));
    statement.exchange(into(row.role));
    statement.exchange(into(row.password_hash));
    statement.exchange(into(disabled));
    statement.exchange(into(created));
    statement.exchange(into(updated));
    statement.define_and_bind();
    statement.execute();
    std::vector<User> users;
    while (statement.fetch()) {
        row.disabled = disabled != 0;
        row.created = instant_of(created);
        row.updated = instant_of(updated);
        users.push_back(row);
    }
    return users;
}

Result<User> the_user(std::vector<User> users, const std::string& name) {
    if (users.empty()) return fail(ErrorCode::kNotFound, "there is no account \"{}\"", name);
    return std::move(users.front());
}

std::vector<Token> query_tokens(soci::session& sql, std::string_view rest, const std::string* key) {
    Token row;
    Int created = 0;
    Int expires = 0;
    Int revoked = 0;
    Int last_used = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT id, kind, secret_hash, user_id, label, created_ms, "
                    "expires_ms, revoked_ms, last_used_ms FROM tokens {}",
                    rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(row.kind));
    statement.exchange(into(row.secret_hash));
    statement.exchange(into(row.user_id));
    statement.exchange(into(row.label));
    statement.exchange(into(created));
    statement.exchange(into(expires));
    statement.exchange(into(revoked));
    statement.exchange(into(last_used));
    statement.define_and_bind();
    statement.execute();
    std::vector<Token> tokens;
    while (statement.fetch()) {
        row.last_used = instant_of(last_used);
        row.created = instant_of(created);
        row.expires = instant_of(expires);
        row.revoked = instant_of(revoked);
        tokens.push_back(row);
    }
    return tokens;
}

std::vector<Link> query_links(soci::session& sql, std::string_view rest, const std::string* key) {
    Link row;
    Int created = 0;
    Int not_before = 0;
    Int expires = 0;
    Int revoked = 0;
    soci::statement statement(sql);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT id, secret_hash, label, scope, created_by, created_ms, "
                    "not_before_ms, expires_ms, viewers, revoked_ms FROM links {}",
                    rest));
    if (key) statement.exchange(use(*key));
    statement.exchange(into(row.id));
    statement.exchange(into(row.secret_hash));
    statement.exchange(into(row.label));
    statement.exchange(into(row.scope));
    statement.exchange(into(row.created_by));
    statement.exchange(into(created));
    statement.exchange(into(not_before));
    statement.exchange(into(expires));
    statement.exchange(into(row.viewers));
    statement.exchange(into(revoked));
    statement.define_and_bind();
    statement.execute();
    std::vector<Link> links;
    while (statement.fetch()) {
        row.created = instant_of(created);
        row.not_before = instant_of(not_before);
        row.expires = instant_of(expires);
        row.revoked = instant_of(revoked);
        links.push_back(row);
    }
    return links;
}

// Whether `user` may administrate; somebody must.
bool administrates(const User& user) {
    return user.role == "admin" && !user.disabled;
}

Result<void> expect_another_admin(soci::session& sql, const User& leaving) {
    if (!administrates(leaving)) return {};
    int others = 0;
    sql << "SELECT COUNT(*) FROM users WHERE role = 'admin' AND disabled = 0 AND id <> :id",
        use(leaving.id), into(others);
    if (others > 0) return {};
    return fail(
        ErrorCode::kConflict,
        "{} is the only admin; make another account one first, or nobody could administrate",
        leaving.name);
}

Result<User> insert_user(soci::session& sql, const User& user, const std::string& actor,
                         Instant now) {
    if (user.name.empty()) return fail(ErrorCode::kInvalid, "an account needs a name");
    int count = 0;
    sql << "SELECT COUNT(*) FROM users WHERE name = :name", use(user.name), into(count);
    if (count != 0) {
        return fail(ErrorCode::kConflict, "there is an account \"{}\" already", user.name);
    }
    User added = user;
    added.id = make_id(now);
    added.created = now;
    added.updated = now;
    const int disabled = added.disabled ? 1 : 0;
    const Int at = ms_of(now);
    sql << "INSERT INTO users (id, name, role, password_hash, disabled, created_ms, updated_ms) "
           "VALUES (:id, :name, :role, :hash, :disabled, :created, :updated)",
        use(added.id), use(added.name), use(added.role), use(added.password_hash), use(disabled),
        use(at), use(at);
    put_audit(sql, now, actor, "user.add", added.name, {{"role", added.role}});
    return added;
}

}  // namespace

void put_audit(soci::session& sql, Instant now, const std::string& actor, const std::string& action,
               const std::string& subject, const json& detail) {
    const std::string id = make_id(now);
    const Int at = ms_of(now);
    const std::string text = detail.dump(-1, ' ', false, json::error_handler_t::replace);
    sql << "INSERT INTO audit_log (id, at_ms, actor, action, subject, detail) VALUES (:id, :at, "
           ":actor, :action, :subject, :detail)",
        use(id), use(at), use(actor), use(action), use(subject), use(text);
}

void put_link(soci::session& sql, Instant now, const Link& link, const std::string& actor) {
    const Int at = ms_of(now);
    const Int not_before = ms_of(link.not_before);
    const Int expires = ms_of(link.expires);
    sql << "INSERT INTO links (id, secret_hash, label, scope, created_by, created_ms, "
           "not_before_ms, expires_ms, viewers) VALUES (:id, :hash, :label, :scope, :by, "
           ":created, :not_before, :expires, :viewers)",
        use(link.id), use(link.secret_hash), use(link.label), use(link.scope), use(actor), use(at),
        use(not_before), use(expires), use(link.viewers);
    put_audit(sql, now, actor, "link.add", link.id,
              {{"label", link.label}, {"scope", json::parse(link.scope, nullptr, false)}});
}

Result<std::uint64_t> Store::access_stamp() {
    return impl_->read([](soci::session& sql) -> Result<std::uint64_t> {
        Int access = 0;
        Int channels = 0;
        sql << "SELECT value FROM access_counter", into(access);
        sql << "SELECT value FROM change_counter", into(channels);
        return static_cast<std::uint64_t>(access + channels);
    });
}

Result<User> Store::create_user(const User& user, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<User> {
        return insert_user(sql, user, actor, impl_->now());
    });
}

Result<User> Store::create_first_user(const User& user, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<User> {
        int count = 0;
        sql << "SELECT COUNT(*) FROM users", into(count);
        if (count != 0) {
            return fail(ErrorCode::kConflict,
                        "the first account has been made already; an admin makes further ones");
        }
        return insert_user(sql, user, actor, impl_->now());
    });
}

Result<void> Store::update_user(const User& user, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const User before = TRY(the_user(query_users(sql, "WHERE id = :id", &user.id), user.name));
        if (!administrates(user)) TRY(expect_another_admin(sql, before));
        const Instant now = impl_->now();
        const Int at = ms_of(now);
        const int disabled = user.disabled ? 1 : 0;
        sql << "UPDATE users SET role = :role, password_hash = :hash, disabled = :disabled, "
               "updated_ms = :now WHERE id = :id",
            use(user.role), use(user.password_hash), use(disabled), use(at), use(user.id);
        const bool new_password = user.password_hash != before.password_hash;
        if (new_password || (user.disabled && !before.disabled)) {
            sql << "UPDATE tokens SET revoked_ms = :now WHERE user_id = :id AND kind = 'session' "
                   "AND revoked_ms = 0",
                use(at), use(user.id);
        }
        json detail = json::object();
        if (user.role != before.role) detail["role"] = user.role;
        if (new_password) detail["password"] = "changed";
        if (user.disabled != before.disabled) detail["disabled"] = user.disabled;
        if (!detail.empty()) put_audit(sql, now, actor, "user.change", before.name, detail);
        return {};
    });
}

Result<void> Store::remove_user(const std::string& id, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const User user = TRY(the_user(query_users(sql, "WHERE id = :id", &id), id));
        TRY(expect_another_admin(sql, user));
        sql << "DELETE FROM users WHERE id = :id", use(id);
        put_audit(sql, impl_->now(), actor, "user.remove", user.name, json::object());
        return {};
    });
}

Result<User> Store::find_user(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<User> {
        return the_user(query_users(sql, "WHERE id = :id", &id), id);
    });
}

Result<User> Store::find_user_by_name(const std::string& name) {
    return impl_->read([&](soci::session& sql) -> Result<User> {
        return the_user(query_users(sql, "WHERE name = :name", &name), name);
    });
}

Result<std::vector<User>> Store::list_users() {
    return impl_->read([](soci::session& sql) -> Result<std::vector<User>> {
        return query_users(sql, "ORDER BY name", nullptr);
    });
}

Result<Token> Store::create_token(const Token& token, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<Token> {
        const User user =
            TRY(the_user(query_users(sql, "WHERE id = :id", &token.user_id), token.user_id));
        const Instant now = impl_->now();
        Token added = token;
        added.id = make_id(now);
        added.created = now;
        const Int at = ms_of(now);
        const Int expires = ms_of(added.expires);
        sql << "INSERT INTO tokens (id, kind, secret_hash, user_id, label, created_ms, expires_ms) "
               "VALUES (:id, :kind, :hash, :user, :label, :created, :expires)",
            use(added.id), use(added.kind), use(added.secret_hash), use(added.user_id),
            use(added.label), use(at), use(expires);
        const bool session = added.kind == "session";
        put_audit(sql, now, actor, session ? "session.begin" : "token.add", user.name,
                  {{"id", added.id}, {"label", added.label}});
        return added;
    });
}

Result<void> Store::revoke_token(const std::string& id, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const auto tokens = query_tokens(sql, "WHERE id = :id", &id);
        if (tokens.empty()) return fail(ErrorCode::kNotFound, "there is no token \"{}\"", id);
        const Token& token = tokens.front();
        if (token.revoked != Instant()) return {};
        const Instant now = impl_->now();
        const Int at = ms_of(now);
        sql << "UPDATE tokens SET revoked_ms = :now WHERE id = :id", use(at), use(id);
        const User user =
            TRY(the_user(query_users(sql, "WHERE id = :id", &token.user_id), token.user_id));
        put_audit(sql, now, actor, token.kind == "session" ? "session.end" : "token.revoke",
                  user.name, {{"id", id}, {"label", token.label}});
        return {};
    });
}

Result<void> Store::note_token_use(const std::string& id, Instant used) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int at = ms_of(used);
        sql << "UPDATE tokens SET last_used_ms = :at WHERE id = :id AND last_used_ms < :than",
            use(at), use(id), use(at);
        return {};
    });
}

Result<std::vector<Token>> Store::list_tokens() {
    return impl_->read([](soci::session& sql) -> Result<std::vector<Token>> {
        return query_tokens(sql, "ORDER BY id DESC", nullptr);
    });
}

Result<std::int64_t> Store::prune_tokens(Instant before) {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        const Int until = ms_of(before);
        soci::statement statement =
            (sql.prepare << "DELETE FROM tokens WHERE (expires_ms > 0 AND expires_ms < :expired) "
                            "OR (revoked_ms > 0 AND revoked_ms < :revoked)",
             use(until), use(until));
        statement.execute(true);
        return statement.get_affected_rows();
    });
}

Result<void> Store::create_link(const Link& link, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        put_link(sql, impl_->now(), link, actor);
        return {};
    });
}

Result<void> Store::revoke_link(const std::string& id, const std::string& actor) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const auto links = query_links(sql, "WHERE id = :id", &id);
        if (links.empty()) return fail(ErrorCode::kNotFound, "there is no link \"{}\"", id);
        if (links.front().revoked != Instant()) return {};
        const Instant now = impl_->now();
        const Int at = ms_of(now);
        sql << "UPDATE links SET revoked_ms = :now WHERE id = :id", use(at), use(id);
        put_audit(sql, now, actor, "link.revoke", id, {{"label", links.front().label}});
        return {};
    });
}

Result<Link> Store::find_link(const std::string& id) {
    return impl_->read([&](soci::session& sql) -> Result<Link> {
        auto links = query_links(sql, "WHERE id = :id", &id);
        if (links.empty()) return fail(ErrorCode::kNotFound, "there is no link \"{}\"", id);
        return std::move(links.front());
    });
}

Result<std::vector<Link>> Store::list_links() {
    return impl_->read([](soci::session& sql) -> Result<std::vector<Link>> {
        return query_links(sql, "ORDER BY created_ms DESC, id", nullptr);
    });
}

Result<void> Store::audit(const AuditRecord& record) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const json detail = json::parse(record.detail, nullptr, false);
        if (detail.is_discarded()) {
            return fail(ErrorCode::kInvalid, "the detail of an audit record is no JSON: {}",
                        record.detail);
        }
        put_audit(sql, impl_->now(), record.actor, record.action, record.subject, detail);
        return {};
    });
}

Result<std::vector<AuditRecord>> Store::list_audit(std::size_t limit, const std::string& before,
                                                   const std::string& action) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<AuditRecord>> {
        AuditRecord row;
        Int at = 0;
        const Int most = static_cast<Int>(limit);
        const int begins = action.ends_with('.') ? 1 : 0;
        soci::statement statement =
            (sql.prepare << "SELECT id, at_ms, actor, action, subject, detail FROM audit_log "
                            "WHERE (:none = '' OR id < :before) AND (:any = '' OR action = :action "
                            "OR (:begins = 1 AND substr(action, 1, length(:part)) = :beginning)) "
                            "ORDER BY id DESC LIMIT :most",
             use(before), use(before), use(action), use(action), use(begins), use(action),
             use(action), use(most), into(row.id), into(at), into(row.actor), into(row.action),
             into(row.subject), into(row.detail));
        statement.execute();
        std::vector<AuditRecord> records;
        while (statement.fetch()) {
            row.at = instant_of(at);
            records.push_back(row);
        }
        return records;
    });
}

}  // namespace matinee::store
