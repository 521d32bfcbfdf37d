#include "base/glib_support.h"

namespace matinee::base {

namespace {

ErrorCode code_of(const GError& error, ErrorCode fallback) {
    if (error.domain == G_IO_ERROR) {
        switch (error.code) {
            case G_IO_ERROR_NOT_FOUND:
                return ErrorCode::kNotFound;
            case G_IO_ERROR_EXISTS:
            case G_IO_ERROR_ADDRESS_IN_USE:
                return ErrorCode::kConflict;
            case G_IO_ERROR_PERMISSION_DENIED:
                return ErrorCode::kDenied;
            case G_IO_ERROR_NO_SPACE:
                return ErrorCode::kExhausted;
            case G_IO_ERROR_CANCELLED:
                return ErrorCode::kCancelled;
            case G_IO_ERROR_TIMED_OUT:
            case G_IO_ERROR_BUSY:
                return ErrorCode::kUnavailable;
            default:
                return fallback;
        }
    }
    if (error.domain == G_FILE_ERROR) {
        switch (error.code) {
            case G_FILE_ERROR_NOENT:
                return ErrorCode::kNotFound;
            case G_FILE_ERROR_ACCES:
            case G_FILE_ERROR_PERM:
                return ErrorCode::kDenied;
            case G_FILE_ERROR_NOSPC:
                return ErrorCode::kExhausted;
            default:
                return fallback;
        }
    }
    return fallback;
}

}  // namespace

Error adopt_error(GError* error, ErrorCode fallback) {
    const OwnedGError owner(error);
    return {code_of(*error, fallback), error->message ? error->message : "unknown error"};
}

}  // namespace matinee::base
