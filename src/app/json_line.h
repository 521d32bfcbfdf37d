// JSON as it is stored, sent and logged: on one line.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace matinee::app {

// A file name need not be UTF-8: what is not is replaced.
inline std::string json_line(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace matinee::app
