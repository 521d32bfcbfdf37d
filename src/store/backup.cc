// The database as a file of its own, and in another place.
#include <utility>
#include <vector>

#include "store/impl.h"

namespace matinee::store {

Result<void> Store::copy_to(const std::filesystem::path& file) {
    try {
        soci::session sql(impl_->pool);
        // One read transaction: the copy is the database as it was at one instant, and nobody
        // has to wait.
        const std::string path = file.string();
        sql << "VACUUM INTO :file", soci::use(path);
        return {};
    } catch (const std::exception& error) {
        return fail(code_of(error), "database {}: copying it to {}: {}", impl_->file.string(),
                    file.string(), error.what());
    }
}

Result<void> Store::move_files(const std::filesystem::path& from, const std::filesystem::path& to) {
    namespace fs = std::filesystem;
    constexpr std::array<std::pair<const char*, const char*>, 4> kPaths{{
        {"entries", "source_path"},
        {"subtitle_sources", "path"},
        {"former_sources", "path"},
        {"jobs", "source_path"},
    }};
    return impl_->write([&](soci::session& sql) -> Result<void> {
        for (const auto& [table, column] : kPaths) {
            std::string path;
            std::vector<std::string> paths;
            soci::statement statement =
                (sql.prepare << fmt::format("SELECT DISTINCT {} FROM {}", column, table),
                 soci::into(path));
            statement.execute();
            while (statement.fetch())
                paths.push_back(path);
            for (const std::string& old : paths) {
                const fs::path within = fs::path(old).lexically_normal().lexically_relative(from);
                if (within.empty() || *within.begin() == "..") continue;
                const std::string now = (to / within).string();
                sql << fmt::format("UPDATE {} SET {} = :now WHERE {} = :old", table, column,
                                   column),
                    soci::use(now), soci::use(old);
            }
        }
        return {};
    });
}

}  // namespace matinee::store
