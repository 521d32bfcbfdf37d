#include "auth/media_key.h"

#include <set>

#include <gtest/gtest.h>

namespace matinee::auth {
namespace {

MediaKey key_of(std::byte value) {
    return MediaKey::create(Bytes(MediaKey::kSize, value)).value();
}

TEST(MediaKey, GivesTheSameKeyForTheSameNameEverywhere) {
    const MediaKey here = key_of(std::byte{7});
    const MediaKey elsewhere = key_of(std::byte{7});
    EXPECT_EQ(here.derive("main 12"), elsewhere.derive("main 12"));
    EXPECT_EQ(here.fingerprint("main 12"), elsewhere.fingerprint("main 12"));
}

TEST(MediaKey, GivesEveryNameAndEverySecretItsOwn) {
    std::set<SegmentKey> keys;
    std::set<std::string> fingerprints;
    for (const std::byte secret : {std::byte{1}, std::byte{2}}) {
        for (const char* name : {"main 1", "main 2", "other 1", ""}) {
            keys.insert(key_of(secret).derive(name));
            fingerprints.insert(key_of(secret).fingerprint(name));
        }
    }
    EXPECT_EQ(keys.size(), 8U);
    EXPECT_EQ(fingerprints.size(), 8U);
}

// Keys are rows' alone for as long as channels stand: another derivation would break playback of
// what caches have. Computed with Python's hashlib, hmac: RFC 5869 without salt.
TEST(MediaKey, IsHkdfSha256) {
    const SegmentKey key = key_of(std::byte{7}).derive("main 12");
    std::string hex;
    for (const std::byte byte : key) {
        constexpr const char* kDigits = "0123456789abcdef";
        hex += kDigits[static_cast<unsigned>(byte) >> 4];
        hex += kDigits[static_cast<unsigned>(byte) & 15U];
    }
    EXPECT_EQ(hex, "a2f777de2b2c2958dd254f62e282f31a");
}

TEST(MediaKey, RefusesSecretsOfAnotherLength) {
    EXPECT_FALSE(MediaKey::create(Bytes(31)));
    EXPECT_FALSE(MediaKey::create({}));
}

}  // namespace
}  // namespace matinee::auth
