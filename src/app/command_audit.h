// What was done on the command line, in the audit log: the same actions as by the API.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "store/store.h"

namespace matinee::app {

// In whose name the audit log has what is done on the command line: "cli:mei".
std::string command_actor();

// Writes down what has been done. That this fails does not undo it, and is said on standard error.
void audit_command(store::Store& store, const std::string& action, const std::string& subject,
                   const nlohmann::json& detail = nlohmann::json::object());

}  // namespace matinee::app
