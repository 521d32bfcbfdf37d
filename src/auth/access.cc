#include "auth/access.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "auth/secret.h"

namespace matinee::auth {

namespace {

using nlohmann::json;

constexpr std::array kWatches{Watch::kPublic, Watch::kLink, Watch::kRole};

// No, for somebody without a link that would do.
Answer refusal(const Asker& asker) {
    return asker.account || asker.link ? Answer::kForbidden : Answer::kSignIn;
}

Result<json> settings_object(std::string_view settings) {
    json value = settings.empty() ? json::object() : json::parse(settings, nullptr, false);
    if (!value.is_object()) {
        return fail(ErrorCode::kInvalid, "the channel's settings are no JSON object: {}", settings);
    }
    return value;
}

}  // namespace

std::string_view to_string(Watch watch) {
    switch (watch) {
        case Watch::kPublic:
            return "public";
        case Watch::kLink:
            return "link";
        case Watch::kRole:
            return "role";
    }
    return "link";
}

Result<ChannelRule> channel_rule_from(std::string_view settings) {
    const json value = TRY(settings_object(settings));
    const auto access = value.find("access");
    if (access == value.end()) return ChannelRule{};
    const auto wrong = [&] {
        return fail(ErrorCode::kInvalid,
                    "\"access\" in a channel's settings must be like {{\"watch\": \"public\"}}, "
                    "\"link\" or \"role\" with a \"role\", not {}",
                    access->dump());
    };
    if (!access->is_object()) return wrong();
    ChannelRule rule;
    const auto watch = access->find("watch");
    if (watch == access->end() || !watch->is_string()) return wrong();
    bool known = false;
    for (const Watch candidate : kWatches) {
        if (to_string(candidate) != watch->get_ref<const std::string&>()) continue;
        rule.watch = candidate;
        known = true;
    }
    if (!known) return wrong();
    if (const auto role = access->find("role"); role != access->end()) {
        if (!role->is_string()) return wrong();
        rule.least = TRY(parse_role(role->get_ref<const std::string&>()));
    }
    return rule;
}

Result<std::string> with_channel_rule(std::string_view settings, const ChannelRule& rule) {
    json value = TRY(settings_object(settings));
    value["access"] = {{"watch", to_string(rule.watch)}};
    if (rule.watch == Watch::kRole) value["access"]["role"] = to_string(rule.least);
    return value.dump();
}

const Credential* Snapshot::find(CredentialKind kind, std::string_view secret, Instant now) const {
    // Looked up by the hash, whose digits a guesser cannot steer: how long it takes says nothing.
    const auto found = credentials.find(hash_of_secret(secret));
    if (found == credentials.end() || found->second.kind != kind) return nullptr;
    const Instant expires = found->second.expires;
    return expires == Instant() || now < expires ? &found->second : nullptr;
}

Answer may_watch_channel(const Snapshot& snapshot, const Asker& asker, std::string_view channel) {
    const auto known = snapshot.channels.find(channel);
    const ChannelRule rule =
        known == snapshot.channels.end() ? ChannelRule{Watch::kLink} : known->second;
    // An address with a link in it is for what the link says, and private to its holder.
    if (asker.link) {
        return asker.link->covers_channel(channel) ? Answer::kAllowed : Answer::kForbidden;
    }
    if (rule.watch == Watch::kPublic) return Answer::kPublic;
    // Whoever has given a screen its channel has said by that that it may show it.
    if (asker.account && !asker.account->shows.empty() && asker.account->shows == channel) {
        return Answer::kAllowed;
    }
    const Role least = rule.watch == Watch::kRole ? rule.least : Role::kProducer;
    if (asker.is(std::min(least, Role::kProducer))) return Answer::kAllowed;
    return refusal(asker);
}

Answer may_watch_entry(const Snapshot& snapshot, const Asker& asker, std::string_view entry) {
    const Jury& jury = snapshot.jury;
    if (asker.link) {
        const bool covered =
            asker.link->covers_entry(entry) || jury.shows(jury.by_link, asker.link->id, entry);
        return covered ? Answer::kAllowed : Answer::kForbidden;
    }
    if (jury.films.contains(entry) && !asker.is(Role::kProducer)) {
        const bool theirs =
            asker.is(Role::kReviewer) && jury.shows(jury.by_account, asker.account->id, entry);
        return theirs ? Answer::kAllowed : refusal(asker);
    }
    if (!snapshot.entries_protected && !jury.films.contains(entry)) return Answer::kPublic;
    return asker.is(Role::kReviewer) ? Answer::kAllowed : refusal(asker);
}

Answer may_review(const Asker& asker) {
    return asker.link ? Answer::kAllowed : may_act(asker, Role::kReviewer);
}

Answer may_act(const Asker& asker, Role least) {
    return asker.is(least) ? Answer::kAllowed : refusal(asker);
}

Answer may_read_metrics(const Snapshot& snapshot, const Asker& asker) {
    if (!snapshot.metrics_protected) return Answer::kPublic;
    return may_act(asker, Role::kProducer);
}

Result<void> check_link(const Snapshot& snapshot, const LinkClaims& claims, Instant now) {
    if (!snapshot.links.contains(claims.id)) {
        return fail(ErrorCode::kDenied, "The link has been revoked.");
    }
    if (now < claims.not_before) {
        return fail(ErrorCode::kDenied, "The link is valid from {}.",
                    base::to_rfc3339(claims.not_before));
    }
    if (claims.expires != Instant() && now >= claims.expires) {
        return fail(ErrorCode::kDenied, "The link was valid until {}.",
                    base::to_rfc3339(claims.expires));
    }
    return {};
}

}  // namespace matinee::auth
