#include "auth/pairing.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::auth {
namespace {

using testing::HasSubstr;

TEST(Pairing, CodesAreMadeOfWhatCannotBeMistaken) {
    std::set<char> met;
    for (int value = 0; value < 256; ++value) {
        const std::string code = pairing_code_of(Bytes(8, static_cast<std::byte>(value)));
        ASSERT_EQ(code.size(), kPairingCodeLength);
        met.insert(code.begin(), code.end());
    }
    EXPECT_EQ(met.size(), kPairingAlphabet.size());
    for (const char alike : std::string_view("0O1IL2Z5S8BV")) {
        EXPECT_EQ(met.count(alike), 0U) << alike;
    }
}

TEST(Pairing, EveryByteOfChanceShows) {
    Bytes random(kPairingCodeLength, std::byte{0});
    const std::string plain = pairing_code_of(random);
    for (std::byte& byte : random) {
        byte = std::byte{1};
        EXPECT_NE(pairing_code_of(random), plain);
        byte = std::byte{0};
    }
}

TEST(Pairing, WhatPeopleTypeIsReadAsItIsMeant) {
    EXPECT_EQ(*read_pairing_code("ACD347"), "ACD347");
    EXPECT_EQ(*read_pairing_code("acd-347"), "ACD347");
    EXPECT_EQ(*read_pairing_code(" acd 347 "), "ACD347");
}

TEST(Pairing, WhatCannotBeACodeIsSaidToBeNone) {
    EXPECT_THAT(read_pairing_code("ACD34O").error().message(), HasSubstr("out of 3467"));
    EXPECT_THAT(read_pairing_code("ACD34").error().message(), HasSubstr("6 characters"));
    EXPECT_EQ(read_pairing_code("ACD3477").error().code(), ErrorCode::kInvalid);
    EXPECT_EQ(read_pairing_code("").error().code(), ErrorCode::kInvalid);
    EXPECT_EQ(read_pairing_code("ACD\n34").error().code(), ErrorCode::kInvalid);
}

}  // namespace
}  // namespace matinee::auth
