// From files on disk to entries with jobs.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// What a subtitle file's name says.
struct SidecarName {
    std::string language;    // BCP-47
    std::string kind;        // "full", "forced", "sdh"
    std::string label = {};  // tells it from others of the same language and kind; or empty
};

// A set of subtitles in the library, and what its files turned out to be.
struct InstalledSubtitles {
    std::string set;                             // its name; empty when no file could be used
    std::vector<store::SubtitleSource> sources;  // in the store's order
};

// What `file_name` is to the film `film_name`, both without folders: nothing unless it is a
// subtitle file of that film. Made for subtitles::match_sidecar.
using SidecarMatcher = std::function<std::optional<SidecarName>(std::string_view film_name,
                                                                std::string_view file_name)>;

struct ImportOptions {
    SidecarMatcher match_subtitles;

    // Makes an immutable set in the library of an entry's subtitle files: the same for the same
    // content. An entry without files has no set. `sources` have what their names say, and in
    // `options` what the producer has set; the result has them as they turned out.
    std::function<Result<InstalledSubtitles>(const std::string& entry_id,
                                             std::span<const store::SubtitleSource> sources)>
        install_subtitles;

    // Whether the library has this preparation.
    std::function<bool(const std::string& media_id)> has_media;

    // The house format as library::to_json has it: what was prepared in another is prepared again.
    std::string house_json;

    // Whether unchanged files that have failed before are tried again.
    bool retry_failed = false;

    // Called before a file is read, which may take a while. May be empty.
    std::function<void(const std::filesystem::path&)> on_file;

    // Where uploaded files are, in a folder for each entry, named after it. Subtitles there belong
    // to the entry wherever its film is. Empty: nowhere.
    std::filesystem::path uploads;

    // The entry that the one film given becomes, a new version of it if it exists; empty: found
    // out.
    std::string entry_id;

    // Whether anything is written; else the summary says what would be done.
    bool dry_run = false;
};

struct ImportNote {
    std::filesystem::path path;
    std::string text;
};

// What became of the files. Every id stands in exactly one of the first five lists.
struct ImportSummary {
    std::vector<std::string> added;      // new entries, queued
    std::vector<std::string> changed;    // entries with new content, queued
    std::vector<std::string> queued;     // unchanged, but not prepared (any more): queued
    std::vector<std::string> unchanged;  // nothing to do
    std::vector<std::string> failed;     // unchanged, have failed before, not queued

    std::vector<std::string> entries;  // all of the above, in the order of their paths
    std::vector<std::filesystem::path> paths;  // the films of `entries`, in the same order
    std::vector<ImportNote> ignored;   // files that are no films, and why
    std::vector<ImportNote> problems;  // what went wrong; the other files are imported
};

// Imports files and, recursively, folders.
//
// A film is whatever is not obviously something else: whether it can be played is found out by
// preparing it, so that a text file called .mp4 is reported and not overlooked. Hidden files,
// pictures, texts, archives and unfinished downloads are ignored, with a reason. Beside a film may
// lie subtitles (see `match_subtitles`) and `<stem>.json`, what the producer says about it:
//
//     {"title": {"zh": "...", "ru": "...", "en": "..."}, "author": "...", "country": "..."}
//
// where "title" may also be a text. "subtitles" sets options of subtitle files by their names
// (SubtitleOptions), also of files whose names do not tell that they belong to the film. Further
// keys are those of store::parse_metadata(), and are checked; others are kept as they are.
//
// What a sheet or a producer says of the entry (description.h) stands over that.
//
// Importing again is cheap and changes nothing: content is hashed only when a file's size or
// time has changed. A file whose place an upload has taken stands for that entry; once it changes
// it takes its place again. Fails only when the store does.
Result<ImportSummary> import_files(store::Store& store,
                                   std::span<const std::filesystem::path> paths,
                                   const ImportOptions& options);

// An entry's id from its path relative to the folder it was imported from: readable ASCII,
// [a-z0-9-]+. Where letters were lost a short hash of the path makes it unique.
std::string make_slug(const std::filesystem::path& relative_path);

// The SHA-256 of a file's content, hexadecimal; reads it in pieces.
Result<std::string> sha256_of_file(const std::filesystem::path& file);

}  // namespace matinee::app
