#include "app/access_keeper.h"

#include <algorithm>
#include <map>

#include "base/log.h"

namespace matinee::app {

namespace {

// How long tokens that have ended are kept, to be listed.
constexpr std::chrono::hours kKept{30 * 24};
constexpr std::chrono::hours kPruneEvery{1};
// That a token is in use is written down this often, not with every request.
constexpr std::chrono::minutes kUseEvery{1};

}  // namespace

AccessKeeper::AccessKeeper(store::Store& store, const base::Clock& clock, Options options)
    : store_(store), clock_(clock), poll_(options.poll), access_(options.access) {}

Result<std::unique_ptr<AccessKeeper>> AccessKeeper::start(store::Store& store,
                                                          const base::Clock& clock,
                                                          Options options) {
    std::unique_ptr<AccessKeeper> keeper(new AccessKeeper(store, clock, options));
    TRY(keeper->refresh());
    keeper->thread_ = std::thread([self = keeper.get()] { self->run(); });
    return keeper;
}

AccessKeeper::~AccessKeeper() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wakeup_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void AccessKeeper::run() {
    bool failing = false;
    std::unique_lock lock(mutex_);
    while (!wakeup_.wait_for(lock, poll_, [this] { return stopping_; })) {
        lock.unlock();
        auto refreshed = refresh();
        if (refreshed) refreshed = record_uses();
        if (!refreshed && !failing) {
            log::error("accounts and links could not be read; what was known holds",
                       {{"reason", refreshed.error().to_string()}});
        }
        failing = !refreshed;
        lock.lock();
    }
}

Result<void> AccessKeeper::set_access(const AccessConfig& access) {
    {
        const std::lock_guard lock(refreshing_);
        access_ = access;
        seen_ = 0;  // no stamp: the next look makes a new snapshot
    }
    return refresh();
}

Result<void> AccessKeeper::refresh() {
    const std::lock_guard lock(refreshing_);
    const Instant now = clock_.now();
    if (now - pruned_ >= kPruneEvery) {
        TRY(store_.prune_tokens(now - kKept));
        pruned_ = now;
    }
    const auto before = snapshot_.load();
    // Asked before reading: what changes meanwhile is read again next time.
    const std::uint64_t stamp = TRY(store_.access_stamp());
    if (before && stamp == seen_) return {};
    snapshot_.store(TRY(read(before.get())));
    seen_ = stamp;
    return {};
}

Result<void> AccessKeeper::record_uses() {
    const auto known = snapshot_.load();
    const std::lock_guard lock(refreshing_);
    for (const auto& [hash, credential] : known->credentials) {
        if (!credential.use) continue;  // a screen's, which reports by itself
        const Instant last = credential.use->last();
        Instant& recorded = recorded_uses_[credential.id];
        if (last == Instant() || last < recorded + kUseEvery) continue;
        TRY(store_.note_token_use(credential.id, last));
        recorded = last;
    }
    return {};
}

Result<std::shared_ptr<const auth::Snapshot>> AccessKeeper::read(const auth::Snapshot* before) {
    auto snapshot = std::make_shared<auth::Snapshot>();
    std::map<std::string, std::shared_ptr<const auth::Account>> accounts;
    const std::vector<store::User> users = TRY(store_.list_users());
    for (const store::User& user : users) {
        if (user.disabled) continue;
        const auto role = auth::parse_role(user.role);
        if (!role) {
            log::error("an account has an unknown role, and may do nothing",
                       {{"account", user.name}, {"role", user.role}});
            continue;
        }
        accounts[user.id] =
            std::make_shared<const auth::Account>(auth::Account{user.id, user.name, *role});
    }
    for (const store::Token& token : TRY(store_.list_tokens())) {
        const auto account = accounts.find(token.user_id);
        if (account == accounts.end() || token.revoked != Instant()) continue;
        const auto kind = token.kind == "session" ? auth::CredentialKind::kSession
                                                  : auth::CredentialKind::kBearer;
        std::shared_ptr<auth::CredentialUse> use;
        if (before) {
            const auto known = before->credentials.find(token.secret_hash);
            if (known != before->credentials.end()) use = known->second.use;
        }
        if (!use) use = std::make_shared<auth::CredentialUse>(token.last_used);
        recorded_uses_.try_emplace(token.id, token.last_used);
        snapshot->credentials[token.secret_hash] = {kind, token.id, account->second, token.expires,
                                                    std::move(use)};
    }
    std::map<std::string, Instant> recorded;
    for (const auto& [hash, credential] : snapshot->credentials) {
        recorded[credential.id] = recorded_uses_[credential.id];
    }
    recorded_uses_ = std::move(recorded);
    for (const store::Screen& screen : TRY(store_.list_screens())) {
        auth::Account account{screen.id, screen.name, auth::Role::kScreen, screen.channel_id};
        snapshot->credentials[screen.secret_hash] = {
            auth::CredentialKind::kScreen, screen.id,
            std::make_shared<const auth::Account>(std::move(account)), Instant()};
    }
    for (const store::Link& link : TRY(store_.list_links())) {
        if (link.revoked != Instant()) continue;
        // Whoever watches goes on watching.
        std::shared_ptr<auth::LinkState> state;
        if (before) {
            if (const auto known = before->links.find(link.id); known != before->links.end()) {
                state = known->second;
            }
        }
        snapshot->links[link.id] = state ? state : std::make_shared<auth::LinkState>();
    }
    const store::ReviewGrants grants = TRY(store_.review_grants());
    snapshot->jury.films.insert(grants.entries.begin(), grants.entries.end());
    for (const auto& grant : grants.grants) {
        if (!grant.link_id.empty()) snapshot->jury.by_link[grant.link_id].insert(grant.entry_id);
        if (!grant.user_id.empty()) {
            snapshot->jury.by_account[grant.user_id].insert(grant.entry_id);
        }
    }
    bool all_public = true;
    for (const store::Channel& channel : TRY(store_.list_channels())) {
        auto rule = auth::channel_rule_from(channel.settings);
        if (!rule) {
            if (said_.insert(channel.settings).second) {
                log::error("a channel's access makes no sense; it is closed but for links",
                           {{"channel", channel.id}, {"reason", rule.error().to_string()}});
            }
            rule = auth::ChannelRule{auth::Watch::kLink};
        }
        all_public = all_public && rule->watch == auth::Watch::kPublic;
        snapshot->channels[channel.id] = *rule;
    }
    // Whoever might watch one that is removed is told that it is gone, and not to sign in.
    for (const store::FormerChannel& former : TRY(store_.list_former_channels())) {
        const auto rule = auth::channel_rule_from(former.settings);
        if (rule) snapshot->channels.try_emplace(former.id, *rule);
    }
    const bool controlled = !users.empty() || !all_public;
    switch (access_.entries) {
        case EntryAccess::kAuto:
            snapshot->entries_protected = controlled;
            break;
        case EntryAccess::kPublic:
            break;
        case EntryAccess::kProtected:
            snapshot->entries_protected = true;
            break;
    }
    snapshot->metrics_protected = access_.metrics_protected;
    return snapshot;
}

}  // namespace matinee::app
