// The schema's history, from the files in migrations/.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace soci {
class session;
}

namespace matinee::store {

// One numbered step. Applied steps are never edited: what exists in the field was made by them.
struct Migration {
    int version = 0;  // 1, 2, 3 ...
    std::string name;
    std::vector<std::string> statements;
};

// All steps this build knows, in order. Embedded when matinee is built.
std::span<const Migration> migrations();

// The version of the database behind `sql`: 0 when it is empty.
//
// Throws soci::soci_error.
int schema_version(soci::session& sql);

// Brings the database to the last of `steps`, each step in a transaction of its own. Several
// processes may do this at once: each step happens once. Fails with kUnsupported, touching
// nothing, when the database is newer than `steps`.
//
// Throws soci::soci_error.
Result<void> migrate(soci::session& sql, std::span<const Migration> steps, Instant now);

}  // namespace matinee::store
