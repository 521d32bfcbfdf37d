// The API below /api/v1: a table of operations, from which come its routes, its checks of what is
// sent, and the OpenAPI 3.1 document that says so. None of the three can say what another does not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "auth/role.h"
#include "base/result.h"
#include "http/json_schema.h"
#include "http/message.h"
#include "http/request_thread.h"
#include "http/router.h"

namespace matinee::http {

inline constexpr std::string_view kApiPrefix = "/api/v1";

// A parameter of the query string. `schema` is of each value: those of type integer and boolean are
// read as such.
struct QueryParameter {
    std::string name;
    std::string description;
    JsonSchemas::Json schema;
    bool repeated = false;
};

// A header field of a request or of an answer.
struct ApiHeader {
    std::string name;
    std::string description;
    JsonSchemas::Json schema = {{"type", "string"}};
    bool required = true;  // else it is there at times
};

// An answer when all goes well.
struct ApiAnswer {
    int status = 200;
    std::string schema = {};                        // by name; empty: not JSON
    std::string content_type = "application/json";  // empty: no content, as always with 204
    std::string description = {};
    std::vector<ApiHeader> headers = {};
};

// An error that is worth telling of.
struct ApiProblem {
    int status = 400;
    std::string description = {};  // empty: what it means everywhere
    std::vector<ApiHeader> headers = {};
};

// Whether a request must say which version it changes (RFC 9110 section 13.1.1, RFC 6585 section
// 3).
enum class Precondition : std::uint8_t { kNone, kIfMatch };

struct Operation {
    Method method = Method::kGet;
    std::string path;  // below kApiPrefix, as the router has it
    std::string id;    // "putPlaylist"
    std::string tag;   // "Playlists": where people look for it
    std::string summary;
    std::string description = {};
    Access access = Access::kStudio;
    auth::Role role = auth::Role::kProducer;  // the least that does, for kStudio
    std::vector<QueryParameter> query = {};
    std::vector<ApiHeader> headers = {};  // of requests, those that are this operation's own
    std::string body = {};                // a schema's name; empty: no JSON is sent
    std::string body_type = {};           // of content that is not JSON; empty: none is sent
    bool body_may_be_absent = false;
    std::vector<ApiAnswer> answers = {};
    bool tagged = false;                    // answers have an ETag
    bool conflicts = false;                 // 409 may come
    std::vector<ApiProblem> problems = {};  // further errors, or what they mean here
    Precondition precondition = Precondition::kNone;
    std::string audit = {};  // what the audit log calls it; empty: nothing to be said
};

// A request that has been checked against its operation. Lives as long as the request.
class Call {
  public:
    Call(const Request& request, nlohmann::json body) : request_(request), body_(std::move(body)) {}

    [[nodiscard]] const Request& request() const { return request_; }
    // Null when there is none.
    [[nodiscard]] const nlohmann::json& body() const { return body_; }
    // A parameter of the path.
    [[nodiscard]] std::string path(std::string_view name) const {
        return std::string(request_.parameter(name));
    }
    // The first value of a query parameter, and all of them.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> queries(std::string_view name) const;
    // A number or truth of the query, which has been checked.
    [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t otherwise) const;
    [[nodiscard]] bool flag(std::string_view name) const;

    // In whose name: of an account that has been asked for.
    [[nodiscard]] std::string actor() const;

    // 412 unless If-Match names `etag`. Our tags name versions and not bytes, so a weak one (of a
    // compressed answer) will do.
    [[nodiscard]] std::optional<Response> expect_match(std::string_view etag) const;

  private:
    const Request& request_;
    nlohmann::json body_;
};

using Operate = std::function<Result<Response>(const Call&)>;

// Built once, then immutable and thread-safe.
class Api {
  public:
    // Schemas by name, as the text of a JSON object.
    void add_schemas(std::string_view text);
    // That of a list's pages: page() makes them of `item`, a schema's name.
    void add_page_schema(const std::string& name, std::string_view item);
    void add(Operation operation, Operate operate);
    // One that another route answers: the document has it, and no more.
    void describe(Operation operation);

    // Called after an operation that the audit log wants to have and that went well.
    void on_done(std::function<void(const Operation&, const Call&, const Response&)> done) {
        done_ = std::move(done);
    }

    // kInternal for a table that makes no sense: names that are taken, schemas that are not there.
    [[nodiscard]] Result<void> check() const;

    // The routes, and that of the document. Operations run on `thread`. This must outlive the
    // router.
    Result<void> add_to(Router& router, RequestThread& thread) const;

    [[nodiscard]] nlohmann::ordered_json document() const;
    [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
    [[nodiscard]] const JsonSchemas& schemas() const { return schemas_; }

  private:
    Response run(const Operation& operation, const Operate& operate, const Request& request) const;
    [[nodiscard]] std::optional<Response> check_query(const Operation& operation,
                                                      const Request& request) const;

    JsonSchemas schemas_;
    std::vector<Operation> operations_;
    std::vector<Operate> operates_;  // one an operation; empty: described only
    std::vector<Error> faults_;
    std::function<void(const Operation&, const Call&, const Response&)> done_;
};

// Lists -------------------------------------------------------------------------------------------

inline constexpr std::int64_t kPageLimit = 50;
inline constexpr std::int64_t kMostPageLimit = 500;

// The parameters `limit` and `cursor` of a list.
std::vector<QueryParameter> page_parameters();

// A cursor says what the last row was called.
std::string cursor_of(std::string_view key);
std::optional<std::string> key_of_cursor(std::string_view cursor);

// The answer to what has failed after If-Match was compared with the tag `compared`: 412 when
// somebody else has made another version in that moment, with its tag, else the error itself.
Response or_overtaken(const Error& error, std::string_view compared, const std::string& present);

// An answer with a tag.
Response tagged(const nlohmann::json& value, std::string etag, int status = 200);

// 201 with the address of what has been made.
Response created(const nlohmann::json& value, const std::string& location, std::string etag = "");

enum class Order : std::uint8_t { kRising, kFalling };

// A page of `all`, which is sorted by `key_of`: the rows behind the cursor. {"items", "next"},
// where `next` is the cursor of the page that follows, null when there is none.
template <typename Row, typename KeyOf, typename ToJson>
Result<nlohmann::json> page(const Call& call, const std::vector<Row>& all, Order order,
                            KeyOf key_of, ToJson to_json) {
    const auto limit = static_cast<std::size_t>(call.number("limit", kPageLimit));
    std::optional<std::string> after;
    if (const auto cursor = call.query("cursor")) {
        after = key_of_cursor(*cursor);
        if (!after) {
            return fail(ErrorCode::kInvalid,
                        "cursor={}: this is no cursor; take \"next\" of the page before", *cursor);
        }
    }
    nlohmann::json value{{"items", nlohmann::json::array()}, {"next", nullptr}};
    std::string last;
    for (const Row& row : all) {
        const std::string key = key_of(row);
        if (after && (order == Order::kRising ? key <= *after : key >= *after)) continue;
        if (value["items"].size() == limit) {
            value["next"] = cursor_of(last);
            break;
        }
        value["items"].push_back(to_json(row));
        last = key;
    }
    return value;
}

}  // namespace matinee::http
