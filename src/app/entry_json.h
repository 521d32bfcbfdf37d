// Entries as JSON: of the API, and of the command line.
#pragma once

#include <span>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "library/manifest.h"
#include "store/store.h"

namespace matinee::app {

// As the schema EntrySummary says. `shown`: of what can be watched of it; null when nothing can.
nlohmann::json entry_summary_json(const store::Entry& entry,
                                  std::span<const store::SubtitleSource> sources,
                                  const library::Manifest* shown);

// As the schema Entry says.
Result<nlohmann::json> entry_json(store::Store& store, const store::Entry& entry,
                                  const library::Manifest* shown);

// As the schema SubtitleFile says.
nlohmann::json subtitle_json(const store::SubtitleSource& source);

}  // namespace matinee::app
