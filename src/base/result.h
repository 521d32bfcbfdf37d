// Errors as values: Result<T>, Error and TRY.
//
// Spelled like C++23's std::expected, which this project's compiler does not have yet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace matinee::base {

// What kind of failure it is, as far as a caller can act on it. One table in src/http turns
// these into HTTP status codes, one in src/app into exit codes: add a code only when a caller
// would act differently.
enum class ErrorCode : std::uint8_t {
    kInvalid,      // the input is wrong: another input may work
    kUnsupported,  // the input is well-formed, but this build or machine cannot handle it
    kNotFound,     // no such thing
    kConflict,     // somebody else changed it, or it exists already
    kDenied,       // not allowed
    kExhausted,    // out of disk, memory, time or quota
    kCancelled,    // asked to stop
    kUnavailable,  // try again later: a dependency does not answer
    kInternal,     // a defect of ours or of a library
};

// The code's name, for logs and problem documents ("invalid", "not-found", ...).
std::string_view to_string(ErrorCode code);

// A failure: what happened, to which input, and what to do about it. Causes read outermost first.
class Error {
  public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    [[nodiscard]] ErrorCode code() const { return code_; }

    // The outermost message only.
    [[nodiscard]] const std::string& message() const { return message_; }

    // Null when nothing underlies this error.
    [[nodiscard]] const Error* cause() const { return cause_.get(); }

    // This error as the cause of a message that names the larger task.
    [[nodiscard]] Error because_of(Error cause) && {
        cause_ = std::make_shared<const Error>(std::move(cause));
        return std::move(*this);
    }

    // All messages joined by ": ".
    [[nodiscard]] std::string to_string() const;

  private:
    ErrorCode code_;
    std::string message_;
    std::shared_ptr<const Error> cause_;  // shared, so that errors copy like values
};

class Unexpected {
  public:
    explicit Unexpected(Error error) : error_(std::move(error)) {}
    [[nodiscard]] Error&& error() && { return std::move(error_); }

  private:
    Error error_;
};

template <typename T>
class Result;

// What a Result<T> may be made from as a value: not another Result, not a failure.
template <typename U, typename T>
concept ValueOf =
    std::is_constructible_v<T, U&&> && !std::is_same_v<std::remove_cvref_t<U>, Result<T>> &&
    !std::is_same_v<std::remove_cvref_t<U>, Unexpected>;

// A value of T, or the Error that prevented it. T may be void.
template <typename T>
class [[nodiscard]] Result {
  public:
    using value_type = T;

    template <ValueOf<T> U = T>
    Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

    Result(Unexpected failure) : state_(std::in_place_index<1>, std::move(failure).error()) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    [[nodiscard]] T& value() & { return std::get<0>(state_); }
    [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }

    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] T* operator->() { return &value(); }
    [[nodiscard]] const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
    [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

    template <typename U>
    [[nodiscard]] T value_or(U&& fallback) && {
        return has_value() ? std::move(*this).value() : static_cast<T>(std::forward<U>(fallback));
    }

  private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    using value_type = void;

    Result() = default;
    Result(Unexpected failure) : error_(std::move(failure).error()) {}

    [[nodiscard]] bool has_value() const { return !error_; }
    explicit operator bool() const { return has_value(); }
    void value() const {}
    [[nodiscard]] const Error& error() const& { return *error_; }
    [[nodiscard]] Error&& error() && { return *std::move(error_); }

  private:
    std::optional<Error> error_;
};

// The usual way to fail: `return fail(ErrorCode::kInvalid, "{}: no such box", path);`
template <typename... Args>
[[nodiscard]] Unexpected fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
    return Unexpected(Error(code, fmt::format(format, std::forward<Args>(args)...)));
}

// Fails with what the larger task was, keeping the cause and its code.
template <typename... Args>
[[nodiscard]] Unexpected fail(Error cause, fmt::format_string<Args...> format, Args&&... args) {
    const ErrorCode code = cause.code();
    return Unexpected(
        Error(code, fmt::format(format, std::forward<Args>(args)...)).because_of(std::move(cause)));
}

}  // namespace matinee::base

namespace matinee {
// The words every module speaks.
using base::Error;
using base::ErrorCode;
using base::fail;
using base::Result;
using base::Unexpected;
}  // namespace matinee

// The value of a Result, or return its error from the enclosing function:
//
//     auto box = TRY(read_box(reader));
#define TRY(expression)                                                             \
    __extension__({                                                                 \
        auto&& matinee_result_ = (expression);                                      \
        if (!matinee_result_) {                                                     \
            return ::matinee::base::Unexpected(std::move(matinee_result_).error()); \
        }                                                                           \
        std::move(matinee_result_).value();                                         \
    })
