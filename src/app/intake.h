// Bringing a producer's files in: the importer, wired to the subtitle readers and the library.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/importer.h"
#include "app/workspace.h"
#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::app {

struct Intake {
    ImportSummary summary;
    std::vector<ImportNote> subtitle_problems;  // what was dropped or repaired, by line
};

// Imports `paths` into the workspace; entries that need preparing have jobs afterwards.
// `on_file` is called before each file is read; may be empty.
Result<Intake> take_in(Workspace& workspace, std::span<const std::filesystem::path> paths,
                       const std::function<void(const std::filesystem::path&)>& on_file);

// Gives the entry the subtitles it should have: those of its files, and for languages and kinds
// that these lack, those inside the film, once that is prepared. Cheap when nothing has changed.
Result<void> refresh_subtitles(Workspace& workspace, const std::string& entry_id);

// What the name of a subtitle file says about a film, in the importer's terms.
std::optional<SidecarName> match_subtitles(std::string_view film_name, std::string_view file_name);

}  // namespace matinee::app
