#include "app/command_output.h"

#include <cstdio>

#include <fmt/format.h>

namespace matinee::app {

using nlohmann::json;

int report_failure(const Error& error) {
    fmt::print(stderr, "matinee: {}\n", error.to_string());
    return kFailed;
}

void print_json(const json& value) {
    // A file name need not be UTF-8.
    fmt::print("{}\n", value.dump(2, ' ', false, json::error_handler_t::replace));
}

void print_removed(const std::string& name) {
    print_json({{"removed", name}});
}

}  // namespace matinee::app
