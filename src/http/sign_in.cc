#include "http/sign_in.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "auth/password.h"
#include "auth/secret.h"
#include "base/log.h"
#include "http/gatekeeper.h"
#include "http/problem.h"

namespace matinee::http {

namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr std::string_view kSetUpActor = "set-up";

struct Fields {
    std::string secret;
    std::string name;
    std::string password;
};

std::optional<Fields> json_fields(const Request& request, bool with_secret) {
    const json value = json::parse(base::as_text(request.body), nullptr, false);
    if (!value.is_object()) return std::nullopt;
    Fields fields;
    const auto read = [&](const char* key, std::string& field) {
        const auto found = value.find(key);
        if (found == value.end() || !found->is_string()) return false;
        field = found->get<std::string>();
        return true;
    };
    if (!read("name", fields.name) || !read("password", fields.password)) return std::nullopt;
    if (with_secret && !read("secret", fields.secret)) return std::nullopt;
    return fields;
}

std::string set_cookie(std::string_view secret, seconds lifetime) {
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict",
                       kSessionCookie, secret, lifetime.count());
}

json session_json(std::string_view name, std::string_view role) {
    return {{"name", name}, {"role", role}};
}

}  // namespace

Result<void> check_account_name(std::string_view name) {
    constexpr std::size_t kLongest = 64;
    const bool good =
        !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '_' || c == '-' || c == '@';
        });
    if (good) return {};
    return fail(ErrorCode::kInvalid,
                "an account's name has 1 to {} letters, digits, or . _ - @, not {:?}", kLongest,
                name);
}

SignIn::SignIn(store::Store& store, const base::Clock& clock, std::function<void()> changed,
               Options options)
    : store_(store), clock_(clock), changed_(std::move(changed)), options_(options) {}

Result<std::string> SignIn::open_setup() {
    if (!TRY(store_.list_users()).empty()) {
        return fail(ErrorCode::kConflict, "there are accounts already");
    }
    std::string secret = auth::new_secret();
    const std::lock_guard lock(mutex_);
    setup_hash_ = auth::hash_of_secret(secret);
    return secret;
}

bool SignIn::is_setup_secret(std::string_view secret) const {
    const std::string hash = auth::hash_of_secret(secret);
    const std::lock_guard lock(mutex_);
    return !setup_hash_.empty() &&
           auth::equal_in_constant_time(base::as_byte_span(hash), base::as_byte_span(setup_hash_));
}

SignIn::Outcome SignIn::sign_in(const std::string& name, const std::string& password,
                                const std::string& address) {
    const auto wait = throttle_.begin(name, address, clock_.now());
    if (wait > std::chrono::milliseconds(0)) {
        const auto whole = std::chrono::ceil<seconds>(wait);
        return Refusal{429, fmt::format("Too many attempts. Try again in {} s.", whole.count()),
                       whole};
    }
    const std::unique_lock hashing(hashing_, std::try_to_lock);
    // No thread that serves viewers waits for this.
    if (!hashing) return Refusal{503, "Somebody else is signing in. Try again.", seconds(1)};

    std::optional<store::User> user;
    if (auto found = store_.find_user_by_name(name)) {
        user = *std::move(found);
    } else if (found.error().code() != ErrorCode::kNotFound) {
        log::error("signing in failed", {{"reason", found.error().to_string()}});
        return Refusal{503, "Accounts cannot be looked up now. Try again.", seconds(5)};
    }
    // Takes as long for a name that nobody has.
    const auto verdict = auth::verify_password(password, user ? user->password_hash : "");
    if (!verdict) {
        log::error("a password could not be checked", {{"account", user ? user->name : "unknown"},
                                                       {"reason", verdict.error().to_string()}});
        return Refusal{503, "The password cannot be checked now.", seconds(5)};
    }
    if (!*verdict || user->disabled) {
        // A name that nobody has may be a password in the wrong field: it is not written down.
        log::warning("signing in was refused",
                     {{"account", user ? user->name : "unknown"}, {"remote", address}});
        return Refusal{401, "Name or password is wrong."};
    }
    throttle_.succeeded(name, address);
    return start_session(*user);
}

