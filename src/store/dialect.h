// What differs from database to database. Everything else in src/store is SQL that SQLite and
// PostgreSQL both understand. Only for src/store.
#pragma once

#include <exception>
#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace soci {
class session;
}

namespace matinee::store {

// Connects `sql` to the database file, made when there is none, and sets up the connection:
// write-ahead log, foreign keys, a busy timeout.
//
// Throws soci::soci_error.
Result<void> connect(soci::session& sql, const std::filesystem::path& file);

// Starts a transaction that will write. Taking the write lock now and not at the first write
// means that it never has to be given up half-way.
extern const std::string_view kBeginWrite;
extern const std::string_view kBeginRead;

// Ends a `SELECT ... LIMIT 1` that picks a row to be taken by this transaction alone.
extern const std::string_view kTakeRow;

// True when the database has a table of this name.
bool has_table(soci::session& sql, std::string_view name);

// What an exception thrown by SOCI or its back end means to a caller.
ErrorCode code_of(const std::exception& error);

}  // namespace matinee::store
