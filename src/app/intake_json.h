// What became of an import, as JSON: of the command line, of the API, and of uploaded sheets.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "app/intake.h"

namespace matinee::app {

// The schemas Import, ImportedSheet and ImportedRow, as the text of a JSON object.
std::string_view import_schemas();

// As the schema Import says. `dry_run`: whether it is what would have been done.
nlohmann::json intake_json(const Intake& intake, bool dry_run);

// What becomes of an entry, by id: "new", "changed", "prepare" (it is not prepared any more),
// "unchanged" or "failed" (before, and nothing has changed since).
std::map<std::string, std::string_view> actions_of(const ImportSummary& summary);

// "new", "changed", "unchanged".
std::string_view to_string(SheetRowNote::Change change);

}  // namespace matinee::app
