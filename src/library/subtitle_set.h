// The subtitles of an entry in all its languages, on disk: immutable, named by content.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::library {

// A track as the set's list has it.
struct SubtitleFile {
    std::string language;
    subtitles::Kind kind = subtitles::Kind::kSubtitles;
    std::string file;           // a plain name, within the folder
    std::uint32_t ordinal = 1;  // among those of one language and kind
    std::string label;

    bool operator==(const SubtitleFile&) const = default;
};

// Reads set.json. kInvalid where it makes no sense, kUnsupported for another format.
Result<std::vector<SubtitleFile>> read_subtitle_list(const std::string& text);
// The folder within a prepared entry that holds the subtitles that were inside the film: one set,
// named by its content. Missing when there were none.
inline constexpr std::string_view kEmbeddedSubtitles = "subtitles";

// Immutable, so thread-safe.
class SubtitleSet {
  public:
    // Opens a folder that publish() made.
    static Result<std::shared_ptr<const SubtitleSet>> open(const std::filesystem::path& directory);

    // Writes `tracks` into a folder below `parent` that is named by their content, unless it is
    // there already, and returns its name: 32 hexadecimal digits. Appears whole or not at all. No
    // two tracks have the same language, kind and ordinal.
    static Result<std::string> publish(const std::filesystem::path& parent,
                                       std::span<const subtitles::Track> tracks);

    // The set of the subtitles inside the film whose prepared entry is in `directory`; null when
    // there were none.
    static Result<std::shared_ptr<const SubtitleSet>> open_embedded(
        const std::filesystem::path& directory);
    // The name that publish() would give them.
    static std::string name_of(std::span<const subtitles::Track> tracks);

    // The set for the part of the film from `start` to `end` (subtitles::trimmed).
    [[nodiscard]] std::shared_ptr<const SubtitleSet> trimmed(
        subtitles::Milliseconds start, std::optional<subtitles::Milliseconds> end) const;

    [[nodiscard]] std::span<const subtitles::Track> tracks() const { return tracks_; }

    // Null when the entry lacks it. `ordinal`: which of several of that language and kind, from 1.
    [[nodiscard]] const subtitles::Track* find(std::string_view language, subtitles::Kind kind,
                                               unsigned ordinal = 1) const;

  private:
    std::vector<subtitles::Track> tracks_;
};

}  // namespace matinee::library
