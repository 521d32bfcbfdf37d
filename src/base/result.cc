#include "base/result.h"

namespace matinee::base {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalid:
            return "invalid";
        case ErrorCode::kUnsupported:
            return "unsupported";
        case ErrorCode::kNotFound:
            return "not-found";
        case ErrorCode::kConflict:
            return "conflict";
        case ErrorCode::kDenied:
            return "denied";
        case ErrorCode::kExhausted:
            return "exhausted";
        case ErrorCode::kCancelled:
            return "cancelled";
        case ErrorCode::kUnavailable:
            return "unavailable";
        case ErrorCode::kInternal:
            return "internal";
    }
    return "internal";
}

std::string Error::to_string() const {
    std::string text = message_;
    for (const Error* error = cause(); error != nullptr; error = error->cause()) {
        text += ": ";
        text += error->message();
    }
    return text;
}

}  // namespace matinee::base
