// The database as a file of its own.
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

}  // namespace matinee::store
