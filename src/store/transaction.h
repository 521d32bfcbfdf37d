// A database transaction as a scope. Only for src/store.
#pragma once

#include <string>

#include <soci/soci.h>

#include "store/dialect.h"

namespace matinee::store {

enum class Access { kRead, kWrite };

// Rolls back unless committed. Thread-bound, like the session it runs on.
class Transaction {
  public:
    // Throws soci::soci_error, as does commit().
    Transaction(soci::session& sql, Access access) : sql_(sql) {
        sql_ << std::string(access == Access::kWrite ? kBeginWrite : kBeginRead);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (done_) return;
        try {
            sql_ << "ROLLBACK";
        } catch (const soci::soci_error&) {
            // The database has rolled back by itself already (disk full, I/O error); the error
            // that led here is the one to report.
        }
    }

    void commit() {
        sql_ << "COMMIT";
        done_ = true;
    }

  private:
    soci::session& sql_;
    bool done_ = false;
};

}  // namespace matinee::store
