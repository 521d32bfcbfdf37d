// What is known of media whose files are gone, and which those are.
#include <map>
#include <optional>
#include <string>

#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

Result<void> Store::keep_outline(const std::string& media_id, const std::string& outline) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        sql << "INSERT INTO media_outlines (media_id, outline) VALUES (:media, :outline) "
               "ON CONFLICT (media_id) DO UPDATE SET outline = excluded.outline",
            use(media_id), use(outline);
        return {};
    });
}

Result<std::optional<std::string>> Store::find_outline(const std::string& media_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::optional<std::string>> {
        std::string outline;
        sql << "SELECT outline FROM media_outlines WHERE media_id = :media", use(media_id),
            into(outline);
        if (!sql.got_data()) return std::optional<std::string>();
        return std::optional(std::move(outline));
    });
}

Result<bool> Store::set_media_lost(const std::string& media_id, const std::string& reason) {
    return impl_->write([&](soci::session& sql) -> Result<bool> {
        const Int now = ms_of(impl_->now());
        soci::statement statement =
            (sql.prepare << "INSERT INTO lost_media (media_id, reason, since_ms) VALUES (:media, "
                            ":reason, :now) ON CONFLICT (media_id) DO NOTHING",
             use(media_id), use(reason), use(now));
        statement.execute(true);
        return statement.get_affected_rows() > 0;
    });
}

Result<bool> Store::set_media_found(const std::string& media_id) {
    return impl_->write([&](soci::session& sql) -> Result<bool> {
        soci::statement statement =
            (sql.prepare << "DELETE FROM lost_media WHERE media_id = :media", use(media_id));
        statement.execute(true);
        return statement.get_affected_rows() > 0;
    });
}

Result<std::map<std::string, std::string>> Store::list_lost_media() {
    return impl_->read([](soci::session& sql) -> Result<std::map<std::string, std::string>> {
        std::string media_id;
        std::string reason;
        soci::statement statement = (sql.prepare << "SELECT media_id, reason FROM lost_media",
                                     into(media_id), into(reason));
        statement.execute();
        std::map<std::string, std::string> lost;
        while (statement.fetch()) {
            lost.emplace(media_id, reason);
        }
        return lost;
    });
}

}  // namespace matinee::store
