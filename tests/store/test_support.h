// What tests of the store, and of what stands on it, share.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "support/fake_clock.h"
#include "support/temp_folder.h"

namespace matinee::test {

// The value, or an exception that says what went wrong: for what a test takes for granted.
template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().to_string());
    if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

}  // namespace matinee::test
