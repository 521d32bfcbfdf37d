// Rows about people: accounts, their tokens, links, and who did what.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace matinee::store {

struct User {
    std::string id;
    std::string name;           // unique; what they sign in with
    std::string role;           // "screen", "reviewer", "producer", "admin"
    std::string password_hash;  // empty: cannot sign in, tokens only
    bool disabled = false;
    Instant created;
    Instant updated;

    bool operator==(const User&) const = default;
};

// What an account shows itself by: a browser's session, or a script's token.
struct Token {
    std::string id;
    std::string kind;         // "session", "bearer"
    std::string secret_hash;  // of the secret, which is kept nowhere
    std::string user_id;
    std::string label;
    Instant created;
    Instant expires;      // 1970: never
    Instant revoked;      // 1970: not
    Instant last_used{};  // to the minute; 1970: never

    bool operator==(const Token&) const = default;
};

// A link for viewers. What is signed into its address stands here as well.
struct Link {
    std::string id;
    std::string secret_hash;  // of its token
    std::string label;
    std::string scope = "{}";  // JSON: {"channels": [...], "entries": [...]}
    std::string created_by;
    Instant created;
    Instant not_before;  // 1970: at once
    Instant expires;     // 1970: never
    int viewers = 0;     // at the same time; 0: any number
    Instant revoked;     // 1970: not

    bool operator==(const Link&) const = default;
};

// A line of the audit log.
struct AuditRecord {
    std::string id{};  // sorts by time
    Instant at{};
    std::string actor{};        // an account's name, or "cli:" and the system's user
    std::string action{};       // "user.add", "link.revoke", ...
    std::string subject{};      // what it was done to
    std::string detail = "{}";  // JSON; no secret

    bool operator==(const AuditRecord&) const = default;
};

}  // namespace matinee::store
