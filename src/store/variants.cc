// Variants: other preparations of an entry.
#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

Result<void> Store::request_variant(const std::string& entry_id, const std::string& description,
                                    const std::string& subtitles_id) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int now = ms_of(impl_->now());
        std::string path;
        std::string sha256;
        std::string plain;
        sql << "SELECT source_path, media_source_sha256, media_id FROM entries WHERE id = :id",
            use(entry_id), into(path), into(sha256), into(plain);
        if (!sql.got_data()) {
            return fail(ErrorCode::kNotFound, "there is no entry \"{}\"", entry_id);
        }
        if (plain.empty()) {
            return fail(ErrorCode::kConflict, "entry \"{}\" is not prepared yet", entry_id);
        }
        int known = 0;
        sql << "SELECT COUNT(*) FROM variants WHERE entry_id = :entry AND plain_media_id = :plain "
               "AND description = :description",
            use(entry_id), use(plain), use(description), into(known);
        if (known != 0) return {};
        sql << "INSERT INTO variants (entry_id, plain_media_id, description, state, created_ms, "
               "updated_ms) VALUES (:entry, :plain, :description, 'queued', :created, :updated)",
            use(entry_id), use(plain), use(description), use(now), use(now);
        const std::string id = make_id(impl_->now());
        sql << "INSERT INTO jobs (id, kind, entry_id, source_path, source_sha256, state, "
               "created_ms, variant, plain_media_id, subtitles_id) VALUES (:id, 'prepare', :entry, "
               ":path, :sha256, 'queued', :now, :variant, :plain, :subtitles)",
            use(id), use(entry_id), use(path), use(sha256), use(now), use(description), use(plain),
            use(subtitles_id);
        return {};
    });
}

Result<std::vector<Variant>> Store::list_variants() {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<Variant>> {
        Variant row;
        std::string state;
        soci::statement statement =
            (sql.prepare << "SELECT entry_id, plain_media_id, description, state, reason, media_id "
                            "FROM variants ORDER BY entry_id, created_ms, description",
             into(row.entry_id), into(row.plain_media_id), into(row.description), into(state),
             into(row.reason), into(row.media_id));
        statement.execute();
        std::vector<Variant> variants;
        while (statement.fetch()) {
            row.state = TRY(parse_enum(state, kEntryStates));
            variants.push_back(row);
        }
        return variants;
    });
}

Result<std::int64_t> Store::forget_failed_variants() {
    return impl_->write([&](soci::session& sql) -> Result<std::int64_t> {
        soci::statement statement = (sql.prepare << "DELETE FROM variants WHERE state = 'failed'");
        statement.execute(true);
        return std::int64_t{statement.get_affected_rows()};
    });
}

Result<bool> Store::forget_unused_variant(const Variant& variant, Instant ready_before) {
    return impl_->write([&](soci::session& sql) -> Result<bool> {
        const Int before = ms_of(ready_before);
        soci::statement statement =
            (sql.prepare << "DELETE FROM variants WHERE entry_id = :entry AND plain_media_id = "
                            ":plain AND description = :description AND state = 'ready' AND "
                            "media_id = :media_a AND updated_ms < :before AND NOT EXISTS "
                            "(SELECT 1 FROM airings WHERE media_id = :media_b)",
             use(variant.entry_id), use(variant.plain_media_id), use(variant.description),
             use(variant.media_id), use(before), use(variant.media_id));
        statement.execute(true);
        return statement.get_affected_rows() > 0;
    });
}

}  // namespace matinee::store
