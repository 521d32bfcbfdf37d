// The API's playlists and schedules.
#include <algorithm>
#include <set>

#include "app/api_context.h"
#include "app/outlook.h"
#include "app/planning.h"
#include "app/planning_json.h"
#include "app/resource_json.h"
#include "base/log.h"
#include "http/problem.h"

namespace matinee::app {

namespace {

using http::Api;
using http::Call;
using http::Method;
using http::Precondition;
using http::Response;
using nlohmann::json;

constexpr std::string_view kPlanningSchemas = R"json({
  "Slug": {
    "type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    "description": "a-z, 0-9 and -, and no - at an end"
  },
  "PlaylistItem": {
    "type": "object",
    "additionalProperties": false,
    "required": ["entry"],
    "properties": {
      "kind": {"enum": ["entry", "card", "filler"], "default": "entry"},
      "entry": {"type": "string", "minLength": 1, "maxLength": 200},
      "in": {"type": "integer", "minimum": 0, "default": 0, "description": "Its first frame."},
      "out": {"type": ["integer", "null"], "minimum": 1, "description": "The frame before which it ends; null: at its end."},
      "untrimmed": {"enum": ["skip", "whole"], "default": "skip", "description": "What is shown while the trimmed variant is not prepared: nothing, or all of it."}
    }
  },
  "PlaylistDraft": {
    "type": "object",
    "additionalProperties": false,
    "required": ["items"],
    "properties": {
      "title": {"type": "string", "maxLength": 300},
      "items": {"type": "array", "maxItems": 2000, "items": {"$ref": "#/components/schemas/PlaylistItem"}}
    }
  },
  "NewPlaylist": {
    "type": "object",
    "additionalProperties": false,
    "required": ["id"],
    "properties": {
      "id": {"$ref": "#/components/schemas/Slug"},
      "title": {"type": "string", "maxLength": 300},
      "items": {"type": "array", "maxItems": 2000, "items": {"$ref": "#/components/schemas/PlaylistItem"}}
    }
  },
  "PlaylistSummary": {
    "type": "object",
    "required": ["id", "title", "published", "draft", "channels"],
    "properties": {
      "id": {"type": "string"},
      "title": {"type": "string"},
      "published": {"type": "integer", "description": "The version that channels play; 0: none yet."},
      "draft": {"type": "integer", "description": "The newest version."},
      "channels": {"type": "array", "items": {"type": "string"}, "description": "Those that play it."}
    }
  },
  "Playlist": {
    "type": "object",
    "required": ["id", "title", "version", "published", "draft", "items"],
    "properties": {
      "id": {"type": "string"},
      "title": {"type": "string"},
      "version": {"type": "integer", "description": "Of these items."},
      "published": {"type": "integer"},
      "draft": {"type": "integer"},
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/PlaylistItem"}}
    }
  },
  "PlaylistHistory": {
    "type": "object",
    "required": ["items"],
    "properties": {
      "items": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["version", "author", "created", "restores"],
          "properties": {
            "version": {"type": "integer"},
            "author": {"type": "string"},
            "created": {"type": "string", "format": "date-time"},
            "restores": {"type": ["integer", "null"], "description": "The version it has the items of, when it was made by undoing."}
          }
        }
      }
    }
  },
  "PublishRequest": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "version": {"type": "integer", "minimum": 1, "description": "Which one; the newest unless said."},
      "when": {"type": "string", "minLength": 3, "maxLength": 40, "default": "after-current", "description": "after-current; now (what is on ends at the first segment that nobody may have fetched); or an instant."},
      "dry_run": {"type": "boolean", "default": false, "description": "Only say what would change, and from when."}
    }
  },
  "Publication": {
    "type": "object",
    "required": ["channel", "from", "changes", "more", "findings"],
    "properties": {
      "channel": {"type": "string"},
      "from": {"type": ["string", "null"], "format": "date-time", "description": "From when viewers see a difference; null: never."},
      "changes": {
        "type": "array",
        "description": "The first hundred.",
        "items": {
          "type": "object",
          "required": ["at", "before", "after"],
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "before": {"type": ["string", "null"], "description": "The entry that begins then as it was planned."},
            "after": {"type": ["string", "null"]}
          }
        }
      },
      "more": {"type": "integer", "description": "Changes that are left out."},
      "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}, "description": "The errors that a check finds in it. They keep nothing from being published."}
    }
  },
  "PlaylistPublication": {
    "type": "object",
    "required": ["playlist", "version", "dry_run", "channels"],
    "properties": {
      "playlist": {"type": "string"},
      "version": {"type": "integer"},
      "dry_run": {"type": "boolean"},
      "channels": {"type": "array", "items": {"$ref": "#/components/schemas/Publication"}}
    }
  },
  "Finding": {
    "type": "object",
    "required": ["severity", "code", "block", "item", "at", "message"],
    "properties": {
      "severity": {"enum": ["warning", "error"]},
      "code": {"type": "string"},
      "block": {"type": ["string", "null"]},
      "item": {"type": ["integer", "null"], "description": "Its place in the block, from 0."},
      "at": {"type": ["string", "null"], "format": "date-time"},
      "message": {"type": "string"}
    }
  },
  "Findings": {
    "type": "object",
    "required": ["channel", "errors", "warnings", "findings"],
    "properties": {
      "channel": {"type": "string"},
      "errors": {"type": "integer"},
      "warnings": {"type": "integer"},
      "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}}
    }
  },
  "ScheduleBlock": {
    "type": "object",
    "additionalProperties": false,
    "required": ["playlist"],
    "properties": {
      "id": {"type": "string", "minLength": 1, "maxLength": 100, "description": "Unique within the schedule; the playlist's unless said."},
      "playlist": {"type": "string", "minLength": 1, "maxLength": 100},
      "passes": {"type": "integer", "minimum": 0, "default": 0, "description": "How often it is played; 0: round and round."},
      "start": {"type": "string", "maxLength": 30, "description": "2026-11-23T20:00:00, as clocks in `zone` show it; empty: it follows on."},
      "zone": {"type": "string", "minLength": 1, "maxLength": 60, "default": "UTC", "description": "An IANA name."},
      "repeats": {"enum": ["once", "daily", "weekly"], "default": "once"},
      "until": {"type": "string", "maxLength": 10, "description": "23:00, at which it gives way; empty: never."},
      "overrun": {"enum": ["fill", "cut", "finish"], "default": "fill"},
      "countdown": {"type": "string", "maxLength": 200, "description": "The card that counts down to its start; empty: the schedule's."}
    }
  },
  "ScheduleDraft": {
    "type": "object",
    "additionalProperties": false,
    "required": ["blocks"],
    "properties": {
      "slate": {"type": "string", "maxLength": 200, "description": "The entry that is shown when there is nothing else; empty: none."},
      "fillers": {"type": "string", "maxLength": 100, "description": "The playlist that passes the time before a fixed start."},
      "countdown": {"type": "string", "maxLength": 200, "description": "The card that counts down to fixed starts, as the last of what passes the time before them; empty: none."},
      "fade": {"type": "number", "minimum": 0, "maximum": 5, "default": 0.8, "description": "Seconds over which what is cut for a fixed start fades out; 0: it just ends."},
      "blocks": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/ScheduleBlock"}}
    }
  },
  "Schedule": {
    "type": "object",
    "required": ["channel", "version", "slate", "fillers", "countdown", "fade", "blocks"],
    "properties": {
      "channel": {"type": "string"},
      "version": {"type": "integer", "description": "0: there is none, the channel loops its playlist."},
      "slate": {"type": "string"},
      "fillers": {"type": "string"},
      "countdown": {"type": "string"},
      "fade": {"type": "number"},
      "blocks": {"type": "array", "items": {"$ref": "#/components/schemas/ScheduleBlock"}}
    }
  },
  "SchedulePublication": {
    "type": "object",
    "required": ["version", "dry_run", "publication"],
    "properties": {
      "version": {"type": "integer", "description": "After this."},
      "dry_run": {"type": "boolean"},
      "publication": {"$ref": "#/components/schemas/Publication"}
    }
  },
  "ScheduleCheck": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "schedule": {"$ref": "#/components/schemas/ScheduleDraft"},
      "languages": {"type": "array", "maxItems": 20, "items": {"type": "string", "minLength": 2, "maxLength": 40}, "description": "Subtitles that every item ought to have."},
      "until": {"type": "string", "format": "date-time", "maxLength": 40, "description": "How far to look, up to a month ahead; two days, unless said."}
    }
  }
})json";

