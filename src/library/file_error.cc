#include "library/file_error.h"

#include <cerrno>
#include <system_error>

namespace matinee::library {

namespace {

ErrorCode code_of(int error_number) {
    switch (error_number) {
        case ENOENT:
        case ENOTDIR:
            return ErrorCode::kNotFound;
        case EACCES:
        case EPERM:
        case EROFS:
            return ErrorCode::kDenied;
        case EEXIST:
        case ENOTEMPTY:
            return ErrorCode::kConflict;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
        case ENOMEM:
        case EMFILE:
        case ENFILE:
            return ErrorCode::kExhausted;
        default:
            return ErrorCode::kInternal;
    }
}

}  // namespace

Unexpected file_error(int error_number, const std::filesystem::path& path, std::string_view what) {
    return fail(code_of(error_number), "{}: {}: {}", path.string(), what,
                std::generic_category().message(error_number));
}

}  // namespace matinee::library
