// Which of the entries, the jobs and the audit log's records are shown: of the API's lists, and of
// the command line's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// What is empty, or unset, leaves nothing out.
struct EntryFilter {
    std::string search{};  // words that titles, author, country or id have, all of them
    std::vector<std::string> states{};              // words for store::EntryState
    std::vector<std::string> kinds{};               // and for store::EntryKind
    std::optional<std::string> without_language{};  // that lack subtitles in it
};

// By id.
// kInvalid for a language that is none.
Result<std::vector<store::Entry>> entries_like(Workspace& workspace, const EntryFilter& filter);

struct JobFilter {
    std::vector<std::string> states{};   // words for store::JobState
    std::optional<std::string> entry{};  // of which they are
};

// Newest first; among the last ten thousand.
Result<std::vector<store::Job>> jobs_like(store::Store& store, const JobFilter& filter);

struct AuditFilter {
    // "channel.skip"; "incident." and whatever else ends with a dot: all of that kind; empty: all
    std::string action{};
    std::string before{};  // the record's id from which on newer ones are left out; empty: none
    std::size_t limit = 50;
};

struct AuditPage {
    std::vector<store::AuditRecord> records;  // newest first
    bool more = false;                        // there are older ones
};

Result<AuditPage> audit_like(store::Store& store, const AuditFilter& filter);

}  // namespace matinee::app
