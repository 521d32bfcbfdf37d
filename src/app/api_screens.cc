// The API's screens: what the studio does with them, and what they say and ask themselves.
#include "app/api_screens.h"

#include <algorithm>
#include <array>

#include "app/json_line.h"
#include "app/screen_design.h"
#include "app/screens.h"
#include "auth/pairing.h"
#include "auth/secret.h"
#include "auth/throttle.h"
#include "hls/segment.h"
#include "http/gatekeeper.h"
#include "http/problem.h"

namespace matinee::app {

namespace {

using http::Access;
using http::Api;
using http::Call;
using http::Method;
using http::Response;
using nlohmann::json;

constexpr std::string_view kScreenSchemas = R"json({
  "ScreenReport": {
    "description": "What a screen says of itself, every few seconds.",
    "type": "object",
    "additionalProperties": false,
    "required": ["state", "channel", "entry", "position", "late_ms", "clock_error_ms", "rate", "frames", "dropped", "sound", "width", "height", "heap_mb", "up_seconds", "restarts", "carried_out"],
    "properties": {
      "state": {"enum": ["starting", "playing", "away", "off-air", "idle"], "description": "`away`: the picture does not move, and is covered."},
      "channel": {"type": ["string", "null"], "maxLength": 100},
      "entry": {"type": ["string", "null"], "maxLength": 200},
      "position": {"type": ["number", "null"], "description": "Seconds into the entry."},
      "late_ms": {"type": ["number", "null"], "description": "How late the picture is against the channel's clock; negative: early."},
      "clock_error_ms": {"type": ["number", "null"], "description": "How wrong its idea of the server's clock may be."},
      "rate": {"type": "number", "description": "Of playback; not 1 while it comes into step."},
      "frames": {"type": "integer", "minimum": 0},
      "dropped": {"type": "integer", "minimum": 0},
      "sound": {"enum": ["on", "muted", "blocked"], "description": "`blocked`: its browser wants a touch first."},
      "width": {"type": "integer", "minimum": 0},
      "height": {"type": "integer", "minimum": 0},
      "heap_mb": {"type": ["number", "null"]},
      "up_seconds": {"type": "integer", "minimum": 0},
      "restarts": {"type": "integer", "minimum": 0, "description": "How often the player was made anew."},
      "carried_out": {"type": "string", "maxLength": 100, "description": "The last command it has carried out; empty: none."},
      "kept": {"type": "boolean", "description": "Whether its browser has kept the page, so that it opens while the server is away."},
      "page": {"type": "string", "maxLength": 200, "description": "Which page it shows: what the orders said when it was loaded."}
    }
  },
  "ScreenDesign": {
    "description": "What the screens of a channel draw over its picture.",
    "type": "object",
    "required": ["lower_third", "next", "clock", "accent", "language", "away"],
    "properties": {
      "lower_third": {"type": "integer", "minimum": 0, "maximum": 60, "description": "Seconds for which title and author stand at the start of each airing; 0: never."},
      "next": {"type": "boolean", "description": "During slates: what is next, and how long until then."},
      "clock": {"enum": ["off", "top-left", "top-right", "bottom-left", "bottom-right"]},
      "accent": {"type": "string", "maxLength": 7, "pattern": "^#[0-9A-Fa-f]{6}$"},
      "language": {"enum": ["", "en", "zh", "ru"], "description": "Empty: the browser's."},
      "away": {"type": "string", "maxLength": 200, "description": "Shown while the programme does not come through; empty: the page's own words."}
    }
  },
  "ScreenDesignChange": {
    "description": "Keys that are to be changed; null: as it is without a setting.",
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "properties": {
      "lower_third": {"type": ["integer", "null"], "minimum": 0, "maximum": 60},
      "next": {"type": ["boolean", "null"]},
      "clock": {"enum": ["off", "top-left", "top-right", "bottom-left", "bottom-right", null]},
      "accent": {"type": ["string", "null"], "maxLength": 7, "pattern": "^#[0-9A-Fa-f]{6}$"},
      "language": {"enum": ["", "en", "zh", "ru", null]},
      "away": {"type": ["string", "null"], "maxLength": 200}
    }
  },
  "ScreenOrders": {
    "description": "What a screen is to be and do.",
    "type": "object",
    "required": ["id", "name", "muted", "channel", "design", "commands", "page", "heartbeat_seconds"],
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "muted": {"type": "boolean"},
      "channel": {
        "type": ["object", "null"],
        "required": ["id", "title", "master", "epoch", "media_origin_seconds"],
        "properties": {
          "id": {"type": "string"},
          "title": {"type": "string"},
          "master": {"type": "string"},
          "epoch": {"type": "string", "format": "date-time"},
          "media_origin_seconds": {"type": "number", "description": "Media time of the channel's first instant."}
        }
      },
      "design": {"$ref": "#/components/schemas/ScreenDesign"},
      "commands": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["id", "kind"],
          "properties": {"id": {"type": "string"}, "kind": {"enum": ["identify", "reload"]}}
        }
      },
      "page": {"type": "string", "description": "Changes when the server has another page for screens."},
      "heartbeat_seconds": {"type": "integer"}
    }
  },
  "ServerTime": {
    "type": "object",
    "required": ["time"],
    "properties": {"time": {"type": "integer", "description": "Milliseconds since 1970."}}
  },
  "ScreenPairing": {
    "type": "object",
    "required": ["code", "expires"],
    "properties": {"code": {"type": "string"}, "expires": {"type": "string", "format": "date-time"}}
  },
  "Screen": {
    "type": "object",
    "required": ["id", "name", "channel", "muted", "created", "health", "reported", "report", "page"],
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "channel": {"type": ["string", "null"]},
      "muted": {"type": "boolean"},
      "created": {"type": "string", "format": "date-time"},
      "health": {"enum": ["never", "on-line", "late", "lost"], "description": "What the silence since its last report means."},
      "reported": {"type": ["string", "null"], "format": "date-time"},
      "report": {"anyOf": [{"$ref": "#/components/schemas/ScreenReport"}, {"type": "null"}]},
      "page": {"enum": ["current", "stale", null], "description": "Whether it shows the newest page; null while it has not said."}
    }
  },
  "NewScreen": {
    "type": "object",
    "additionalProperties": false,
    "required": ["code", "name"],
    "properties": {
      "code": {"type": "string", "minLength": 1, "maxLength": 20, "description": "What the screen shows."},
      "name": {"type": "string", "minLength": 1, "maxLength": 100},
      "channel": {"type": "string", "maxLength": 100}
    }
  },
  "ScreenChange": {
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100},
      "channel": {"type": ["string", "null"], "maxLength": 100},
      "muted": {"type": "boolean"}
    }
  },
  "ScreenCommand": {
    "type": "object",
    "additionalProperties": false,
    "required": ["kind"],
    "properties": {"kind": {"enum": ["identify", "reload"], "description": "`identify`: show the name large."}}
  }
})json";

