#include "app/entry_json.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/resource_json.h"
#include "store/metadata.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json permitted_json(const store::Entry& entry) {
    json permitted{{"from", nullptr}, {"until", nullptr}};
    const auto metadata = store::parse_metadata(entry.metadata);
    if (!metadata) return permitted;  // from before it was checked
    if (metadata->not_before) permitted["from"] = base::to_rfc3339(*metadata->not_before);
    if (metadata->not_after) permitted["until"] = base::to_rfc3339(*metadata->not_after);
    return permitted;
}

std::string_view severity_word(library::Severity severity) {
    switch (severity) {
        case library::Severity::kInfo:
            return "info";
        case library::Severity::kWarning:
            return "warning";
        case library::Severity::kError:
            return "error";
    }
    return "info";
}

std::int64_t milliseconds_of(Ticks ticks) {
    return std::chrono::floor<std::chrono::milliseconds>(ticks).count();
}

json quality_json(const library::Manifest& manifest) {
    json notes = json::array();
    for (const library::Note& note : manifest.notes) {
        notes.push_back({{"severity", severity_word(note.severity)},
                         {"code", note.code},
                         {"message", note.message}});
    }
    json loudness = nullptr;
    if (manifest.loudness) {
        const auto number = [](const std::optional<double>& value) {
            return value ? json(*value) : json(nullptr);
        };
        loudness = {{"integrated_lufs", number(manifest.loudness->integrated_lufs)},
                    {"true_peak_dbtp", number(manifest.loudness->true_peak_dbtp)},
                    {"gain_db", manifest.loudness->gain_db}};
    }
    return {{"duration_ms", milliseconds_of(manifest.duration)},
            {"frames", manifest.frame_count},
            {"frame_rate",
             {{"numerator", manifest.frame_rate.numerator},
              {"denominator", manifest.frame_rate.denominator}}},
            {"loudness", std::move(loudness)},
            {"notes", std::move(notes)}};
}

}  // namespace

json entry_summary_json(const store::Entry& entry, std::span<const store::SubtitleSource> sources,
                        const library::Manifest* shown) {
    json languages = json::array();
    for (const store::SubtitleSource& source : sources) {
        const json language = source.language;
        if (std::ranges::find(languages, language) == languages.end())
            languages.push_back(language);
    }
    const auto warnings =
        shown ? std::ranges::count_if(shown->notes,
                                      [](const library::Note& note) {
                                          return note.severity != library::Severity::kInfo;
                                      })
              : 0;
    const bool pictured = shown && !shown->poster.empty();
    return {{"id", entry.id},
            {"kind", to_string(entry.kind)},
            {"title", entry.titles},
            {"author", entry.author},
            {"country", entry.country},
            {"state", to_string(entry.state)},
            {"reason", entry.reason},
            {"duration_ms", shown ? json(milliseconds_of(shown->duration)) : json(nullptr)},
            {"languages", std::move(languages)},
            {"poster",
             pictured ? json(fmt::format("/entries/{}/poster.jpg", entry.id)) : json(nullptr)},
            {"permitted", permitted_json(entry)},
            {"warnings", warnings},
            {"updated", base::to_rfc3339(entry.updated)}};
}

Result<json> entry_json(store::Store& store, const store::Entry& entry,
                        const library::Manifest* shown) {
    const auto sources = TRY(store.list_subtitles(entry.id));
    json value = entry_summary_json(entry, sources, shown);
    value["metadata"] = parsed_object(entry.metadata);
    value["source"] = fs::path(entry.source.path).filename().string();
    value["media"] = entry.media_id.empty() ? json(nullptr) : json(entry.media_id);
    value["master"] =
        shown ? json(fmt::format("/entries/{}/master.m3u8", entry.id)) : json(nullptr);
    const bool pictured = shown && shown->thumbnails;
    value["thumbnails"] =
        pictured ? json(fmt::format("/entries/{}/thumbnails.jpg", entry.id)) : json(nullptr);
    value["subtitles"] = json::array();
    for (const store::SubtitleSource& source : sources)
        value["subtitles"].push_back(subtitle_json(source));
    value["quality"] = shown ? quality_json(*shown) : json(nullptr);
    value["created"] = base::to_rfc3339(entry.created);
    value["playlists"] = json::array();
    for (const store::Playlist& playlist : TRY(store.list_playlists())) {
        const auto draft = TRY(store.find_playlist_version(playlist.id, 0));
        if (std::ranges::find(draft.items, entry.id, &store::PlaylistItem::reference) !=
            draft.items.end()) {
            value["playlists"].push_back(playlist.id);
        }
    }
    return value;
}

json subtitle_json(const store::SubtitleSource& source) {
    return {{"file", fs::path(source.path).filename().string()},
            {"language", source.language},
            {"kind", source.kind},
            {"label", source.label},
            {"options", parsed_object(source.options)},
            {"report", parsed_object(source.report)}};
}

}  // namespace matinee::app
