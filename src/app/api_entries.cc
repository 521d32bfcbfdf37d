// The API's entries, their subtitles and cards, and the jobs that prepare them.
#include <algorithm>
#include <array>

#include "app/api_context.h"
#include "app/cards.h"
#include "app/description.h"
#include "app/entry_json.h"
#include "app/entry_removal.h"
#include "app/json_line.h"
#include "app/listing.h"
#include "app/resource_json.h"
#include "app/subtitle_intake.h"
#include "http/problem.h"
#include "subtitles/language.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

using http::Api;
using http::Call;
using http::Method;
using http::Precondition;
using http::Response;
using nlohmann::json;

constexpr std::string_view kEntrySchemas = R"json({
  "LocalizedText": {
    "description": "A text for each language (BCP-47).",
    "type": "object", "maxProperties": 20,
    "propertyNames": {"type": "string", "minLength": 2, "maxLength": 40},
    "additionalProperties": {"type": "string", "maxLength": 4000}
  },
  "EntryState": {"enum": ["new", "queued", "preparing", "ready", "failed"]},
  "EntryKind": {"enum": ["film", "card", "slate"]},
  "Permitted": {
    "description": "When it may be shown.",
    "type": "object",
    "required": ["from", "until"],
    "properties": {
      "from": {"type": ["string", "null"], "format": "date-time"},
      "until": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "EntrySummary": {
    "type": "object",
    "required": ["id", "kind", "title", "author", "country", "state", "reason", "duration_ms", "languages", "poster", "permitted", "warnings", "updated"],
    "properties": {
      "id": {"type": "string"},
      "kind": {"$ref": "#/components/schemas/EntryKind"},
      "title": {"$ref": "#/components/schemas/LocalizedText"},
      "author": {"type": "string"},
      "country": {"type": "string"},
      "state": {"$ref": "#/components/schemas/EntryState"},
      "reason": {"type": "string", "description": "Why it failed."},
      "duration_ms": {"type": ["integer", "null"]},
      "languages": {"type": "array", "items": {"type": "string"}, "description": "Of its subtitles."},
      "poster": {"type": ["string", "null"], "description": "Where its picture is, when there is one."},
      "permitted": {"$ref": "#/components/schemas/Permitted"},
      "warnings": {"type": "integer", "description": "What the quality report warns of."},
      "updated": {"type": "string", "format": "date-time"}
    }
  },
  "SubtitleOptions": {
    "description": "What is set for a subtitle file; null takes a setting away.",
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "properties": {
      "encoding": {"type": ["string", "null"], "maxLength": 40},
      "language": {"type": ["string", "null"], "maxLength": 40},
      "kind": {"enum": ["subtitles", "forced", "sdh", null]},
      "label": {"type": ["string", "null"], "maxLength": 100},
      "shift": {"type": ["string", "null"], "maxLength": 40, "description": "\"-1.5\": seconds by which all are later."},
      "stretch": {"type": ["string", "null"], "maxLength": 40, "description": "\"25:23.976\""},
      "sync": {"type": ["string", "null"], "maxLength": 200, "description": "\"0:01:00=0:01:02.5,1:20:00=1:20:09\""},
      "overlaps": {"enum": ["keep", "cut", null]},
      "use": {"type": ["boolean", "null"]}
    }
  },
  "SubtitleFile": {
    "type": "object",
    "required": ["file", "language", "kind", "label", "options", "report"],
    "properties": {
      "file": {"type": "string"},
      "language": {"type": "string"},
      "kind": {"enum": ["full", "forced", "sdh"]},
      "label": {"type": "string"},
      "options": {"type": "object", "description": "What is set for it, all in all."},
      "report": {"type": "object", "description": "Format, encoding, problems by line, and for each track its findings."}
    }
  },
  "SubtitleFiles": {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/SubtitleFile"}}}
  },
  "Quality": {
    "description": "What was found in the source, and what was done.",
    "type": "object",
    "required": ["duration_ms", "frames", "frame_rate", "loudness", "notes"],
    "properties": {
      "duration_ms": {"type": "integer"},
      "frames": {"type": "integer"},
      "frame_rate": {"type": "object", "required": ["numerator", "denominator"], "properties": {"numerator": {"type": "integer"}, "denominator": {"type": "integer"}}},
      "loudness": {
        "type": ["object", "null"],
        "required": ["integrated_lufs", "true_peak_dbtp", "gain_db"],
        "properties": {
          "integrated_lufs": {"type": ["number", "null"]},
          "true_peak_dbtp": {"type": ["number", "null"]},
          "gain_db": {"type": "number"}
        }
      },
      "notes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["severity", "code", "message"],
          "properties": {"severity": {"enum": ["info", "warning", "error"]}, "code": {"type": "string"}, "message": {"type": "string"}}
        }
      }
    }
  },
  "Entry": {
    "allOf": [{"$ref": "#/components/schemas/EntrySummary"}],
    "type": "object",
    "required": ["metadata", "source", "media", "subtitles", "quality", "playlists", "created"],
    "properties": {
      "metadata": {"type": "object"},
      "source": {"type": "string", "description": "The file's name."},
      "media": {"type": ["string", "null"], "description": "What is played."},
      "master": {"type": ["string", "null"], "description": "Where it can be watched."},
      "thumbnails": {"type": ["string", "null"]},
      "subtitles": {"type": "array", "items": {"$ref": "#/components/schemas/SubtitleFile"}},
      "quality": {"anyOf": [{"$ref": "#/components/schemas/Quality"}, {"type": "null"}]},
      "playlists": {"type": "array", "items": {"type": "string"}, "description": "Whose newest version has it."},
      "created": {"type": "string", "format": "date-time"}
    }
  },
  "EntryChange": {
    "description": "What is to be changed (RFC 7396: a member that is null goes away).",
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "properties": {
      "title": {
        "type": "object", "maxProperties": 20,
        "propertyNames": {"type": "string", "minLength": 2, "maxLength": 40},
        "additionalProperties": {"type": ["string", "null"], "maxLength": 500}
      },
      "author": {"type": "string", "maxLength": 500},
      "country": {"type": "string", "maxLength": 200},
      "metadata": {"type": "object", "description": "synopsis, category, content_notes, not_before, not_after, and whatever else there is to be said."}
    }
  },
  "NewCard": {
    "type": "object",
    "additionalProperties": false,
    "required": ["id"],
    "properties": {
      "id": {"$ref": "#/components/schemas/Slug"},
      "template": {"enum": ["title", "next", "filler", "slate", "countdown"], "default": "title"},
      "entry": {"type": "string", "maxLength": 200, "description": "Title, author and country are taken from it, where they are not given."},
      "titles": {
        "type": "array", "maxItems": 3,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["text"],
          "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 300}, "language": {"type": "string", "maxLength": 40}}
        }
      },
      "author": {"type": "string", "maxLength": 300},
      "country": {"type": "string", "maxLength": 100},
      "seconds": {"type": "number", "minimum": 2, "maximum": 600, "description": "How long it lasts; 5 unless said, and 60 for a countdown."}
    }
  },
  "Job": {
    "type": "object",
    "required": ["id", "entry", "variant", "state", "stage", "fraction", "attempts", "reason", "cancelling", "created", "started", "finished"],
    "properties": {
      "id": {"type": "string"},
      "entry": {"type": "string"},
      "variant": {"type": ["string", "null"], "description": "In what it differs from the entry itself."},
      "state": {"enum": ["queued", "running", "done", "failed", "cancelled"]},
      "stage": {"type": "string"},
      "fraction": {"type": "number", "minimum": 0, "maximum": 1},
      "attempts": {"type": "integer"},
      "reason": {"type": "string"},
      "cancelling": {"type": "boolean"},
      "created": {"type": ["string", "null"], "format": "date-time"},
      "started": {"type": ["string", "null"], "format": "date-time"},
      "finished": {"type": ["string", "null"], "format": "date-time"}
    }
  }
})json";

