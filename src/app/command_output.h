// What commands print for programs (--json): to standard output, and nothing else goes there.
//
// What the API answers as well has the API's shape (resource_json.h), and may have members more. A
// list is what the API has as "items". What has been removed is {"removed": ITS NAME}.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace matinee::app {

void print_json(const nlohmann::json& value);

void print_removed(const std::string& name);

}  // namespace matinee::app
