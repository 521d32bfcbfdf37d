#include "http/negotiate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "http/field_text.h"
#include "http/problem.h"

namespace matinee::http {

namespace {

// The next element of a comma-separated field; takes it off.
std::string_view take_element(std::string_view& list) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view element = trimmed(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return element;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Weak comparison (RFC 9110 section 8.8.3.2) of each tag in the field with ours.
bool lists_etag(std::string_view field, std::string_view etag) {
    if (trimmed(field) == "*") return true;
    while (!field.empty()) {
        std::string_view tag = take_element(field);
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"' &&
            tag.substr(1, tag.size() - 2) == etag) {
            return true;
        }
    }
    return false;
}

// Strong comparison; a date never matches, for we send none.
bool if_range_holds(const Request& request, std::string_view etag) {
    const auto field = request.header("If-Range");
    return !field || (!etag.empty() && *field == fmt::format("\"{}\"", etag));
}

bool varies(const Response& response) {
    return response.gzip_body || is_compressible(response.content_type);
}

// Pages load nothing but their own; hls.js plays through blob: URLs and works in a blob: worker.
constexpr std::string_view kPagePolicy =
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'";

// What is no page loads nothing at all, should somebody make a browser take it for one.
constexpr std::string_view kDataPolicy = "default-src 'none'; frame-ancestors 'none'";

bool has_field(const Response& response, std::string_view name) {
    return std::ranges::any_of(response.headers, [name](const auto& field) {
        return equal_ignoring_case(field.first, name);
    });
}

// What a shared cache kept, it would go on giving to whoever asks, also when a link has been
// revoked. A viewer's own cache may keep it.
std::string confidential(std::string_view cache_control) {
    constexpr std::string_view kPublic = "public";
    if (cache_control.starts_with(kPublic)) {
        return fmt::format("private{}", cache_control.substr(kPublic.size()));
    }
    return cache_control == "no-cache" ? "private, no-cache" : std::string(cache_control);
}

void add_common_fields(WireResponse& wire, const Request& request, const Response& response,
                       Access access) {
    const auto add = [&wire, &response](std::string_view name, std::string_view value) {
        if (!has_field(response, name)) wire.headers.emplace_back(name, value);
    };
    const std::string cache =
        response.cache_control.empty() ? std::string("no-store") : response.cache_control;
    add("Cache-Control", request.confidential ? confidential(cache) : cache);
    add("X-Content-Type-Options", "nosniff");
    // Nobody else learns an address with a link in it.
    add("Referrer-Policy", request.asker.link ? "no-referrer" : "same-origin");
    if (is_media(access)) {
        add("Access-Control-Allow-Origin", "*");
        add("Access-Control-Expose-Headers",
            "Content-Length, Content-Range, Date, ETag, Accept-Ranges");
        add("Cross-Origin-Resource-Policy", "cross-origin");
        return;
    }
    add("Cross-Origin-Resource-Policy", "same-origin");
    if (response.content_type.starts_with("text/html")) {
        add("Content-Security-Policy", kPagePolicy);
        add("Cross-Origin-Opener-Policy", "same-origin");
        add("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    } else {
        add("Content-Security-Policy", kDataPolicy);
    }
}

}  // namespace

RangeRequest parse_range(std::string_view field, std::uint64_t size) {
    using Kind = RangeRequest::Kind;
    field = trimmed(field);
    if (field.size() < 6 || !equal_ignoring_case(field.substr(0, 6), "bytes=")) return {};
    field.remove_prefix(6);
    if (field.find(',') != std::string_view::npos) return {};
    const std::string_view spec = trimmed(field);
    const std::size_t dash = spec.find('-');
    if (dash == std::string_view::npos) return {};
    const std::string_view first_text = spec.substr(0, dash);
    const std::string_view last_text = spec.substr(dash + 1);

    if (first_text.empty()) {  // the last n bytes
        const auto suffix = parse_number(last_text);
        if (!suffix) return {};
        if (*suffix == 0 || size == 0) return {Kind::kUnsatisfiable, {}};
        const std::uint64_t count = std::min(*suffix, size);
        return {Kind::kPart, {size - count, count}};
    }
    const auto first = parse_number(first_text);
    if (!first) return {};
    std::uint64_t last = size == 0 ? 0 : size - 1;
    if (!last_text.empty()) {
        const auto given = parse_number(last_text);
        if (!given || *given < *first) return {};
        last = std::min(last, *given);
    }
    if (*first >= size) return {Kind::kUnsatisfiable, {}};
    return {Kind::kPart, {*first, last - *first + 1}};
}

bool accepts_gzip(std::string_view accept_encoding) {
    bool any = false;  // what "*" says, for want of a "gzip"
    while (!accept_encoding.empty()) {
        std::string_view element = take_element(accept_encoding);
        const std::size_t semicolon = std::min(element.find(';'), element.size());
        const std::string_view coding = trimmed(element.substr(0, semicolon));
        std::string_view weight = trimmed(element.substr(std::min(semicolon + 1, element.size())));
        bool accepted = true;
        if (weight.size() > 2 && (weight[0] == 'q' || weight[0] == 'Q') && weight[1] == '=') {
            weight.remove_prefix(2);
            accepted = weight.find_first_not_of("0.") != std::string_view::npos;
        }
        if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) {
            return accepted;
        }
        if (coding == "*") any = accepted;
    }
    return any;
}

bool is_compressible(std::string_view content_type) {
    const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
    constexpr std::array<std::string_view, 7> kTypes = {"application/vnd.apple.mpegurl",
                                                        "application/json",
                                                        "application/javascript",
                                                        "application/xml",
                                                        "audio/x-mpegurl",
                                                        "image/svg+xml",
                                                        "application/manifest+json"};
    return type.starts_with("text/") || type.ends_with("+json") ||
           std::ranges::find(kTypes, type) != kTypes.end();
}

Body gzip(const Body& body) {
    z_stream stream{};
    constexpr int kGzipWrapper = 16;
    constexpr int kLevel = 5;  // playlists: within 2 % of level 9 at a third of the time
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&stream, kLevel, Z_DEFLATED, MAX_WBITS + kGzipWrapper, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();  // its only failure with constant parameters
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ending(&stream, deflateEnd);

    Bytes out(deflateBound(&stream, body.size()));
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    for (const Slice& slice : body.slices()) {
        // zlib reads through a pointer to non-const, and writes nothing there.
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(slice.bytes.data()));
        stream.avail_in = static_cast<uInt>(slice.bytes.size());
        deflate(&stream, Z_NO_FLUSH);
    }
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
        throw std::logic_error("zlib needs more room than deflateBound() said");
    }
    out.resize(stream.total_out);
    return Body::bytes(std::move(out));
}

