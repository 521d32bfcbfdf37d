#include "library/library.h"

namespace matinee::library {

template <typename T>
Result<std::shared_ptr<const T>> Library::open(Cache<T>& cache, const std::filesystem::path& folder,
                                               const std::string& id) {
    {
        const std::lock_guard lock(mutex_);
        const auto known = cache.find(id);
        if (known != cache.end()) {
            if (auto held = known->second.lock()) return held;
        }
    }
    // Two threads may open the same at once: both get a good one, one of them is remembered.
    std::shared_ptr<const T> opened = TRY(T::open(folder / id));
    const std::lock_guard lock(mutex_);
    std::erase_if(cache, [](const auto& item) { return item.second.expired(); });
    cache[id] = opened;
    return opened;
}

bool Library::has_media(const std::string& media_id) const {
    std::error_code error;
    return !media_id.empty() &&
           std::filesystem::exists(media_folder() / media_id / kManifestFile, error);
}

Result<std::shared_ptr<const PreparedEntry>> Library::media(const std::string& media_id) {
    return open(media_, media_folder(), media_id);
}

void Library::forget_media(const std::string& media_id) {
    const std::lock_guard lock(mutex_);
    media_.erase(media_id);
}

Result<std::shared_ptr<const SubtitleSet>> Library::subtitles(const std::string& subtitles_id) {
    return open(subtitles_, subtitles_folder(), subtitles_id);
}

}  // namespace matinee::library