// What a change of a playlist can overlook: another's draft, and another's publication.
std::string tag_of(const store::Playlist& playlist) {
    return fmt::format("{}.{}", playlist.draft, playlist.published);
}

std::string tag_of(const store::Schedule& schedule) {
    return std::to_string(schedule.version);
}

Result<std::vector<store::PlaylistItem>> items_from(store::Store& store, const json& list) {
    std::vector<store::PlaylistItem> items;
    std::set<std::string> known;
    for (const json& each : list) {
        items.push_back(TRY(item_from(each)));
        if (known.insert(items.back().reference).second) {
            const auto entry = store.find_entry(items.back().reference);
            if (!entry && entry.error().code() == ErrorCode::kNotFound) {
                return fail(ErrorCode::kInvalid,
                            "/items/{}/entry: there is no entry \"{}\"; GET /api/v1/entries lists "
                            "them",
                            items.size() - 1, items.back().reference);
            }
            TRY(entry);
        }
        if (const std::string why = TRY(why_bad(store, played(items.back()))); !why.empty()) {
            return fail(ErrorCode::kInvalid, "/items/{}, {}: {}", items.size() - 1,
                        items.back().reference, why);
        }
    }
    return items;
}

std::vector<http::QueryParameter> publishing_parameters() {
    return {{"when",
             "From when: after-current, now, or an instant.",
             {{"type", "string"}, {"minLength", 3}, {"maxLength", 40}}},
            {"dry_run",
             "Only say what would change, and from when.",
             {{"type", "boolean"}, {"default", false}}}};
}

