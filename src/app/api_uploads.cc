// Uploads, as the API's document tells of them: what http/tus.cc takes and answers.
#include <iterator>
#include <utility>
#include <vector>

#include "app/api_context.h"

namespace matinee::app {

namespace {

using http::Access;
using http::Api;
using http::ApiHeader;
using http::ApiProblem;
using http::Method;
using http::Operation;

constexpr std::string_view kUploadSchemas = R"json({
  "Upload": {
    "type": "object",
    "required": ["id", "url", "state", "offset", "length", "metadata", "owner", "created", "expires", "entry", "reason"],
    "properties": {
      "id": {"type": "string"},
      "url": {"type": "string", "description": "Where it goes on."},
      "state": {"enum": ["open", "arrived", "done", "refused"], "description": "More is to come; complete, and being taken in; part of its entry; judged unusable."},
      "offset": {"type": "integer", "minimum": 0, "description": "So many bytes are kept, whatever happens to the server."},
      "length": {"type": "integer", "minimum": 0},
      "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
      "owner": {"type": "string", "description": "The account's name."},
      "created": {"type": "string", "format": "date-time"},
      "expires": {"type": "string", "format": "date-time", "description": "It is forgotten then, unless it goes on."},
      "entry": {"type": ["string", "null"], "description": "What it became, or became part of, when it is done."},
      "reason": {"type": ["string", "null"], "description": "Why it was refused; of a sheet, what came of it."},
      "import": {"anyOf": [{"$ref": "#/components/schemas/Import"}], "description": "Of a sheet that is asked for by itself: what came of its rows, or would."}
    }
  },
  "Uploads": {
    "type": "object",
    "required": ["uploads"],
    "properties": {"uploads": {"type": "array", "items": {"$ref": "#/components/schemas/Upload"}, "description": "Oldest first."}}
  }
})json";

constexpr const char* kTag = "Uploads";
constexpr const char* kContentType = "application/offset+octet-stream";

http::JsonSchemas::Json bytes_schema() {
    return {{"type", "integer"}, {"minimum", 0}};
}

enum class Needed : bool { kNo, kYes };

// -- What requests say --

ApiHeader version() {
    return {"Tus-Resumable", "The protocol's version.", {{"const", "1.0.0"}}};
}

ApiHeader checksum() {
    return {"Upload-Checksum",
            "sha1, sha256 or sha512, a space, and the content's checksum as base64. Content that "
            "does not have it is dropped.",
            {{"type", "string"}},
            false};
}

ApiHeader request_offset(Needed needed) {
    return {"Upload-Offset", "Where the content belongs: how many bytes there are already.",
            bytes_schema(), needed == Needed::kYes};
}

// -- What answers say --

ApiHeader answer_version() {
    return {"Tus-Resumable", "The version this server speaks.", {{"const", "1.0.0"}}};
}

ApiHeader answer_offset(Needed always) {
    return {"Upload-Offset", "How many bytes are kept.", bytes_schema(), always == Needed::kYes};
}

ApiHeader expires(Needed always) {
    return {"Upload-Expires",
            "When it is removed unless it goes on (RFC 9110 section 5.6.7).",
            {{"type", "string"}},
            always == Needed::kYes};
}

// What is known of an upload, as HEAD says it.
std::vector<ApiHeader> progress() {
    return {answer_version(),
            answer_offset(Needed::kYes),
            {"Upload-Length", "How many bytes it has.", bytes_schema()},
            {"Upload-Metadata", "As it was created with.", {{"type", "string"}}, false},
            expires(Needed::kNo)};
}

ApiHeader most(Needed always) {
    return {"Tus-Max-Size", "How many bytes an upload may have.", bytes_schema(),
            always == Needed::kYes};
}

// -- What goes wrong --

ApiProblem refusal(int status, const char* what, std::vector<ApiHeader> more = {}) {
    more.insert(more.begin(), answer_version());
    return {status, what, std::move(more)};
}

// Not of the protocol is what comes before it: who may ask, and how often.
ApiProblem wrong_version() {
    return refusal(412, "Tus-Resumable is missing, or another version than this server speaks.",
                   {{"Tus-Version", "The versions this server speaks, separated by commas."}});
}

ApiProblem gone() {
    return refusal(410, "The upload has expired; begin again.");
}

ApiProblem not_found() {
    return refusal(404, "There is no such upload (any more); begin again.");
}

// What can be wrong with content, wherever it comes with.
std::vector<ApiProblem> content_problems() {
    return {
        refusal(409,
                "The upload is at another byte, or somebody else has gone on with it: ask for the "
                "offset (HEAD) and go on from there."),
        refusal(415, "Content of an upload has the type application/offset+octet-stream."),
        refusal(460,
                "The content does not have its checksum. Nothing of it was kept; send it "
                "again."),
        refusal(507,
                "The account's uploads, all uploads together, or the disk have no room for "
                "it."),
    };
}

