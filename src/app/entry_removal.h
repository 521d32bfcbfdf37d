// Forgetting an entry, and the film that was uploaded for it.
#pragma once

#include <cstdint>
#include <string>

#include "app/workspace.h"
#include "base/result.h"

namespace matinee::app {

enum class Source : std::uint8_t {
    kStays,
    kGoes,  // what was uploaded for it is deleted: its folder in the data folder's films/
};

// Store::remove_entry, and that. Files elsewhere are never touched: kConflict for an entry that
// nothing was uploaded for, and while another entry's file lies in the folder; then nothing has
// happened. What goes with it is said in the audit log.
Result<void> remove_entry(Workspace& workspace, const std::string& id, Source source,
                          const std::string& actor);

}  // namespace matinee::app