http::QueryParameter languages_parameter() {
    return {"language",
            "Subtitles that every item ought to have; may stand there several times.",
            {{"type", "string"}, {"minLength", 2}, {"maxLength", 40}},
            true};
}

// Why it could not be changed from that version.
Result<Response> refused(store::Store& store, const store::Playlist& from, const Error& error) {
    const auto present = TRY(store.find_playlist_version(from.id, 0));
    return http::or_overtaken(error, tag_of(from), tag_of(present));
}
Result<Response> refused(store::Store& store, const store::Schedule& from, const Error& error) {
    const auto present = TRY(store.find_schedule(from.channel_id));
    return http::or_overtaken(error, tag_of(from), tag_of(present));
}

}  // namespace

Result<Publishing> publishing_from(const std::string& when, bool dry_run) {
    Publishing publishing;
    if (dry_run) publishing.mode = ControlRoom::Mode::kDryRun;
    if (when == "now") {
        publishing.from = playout::From::kFirstBoundary;
    } else if (when != "after-current") {
        const auto at = base::parse_rfc3339(when);
        if (!at) {
            return fail(ErrorCode::kInvalid,
                        "when is \"{}\"; write after-current, now, or an instant as "
                        "2026-11-23T20:00:00Z",
                        when);
        }
        publishing.from = playout::From::kAt;
        publishing.at = *at;
    }
    return publishing;
}

json publication_json(const ControlRoom::Published& published) {
    constexpr std::size_t kShown = 100;
    const auto& changes = published.plan.changes;
    const auto instant = [&](Ticks tick) {
        return base::to_rfc3339(playout::instant_of(published.epoch, tick));
    };
    const auto entry = [](const std::string& id) { return id.empty() ? json(nullptr) : json(id); };
    json value{{"channel", published.channel},
               {"from", changes.empty() ? json(nullptr) : json(instant(changes.front().at))},
               {"changes", json::array()},
               {"more", changes.size() > kShown ? changes.size() - kShown : 0},
               {"findings", json::array()}};
    for (const playout::Finding& finding : published.errors)
        value["findings"].push_back(finding_json(finding, published.epoch));
    for (std::size_t i = 0; i < std::min(changes.size(), kShown); ++i) {
        value["changes"].push_back({{"at", instant(changes[i].at)},
                                    {"before", entry(changes[i].before)},
                                    {"after", entry(changes[i].after)}});
    }
    return value;
}