SignIn::Outcome SignIn::start_session(const store::User& user) {
    Session session;
    session.user = user;
    session.secret = auth::new_secret();
    session.expires = clock_.now() + options_.session;
    store::Token token;
    token.kind = "session";
    token.secret_hash = auth::hash_of_secret(session.secret);
    token.user_id = user.id;
    token.expires = session.expires;
    if (const auto created = store_.create_token(token, user.name); !created) {
        log::error("a session could not be kept", {{"reason", created.error().to_string()}});
        return Refusal{503, "The session cannot be kept now. Try again.", seconds(5)};
    }
    changed_();
    return session;
}

SignIn::Outcome SignIn::make_first(std::string_view secret, const std::string& name,
                                   const std::string& password) {
    if (!is_setup_secret(secret)) {
        return Refusal{403, "The set-up link has been used, or is of an earlier start."};
    }
    if (const auto good = check_account_name(name); !good) {
        return Refusal{400, good.error().message()};
    }
    const std::unique_lock hashing(hashing_, std::try_to_lock);
    if (!hashing) return Refusal{503, "Somebody else is signing in. Try again.", seconds(1)};
    store::User user;
    user.name = name;
    user.role = to_string(auth::Role::kAdmin);
    auto hash = auth::hash_password(password);
    if (!hash) return Refusal{status_of(hash.error().code()), hash.error().message()};
    user.password_hash = *std::move(hash);
    // Of two who come at once the database takes one.
    const auto created = store_.create_first_user(user, std::string(kSetUpActor));
    if (!created) return Refusal{status_of(created.error().code()), created.error().message()};
    {
        const std::lock_guard lock(mutex_);
        setup_hash_.clear();
    }
    return start_session(*created);
}

Result<void> SignIn::stop_session(const Request& request) {
    const auth::Asker& asker = request.asker;
    if (!asker.account || asker.by != auth::CredentialKind::kSession) return {};
    auto revoked = store_.revoke_token(asker.credential_id, asker.account->name);
    if (!revoked && revoked.error().code() != ErrorCode::kNotFound) return revoked;
    changed_();
    return {};
}

namespace {

template <typename Refusal>
Response refused(const Refusal& refusal) {
    Response response = problem(refusal.status, refusal.text);
    if (refusal.retry_after > seconds(0)) {
        response.headers.emplace_back("Retry-After", std::to_string(refusal.retry_after.count()));
    }
    return response;
}

}  // namespace

Response SignIn::begin_session(const Request& request) {
    const auto fields = json_fields(request, false);
    if (!fields) return problem(400, R"(Send {"name": "...", "password": "..."}.)");
    const Outcome outcome = sign_in(fields->name, fields->password, request.remote_address);
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) return refused(*refusal);
    const auto& session = std::get<Session>(outcome);
    json value = session_json(session.user.name, session.user.role);
    value["expires"] = base::to_rfc3339(session.expires);
    Response response = Response::json(value, 201);
    response.headers.emplace_back("Set-Cookie", set_cookie(session.secret, options_.session));
    response.headers.emplace_back("Location", "/api/v1/session");
    return response;
}

Response SignIn::show_session(const Request& request) const {
    const auto& account = request.asker.account;
    if (!account) return problem(401, "Nobody has signed in.");
    return Response::json(session_json(account->name, to_string(account->role)));
}

Response SignIn::end_session(const Request& request) {
    if (const auto ended = stop_session(request); !ended) return problem(ended.error());
    Response response = Response::empty(204);
    response.headers.emplace_back("Set-Cookie", set_cookie("", seconds(0)));
    return response;
}

Response SignIn::set_up(const Request& request) {
    const auto fields = json_fields(request, true);
    if (!fields) {
        return problem(400, R"(Send {"secret": "...", "name": "...", "password": "..."}.)");
    }
    const Outcome outcome = make_first(fields->secret, fields->name, fields->password);
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) return refused(*refusal);
    const auto& session = std::get<Session>(outcome);
    Response response = Response::json(session_json(session.user.name, session.user.role), 201);
    response.headers.emplace_back("Set-Cookie", set_cookie(session.secret, options_.session));
    response.headers.emplace_back("Location", "/api/v1/session");
    return response;
}

}  // namespace matinee::http