std::string tag_of(const store::Entry& entry) {
    // Times are milliseconds, in which two may have been quick.
    return fmt::format("{}-{}", entry.updated.time_since_epoch().count(),
                       std::hash<std::string>()(entry.metadata + entry.author + entry.country +
                                                json(entry.titles).dump()) %
                           1'000'000);
}

// What can be watched of it now; null when nothing can.
using Shown = std::shared_ptr<const http::Presentation>;

const library::Manifest* manifest_of(const Shown& shown) {
    return shown ? &shown->film(0)->media->manifest() : nullptr;
}

Result<json> shown_entry_json(ApiContext& context, const store::Entry& entry) {
    const Shown shown = context.on_air.entry(entry.id);
    return entry_json(context.store, entry, manifest_of(shown));
}

json subtitles_json(const std::vector<store::SubtitleSource>& sources) {
    json all = json::array();
    for (const store::SubtitleSource& source : sources)
        all.push_back(subtitle_json(source));
    return all;
}

// RFC 7396, on the members that may be changed.
// The change as a description that is laid over the entry's, see describe_by_hand().
Result<std::string> description_of(const store::Entry& entry, const json& change) {
    json said = change.value("metadata", json::object());
    json merged = parsed_object(entry.metadata);
    merged.merge_patch(said);
    TRY(described_subtitle_options(json_line(merged)));
    for (const char* own : {"title", "author", "country"}) {
        if (said.contains(own)) {
            return fail(ErrorCode::kInvalid,
                        "/metadata/{}: give it beside \"metadata\", not inside", own);
        }
        if (change.contains(own) && std::string_view(own) != "title") said[own] = change[own];
    }
    if (const auto title = change.find("title"); title != change.end()) {
        for (const auto& [language, text] : title->items()) {
            if (!subtitles::is_well_formed(language)) {
                return fail(ErrorCode::kInvalid,
                            "/title/{}: this is no language; write a BCP-47 tag as en, zh-Hans or "
                            "ru",
                            language);
            }
            said["title"][subtitles::canonical_tag(language)] = text;
        }
    }
    return json_line(said);
}

