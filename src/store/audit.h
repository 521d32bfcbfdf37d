// Rows that are written along with others, in the same transaction. Only for src/store.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>
#include <soci/soci.h>

#include "base/clock.h"
#include "store/people.h"

namespace matinee::store {

// A line of the audit log; `detail` must not hold secrets.
void put_audit(soci::session& sql, Instant now, const std::string& actor, const std::string& action,
               const std::string& subject, const nlohmann::json& detail);

// A link, and its line in the audit log.
void put_link(soci::session& sql, Instant now, const Link& link, const std::string& actor);

}  // namespace matinee::store
