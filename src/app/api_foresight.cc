// The API's look ahead: what a channel is going to show, also by a schedule that is not published.
#include <algorithm>

#include "app/api_context.h"
#include "app/planning_json.h"

namespace matinee::app {

namespace {

using http::Api;
using http::Call;
using http::Method;
using http::Response;
using nlohmann::json;
using playout::Airing;
using playout::Role;

constexpr std::chrono::hours kFurthest{31 * 24};
constexpr std::chrono::hours kLongestForesight{9 * 24};  // a week, seen from any zone
constexpr std::size_t kMostAirings = 2000;
constexpr std::size_t kMostStretches = 5000;

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

std::string_view kind_of(const Airing& airing, const std::string& slate) {
    switch (airing.place.role) {
        case Role::kFill:
            return airing.entry_id == slate ? "gap" : "filler";
        case Role::kInserted:
        case Role::kHold:
        case Role::kPanic:
            return to_string(airing.place.role);
        case Role::kItem:
            break;
    }
    return "block";
}

json block_json(const Airing& airing) {
    return airing.place.block.empty() ? json(nullptr) : json(airing.place.block);
}

json foreseen_json(const Airing& airing, Instant epoch) {
    const bool is_item = airing.place.role == Role::kItem;
    return {{"entry", airing.entry_id},
            {"start", base::to_rfc3339(playout::instant_of(epoch, airing.start))},
            {"end", base::to_rfc3339(playout::instant_of(epoch, airing.end()))},
            {"role", playout::to_string(airing.place.role)},
            {"block", block_json(airing)},
            {"item", airing.place.block.empty() ? json(nullptr) : json(airing.place.item)},
            {"cut", is_item && airing.to > Ticks(0)}};
}

json stretches_json(const std::vector<Airing>& airings, const std::string& slate, Instant epoch) {
    json stretches = json::array();
    const Airing* before = nullptr;
    for (const Airing& airing : airings) {
        const std::string_view kind = kind_of(airing, slate);
        const bool goes_on = before != nullptr && kind == kind_of(*before, slate) &&
                             airing.place.anchor == before->place.anchor &&
                             airing.place.block == before->place.block;
        before = &airing;
        const std::string end = base::to_rfc3339(playout::instant_of(epoch, airing.end()));
        if (goes_on) {
            json& stretch = stretches.back();
            stretch["end"] = end;
            stretch["airings"] = stretch["airings"].get<std::int64_t>() + 1;
            continue;
        }
        if (stretches.size() == kMostStretches) break;
        const Ticks anchor = airing.place.anchor;
        stretches.push_back(
            {{"kind", kind},
             {"block", block_json(airing)},
             {"fixed_start", anchor < Ticks(0)
                                 ? json(nullptr)
                                 : json(base::to_rfc3339(playout::instant_of(epoch, anchor)))},
             {"start", base::to_rfc3339(playout::instant_of(epoch, airing.start))},
             {"end", end},
             {"airings", 1}});
    }
    return stretches;
}

}  // namespace

Result<Instant> foreseeable(const std::string& date, Instant now) {
    const Instant instant = *base::parse_rfc3339(date);
    if (instant > now + kFurthest) {
        return fail(ErrorCode::kInvalid, "{} is too far away: plans are made for up to {} days",
                    date, kFurthest.count() / 24);
    }
    return instant;
}

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
                const auto channel = TRY(store.find_channel(id));
                const json& body = call.body();
                const Instant now = context.clock.now();
                const Instant from = *base::parse_rfc3339(body.at("from").get<std::string>());
                const Instant to = TRY(foreseeable(body.at("to"), now));
                if (to <= from || to - from > kLongestForesight) {
                    return fail(ErrorCode::kInvalid,
                                "from {} to {}: ask for a period of up to {} days",
                                base::to_rfc3339(from), base::to_rfc3339(to),
                                kLongestForesight.count() / 24);
                }
                store::Schedule schedule = TRY(store.find_schedule(id));
                std::optional<store::Schedule> wanted;
                if (body.contains("schedule")) {
                    schedule = TRY(schedule_from(body.at("schedule"), id, schedule.version));
                    wanted = schedule;
                }
                const auto airings = TRY(context.room.foresee(id, wanted, from, to));
                json shown = json::array();
                for (const Airing& airing : airings) {
                    if (shown.size() == kMostAirings) break;
                    shown.push_back(foreseen_json(airing, channel.epoch));
                }
                const std::size_t left_out = airings.size() - shown.size();
                return Response::json(
                    {{"channel", id},
                     {"server_time", base::to_rfc3339(now)},
                     {"stretches", stretches_json(airings, schedule.slate_entry, channel.epoch)},
                     {"airings", std::move(shown)},
                     {"left_out", left_out}});
            });
}

}  // namespace matinee::app
