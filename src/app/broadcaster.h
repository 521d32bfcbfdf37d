// Keeps every channel on the air: extends rundowns ahead, carries edits into them, and holds
// what requests are answered from.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/as_run_recorder.h"
#include "app/channel_settings.h"
#include "app/planning.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/guide.h"
#include "http/presentation.h"
#include "library/growing_entry.h"
#include "library/library.h"
#include "library/outline.h"
#include "playout/growth.h"
#include "playout/schedule.h"
#include "playout/stand_in.h"
#include "store/store.h"

namespace matinee::app {

struct BroadcasterOptions {
    std::vector<library::Rung> ladder;
    std::uint32_t gop_seconds = 2;
    std::uint32_t gops_per_segment = 2;
    std::chrono::seconds dvr_window{3600};
    // At least three target durations (RFC 8216bis section 4.4.3.8); less is raised to that.
    std::chrono::seconds hold_back{18};

    // What encrypted channels are encrypted with; null: none can be.
    std::shared_ptr<http::SegmentCipher> cipher{};

    // How far rundowns are made ahead, and at what remainder they are extended.
    std::chrono::seconds horizon = std::chrono::hours(48);
    std::chrono::seconds least_ahead = std::chrono::hours(47);

    // How much of the coming rundown a channel holds in memory, and how soon before its end it
    // reads on.
    std::chrono::seconds loaded_ahead{900};
    std::chrono::seconds reload_margin{300};

    // How long before a film that is cut for a fixed start begins its faded ending is asked for.
    std::chrono::seconds endings_ahead = std::chrono::hours(6);

    // How often it looks whether the store has changed.
    std::chrono::milliseconds poll{1000};
};

// Reads go on while a snapshot is replaced: each is immutable, and swapped whole.
//
// on_air() functions are thread-safe and do not block. One thread of its own does all else.
class Broadcaster final : public http::OnAir {
  public:
    // Loads what the store has and starts the thread. All arguments must outlive the broadcaster.
    static Result<std::unique_ptr<Broadcaster>> start(store::Store& store,
                                                      library::Library& library,
                                                      const base::Clock& clock,
                                                      BroadcasterOptions options);
    ~Broadcaster() override;
    Broadcaster(const Broadcaster&) = delete;
    Broadcaster& operator=(const Broadcaster&) = delete;

    // Ends the thread. What is loaded stays to be asked for.
    void stop();

    // Looks at the store now: something has changed. Thread-safe.
    void wake();

    // An entry that has no media yet is being prepared: `groups` groups of pictures of it can be
    // played, from `directory` (library/growing_entry.h). It can be asked for at once, and goes on
    // the air when playout::keeps_ahead() says that it may. Thread-safe.
    void available(const std::string& entry_id, const std::filesystem::path& directory,
                   std::int64_t groups);

    // Its preparation has ended without a result. What of it has been published stays; an airing
    // that has begun is cut short. Thread-safe.
    void withdraw(const std::string& entry_id);

    [[nodiscard]] std::shared_ptr<const http::Presentation> channel(
        std::string_view id) const override;
    [[nodiscard]] std::vector<std::shared_ptr<const http::Presentation>> channels() const override;
    [[nodiscard]] std::shared_ptr<const http::Presentation> entry(
        std::string_view id) const override;

    [[nodiscard]] std::shared_ptr<const http::Guide> guide() const override {
        return guide_.load();
    }

    // Channels that have something on now, and all of them.
    struct Counts {
        std::size_t on_air = 0;
        std::size_t all = 0;
    };
    [[nodiscard]] Counts counts() const;

    // What has gone wrong with media on the air, since the start.
    struct Incidents {
        std::uint64_t stand_ins = 0;            // airings that something else was shown for
        std::uint64_t unreadable_segments = 0;  // that were asked for
        std::size_t lost_media = 0;             // now
    };
    [[nodiscard]] Incidents incidents() const;

    // HOLD-BACK and EXT-X-TARGETDURATION that follow from the options.
    static std::chrono::seconds target_duration(const BroadcasterOptions& options);
    static std::chrono::seconds hold_back(const BroadcasterOptions& options);

    // How much beyond HOLD-BACK an edit leaves alone: requests under way and clocks that differ.
    static constexpr Ticks kSpliceMargin = std::chrono::seconds(10);

    // How much beyond HOLD-BACK an on-air command leaves alone: what is handed out early, and the
    // time until all threads know of it.
    static constexpr Ticks kCommandMargin = std::chrono::seconds(4);

