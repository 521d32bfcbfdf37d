// The API's look ahead: what a channel is going to show, also by a schedule that is not published.
#include "app/api_context.h"
#include "app/outlook.h"
#include "app/planning_json.h"

namespace matinee::app {

namespace {

using http::Api;
using http::Call;
using http::Method;
using http::Response;
using nlohmann::json;

constexpr std::string_view kForesightSchemas = R"json({
  "PlanRequest": {
    "type": "object",
    "additionalProperties": false,
    "required": ["from", "to"],
    "properties": {
      "from": {"type": "string", "format": "date-time", "maxLength": 40},
      "to": {"type": "string", "format": "date-time", "maxLength": 40, "description": "Up to nine days later, and a month ahead."},
      "schedule": {"$ref": "#/components/schemas/ScheduleDraft"}
    }
  },
  "SchedulePlan": {
    "type": "object",
    "required": ["channel", "server_time", "stretches", "airings", "left_out"],
    "properties": {
      "channel": {"type": "string"},
      "server_time": {"type": "string", "format": "date-time"},
      "stretches": {
        "type": "array",
        "description": "What belongs together: airings of one block after the other, or a gap.",
        "items": {
          "type": "object",
          "required": ["kind", "block", "fixed_start", "start", "end", "airings"],
          "properties": {
            "kind": {"enum": ["block", "filler", "gap", "inserted", "hold", "panic"], "description": "gap: the slate is shown, since nothing else fits or is there."},
            "block": {"type": ["string", "null"], "description": "Of the items, or the one that stands still meanwhile."},
            "fixed_start": {"type": ["string", "null"], "format": "date-time", "description": "When the first of these blocks was to begin."},
            "start": {"type": "string", "format": "date-time"},
            "end": {"type": "string", "format": "date-time"},
            "airings": {"type": "integer"}
          }
        }
      },
      "airings": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["entry", "start", "end", "role", "block", "item", "cut"],
          "properties": {
            "entry": {"type": "string"},
            "start": {"type": "string", "format": "date-time"},
            "end": {"type": "string", "format": "date-time"},
            "role": {"enum": ["item", "fill", "inserted", "hold", "panic"]},
            "block": {"type": ["string", "null"]},
            "item": {"type": ["integer", "null"], "description": "Its place in the block, from 0."},
            "cut": {"type": "boolean", "description": "It ends early, for a fixed start."}
          }
        }
      },
      "left_out": {"type": "integer", "description": "Airings after the first two thousand."}
    }
  }
})json";

}  // namespace

void add_foresight_operations(Api& api, ApiContext& context) {
    api.add_schemas(kForesightSchemas);
    store::Store& store = context.store;
    api.add({.method = Method::kPost,
             .path = "/channels/{channel}/schedule/plan",
             .id = "planSchedule",
             .tag = "Schedules",
             .summary = "What the channel shows when, by the schedule that is sent or else the "
                        "present one",
             .description = "What has been on, what is planned, and what follows beyond that. One "
                            "that is sent counts as if it were published now, after what is on.",
             .body = "PlanRequest",
             .answers = {{200, "SchedulePlan"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const std::string id = call.path("channel");
                const json& body = call.body();
                std::optional<store::Schedule> wanted;
                if (body.contains("schedule")) {
                    const auto present = TRY(store.find_schedule(id));
                    wanted = TRY(schedule_from(body.at("schedule"), id, present.version));
                }
                const Period period{*base::parse_rfc3339(body.at("from").get<std::string>()),
                                    *base::parse_rfc3339(body.at("to").get<std::string>())};
                return Response::json(
                    TRY(foresee(context.room, store, id, wanted, period, context.clock.now())));
            });
}

}  // namespace matinee::app
