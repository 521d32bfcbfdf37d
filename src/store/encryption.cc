// From where on channels are encrypted.
#include <vector>

#include "store/impl.h"

namespace matinee::store {

using playout::EncryptionChange;
using soci::into;
using soci::use;

namespace {

std::vector<EncryptionChange> query_encryption(soci::session& sql, const std::string& channel_id) {
    Int from = 0;
    int encrypted = 0;
    soci::statement statement =
        (sql.prepare << "SELECT from_sequence, encrypted FROM channel_encryption "
                        "WHERE channel_id = :channel ORDER BY from_sequence",
         use(channel_id), into(from), into(encrypted));
    statement.execute();
    std::vector<EncryptionChange> changes;
    while (statement.fetch()) {
        changes.push_back({from, encrypted != 0});
    }
    return changes;
}

}  // namespace

Result<std::vector<EncryptionChange>> Store::list_encryption(const std::string& channel_id) {
    return impl_->read([&](soci::session& sql) -> Result<std::vector<EncryptionChange>> {
        return query_encryption(sql, channel_id);
    });
}

Result<EncryptionEdit> Store::set_encryption(const std::string& channel_id, bool encrypted,
                                             std::chrono::milliseconds ahead) {
    return impl_->write([&](soci::session& sql) -> Result<EncryptionEdit> {
        Int epoch = 0;
        soci::indicator found = soci::i_null;
        sql << "SELECT epoch_ms FROM channels WHERE id = :id", use(channel_id), into(epoch, found);
        if (!sql.got_data()) {
            return fail(ErrorCode::kNotFound, "there is no channel \"{}\"", channel_id);
        }
        // The first airing that begins after what may have been fetched; the next one to be made
        // when there is none.
        const Int free_from = Ticks(impl_->now() + ahead - instant_of(epoch)).count();
        Int sequence = 0;
        Int start = 0;
        sql << "SELECT first_sequence, start_ticks FROM airings WHERE channel_id = :channel AND "
               "start_ticks >= :ticks ORDER BY start_ticks LIMIT 1",
            use(channel_id), use(free_from), into(sequence), into(start);
        if (!sql.got_data()) {
            sequence = 0;
            start = free_from;
            sql << "SELECT first_sequence + segment_count, start_ticks + duration_ticks FROM "
                   "airings WHERE channel_id = :channel ORDER BY ordinal DESC LIMIT 1",
                use(channel_id), into(sequence), into(start);
        }
        // What was set before, and has not begun, is replaced.
        sql << "DELETE FROM channel_encryption WHERE channel_id = :channel AND "
               "from_sequence >= :sequence",
            use(channel_id), use(sequence);
        const auto before = query_encryption(sql, channel_id);
        if (playout::is_encrypted(before, sequence) != encrypted) {
            const int value = encrypted ? 1 : 0;
            sql << "INSERT INTO channel_encryption (channel_id, from_sequence, encrypted) VALUES "
                   "(:channel, :sequence, :encrypted)",
                use(channel_id), use(sequence), use(value);
        }
        return EncryptionEdit{
            sequence,
            instant_of(epoch) + std::chrono::floor<std::chrono::milliseconds>(Ticks(start))};
    });
}

}  // namespace matinee::store
