// From what a handler answered to what this client is sent: conditional requests, byte ranges,
// compression, HEAD, and the fields every response carries. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "http/router.h"

namespace matinee::http {

// What goes on the wire.
struct WireResponse {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // Content-Length not among them
    Body body;                                                 // empty for HEAD, 204, 304
    // Unset where a response has none (204, 304). For HEAD: what GET would have.
    std::optional<std::uint64_t> content_length;
};

// Applies, in the order of RFC 9110 section 13.2.2: If-None-Match (304), compression, Range with
// If-Range (206, 416). `access` decides about CORS fields; what is said to be public is said to be
// private when the request is confidential.
WireResponse negotiate(const Request& request, Response response, Access access);

// The answer to OPTIONS, CORS preflight included.
Response options_response(std::string_view allow, Access access);

// What a Range field asks of `size` bytes (RFC 9110 section 14.1.2). Several ranges at once are
// not supported and count as no range, as the RFC allows.
struct RangeRequest {
    enum class Kind : std::uint8_t { kWhole, kPart, kUnsatisfiable };
    Kind kind = Kind::kWhole;
    ByteRange range;
};
RangeRequest parse_range(std::string_view field, std::uint64_t size);

// Whether an Accept-Encoding field allows gzip (RFC 9110 section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

// Whether gzip makes content of this type smaller: text, playlists, JSON, not media.
bool is_compressible(std::string_view content_type);

// All slices as one gzip member.
Body gzip(const Body& body);

// The bytes of slices too small to be worth compressing.
inline constexpr std::uint64_t kLeastToCompress = 256;

}  // namespace matinee::http
