#include "app/entry_removal.h"

#include <filesystem>
#include <system_error>

#include "app/json_line.h"
#include "library/file_error.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

// The folder of what was uploaded for the entry, and for none else.
Result<fs::path> uploaded_folder(Workspace& workspace, const std::string& id) {
    const store::Entry entry = TRY(workspace.store->find_entry(id));
    const fs::path folder = workspace.folder / kFilmsFolder / id;
    std::error_code error;
    // Not by way of a link: that would lead out of films/.
    const bool is_there = folder.filename() == id && id != "." && id != ".." &&
                          fs::symlink_status(folder, error).type() == fs::file_type::directory;
    if (!is_there) {
        return fail(ErrorCode::kConflict,
                    "nothing was uploaded for entry \"{}\", its file is {}: remove the entry "
                    "without its source, and see to the file yourself",
                    id, entry.source.path);
    }
    const fs::path real = fs::weakly_canonical(folder, error);
    for (const store::Entry& other : TRY(workspace.store->list_entries())) {
        if (other.id == id || other.source.path.empty()) continue;
        const fs::path theirs = fs::weakly_canonical(other.source.path, error);
        const fs::path relative = theirs.lexically_relative(real);
        if (relative.empty() || *relative.begin() == "..") continue;
        return fail(ErrorCode::kConflict,
                    "the file of entry \"{}\" lies in {} as well; remove that first", other.id,
                    folder.string());
    }
    return folder;
}

}  // namespace

Result<void> remove_entry(Workspace& workspace, const std::string& id, Source source,
                          const std::string& actor) {
    if (source == Source::kStays) return workspace.store->remove_entry(id);
    const fs::path folder = TRY(uploaded_folder(workspace, id));
    TRY(workspace.store->remove_entry(id));
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) {
        return library::file_error(
            error.value(), folder,
            "cannot be deleted, while its entry is removed; delete it yourself");
    }
    store::AuditRecord record;
    record.actor = actor;
    record.action = "source.remove";
    record.subject = id;
    record.detail = json_line({{"folder", folder.string()}});
    return workspace.store->audit(record);
}

}  // namespace matinee::app
