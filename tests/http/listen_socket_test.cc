#include "http/listen_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::http {
namespace {

TEST(ParseListenAddress, ReadsNamesAndBothKindsOfAddresses) {
    const auto parsed = [](std::string_view text) {
        const auto address = parse_listen_address(text);
        return address ? address->host + " " + std::to_string(address->port) : "refused";
    };
    EXPECT_EQ(parsed("127.0.0.1:8443"), "127.0.0.1 8443");
    EXPECT_EQ(parsed("[::1]:0"), "::1 0");
    EXPECT_EQ(parsed("localhost:80"), "localhost 80");
    for (const char* text : {"", "8443", ":8443", "::1:8443", "a:", "a:x", "a:65536", "a:-1"}) {
        EXPECT_EQ(parsed(text), "refused") << text;
    }
}

TEST(ListenOn, SharesOnePortBetweenThreadsButNotWithAnybodyElse) {
    const auto first = listen_on({"127.0.0.1", 0}, 3);
    ASSERT_TRUE(first) << first.error().to_string();
    EXPECT_NE(first->port, 0);
    EXPECT_EQ(first->sockets.size(), 3U);

    const auto second = listen_on({"127.0.0.1", first->port}, 3);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(second.error().message(),
                testing::HasSubstr("127.0.0.1:" + std::to_string(first->port)));
    EXPECT_THAT(second.error().message(), testing::HasSubstr("--listen"));
}

TEST(ListenOn, FreesThePortWithItsSockets) {
    std::uint16_t port = 0;
    {
        const auto first = listen_on({"127.0.0.1", 0}, 2);
        ASSERT_TRUE(first);
        port = first->port;
    }
    const auto again = listen_on({"127.0.0.1", port}, 2);
    EXPECT_TRUE(again) << again.error().to_string();
}

TEST(ListenOn, NamesAnAddressThatThisMachineLacks) {
    const auto listeners = listen_on({"192.0.2.1", 0}, 1);
    ASSERT_FALSE(listeners);
    EXPECT_EQ(listeners.error().code(), ErrorCode::kInvalid);
    EXPECT_FALSE(listen_on({"no-such-host.invalid", 0}, 1));
}

}  // namespace
}  // namespace matinee::http
