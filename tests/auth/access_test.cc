#include "auth/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/secret.h"

namespace matinee::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

const Instant kNow{milliseconds(1'795'464'000'000)};

Asker nobody() {
    return {};
}

Asker somebody(Role role) {
    Asker asker;
    asker.account = std::make_shared<const Account>(Account{"1", "mei", role});
    return asker;
}

Asker link_to(std::vector<std::string> channels, std::vector<std::string> entries = {}) {
    Asker asker;
    asker.link = LinkClaims{"link", std::move(channels), std::move(entries), {}, {}, 0};
    return asker;
}

Snapshot snapshot_with(ChannelRule rule) {
    Snapshot snapshot;
    snapshot.channels["main"] = rule;
    return snapshot;
}

TEST(Access, APublicChannelIsForEverybody) {
    const Snapshot snapshot = snapshot_with({Watch::kPublic});
    EXPECT_EQ(may_watch_channel(snapshot, nobody(), "main"), Answer::kPublic);
    EXPECT_EQ(may_watch_channel(snapshot, somebody(Role::kScreen), "main"), Answer::kPublic);
    // What is asked for by a link is the link's business.
    EXPECT_EQ(may_watch_channel(snapshot, link_to({"main"}), "main"), Answer::kAllowed);
    EXPECT_EQ(may_watch_channel(snapshot, link_to({"other"}), "main"), Answer::kForbidden);
}

TEST(Access, AChannelByLinkIsForItsLinksAndForProducers) {
    const Snapshot snapshot = snapshot_with({Watch::kLink});
    EXPECT_EQ(may_watch_channel(snapshot, nobody(), "main"), Answer::kSignIn);
    EXPECT_EQ(may_watch_channel(snapshot, somebody(Role::kScreen), "main"), Answer::kForbidden);
    EXPECT_EQ(may_watch_channel(snapshot, somebody(Role::kReviewer), "main"), Answer::kForbidden);
    EXPECT_EQ(may_watch_channel(snapshot, somebody(Role::kProducer), "main"), Answer::kAllowed);
    EXPECT_EQ(may_watch_channel(snapshot, somebody(Role::kAdmin), "main"), Answer::kAllowed);
    EXPECT_EQ(may_watch_channel(snapshot, link_to({"main"}), "main"), Answer::kAllowed);
    EXPECT_EQ(may_watch_channel(snapshot, link_to({}, {"main"}), "main"), Answer::kForbidden);
}

TEST(Access, AChannelByRoleIsForThatRoleAndThoseAbove) {
    const Snapshot reviewers = snapshot_with({Watch::kRole, Role::kReviewer});
    EXPECT_EQ(may_watch_channel(reviewers, somebody(Role::kScreen), "main"), Answer::kForbidden);
    EXPECT_EQ(may_watch_channel(reviewers, somebody(Role::kReviewer), "main"), Answer::kAllowed);
    EXPECT_EQ(may_watch_channel(reviewers, link_to({"*"}), "main"), Answer::kAllowed);
    // Whoever puts films on a channel may look at it.
    const Snapshot admins = snapshot_with({Watch::kRole, Role::kAdmin});
    EXPECT_EQ(may_watch_channel(admins, somebody(Role::kProducer), "main"), Answer::kAllowed);
}

TEST(Access, AChannelThatNobodyKnowsTheRuleOfIsNotPublic) {
    const Snapshot snapshot;
    EXPECT_EQ(may_watch_channel(snapshot, nobody(), "new"), Answer::kSignIn);
    EXPECT_EQ(may_watch_channel(snapshot, somebody(Role::kProducer), "new"), Answer::kAllowed);
}

TEST(Access, EntriesAreForReviewersWhenTheyAreProtected) {
    Snapshot snapshot;
    EXPECT_EQ(may_watch_entry(snapshot, nobody(), "film"), Answer::kPublic);
    snapshot.entries_protected = true;
    EXPECT_EQ(may_watch_entry(snapshot, nobody(), "film"), Answer::kSignIn);
    EXPECT_EQ(may_watch_entry(snapshot, somebody(Role::kScreen), "film"), Answer::kForbidden);
    EXPECT_EQ(may_watch_entry(snapshot, somebody(Role::kReviewer), "film"), Answer::kAllowed);
    EXPECT_EQ(may_watch_entry(snapshot, link_to({"film"}), "film"), Answer::kForbidden);
    EXPECT_EQ(may_watch_entry(snapshot, link_to({}, {"film"}), "film"), Answer::kAllowed);
}

