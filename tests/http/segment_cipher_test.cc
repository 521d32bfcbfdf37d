#include "http/segment_cipher.h"

#include <gtest/gtest.h>

#include "support/decrypt.h"

namespace matinee::http {
namespace {

auth::SegmentKey key_of(std::byte value) {
    auth::SegmentKey key{};
    key.fill(value);
    return key;
}

std::string text_of(const auth::SegmentKey& key) {
    return std::string(base::as_text(key));
}

SegmentCipher cipher(std::uint64_t most_kept) {
    return SegmentCipher(auth::MediaKey::create(Bytes(32, std::byte{1})).value(), most_kept);
}

const void* place_of(const Body& body) {
    return body.slices().front().bytes.data();
}

TEST(SegmentCipher, GivesWhatPlayersDecrypt) {
    // Lengths around the block size, in slices that are no whole blocks.
    for (const std::size_t size : {0, 1, 15, 16, 17, 31, 32, 100'000}) {
        std::string content;
        for (std::size_t i = 0; i < size; ++i) {
            content += static_cast<char>(i * 31 % 251);
        }
        Body body;
        for (std::size_t at = 0; at < size; at += 7) {
            body.append(
                {base::as_byte_span(content).subspan(at, std::min<std::size_t>(7, size - at)),
                 nullptr});
        }
        const Bytes encrypted = encrypt_segment(body, key_of(std::byte{9}), 0x1234'5678'9abc);
        EXPECT_EQ(encrypted.size(), size / 16 * 16 + 16);
        EXPECT_EQ(test::decrypt_segment(base::as_text(encrypted), text_of(key_of(std::byte{9})),
                                        0x1234'5678'9abc),
                  content);
        if (size > 0) {
            EXPECT_NE(test::decrypt_segment(base::as_text(encrypted), text_of(key_of(std::byte{9})),
                                            0x1234'5678'9abd),
                      content);
        }
    }
}

TEST(SegmentCipher, MakesWhatManyFetchOnce) {
    SegmentCipher shared = cipher(1000);
    const Body content = Body::text(std::string(100, 'a'));
    const Body first = shared.encrypt(content, key_of(std::byte{1}), 5);
    EXPECT_EQ(place_of(shared.encrypt(content, key_of(std::byte{1}), 5)), place_of(first));
    EXPECT_NE(shared.encrypt(content, key_of(std::byte{1}), 6).to_text(), first.to_text());
    EXPECT_NE(shared.encrypt(content, key_of(std::byte{2}), 5).to_text(), first.to_text());
}

TEST(SegmentCipher, KeepsNoMoreThanItMayButSharesWhatIsBeingSent) {
    SegmentCipher small = cipher(300);
    const Body content = Body::text(std::string(100, 'a'));  // 112 bytes encrypted
    const Body sent = small.encrypt(content, key_of(std::byte{1}), 0);
    for (std::int64_t i = 1; i < 50; ++i) {
        static_cast<void>(small.encrypt(content, key_of(std::byte{1}), i));
        EXPECT_LE(small.kept(), 300U);
    }
    EXPECT_EQ(small.kept(), 224U);
    EXPECT_EQ(place_of(small.encrypt(content, key_of(std::byte{1}), 0)), place_of(sent));
    // Larger than all that may be kept: it is sent all the same.
    EXPECT_EQ(small.encrypt(Body::text(std::string(999, 'b')), key_of(std::byte{1}), 99).size(),
              1008U);
    EXPECT_EQ(small.kept(), 0U);
}

}  // namespace
}  // namespace matinee::http