std::vector<ApiProblem> with(std::vector<ApiProblem> problems, std::vector<ApiProblem> more) {
    problems.insert(problems.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
    return problems;
}

std::vector<ApiProblem> patch_problems() {
    return with(
        {refusal(400, "Upload-Offset or Upload-Checksum make no sense."), not_found(), gone(),
         wrong_version(), refusal(413, "The content has more bytes than the upload lacks.")},
        content_problems());
}

// OPTIONS, of all uploads or of one.
Operation options(const char* path, const char* id) {
    return {
        .method = Method::kOptions,
        .path = path,
        .id = id,
        .tag = kTag,
        .summary = "What of tus is spoken here, and how large an upload may be",
        .access = Access::kPublic,
        .answers = {{.status = 204,
                     .headers = {answer_version(),
                                 {"Allow", "The methods there are."},
                                 {"Tus-Version", "Versions of the protocol, separated by commas."},
                                 {"Tus-Extension", "Its extensions, likewise."},
                                 most(Needed::kYes),
                                 {"Tus-Checksum-Algorithm", "What Upload-Checksum may name."}}}}};
}

}  // namespace

void describe_upload_operations(Api& api) {
    api.add_schemas(kUploadSchemas);
    api.describe(options("/uploads", "getUploadOptions"));
    api.describe(options("/uploads/{upload}", "getOptionsOfUpload"));
    api.describe({.method = Method::kGet,
                  .path = "/uploads",
                  .id = "listUploads",
                  .tag = kTag,
                  .summary = "Uploads under way, and those that have ended lately",
                  .answers = {{200, "Uploads"}}});
    api.describe(
        {.method = Method::kPost,
         .path = "/uploads",
         .id = "createUpload",
         .tag = kTag,
         .summary = "Begin an upload of a film, of subtitles or of a sheet of entries",
         .description =
             "By tus 1.0.0 (https://tus.io/protocols/resumable-upload), with its extensions "
             "creation, creation-with-upload, checksum, expiration and termination. What it is is "
             "judged by its content, when all of it has come.",
         .headers = {version(),
                     {"Upload-Length", "How many bytes it has.", bytes_schema()},
                     {"Upload-Metadata",
                      "Pairs of a key and a value in base64, separated by commas: filename; entry, "
                      "of which it is a new version or subtitles; title, language, author, "
                      "country, synopsis; description, as JSON; of a sheet dry_run (true), and map "
                      "(COLUMN=FIELD, one a line).",
                      {{"type", "string"}},
                      false},
                     checksum()},
         .body_type = kContentType,
         .body_may_be_absent = true,
         .answers = {{.status = 201,
                      .content_type = "",
                      .headers = {answer_version(), expires(Needed::kYes),
                                  answer_offset(Needed::kNo)}}},
         .problems =
             with({refusal(400, "The length, the metadata or the checksum make no sense."),
                   wrong_version(),
                   refusal(413, "It is larger than an upload may be.", {most(Needed::kNo)})},
                  content_problems())});
    api.describe({.method = Method::kGet,
                  .path = "/uploads/{upload}",
                  .id = "getUpload",
                  .tag = kTag,
                  .summary = "How far an upload is, and what became of it",
                  .answers = {{200, "Upload"}}});
    api.describe({.method = Method::kHead,
                  .path = "/uploads/{upload}",
                  .id = "getUploadOffset",
                  .tag = kTag,
                  .summary = "How far an upload is, for going on with it",
                  .headers = {version()},
                  .answers = {{.status = 200, .content_type = "", .headers = progress()}},
                  .problems = {not_found(), gone(), wrong_version()}});
    api.describe({.method = Method::kPatch,
                  .path = "/uploads/{upload}",
                  .id = "continueUpload",
                  .tag = kTag,
                  .summary = "Send what follows",
                  .description = "The answer to the last piece comes when all is on the disk for "
                                 "good: the original may be deleted then.",
                  .headers = {version(), request_offset(Needed::kYes), checksum()},
                  .body_type = kContentType,
                  .answers = {{.status = 204,
                               .headers = {answer_version(), answer_offset(Needed::kYes),
                                           expires(Needed::kYes)}}},
                  .problems = patch_problems()});
    api.describe({.method = Method::kDelete,
                  .path = "/uploads/{upload}",
                  .id = "removeUpload",
                  .tag = kTag,
                  .summary = "Give an upload up",
                  .headers = {version()},
                  .answers = {{.status = 204, .headers = {answer_version()}}},
                  .problems = {not_found(), gone(), wrong_version(),
                               refusal(409, "It is complete, and being taken in.")}});
    api.describe(
        {.method = Method::kPost,
         .path = "/uploads/{upload}",
         .id = "overrideUpload",
         .tag = kTag,
         .summary = "PATCH, DELETE or HEAD, for who can send nothing but GET and POST",
         .headers = {version(),
                     {"X-HTTP-Method-Override",
                      "What it is instead.",
                      {{"enum", {"PATCH", "DELETE", "HEAD"}}}},
                     request_offset(Needed::kNo),
                     checksum()},
         .body_type = kContentType,
         .body_may_be_absent = true,
         .answers =
             {{.status = 200, .content_type = "", .description = "Of HEAD.", .headers = progress()},
              {.status = 204,
               .description = "Of PATCH and DELETE.",
               .headers = {answer_version(), answer_offset(Needed::kNo), expires(Needed::kNo)}}},
         .problems = with(patch_problems(),
                          {refusal(405, "X-HTTP-Method-Override is missing, or something else.",
                                   {{"Allow", "The methods there are."}})})});
}

}  // namespace matinee::app
