#include "store/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Office {
    TempFolder folder;
    FakeClock clock;
    std::unique_ptr<Store> store = must(Store::open(folder / "matinee.db", clock));

    User add(const std::string& name, const std::string& role) {
        User user;
        user.name = name;
        user.role = role;
        user.password_hash = "hash of " + name;
        return must(store->create_user(user, "test"));
    }

    Token give(const User& user, const std::string& kind, const std::string& hash) {
        Token token;
        token.user_id = user.id;
        token.kind = kind;
        token.secret_hash = hash;
        return must(store->create_token(token, "test"));
    }

    std::vector<std::string> actions() {
        std::vector<std::string> lines;
        for (const AuditRecord& record : must(store->list_audit())) {
            lines.push_back(record.actor + " " + record.action + " " + record.subject);
        }
        return lines;
    }
};

TEST(People, AccountsAreKeptByName) {
    Office office;
    const User mei = office.add("mei", "admin");
    office.add("lev", "screen");
    EXPECT_EQ(must(office.store->find_user_by_name("mei")), mei);
    EXPECT_EQ(must(office.store->find_user(mei.id)), mei);
    EXPECT_EQ(must(office.store->list_users()).front().name, "lev");
    EXPECT_EQ(office.store->find_user_by_name("Mei").error().code(), ErrorCode::kNotFound);
    User again;
    again.name = "mei";
    again.role = "screen";
    EXPECT_EQ(office.store->create_user(again, "test").error().code(), ErrorCode::kConflict);
}

TEST(People, TheFirstAccountIsMadeOnce) {
    Office office;
    User user;
    user.name = "mei";
    user.role = "admin";
    must(office.store->create_first_user(user, "set-up"));
    user.name = "intruder";
    EXPECT_EQ(office.store->create_first_user(user, "set-up").error().code(), ErrorCode::kConflict);
}

TEST(People, SomebodyAlwaysAdministrates) {
    Office office;
    User mei = office.add("mei", "admin");
    User lev = office.add("lev", "admin");
    lev.disabled = true;
    must(office.store->update_user(lev, "test"));
    EXPECT_EQ(office.store->remove_user(mei.id, "test").error().code(), ErrorCode::kConflict);
    mei.role = "producer";
    EXPECT_EQ(office.store->update_user(mei, "test").error().code(), ErrorCode::kConflict);
    mei.role = "admin";
    mei.disabled = true;
    EXPECT_THAT(office.store->update_user(mei, "test").error().to_string(),
                HasSubstr("only admin"));
    lev.disabled = false;
    must(office.store->update_user(lev, "test"));
    must(office.store->remove_user(mei.id, "test"));
}

TEST(People, ANewPasswordEndsSessionsAndLeavesTokens) {
    Office office;
    User mei = office.add("mei", "admin");
    const Token session = office.give(mei, "session", "s");
    const Token bearer = office.give(mei, "bearer", "b");
    mei.password_hash = "another";
    must(office.store->update_user(mei, "test"));
    for (const Token& token : must(office.store->list_tokens())) {
        EXPECT_EQ(token.revoked != Instant(), token.id == session.id) << token.kind;
    }
}

TEST(People, AnAccountGoesWithItsTokens) {
    Office office;
    office.add("mei", "admin");
    const User lev = office.add("lev", "producer");
    office.give(lev, "bearer", "b");
    must(office.store->remove_user(lev.id, "test"));
    EXPECT_TRUE(must(office.store->list_tokens()).empty());
    Token orphan;
    orphan.kind = "bearer";
    orphan.user_id = lev.id;
    EXPECT_EQ(office.store->create_token(orphan, "test").error().code(), ErrorCode::kNotFound);
}

TEST(People, OldTokensAreForgotten) {
    Office office;
    const User mei = office.add("mei", "admin");
    const Token revoked = office.give(mei, "session", "1");
    must(office.store->revoke_token(revoked.id, "test"));
    must(office.store->revoke_token(revoked.id, "test"));
    Token brief;
    brief.kind = "session";
    brief.user_id = mei.id;
    brief.secret_hash = "2";
    brief.expires = office.clock.now() + seconds(10);
    must(office.store->create_token(brief, "test"));
    office.give(mei, "bearer", "3");
    EXPECT_EQ(must(office.store->prune_tokens(office.clock.now())), 0);
    EXPECT_EQ(must(office.store->prune_tokens(office.clock.now() + seconds(5))), 1);
    EXPECT_EQ(must(office.store->prune_tokens(office.clock.now() + seconds(11))), 1);
    EXPECT_EQ(must(office.store->list_tokens()).size(), 1U);
}

