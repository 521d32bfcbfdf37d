// The library: prepared entries and subtitle sets by their names.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "library/prepared_entry.h"
#include "library/subtitle_set.h"

namespace matinee::library {

// Opens each thing once for as long as somebody holds it. Thread-safe; opening blocks for the
// disk, so it is not for the path of a request.
class Library {
  public:
    explicit Library(std::filesystem::path root) : root_(std::move(root)) {}

    [[nodiscard]] const std::filesystem::path& root() const { return root_; }
    [[nodiscard]] std::filesystem::path media_folder() const { return root_ / "media"; }
    [[nodiscard]] std::filesystem::path subtitles_folder() const { return root_ / "subtitles"; }

    // Whether the preparation of that name is there, without opening it.
    [[nodiscard]] bool has_media(const std::string& media_id) const;

    Result<std::shared_ptr<const PreparedEntry>> media(const std::string& media_id);
    Result<std::shared_ptr<const SubtitleSet>> subtitles(const std::string& subtitles_id);

    // Opens it anew the next time it is asked for: its files have changed under us. Whoever holds
    // it keeps what they have.
    void forget_media(const std::string& media_id);

  private:
    template <typename T>
    using Cache = std::map<std::string, std::weak_ptr<const T>>;

    std::filesystem::path root_;
    std::mutex mutex_;  // guards the caches; not held while opening
    Cache<PreparedEntry> media_;
    Cache<SubtitleSet> subtitles_;

    template <typename T>
    Result<std::shared_ptr<const T>> open(Cache<T>& cache, const std::filesystem::path& folder,
                                          const std::string& id);
};

}  // namespace matinee::library
