#include "auth/secret.h"

#include <set>

#include <gtest/gtest.h>

namespace matinee::auth {
namespace {

TEST(Secret, TextIsReadBackForEveryLength) {
    for (std::size_t size = 0; size < 70; ++size) {
        const Bytes bytes = random_bytes(size);
        const std::string text = to_base64url(bytes);
        EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
        EXPECT_EQ(from_base64url(text), bytes) << text;
    }
}

TEST(Secret, TextAgreesWithRfc4648) {
    EXPECT_EQ(to_base64url(base::as_byte_span("foob")), "Zm9vYg");
    EXPECT_EQ(to_base64url(base::as_byte_span("foobar")), "Zm9vYmFy");
    EXPECT_EQ(to_base64url(base::as_byte_span("\xfb\xff")), "-_8");
}

TEST(Secret, AValueHasOneText) {
    EXPECT_TRUE(from_base64url("Zg"));
    for (const char* other : {"Zh", "Z", "Zg==", "Zg=", "Z g", "Zm9vY", "Zm9v\n", "Zm+v", "Zm/v"}) {
        EXPECT_FALSE(from_base64url(other)) << other;
    }
}

TEST(Secret, IsNeverTheSameTwice) {
    std::set<std::string> all;
    for (int i = 0; i < 100; ++i) {
        all.insert(new_secret());
        all.insert(new_id());
    }
    EXPECT_EQ(all.size(), 200U);
}

TEST(Secret, IsKeptAsItsSha256) {
    EXPECT_EQ(hash_of_secret("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Secret, EqualMeansLengthAndContent) {
    const auto equal = [](std::string_view a, std::string_view b) {
        return equal_in_constant_time(base::as_byte_span(a), base::as_byte_span(b));
    };
    EXPECT_TRUE(equal("", ""));
    EXPECT_TRUE(equal("abc", "abc"));
    EXPECT_FALSE(equal("abc", "abd"));
    EXPECT_FALSE(equal("abc", "ab"));
}

}  // namespace
}  // namespace matinee::auth