WireResponse negotiate(const Request& request, Response response, Access access) {
    const bool safe = request.method == Method::kGet || request.method == Method::kHead;
    const bool ok = response.status == 200;
    WireResponse wire;

    bool compressed = false;
    const auto range_field = request.header("Range");
    const bool wants_range =
        ok && request.method == Method::kGet && range_field && response.ranges == Ranges::kBytes;
    if (varies(response) && !has_field(response, "Content-Encoding")) {
        wire.headers.emplace_back("Vary", "Accept-Encoding");
        compressed = !wants_range &&
                     (response.gzip_body || response.body.size() >= kLeastToCompress) &&
                     accepts_gzip(request.header("Accept-Encoding").value_or(""));
    }

    if (!response.etag.empty()) {
        // A tag names one representation; the compressed one is equal only in meaning: weak.
        wire.headers.emplace_back("ETag",
                                  fmt::format("{}\"{}\"", compressed ? "W/" : "", response.etag));
    }
    add_common_fields(wire, request, response, access);

    if (ok && safe && !response.etag.empty()) {
        const auto if_none_match = request.header("If-None-Match");
        if (if_none_match && lists_etag(*if_none_match, response.etag)) {
            wire.status = 304;
            return wire;
        }
    }

    wire.status = response.status;
    for (auto& field : response.headers) {
        wire.headers.push_back(std::move(field));
    }
    if (response.ranges == Ranges::kBytes) wire.headers.emplace_back("Accept-Ranges", "bytes");

    if (wants_range && if_range_holds(request, response.etag)) {
        const std::uint64_t size = response.body.size();
        const RangeRequest asked = parse_range(*range_field, size);
        if (asked.kind == RangeRequest::Kind::kUnsatisfiable) {
            Response refusal = problem(
                416, fmt::format("{} lies outside of the {} bytes there are", *range_field, size));
            wire.status = 416;
            wire.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
            wire.headers.emplace_back("Content-Type", refusal.content_type);
            wire.body = std::move(refusal.body);
            wire.content_length = wire.body.size();
            return wire;
        }
        if (asked.kind == RangeRequest::Kind::kPart) {
            wire.status = 206;
            wire.headers.emplace_back("Content-Range",
                                      fmt::format("bytes {}-{}/{}", asked.range.offset,
                                                  asked.range.offset + asked.range.size - 1, size));
            response.body = response.body.part(asked.range);
        }
    }

    if (wire.status == 204) return wire;
    if (!response.content_type.empty()) {
        wire.headers.emplace_back("Content-Type", response.content_type);
    }
    if (compressed) {
        wire.headers.emplace_back("Content-Encoding", "gzip");
        wire.body = response.gzip_body ? *std::move(response.gzip_body) : gzip(response.body);
    } else {
        wire.body = std::move(response.body);
    }
    wire.content_length = wire.body.size();
    if (request.method == Method::kHead) wire.body = Body();
    return wire;
}

Response options_response(std::string_view allow, Access access) {
    Response response = Response::empty(204);
    response.headers.emplace_back("Allow", allow);
    if (is_media(access)) {
        response.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
        response.headers.emplace_back("Access-Control-Allow-Headers",
                                      "Range, If-None-Match, If-Range, Authorization");
        response.headers.emplace_back("Access-Control-Max-Age", "86400");
    }
    return response;
}

}  // namespace matinee::http