// How long a browser keeps its cookie: as long as browsers keep one (RFC 6265bis section 5.5). It
// is set anew with each heartbeat's answer after the page was loaded.
constexpr std::chrono::hours kCookieLasts{400 * 24};

// How many codes are tried until one is free.
constexpr int kCodeTries = 8;

std::string screen_cookie(std::string_view secret) {
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict",
                       http::kScreenCookie, secret,
                       std::chrono::duration_cast<std::chrono::seconds>(kCookieLasts).count());
}

Response pairing_answer(const store::ScreenPairing& pairing, std::string_view secret) {
    Response response =
        Response::json({{"code", pairing.code}, {"expires", base::to_rfc3339(pairing.expires)}});
    response.headers.emplace_back("Set-Cookie", screen_cookie(secret));
    return response;
}

Result<Response> open_pairing(ApiContext& context, const Call& call) {
    const http::Request& request = call.request();
    // A page that is loaded again keeps its code. Only as long as it waits does a secret go on: one
    // of a screen that was removed, and that somebody else may know, never opens anything again.
    if (const auto cookie = request.cookie(http::kScreenCookie)) {
        const auto waiting = TRY(context.store.find_pairing(auth::hash_of_secret(*cookie)));
        if (waiting) return pairing_answer(*waiting, *cookie);
    }
    const std::string secret = auth::new_secret();
    store::ScreenPairing wanted;
    wanted.secret_hash = auth::hash_of_secret(secret);
    wanted.network = auth::network_of(request.remote_address);
    wanted.expires = context.clock.now() + auth::kPairingCodeLasts;
    for (int i = 0; i < kCodeTries; ++i) {
        wanted.code = auth::pairing_code_of(auth::random_bytes(auth::kPairingCodeLength));
        const auto made = context.store.open_pairing(wanted, {});
        if (!made && made.error().code() == ErrorCode::kConflict) continue;
        return pairing_answer(TRY(made), secret);
    }
    return fail(ErrorCode::kUnavailable, "no code is free at the moment; try again");
}