void add_playlist_operations(Api& api, ApiContext& context) {
    api.add_schemas(kPlanningSchemas);
    api.add_page_schema("PlaylistPage", "PlaylistSummary");
    store::Store& store = context.store;
    api.add({.method = Method::kGet,
             .path = "/playlists",
             .id = "listPlaylists",
             .tag = "Playlists",
             .summary = "The playlists, by id",
             .query = http::page_parameters(),
             .answers = {{200, "PlaylistPage"}}},
            [&store](const Call& call) -> Result<Response> {
                const auto channels = TRY(channels_by_playlist(store));
                const auto all = TRY(store.list_playlists());
                return Response::json(TRY(http::page(
                    call, all, http::Order::kRising, [](const auto& each) { return each.id; },
                    [&](const store::Playlist& each) {
                        return playlist_summary_json(each, channels);
                    })));
            });
    api.add({.method = Method::kPost,
             .path = "/playlists",
             .id = "createPlaylist",
             .tag = "Playlists",
             .summary = "Make a playlist; nobody sees it before it is published",
             .body = "NewPlaylist",
             .answers = {{201, "Playlist"}},
             .tagged = true,
             .conflicts = true,
             .audit = "playlist.add"},
            [&store](const Call& call) -> Result<Response> {
                const std::string id = call.body().at("id");
                const auto items =
                    TRY(items_from(store, call.body().value("items", json::array())));
                const auto there = store.find_playlist_version(id, 0);
                if (there) {
                    return fail(ErrorCode::kConflict,
                                "there is a playlist \"{}\" already; choose another id, or change "
                                "that one with PUT",
                                id);
                }
                if (there.error().code() != ErrorCode::kNotFound) {
                    return Unexpected(Error(there.error()));
                }
                TRY(store.save_draft(id, call.body().value("title", id), items, 0, call.actor()));
                const auto made = TRY(store.find_playlist_version(id, 0));
                return http::created(playlist_json(made), "/playlists/" + id, tag_of(made));
            });
    api.add({.method = Method::kGet,
             .path = "/playlists/{playlist}",
             .id = "getPlaylist",
             .tag = "Playlists",
             .summary = "A playlist's newest version, or another",
             .query = {{"version", "Which one.", {{"type", "integer"}, {"minimum", 1}}}},
             .answers = {{200, "Playlist"}},
             .tagged = true},
            [&store](const Call& call) -> Result<Response> {
                const auto found = TRY(
                    store.find_playlist_version(call.path("playlist"), call.number("version", 0)));
                // An older version never changes; its tag must not be the newest's.
                const std::string tag = found.version == found.draft
                                            ? tag_of(found)
                                            : fmt::format("{}.{}", tag_of(found), found.version);
                return http::tagged(playlist_json(found), tag);
            });
    api.add({.method = Method::kPut,
             .path = "/playlists/{playlist}",
             .id = "putPlaylist",
             .tag = "Playlists",
             .summary = "Make a new version, a draft, of these items",
             .description = "With the items it has already, nothing is made.",
             .body = "PlaylistDraft",
             .answers = {{200, "Playlist"}},
             .tagged = true,
             .precondition = Precondition::kIfMatch,
             .audit = "playlist.save"},
            [&store](const Call& call) -> Result<Response> {
                const std::string id = call.path("playlist");
                const auto present = TRY(store.find_playlist_version(id, 0));
                if (auto changed = call.expect_match(tag_of(present))) return *std::move(changed);
                const auto items = TRY(items_from(store, call.body().at("items")));
                const auto saved = store.save_draft(id, call.body().value("title", present.title),
                                                    items, present.draft, call.actor());
                if (!saved) return refused(store, present, saved.error());
                const auto made = TRY(store.find_playlist_version(id, 0));
                return http::tagged(playlist_json(made), tag_of(made));
            });
    api.add({.method = Method::kDelete,
             .path = "/playlists/{playlist}",
             .id = "removePlaylist",
             .tag = "Playlists",
             .summary = "Forget a playlist that no channel plays, with all its versions",
             .description = "Refused while a channel, its schedule or its fillers play it; the "
                            "answer names them. Its films stay.",
             .answers = {{204}},
             .conflicts = true,
             .precondition = Precondition::kIfMatch},
            [&store](const Call& call) -> Result<Response> {
                const auto present = TRY(store.find_playlist_version(call.path("playlist"), 0));
                if (auto changed = call.expect_match(tag_of(present))) return *std::move(changed);
                if (const auto removed = store.remove_playlist(present, call.actor()); !removed) {
                    return refused(store, present, removed.error());
                }
                return Response::empty(204);
            });
    api.add({.method = Method::kPost,
             .path = "/playlists/{playlist}/undo",
             .id = "undoPlaylist",
             .tag = "Playlists",
             .summary = "Make a new version like the one before; again goes further back",
             .answers = {{200, "Playlist"}},
             .tagged = true,
             .conflicts = true,
             .precondition = Precondition::kIfMatch,
             .audit = "playlist.undo"},
            [&store](const Call& call) -> Result<Response> {
                const std::string id = call.path("playlist");
                const auto present = TRY(store.find_playlist_version(id, 0));
                if (auto changed = call.expect_match(tag_of(present))) return *std::move(changed);
                const auto undone = store.undo_draft(id, present.draft, call.actor());
                if (!undone) return refused(store, present, undone.error());
                const auto made = TRY(store.find_playlist_version(id, 0));
                return http::tagged(playlist_json(made), tag_of(made));
            });
    api.add({.method = Method::kGet,
             .path = "/playlists/{playlist}/history",
             .id = "listPlaylistVersions",
             .tag = "Playlists",
             .summary = "Its versions, oldest first",
             .answers = {{200, "PlaylistHistory"}}},
            [&store](const Call& call) -> Result<Response> {
                json items = json::array();
                for (const auto& version : TRY(store.playlist_history(call.path("playlist")))) {
                    items.push_back(playlist_version_json(version));
                }
                return Response::json({{"items", std::move(items)}});
            });
    api.add({.method = Method::kGet,
             .path = "/playlists/{playlist}/check",
             .id = "checkPlaylist",
             .tag = "Playlists",
             .summary = "What is wrong with its newest version, as if it were published",
             .query = {{"channel",
                        "Where: a channel that plays it (the first, unless said). On another it is "
                        "checked as if that looped it.",
                        {{"type", "string"}, {"minLength", 1}, {"maxLength", 100}}},
                       languages_parameter()},
             .answers = {{200, "Findings"}},
             .conflicts = true},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto check = TRY(check_playlist(context.room, store, call.path("playlist"),
                                                      call.query("channel").value_or(""),
                                                      call.queries("language")));
                return Response::json(findings_json(check.channel, check.findings));
            });
    api.add({.method = Method::kPost,
             .path = "/playlists/{playlist}/publish",
             .id = "publishPlaylist",
             .tag = "Playlists",
             .summary = "Let all channels that play it play this version",
             .description = "All of them in one transaction. The answer says what changes on each, "
                            "and from when; with `dry_run` that is all that happens.",
             .body = "PublishRequest",
             .answers = {{200, "PlaylistPublication"}},
             .tagged = true,
             .conflicts = true,
             .precondition = Precondition::kIfMatch,
             .audit = "playlist.publish"},
            [&context, &store](const Call& call) -> Result<Response> {
                const std::string id = call.path("playlist");
                const auto present = TRY(store.find_playlist_version(id, 0));
                if (auto changed = call.expect_match(tag_of(present))) return *std::move(changed);
                const json& body = call.body();
                const bool dry_run = body.value("dry_run", false);
                const auto how = TRY(publishing_from(body.value("when", "after-current"), dry_run));
                const std::int64_t version = body.value("version", present.draft);
                const auto published = context.room.publish(id, version, present.published,
                                                            how.from, how.at, how.mode);
                if (!published) return refused(store, present, published.error());
                json channels = json::array();
                for (const auto& each : *published)
                    channels.push_back(publication_json(each));
                if (!dry_run) context.programme_changed();
                return http::tagged({{"playlist", id},
                                     {"version", version},
                                     {"dry_run", dry_run},
                                     {"channels", std::move(channels)}},
                                    tag_of(TRY(store.find_playlist_version(id, 0))));
            });
}

