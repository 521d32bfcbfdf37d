// Bringing a producer's files and sheets in: the importer, wired to the subtitle readers and the
// library.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "app/entry_sheet.h"
#include "app/importer.h"
#include "app/workspace.h"
#include "base/bytes.h"
#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::app {

// What became of a row of a sheet.
struct SheetRowNote {
    enum class Change : std::uint8_t { kAdded, kChanged, kUnchanged };

    store::SheetRow row;
    RowMatch match;
    Change change = Change::kUnchanged;
};

struct SheetIntake {
    std::filesystem::path file;
    std::string encoding;
    std::map<std::string, std::string> columns;  // as EntrySheet has them
    std::vector<SheetRowNote> rows;              // in the order of their lines
    std::vector<SheetProblem> problems;
};

struct Intake {
    ImportSummary summary;
    std::vector<ImportNote> subtitle_problems;  // what was dropped or repaired, by line
    std::vector<SheetIntake> sheets;
    // Rows of earlier sheets whose films have come now.
    std::vector<SheetRowNote> arrived;
    // With sheets: entries of films that no row is about.
    std::vector<std::string> without_row;
};

struct IntakeOptions {
    // Called before each film is read; may be empty.
    std::function<void(const std::filesystem::path&)> on_file;
    std::string entry_id;  // see ImportOptions
    bool dry_run = false;  // nothing is written; the result says what would be
    SheetMapping mapping;  // over the configuration's and the usual columns
};

// Imports `paths`, films, folders of them, and sheets of entries (.csv, .tsv; named themselves, not
// within a folder), into the workspace; entries that need preparing have jobs afterwards. What a
// sheet says of a film is put into its entry, and kept for when it comes when it is not there.
Result<Intake> take_in(Workspace& workspace, std::span<const std::filesystem::path> paths,
                       const IntakeOptions& options);

// The same of a sheet that is in no file, called `name`.
Result<Intake> take_in_sheet(Workspace& workspace, const std::string& name, ByteSpan bytes,
                             const IntakeOptions& options);

// Whether a file of this name is taken for a sheet.
bool has_sheet_extension(const std::filesystem::path& path);

// What the name of a subtitle file says about a film, in the importer's terms.
std::optional<SidecarName> match_subtitles(std::string_view film_name, std::string_view file_name);

}  // namespace matinee::app