json channel_orders(const store::Channel& channel) {
    return {{"id", channel.id},
            {"title", channel.title},
            {"master", fmt::format("/channels/{}/master.m3u8", channel.id)},
            {"epoch", base::to_rfc3339(channel.epoch)},
            {"media_origin_seconds", std::chrono::duration<double>(hls::kMediaTimeOrigin).count()}};
}

Result<Response> take_heartbeat(ApiContext& context, const std::string& page, const Call& call) {
    const std::string id = call.request().asker.account->id;
    json report = call.body();
    const auto done = report.at("carried_out").get<std::string>();
    const auto commands = TRY(context.store.report_screen(id, json_line(report), done));
    const store::Screen screen = TRY(context.store.find_screen(id));
    json given = json::array();
    for (const store::ScreenCommand& command : commands) {
        given.push_back({{"id", command.id}, {"kind", command.kind}});
    }
    json channel = nullptr;
    json design = default_screen_design();
    // One that is gone is as none.
    if (const auto found = context.store.find_channel(screen.channel_id)) {
        channel = channel_orders(*found);
        // A design that makes no sense was written by other means; better the usual one than none.
        if (auto own = screen_design_from(found->settings)) design = *std::move(own);
    } else if (found.error().code() != ErrorCode::kNotFound) {
        return Unexpected(found.error());
    }
    Response response = Response::json({{"id", screen.id},
                                        {"name", screen.name},
                                        {"muted", screen.muted},
                                        {"channel", std::move(channel)},
                                        {"design", std::move(design)},
                                        {"commands", std::move(given)},
                                        {"page", page},
                                        {"heartbeat_seconds", kScreenHeartbeat.count()}});
    // Once after the page was loaded: the cookie lasts as long again from now.
    if (report.at("up_seconds") < 2 * kScreenHeartbeat.count()) {
        if (const auto secret = call.request().cookie(http::kScreenCookie)) {
            response.headers.emplace_back("Set-Cookie", screen_cookie(*secret));
        }
    }
    return response;
}

Response take_still(ApiContext& context, const http::Request& request) {
    constexpr std::array kJpeg{std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}};
    if (request.body.size() > kLargestStill) {
        return http::problem(413, fmt::format("The still has {} bytes; {} are taken at most.",
                                              request.body.size(), kLargestStill));
    }
    if (request.body.size() < kJpeg.size() ||
        !std::ranges::equal(request.body.first(kJpeg.size()), kJpeg)) {
        return http::problem(400, "A still is a JPEG image; this is none.");
    }
    const auto put =
        context.store.put_screen_still(request.asker.account->id, auth::to_base64url(request.body));
    return put ? Response::empty(204) : http::problem(put.error());
}

Response give_still(ApiContext& context, const http::Request& request) {
    const auto screen = context.store.find_screen(std::string(request.parameter("screen")));
    if (!screen) return http::problem(screen.error());
    const auto still = context.store.find_screen_still(screen->id);
    if (!still) return http::problem(still.error());
    auto bytes = *still ? auth::from_base64url(**still) : std::nullopt;
    if (!bytes) return http::problem(404, "The screen has not sent a still yet.");
    Response response = Response::content(http::Body::bytes(*std::move(bytes)), "image/jpeg");
    response.cache_control = "private, no-cache";
    return response;
}

}  // namespace

