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

// One step. Applied steps are never edited: what exists in the field was made by them. They run
// in the order of their numbers, which may have gaps; a database knows them by name, so that a step
// that came in later runs although one with a higher number has.
struct Migration {
    int version = 0;  // grows from one to the next
    std::string name;
    std::vector<std::string> statements;
};

// All steps this build knows, in order. Embedded when matinee is built.
std::span<const Migration> migrations();

// The highest number of a step the database behind `sql` has seen: 0 when it is empty.
//
// Throws soci::soci_error.
int schema_version(soci::session& sql);

// Runs those of `steps` that the database has not seen, each in a transaction of its own. Several
// processes may do this at once: each step happens once. Fails with kUnsupported, touching
// nothing, when the database has seen a step that is not among `steps`: a newer matinee has
// written it.
//
// Throws soci::soci_error.
Result<void> migrate(soci::session& sql, std::span<const Migration> steps, Instant now);

}  // namespace matinee::store
