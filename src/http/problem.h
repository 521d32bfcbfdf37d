// Errors as problem documents (RFC 9457).
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace matinee::http {

// The one table from kinds of failure to status codes.
int status_of(ErrorCode code);

// "Not Found" for 404; "Error" for a code that has no phrase here.
std::string_view reason_of(int status);

// The error as application/problem+json: `title` and `status` from the table, `code` the name of
// the ErrorCode, `detail` all its messages. An internal error's messages may name what is nobody
// else's business: they go to the log, and the document carries the incident's number instead.
Response problem(const Error& error);

// A problem that is HTTP's own (405, 413, 416, ...), with what to do about it.
Response problem(int status, std::string_view detail);

// The same about one part of what was sent: `member` is a JSON pointer (RFC 6901) into the content,
// or the name of a query parameter or header field.
Response problem(int status, std::string_view detail, std::string_view member);

}  // namespace matinee::http