Result<store::SubtitleSource> source_called(store::Store& store, const std::string& entry,
                                            const std::string& file) {
    TRY(store.find_entry(entry));
    for (store::SubtitleSource& source : TRY(store.list_subtitles(entry))) {
        if (fs::path(source.path).filename().string() == file) return std::move(source);
    }
    return fail(ErrorCode::kNotFound,
                "entry \"{}\" has no subtitle file \"{}\"; GET /api/v1/entries/{}/subtitles lists "
                "them",
                entry, file, entry);
}

Result<Response> set_options(ApiContext& context, const std::string& entry, const std::string& file,
                             const std::string& options) {
    TRY(parse_subtitle_options(options));
    TRY(context.store.set_subtitle_options(entry, file, options == "{}" ? "" : options));
    TRY(refresh_subtitles(context.store, *context.workspace.library, entry));
    context.programme_changed();
    return Response::json(subtitle_json(TRY(source_called(context.store, entry, file))));
}

CardRequest card_request(const json& body) {
    CardRequest request;
    request.id = body.at("id").get<std::string>();
    request.card_template = body.value("template", "title");
    request.author = body.value("author", "");
    request.country = body.value("country", "");
    request.duration = usual_duration(request.card_template);
    if (body.contains("seconds")) {
        request.duration =
            std::chrono::milliseconds(std::llround(body.at("seconds").get<double>() * 1000));
    }
    for (const json& title : body.value("titles", json::array())) {
        request.titles.push_back(
            {title.at("text").get<std::string>(), title.value("language", "")});
    }
    return request;
}

}  // namespace

