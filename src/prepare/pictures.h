// The poster and the thumbnails of a film.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.h"
#include "library/manifest.h"
#include "prepare/gst.h"
#include "prepare/rational.h"

namespace matinee::prepare {

inline constexpr std::uint32_t kPosterWidth = 640;
inline constexpr std::uint32_t kPosterHeight = 360;
inline constexpr std::uint32_t kTileWidth = 160;
inline constexpr std::uint32_t kTileHeight = 90;
inline constexpr std::uint32_t kTileColumns = 10;

// Keeps a picture a second at first; whenever there are kMost, every other one is let go and
// the distance doubles. So a film of any length, known or not, ends with 50 to 100 pictures (fewer
// when it is short), at equal distances.
//
// Thread-safe: one streaming thread asks `wants`, another adds.
class PictureCollector {
  public:
    static constexpr std::size_t kMost = 100;

    explicit PictureCollector(Rational frame_rate);

    [[nodiscard]] bool wants(std::int64_t frame) const {
        return frame % distance_.load(std::memory_order_relaxed) == 0;
    }

    // `sample`: I420, kPosterWidth x kPosterHeight.
    void add(std::int64_t frame, GstSample* sample);

    // Writes a non-black picture from about a quarter of the film as JPEG.
    Result<void> write_poster(const std::filesystem::path& path) const;

    // Writes the tiles, and says how they lie; `file` is left empty.
    Result<library::Thumbnails> write_thumbnails(const std::filesystem::path& path) const;

  private:
    struct Picture {
        std::int64_t frame;
        Ref<GstSample> sample;
    };

    const Rational frame_rate_;
    std::atomic<std::int64_t> distance_;  // frames
    mutable std::mutex mutex_;
    std::vector<Picture> pictures_;
};

}  // namespace matinee::prepare