TEST(People, LinksAreKeptAsTheyWereMade) {
    Office office;
    Link link;
    link.id = "link1";
    link.secret_hash = "h";
    link.label = "jury";
    link.scope = R"({"channels":["main"],"entries":[]})";
    link.not_before = office.clock.now() + seconds(1);
    link.expires = office.clock.now() + seconds(2);
    link.viewers = 12;
    must(office.store->create_link(link, "mei"));
    link.created_by = "mei";
    link.created = office.clock.now();
    EXPECT_EQ(must(office.store->find_link("link1")), link);
    must(office.store->revoke_link("link1", "mei"));
    EXPECT_EQ(must(office.store->list_links()).front().revoked, office.clock.now());
    EXPECT_EQ(office.store->revoke_link("link2", "mei").error().code(), ErrorCode::kNotFound);
}

TEST(People, EveryChangeMovesTheStampAndNothingElseDoes) {
    Office office;
    std::uint64_t last = must(office.store->access_stamp());
    const auto changed = [&] {
        const std::uint64_t now = must(office.store->access_stamp());
        return std::exchange(last, now) != now;
    };
    EXPECT_FALSE(changed());
    const User mei = office.add("mei", "admin");
    EXPECT_TRUE(changed());
    const std::uint64_t viewers = must(office.store->change_stamp());
    const Token token = office.give(mei, "session", "1");
    EXPECT_TRUE(changed());
    must(office.store->revoke_token(token.id, "test"));
    EXPECT_TRUE(changed());
    Link link;
    link.id = "link1";
    must(office.store->create_link(link, "test"));
    EXPECT_TRUE(changed());
    must(office.store->revoke_link("link1", "test"));
    EXPECT_TRUE(changed());
    must(office.store->audit({.actor = "a", .action = "b", .subject = "c"}));
    must(office.store->list_users());
    EXPECT_FALSE(changed());
    // Signing in is no reason for channels to be looked at again.
    EXPECT_EQ(must(office.store->change_stamp()), viewers);
    Channel channel;
    channel.id = "main";
    must(office.store->create_channel(channel));
    EXPECT_TRUE(changed());
}

TEST(People, WhoDidWhatIsLogged) {
    Office office;
    User mei = office.add("mei", "admin");
    mei.password_hash = "secret hash";
    must(office.store->update_user(mei, "cli:root"));
    must(office.store->update_user(mei, "cli:root"));  // changes nothing
    must(office.store->audit({.actor = "mei", .action = "channel.publish", .subject = "main"}));
    EXPECT_THAT(office.actions(), ElementsAre("mei channel.publish main",
                                              "cli:root user.change mei", "test user.add mei"));
    for (const AuditRecord& record : must(office.store->list_audit())) {
        EXPECT_THAT(record.detail, Not(HasSubstr("hash")));
    }
    const auto newest = must(office.store->list_audit(1));
    ASSERT_EQ(newest.size(), 1U);
    EXPECT_EQ(must(office.store->list_audit(100, newest.front().id)).size(), 2U);
    const auto of = [&](const std::string& action, std::size_t limit = 100) {
        std::vector<std::string> found;
        for (const AuditRecord& record : must(office.store->list_audit(limit, "", action)))
            found.push_back(record.action);
        return found;
    };
    EXPECT_THAT(of("user."), ElementsAre("user.change", "user.add"));
    EXPECT_THAT(of("user.", 1), ElementsAre("user.change"));
    EXPECT_THAT(of("user.add"), ElementsAre("user.add"));
    EXPECT_THAT(of("user"), ElementsAre());
    EXPECT_EQ(office.store->audit({.detail = "{"}).error().code(), ErrorCode::kInvalid);
}

}  // namespace
}  // namespace matinee::store
