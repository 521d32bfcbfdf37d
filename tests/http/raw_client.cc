#include "http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace matinee::http {

struct RawClient::State {
    int fd = -1;
    SSL_CTX* context = nullptr;
    SSL* ssl = nullptr;
    bool connected = false;
    std::string buffered;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        SSL_free(ssl);
        SSL_CTX_free(context);
        if (fd >= 0) ::close(fd);
    }

    void open(std::uint16_t port) {
        fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{10, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    void start_tls(TlsOptions options) {
        context = SSL_CTX_new(TLS_client_method());
        if (options.max_version != 0) {
            // Security level 0: what this client's library would not even offer by itself.
            SSL_CTX_set_security_level(context, 0);
            SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
            SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
            SSL_CTX_set_max_proto_version(context, options.max_version);
        }
        ssl = SSL_new(context);
        SSL_set_fd(ssl, fd);
        SSL_set_tlsext_host_name(ssl, "localhost");
        connected = connected && SSL_connect(ssl) == 1;
    }
};

RawClient::RawClient(std::uint16_t port, Transport transport) : state_(std::make_unique<State>()) {
    state_->open(port);
    if (transport == Transport::kTls) state_->start_tls({});
}

RawClient::RawClient(std::uint16_t port, TlsOptions options) : state_(std::make_unique<State>()) {
    state_->open(port);
    state_->start_tls(options);
}

RawClient::~RawClient() = default;

bool RawClient::connected() const {
    return state_->connected;
}

std::string RawClient::tls_version() const {
    return SSL_get_version(state_->ssl);
}

std::string RawClient::server_fingerprint() const {
    X509* certificate = SSL_get1_peer_certificate(state_->ssl);
    if (certificate == nullptr) return {};
    std::array<unsigned char, 32> digest{};
    X509_digest(certificate, EVP_sha256(), digest.data(), nullptr);
    X509_free(certificate);
    std::string out;
    for (const unsigned char byte : digest) {
        out += fmt::format("{}{:02X}", out.empty() ? "" : ":", byte);
    }
    return out;
}

void RawClient::shrink_receive_buffer() {
    const int size = 128 << 10;  // smaller than a segment of the loopback would crawl
    ::setsockopt(state_->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = state_->ssl
                              ? SSL_write(state_->ssl, bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(state_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string RawClient::read_some(std::size_t most) {
    if (!state_->buffered.empty()) return std::exchange(state_->buffered, {});
    std::string out(most, '\0');
    const auto got = state_->ssl ? SSL_read(state_->ssl, out.data(), static_cast<int>(most))
                                 : ::recv(state_->fd, out.data(), most, 0);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
}

bool RawClient::reaches_end() {
    std::string waste(65536, '\0');
    while (true) {
        const auto got = ::recv(state_->fd, waste.data(), waste.size(), 0);
        if (got == 0) return true;
        if (got < 0) return errno == ECONNRESET;
    }
}

void RawClient::finish_sending() {
    ::shutdown(state_->fd, SHUT_WR);
}

std::optional<RawResponse> RawClient::read_response(bool head_only) {
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
        const std::string more = read_some();
        if (more.empty()) return std::nullopt;
        text += more;
    }
    RawResponse response;
    const std::size_t head_end = text.find("\r\n\r\n");
    std::string_view head = std::string_view(text).substr(0, head_end + 2);
    if (!head.starts_with("HTTP/1.1 ")) return std::nullopt;
    response.status = std::stoi(std::string(head.substr(9, 3)));
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        const std::size_t colon = line.find(": ");
        std::string name(line.substr(0, colon));
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        response.headers.emplace(std::move(name), line.substr(colon + 2));
    }
    response.body = text.substr(head_end + 4);
    std::size_t length = 0;
    if (const auto field = response.headers.find("content-length");
        field != response.headers.end() && !head_only && response.status != 304) {
        length = std::stoul(field->second);
    }
    while (response.body.size() < length) {
        const std::string more = read_some();
        if (more.empty()) return std::nullopt;
        response.body += more;
    }
    state_->buffered = response.body.substr(length);
    response.body.resize(length);
    return response;
}

std::optional<RawResponse> RawClient::get(std::string_view path, std::string_view fields) {
    return request("GET", path, fields);
}

std::optional<RawResponse> RawClient::request(std::string_view method, std::string_view path,
                                              std::string_view fields, std::string_view body) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}", method, path, fields);
    if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
    text += "\r\n";
    text += body;
    if (!send(text)) return std::nullopt;
    return read_response(method == "HEAD");
}

}  // namespace matinee::http
