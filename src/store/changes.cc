#include "store/impl.h"

namespace matinee::store {

Result<std::uint64_t> Store::change_stamp() {
    return impl_->read([](soci::session& sql) -> Result<std::uint64_t> {
        Int value = 0;
        sql << "SELECT value FROM change_counter", soci::into(value);
        return static_cast<std::uint64_t>(value);
    });
}

}  // namespace matinee::store
