#include "http/api.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/ranges.h>

#include "auth/secret.h"
#include "http/field_text.h"
#include "http/gatekeeper.h"
#include "http/problem.h"

namespace matinee::http {

namespace {

using Json = nlohmann::ordered_json;

bool has_media_type(std::string_view field, std::string_view type) {
    return equal_ignoring_case(trimmed(field.substr(0, field.find(';'))), type);
}

// The value of a query parameter as its schema has it; text stays text when it is no number.
nlohmann::json as_value(const QueryParameter& parameter, const std::string& text) {
    const auto type = parameter.schema.find("type");
    if (type != parameter.schema.end() && *type == "integer") {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size()) return number;
    }
    if (type != parameter.schema.end() && *type == "boolean") {
        if (text == "true" || text == "1") return true;
        if (text == "false" || text == "0") return false;
    }
    return text;
}

// What If-Match lists.
bool lists(std::string_view field, std::string_view etag) {
    while (!field.empty()) {
        const std::size_t open = field.find('"');
        if (open == std::string_view::npos) return false;
        const std::size_t close = field.find('"', open + 1);
        if (close == std::string_view::npos) return false;
        if (field.substr(open + 1, close - open - 1) == etag) return true;
        field.remove_prefix(close + 1);
    }
    return false;
}

std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    std::size_t at = 0;
    while ((at = path.find('{', at)) != std::string::npos) {
        const std::size_t end = path.find('}', at);
        names.push_back(path.substr(at + 1, end - at - 1));
        at = end;
    }
    return names;
}

Response overtaken(std::string_view present, std::string_view known) {
    Response response = problem(
        412,
        fmt::format("It has been changed meanwhile: it is \"{}\" now, not {}. Look at it and make "
                    "the change again.",
                    present, known),
        "If-Match");
    response.etag = present;
    return response;
}

Json problem_reference(const char* name) {
    return {{"$ref", fmt::format("#/components/responses/{}", name)}};
}

Json problem_response(const std::string& description) {
    return {{"description", description},
            {"content",
             {{"application/problem+json", {{"schema", JsonSchemas::reference("Problem")}}}}}};
}

// Whether the content is of the type that the operation takes.
std::optional<Response> check_type(const Operation& operation, const Request& request) {
    const bool is_json = !operation.body.empty();
    const std::string_view wanted =
        is_json ? std::string_view("application/json") : std::string_view(operation.body_type);
    const std::string_view type = request.header("Content-Type").value_or("");
    if (has_media_type(type, wanted) || (is_json && operation.method == Method::kPatch &&
                                         has_media_type(type, "application/merge-patch+json"))) {
        return std::nullopt;
    }
    Response refused = problem(415,
                               fmt::format("The content must be {}: send Content-Type: {}, not {}.",
                                           is_json ? "JSON" : "of another type", wanted,
                                           type.empty() ? std::string_view("nothing") : type),
                               "Content-Type");
    refused.headers.emplace_back("Accept", wanted);
    return refused;
}

struct ProblemText {
    int status;
    const char* name;
    const char* description;
};

constexpr std::array kProblems{
    ProblemText{400, "Invalid", "What was sent makes no sense; `member` says what of it."},
    ProblemText{401, "SignIn", "Nobody has signed in, and it is not for everybody."},
    ProblemText{403, "Forbidden", "Not for this account, or sent by another site's page."},
    ProblemText{404, "NotFound", "There is no such thing."},
    ProblemText{405, "NotAllowed", "Allow has the methods that there are."},
    ProblemText{409, "Conflict", "The state of things forbids it."},
    ProblemText{410, "Gone", "It has expired."},
    ProblemText{412, "Changed", "It has been changed since the version in If-Match."},
    ProblemText{413, "TooLarge", "The content is too large."},
    ProblemText{415, "WrongType", "The content must be of a type that is told, and say so."},
    ProblemText{428, "VersionRequired", "If-Match is missing: which version is to be changed?"},
    ProblemText{429, "TooMany", "Too many requests; Retry-After says when to go on."},
    ProblemText{503, "Unavailable", "Not now; Retry-After says when."},
    ProblemText{507, "Full", "There is no room for it."},
};

