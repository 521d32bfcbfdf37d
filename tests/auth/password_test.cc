#include "auth/password.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::auth {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Password, IsKnownAgainAndNoOtherIs) {
    const auto stored = hash_password("paper boats at noon");
    ASSERT_TRUE(stored) << stored.error().to_string();
    EXPECT_THAT(*stored, StartsWith("scrypt$15$8$1$"));
    EXPECT_EQ(stored->find("paper"), std::string::npos);
    EXPECT_TRUE(*verify_password("paper boats at noon", *stored));
    EXPECT_FALSE(*verify_password("paper boats at noon ", *stored));
    EXPECT_FALSE(*verify_password("", *stored));
}

TEST(Password, IsSaltedSoThatTwoOfTheSameDiffer) {
    EXPECT_NE(*hash_password("paper boats at noon"), *hash_password("paper boats at noon"));
}

TEST(Password, OfNobodyIsNeverRight) {
    EXPECT_FALSE(*verify_password("paper boats at noon", ""));
    EXPECT_FALSE(*verify_password("", ""));
}

TEST(Password, AgreesWithRfc7914WhateverTheParameters) {
    // RFC 7914 section 12, third vector (N=16384, r=8, p=1), its first 32 bytes. scrypt's output
    // is PBKDF2's, so a shorter one is the beginning of a longer one.
    const std::string stored =
        "scrypt$14$8$1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI";
    const auto verdict = verify_password("pleaseletmein", stored);
    ASSERT_TRUE(verdict) << verdict.error().to_string();
    EXPECT_TRUE(*verdict);
    EXPECT_FALSE(*verify_password("pleaseletmeout", stored));
}

TEST(Password, MustBeLongEnoughInCharacters) {
    const auto refused = hash_password("nine char");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalid);
    EXPECT_THAT(refused.error().to_string(), HasSubstr("9 characters"));
    EXPECT_FALSE(check_password("纸船纸船纸船纸船纸"));  // 27 bytes, 9 characters
    EXPECT_TRUE(check_password("纸船纸船纸船纸船纸船"));
    EXPECT_FALSE(check_password(std::string(1025, 'a')));
    EXPECT_FALSE(check_password("\xff\xfe\xfd text of ten"));
}

TEST(Password, DamagedHashesAreErrors) {
    for (const char* damaged :
         {"plain", "scrypt$15$8$1$AAAA", "scrypt$40$8$1$AAAA$AAAA", "scrypt$15$8$1$AAAA$AAAA",
          "scrypt$15$0$1$AAAA$cCO9yzr9c0hGHAbNgf04638eu_-o_No-l8fyFUwG60k", "bcrypt$1$1$1$AA$AA",
          "scrypt$x$8$1$AAAA$cCO9yzr9c0hGHAbNgf04638eu_-o_No-l8fyFUwG60k"}) {
        const auto verdict = verify_password("paper boats at noon", damaged);
        ASSERT_FALSE(verdict) << damaged;
        EXPECT_EQ(verdict.error().code(), ErrorCode::kInternal);
    }
}

}  // namespace
}  // namespace matinee::auth
