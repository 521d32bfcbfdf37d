#include "store/migrations.h"

#include <algorithm>
#include <map>
#include <string>

#include <soci/soci.h>

#include "store/dialect.h"
#include "store/transaction.h"

namespace matinee::store {

namespace {

// By name.
std::map<std::string, int> applied_steps(soci::session& sql) {
    std::map<std::string, int> applied;
    if (!has_table(sql, "schema_version")) return applied;
    std::string name;
    int version = 0;
    soci::statement statement = (sql.prepare << "SELECT name, version FROM schema_version",
                                 soci::into(name), soci::into(version));
    statement.execute();
    while (statement.fetch()) {
        applied.emplace(name, version);
    }
    return applied;
}

}  // namespace

int schema_version(soci::session& sql) {
    if (!has_table(sql, "schema_version")) return 0;
    int version = 0;
    sql << "SELECT COALESCE(MAX(version), 0) FROM schema_version", soci::into(version);
    return version;
}

Result<void> migrate(soci::session& sql, std::span<const Migration> steps, Instant now) {
    const long long applied_ms = now.time_since_epoch().count();
    while (true) {
        Transaction transaction(sql, Access::kWrite);
        // Asked inside the transaction: another process may be doing the same.
        const std::map<std::string, int> applied = applied_steps(sql);
        for (const auto& [name, version] : applied) {
            if (std::ranges::find(steps, name, &Migration::name) != steps.end()) continue;
            return fail(ErrorCode::kUnsupported,
                        "the database has schema {} ({}), this matinee knows schemas up to {}: a "
                        "newer matinee has written it; run that one, or restore a backup from "
                        "before",
                        version, name, steps.empty() ? 0 : steps.back().version);
        }
        const auto step = std::ranges::find_if(
            steps, [&](const Migration& known) { return !applied.contains(known.name); });
        if (step == steps.end()) return {};
        if (applied.empty()) {
            sql << "CREATE TABLE IF NOT EXISTS schema_version ("
                   "version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                   "applied_ms BIGINT NOT NULL)";
        }
        for (const std::string& statement : step->statements) {
            sql << statement;
        }
        sql << "INSERT INTO schema_version (version, name, applied_ms) VALUES (:v, :n, :t)",
            soci::use(step->version), soci::use(step->name), soci::use(applied_ms);
        transaction.commit();
    }
}

}  // namespace matinee::store
