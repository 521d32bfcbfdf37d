// The API's accounts, tokens and links, and the audit log.
#include <algorithm>

#include "app/api_context.h"
#include "app/listing.h"
#include "app/resource_json.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "http/problem.h"
#include "http/sign_in.h"

namespace matinee::app {

namespace {

using http::Api;
using http::Call;
using http::Method;
using http::Response;
using nlohmann::json;

constexpr std::string_view kPeopleSchemas = R"json({
  "Role": {"enum": ["screen", "reviewer", "producer", "admin"]},
  "Account": {
    "type": "object",
    "required": ["name", "role", "disabled", "can_sign_in", "created", "updated"],
    "properties": {
      "name": {"type": "string"},
      "role": {"$ref": "#/components/schemas/Role"},
      "disabled": {"type": "boolean"},
      "can_sign_in": {"type": "boolean", "description": "It has a password; without one it has tokens only."},
      "created": {"type": "string", "format": "date-time"},
      "updated": {"type": "string", "format": "date-time"}
    }
  },
  "NewAccount": {
    "type": "object",
    "additionalProperties": false,
    "required": ["name", "role"],
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 64},
      "role": {"$ref": "#/components/schemas/Role"},
      "password": {"type": "string", "minLength": 1, "maxLength": 1000, "writeOnly": true, "description": "Without one the account has tokens only."}
    }
  },
  "AccountChange": {
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "properties": {
      "role": {"$ref": "#/components/schemas/Role"},
      "disabled": {"type": "boolean"},
      "password": {"type": "string", "minLength": 1, "maxLength": 1000, "writeOnly": true, "description": "Ends the account's sessions."}
    }
  },
  "PasswordChange": {
    "type": "object",
    "additionalProperties": false,
    "required": ["current", "new"],
    "properties": {
      "current": {"type": "string", "maxLength": 1000, "writeOnly": true},
      "new": {"type": "string", "minLength": 1, "maxLength": 1000, "writeOnly": true}
    }
  },
  "Token": {
    "type": "object",
    "required": ["id", "kind", "account", "label", "created", "expires", "revoked", "last_used"],
    "properties": {
      "id": {"type": "string"},
      "kind": {"enum": ["session", "bearer"]},
      "account": {"type": "string"},
      "label": {"type": "string"},
      "created": {"type": ["string", "null"], "format": "date-time"},
      "expires": {"type": ["string", "null"], "format": "date-time"},
      "revoked": {"type": ["string", "null"], "format": "date-time"},
      "last_used": {"type": ["string", "null"], "format": "date-time", "description": "To the minute."}
    }
  },
  "NewToken": {
    "type": "object",
    "additionalProperties": false,
    "required": ["account"],
    "properties": {
      "account": {"type": "string", "minLength": 1, "maxLength": 64, "description": "It does what this account may do."},
      "label": {"type": "string", "maxLength": 200},
      "expires": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "TokenMade": {
    "type": "object",
    "required": ["id", "token", "expires"],
    "properties": {
      "id": {"type": "string"},
      "token": {"type": "string", "description": "The secret; it is shown this once."},
      "expires": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "Scope": {"type": "array", "maxItems": 50, "items": {"type": "string", "minLength": 1, "maxLength": 200}, "description": "Ids; * for all."},
  "NewLink": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "channels": {"$ref": "#/components/schemas/Scope"},
      "entries": {"$ref": "#/components/schemas/Scope"},
      "label": {"type": "string", "maxLength": 200},
      "not_before": {"type": ["string", "null"], "format": "date-time"},
      "expires": {"type": ["string", "null"], "format": "date-time"},
      "viewers": {"type": "integer", "minimum": 0, "maximum": 65535, "default": 0, "description": "At the same time; 0: any number."}
    }
  },
  "Link": {
    "type": "object",
    "required": ["id", "label", "channels", "entries", "created_by", "created", "not_before", "expires", "viewers", "revoked"],
    "properties": {
      "id": {"type": "string"},
      "label": {"type": "string"},
      "channels": {"type": "array", "items": {"type": "string"}},
      "entries": {"type": "array", "items": {"type": "string"}},
      "created_by": {"type": "string"},
      "created": {"type": ["string", "null"], "format": "date-time"},
      "not_before": {"type": ["string", "null"], "format": "date-time"},
      "expires": {"type": ["string", "null"], "format": "date-time"},
      "viewers": {"type": "integer"},
      "revoked": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "LinkWithAddresses": {
    "allOf": [{"$ref": "#/components/schemas/Link"}],
    "type": "object",
    "required": ["paths"],
    "properties": {
      "paths": {"type": "array", "items": {"type": "string"}, "description": "To be given to whoever it is for."}
    }
  },
  "AuditRecord": {
    "type": "object",
    "required": ["id", "at", "actor", "action", "subject", "detail"],
    "properties": {
      "id": {"type": "string"},
      "at": {"type": "string", "format": "date-time"},
      "actor": {"type": "string"},
      "action": {"type": "string"},
      "subject": {"type": "string"},
      "detail": {"type": "object"}
    }
  },
  "AuditPage": {
    "type": "object",
    "required": ["items", "next"],
    "properties": {
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/AuditRecord"}},
      "next": {"type": ["string", "null"]}
    }
  }
})json";

// 1970 for null and for nothing.
Instant instant_in(const json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return {};
    return *base::parse_rfc3339(found->get<std::string>());
}

Result<void> set_password(store::User& user, const std::string& password) {
    TRY(auth::check_password(password));
    user.password_hash = TRY(auth::hash_password(password));
    return {};
}

}  // namespace

void add_account_operations(Api& api, ApiContext& context) {
    api.add_schemas(kPeopleSchemas);
    api.add_page_schema("AccountPage", "Account");
    api.add_page_schema("TokenPage", "Token");
    api.add_page_schema("LinkPage", "Link");
    store::Store& store = context.store;
    const auto admin = auth::Role::kAdmin;
    api.add({.method = Method::kGet,
             .path = "/users",
             .id = "listUsers",
             .tag = "People",
             .summary = "The accounts, by name",
             .role = admin,
             .query = http::page_parameters(),
             .answers = {{200, "AccountPage"}}},
            [&store](const Call& call) -> Result<Response> {
                const auto users = TRY(store.list_users());
                return Response::json(TRY(http::page(
                    call, users, http::Order::kRising, [](const auto& user) { return user.name; },
                    account_json)));
            });
    api.add({.method = Method::kPost,
             .path = "/users",
             .id = "createUser",
             .tag = "People",
             .summary = "Add an account",
             .role = admin,
             .body = "NewAccount",
             .answers = {{201, "Account"}},
             .conflicts = true},
            [&context, &store](const Call& call) -> Result<Response> {
                const json& body = call.body();
                store::User user;
                user.name = body.at("name").get<std::string>();
                user.role = body.at("role").get<std::string>();
                TRY(http::check_account_name(user.name));
                if (body.contains("password")) {
                    TRY(set_password(user, body.at("password").get<std::string>()));
                }
                const auto made = TRY(store.create_user(user, call.actor()));
                context.access_changed();
                return http::created(account_json(made), "/users/" + made.name);
            });
    api.add(
        {.method = Method::kGet,
         .path = "/users/{user}",
         .id = "getUser",
         .tag = "People",
         .summary = "An account, by its name",
         .role = admin,
         .answers = {{200, "Account"}}},
        [&store](const Call& call) -> Result<Response> {
            return Response::json(account_json(TRY(store.find_user_by_name(call.path("user")))));
        });
    api.add({.method = Method::kPatch,
             .path = "/users/{user}",
             .id = "changeUser",
             .tag = "People",
             .summary = "Change role or password, disable or enable",
             .role = admin,
             .body = "AccountChange",
             .answers = {{200, "Account"}},
             .conflicts = true},
            [&context, &store](const Call& call) -> Result<Response> {
                const json& body = call.body();
                auto user = TRY(store.find_user_by_name(call.path("user")));
                user.role = body.value("role", user.role);
                user.disabled = body.value("disabled", user.disabled);
                if (body.contains("password")) {
                    TRY(set_password(user, body.at("password").get<std::string>()));
                }
                TRY(store.update_user(user, call.actor()));
                context.access_changed();
                return Response::json(account_json(TRY(store.find_user(user.id))));
            });
    api.add({.method = Method::kDelete,
             .path = "/users/{user}",
             .id = "removeUser",
             .tag = "People",
             .summary = "Remove an account and its tokens",
             .role = admin,
             .answers = {{204}},
             .conflicts = true},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto user = TRY(store.find_user_by_name(call.path("user")));
                TRY(store.remove_user(user.id, call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
    api.add({.method = Method::kPut,
             .path = "/session/password",
             .id = "changePassword",
             .tag = "Session",
             .summary = "Change one's own password; ends one's sessions",
             .role = auth::Role::kScreen,
             .body = "PasswordChange",
             .answers = {{204}}},
            [&context, &store](const Call& call) -> Result<Response> {
                auto user = TRY(store.find_user(call.request().asker.account->id));
                const bool right = TRY(auth::verify_password(
                    call.body().at("current").get<std::string>(), user.password_hash));
                if (!right) return http::problem(403, "The current password is wrong.", "/current");
                TRY(set_password(user, call.body().at("new").get<std::string>()));
                TRY(store.update_user(user, call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
    api.add({.method = Method::kGet,
             .path = "/tokens",
             .id = "listTokens",
             .tag = "People",
             .summary = "Tokens and sessions, newest first; those that have ended for a month",
             .role = admin,
             .query = http::page_parameters(),
             .answers = {{200, "TokenPage"}}},
            [&store](const Call& call) -> Result<Response> {
                std::map<std::string, std::string> names;
                for (const store::User& user : TRY(store.list_users()))
                    names[user.id] = user.name;
                const auto tokens = TRY(store.list_tokens());
                return Response::json(TRY(http::page(
                    call, tokens, http::Order::kFalling, [](const auto& token) { return token.id; },
                    [&](const store::Token& token) {
                        return token_json(token, names[token.user_id]);
                    })));
            });
    api.add({.method = Method::kPost,
             .path = "/tokens",
             .id = "createToken",
             .tag = "People",
             .summary = "Make a token for scripts",
             .role = admin,
             .body = "NewToken",
             .answers = {{201, "TokenMade"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const json& body = call.body();
                const auto user = TRY(store.find_user_by_name(body.at("account")));
                const std::string secret = auth::new_secret();
                store::Token token;
                token.kind = "bearer";
                token.secret_hash = auth::hash_of_secret(secret);
                token.user_id = user.id;
                token.label = body.value("label", "");
                token.expires = instant_in(body, "expires");
                if (token.expires != Instant() && token.expires <= context.clock.now()) {
                    return http::problem(400, "The token would have ended already.", "/expires");
                }
                token = TRY(store.create_token(token, call.actor()));
                context.access_changed();
                return http::created(token_made_json(token, secret), "/tokens/" + token.id);
            });
    api.add({.method = Method::kDelete,
             .path = "/tokens/{token_id}",
             .id = "revokeToken",
             .tag = "People",
             .summary = "End a token or a session",
             .role = admin,
             .answers = {{204}}},
            [&context, &store](const Call& call) -> Result<Response> {
                TRY(store.revoke_token(call.path("token_id"), call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
    std::vector<http::QueryParameter> audit_filters = {
        {"action",
         "Those of this action (channel.skip), or of all that begin so, with a dot at its end "
         "(incident.).",
         {{"type", "string"}, {"minLength", 1}, {"maxLength", 100}}}};
    for (auto& parameter : http::page_parameters())
        audit_filters.push_back(std::move(parameter));
    api.add({.method = Method::kGet,
             .path = "/audit",
             .id = "listAudit",
             .tag = "People",
             .summary = "Who did what, newest first",
             .role = admin,
             .query = std::move(audit_filters),
             .answers = {{200, "AuditPage"}}},
            [&store](const Call& call) -> Result<Response> {
                AuditFilter filter;
                filter.action = call.query("action").value_or("");
                filter.limit = static_cast<std::size_t>(call.number("limit", http::kPageLimit));
                if (const auto cursor = call.query("cursor")) {
                    const auto key = http::key_of_cursor(*cursor);
                    if (!key) {
                        return http::problem(
                            400, "This is no cursor; take \"next\" of the page before.", "cursor");
                    }
                    filter.before = *key;
                }
                const AuditPage page = TRY(audit_like(store, filter));
                json value{{"items", json::array()}, {"next", nullptr}};
                if (page.more && !page.records.empty())
                    value["next"] = http::cursor_of(page.records.back().id);
                for (const store::AuditRecord& record : page.records)
                    value["items"].push_back(audit_json(record));
                return Response::json(value);
            });
}

void add_link_operations(Api& api, ApiContext& context) {
    store::Store& store = context.store;
    api.add({.method = Method::kGet,
             .path = "/links",
             .id = "listLinks",
             .tag = "Links",
             .summary = "Links for viewers, by id; revoked ones too",
             .query = http::page_parameters(),
             .answers = {{200, "LinkPage"}}},
            [&store](const Call& call) -> Result<Response> {
                auto links = TRY(store.list_links());
                std::ranges::sort(links, {}, &store::Link::id);
                return Response::json(TRY(http::page(
                    call, links, http::Order::kRising, [](const auto& link) { return link.id; },
                    link_json)));
            });
    api.add({.method = Method::kPost,
             .path = "/links",
             .id = "createLink",
             .tag = "Links",
             .summary = "Make a link for channels or entries",
             .body = "NewLink",
             .answers = {{201, "LinkWithAddresses"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const json& body = call.body();
                const auto channels = body.value("channels", std::vector<std::string>());
                const auto entries = body.value("entries", std::vector<std::string>());
                if (channels.empty() && entries.empty()) {
                    return http::problem(400,
                                         "A link is for something: name channels or entries, \"*\" "
                                         "for all.",
                                         "/channels");
                }
                for (const std::string& id : channels) {
                    if (id != "*") TRY(store.find_channel(id));
                }
                for (const std::string& id : entries) {
                    if (id != "*") TRY(store.find_entry(id));
                }
                store::Link link;
                link.id = auth::new_id();
                link.label = body.value("label", "");
                link.scope = json{{"channels", channels}, {"entries", entries}}.dump();
                link.not_before = instant_in(body, "not_before");
                link.expires = instant_in(body, "expires");
                link.viewers = body.value("viewers", 0);
                if (link.expires != Instant() &&
                    link.expires <= std::max(link.not_before, context.clock.now())) {
                    return http::problem(
                        400, "The link would have ended before anybody could use it.", "/expires");
                }
                link.secret_hash =
                    auth::hash_of_secret(TRY(context.link_key.sign(claims_of(link))));
                TRY(store.create_link(link, call.actor()));
                context.access_changed();
                const auto made = TRY(store.find_link(link.id));
                return http::created(TRY(link_with_addresses_json(context.link_key, made)),
                                     "/links/" + link.id);
            });
    api.add({.method = Method::kGet,
             .path = "/links/{link}",
             .id = "getLink",
             .tag = "Links",
             .summary = "A link, with its addresses",
             .answers = {{200, "LinkWithAddresses"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto link = TRY(store.find_link(call.path("link")));
                return Response::json(TRY(link_with_addresses_json(context.link_key, link)));
            });
    api.add({.method = Method::kDelete,
             .path = "/links/{link}",
             .id = "revokeLink",
             .tag = "Links",
             .summary = "End a link at once, also for those who watch",
             .answers = {{204}}},
            [&context, &store](const Call& call) -> Result<Response> {
                TRY(store.revoke_link(call.path("link"), call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
}

}  // namespace matinee::app