const char* name_of(int status) {
    const auto found = std::ranges::find(kProblems, status, &ProblemText::status);
    return found == kProblems.end() ? "Problem" : found->name;
}

std::set<int> problems_of(const Operation& operation) {
    std::set<int> statuses{400, 429, 503};
    for (const ApiProblem& problem : operation.problems)
        statuses.insert(problem.status);
    if (operation.access != Access::kPublic) statuses.insert({401, 403});
    if (!is_safe(operation.method)) statuses.insert(403);  // from another site's page
    if (operation.path.find('{') != std::string::npos || !operation.body.empty()) {
        statuses.insert(404);
    }
    if (operation.conflicts) statuses.insert(409);
    if (operation.precondition == Precondition::kIfMatch) statuses.insert({412, 428});
    if (!operation.body.empty()) statuses.insert({413, 415});
    if (!operation.body_type.empty()) statuses.insert(413);
    return statuses;
}

Json headers_json(const std::vector<ApiHeader>& headers) {
    Json object = Json::object();
    for (const ApiHeader& header : headers) {
        object[header.name] = {{"description", header.description},
                               {"required", header.required},
                               {"schema", header.schema}};
    }
    return object;
}

Json problem_json(const Operation& operation, int status) {
    const auto told = std::ranges::find(operation.problems, status, &ApiProblem::status);
    if (told == operation.problems.end() || (told->description.empty() && told->headers.empty())) {
        return problem_reference(name_of(status));
    }
    Json object = problem_response(told->description);
    if (!told->headers.empty()) object["headers"] = headers_json(told->headers);
    return object;
}

Json answer_json(const Operation& operation, const ApiAnswer& answer) {
    Json object;
    object["description"] = answer.description.empty()
                                ? std::string(answer.status == 201   ? "Made."
                                              : answer.status == 204 ? "Done."
                                                                     : "So it is.")
                                : answer.description;
    std::vector<ApiHeader> headers = answer.headers;
    if (operation.tagged && answer.status != 204) {
        headers.push_back({"ETag", "The version, for If-Match."});
    }
    if (answer.status == 201) headers.push_back({"Location", "Where it is."});
    if (!headers.empty()) object["headers"] = headers_json(headers);
    if (!answer.schema.empty()) {
        object["content"][answer.content_type]["schema"] = JsonSchemas::reference(answer.schema);
    } else if (answer.status != 204 && !answer.content_type.empty()) {
        object["content"][answer.content_type] = {{"schema", {{"type", "string"}}}};
    }
    return object;
}

