#include "auth/link_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/secret.h"

namespace matinee::auth {
namespace {

using std::chrono::milliseconds;

LinkKey key_of(unsigned char byte) {
    return LinkKey::create(Bytes(LinkKey::kSize, static_cast<std::byte>(byte))).value();
}

LinkClaims some_claims() {
    LinkClaims claims;
    claims.id = "0123456789abcdef";
    claims.channels = {"main", "shorts"};
    claims.entries = {"paper-boats"};
    claims.not_before = Instant(milliseconds(1'795'464'000'000));
    claims.expires = Instant(milliseconds(1'795'550'400'001));
    claims.viewers = 40'000;
    return claims;
}

TEST(LinkToken, SaysWhatWasSigned) {
    const LinkKey key = key_of(1);
    for (const LinkClaims& claims : {some_claims(), LinkClaims{}}) {
        const auto token = key.sign(claims);
        ASSERT_TRUE(token);
        const auto read = key.verify(*token);
        ASSERT_TRUE(read) << read.error().to_string();
        EXPECT_EQ(*read, claims);
        EXPECT_EQ(*key.sign(*read), *token);
    }
}

// Made by Python's hmac and struct: what is out there must stay valid.
TEST(LinkToken, HasTheFormatOfItsDescription) {
    EXPECT_EQ(*key_of(1).sign(some_claims()),
              "ARAwMTIzNDU2Nzg5YWJjZGVmAAABogn-"
              "cgAAAAGiDyTOAZxAA2MEbWFpbmMGc2hvcnRzZQtwYXBlci1ib2F0c1NnmIehSqfru6L1cfsKegZuyQqPdzwE"
              "usW84tNAXm-B");
}

TEST(LinkToken, EveryChangeOfItIsRefused) {
    const LinkKey key = key_of(1);
    const std::string token = *key.sign(some_claims());
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const auto refused = key.verify(changed);
        ASSERT_FALSE(refused) << i;
        EXPECT_EQ(refused.error().code(), ErrorCode::kDenied);
        EXPECT_FALSE(key.verify(token.substr(0, i)));
        EXPECT_FALSE(key.verify(token.substr(i + 1)));
    }
    EXPECT_FALSE(key.verify(token + "A"));
    EXPECT_FALSE(key.verify(token + token));
    EXPECT_FALSE(key.verify(std::string(100'000, 'A')));
    EXPECT_FALSE(key.verify("not base64!"));
}

TEST(LinkToken, OfAnotherKeyIsRefused) {
    EXPECT_FALSE(key_of(2).verify(*key_of(1).sign(some_claims())));
}

TEST(LinkToken, CoversWhatItNamesAndAStarAll) {
    LinkClaims claims = some_claims();
    EXPECT_TRUE(claims.covers_channel("main"));
    EXPECT_FALSE(claims.covers_channel("paper-boats"));
    EXPECT_FALSE(claims.covers_channel("mai"));
    EXPECT_TRUE(claims.covers_entry("paper-boats"));
    EXPECT_FALSE(claims.covers_entry("main"));
    claims.channels = {"*"};
    EXPECT_TRUE(claims.covers_channel("anything"));
    EXPECT_FALSE(claims.covers_entry("anything"));
    EXPECT_FALSE(LinkClaims().covers_channel(""));
}

TEST(LinkToken, MustFitIntoAnAddress) {
    const LinkKey key = key_of(1);
    LinkClaims claims;
    claims.channels.assign(300, "a");
    EXPECT_FALSE(key.sign(claims));
    claims.channels.assign(1, std::string(256, 'a'));
    EXPECT_FALSE(key.sign(claims));
    claims.channels.assign(100, "a-channel-of-some-length");
    const auto refused = key.sign(claims);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(refused.error().to_string(), testing::HasSubstr("several links"));
}

TEST(LinkKey, HasOneSize) {
    EXPECT_FALSE(LinkKey::create(Bytes(31)));
    EXPECT_FALSE(LinkKey::create({}));
}

}  // namespace
}  // namespace matinee::auth
