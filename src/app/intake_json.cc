#include "app/intake_json.h"

#include <algorithm>
#include <map>
#include <utility>

namespace matinee::app {

namespace {

using nlohmann::json;

constexpr std::string_view kIntakeSchemas = R"json({
  "ImportedRow": {
    "description": "A row of a sheet, and the entry it is about.",
    "type": "object",
    "required": ["sheet", "line", "change", "title", "fate", "entry", "by", "candidates"],
    "properties": {
      "sheet": {"type": "string", "description": "The sheet's name."},
      "line": {"type": "integer"},
      "change": {"enum": ["new", "changed", "unchanged"], "description": "Against what was known of it before."},
      "title": {"type": "string"},
      "fate": {"enum": ["matched", "waiting", "ambiguous"], "description": "`waiting`: its film is not there yet; `ambiguous`: several fit, and nothing is guessed."},
      "entry": {"type": ["string", "null"]},
      "by": {"type": "string", "description": "What it was matched by: file, tracking, submission, title."},
      "candidates": {"type": "array", "items": {"type": "string"}, "description": "Entries that fit, when it is ambiguous."}
    }
  },
  "ImportedSheet": {
    "type": "object",
    "required": ["file", "encoding", "columns", "new", "changed", "unchanged", "rows", "problems"],
    "properties": {
      "file": {"type": "string"},
      "encoding": {"type": "string", "description": "What it was read in, and how certain that is."},
      "columns": {"type": "object", "additionalProperties": {"type": "string"}, "description": "What each column was taken for; `keep`: it is kept as metadata."},
      "new": {"type": "integer", "description": "Rows that were not known before."},
      "changed": {"type": "integer"},
      "unchanged": {"type": "integer"},
      "rows": {"type": "array", "items": {"$ref": "#/components/schemas/ImportedRow"}},
      "problems": {
        "type": "array",
        "items": {"type": "object", "required": ["line", "message"], "properties": {"line": {"type": "integer"}, "message": {"type": "string"}}}
      }
    }
  },
  "ImportNote": {
    "type": "object",
    "required": ["file", "message"],
    "properties": {"file": {"type": "string"}, "message": {"type": "string"}}
  },
  "Import": {
    "description": "What an import has done; of a dry run, what it would do.",
    "type": "object",
    "required": ["dry_run", "entries", "ignored", "problems", "subtitles", "sheets", "arrived", "without_row"],
    "properties": {
      "dry_run": {"type": "boolean"},
      "entries": {
        "type": "array",
        "description": "Of the films that were given.",
        "items": {
          "type": "object",
          "required": ["id", "file", "action"],
          "properties": {
            "id": {"type": "string"},
            "file": {"type": "string"},
            "action": {"enum": ["new", "changed", "prepare", "unchanged", "failed"]}
          }
        }
      },
      "ignored": {"type": "array", "items": {"$ref": "#/components/schemas/ImportNote"}, "description": "What is no film, and why."},
      "problems": {"type": "array", "items": {"$ref": "#/components/schemas/ImportNote"}},
      "subtitles": {"type": "array", "items": {"$ref": "#/components/schemas/ImportNote"}, "description": "What was dropped of subtitles, or repaired."},
      "sheets": {"type": "array", "items": {"$ref": "#/components/schemas/ImportedSheet"}},
      "arrived": {"type": "array", "items": {"$ref": "#/components/schemas/ImportedRow"}, "description": "Rows of earlier sheets whose films are there now."},
      "without_row": {"type": "array", "items": {"type": "string"}, "description": "Of sheets: entries that no row is about."}
    }
  }
})json";

std::string_view word_of(RowFate fate) {
    switch (fate) {
        case RowFate::kMatched:
            return "matched";
        case RowFate::kWaiting:
            return "waiting";
        case RowFate::kAmbiguous:
            break;
    }
    return "ambiguous";
}

json row_json(const SheetRowNote& note) {
    const bool matched = note.match.fate == RowFate::kMatched;
    return {{"sheet", note.row.sheet},
            {"line", note.row.line},
            {"change", to_string(note.change)},
            {"title", note.row.title},
            {"fate", word_of(note.match.fate)},
            {"entry", matched ? json(note.match.entry_id) : json(nullptr)},
            {"by", note.match.by},
            {"candidates", note.match.candidates}};
}

json rows_json(const std::vector<SheetRowNote>& rows) {
    json all = json::array();
    for (const SheetRowNote& note : rows)
        all.push_back(row_json(note));
    return all;
}

json notes_json(const std::vector<ImportNote>& notes) {
    json all = json::array();
    for (const ImportNote& note : notes)
        all.push_back({{"file", note.path.string()}, {"message", note.text}});
    return all;
}

json sheet_json(const SheetIntake& sheet) {
    json problems = json::array();
    for (const SheetProblem& problem : sheet.problems)
        problems.push_back({{"line", problem.line}, {"message", problem.message}});
    json value{{"file", sheet.file.string()},
               {"encoding", sheet.encoding},
               {"columns", sheet.columns},
               {"rows", rows_json(sheet.rows)},
               {"problems", std::move(problems)}};
    for (const auto change : {SheetRowNote::Change::kAdded, SheetRowNote::Change::kChanged,
                              SheetRowNote::Change::kUnchanged}) {
        value[std::string(to_string(change))] =
            std::ranges::count(sheet.rows, change, &SheetRowNote::change);
    }
    return value;
}

}  // namespace

std::string_view import_schemas() {
    return kIntakeSchemas;
}

json intake_json(const Intake& intake, bool dry_run) {
    const auto actions = actions_of(intake.summary);
    json entries = json::array();
    for (std::size_t i = 0; i < intake.summary.entries.size(); ++i) {
        const std::string& id = intake.summary.entries[i];
        entries.push_back(
            {{"id", id}, {"file", intake.summary.paths[i].string()}, {"action", actions.at(id)}});
    }
    json sheets = json::array();
    for (const SheetIntake& sheet : intake.sheets)
        sheets.push_back(sheet_json(sheet));
    return {{"dry_run", dry_run},
            {"entries", std::move(entries)},
            {"ignored", notes_json(intake.summary.ignored)},
            {"problems", notes_json(intake.summary.problems)},
            {"subtitles", notes_json(intake.subtitle_problems)},
            {"sheets", std::move(sheets)},
            {"arrived", rows_json(intake.arrived)},
            {"without_row", intake.without_row}};
}

std::map<std::string, std::string_view> actions_of(const ImportSummary& summary) {
    std::map<std::string, std::string_view> actions;
    for (const auto& [list, word] :
         {std::pair(&summary.added, "new"), std::pair(&summary.changed, "changed"),
          std::pair(&summary.queued, "prepare"), std::pair(&summary.unchanged, "unchanged"),
          std::pair(&summary.failed, "failed")}) {
        for (const std::string& id : *list)
            actions[id] = word;
    }
    return actions;
}

std::string_view to_string(SheetRowNote::Change change) {
    switch (change) {
        case SheetRowNote::Change::kAdded:
            return "new";
        case SheetRowNote::Change::kChanged:
            return "changed";
        case SheetRowNote::Change::kUnchanged:
            break;
    }
    return "unchanged";
}

}  // namespace matinee::app
