// Who may see and do what. Pure: the rules, the snapshot they look at, and who asks are values.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/link_token.h"
#include "auth/role.h"
#include "auth/viewer_slots.h"
#include "base/clock.h"
#include "base/result.h"

namespace matinee::auth {

struct Account {
    std::string id;
    std::string name;
    Role role = Role::kScreen;
    std::string shows{};  // of a venue's screen: the channel it has been given, which it may watch
};

// Whom a channel is for.
enum class Watch : std::uint8_t {
    kPublic,  // everybody
    kLink,    // whoever has a link to it, and producers
    kRole,    // accounts of at least a role, and whoever has a link to it
};

std::string_view to_string(Watch watch);

struct ChannelRule {
    Watch watch = Watch::kPublic;
    Role least = Role::kScreen;  // for kRole

    bool operator==(const ChannelRule&) const = default;
};

// A channel's rule from its settings (JSON), where it is
//
//     {"access": {"watch": "public" | "link" | "role", "role": "screen" | ...}}
//
// Public when nothing is said. kInvalid for anything else: treat the channel as kLink then.
Result<ChannelRule> channel_rule_from(std::string_view settings);

// The settings with the rule in them; all else in them stays. kInvalid when they are no JSON
// object.
Result<std::string> with_channel_rule(std::string_view settings, const ChannelRule& rule);

enum class CredentialKind : std::uint8_t {
    kSession,  // of a browser, in a cookie
    kBearer,   // of a script, in a header field
    kScreen,   // of a venue's screen, in a cookie of its own
};

// When a credential was last used. Thread-safe.
class CredentialUse {
  public:
    explicit CredentialUse(Instant last) : last_(ms_of(last)) {}

    void note(Instant now) { last_.store(ms_of(now), std::memory_order_relaxed); }
    [[nodiscard]] Instant last() const {
        return Instant(std::chrono::milliseconds(last_.load(std::memory_order_relaxed)));
    }

  private:
    static std::int64_t ms_of(Instant instant) { return instant.time_since_epoch().count(); }
    std::atomic<std::int64_t> last_;
};

// What an account has shown itself by.
struct Credential {
    CredentialKind kind = CredentialKind::kSession;
    std::string id;
    std::shared_ptr<const Account> account;
    Instant expires;                          // 1970: never
    std::shared_ptr<CredentialUse> use = {};  // null: nobody wants to know
};

// What is known of a link besides what it says itself.
struct LinkState {
    ViewerSlots viewers;
};

// Films that are under review, and who may see which of them for that.
struct Jury {
    using Films = std::set<std::string, std::less<>>;

    Films films;                                        // in any round
    std::unordered_map<std::string, Films> by_link;     // by the link's id
    std::unordered_map<std::string, Films> by_account;  // by the account's id

    [[nodiscard]] bool shows(const std::unordered_map<std::string, Films>& to,
                             const std::string& id, std::string_view entry) const {
        const auto found = to.find(id);
        return found != to.end() && found->second.contains(entry);
    }
};

// All that requests are judged by, so that none of them has to look into the database.
// Immutable but for the viewers' slots.
struct Snapshot {
    // Those that count: expired ones may be among them, revoked ones and those of disabled
    // accounts are not. By hash_of_secret().
    std::unordered_map<std::string, Credential> credentials;
    // Links that are not revoked. Slots are carried over from the snapshot before.
    std::unordered_map<std::string, std::shared_ptr<LinkState>> links;
    std::map<std::string, ChannelRule, std::less<>> channels;  // one that is not here is kLink
    Jury jury;
    bool entries_protected = false;
    bool metrics_protected = false;

    // The credential of this secret, unless it has expired; null when there is none.
    [[nodiscard]] const Credential* find(CredentialKind kind, std::string_view secret,
                                         Instant now) const;
};

// Who asks.
struct Asker {
    std::shared_ptr<const Account> account;  // null: nobody has signed in
    CredentialKind by = CredentialKind::kSession;
    std::string credential_id;
    std::optional<LinkClaims> link;  // of the address; holds now

    [[nodiscard]] bool is(Role least) const { return account && account->role >= least; }
};

enum class Answer : std::uint8_t {
    kPublic,     // yes, as for everybody
    kAllowed,    // yes, but not for everybody
    kSignIn,     // no; somebody who has signed in may
    kForbidden,  // no, and signing in does not help this asker
};

Answer may_watch_channel(const Snapshot& snapshot, const Asker& asker, std::string_view channel);
// Films under review are for producers, and for the jurors they are assigned to: not for everybody,
// whatever entries are otherwise, nor for other reviewers, who may have a conflict of interest.
Answer may_watch_entry(const Snapshot& snapshot, const Asker& asker, std::string_view entry);
// A juror by link, or whoever may review: which rounds are theirs is another question.
Answer may_review(const Asker& asker);
Answer may_act(const Asker& asker, Role least);
Answer may_read_metrics(const Snapshot& snapshot, const Asker& asker);

// Whether the link may be used now; kDenied with what to tell its holder otherwise.
Result<void> check_link(const Snapshot& snapshot, const LinkClaims& claims, Instant now);

}  // namespace matinee::auth