    // A command, or a takeover, is written this soon after it was planned, or not at all; the rest
    // of kCommandMargin is for servers to take it up.
    static constexpr std::chrono::milliseconds kToWrite{1'000};

  private:
    using PresentationPtr = std::shared_ptr<const http::Presentation>;
    using FilmPtr = std::shared_ptr<const http::Film>;
    using LostFilmPtr = std::shared_ptr<const http::LostFilm>;

    // Swapped one by one, so that a change of one channel does not copy the others.
    struct Slot {
        std::atomic<PresentationPtr> presentation;
    };
    using Slots = std::map<std::string, std::shared_ptr<Slot>, std::less<>>;
    using Entries = std::map<std::string, PresentationPtr, std::less<>>;

    // What has been said of entries that are being prepared, and not yet taken up.
    struct Notice {
        std::filesystem::path directory;
        std::int64_t groups = 0;  // 0: withdrawn
    };

    // An entry that is being prepared.
    struct Growing {
        std::filesystem::path directory;
        std::unique_ptr<library::GrowingEntry> media;
        FilmPtr film;  // as far as it is known
        playout::Growth growth;
        Instant first_seen{};
        bool may_air = false;
        bool fell_behind = false;  // it has had its chance, and waits until it is prepared
    };

    // What the thread knows of a channel besides.
    struct ChannelState {
        store::Channel row;
        ChannelSettings settings;
        store::Schedule planned;  // without a version: its playlist, round and round
        PlayedItems playlists;    // what its blocks, its fillers and its own playlist play
        std::vector<playout::EncryptionChange> encryption;  // from where on it is encrypted
        Ticks edits_from{0};    // no airing that starts before is changed by an edit
        Instant reload_at{};    // when the loaded rundown needs to be read on
        bool failed = false;    // said so already
        std::string said_gone;  // likewise, of missing files
        // Rows that are on or come within what is loaded, and up to where they are looked at beyond
        // the usual: one could not be opened.
        std::vector<playout::Airing> coming;
        Ticks opened_until{0};
        bool unrecorded = false;                          // likewise, of its as-run log
        std::map<std::string, Instant> cuts;              // endings that are wanted: since when
        std::shared_ptr<const http::GuideChannel> guide;  // null: to be made anew
    };

    Broadcaster(store::Store& store, library::Library& library, const base::Clock& clock,
                BroadcasterOptions options);

    void run();
    Result<void> refresh();
    Result<void> refresh_entries();
    bool take_notices();
    Result<void> grow(const std::string& entry_id, const Notice& notice);
    void forget_growing(const std::string& entry_id);
    Result<void> publish_entries();
    Result<void> refresh_channels(bool changed);
    Result<void> refresh_channel(ChannelState& state, Slot& slot, bool changed);
    Result<void> read_plans(ChannelState& state);
    Result<void> reconcile(ChannelState& state, const playout::Schedule& schedule, Ticks now,
                           bool whole);
    Result<void> extend(ChannelState& state, const playout::Schedule& schedule, Ticks now);
    Result<void> load(ChannelState& state, Slot& slot, Instant now);
    void keep_log(Instant now);
    playout::AsRunRecord describe(const store::Channel& channel, const playout::Airing& airing);
    Result<void> refresh_guide(Instant now);
    Result<std::shared_ptr<const http::GuideChannel>> make_guide(
        const ChannelState& state, Instant now,
        std::map<std::string, std::shared_ptr<const http::GuideEntry>>& entries);
    [[nodiscard]] std::shared_ptr<const http::GuideEntry> guide_entry(
        const std::string& entry_id) const;
    // takeover.cc: media that is lost when its time comes.
    void unreadable(const std::string& media_id);
    void report_suspects();
    void record_incident(std::string_view action, const std::string& subject,
                         const nlohmann::json& detail);
    bool looks_for_lost_media(Instant now);
    void look_for_lost_variants();
    Result<std::shared_ptr<const library::PreparedEntry>> open_media(const std::string& media_id);
    Result<void> inspect(const http::Film& film);
    void drop_media(const std::string& media_id);
    bool found(const std::string& media_id);
    [[nodiscard]] bool is_coming(const std::string& media_id) const;
    std::string why_lost(const playout::Airing& airing);
    std::optional<playout::Understudies> understudies(const ChannelState& state);
    std::optional<playout::Programme> planned_programme(const ChannelState& state,
                                                        const PlayedItem& item);
    void note_lost(const playout::Airing& airing, const std::string& reason);
    Result<void> take_over(ChannelState& state, Instant now);
    static std::string film_key(std::string_view entry, std::string_view media,
                                std::string_view subtitles);
    static std::string film_key(const http::Film& film);

    Result<void> cut_short_what_waits(ChannelState& state, Slot& slot, Instant now);
    [[nodiscard]] FilmPtr film_to_air(const std::string& entry_id) const;
    [[nodiscard]] static std::vector<PlayedItem> repertoire(const ChannelState& state);
    [[nodiscard]] Result<playout::Schedule> schedule(const ChannelState& state);
    // What the channel shows of an item: the variant it asks for when that is ready, else the part
    // without drawn subtitles or, where the item allows it, the plain film. Null when there is none
    // yet.
    FilmPtr shown(const ChannelState& state, const PlayedItem& item);
    FilmPtr variant_film(const std::string& entry_id, const std::string& description);
    Result<void> request_variants(const ChannelState& state);
    Result<void> request_drafted_parts();
    Result<void> request_endings(ChannelState& state, const playout::Schedule& schedule,
                                 Instant now);
    void forget_old_endings(Instant now);
    std::vector<playout::Ending> endings(const ChannelState& state, const PlayedItem& item,
                                         const playout::Programme& whole);
    Result<void> request(const PlayedItem& item, const std::string& description);
    // What the channel asks for: Variant::description, empty for the plain film.
    std::string wanted_variant(const ChannelState& state, const PlayedItem& item);
    void forget_unused_variants();
    Result<FilmPtr> film_of(const playout::Airing& airing);
    std::string fingerprint_of(const playout::Airing& airing);
    // lost_films.cc: what is left of those whose files are gone.
    void keep_outline(const library::PreparedEntry& media);
    std::optional<library::Outline> outline_of(const std::string& media_id);
    std::optional<playout::Segmentation> cut_of_lost(
        const playout::Airing& airing, const std::optional<library::Outline>& outline);
    Result<LostFilmPtr> lost_film_of(const playout::Airing& airing);
    Result<FilmPtr> make_film(const store::Entry& entry,
                              std::shared_ptr<const library::PreparedEntry> media,
                              const std::string& subtitles_id);
    Result<PresentationPtr> as_vod(const FilmPtr& film, std::vector<PresentationPtr> former);
    Result<std::vector<PresentationPtr>> still_watched(const PresentationPtr& replaced,
                                                       const http::Film& film);
    [[nodiscard]] playout::Window window() const;

    store::Store& store_;
    library::Library& library_;
    const base::Clock& clock_;
    const BroadcasterOptions options_;

    std::atomic<std::shared_ptr<const Slots>> slots_;
    std::atomic<std::shared_ptr<const Entries>> entries_;
    std::atomic<std::shared_ptr<const http::Guide>> guide_;
    std::atomic<std::uint64_t> stand_ins_ = 0;
    std::atomic<std::uint64_t> unreadable_segments_ = 0;
    std::atomic<std::size_t> lost_media_ = 0;

    // Of the thread alone.
    AsRunRecorder recorder_;
    std::map<std::string, FilmPtr, std::less<>> films_;      // by entry: its present version
    std::map<std::string, store::Entry, std::less<>> rows_;  // by entry
    std::map<std::string, std::weak_ptr<const http::Film>>
        older_films_;                                      // by what they are made of
    std::map<std::string, Growing, std::less<>> growing_;  // by entry: those without media
    std::set<std::string> grown_;  // those of which there is more than at the last refresh
    std::map<std::string, ChannelState> states_;
    std::map<std::string, std::vector<store::Variant>, std::less<>> variants_;  // by entry
    std::map<std::string, FilmPtr> variant_films_;     // by what they are made of
    std::map<std::string, std::string> descriptions_;  // of wanted variants, by set and wish
    std::set<std::string> used_;                       // keys of the last two, since the last sweep
    std::map<std::string, std::string> lost_;          // media that cannot be shown: why; as stored
    std::map<std::string, std::string>
        inspected_;  // this round, by what films are made of: why not
    std::map<std::string, LostFilmPtr> lost_films_;  // likewise: what is left of them
    // Media whose outline is stored; whether it is as promised, being prepared still.
    std::set<std::pair<std::string, bool>> outlined_;
    std::set<std::string> reported_;  // media of which a segment could not be read
    Instant look_for_lost_at_{};
    Instant forget_endings_at_{};
    bool media_changed_ = false;  // films have been dropped
    std::uint64_t seen_change_ = 0;
    bool ever_refreshed_ = false;

    std::mutex mutex_;  // guards what is below
    std::condition_variable wakeup_;
    std::map<std::string, Notice> notices_;  // by entry, the newest
    std::set<std::string> suspects_;         // media of which a segment could not be read
    bool stopping_ = false;
    bool woken_ = false;
    std::thread thread_;
};

}  // namespace matinee::app