Json operation_json(const Operation& operation) {
    Json object;
    object["operationId"] = operation.id;
    object["tags"] = Json::array({operation.tag});
    object["summary"] = operation.summary;
    std::string description = operation.description;
    if (operation.access == Access::kStudio) {
        if (!description.empty()) description += "\n\n";
        description += fmt::format("For accounts of the role {}{}.", to_string(operation.role),
                                   operation.role == auth::Role::kAdmin ? "" : " and above");
        object["x-role"] = to_string(operation.role);
    }
    if (!description.empty()) object["description"] = description;
    Json parameters = Json::array();
    for (const std::string& name : names_in(operation.path)) {
        parameters.push_back(
            {{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    }
    for (const QueryParameter& parameter : operation.query) {
        Json schema = parameter.schema;
        if (parameter.repeated) schema = {{"type", "array"}, {"items", parameter.schema}};
        parameters.push_back({{"name", parameter.name},
                              {"in", "query"},
                              {"description", parameter.description},
                              {"schema", std::move(schema)}});
    }
    for (const ApiHeader& header : operation.headers) {
        parameters.push_back({{"name", header.name},
                              {"in", "header"},
                              {"required", header.required},
                              {"description", header.description},
                              {"schema", header.schema}});
    }
    if (operation.precondition == Precondition::kIfMatch) {
        parameters.push_back({{"name", "If-Match"},
                              {"in", "header"},
                              {"required", true},
                              {"description", "The ETag of the version that is to be changed."},
                              {"schema", {{"type", "string"}}}});
    }
    if (!parameters.empty()) object["parameters"] = std::move(parameters);
    if (!operation.body.empty()) {
        const Json schema{{"schema", JsonSchemas::reference(operation.body)}};
        Json content{{"application/json", schema}};
        if (operation.method == Method::kPatch) content["application/merge-patch+json"] = schema;
        object["requestBody"] = {{"required", !operation.body_may_be_absent},
                                 {"content", std::move(content)}};
    }
    if (!operation.body_type.empty()) {
        // Its type says all (OpenAPI 3.1, section 4.8.14.4): bytes have no schema.
        object["requestBody"] = {{"required", !operation.body_may_be_absent},
                                 {"content", {{operation.body_type, Json::object()}}}};
    }
    Json responses = Json::object();
    for (const ApiAnswer& answer : operation.answers) {
        responses[std::to_string(answer.status)] = answer_json(operation, answer);
    }
    for (const int status : problems_of(operation)) {
        responses[std::to_string(status)] = problem_json(operation, status);
    }
    responses["default"] = problem_reference("Problem");
    object["responses"] = std::move(responses);
    if (operation.access == Access::kPublic) object["security"] = Json::array({Json::object()});
    if (operation.access == Access::kScreen) {
        object["security"] = Json::array({{{"screen", Json::array()}}});
    }
    return object;
}

constexpr std::string_view kProblemSchema = R"json({
  "Problem": {
    "description": "RFC 9457.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
      "type": {"type": "string"},
      "title": {"type": "string"},
      "status": {"type": "integer"},
      "detail": {"type": "string", "description": "What happened, and what to do about it."},
      "code": {"type": "string", "description": "A stable word, for programs."},
      "member": {"type": "string", "description": "Which part of what was sent is meant: a JSON pointer into the content, or a parameter's name."}
    }
  }
})json";

}  // namespace

// -- A call ---------------------------------------------------------------------------------------