void add_screen_operations(Api& api, ApiContext& context, std::function<std::string()> page) {
    api.add_schemas(kScreenSchemas);
    api.add_page_schema("ScreenPage", "Screen");
    store::Store& store = context.store;
    api.describe({.method = Method::kGet,
                  .path = "/screen/time",
                  .id = "getServerTime",
                  .tag = "Screens",
                  .summary = "The server's clock, by which screens keep in step",
                  .access = Access::kPublic,
                  .answers = {{200, "ServerTime"}}});
    api.describe({.method = Method::kPut,
                  .path = "/screen/still",
                  .id = "sendScreenStill",
                  .tag = "Screens",
                  .summary = "Send a small picture (JPEG) of what this screen shows",
                  .access = Access::kScreen,
                  .body_type = "image/jpeg",
                  .answers = {{204}},
                  .problems = {{413}}});
    api.describe({.method = Method::kGet,
                  .path = "/screens/{screen}/still.jpg",
                  .id = "getScreenStill",
                  .tag = "Screens",
                  .summary = "What a screen showed, half a minute ago at most while it plays",
                  .answers = {{200, "", "image/jpeg"}},
                  .problems = {{404}}});
    const auto shown = [&context, page](const store::Screen& screen) {
        json value = screen_json(screen, context.clock.now());
        const json& report = value["report"];
        const std::string loaded = report.is_object() ? report.value("page", "") : std::string();
        value["page"] = nullptr;
        if (page && !loaded.empty()) value["page"] = loaded == page() ? "current" : "stale";
        return value;
    };
    api.add({.method = Method::kPost,
             .path = "/screen/pairing",
             .id = "openScreenPairing",
             .tag = "Screens",
             .summary = "Get a code for this browser to show until somebody approves it",
             .description = "Sets the cookie by which it is a screen from then on.",
             .access = Access::kPublic,
             .answers = {{200, "ScreenPairing"}},
             .problems = {{503}}},
            [&context](const Call& call) { return open_pairing(context, call); });
    api.add({.method = Method::kPost,
             .path = "/screen/heartbeat",
             .id = "sendScreenHeartbeat",
             .tag = "Screens",
             .summary = "Say what this screen does, and hear what it is to do",
             .access = Access::kScreen,
             .body = "ScreenReport",
             .answers = {{200, "ScreenOrders"}}},
            [&context, page = std::move(page)](const Call& call) {
                return take_heartbeat(context, page ? page() : std::string(), call);
            });
    api.add({.method = Method::kGet,
             .path = "/screens",
             .id = "listScreens",
             .tag = "Screens",
             .summary = "Screens, by name, with what they reported last",
             .query = http::page_parameters(),
             .answers = {{200, "ScreenPage"}}},
            [&store, shown](const Call& call) -> Result<Response> {
                const auto screens = TRY(store.list_screens());
                return Response::json(TRY(http::page(
                    call, screens, http::Order::kRising,
                    [](const auto& screen) { return screen.name; }, shown)));
            });
    api.add({.method = Method::kPost,
             .path = "/screens",
             .id = "approveScreen",
             .tag = "Screens",
             .summary = "Make a screen of the browser that shows a code",
             .body = "NewScreen",
             .answers = {{201, "Screen"}},
             .conflicts = true,
             .problems = {{404}}},
            [&context, &store, shown](const Call& call) -> Result<Response> {
                const json& body = call.body();
                const auto code = TRY(auth::read_pairing_code(body.at("code").get<std::string>()));
                const auto screen =
                    TRY(store.approve_screen(code, body.at("name").get<std::string>(),
                                             body.value("channel", ""), call.actor()));
                context.access_changed();
                return http::created(shown(screen), "/screens/" + screen.id);
            });
    api.add({.method = Method::kGet,
             .path = "/screens/{screen}",
             .id = "getScreen",
             .tag = "Screens",
             .summary = "A screen, by id or name",
             .answers = {{200, "Screen"}}},
            [&store, shown](const Call& call) -> Result<Response> {
                const auto screen = TRY(store.find_screen(call.path("screen")));
                return Response::json(shown(screen));
            });
    api.add({.method = Method::kPatch,
             .path = "/screens/{screen}",
             .id = "changeScreen",
             .tag = "Screens",
             .summary = "Name a screen, give it a channel, have it be silent",
             .description = "It follows within a heartbeat, without being loaded again.",
             .body = "ScreenChange",
             .answers = {{200, "Screen"}},
             .conflicts = true},
            [&context, &store, shown](const Call& call) -> Result<Response> {
                auto screen = TRY(store.find_screen(call.path("screen")));
                const json& body = call.body();
                screen.name = body.value("name", screen.name);
                screen.muted = body.value("muted", screen.muted);
                if (const auto channel = body.find("channel"); channel != body.end()) {
                    screen.channel_id = channel->is_null() ? "" : channel->get<std::string>();
                }
                TRY(store.update_screen(screen, call.actor()));
                context.access_changed();
                return Response::json(shown(TRY(store.find_screen(screen.id))));
            });
    api.add({.method = Method::kDelete,
             .path = "/screens/{screen}",
             .id = "removeScreen",
             .tag = "Screens",
             .summary = "Remove a screen; it shows nothing from now on, and asks for a code again",
             .answers = {{204}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto screen = TRY(store.find_screen(call.path("screen")));
                TRY(store.remove_screen(screen.id, call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
    api.add(
        {.method = Method::kPost,
         .path = "/screens/{screen}/commands",
         .id = "commandScreen",
         .tag = "Screens",
         .summary = "Have a screen do something once",
         .description = "One that is away for longer than two minutes does not do it later.",
         .body = "ScreenCommand",
         .answers = {{202, "", ""}}},
        [&store](const Call& call) -> Result<Response> {
            TRY(store.command_screen(call.path("screen"), call.body().at("kind").get<std::string>(),
                                     kScreenCommandLasts, call.actor()));
            return Response::empty(202);
        });
    api.add({.method = Method::kGet,
             .path = "/channels/{id}/screen-design",
             .id = "getScreenDesign",
             .tag = "Screens",
             .summary = "What a channel's screens draw over the picture",
             .answers = {{200, "ScreenDesign"}}},
            [&store](const Call& call) -> Result<Response> {
                const auto channel = TRY(store.find_channel(call.path("id")));
                return Response::json(TRY(screen_design_from(channel.settings)));
            });
    api.add({.method = Method::kPatch,
             .path = "/channels/{id}/screen-design",
             .id = "changeScreenDesign",
             .tag = "Screens",
             .summary = "Change what a channel's screens draw over the picture",
             .body = "ScreenDesignChange",
             .answers = {{200, "ScreenDesign"}},
             .conflicts = true,
             .audit = "channel.screen-design"},
            [&store](const Call& call) -> Result<Response> {
                const auto known = TRY(store.find_channel(call.path("id")));
                store::Channel channel = known;
                channel.settings = TRY(with_screen_design(channel.settings, call.body()));
                TRY(store.update_channel(channel, known));
                return Response::json(TRY(screen_design_from(channel.settings)));
            });
}

Result<void> add_screen_stills(http::Router& router, http::RequestThread& thread,
                               ApiContext& context) {
    TRY(router.add({Method::kPut, "/api/v1/screen/still", "screens", Access::kScreen},
                   thread.wrap([&context](const http::Request& request) {
                       return take_still(context, request);
                   })));
    return router.add({Method::kGet, "/api/v1/screens/{screen}/still.jpg", "screens",
                       Access::kStudio, auth::Role::kProducer},
                      thread.wrap([&context](const http::Request& request) {
                          return give_still(context, request);
                      }));
}

}  // namespace matinee::app
