#include "http/problem.h"

#include <random>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"

namespace matinee::http {

namespace {

Response document(int status, std::string_view code, std::string_view detail,
                  std::string_view member = {}) {
    nlohmann::ordered_json told;
    told["type"] = "about:blank";
    told["title"] = reason_of(status);
    told["status"] = status;
    if (!code.empty()) told["code"] = code;
    told["detail"] = detail;
    if (!member.empty()) told["member"] = member;
    Response response = Response::json(told, status);
    response.content_type = "application/problem+json";
    return response;
}

}  // namespace

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalid:
            return 400;
        case ErrorCode::kUnsupported:
            return 422;
        case ErrorCode::kNotFound:
            return 404;
        case ErrorCode::kConflict:
            return 409;
        case ErrorCode::kDenied:
            return 403;
        case ErrorCode::kExhausted:
            return 507;
        case ErrorCode::kCancelled:
        case ErrorCode::kUnavailable:
            return 503;
        case ErrorCode::kInternal:
            return 500;
    }
    return 500;
}

std::string_view reason_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 460:
            return "Checksum Mismatch";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 507:
            return "Insufficient Storage";
        default:
            return "Error";
    }
}

Response problem(const Error& error) {
    const int status = status_of(error.code());
    const std::string_view code = to_string(error.code());
    if (error.code() == ErrorCode::kInternal) {
        thread_local std::mt19937_64 random{std::random_device{}()};
        const std::string incident = fmt::format("{:016x}", random());
        log::error("request failed", {{"incident", incident}, {"error", error.to_string()}});
        return document(
            status, code,
            fmt::format("The server made a mistake. Its log has more under incident {}.",
                        incident));
    }
    Response response = document(status, code, error.to_string());
    if (error.code() == ErrorCode::kUnavailable) response.headers.emplace_back("Retry-After", "5");
    return response;
}

Response problem(int status, std::string_view detail) {
    return document(status, {}, detail);
}

Response problem(int status, std::string_view detail, std::string_view member) {
    return document(status, {}, detail, member);
}

}  // namespace matinee::http