std::optional<std::string> Call::query(std::string_view name) const {
    const auto value = request_.query.find(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::vector<std::string> Call::queries(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : request_.query.items()) {
        if (key == name) values.push_back(value);
    }
    return values;
}

std::int64_t Call::number(std::string_view name, std::int64_t otherwise) const {
    const auto text = request_.query.find(name);
    if (!text) return otherwise;
    std::int64_t number = otherwise;
    std::from_chars(text->data(), text->data() + text->size(), number);
    return number;
}

bool Call::flag(std::string_view name) const {
    const auto text = request_.query.find(name);
    return text && (*text == "true" || *text == "1");
}

std::string Call::actor() const {
    return request_.asker.account ? request_.asker.account->name : std::string("nobody");
}

std::optional<Response> Call::expect_match(std::string_view etag) const {
    const std::string_view field = request_.header("If-Match").value_or("");
    if (field == "*" || lists(field, etag)) return std::nullopt;
    return overtaken(etag, field);
}

// -- The table ------------------------------------------------------------------------------------

void Api::add_schemas(std::string_view text) {
    const Json schemas = Json::parse(text, nullptr, false);
    if (!schemas.is_object()) {
        faults_.emplace_back(ErrorCode::kInternal, fmt::format("schemas are no JSON: {}", text));
        return;
    }
    if (auto added = schemas_.add(schemas); !added) faults_.push_back(std::move(added).error());
}

void Api::add_page_schema(const std::string& name, std::string_view item) {
    const Json next{{"type", {"string", "null"}},
                    {"description", "The cursor of the page that follows; null: there is none."}};
    const Json page{{"type", "object"},
                    {"required", {"items", "next"}},
                    {"properties",
                     {{"items", {{"type", "array"}, {"items", JsonSchemas::reference(item)}}},
                      {"next", next}}}};
    if (auto added = schemas_.add({{name, page}}); !added) {
        faults_.push_back(std::move(added).error());
    }
}

void Api::add(Operation operation, Operate operate) {
    operations_.push_back(std::move(operation));
    operates_.push_back(std::move(operate));
}

void Api::describe(Operation operation) {
    add(std::move(operation), nullptr);
}

Result<void> Api::check() const {
    if (!faults_.empty()) return Unexpected(faults_.front());
    TRY(schemas_.check_references());
    std::set<std::string> ids;
    for (const Operation& operation : operations_) {
        const auto wrong = [&](const std::string& what) {
            return fail(ErrorCode::kInternal, "operation {}: {}", operation.id, what);
        };
        if (!ids.insert(operation.id).second) return wrong("there are two");
        const auto known = [&](const std::string& schema) {
            return schema.empty() || schema == "Problem" || schemas_.all().contains(schema);
        };
        if (!known(operation.body)) return wrong("there is no schema " + operation.body);
        for (const ApiAnswer& answer : operation.answers) {
            if (!known(answer.schema)) return wrong("there is no schema " + answer.schema);
        }
        for (const QueryParameter& parameter : operation.query) {
            if (auto good = JsonSchemas::expect_understood(parameter.schema); !good) {
                return fail(good.error(), "operation {}, {}", operation.id, parameter.name);
            }
            TRY(schemas_.check_references(parameter.schema));
        }
        if (operation.answers.empty()) return wrong("it has no answer");
        if (!operation.body.empty() && !operation.body_type.empty()) {
            return wrong("its content cannot be JSON and something else");
        }
    }
    return {};
}

std::optional<Response> Api::check_query(const Operation& operation, const Request& request) const {
    std::set<std::string_view> seen;
    for (const auto& [name, text] : request.query.items()) {
        const auto parameter = std::ranges::find(operation.query, name, &QueryParameter::name);
        if (parameter == operation.query.end()) {
            std::vector<std::string> known;
            for (const QueryParameter& each : operation.query)
                known.push_back(each.name);
            return problem(
                400,
                fmt::format("There is no query parameter \"{}\" here; {}.", name,
                            known.empty() ? std::string("there are none")
                                          : fmt::format("there are {}", fmt::join(known, ", "))),
                name);
        }
        if (!seen.insert(name).second && !parameter->repeated) {
            return problem(400, fmt::format("{} stands there twice.", name), name);
        }
        if (const auto fault = schemas_.check(parameter->schema, as_value(*parameter, text))) {
            return problem(400, fmt::format("{} {}.", name, fault->message), name);
        }
    }
    return std::nullopt;
}

Response Api::run(const Operation& operation, const Operate& operate,
                  const Request& request) const {
    if (auto refused = check_query(operation, request)) return *std::move(refused);
    nlohmann::json body;
    const bool takes_content = !operation.body.empty() || !operation.body_type.empty();
    const bool has_content = !(request.body.empty() && operation.body_may_be_absent);
    if (takes_content && has_content) {
        if (auto refused = check_type(operation, request)) return *std::move(refused);
    }
    if (!operation.body.empty() && has_content) {
        try {
            body = nlohmann::json::parse(base::as_text(request.body));
        } catch (const nlohmann::json::exception& error) {
            return problem(400, fmt::format("The content is no JSON: {}", error.what()));
        }
        if (const auto fault = schemas_.check(JsonSchemas::reference(operation.body), body)) {
            return problem(
                400,
                fmt::format("{} {}.", fault->place.empty() ? "The content" : fault->place,
                            fault->message),
                "/" + fault->place);
        }
    } else if (!takes_content && !request.body.empty()) {
        return problem(400, "Nothing is to be sent with this request.");
    }
    if (operation.precondition == Precondition::kIfMatch && !request.header("If-Match")) {
        return problem(428,
                       "Say which version is to be changed: send the ETag of what you have seen as "
                       "If-Match.",
                       "If-Match");
    }
    const Call call(request, std::move(body));
    auto answered = operate(call);
    if (!answered) return problem(answered.error());
    if (answered->status < 300 && !operation.audit.empty() && done_) {
        done_(operation, call, *answered);
    }
    return *std::move(answered);
}

Result<void> Api::add_to(Router& router, RequestThread& thread) const {
    TRY(check());
    for (std::size_t i = 0; i < operations_.size(); ++i) {
        const Operation& operation = operations_[i];
        const Operate& operate = operates_[i];
        if (!operate) continue;
        const Handler handler = thread.wrap([this, &operation, &operate](const Request& request) {
            return run(operation, operate, request);
        });
        const std::string path = std::string(kApiPrefix) + operation.path;
        TRY(router.add({operation.method, path, "api", operation.access, operation.role}, handler));
        // Jurors come by links as well.
        if (operation.access == Access::kJuror) {
            TRY(router.add({operation.method, "/t/{token}" + path, "api", operation.access},
                           handler));
        }
    }
    const auto text = std::make_shared<const std::string>(document().dump(2));
    return router.add(
        {Method::kGet, std::string(kApiPrefix) + "/openapi.json", "api", Access::kPublic},
        [text](const Request&) {
            return Response::content(Body::shared(text), "application/vnd.oai.openapi+json");
        });
}

nlohmann::ordered_json Api::document() const {
    Json object;
    object["openapi"] = "3.1.0";
    object["info"] = {
        {"title", "matinee"},
        {"version", "1"},
        {"description",
         "What the studio and the command line do with a matinee server. Errors are problem "
         "documents (RFC 9457). Lists come in pages: take `next` of one as `cursor` of the "
         "following. What is changed must be named by the ETag it had (If-Match), so that nobody "
         "overwrites what they have not seen."},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}};
    object["servers"] = Json::array({{{"url", kApiPrefix}}});
    object["security"] = Json::array({{{"bearer", Json::array()}}, {{"session", Json::array()}}});
    Json tags = Json::array();
    Json paths = Json::object();
    std::set<std::string> seen;
    for (const Operation& operation : operations_) {
        if (seen.insert(operation.tag).second) tags.push_back({{"name", operation.tag}});
        std::string method(to_string(operation.method));
        std::ranges::transform(method, method.begin(),
                               [](char c) { return static_cast<char>(c - 'A' + 'a'); });
        paths[operation.path][method] = operation_json(operation);
    }
    object["tags"] = std::move(tags);
    object["paths"] = std::move(paths);
    Json schemas = Json::parse(kProblemSchema);
    schemas.update(schemas_.all());
    object["components"]["schemas"] = std::move(schemas);
    for (const ProblemText& each : kProblems) {
        object["components"]["responses"][each.name] = problem_response(each.description);
    }
    object["components"]["responses"]["Problem"] = problem_response("Something else went wrong.");
    object["components"]["securitySchemes"] = {
        {"bearer",
         {{"type", "http"}, {"scheme", "bearer"}, {"description", "`matinee token add ACCOUNT`"}}},
        {"session",
         {{"type", "apiKey"},
          {"in", "cookie"},
          {"name", "__Host-matinee"},
          {"description",
           "POST /session begins it. Requests that change something must come from a page of the "
           "server itself."}}},
        {"screen",
         {{"type", "apiKey"},
          {"in", "cookie"},
          {"name", kScreenCookie},
          {"description", "POST /screen/pairing sets it; POST /screens makes it valid."}}}};
    return object;
}

