#include "app/access_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/secret.h"
#include "support/fake_clock.h"
#include "support/temp_folder.h"

namespace matinee::app {
namespace {

using auth::CredentialKind;
using std::chrono::milliseconds;
using test::kStart;

struct Office {
    test::TempFolder folder;
    test::FakeClock clock{kStart};
    std::unique_ptr<store::Store> store =
        store::Store::open(folder.path() / "matinee.db", clock).value();

    // As another process sees the same database.
    std::unique_ptr<store::Store> elsewhere() {
        return store::Store::open(folder.path() / "matinee.db", clock).value();
    }

    std::unique_ptr<AccessKeeper> keeper(EntryAccess entries = EntryAccess::kAuto) {
        AccessKeeper::Options options;
        options.access.entries = entries;
        options.poll = milliseconds(5);
        return AccessKeeper::start(*store, clock, options).value();
    }

    store::User add_user(const std::string& name, const std::string& role) {
        store::User user;
        user.name = name;
        user.role = role;
        return store->create_user(user, "test").value();
    }

    void add_channel(const std::string& id, const std::string& settings) {
        store::Channel channel;
        channel.id = id;
        channel.settings = settings;
        ASSERT_TRUE(store->create_channel(channel));
    }

    store::Token add_token(const store::User& user, const std::string& secret) {
        store::Token token;
        token.kind = "bearer";
        token.user_id = user.id;
        token.secret_hash = auth::hash_of_secret(secret);
        return store->create_token(token, "test").value();
    }
};

// Waits for the keeper's thread; ends with the test's own limit when it never comes to it.
template <typename Done>
void wait_until(const AccessKeeper& keeper, Done done) {
    while (!done(*keeper.snapshot())) {
        std::this_thread::yield();
    }
}

TEST(AccessKeeper, KnowsTokensOfAccountsThatMayActAndNoOthers) {
    Office office;
    office.add_user("root", "admin");
    store::User mei = office.add_user("mei", "producer");
    office.add_token(mei, "open");
    const auto revoked = office.add_token(mei, "shut");
    ASSERT_TRUE(office.store->revoke_token(revoked.id, "test"));
    const auto keeper = office.keeper();
    const auto* found = keeper->snapshot()->find(CredentialKind::kBearer, "open", kStart);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->account->name, "mei");
    EXPECT_EQ(found->account->role, auth::Role::kProducer);
    EXPECT_EQ(keeper->snapshot()->find(CredentialKind::kBearer, "shut", kStart), nullptr);

    mei.disabled = true;
    ASSERT_TRUE(office.store->update_user(mei, "test"));
    ASSERT_TRUE(keeper->refresh());
    EXPECT_TRUE(keeper->snapshot()->credentials.empty());
}

TEST(AccessKeeper, TakesUpWhatAnotherProcessRevokes) {
    Office office;
    store::Link link;
    link.id = "link1";
    ASSERT_TRUE(office.store->create_link(link, "test"));
    const auto keeper = office.keeper();
    ASSERT_TRUE(keeper->snapshot()->links.contains("link1"));
    ASSERT_TRUE(office.elsewhere()->revoke_link("link1", "cli"));
    wait_until(*keeper, [](const auth::Snapshot& now) { return !now.links.contains("link1"); });
}

TEST(AccessKeeper, CountsViewersOnWhenSomethingElseChanges) {
    Office office;
    store::Link link;
    link.id = "link1";
    ASSERT_TRUE(office.store->create_link(link, "test"));
    const auto keeper = office.keeper();
    ASSERT_TRUE(keeper->snapshot()->links.at("link1")->viewers.admit(7, 1, kStart));
    office.add_user("mei", "admin");
    ASSERT_TRUE(keeper->refresh());
    EXPECT_FALSE(keeper->snapshot()->links.at("link1")->viewers.admit(8, 1, kStart));
}

TEST(AccessKeeper, ReadsChannelsRulesAndClosesWhatMakesNoSense) {
    Office office;
    office.add_channel("main", "{}");
    office.add_channel("jury", R"({"access": {"watch": "role", "role": "reviewer"}})");
    office.add_channel("odd", R"({"access": {"watch": "pubic"}})");
    const auto keeper = office.keeper();
    const auto& channels = keeper->snapshot()->channels;
    EXPECT_EQ(channels.at("main"), auth::ChannelRule{});
    EXPECT_EQ(channels.at("jury"), (auth::ChannelRule{auth::Watch::kRole, auth::Role::kReviewer}));
    EXPECT_EQ(channels.at("odd").watch, auth::Watch::kLink);
}

TEST(AccessKeeper, LetsWhoMightWatchARemovedChannelKnowThatItIsGone) {
    Office office;
    office.add_user("root", "admin");
    office.add_channel("hall", R"({"access": {"watch": "public"}})");
    office.add_channel("jury", R"({"access": {"watch": "link"}})");
    for (const char* id : {"hall", "jury"}) {
        ASSERT_TRUE(
            office.store->remove_channel(office.store->find_channel(id).value(), {}, "root"));
    }
    const auto keeper = office.keeper();
    const auth::Asker nobody;
    EXPECT_EQ(may_watch_channel(*keeper->snapshot(), nobody, "hall"), auth::Answer::kPublic);
    EXPECT_EQ(may_watch_channel(*keeper->snapshot(), nobody, "jury"), auth::Answer::kSignIn);
    EXPECT_EQ(may_watch_channel(*keeper->snapshot(), nobody, "none"), auth::Answer::kSignIn);
}

TEST(AccessKeeper, ProtectsEntriesOnceAccessIsControlled) {
    Office office;
    office.add_channel("main", "{}");
    const auto automatic = office.keeper();
    EXPECT_FALSE(automatic->snapshot()->entries_protected);
    EXPECT_TRUE(office.keeper(EntryAccess::kProtected)->snapshot()->entries_protected);
    const store::Channel known = office.store->find_channel("main").value();
    store::Channel channel = known;
    channel.settings = R"({"access": {"watch": "link"}})";
    ASSERT_TRUE(office.store->update_channel(channel, known));
    ASSERT_TRUE(automatic->refresh());
    EXPECT_TRUE(automatic->snapshot()->entries_protected);
    ASSERT_TRUE(office.store->update_channel(known, channel));
    office.add_user("mei", "admin");
    ASSERT_TRUE(automatic->refresh());
    EXPECT_TRUE(automatic->snapshot()->entries_protected);
    EXPECT_FALSE(office.keeper(EntryAccess::kPublic)->snapshot()->entries_protected);
}

}  // namespace
}  // namespace matinee::app
