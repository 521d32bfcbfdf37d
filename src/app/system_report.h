// How the server is, as the API answers it, and the command line.
#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "app/workspace.h"
#include "base/clock.h"
#include "base/result.h"

namespace matinee::app {

// System. `started`: since when the server runs; unset when none does.
Result<nlohmann::json> system_json(Workspace& workspace, std::optional<Instant> started);

}  // namespace matinee::app
