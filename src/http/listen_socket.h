// Listening sockets: one per thread and address, sharing the port by SO_REUSEPORT, yet never with
// another process.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace matinee::http {

// A file descriptor of ours.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

// "127.0.0.1:8443", "[::1]:8443", "localhost:8443", "0.0.0.0:0". A host may be a name; port 0 is
// any free one.
struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;
};
Result<ListenAddress> parse_listen_address(std::string_view text);

// Where the server listens.
struct Listeners {
    // sockets[t] are those of thread t, one per address that the host has; non-blocking.
    std::vector<std::vector<Socket>> sockets;
    std::string host;        // as it was given, or the first inherited socket's address
    std::uint16_t port = 0;  // the actual one
};

// Binds `threads` sockets to each address of the host. The IPv6 wildcard takes IPv4 too. Fails
// with kConflict when another program listens there, be it another matinee; with kDenied for a
// port below 1024 without the right to it; with kInvalid for a host this machine does not have.
Result<Listeners> listen_on(const ListenAddress& address, std::size_t threads);

// Takes over the listening sockets that this process was started with, as systemd and others hand
// them over (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS); none when it was started without. Whoever
// started us holds them too, so connections wait in them while no matinee runs. Changes the
// environment: to be called once, before there are other threads. kInvalid, naming the descriptor,
// for what is no listening TCP socket.
Result<std::vector<Socket>> take_inherited_sockets();

// The same sockets for each of `threads`, which accept in turn.
Result<Listeners> listen_on(std::span<const Socket> inherited, std::size_t threads);

}  // namespace matinee::http
