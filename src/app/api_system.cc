// The API's view of the server itself.
#include "app/api_context.h"
#include "app/system_report.h"

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
      "started": {"type": ["string", "null"], "format": "date-time", "description": "Since when the server runs; null, which only the command line says: none does."},
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
                return Response::json(TRY(system_json(context.workspace, started)));
            });
}

}  // namespace matinee::app
