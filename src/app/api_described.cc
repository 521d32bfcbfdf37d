// Operations of the API that routes elsewhere answer: the document has them from here.
#include "app/api_context.h"

namespace matinee::app {

namespace {

using http::Access;
using http::Api;
using http::Method;
using http::QueryParameter;

constexpr std::string_view kDescribedSchemas = R"json({
  "Session": {
    "type": "object",
    "required": ["name", "role"],
    "properties": {
      "name": {"type": "string"},
      "role": {"enum": ["screen", "reviewer", "producer", "admin"]},
      "expires": {"type": "string", "format": "date-time"}
    }
  },
  "SignIn": {
    "type": "object",
    "required": ["name", "password"],
    "properties": {"name": {"type": "string"}, "password": {"type": "string", "writeOnly": true}}
  },
  "SetUp": {
    "type": "object",
    "required": ["secret", "name", "password"],
    "properties": {"secret": {"type": "string"}, "name": {"type": "string"}, "password": {"type": "string", "writeOnly": true}}
  },
  "AiringOfChannel": {
    "type": "object",
    "required": ["entry", "title", "author", "country", "start", "end"],
    "properties": {
      "entry": {"type": "string"},
      "title": {"type": "object", "additionalProperties": {"type": "string"}},
      "author": {"type": "string"},
      "country": {"type": "string"},
      "start": {"type": "string", "format": "date-time"},
      "end": {"type": "string", "format": "date-time"},
      "poster": {"type": "string"},
      "role": {"type": "string", "description": "Why it is on: item, fill, hold ..."},
      "card": {"type": "boolean", "description": "There, and true, for cards and the slate."},
      "countdown": {"type": "boolean", "description": "There, and true, for a card that counts down to what follows."},
      "from_seconds": {"type": "number", "description": "Where in the film it begins, when that is not its beginning."},
      "thumbnails": {"$ref": "#/components/schemas/Thumbnails"}
    }
  },
  "Thumbnails": {
    "description": "Small pictures in one image, row by row.",
    "type": "object",
    "required": ["url", "columns", "tile_width", "tile_height", "count", "interval_seconds"],
    "properties": {
      "url": {"type": "string"},
      "columns": {"type": "integer"},
      "tile_width": {"type": "integer", "description": "Pixels."},
      "tile_height": {"type": "integer", "description": "Pixels."},
      "count": {"type": "integer"},
      "interval_seconds": {"type": "number", "description": "From one picture to the next."}
    }
  },
  "Airings": {
    "type": "object",
    "required": ["airings", "server_time"],
    "properties": {
      "airings": {"type": "array", "items": {"$ref": "#/components/schemas/AiringOfChannel"}},
      "server_time": {"type": "string", "format": "date-time"}
    }
  },
  "WatchedEntry": {
    "type": "object",
    "required": ["entry", "title", "author", "country", "duration_seconds", "master", "watch", "languages"],
    "properties": {
      "entry": {"type": "string"},
      "title": {"type": "object", "additionalProperties": {"type": "string"}},
      "author": {"type": "string"},
      "country": {"type": "string"},
      "duration_seconds": {"type": "number"},
      "master": {"type": "string"},
      "watch": {"type": "string"},
      "poster": {"type": "string"},
      "thumbnails": {"$ref": "#/components/schemas/Thumbnails"},
      "languages": {"type": "array", "items": {"type": "object", "required": ["tag", "name"], "properties": {"tag": {"type": "string"}, "name": {"type": "string"}}}}
    }
  },
  "Channel": {
    "type": "object",
    "required": ["id", "title", "master", "watch", "languages", "now", "next"],
    "properties": {
      "id": {"type": "string"},
      "title": {"type": "string"},
      "master": {"type": "string"},
      "watch": {"type": "string"},
      "languages": {"type": "array", "items": {"type": "object", "required": ["tag", "name"], "properties": {"tag": {"type": "string"}, "name": {"type": "string"}}}},
      "now": {"anyOf": [{"$ref": "#/components/schemas/AiringOfChannel"}, {"type": "null"}]},
      "next": {"type": "array", "items": {"$ref": "#/components/schemas/AiringOfChannel"}}
    }
  },
  "Channels": {
    "type": "object",
    "required": ["channels", "server_time"],
    "properties": {
      "channels": {"type": "array", "items": {"$ref": "#/components/schemas/Channel"}},
      "server_time": {"type": "string", "format": "date-time"}
    }
  },
  "AsRun": {"type": "object", "description": "Airings, with a signature (Ed25519) that `matinee as-run verify` checks."},
  "Signature": {"type": "object"}
})json";

std::vector<QueryParameter> period() {
    const nlohmann::ordered_json instant{
        {"type", "string"}, {"format", "date-time"}, {"maxLength", 40}};
    return {{"from", "Airings that begin then or later.", instant},
            {"to", "And before that.", instant}};
}

