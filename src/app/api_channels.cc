// The API's channels, and commands while they are on the air.
#include "app/api_context.h"
#include "app/channel_removal.h"
#include "app/channel_settings.h"
#include "app/encrypting.h"
#include "app/outlook.h"
#include "app/resource_json.h"
#include "auth/access.h"
#include "http/problem.h"

namespace matinee::app {

namespace {

using http::Api;
using http::Call;
using http::Method;
using http::Precondition;
using http::Response;
using nlohmann::json;

constexpr std::string_view kChannelSchemas = R"json({
  "ChannelAccess": {
    "description": "Whom the channel is for: everybody, holders of a link, or accounts of at least a role.",
    "type": "object",
    "additionalProperties": false,
    "required": ["watch"],
    "properties": {
      "watch": {"enum": ["public", "link", "role"]},
      "role": {"enum": ["screen", "reviewer", "producer", "admin"], "description": "With `role`."}
    }
  },
  "NewChannel": {
    "type": "object",
    "additionalProperties": false,
    "required": ["id"],
    "properties": {
      "id": {"$ref": "#/components/schemas/Slug"},
      "title": {"type": "string", "maxLength": 300},
      "playlist": {"type": "string", "maxLength": 100, "description": "What it plays round and round, while it has no schedule."},
      "epoch": {"type": "string", "format": "date-time", "description": "What its timeline counts from, for ever; now, unless said."},
      "access": {"$ref": "#/components/schemas/ChannelAccess"},
      "burn_in": {"type": "array", "maxItems": 4, "items": {"type": "string", "minLength": 2, "maxLength": 40}, "description": "Languages drawn into the picture, from top to bottom."}
    }
  },
  "ChannelChange": {
    "description": "What is to be changed; the rest stays.",
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "properties": {
      "title": {"type": "string", "maxLength": 300},
      "playlist": {"type": "string", "maxLength": 100},
      "access": {"$ref": "#/components/schemas/ChannelAccess"},
      "burn_in": {"type": "array", "maxItems": 4, "items": {"type": "string", "minLength": 2, "maxLength": 40}},
      "encrypted": {"type": "boolean", "description": "From the first airing on that nobody can have fetched."}
    }
  },
  "ChannelSettings": {
    "type": "object",
    "required": ["id", "title", "playlist", "epoch", "access", "burn_in", "encrypted"],
    "properties": {
      "id": {"type": "string"},
      "title": {"type": "string"},
      "playlist": {"type": "string"},
      "epoch": {"type": "string", "format": "date-time"},
      "access": {"$ref": "#/components/schemas/ChannelAccess"},
      "burn_in": {"type": "array", "items": {"type": "string"}},
      "encrypted": {"type": "boolean", "description": "What is sent, or will be from an airing on that is near."}
    }
  },
  "ListedChannel": {
    "description": "What a channel is set to, and what comes of it at the moment.",
    "allOf": [{"$ref": "#/components/schemas/ChannelSettings"}],
    "type": "object",
    "required": ["schedule_version", "playlists", "on_air", "entry"],
    "properties": {
      "schedule_version": {"type": "integer", "description": "0: it has no schedule."},
      "playlists": {"type": "array", "items": {"type": "string"}, "description": "Those that it plays, by its schedule or without one."},
      "on_air": {"type": "boolean", "description": "Whether something is on, by its rundown."},
      "entry": {"type": ["string", "null"], "description": "What is on."}
    }
  },
  "Rundown": {
    "type": "object",
    "required": ["channel", "server_time", "airings"],
    "properties": {
      "channel": {"type": "string"},
      "server_time": {"type": "string", "format": "date-time"},
      "airings": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["ordinal", "entry", "start", "end", "role", "block", "item", "state"],
          "properties": {
            "ordinal": {"type": "integer"},
            "entry": {"type": "string"},
            "start": {"type": "string", "format": "date-time"},
            "end": {"type": "string", "format": "date-time"},
            "role": {"enum": ["item", "fill", "inserted", "hold", "panic"]},
            "block": {"type": ["string", "null"]},
            "item": {"type": ["integer", "null"], "description": "Its place in the block, from 0."},
            "state": {"enum": ["past", "on", "coming"]}
          }
        }
      }
    }
  },
  "OnAirDone": {
    "type": "object",
    "required": ["channel", "at", "left_out"],
    "properties": {
      "channel": {"type": "string"},
      "at": {"type": "string", "format": "date-time", "description": "From when on viewers see it."},
      "left_out": {"type": "array", "items": {"type": "string"}, "description": "Entries put in by hand before that have no place now."}
    }
  },
  "Resume": {
    "type": "object",
    "additionalProperties": false,
    "properties": {"where": {"enum": ["where-it-stopped", "next-item"], "default": "where-it-stopped"}}
  },
  "EntryOnAir": {
    "type": "object",
    "additionalProperties": false,
    "required": ["entry"],
    "properties": {"entry": {"type": "string", "minLength": 1, "maxLength": 200}}
  },
  "GoTo": {
    "type": "object",
    "additionalProperties": false,
    "required": ["item"],
    "properties": {
      "item": {"type": "integer", "minimum": 0, "description": "Its place in the block, from 0."},
      "block": {"type": "string", "minLength": 1, "maxLength": 100, "description": "Of a channel with a schedule; else its playlist."}
    }
  }
})json";