void add_entry_operations(Api& api, ApiContext& context) {
    api.add_schemas(kEntrySchemas);
    api.add_page_schema("EntryPage", "EntrySummary");
    api.add_page_schema("JobPage", "Job");
    store::Store& store = context.store;
    std::vector<http::QueryParameter> filters = {
        {"search",
         "Words that its titles, author, country or id have, all of them.",
         {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}}},
        {"state", "Those in this state.", http::JsonSchemas::reference("EntryState"), true},
        {"kind", "Those of this kind.", http::JsonSchemas::reference("EntryKind"), true},
        {"without_language",
         "Those that viewers get no subtitles of in this language; zh has zh-Hans in it.",
         {{"type", "string"}, {"minLength", 2}, {"maxLength", 40}}}};
    for (auto& parameter : http::page_parameters())
        filters.push_back(std::move(parameter));
    api.add({.method = Method::kGet,
             .path = "/entries",
             .id = "listEntries",
             .tag = "Entries",
             .summary = "Entries by id: films, cards, slates",
             .role = auth::Role::kReviewer,
             .query = std::move(filters),
             .answers = {{200, "EntryPage"}}},
            [&context, &store](const Call& call) -> Result<Response> {
                const std::vector<store::Entry> shown = TRY(entries_like(
                    context.workspace, {call.query("search").value_or(""), call.queries("state"),
                                        call.queries("kind"), call.query("without_language")}));
                Result<void> good;
                json value = TRY(http::page(
                    call, shown, http::Order::kRising, [](const auto& entry) { return entry.id; },
                    [&](const store::Entry& entry) -> json {
                        auto sources = store.list_subtitles(entry.id);
                        if (!sources) {
                            good = Unexpected(Error(sources.error()));
                            return nullptr;
                        }
                        const Shown film = context.on_air.entry(entry.id);
                        return entry_summary_json(entry, *sources, manifest_of(film));
                    }));
                TRY(good);
                return Response::json(value);
            });
    api.add({.method = Method::kGet,
             .path = "/entries/{entry}",
             .id = "getEntry",
             .tag = "Entries",
             .summary = "An entry, with its quality report and its subtitles",
             .role = auth::Role::kReviewer,
             .answers = {{200, "Entry"}},
             .tagged = true},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto entry = TRY(store.find_entry(call.path("entry")));
                return http::tagged(TRY(shown_entry_json(context, entry)), tag_of(entry));
            });
    api.add({.method = Method::kPatch,
             .path = "/entries/{entry}",
             .id = "changeEntry",
             .tag = "Entries",
             .summary = "Change what is said of an entry",
             .body = "EntryChange",
             .answers = {{200, "Entry"}},
             .tagged = true,
             .precondition = Precondition::kIfMatch,
             .audit = "entry.change"},
            [&context, &store](const Call& call) -> Result<Response> {
                const auto entry = TRY(store.find_entry(call.path("entry")));
                if (auto refused = call.expect_match(tag_of(entry))) return *std::move(refused);
                const auto description = TRY(description_of(entry, call.body()));
                const auto described = describe_by_hand(store, entry, description, Before::kKept);
                const auto now = TRY(store.find_entry(entry.id));
                if (!described) {
                    return http::or_overtaken(described.error(), tag_of(entry), tag_of(now));
                }
                context.programme_changed();
                return http::tagged(TRY(shown_entry_json(context, now)), tag_of(now));
            });
    api.add({.method = Method::kDelete,
             .path = "/entries/{entry}",
             .id = "removeEntry",
             .tag = "Entries",
             .summary = "Forget an entry that nothing needs any more",
             .description = "Its file stays; importing that again brings it back. With `source` "
                            "what was uploaded for it is deleted: the film and its subtitles, "
                            "which count for `max_total_gb`. Files elsewhere are never touched.",
             .query = {{"source",
                        "Delete what was uploaded for it, too; 409 when nothing was.",
                        {{"type", "boolean"}, {"default", false}}}},
             .answers = {{204}},
             .conflicts = true,
             .audit = "entry.remove"},
            [&context](const Call& call) -> Result<Response> {
                const bool goes = call.query("source") == "true";
                TRY(remove_entry(context.workspace, call.path("entry"),
                                 goes ? Source::kGoes : Source::kStays, call.actor()));
                context.programme_changed();
                return Response::empty(204);
            });
    api.add({.method = Method::kPost,
             .path = "/entries/{entry}/prepare",
             .id = "prepareEntry",
             .tag = "Entries",
             .summary = "Prepare an entry again, as after a failure",
             .answers = {{202, "Job", "application/json", "The job that does it."}},
             .audit = "entry.prepare"},
            [&store](const Call& call) -> Result<Response> {
                return Response::json(job_json(TRY(store.enqueue_job(call.path("entry")))), 202);
            });
    api.add({.method = Method::kPost,
             .path = "/cards",
             .id = "createCard",
             .tag = "Entries",
             .summary = "Make a card: an entry with text on it",
             .body = "NewCard",
             .answers = {{201, "Entry"}},
             .tagged = true,
             .conflicts = true,
             .audit = "card.add"},
            [&context, &store](const Call& call) -> Result<Response> {
                CardRequest request = card_request(call.body());
                if (store.find_entry(request.id)) {
                    return fail(ErrorCode::kConflict,
                                "there is an entry \"{}\" already; choose another id", request.id);
                }
                if (const std::string from = call.body().value("entry", ""); !from.empty()) {
                    TRY(fill_card_from(store, from, request));
                }
                TRY(make_card(context.workspace, request));
                const auto entry = TRY(store.find_entry(request.id));
                return http::created(TRY(shown_entry_json(context, entry)), "/entries/" + entry.id,
                                     tag_of(entry));
            });
}