TEST(Access, ActingTakesARoleAndALinkGivesNone) {
    EXPECT_EQ(may_act(nobody(), Role::kProducer), Answer::kSignIn);
    EXPECT_EQ(may_act(somebody(Role::kReviewer), Role::kProducer), Answer::kForbidden);
    EXPECT_EQ(may_act(somebody(Role::kAdmin), Role::kProducer), Answer::kAllowed);
    EXPECT_EQ(may_act(link_to({"*"}, {"*"}), Role::kScreen), Answer::kForbidden);
}

TEST(Access, MetricsAreForProducersWhenTheyAreProtected) {
    Snapshot snapshot;
    EXPECT_EQ(may_read_metrics(snapshot, nobody()), Answer::kPublic);
    snapshot.metrics_protected = true;
    EXPECT_EQ(may_read_metrics(snapshot, nobody()), Answer::kSignIn);
    EXPECT_EQ(may_read_metrics(snapshot, somebody(Role::kProducer)), Answer::kAllowed);
}

TEST(Access, ALinkHoldsBetweenItsDatesUnlessRevoked) {
    Snapshot snapshot;
    LinkClaims claims;
    claims.id = "link";
    EXPECT_THAT(check_link(snapshot, claims, kNow).error().to_string(), HasSubstr("revoked"));
    snapshot.links["link"] = std::make_shared<LinkState>();
    EXPECT_TRUE(check_link(snapshot, claims, kNow));
    claims.not_before = kNow;
    claims.expires = kNow + seconds(10);
    EXPECT_THAT(check_link(snapshot, claims, kNow - milliseconds(1)).error().to_string(),
                HasSubstr("2026-11-23T20:00:00.000Z"));
    EXPECT_TRUE(check_link(snapshot, claims, kNow));
    EXPECT_TRUE(check_link(snapshot, claims, kNow + seconds(10) - milliseconds(1)));
    EXPECT_EQ(check_link(snapshot, claims, kNow + seconds(10)).error().code(), ErrorCode::kDenied);
}

TEST(Access, CredentialsAreFoundByTheirSecretWhileTheyLast) {
    Snapshot snapshot;
    snapshot.credentials[hash_of_secret("open")] = {CredentialKind::kBearer, "t1",
                                                    somebody(Role::kScreen).account, kNow};
    const auto find = [&](CredentialKind kind, std::string_view secret, Instant now) {
        return snapshot.find(kind, secret, now) != nullptr;
    };
    EXPECT_TRUE(find(CredentialKind::kBearer, "open", kNow - milliseconds(1)));
    EXPECT_FALSE(find(CredentialKind::kBearer, "open", kNow));
    EXPECT_FALSE(find(CredentialKind::kSession, "open", kNow - milliseconds(1)));
    EXPECT_FALSE(find(CredentialKind::kBearer, "Open", kNow - milliseconds(1)));
    EXPECT_FALSE(find(CredentialKind::kBearer, hash_of_secret("open"), kNow - milliseconds(1)));
}

TEST(ChannelRule, IsReadAsItWasWritten) {
    for (const ChannelRule& rule :
         {ChannelRule{Watch::kPublic}, ChannelRule{Watch::kLink},
          ChannelRule{Watch::kRole, Role::kScreen}, ChannelRule{Watch::kRole, Role::kReviewer}}) {
        const auto settings = with_channel_rule(R"({"colour": "red"})", rule);
        ASSERT_TRUE(settings);
        EXPECT_THAT(*settings, HasSubstr("red"));
        EXPECT_EQ(*channel_rule_from(*settings), rule) << *settings;
    }
    EXPECT_EQ(*channel_rule_from(""), ChannelRule{});
    EXPECT_EQ(*channel_rule_from("{}"), ChannelRule{});
}

TEST(ChannelRule, ThatMakesNoSenseIsAnError) {
    for (const char* settings :
         {"[]", "{", R"({"access": "public"})", R"({"access": {}})", R"({"access": null})",
          R"({"access": {"watch": "Public"}})", R"({"access": {"watch": 1}})",
          R"({"access": {"watch": "role", "role": "boss"}})",
          R"({"access": {"watch": "role", "role": 1}})"}) {
        const auto rule = channel_rule_from(settings);
        ASSERT_FALSE(rule) << settings;
        EXPECT_EQ(rule.error().code(), ErrorCode::kInvalid);
    }
}

TEST(Role, HasAName) {
    for (const Role role : kRoles) {
        EXPECT_EQ(*parse_role(to_string(role)), role);
    }
    EXPECT_FALSE(parse_role("Admin"));
    EXPECT_FALSE(parse_role(""));
}

}  // namespace
}  // namespace matinee::auth
