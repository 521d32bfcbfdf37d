#include "http/listen_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

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

// Runs `child` in a process that was started with `fd` as systemd would start it.
int exit_status_with(int fd, int (*child)()) {
    const pid_t process = ::fork();
    if (process == 0) {
        const bool handed = fd == 3 ? ::fcntl(fd, F_SETFD, 0) == 0 : ::dup2(fd, 3) == 3;
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", "1", 1);
        ::_exit(handed ? child() : 100);
    }
    int status = -1;
    ::waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(TakeInheritedSockets, TakesWhatSystemdHandsOverAndSharesItOut) {
    const auto held = listen_on({"127.0.0.1", 0}, 1);
    ASSERT_TRUE(held) << held.error().to_string();
    const int status = exit_status_with(held->sockets[0][0].fd(), [] {
        const auto taken = take_inherited_sockets();
        if (!taken || taken->size() != 1 || (*taken)[0].fd() != 3) return 1;
        if ((::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0) return 2;
        if ((::fcntl(3, F_GETFL) & O_NONBLOCK) == 0) return 3;
        if (std::getenv("LISTEN_FDS") != nullptr) return 4;
        const auto listeners = listen_on(*taken, 2);
        if (!listeners || listeners->sockets.size() != 2 || listeners->host != "127.0.0.1")
            return 5;
        sockaddr_in address{};
        socklen_t size = sizeof address;
        for (const auto& sockets : listeners->sockets) {
            auto* const any = reinterpret_cast<sockaddr*>(&address);
            if (sockets.size() != 1 || ::getsockname(sockets[0].fd(), any, &size) != 0) return 6;
            if (ntohs(address.sin_port) != listeners->port) return 7;
        }
        const auto again = take_inherited_sockets();
        return again && again->empty() ? 0 : 8;
    });
    EXPECT_EQ(status, 0);
}

TEST(TakeInheritedSockets, RefusesWhatIsNoListeningSocket) {
    const Socket other(::socket(AF_INET, SOCK_STREAM, 0));
    const int status = exit_status_with(other.fd(), [] {
        const auto taken = take_inherited_sockets();
        const bool named = !taken && taken.error().code() == ErrorCode::kInvalid &&
                           taken.error().message().find("descriptor 3") != std::string::npos;
        return named ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
}

TEST(TakeInheritedSockets, LeavesAloneWhatIsMeantForAnotherProcess) {
    const auto held = listen_on({"127.0.0.1", 0}, 1);
    ASSERT_TRUE(held);
    const int status = exit_status_with(held->sockets[0][0].fd(), [] {
        ::setenv("LISTEN_PID", "1", 1);
        const auto taken = take_inherited_sockets();
        return taken && taken->empty() && ::fcntl(3, F_GETFD) >= 0 ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace matinee::http
