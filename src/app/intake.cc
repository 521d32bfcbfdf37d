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

Result<std::string> install(const fs::path& folder, std::span<const store::SubtitleSource> sources,
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
            const bool known = std::ranges::any_of(tracks, [&](const subtitles::Track& other) {
                return other.language() == track.language() && other.kind() == track.kind();
            });
            if (known) {
                problems.push_back(
                    {source.path, fmt::format("a second file of {}; the first is used",
                                              subtitles::native_name(track.language()))});
            } else {
                tracks.push_back(std::move(track));
            }
        }
    }
    if (tracks.empty()) return std::string();
    return library::SubtitleSet::publish(folder, tracks);
}

}  // namespace

std::optional<SidecarName> match_subtitles(std::string_view film_name, std::string_view file_name) {
    if (!subtitles::has_subtitle_extension(file_name)) return std::nullopt;
    const auto sidecar = subtitles::match_sidecar(file_name, film_name);
    if (!sidecar) return std::nullopt;
    return SidecarName{sidecar->language, std::string(word_of(sidecar->kind))};
}

Result<Intake> take_in(Workspace& workspace, std::span<const fs::path> paths,
                       const std::function<void(const fs::path&)>& on_file) {
    Intake intake;
    ImportOptions options;
    options.match_subtitles = match_subtitles;
    options.install_subtitles = [&](const std::string&,
                                    std::span<const store::SubtitleSource> sources) {
        return install(workspace.library->subtitles_folder(), sources, intake.subtitle_problems);
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
