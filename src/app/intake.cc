#include "app/intake.h"

#include <algorithm>

#include "library/mapped_file.h"
#include "subtitles/language.h"
#include "subtitles/parse.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

// The store's words for kinds.
constexpr std::string_view kFull = "full";
constexpr std::string_view kForced = "forced";
constexpr std::string_view kSdh = "sdh";

std::string_view word_of(subtitles::Kind kind) {
    switch (kind) {
        case subtitles::Kind::kForced:
            return kForced;
        case subtitles::Kind::kSdh:
            return kSdh;
        case subtitles::Kind::kSubtitles:
            break;
    }
    return kFull;
}

subtitles::Kind kind_of(std::string_view word) {
    if (word == kForced) return subtitles::Kind::kForced;
    if (word == kSdh) return subtitles::Kind::kSdh;
    return subtitles::Kind::kSubtitles;
}

// The tracks of one sidecar file, with its problems noted.
Result<std::vector<subtitles::Track>> read_sidecar(const store::SubtitleSource& source,
                                                   std::vector<ImportNote>& problems) {
    const fs::path path(source.path);
    const auto file = TRY(library::MappedFile::open(path));
    subtitles::ParsedFile parsed = TRY(subtitles::parse(path.filename().string(), file->bytes()));
    for (const subtitles::Problem& problem : parsed.problems) {
        problems.push_back({path, problem.line > 0
                                      ? fmt::format("line {}: {}", problem.line, problem.message)
                                      : problem.message});
    }
    std::vector<subtitles::Track> tracks;
    for (subtitles::Document& document : parsed.documents) {
        const std::string language =
            document.language.empty() ? source.language : document.language;
        tracks.emplace_back(language, kind_of(source.kind), std::move(document));
    }
    return tracks;
}

bool has_track(std::span<const subtitles::Track> tracks, const subtitles::Track& wanted) {
    return std::ranges::any_of(tracks, [&](const subtitles::Track& other) {
        return other.language() == wanted.language() && other.kind() == wanted.kind();
    });
}

// Adds what the prepared film `media_id` holds and the files do not. A file without a language may
// be in any: then only those of other kinds are added.
Result<void> add_embedded(const library::Library& library, const std::string& media_id,
                          std::vector<subtitles::Track>& tracks) {
    if (media_id.empty()) return {};
    const auto embedded =
        TRY(library::SubtitleSet::open_embedded(library.media_folder() / media_id));
    if (!embedded) return {};
    const std::vector<subtitles::Track> files = tracks;
    for (const subtitles::Track& track : embedded->tracks()) {
        const bool maybe_known = std::ranges::any_of(files, [&](const subtitles::Track& file) {
            return file.kind() == track.kind() && file.language() == subtitles::kUndetermined;
        });
        if (!maybe_known && !has_track(files, track)) tracks.push_back(track);
    }
    return {};
}

Result<std::string> install(const library::Library& library, const std::string& media_id,
                            std::span<const store::SubtitleSource> sources,
                            std::vector<ImportNote>& problems) {
    std::vector<subtitles::Track> tracks;
    for (const store::SubtitleSource& source : sources) {
        auto read = read_sidecar(source, problems);
        if (!read) {
            // The film's other languages need not wait for this one.
            problems.push_back({source.path, read.error().to_string()});
            continue;
        }
        for (subtitles::Track& track : *read) {
            if (has_track(tracks, track)) {
                problems.push_back(
                    {source.path, fmt::format("a second file of {}; the first is used",
                                              subtitles::native_name(track.language()))});
            } else {
                tracks.push_back(std::move(track));
            }
        }
    }
    TRY(add_embedded(library, media_id, tracks));
    if (tracks.empty()) return std::string();
    return library::SubtitleSet::publish(library.subtitles_folder(), tracks);
}

}  // namespace

std::optional<SidecarName> match_subtitles(std::string_view film_name, std::string_view file_name) {
    if (!subtitles::has_subtitle_extension(file_name)) return std::nullopt;
    const auto sidecar = subtitles::match_sidecar(file_name, film_name);
    if (!sidecar) return std::nullopt;
    return SidecarName{sidecar->language, std::string(word_of(sidecar->kind))};
}

Result<void> refresh_subtitles(Workspace& workspace, const std::string& entry_id) {
    const store::Entry entry = TRY(workspace.store->find_entry(entry_id));
    const auto sources = TRY(workspace.store->list_subtitles(entry_id));
    std::vector<ImportNote> problems;  // told when the files were imported
    const std::string id = TRY(install(*workspace.library, entry.media_id, sources, problems));
    if (id == entry.subtitles_id) return {};
    return workspace.store->set_subtitles(entry_id, id, sources);
}

Result<Intake> take_in(Workspace& workspace, std::span<const fs::path> paths,
                       const std::function<void(const fs::path&)>& on_file) {
    Intake intake;
    ImportOptions options;
    options.match_subtitles = match_subtitles;
    options.install_subtitles =
        [&](const std::string& id,
            std::span<const store::SubtitleSource> sources) -> Result<std::string> {
        const auto entry = workspace.store->find_entry(id);
        if (!entry && entry.error().code() != ErrorCode::kNotFound) {
            return Unexpected(entry.error());
        }
        return install(*workspace.library, entry ? entry->media_id : "", sources,
                       intake.subtitle_problems);
    };
    options.has_media = [&](const std::string& media_id) {
        return workspace.library->has_media(media_id);
    };
    options.house_json = to_json(workspace.config.house);
    // What failed for want of a plugin may work today; trying again costs little.
    options.retry_failed = true;
    options.on_file = on_file;
    intake.summary = TRY(import_files(*workspace.store, paths, options));
    return intake;
}

}  // namespace matinee::app