void describe_as_run(Api& api, const std::string& of, const std::string& name) {
    const auto add = [&](const char* ending, const char* id, const char* summary,
                         http::ApiAnswer answer) {
        api.describe({.method = Method::kGet,
                      .path = fmt::format("/{}/{{id}}/as-run{}", of, ending),
                      .id = fmt::format("get{}AsRun{}", name, id),
                      .tag = "As-run log",
                      .summary = summary,
                      .query = period(),
                      .answers = {std::move(answer)}});
    };
    add("", "", "What has been on the air, signed", {200, "AsRun"});
    add(".json", "Json", "The same", {200, "AsRun"});
    add(".csv", "Csv", "The same as CSV", {200, "", "text/csv"});
    add(".csv.sig", "CsvSignature", "The signature of the CSV of that period", {200, "Signature"});
}

}  // namespace

void describe_other_operations(Api& api) {
    api.add_schemas(kDescribedSchemas);
    const auto open = Access::kPublic;
    api.describe({.method = Method::kPost,
                  .path = "/session",
                  .id = "signIn",
                  .tag = "Session",
                  .summary = "Sign in: a session in a cookie",
                  .access = open,
                  .body = "SignIn",
                  .answers = {{201, "Session"}},
                  .problems = {{401}}});
    api.describe({.method = Method::kGet,
                  .path = "/session",
                  .id = "whoAmI",
                  .tag = "Session",
                  .summary = "Who asks",
                  .access = open,
                  .answers = {{200, "Session"}},
                  .problems = {{401}}});
    api.describe({.method = Method::kDelete,
                  .path = "/session",
                  .id = "signOut",
                  .tag = "Session",
                  .summary = "Sign out",
                  .access = open,
                  .answers = {{204}}});
    api.describe({.method = Method::kPost,
                  .path = "/setup",
                  .id = "setUp",
                  .tag = "Session",
                  .summary = "Make the first account, by the secret that the server printed",
                  .access = open,
                  .body = "SetUp",
                  .answers = {{201, "Session"}},
                  .conflicts = true});
    api.describe({.method = Method::kGet,
                  .path = "/channels",
                  .id = "listChannels",
                  .tag = "Channels",
                  .summary = "The channels that whoever asks may watch: what is on, what is next",
                  .access = open,
                  .answers = {{200, "Channels"}}});
    api.describe({.method = Method::kGet,
                  .path = "/channels/{channel}",
                  .id = "getChannel",
                  .tag = "Channels",
                  .summary = "A channel: what is on, what is next",
                  .access = Access::kGuide,
                  .answers = {{200, "Channel"}}});
    api.describe({.method = Method::kGet,
                  .path = "/channels/{channel}/airings",
                  .id = "listAirings",
                  .tag = "Channels",
                  .summary = "What can be gone back to, what is on, and what is planned",
                  .access = Access::kGuide,
                  .answers = {{200, "Airings"}}});
    api.describe({.method = Method::kGet,
                  .path = "/watch/entries/{entry}",
                  .id = "watchEntry",
                  .tag = "Entries",
                  .summary = "What a page needs to play one film",
                  .access = Access::kGuide,
                  .answers = {{200, "WatchedEntry"}}});
    describe_as_run(api, "channels", "Channel");
    describe_as_run(api, "entries", "Entry");
    api.describe({.method = Method::kGet,
                  .path = "/as-run/key",
                  .id = "getAsRunKey",
                  .tag = "As-run log",
                  .summary = "The public key that logs are signed with (PEM)",
                  .access = open,
                  .answers = {{200, "", "application/x-pem-file"}}});
    api.describe(
        {.method = Method::kGet,
         .path = "/events",
         .id = "listen",
         .tag = "Events",
         .summary = "What changes, as server-sent events",
         .description =
             "Event types: `entry`, `job` (with how far it is), `playlist`, `schedule`, `channel`, "
             "`rundown`, `link`, `screen`, `user`, `token`, `upload`, `review` (a round, or what "
             "was written in it), each with the `id` of what has changed; `incident` (something "
             "went wrong on the air: the audit log's record); `airing` "
             "(what is on a channel, and next), also sent for each channel at the beginning. "
             "`hello` begins; `reset` says that what was missed is not known any more: read all "
             "anew; `goodbye` that one may not listen any more. With Last-Event-ID, which "
             "EventSource sends by itself, what was missed follows. Everybody gets what their role "
             "may see.",
         .role = auth::Role::kScreen,
         .query = {{"after",
                    "In place of Last-Event-ID, for a first connection.",
                    {{"type", "integer"}, {"minimum", 0}}}},
         .answers = {{200, "", "text/event-stream"}}});
    api.describe({.method = Method::kGet,
                  .path = "/openapi.json",
                  .id = "getDocument",
                  .tag = "Document",
                  .summary = "This document",
                  .access = open,
                  .answers = {{200, "", "application/vnd.oai.openapi+json"}}});
}

}  // namespace matinee::app