void add_subtitle_operations(Api& api, ApiContext& context) {
    store::Store& store = context.store;
    api.add({.method = Method::kGet,
             .path = "/entries/{entry}/subtitles",
             .id = "listSubtitles",
             .tag = "Subtitles",
             .summary = "An entry's subtitle files: what is set, and what was found in them",
             .role = auth::Role::kReviewer,
             .answers = {{200, "SubtitleFiles"}}},
            [&store](const Call& call) -> Result<Response> {
                const std::string id = call.path("entry");
                TRY(store.find_entry(id));
                return Response::json({{"items", subtitles_json(TRY(store.list_subtitles(id)))}});
            });
    api.add({.method = Method::kPatch,
             .path = "/entries/{entry}/subtitles/{file}",
             .id = "setSubtitles",
             .tag = "Subtitles",
             .summary = "Set options of a subtitle file, for good",
             .description = "The film is not prepared again; viewers see it within seconds.",
             .body = "SubtitleOptions",
             .answers = {{200, "SubtitleFile"}},
             .audit = "subtitles.set"},
            [&context, &store](const Call& call) -> Result<Response> {
                const std::string entry = call.path("entry");
                const std::string file = call.path("file");
                TRY(source_called(store, entry, file));
                const auto before = TRY(store.list_subtitle_options(entry));
                const auto found = before.find(file);
                return set_options(
                    context, entry, file,
                    merge_subtitle_options(found == before.end() ? "{}" : found->second,
                                           call.body().dump()));
            });
    api.add({.method = Method::kDelete,
             .path = "/entries/{entry}/subtitles/{file}",
             .id = "resetSubtitles",
             .tag = "Subtitles",
             .summary = "Forget what has been set for a subtitle file by hand",
             .answers = {{200, "SubtitleFile"}},
             .audit = "subtitles.reset"},
            [&context, &store](const Call& call) -> Result<Response> {
                TRY(source_called(store, call.path("entry"), call.path("file")));
                return set_options(context, call.path("entry"), call.path("file"), "{}");
            });
}

void add_job_operations(Api& api, ApiContext& context) {
    store::Store& store = context.store;
    std::vector<http::QueryParameter> filters = {
        {"state",
         "Those in this state.",
         {{"enum", {"queued", "running", "done", "failed", "cancelled"}}},
         true},
        {"entry", "Those of this entry.", {{"type", "string"}, {"maxLength", 200}}}};
    for (auto& parameter : http::page_parameters())
        filters.push_back(std::move(parameter));
    api.add(
        {.method = Method::kGet,
         .path = "/jobs",
         .id = "listJobs",
         .tag = "Jobs",
         .summary = "Preparations, newest first",
         .query = std::move(filters),
         .answers = {{200, "JobPage"}}},
        [&store](const Call& call) -> Result<Response> {
            const auto jobs = TRY(jobs_like(store, {call.queries("state"), call.query("entry")}));
            return Response::json(TRY(http::page(
                call, jobs, http::Order::kFalling, [](const auto& job) { return job.id; },
                job_json)));
        });
    api.add({.method = Method::kGet,
             .path = "/jobs/{job}",
             .id = "getJob",
             .tag = "Jobs",
             .summary = "A preparation",
             .answers = {{200, "Job"}}},
            [&store](const Call& call) -> Result<Response> {
                return Response::json(job_json(TRY(store.find_job(call.path("job")))));
            });
    api.add({.method = Method::kPost,
             .path = "/jobs/{job}/cancel",
             .id = "cancelJob",
             .tag = "Jobs",
             .summary = "Stop a preparation",
             .answers = {{202, "Job", "application/json",
                          "It is stopped, or will be as soon as whoever runs it hears of it."}},
             .conflicts = true,
             .audit = "job.cancel"},
            [&store](const Call& call) -> Result<Response> {
                TRY(store.cancel_job(call.path("job")));
                return Response::json(job_json(TRY(store.find_job(call.path("job")))), 202);
            });
}

}  // namespace matinee::app
