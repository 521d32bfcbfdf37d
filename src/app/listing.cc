#include "app/listing.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <glib.h>

#include "app/subtitle_intake.h"
#include "base/glib_support.h"

namespace matinee::app {

namespace {

constexpr std::size_t kMostJobs = 10'000;

// Letters as they are compared: whatever the script, large or small.
std::string case_folded(const std::string& text) {
    const base::OwnedChars valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    const base::OwnedChars normal(g_utf8_normalize(valid.get(), -1, G_NORMALIZE_ALL));
    const base::OwnedChars fold(g_utf8_casefold(normal.get(), -1));
    return fold.get();
}

bool mentions(const store::Entry& entry, const std::string& folded_words) {
    std::string all = entry.id + "\n" + entry.author + "\n" + entry.country;
    for (const auto& [language, title] : entry.titles)
        all += "\n" + title;
    all = case_folded(all);
    // Every word, in any order.
    std::size_t at = 0;
    while (at < folded_words.size()) {
        const std::size_t end = std::min(folded_words.find(' ', at), folded_words.size());
        if (end > at && all.find(folded_words.substr(at, end - at)) == std::string::npos) {
            return false;
        }
        at = end + 1;
    }
    return true;
}

bool is_out(const std::vector<std::string>& wanted, std::string_view word) {
    return !wanted.empty() && std::ranges::find(wanted, word) == wanted.end();
}

}  // namespace

Result<std::vector<store::Entry>> entries_like(Workspace& workspace, const EntryFilter& filter) {
    const std::string words = case_folded(filter.search);
    std::vector<std::string> languages;
    if (filter.without_language) languages = {*filter.without_language};
    languages = TRY(asked_languages(languages));
    std::vector<store::Entry> shown;
    for (store::Entry& entry : TRY(workspace.store->list_entries())) {
        if (is_out(filter.states, to_string(entry.state)) ||
            is_out(filter.kinds, to_string(entry.kind)) || !mentions(entry, words)) {
            continue;
        }
        if (!languages.empty()) {
            const auto has = subtitle_languages(*workspace.library, entry);
            if (lacking_languages(has, languages).empty()) continue;
        }
        shown.push_back(std::move(entry));
    }
    return shown;
}

Result<std::vector<store::Job>> jobs_like(store::Store& store, const JobFilter& filter) {
    auto jobs = TRY(store.list_jobs(kMostJobs));
    std::erase_if(jobs, [&](const store::Job& job) {
        return is_out(filter.states, to_string(job.state)) ||
               (filter.entry && job.entry_id != *filter.entry);
    });
    return jobs;
}

Result<AuditPage> audit_like(store::Store& store, const AuditFilter& filter) {
    AuditPage page;
    // One more than is shown says whether there are more.
    page.records = TRY(store.list_audit(filter.limit + 1, filter.before, filter.action));
    page.more = page.records.size() > filter.limit;
    if (page.more) page.records.resize(filter.limit);
    return page;
}

}  // namespace matinee::app
