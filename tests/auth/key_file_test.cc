#include "auth/key_file.h"

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace matinee::auth {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string token_by(const Result<LinkKey>& key) {
    LinkClaims claims;
    claims.id = "a";
    return key ? key->sign(claims).value() : key.error().to_string();
}

TEST(KeyFile, IsMadeOnceForItsOwnerOnly) {
    const test::TempFolder folder;
    const fs::path file = folder.path() / "links.key";
    const std::string first = token_by(load_or_make_link_key(file));
    EXPECT_EQ(token_by(load_or_make_link_key(file)), first);
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_NE(token_by(load_or_make_link_key(folder.path() / "other.key")), first);
}

TEST(KeyFile, IsTheSameForAllWhoMakeItAtOnce) {
    const test::TempFolder folder;
    std::vector<std::string> tokens(8);
    std::vector<std::thread> threads;
    for (std::string& token : tokens) {
        threads.emplace_back(
            [&] { token = token_by(load_or_make_link_key(folder.path() / "links.key")); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_THAT(tokens, testing::Each(tokens.front()));
    // Nothing else is left behind.
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(KeyFile, ThatOthersMayReadIsRefused) {
    const test::TempFolder folder;
    const fs::path file = folder.path() / "links.key";
    ASSERT_TRUE(load_or_make_link_key(file));
    fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
    const auto refused = load_or_make_link_key(file);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kDenied);
    EXPECT_THAT(refused.error().to_string(), HasSubstr("chmod 600"));
}

TEST(KeyFile, ThatHoldsNoKeyIsRefusedAndStays) {
    const test::TempFolder folder;
    const fs::path file = folder.path() / "links.key";
    std::ofstream(file) << "half a ke";
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    const auto refused = load_or_make_link_key(file);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalid);
    EXPECT_EQ(fs::file_size(file), 9U);
}

TEST(KeyFile, NeedsItsFolder) {
    const test::TempFolder folder;
    const auto refused = load_or_make_link_key(folder.path() / "none" / "links.key");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().to_string(), HasSubstr("links.key"));
}

}  // namespace
}  // namespace matinee::auth
