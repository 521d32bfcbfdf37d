#include "store/migrations.h"

#include <soci/soci.h>

#include "store/dialect.h"
#include "store/transaction.h"

namespace matinee::store {

int schema_version(soci::session& sql) {
    if (!has_table(sql, "schema_version")) return 0;
    int version = 0;
    sql << "SELECT COALESCE(MAX(version), 0) FROM schema_version", soci::into(version);
    return version;
}

Result<void> migrate(soci::session& sql, std::span<const Migration> steps, Instant now) {
    const long long applied_ms = now.time_since_epoch().count();
    const int newest = steps.empty() ? 0 : steps.back().version;
    for (int version = -1; version != newest;) {
        Transaction transaction(sql, Access::kWrite);
        // Asked inside the transaction: another process may be doing the same.
        version = schema_version(sql);
        if (version > newest) {
            return fail(ErrorCode::kUnsupported,
                        "the database has schema {}, this matinee knows schemas up to {}: a newer "
                        "matinee has written it; run that one, or restore a backup from before",
                        version, newest);
        }
        if (version == newest) break;
        if (version == 0) {
            sql << "CREATE TABLE IF NOT EXISTS schema_version ("
                   "version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                   "applied_ms BIGINT NOT NULL)";
        }
        const Migration& step = steps[static_cast<std::size_t>(version)];
        for (const std::string& statement : step.statements) {
            sql << statement;
        }
        sql << "INSERT INTO schema_version (version, name, applied_ms) VALUES (:v, :n, :t)",
            soci::use(step.version), soci::use(step.name), soci::use(applied_ms);
        transaction.commit();
        version = step.version;
    }
    return {};
}

}  // namespace matinee::store