void add_schedule_operations(Api& api, ApiContext& context) {
    store::Store& store = context.store;
    api.add({.method = Method::kGet,
             .path = "/channels/{channel}/schedule",
             .id = "getSchedule",
             .tag = "Schedules",
             .summary = "What the channel plays when",
             .answers = {{200, "Schedule"}},
             .tagged = true},
            [&store](const Call& call) -> Result<Response> {
                const auto found = TRY(store.find_schedule(call.path("channel")));
                return http::tagged(channel_schedule_json(found), tag_of(found));
            });
    api.add({.method = Method::kPut,
             .path = "/channels/{channel}/schedule",
             .id = "putSchedule",
             .tag = "Schedules",
             .summary = "Replace and publish the channel's schedule",
             .query = publishing_parameters(),
             .body = "ScheduleDraft",
             .answers = {{200, "SchedulePublication"}},
             .tagged = true,
             .conflicts = true,
             .precondition = Precondition::kIfMatch,
             .audit = "schedule.publish"},
            [&context, &store](const Call& call) -> Result<Response> {
                const std::string id = call.path("channel");
                const auto present = TRY(store.find_schedule(id));
                if (auto changed = call.expect_match(tag_of(present))) return *std::move(changed);
                const bool dry_run = call.flag("dry_run");
                const auto how =
                    TRY(publishing_from(call.query("when").value_or("after-current"), dry_run));
                const auto wanted = TRY(schedule_from(call.body(), id, present.version));
                TRY(expect_entries(store, wanted));
                const auto published = context.room.publish(wanted, how.from, how.at, how.mode);
                if (!published) return refused(store, present, published.error());
                if (!dry_run) context.programme_changed();
                const auto after = TRY(store.find_schedule(id));
                return http::tagged({{"version", after.version},
                                     {"dry_run", dry_run},
                                     {"publication", publication_json(*published)}},
                                    tag_of(after));
            });
    api.add({.method = Method::kDelete,
             .path = "/channels/{channel}/schedule",
             .id = "clearSchedule",
             .tag = "Schedules",
             .summary = "Let the channel loop its playlist again",
             .answers = {{204}},
             .precondition = Precondition::kIfMatch,
             .audit = "schedule.clear"},
            [&context, &store](const Call& call) -> Result<Response> {
                const std::string id = call.path("channel");
                const auto present = TRY(store.find_schedule(id));
                if (auto changed = call.expect_match(tag_of(present))) return *std::move(changed);
                const auto removed = store.remove_schedule(id, present.version);
                if (!removed) return refused(store, present, removed.error());
                context.programme_changed();
                return Response::empty(204);
            });
    api.add({.method = Method::kPost,
             .path = "/channels/{channel}/schedule/check",
             .id = "checkSchedule",
             .tag = "Schedules",
             .summary = "What is wrong with a schedule, and with the newest versions of its "
                        "playlists",
             .description = "Of the one that is sent, or else of the present one.",
             .body = "ScheduleCheck",
             .body_may_be_absent = true,
             .answers = {{200, "Findings"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const std::string id = call.path("channel");
                const auto channel = TRY(store.find_channel(id));
                store::Schedule schedule = TRY(store.find_schedule(id));
                const json body = call.body().is_null() ? json::object() : call.body();
                if (body.contains("schedule")) {
                    schedule = TRY(schedule_from(body.at("schedule"), id, schedule.version));
                    ++schedule.version;  // also the first one is a schedule
                }
                std::optional<Instant> until;
                if (body.contains("until")) {
                    until = *base::parse_rfc3339(body.at("until").get<std::string>());
                    TRY(expect_foreseeable(*until, context.clock.now()));
                }
                const auto found =
                    TRY(check_drafts(context.room, store, schedule, channel,
                                     body.value("languages", std::vector<std::string>()), until));
                return Response::json(findings_json(channel, found));
            });
}

}  // namespace matinee::app
