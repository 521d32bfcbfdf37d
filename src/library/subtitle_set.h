// The subtitles of an entry in all its languages, on disk: immutable, named by content.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::library {

// Immutable, so thread-safe.
class SubtitleSet {
  public:
    // Opens a folder that publish() made.
    static Result<std::shared_ptr<const SubtitleSet>> open(const std::filesystem::path& directory);

    // Writes `tracks` into a folder below `parent` that is named by their content, unless it is
    // there already, and returns its name: 32 hexadecimal digits. Appears whole or not at all.
    static Result<std::string> publish(const std::filesystem::path& parent,
                                       std::span<const subtitles::Track> tracks);

    // The name that publish() would give them.
    static std::string name_of(std::span<const subtitles::Track> tracks);

    [[nodiscard]] std::span<const subtitles::Track> tracks() const { return tracks_; }

    // Null when the entry lacks it.
    [[nodiscard]] const subtitles::Track* find(std::string_view language,
                                               subtitles::Kind kind) const;

  private:
    std::vector<subtitles::Track> tracks_;
};

}  // namespace matinee::library