Result<std::string> tag_of(store::Store& store, const store::Channel& channel) {
    const bool encrypted = TRY(is_encrypted(store, channel));
    return fmt::format("{:016x}",
                       std::hash<std::string>()(fmt::format(
                           "{}\n{}\n{}\n{}\n{}", channel.epoch.time_since_epoch().count(),
                           channel.title, channel.playlist_id, channel.settings, encrypted)));
}

Result<void> apply(store::Store& store, const json& body, store::Channel& channel) {
    channel.title = body.value("title", channel.title);
    if (const auto playlist = body.find("playlist"); playlist != body.end()) {
        channel.playlist_id = playlist->get<std::string>();
        if (!channel.playlist_id.empty()) TRY(store.find_playlist(channel.playlist_id));
    }
    if (const auto access = body.find("access"); access != body.end()) {
        const auto rule = TRY(auth::channel_rule_from(json{{"access", *access}}.dump()));
        channel.settings = TRY(auth::with_channel_rule(channel.settings, rule));
    }
    if (const auto burn_in = body.find("burn_in"); burn_in != body.end()) {
        std::string wish;
        for (const json& language : *burn_in)
            wish += (wish.empty() ? "" : ",") + language.get<std::string>();
        ChannelSettings settings = TRY(channel_settings_from(channel.settings));
        settings.burn_in.clear();
        if (!wish.empty()) settings.burn_in = TRY(library::burn_in_wish(wish));
        channel.settings = with_settings(channel.settings, settings);
        // What could not be drawn before may be possible now.
        TRY(store.forget_failed_variants());
    }
    return {};
}

http::QueryParameter instant_parameter(const char* name, const char* description) {
    return {name, description, {{"type", "string"}, {"format", "date-time"}, {"maxLength", 40}}};
}

}  // namespace

