// What has changed, for whoever wants to hear of it. Rows are written by triggers.
#include "store/impl.h"

namespace matinee::store {

using soci::into;
using soci::use;

Result<std::int64_t> Store::journal_end() {
    return impl_->read([](soci::session& sql) -> Result<std::int64_t> {
        Int end = 0;
        sql << "SELECT COALESCE(MAX(sequence), 0) FROM journal", into(end);
        return end;
    });
}

Result<std::vector<JournalEntry>> Store::list_journal(std::int64_t after, std::size_t limit) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<JournalEntry>> {
        const Int from = after;
        const Int most = static_cast<Int>(limit);
        Int sequence = 0;
        JournalEntry row;
        soci::statement statement =
            (sql.prepare << "SELECT sequence, kind, subject FROM journal WHERE sequence > :after "
                            "ORDER BY sequence LIMIT :most",
             use(from), use(most), into(sequence), into(row.kind), into(row.subject));
        statement.execute();
        std::vector<JournalEntry> rows;
        while (statement.fetch()) {
            row.sequence = sequence;
            rows.push_back(row);
        }
        return rows;
    });
}

Result<void> Store::announce(const std::string& kind, const std::string& subject) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        sql << "INSERT INTO journal (kind, subject) VALUES (:kind, :subject)", use(kind),
            use(subject);
        return {};
    });
}

Result<void> Store::prune_journal(std::int64_t before) {
    return impl_->write([&](soci::session& sql) -> Result<void> {
        const Int first = before;
        sql << "DELETE FROM journal WHERE sequence < :first", use(first);
        return {};
    });
}

}  // namespace matinee::store
