// A client that sends exactly the bytes it is told to, over TCP or TLS.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::http {

struct RawResponse {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
};

enum class Transport : std::uint8_t { kPlain, kTls };

class RawClient {
  public:
    struct TlsOptions {
        int max_version = 0;  // TLS1_1_VERSION ...; 0: the newest
    };

    explicit RawClient(std::uint16_t port, Transport transport = Transport::kPlain);
    RawClient(std::uint16_t port, TlsOptions options);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    // Whether the connection stands, TLS handshake included.
    [[nodiscard]] bool connected() const;
    // "TLSv1.3".
    [[nodiscard]] std::string tls_version() const;
    // SHA-256 of the server's certificate: "AB:CD:...".
    [[nodiscard]] std::string server_fingerprint() const;

    // Makes the kernel take little ahead of read().
    void shrink_receive_buffer();

    bool send(std::string_view bytes);
    // Some bytes; empty at the end of the stream, or after ten seconds without any.
    std::string read_some(std::size_t most = 65536);
    // Whether the server ended the stream within ten seconds, whatever it sent before.
    bool reaches_end();
    // Half-closes: sends no more.
    void finish_sending();

    // One response; `head_only` for HEAD.
    std::optional<RawResponse> read_response(bool head_only = false);

    // Sends a request with a Host field and `fields` ("Name: value\r\n"), reads the response.
    std::optional<RawResponse> get(std::string_view path, std::string_view fields = "");
    std::optional<RawResponse> request(std::string_view method, std::string_view path,
                                       std::string_view fields = "", std::string_view body = "");

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace matinee::http
