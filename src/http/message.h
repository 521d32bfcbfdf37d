// What a handler sees of HTTP, without the library that speaks it.
//
// Semantics are those of RFC 9110. Request and Response are plain values; a Body refers to bytes
// that somebody owns, so that media goes from mapped files to the socket without being copied.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "auth/access.h"
#include "base/bytes.h"

namespace matinee::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

inline constexpr std::size_t kMethodCount = 8;

// "GET"; kOther has no name of its own and gives "OTHER".
std::string_view to_string(Method method);

// Method names are case-sensitive (RFC 9110 section 9.1).
Method method_from(std::string_view name);

// Whether it changes nothing (RFC 9110 section 9.2.1).
constexpr bool is_safe(Method method) {
    return method == Method::kGet || method == Method::kHead || method == Method::kOptions;
}

// Where the fields of a request come from. Names are compared without regard to case.
class HeaderSource {
  public:
    HeaderSource() = default;
    HeaderSource(const HeaderSource&) = delete;
    HeaderSource& operator=(const HeaderSource&) = delete;
    virtual ~HeaderSource() = default;

    // The field's value, several lines of one field joined by ", ". Valid as long as the request.
    [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view name) const = 0;
};

// Names and values that a pattern's {braces} matched; see router.h.
class PathParameters {
  public:
    static constexpr std::size_t kMost = 8;

    void clear() { size_ = 0; }
    // Both must outlive this: the name is the route's, the value part of the request's path.
    void push(std::string_view name, std::string_view value) { items_[size_++] = {name, value}; }
    void pop() { --size_; }
    // Names the values pushed so far; `names` has as many and must outlive this.
    void name_all(const std::vector<std::string>& names) {
        for (std::size_t i = 0; i < size_; ++i) {
            items_[i].first = names[i];
        }
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    // Name and value, in the order of the pattern.
    [[nodiscard]] const std::pair<std::string_view, std::string_view>& item(std::size_t i) const {
        return items_[i];
    }

    // The value of a name that the route's pattern has; empty for another name.
    [[nodiscard]] std::string_view operator[](std::string_view name) const;

  private:
    std::array<std::pair<std::string_view, std::string_view>, kMost> items_;
    std::size_t size_ = 0;
};

// Decoded names and values in the order of the query string.
class Query {
  public:
    Query() = default;
    // Decodes "a=1&b=%20x" (application/x-www-form-urlencoded: '+' is a space). Nothing is an
    // error: what is no valid escape stays as it is.
    explicit Query(std::string_view encoded);

    // The first value of `name`.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& items() const {
        return items_;
    }

  private:
    std::vector<std::pair<std::string, std::string>> items_;
};

// A request as handlers get it; lives until the handler returns.
struct Request {
    Method method = Method::kGet;
    std::string path;      // percent-decoded, starts with '/', no empty, "." or ".." segments
    std::string raw_path;  // as sent
    Query query;
    std::string remote_address;  // the client's, numeric, without port; see trusted_proxies.h
    bool secure = true;          // it speaks HTTPS, with us or with the proxy in front
    PathParameters parameters;
    ByteSpan body;  // empty when there is none

    const HeaderSource* headers = nullptr;  // null: no fields

    // What the server's guard found out (gatekeeper.h).
    auth::Asker asker;
    bool confidential = false;  // the answer is not for everybody: no shared cache may keep it

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        return headers ? headers->find(name) : std::nullopt;
    }

    // The value of a cookie (RFC 6265 section 4.2).
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;

    // The value of a parameter of the route's pattern.
    [[nodiscard]] std::string_view parameter(std::string_view name) const {
        return parameters[name];
    }
};

// Decodes and normalises a path for Request::path. Nothing for what no honest client sends: a
// path that does not start with '/', ".." segments, encoded slashes or NULs, bytes that are not
// UTF-8, broken escapes.
std::optional<std::string> normalized_path(std::string_view raw_path);

// The path as logs may have it: what in it opens something is left out. For a path as it was sent.
std::string redacted_path(std::string_view raw_path);

// Bytes and what keeps them alive.
struct Slice {
    ByteSpan bytes;
    std::shared_ptr<const void> owner;  // null for bytes that live as long as the program
};

// A response's content: slices sent one after the other.
class Body {
  public:
    Body() = default;