// -- Answers --------------------------------------------------------------------------------------

std::vector<QueryParameter> page_parameters() {
    return {{"limit",
             "How many at most.",
             {{"type", "integer"},
              {"minimum", 1},
              {"maximum", kMostPageLimit},
              {"default", kPageLimit}}},
            {"cursor",
             "`next` of the page before.",
             {{"type", "string"}, {"minLength", 1}, {"maxLength", 400}}}};
}

std::string cursor_of(std::string_view key) {
    return auth::to_base64url(base::as_byte_span(key));
}

std::optional<std::string> key_of_cursor(std::string_view cursor) {
    const auto bytes = auth::from_base64url(cursor);
    if (!bytes) return std::nullopt;
    return std::string(base::as_text(*bytes));
}

Response or_overtaken(const Error& error, std::string_view compared, const std::string& present) {
    if (compared == present) return problem(error);
    return overtaken(present, fmt::format("\"{}\"", compared));
}

Response tagged(const nlohmann::json& value, std::string etag, int status) {
    Response response = Response::json(value, status);
    response.etag = std::move(etag);
    return response;
}

Response created(const nlohmann::json& value, const std::string& location, std::string etag) {
    Response response = Response::json(value, 201);
    response.etag = std::move(etag);
    response.headers.emplace_back("Location", std::string(kApiPrefix) + location);
    return response;
}

}  // namespace matinee::http
