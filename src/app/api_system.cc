// The API's view of the server itself.
#include "app/api_context.h"
#include "app/doctor.h"
#include "app/resource_json.h"

namespace matinee::app {

namespace {

using http::Api;
using http::Call;
using http::Method;
using http::Response;
using nlohmann::json;

constexpr std::string_view kSystemSchemas = R"json({
  "System": {
    "type": "object",
    "required": ["version", "started", "server_time", "disk", "checks", "incidents"],
    "properties": {
      "version": {"type": "string"},
      "started": {"type": "string", "format": "date-time"},
      "server_time": {"type": "string", "format": "date-time"},
      "disk": {
        "description": "Where the data folder is.",
        "type": "object",
        "required": ["free_bytes", "total_bytes"],
        "properties": {"free_bytes": {"type": "integer"}, "total_bytes": {"type": "integer"}}
      },
      "checks": {
        "description": "Of what `matinee doctor` looks at that which can go wrong while a server runs.",
        "type": "array",
        "items": {
          "type": "object",
          "required": ["check", "severity", "detail", "remedy"],
          "properties": {
            "check": {"type": "string"},
            "severity": {"enum": ["ok", "warning", "problem"]},
            "detail": {"type": "string"},
            "remedy": {"type": "string", "description": "What to do; empty when all is well."}
          }
        }
      },
      "incidents": {
        "description": "What went wrong on the air lately, newest first.",
        "type": "array",
        "items": {"$ref": "#/components/schemas/AuditRecord"}
      }
    }
  }
})json";

constexpr std::string_view kIncident = "incident.";

// The newest incidents, as far as the audit log's last records have some: it is written by every
// edit, and one is looked for among as many as producers make in some days.
Result<json> recent_incidents(store::Store& store) {
    constexpr std::size_t kLookedAt = 5'000;
    constexpr std::size_t kMost = 50;
    json incidents = json::array();
    for (const store::AuditRecord& record : TRY(store.list_audit(kLookedAt, ""))) {
        if (!record.action.starts_with(kIncident)) continue;
        incidents.push_back(audit_json(record));
        if (incidents.size() == kMost) break;
    }
    return incidents;
}

json disk_json(const std::filesystem::path& folder) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(folder, error);
    return {{"free_bytes", error ? 0 : space.available},
            {"total_bytes", error ? 0 : space.capacity}};
}

}  // namespace

void add_system_operations(Api& api, ApiContext& context) {
    api.add_schemas(kSystemSchemas);
    api.add({.method = Method::kGet,
             .path = "/system",
             .id = "getSystem",
             .tag = "System",
             .summary = "How the server is: its version, the disk, what it would warn of",
             .answers = {{200, "System"}}},
            [&context, started = context.clock.now()](const Call&) -> Result<Response> {
                const Workspace& workspace = context.workspace;
                const auto facts =
                    gather_running_facts(workspace.config, workspace.folder, context.clock);
                return Response::json({{"version", MATINEE_VERSION},
                                       {"started", base::to_rfc3339(started)},
                                       {"server_time", base::to_rfc3339(context.clock.now())},
                                       {"disk", disk_json(workspace.folder)},
                                       {"checks", findings_json(diagnose_running(facts))},
                                       {"incidents", TRY(recent_incidents(context.store))}});
            });
}

}  // namespace matinee::app
