#include "app/system_report.h"

#include <filesystem>
#include <system_error>

#include <nlohmann/json.hpp>

#include "app/doctor.h"
#include "app/listing.h"
#include "app/resource_json.h"

namespace matinee::app {

namespace {

using nlohmann::json;

// What went wrong on the air lately, newest first.
Result<json> recent_incidents(store::Store& store) {
    json incidents = json::array();
    const AuditPage page = TRY(audit_like(store, {.action = "incident.", .limit = 50}));
    for (const store::AuditRecord& record : page.records)
        incidents.push_back(audit_json(record));
    return incidents;
}

json disk_json(const std::filesystem::path& folder) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(folder, error);
    return {{"free_bytes", error ? 0 : space.available},
            {"total_bytes", error ? 0 : space.capacity}};
}

}  // namespace

Result<json> system_json(Workspace& workspace, std::optional<Instant> started) {
    const base::Clock& clock = *workspace.clock;
    const auto facts = gather_running_facts(workspace.config, workspace.folder, clock);
    return json{{"version", MATINEE_VERSION},
                {"started", started ? json(base::to_rfc3339(*started)) : json(nullptr)},
                {"server_time", base::to_rfc3339(clock.now())},
                {"disk", disk_json(workspace.folder)},
                {"checks", findings_json(diagnose_running(facts))},
                {"incidents", TRY(recent_incidents(*workspace.store))}};
}

}  // namespace matinee::app
