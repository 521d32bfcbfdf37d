// What commands have in common: how they fail, and what they print for programs (--json), which
// goes to standard output with nothing else.
//
// What the API answers as well has the API's shape (resource_json.h), and may have members more. A
// list is what the API has as "items". What has been removed is {"removed": ITS NAME}.
#pragma once

#include <string>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace matinee::app {

// The exit status of a command that could not do what it was told to.
inline constexpr int kFailed = 1;

// Says what went wrong on standard error. kFailed.
int report_failure(const Error& error);

// The exit status of a command: what its body returns, 0 for nothing, or that it failed.
template <typename Body>
int run_command(Body&& body) {
    const auto done = body();
    if (!done) return report_failure(done.error());
    if constexpr (std::is_void_v<typename decltype(body())::value_type>) {
        return 0;
    } else {
        return *done;
    }
}

void print_json(const nlohmann::json& value);

void print_removed(const std::string& name);

}  // namespace matinee::app
