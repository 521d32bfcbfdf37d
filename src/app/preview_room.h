// Previews: a playlist before it is published, and what a channel is going to show, as VOD.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "app/broadcaster.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/previews.h"
#include "library/library.h"
#include "store/store.h"

namespace matinee::app {

// Nothing is rendered and no media copied: a preview is a rundown over the same tracks that
// channels play. Those that are being watched are kept, the one that was asked for least lately is
// forgotten first; asked for again it is made anew, with the same names as long as nothing has
// changed.
//
// Thread-safe. Reads the database and opens films, unless the preview is kept.
class PreviewRoom final : public http::PreviewSource {
  public:
    // The least and the most that can be watched of a channel's future.
    static constexpr std::chrono::hours kLongest{24};
    static constexpr std::chrono::hours kFurthest{31 * 24};

    // All arguments must outlive it. `kept`: how many previews.
    PreviewRoom(store::Store& store, library::Library& library, const base::Clock& clock,
                BroadcasterOptions options, std::size_t kept = 32)
        : store_(store),
          library_(library),
          clock_(clock),
          options_(std::move(options)),
          kept_(kept) {}

    [[nodiscard]] Result<std::int64_t> newest_version(const std::string& playlist) override;

    // An item that is not ready, or not there, has the slate in its place: for as long as it will
    // last where that is known, else for one round of the slate.
    [[nodiscard]] Result<http::PreviewPtr> playlist(const std::string& id, std::int64_t version,
                                                    http::Look look) override;

    // What is in the rundown, and beyond it what follows from the schedule as it is now.
    [[nodiscard]] Result<http::PreviewPtr> channel(const std::string& id, Instant from,
                                                   std::chrono::seconds duration,
                                                   http::Look look) override;

    // Previews that are kept.
    [[nodiscard]] std::size_t size() const;

  private:
    struct Kept {
        std::string key;
        std::uint64_t stamp = 0;  // Store::change_stamp() when it was made
        http::PreviewPtr preview;
    };
    class Projectionist;

    template <typename Make>
    Result<http::PreviewPtr> find_or_make(const std::string& key, http::Look look, Make make);
    Result<http::PreviewPtr> make_playlist(const std::string& id, std::int64_t version);
    Result<http::PreviewPtr> make_channel(const std::string& id, Instant from,
                                          std::chrono::seconds duration);
    http::Presentation::Settings settings(const std::string& title) const;

    store::Store& store_;
    library::Library& library_;
    const base::Clock& clock_;
    const BroadcasterOptions options_;
    const std::size_t kept_;

    mutable std::mutex mutex_;  // guards what is below; not held while a preview is made
    std::list<Kept> previews_;  // the one that was asked for last first
};

}  // namespace matinee::app
