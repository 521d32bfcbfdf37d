#include "store/dialect.h"

#include <chrono>
#include <string>
#include <thread>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace matinee::store {

const std::string_view kBeginWrite = "BEGIN IMMEDIATE";
const std::string_view kBeginRead = "BEGIN";
// SQLite has one writer at a time; PostgreSQL says FOR UPDATE SKIP LOCKED here.
const std::string_view kTakeRow = "";

namespace {

constexpr std::chrono::milliseconds kBusyTimeout{10'000};

int sqlite_code(const std::exception& error) {
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    return sqlite ? sqlite->result() & 0xff : SQLITE_OK;
}

// SQLite does not wait for the lock this change needs, whatever the busy timeout: two processes
// that make a database at the same instant have to try again.
void use_write_ahead_log(soci::session& sql) {
    const auto give_up = std::chrono::steady_clock::now() + kBusyTimeout;
    while (true) {
        try {
            std::string mode;
            sql << "PRAGMA journal_mode = WAL", soci::into(mode);
            return;
        } catch (const soci::soci_error& error) {
            if (sqlite_code(error) != SQLITE_BUSY || std::chrono::steady_clock::now() > give_up) {
                throw;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
}

}  // namespace

Result<void> connect(soci::session& sql, const std::filesystem::path& file) {
    // SOCI takes the whole string as the file's name when there is no '=' in it, and cannot
    // escape a quote inside quotes.
    std::string name = file.string();
    if (name.find('=') != std::string::npos) {
        if (name.find('"') != std::string::npos) {
            return fail(ErrorCode::kUnsupported,
                        "{}: a database's path cannot have both = and \" in it; use another folder",
                        name);
        }
        name = "db=\"" + name + "\"";
    }
    sql.open(soci::sqlite3, name);
    sql << "PRAGMA busy_timeout = " + std::to_string(kBusyTimeout.count());
    use_write_ahead_log(sql);
    // In WAL mode a process may be killed at any time without losing a commit; only a power cut may
    // cost the last ones, and never the consistency.
    sql << "PRAGMA synchronous = NORMAL";
    sql << "PRAGMA foreign_keys = ON";
    sql << "PRAGMA journal_size_limit = 67108864";
    return {};
}

bool has_table(soci::session& sql, std::string_view name) {
    const std::string wanted(name);
    int count = 0;
    sql << "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = :name",
        soci::use(wanted), soci::into(count);
    return count != 0;
}

ErrorCode code_of(const std::exception& error) {
    switch (sqlite_code(error)) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::kUnavailable;
        case SQLITE_CONSTRAINT:
            return ErrorCode::kConflict;
        case SQLITE_FULL:
        case SQLITE_NOMEM:
            return ErrorCode::kExhausted;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return ErrorCode::kDenied;
        case SQLITE_CANTOPEN:
            return ErrorCode::kUnavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::kInvalid;
        default:
            return ErrorCode::kInternal;
    }
}

}  // namespace matinee::store
