#include "http/listen_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

namespace matinee::http {

namespace {

constexpr int kBacklog = 1024;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

    [[nodiscard]] bool is_ipv6() const { return storage.ss_family == AF_INET6; }

    void set_port(std::uint16_t port) {
        if (is_ipv6()) {
            reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
        } else {
            reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
        }
    }
    [[nodiscard]] std::uint16_t port() const {
        return ntohs(is_ipv6() ? reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port
                               : reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
    }
    [[nodiscard]] bool is_ipv6_wildcard() const {
        return is_ipv6() &&
               IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr);
    }
};

Result<std::vector<Address>> resolve(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* list = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
        return fail(ErrorCode::kInvalid,
                    "cannot listen on {:?}: {}. Give an address of this machine, such as 127.0.0.1 "
                    "or 0.0.0.0 for all",
                    host, ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
    std::vector<Address> addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        Address address;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.size = entry->ai_addrlen;
        const bool known = std::ranges::any_of(addresses, [&address](const Address& other) {
            return std::memcmp(&other.storage, &address.storage, sizeof other.storage) == 0;
        });
        if (!known) addresses.push_back(address);
    }
    return addresses;
}

Unexpected socket_failure(int error, const std::string& where) {
    switch (error) {
        case EADDRINUSE:
            return fail(ErrorCode::kConflict,
                        "cannot listen on {}: another program does already, perhaps another "
                        "matinee. Stop it, or choose another port with --listen",
                        where);
        case EACCES:
            return fail(ErrorCode::kDenied,
                        "cannot listen on {}: ports below 1024 need a right to them. Choose a "
                        "higher port with --listen, or grant CAP_NET_BIND_SERVICE",
                        where);
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
            return fail(ErrorCode::kInvalid,
                        "cannot listen on {}: this machine does not have that address. Use "
                        "127.0.0.1, or 0.0.0.0 for all its addresses",
                        where);
        default:
            return fail(ErrorCode::kUnavailable, "cannot listen on {}: {}", where,
                        std::generic_category().message(error));
    }
}

bool set_option(int fd, int level, int name, int value) {
    return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

enum class Place : std::uint8_t { kFirst, kFurther };

// The first socket is bound without SO_REUSEPORT, so that the kernel refuses it when anybody else
// has the port, whatever their options: no gap between asking and taking. It takes the option
// after that, which is what the kernel looks at when further sockets of ours come to join it.
// Nobody else can come first in the same way.
Result<Socket> open_socket(const Address& address, Place place, const std::string& where) {
    Socket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                           IPPROTO_TCP));
    const int fd = socket.fd();
    if (fd < 0) return socket_failure(errno, where);
    const bool ready = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
                       (!address.is_ipv6() || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY,
                                                         address.is_ipv6_wildcard() ? 0 : 1)) &&
                       (place == Place::kFirst || set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1));
    if (!ready || ::bind(fd, address.get(), address.size) != 0 ||
        (place == Place::kFirst && !set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) ||
        ::listen(fd, kBacklog) != 0) {
        return socket_failure(errno, where);
    }
    return socket;
}

Result<Address> address_of(const Socket& socket, const std::string& where) {
    Address address;
    address.size = sizeof address.storage;
    if (::getsockname(socket.fd(), address.get(), &address.size) != 0) {
        return socket_failure(errno, where);
    }
    return address;
}

// What sd_listen_fds(3) calls SD_LISTEN_FDS_START: descriptors are handed over from here on.
constexpr int kFirstInherited = 3;

bool is_listening_tcp(int fd) {
    const auto option = [fd](int name) {
        int value = 0;
        socklen_t size = sizeof value;
        return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
    };
    return option(SO_ACCEPTCONN) == 1 && option(SO_TYPE) == SOCK_STREAM &&
           option(SO_PROTOCOL) == IPPROTO_TCP;
}

std::string numeric_host(const Address& address) {
    std::array<char, NI_MAXHOST> text{};
    const int error = ::getnameinfo(address.get(), address.size, text.data(), text.size(), nullptr,
                                    0, NI_NUMERICHOST);
    return error == 0 ? std::string(text.data()) : std::string("localhost");
}

