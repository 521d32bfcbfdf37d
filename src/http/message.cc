#include "http/message.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace matinee::http {

namespace {

constexpr std::array<std::string_view, kMethodCount> kMethodNames = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The byte of the escape that `text` starts with.
std::optional<char> escaped_byte(std::string_view text) {
    if (text.size() < 3 || text[0] != '%') return std::nullopt;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

std::string form_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (const auto byte = escaped_byte(text.substr(i))) {
            out += *byte;
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

std::string_view to_string(Method method) {
    return kMethodNames[static_cast<std::size_t>(method)];
}

Method method_from(std::string_view name) {
    for (std::size_t i = 0; i + 1 < kMethodCount; ++i) {
        if (kMethodNames[i] == name) return static_cast<Method>(i);
    }
    return Method::kOther;
}

std::string_view PathParameters::operator[](std::string_view name) const {
    for (std::size_t i = 0; i < size_; ++i) {
        if (items_[i].first == name) return items_[i].second;
    }
    return {};
}

Query::Query(std::string_view encoded) {
    while (!encoded.empty()) {
        const std::size_t end = std::min(encoded.find('&'), encoded.size());
        const std::string_view pair = encoded.substr(0, end);
        encoded.remove_prefix(std::min(end + 1, encoded.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        items_.emplace_back(form_decoded(pair.substr(0, equals)),
                            form_decoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (const auto& [key, value] : items_) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::optional<std::string> normalized_path(std::string_view raw_path) {
    if (!raw_path.starts_with('/')) return std::nullopt;
    std::string decoded;
    decoded.reserve(raw_path.size());
    for (std::size_t i = 0; i < raw_path.size(); ++i) {
        char byte = raw_path[i];
        if (byte == '%') {
            const auto escaped = escaped_byte(raw_path.substr(i));
            // A slash that was escaped on purpose must not become a separator.
            if (!escaped || *escaped == '/') return std::nullopt;
            byte = *escaped;
            i += 2;
        }
        if (byte == '\0') return std::nullopt;
        decoded += byte;
    }
    if (!base::is_valid_utf8(decoded)) return std::nullopt;

    std::string path;
    path.reserve(decoded.size());
    std::string_view rest = decoded;
    bool directory = false;  // ends with a slash
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const std::string_view segment = rest.substr(0, end);
        rest.remove_prefix(end);
        if (segment == "..") return std::nullopt;
        directory = segment.empty() || segment == ".";
        if (directory) continue;
        path += '/';
        path += segment;
    }
    if (directory) path += '/';
    return path;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
    std::string_view rest = header("Cookie").value_or("");
    while (!rest.empty()) {
        // Fields of several lines come joined by commas, which no cookie's value has.
        const std::size_t end = std::min(rest.find_first_of(";,"), rest.size());
        std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (pair.starts_with(' '))
            pair.remove_prefix(1);
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
            return pair.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

std::string redacted_path(std::string_view raw_path) {
    // Normalised first, or "//t/..." and "/%74/..." would be other paths.
    const auto path = normalized_path(raw_path);
    if (!path) return "(malformed)";
    for (const std::string_view opening : {"/t/", "/setup/"}) {
        if (!path->starts_with(opening)) continue;
        const std::size_t end = std::min(path->find('/', opening.size()), path->size());
        return fmt::format("{}...{}", opening, path->substr(end));
    }
    return *path;
}

Body Body::text(std::string text) {
    return shared(std::make_shared<const std::string>(std::move(text)));
}

Body Body::bytes(Bytes bytes) {
    return shared(std::make_shared<const Bytes>(std::move(bytes)));
}

Body Body::json(const nlohmann::json& json) {
    return text(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Body Body::shared(std::shared_ptr<const std::string> text) {
    Body body;
    const ByteSpan bytes = base::as_byte_span(*text);
    body.append({bytes, std::move(text)});
    return body;
}

Body Body::shared(std::shared_ptr<const Bytes> bytes) {
    Body body;
    const ByteSpan span(*bytes);
    body.append({span, std::move(bytes)});
    return body;
}

void Body::append(Slice slice) {
    if (slice.bytes.empty()) return;
    size_ += slice.bytes.size();
    slices_.push_back(std::move(slice));
}

Body Body::part(ByteRange range) const {
    Body out;
    std::uint64_t skip = range.offset;
    std::uint64_t left = range.size;
    for (const Slice& slice : slices_) {
        if (left == 0) break;
        if (skip >= slice.bytes.size()) {
            skip -= slice.bytes.size();
            continue;
        }
        const std::uint64_t taken = std::min<std::uint64_t>(slice.bytes.size() - skip, left);
        out.append({slice.bytes.subspan(skip, taken), slice.owner});
        left -= taken;
        skip = 0;
    }
    return out;
}

std::string Body::to_text() const {
    std::string out;
    out.reserve(size_);
    for (const Slice& slice : slices_) {
        out += base::as_text(slice.bytes);
    }
    return out;
}

Response Response::text(std::string text, std::string content_type) {
    return content(Body::text(std::move(text)), std::move(content_type));
}

Response Response::html(std::string text) {
    return Response::text(std::move(text), "text/html; charset=utf-8");
}

Response Response::json(const nlohmann::json& json, int status) {
    Response response = content(Body::json(json), "application/json");
    response.status = status;
    return response;
}

Response Response::content(Body body, std::string content_type) {
    Response response;
    response.content_type = std::move(content_type);
    response.body = std::move(body);
    return response;
}

Response Response::empty(int status) {
    Response response;
    response.status = status;
    return response;
}

Response Response::redirect(int status, std::string location) {
    Response response = empty(status);
    response.headers.emplace_back("Location", std::move(location));
    return response;
}

}  // namespace matinee::http
