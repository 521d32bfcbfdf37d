#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

namespace {

std::string_view to_string(DescriptionLayer layer) {
    return layer == DescriptionLayer::kFile ? "file" : "hand";
}

void put_layer(soci::session& sql, const std::string& entry_id, DescriptionLayer layer,
               const std::string& description) {
    const std::string name(to_string(layer));
    sql << "DELETE FROM entry_descriptions WHERE entry_id = :id AND layer = :layer", use(entry_id),
        use(name);
    if (description.empty()) return;
    sql << "INSERT INTO entry_descriptions (entry_id, layer, description) "
           "VALUES (:id, :layer, :description)",
        use(entry_id), use(name), use(description);
}

DescriptionLayers query_layers(soci::session& sql, const std::string& entry_id) {
    DescriptionLayers layers;
    std::string layer;
    std::string text;
    soci::statement statement =
        (sql.prepare << "SELECT layer, description FROM entry_descriptions WHERE entry_id = :id",
         use(entry_id), into(layer), into(text));
    statement.execute();
    while (statement.fetch()) {
        (layer == "file" ? layers.file : layers.hand) = text;
    }
    soci::statement row = (sql.prepare << "SELECT description FROM sheet_rows WHERE entry_id = :id "
                                          "ORDER BY row_key LIMIT 1",
                           use(entry_id), into(text));
    row.execute();
    if (row.fetch()) layers.sheet = text;
    return layers;
}

Result<std::optional<FormerSource>> query_former(soci::session& sql, std::string_view column,
                                                 const std::string& value) {
    FormerSource former;
    Int size = 0;
    Int modified = 0;
    soci::statement statement =
        (sql.prepare << fmt::format("SELECT entry_id, path, size, modified_ns FROM former_sources "
                                    "WHERE {} = :value ORDER BY entry_id LIMIT 1",
                                    column),
         use(value), into(former.entry_id), into(former.path), into(size), into(modified));
    statement.execute();
    if (!statement.fetch()) return std::optional<FormerSource>();
    former.size = size;
    former.modified_ns = modified;
    return std::optional(former);
}

}  // namespace

Result<void> Store::set_description(const std::string& entry_id, DescriptionLayer layer,
                                    const std::string& description) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        put_layer(sql, entry_id, layer, description);
        return {};
    });
}

Result<void> Store::set_described(const Described& wanted, const Described& known) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const std::string& id = wanted.entry.id;
        const EntryDescription present = TRY(the_entry(sql, id));
        if (present != known.entry || query_layers(sql, id) != known.layers) {
            return fail(ErrorCode::kConflict,
                        "entry \"{}\" has been changed meanwhile; look at it and make the change "
                        "again",
                        id);
        }
        put_layer(sql, id, DescriptionLayer::kFile, wanted.layers.file.value_or(""));
        put_layer(sql, id, DescriptionLayer::kHand, wanted.layers.hand.value_or(""));
        if (present != wanted.entry) put_entry(sql, impl_->now(), wanted.entry);
        return {};
    });
}

Result<DescriptionLayers> Store::description_layers(const std::string& entry_id) {
    return impl_->read([&](soci::session& sql) -> Result<DescriptionLayers> {
        return query_layers(sql, entry_id);
    });
}

Result<void> Store::put_sheet_rows(std::span<const SheetRow> rows) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int now = ms_of(impl_->now());
        for (const SheetRow& row : rows) {
            const Int line = row.line;
            sql << "INSERT INTO sheet_rows (row_key, entry_id, file, tracking, submission, title, "
                   "description, sheet, line, updated_ms) VALUES (:key, :entry, :file, :tracking, "
                   ":submission, :title, :description, :sheet, :line, :now) "
                   "ON CONFLICT (row_key) DO UPDATE SET entry_id = excluded.entry_id, "
                   "file = excluded.file, tracking = excluded.tracking, "
                   "submission = excluded.submission, title = excluded.title, "
                   "description = excluded.description, sheet = excluded.sheet, "
                   "line = excluded.line, updated_ms = excluded.updated_ms",
                use(row.key), use(row.entry_id), use(row.file), use(row.tracking),
                use(row.submission), use(row.title), use(row.description), use(row.sheet),
                use(line), use(now);
        }
        return {};
    });
}

Result<std::vector<SheetRow>> Store::list_sheet_rows() {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<SheetRow>> {
        SheetRow row;
        Int line = 0;
        soci::statement statement =
            (sql.prepare << "SELECT row_key, entry_id, file, tracking, submission, title, "
                            "description, sheet, line FROM sheet_rows ORDER BY row_key",
             into(row.key), into(row.entry_id), into(row.file), into(row.tracking),
             into(row.submission), into(row.title), into(row.description), into(row.sheet),
             into(line));
        statement.execute();
        std::vector<SheetRow> rows;
        while (statement.fetch()) {
            row.line = line;
            rows.push_back(row);
        }
        return rows;
    });
}

Result<void> Store::set_former_source(const FormerSource& former) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int size = former.size;
        const Int modified = former.modified_ns;
        sql << "DELETE FROM former_sources WHERE entry_id = :id", use(former.entry_id);
        sql << "INSERT INTO former_sources (entry_id, path, size, modified_ns) "
               "VALUES (:id, :path, :size, :modified)",
            use(former.entry_id), use(former.path), use(size), use(modified);
        return {};
    });
}

Result<std::optional<FormerSource>> Store::find_former_source(const std::string& path) {
    return impl_->read([&](soci::session& sql) { return query_former(sql, "path", path); });
}

Result<std::optional<FormerSource>> Store::former_source_of(const std::string& entry_id) {
    return impl_->read([&](soci::session& sql) { return query_former(sql, "entry_id", entry_id); });
}

}  // namespace matinee::store