void add_channel_operations(Api& api, ApiContext& context) {
    api.add_schemas(kChannelSchemas);
    api.add_page_schema("ChannelSettingsPage", "ListedChannel");
    store::Store& store = context.store;
    api.add({.method = Method::kGet,
             .path = "/channel-settings",
             .id = "listChannelSettings",
             .tag = "Channels",
             .summary = "All channels, by id: what each is set to, and whether it is on the air",
             .description = "Also those whose programme cannot be made yet: `GET /channels` is "
                            "what viewers see.",
             .query = http::page_parameters(),
             .answers = {{200, "ChannelSettingsPage"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const Instant now = context.clock.now();
                std::vector<json> all;
                for (const store::Channel& channel : TRY(store.list_channels()))
                    all.push_back(TRY(listed_channel_json(store, channel, now)));
                return Response::json(TRY(http::page(
                    call, all, http::Order::kRising,
                    [](const json& each) { return each.at("id").get<std::string>(); },
                    [](const json& each) { return each; })));
            });
    api.add({.method = Method::kPost,
             .path = "/channels",
             .id = "createChannel",
             .tag = "Channels",
             .summary = "Make a channel",
             .body = "NewChannel",
             .answers = {{201, "ChannelSettings"}},
             .tagged = true,
             .conflicts = true,
             .audit = "channel.add"},
            [&context, &store](const Call& call) -> Result<Response> {
                const json& body = call.body();
                store::Channel channel;
                channel.id = body.at("id").get<std::string>();
                channel.title = channel.id;
                channel.epoch = body.contains("epoch")
                                    ? *base::parse_rfc3339(body.at("epoch").get<std::string>())
                                    : TRY(new_epoch(store, channel.id, context.clock.now()));
                TRY(apply(store, body, channel));
                TRY(store.create_channel(channel));
                context.access_changed();
                context.programme_changed();
                return http::created(TRY(channel_json(store, channel)),
                                     fmt::format("/channels/{}/settings", channel.id),
                                     TRY(tag_of(store, channel)));
            });
    api.add({.method = Method::kGet,
             .path = "/channels/{channel}/settings",
             .id = "getChannelSettings",
             .tag = "Channels",
             .summary = "What a channel is set to",
             .answers = {{200, "ChannelSettings"}},
             .tagged = true},
            [&store](const Call& call) -> Result<Response> {
                const auto channel = TRY(store.find_channel(call.path("channel")));
                return http::tagged(TRY(channel_json(store, channel)), TRY(tag_of(store, channel)));
            });
    api.add({.method = Method::kPatch,
             .path = "/channels/{channel}/settings",
             .id = "changeChannelSettings",
             .tag = "Channels",
             .summary = "Change title, playlist, access, burnt-in languages or encryption",
             .body = "ChannelChange",
             .answers = {{200, "ChannelSettings"}},
             .tagged = true,
             .precondition = Precondition::kIfMatch,
             .audit = "channel.change"},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto known = TRY(store.find_channel(call.path("channel")));
                const std::string tag = TRY(tag_of(store, known));
                if (auto refused = call.expect_match(tag)) return *std::move(refused);
                store::Channel channel = known;
                TRY(apply(store, call.body(), channel));
                if (const auto updated = store.update_channel(channel, known); !updated) {
                    const auto present = TRY(store.find_channel(channel.id));
                    return http::or_overtaken(updated.error(), tag, TRY(tag_of(store, present)));
                }
                if (const auto encrypted = call.body().find("encrypted");
                    encrypted != call.body().end()) {
                    TRY(set_encryption(context.workspace, channel.id, encrypted->get<bool>()));
                }
                context.access_changed();
                context.programme_changed();
                return http::tagged(TRY(channel_json(store, channel)), TRY(tag_of(store, channel)));
            });
    api.add(
        {.method = Method::kDelete,
         .path = "/channels/{channel}/settings",
         .id = "removeChannel",
         .tag = "Channels",
         .summary = "Take a channel off the air for good",
         .description = "Viewers get 404 from then on. Its schedule, its rundown and its "
                        "settings go; its playlists and films stay, and so does its as-run log, "
                        "with what is on as far as it has come. Screens that show it show "
                        "nothing; links that name it go on for what else they name. Another "
                        "channel may have the id later; its epoch is not before this.",
         .answers = {{204}},
         .conflicts = true,
         .precondition = Precondition::kIfMatch},
        [&context, &store](const Call& call) -> Result<Response> {
            const auto known = TRY(store.find_channel(call.path("channel")));
            const std::string tag = TRY(tag_of(store, known));
            if (auto refused = call.expect_match(tag)) return *std::move(refused);
            if (const auto removed = remove_channel(store, *context.workspace.library,
                                                    context.clock, known, call.actor());
                !removed) {
                const auto present = TRY(store.find_channel(known.id));
                return http::or_overtaken(removed.error(), tag, TRY(tag_of(store, present)));
            }
            context.access_changed();
            context.programme_changed();
            return Response::empty(204);
        });
    api.add({.method = Method::kGet,
             .path = "/channels/{channel}/rundown",
             .id = "getRundown",
             .tag = "Channels",
             .summary = "What has been on, is on, and comes, as it is planned now",
             .description = "Up to a thousand airings, of two days at the most.",
             .query = {instant_parameter("from", "An hour ago, unless said."),
                       instant_parameter("to", "Six hours from now, unless said.")},
             .answers = {{200, "Rundown"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto channel = TRY(store.find_channel(call.path("channel")));
                const Instant now = context.clock.now();
                const auto instant = [&](const char* name, Instant otherwise) {
                    const auto text = call.query(name);
                    return text ? *base::parse_rfc3339(*text) : otherwise;
                };
                const Period usual = usual_period(now);
                return Response::json(TRY(rundown_json(
                    store, channel, {instant("from", usual.from), instant("to", usual.to)}, now)));
            });
}

void add_on_air_operations(Api& api, ApiContext& context) {
    using Made = Result<ControlRoom::Command>;
    using Make = std::function<Made(const Call&)>;
    const auto command = [&](const char* name, const char* id, const char* summary,
                             const char* body, bool optional, Make make) {
        api.add({.method = Method::kPost,
                 .path = fmt::format("/channels/{{channel}}/on-air/{}", name),
                 .id = id,
                 .tag = "On air",
                 .summary = summary,
                 .description = "Takes effect within HOLD-BACK and one segment; the answer has the "
                                "exact time.",
                 .body = body,
                 .body_may_be_absent = optional,
                 .answers = {{200, "OnAirDone"}},
                 .conflicts = true,
                 .audit = fmt::format("channel.{}", name)},
                [&context, make](const Call& call) -> Result<Response> {
                    const std::string channel = call.path("channel");
                    TRY(context.store.find_channel(channel));
                    const auto wanted = TRY(make(call));
                    const auto done = TRY(context.room.perform(channel, wanted));
                    context.programme_changed();
                    return Response::json({{"channel", channel},
                                           {"at", base::to_rfc3339(done.at)},
                                           {"left_out", done.left_out}});
                });
    };
    command("skip", "skip", "End what is on; the next item follows", "", false,
            [](const Call&) -> Made { return ControlRoom::Command(playout::skip); });
    command("hold", "hold", "Show the slate, until resumed or the next fixed start", "", false,
            [](const Call&) -> Made {
                return ControlRoom::Command([](const auto& on, auto moment) {
                    return playout::hold(on, moment, playout::Role::kHold);
                });
            });
    command("panic", "panic", "Show the slate until resumed, whatever is scheduled", "", false,
            [](const Call&) -> Made {
                return ControlRoom::Command([](const auto& on, auto moment) {
                    return playout::hold(on, moment, playout::Role::kPanic);
                });
            });
    command("resume", "resume", "Go on after a hold", "Resume", true, [](const Call& call) -> Made {
        const json body = call.body().is_null() ? json::object() : call.body();
        const auto where = body.value("where", "") == "next-item"
                               ? playout::Resume::kNextItem
                               : playout::Resume::kWhereItStopped;
        return ControlRoom::Command(
            [where](const auto& on, auto moment) { return playout::resume(on, moment, where); });
    });
    const auto with_entry = [&context](ControlRoom::PutOn how) {
        return [&context, how](const Call& call) -> Made {
            return context.room.putting_on(call.path("channel"),
                                           call.body().at("entry").get<std::string>(), how);
        };
    };
    command("insert", "insertNext", "Play an entry after what is on", "EntryOnAir", false,
            with_entry(playout::insert_next));
    command("replace", "replace", "Play an entry in place of what is on", "EntryOnAir", false,
            with_entry(playout::replace));
    command("go-to", "goTo", "Go on with another item of what is on", "GoTo", false,
            [](const Call& call) -> Made {
                return ControlRoom::Command([block = call.body().value("block", "loop"),
                                             item = call.body().at("item").get<std::int64_t>()](
                                                const auto& on, auto moment) {
                    return playout::go_to(on, moment, block, item);
                });
            });
}

}  // namespace matinee::app