// The number an environment variable holds; nothing without it.
template <typename Number>
std::optional<Number> number_of(const char* variable) {
    const char* const text = std::getenv(variable);
    if (text == nullptr) return std::nullopt;
    const std::string_view digits(text);
    Number number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

}  // namespace

Socket::~Socket() {
    if (fd_ >= 0) ::close(fd_);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
    const auto refuse = [text] {
        return fail(ErrorCode::kInvalid,
                    "{:?} is no address to listen on: write ADDRESS:PORT, as in 127.0.0.1:8443 or "
                    "[::1]:8443",
                    text);
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return refuse();
    std::string_view host = text.substr(0, colon);
    const std::string_view port_text = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return refuse();  // an IPv6 address without its brackets
    }
    std::uint16_t port = 0;
    const auto [end, error] =
        std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (host.empty() || port_text.empty() || error != std::errc() ||
        end != port_text.data() + port_text.size()) {
        return refuse();
    }
    return ListenAddress{std::string(host), port};
}

Result<Listeners> listen_on(const ListenAddress& address, std::size_t threads) {
    std::vector<Address> places = TRY(resolve(address.host));
    Listeners listeners;
    listeners.sockets.resize(threads);
    listeners.host = address.host;
    listeners.port = address.port;
    for (Address& place : places) {
        const bool bracket = address.host.find(':') != std::string::npos;
        const std::string where = fmt::format("{}{}{}:{}", bracket ? "[" : "", address.host,
                                              bracket ? "]" : "", listeners.port);
        place.set_port(listeners.port);
        auto first = open_socket(place, Place::kFirst, where);
        // A name may stand for an IPv6 address on a machine without IPv6.
        if (!first && places.size() > 1 && place.is_ipv6() &&
            first.error().code() == ErrorCode::kInvalid) {
            continue;
        }
        listeners.sockets.front().push_back(TRY(std::move(first)));
        listeners.port = TRY(address_of(listeners.sockets.front().back(), where))
        .port();
        place.set_port(listeners.port);
        for (std::size_t thread = 1; thread < threads; ++thread) {
            listeners.sockets[thread].push_back(TRY(open_socket(place, Place::kFurther, where)));
        }
    }
    if (listeners.sockets.front().empty()) {
        return fail(ErrorCode::kInvalid, "cannot listen on {}: this machine has no such address",
                    address.host);
    }
    return listeners;
}

Result<std::vector<Socket>> take_inherited_sockets() {
    const auto process = number_of<pid_t>("LISTEN_PID");
    const auto count = number_of<int>("LISTEN_FDS");
    // Programs that we start are not meant.
    for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
        ::unsetenv(variable);
    }
    std::vector<Socket> sockets;
    if (process != ::getpid()) return sockets;
    for (int i = 0; i < count.value_or(0); ++i) {
        const int fd = kFirstInherited + i;
        if (!is_listening_tcp(fd)) {
            return fail(
                ErrorCode::kInvalid,
                "descriptor {}, which matinee was started with (LISTEN_FDS), is no listening "
                "TCP socket: see ListenStream= in matinee.socket",
                fd);
        }
        sockets.emplace_back(fd);
        const int flags = ::fcntl(fd, F_GETFL);
        if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
            ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
            return socket_failure(errno, fmt::format("descriptor {}", fd));
        }
    }
    return sockets;
}

Result<Listeners> listen_on(std::span<const Socket> inherited, std::size_t threads) {
    Listeners listeners;
    listeners.sockets.resize(threads);
    for (const Socket& socket : inherited) {
        const std::string where = fmt::format("inherited descriptor {}", socket.fd());
        const Address address = TRY(address_of(socket, where));
        if (listeners.host.empty()) {
            listeners.host = numeric_host(address);
            listeners.port = address.port();
        }
        for (auto& sockets : listeners.sockets) {
            sockets.emplace_back(::fcntl(socket.fd(), F_DUPFD_CLOEXEC, 0));
            if (sockets.back().fd() < 0) return socket_failure(errno, where);
        }
    }
    return listeners;
}

}  // namespace matinee::http
