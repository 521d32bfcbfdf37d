// The API's sheets of entries: what a festival platform has exported, taken in.
#include "app/api_context.h"
#include "app/intake.h"
#include "app/intake_json.h"

namespace matinee::app {

namespace {

using http::Api;
using http::Call;
using http::Method;
using http::Response;

std::vector<http::QueryParameter> parameters() {
    return {{"name",
             "What the sheet is called, for those who read what it says.",
             {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}}},
            {"map",
             "COLUMN=FIELD, over the configuration's and the usual columns; may stand there "
             "several times. Fields are title, title.zh, file, tracking, author, not_before ... as "
             "`matinee import --map` has them, keep and ignore.",
             {{"type", "string"}, {"minLength", 3}, {"maxLength", 300}},
             true},
            {"dry_run",
             "Only say what would be done, and change nothing.",
             {{"type", "boolean"}, {"default", false}}}};
}

}  // namespace

void add_sheet_operations(Api& api, ApiContext& context) {
    api.add_schemas(import_schemas());
    api.add({.method = Method::kPost,
             .path = "/entries/sheet",
             .id = "importSheet",
             .tag = "Entries",
             .summary = "Take in what a sheet says of entries; with `dry_run`, see it first",
             .description =
                 "A table with commas, semicolons or tabs, in any usual encoding, whose first line "
                 "names the columns: FilmFreeway's export, or another with `map`. Columns that are "
                 "not known are kept as metadata. Rows whose films are not there yet are kept "
                 "until they come. The same sheet again changes nothing. One of more than a "
                 "megabyte is uploaded (POST /uploads).",
             .query = parameters(),
             .body_type = "text/csv",
             .answers = {{200, "Import"}},
             .problems = {{415}},
             .audit = "sheet.import"},
            [&context](const Call& call) -> Result<Response> {
                IntakeOptions options;
                options.dry_run = call.flag("dry_run");
                options.mapping = TRY(mapping_from(call.queries("map")));
                const Intake intake =
                    TRY(take_in_sheet(context.workspace, call.query("name").value_or("sheet.csv"),
                                      call.request().body, options));
                if (!options.dry_run) context.programme_changed();
                return Response::json(intake_json(intake, options.dry_run));
            });
}

}  // namespace matinee::app
