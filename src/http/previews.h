// Previews over HTTP: playlists that are not published, and channels' future, as VOD.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/presentation.h"
#include "http/router.h"

namespace matinee::http {

// What a preview shows, in order.
struct PreviewItem {
    std::string entry_id;  // what is planned
    Ticks start{0};        // since the preview's beginning
    Ticks duration{0};
    std::string why_not;  // why the slate is shown instead; empty: it is shown
};

struct Preview {
    std::shared_ptr<const Presentation> presentation;
    std::vector<PreviewItem> items;
};
using PreviewPtr = std::shared_ptr<const Preview>;

// Whether a preview is made of what there is now, or goes on as it has begun.
enum class Look : std::uint8_t { kAnew, kAsBegun };

// Thread-safe; may read the database and open films. kNotFound for a playlist, version or channel
// that is not there; kInvalid for a time that is out of bounds, kConflict when nothing of it can be
// shown.
class PreviewSource {
  public:
    virtual ~PreviewSource() = default;
    [[nodiscard]] virtual Result<std::int64_t> newest_version(const std::string& playlist) = 0;
    [[nodiscard]] virtual Result<PreviewPtr> playlist(const std::string& id, std::int64_t version,
                                                      Look look) = 0;
    [[nodiscard]] virtual Result<PreviewPtr> channel(const std::string& id, Instant from,
                                                     std::chrono::seconds duration, Look look) = 0;
};

// Routes, for producers. What is asked for stands in the path, so that addresses in playlists can
// be relative, and any server can answer them:
//
//     /previews/playlists/ID/master.m3u8[?version=N]  leads to
//     /previews/playlists/ID/N/master.m3u8            N/preview.json says what is shown when
//     /previews/channels/ID/master.m3u8?from=INSTANT[&for=SECONDS]  leads to
//     /previews/channels/ID/INSTANT/SECONDS/master.m3u8
Result<void> add_preview_routes(Router& router, PreviewSource& previews, const base::Clock& clock);

}  // namespace matinee::http