    static Body text(std::string text);
    static Body bytes(Bytes bytes);
    // Serialises; text that is not UTF-8 is repaired with U+FFFD.
    static Body json(const nlohmann::json& json);
    // Shares text made once and sent often.
    static Body shared(std::shared_ptr<const std::string> text);
    static Body shared(std::shared_ptr<const Bytes> bytes);

    // Empty slices are left out.
    void append(Slice slice);

    [[nodiscard]] const std::vector<Slice>& slices() const { return slices_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }

    // The bytes of `range`, which must lie within this body; nothing is copied.
    [[nodiscard]] Body part(ByteRange range) const;

    // All slices copied into one string: for tests, and for compression of small things.
    [[nodiscard]] std::string to_text() const;

  private:
    std::vector<Slice> slices_;
    std::uint64_t size_ = 0;
};

// Whether byte ranges of a body may be asked for (RFC 9110 section 14).
enum class Ranges : std::uint8_t { kNone, kBytes };

// Content that comes bit by bit for as long as the client stays (server-sent events). The server
// asks for the next piece when the last one has been taken, so that whoever makes pieces sees how
// slow a client is, and nothing piles up.
class Stream {
  public:
    struct Piece {
        std::string bytes;  // empty: there is none now
        bool last = false;  // after it the response ends
    };

    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;

    // Once, before the first next(). `wake` says that there may be a next piece; it may be called
    // from any thread, also after this has gone.
    virtual void open(std::function<void()> wake) = 0;

    // On the thread of the connection: after a wake, when a piece has been taken, and about every
    // second besides.
    virtual Piece next() = 0;
};

struct Response;

// Takes an answer; once, from any thread.
using Respond = std::function<void(Response)>;

// What a handler answers. HEAD, conditional and range requests, compression, Content-Length and
// the common header fields are seen to afterwards, from what is said here (see negotiate.h).
struct Response {
    int status = 200;
    std::string content_type;   // "application/json"; empty: no content
    std::string cache_control;  // empty: "no-store"
    std::string etag;           // an opaque tag without quotes; empty: none
    Ranges ranges = Ranges::kNone;
    std::vector<std::pair<std::string, std::string>> headers;  // further fields
    Body body;
    // `body` compressed already; sent instead of it to whoever accepts gzip.
    std::optional<Body> gzip_body;
    // What was asked for will exist then: the server holds the request and calls the handler again.
    // It sends what is here when it cannot, or has done so for long enough.
    std::optional<std::chrono::milliseconds> ask_again_in;
    // In place of all else: called once, on the server's thread, with what takes the answer when
    // there is one, and must see to it that there is. The thread serves others meanwhile.
    std::function<void(const Request&, Respond)> answer_later;
    // Content that follows `body`.
    std::shared_ptr<Stream> stream;

    static Response text(std::string text, std::string content_type = "text/plain; charset=utf-8");
    static Response html(std::string text);
    static Response json(const nlohmann::json& json, int status = 200);
    static Response content(Body body, std::string content_type);
    // No content: 204, and 3xx with a Location of the caller's.
    static Response empty(int status);
    static Response redirect(int status, std::string location);
};

// Called on any of the server's threads, on several at once: must be thread-safe. An exception
// that leaves it is logged and answered with 500.
using Handler = std::function<Response(const Request&)>;

// Takes a request's content as it comes in, on the connection's thread; never all of it in memory.
// Destroyed before finish() has been called, the rest did not come: the connection is gone.
class ContentReceiver {
  public:
    ContentReceiver() = default;
    ContentReceiver(const ContentReceiver&) = delete;
    ContentReceiver& operator=(const ContentReceiver&) = delete;
    virtual ~ContentReceiver() = default;

    // The next bytes. A response refuses them and what is still to come.
    virtual std::optional<Response> take(ByteSpan bytes) = 0;

    // All of it has come. Called again when the response says so (Response::ask_again_in).
    virtual Response finish() = 0;
};

// Asked when a request's head is there, and no content yet: who takes it, or why nobody does. The
// Request has no body, and lives until the handler returns. Thread-safe as a Handler.
using StreamHandler =
    std::function<std::variant<Response, std::unique_ptr<ContentReceiver>>(const Request&)>;

}  // namespace matinee::http
