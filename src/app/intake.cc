#include "app/intake.h"

#include "app/subtitle_intake.h"
#include "subtitles/language.h"
#include "subtitles/parse.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

}  // namespace

std::optional<SidecarName> match_subtitles(std::string_view film_name, std::string_view file_name) {
    if (!subtitles::has_subtitle_extension(file_name)) return std::nullopt;
    const auto sidecar = subtitles::match_sidecar(file_name, film_name);
    if (!sidecar) return std::nullopt;
    return SidecarName{sidecar->language, std::string(kind_word(sidecar->kind)), sidecar->label};
}

Result<Intake> take_in(Workspace& workspace, std::span<const fs::path> paths,
                       const std::function<void(const fs::path&)>& on_file) {
    Intake intake;
    ImportOptions options;
    options.match_subtitles = match_subtitles;
    options.install_subtitles =
        [&](const std::string& entry_id,
            std::span<const store::SubtitleSource> sources) -> Result<InstalledSubtitles> {
        const SubtitleContext context =
            TRY(subtitle_context(*workspace.store, *workspace.library, entry_id));
        return install_subtitles(workspace.library->subtitles_folder(), sources, context,
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
