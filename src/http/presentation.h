// A channel, or an entry as VOD, ready to be asked for: everything a playlist or a segment
// follows from, in memory. No database, no directory is looked at to answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "hls/playlist.h"
#include "http/guide.h"
#include "http/message.h"
#include "http/segment_cipher.h"
#include "library/outline.h"
#include "library/prepared_entry.h"
#include "library/subtitle_set.h"
#include "playout/encryption.h"
#include "playout/rundown.h"

namespace matinee::http {

// What is said of an entry.
struct Credits {
    std::string entry_id;
    std::map<std::string, std::string> titles;  // BCP-47 -> title
    std::string author;
    std::string country;

    // The title for a text that has room for one: English where there is one, since most of an
    // international audience reads it, else any; the entry's name when it has none.
    [[nodiscard]] std::string_view title() const;
};

// An entry as viewers meet it: what is said of it, its tracks, its subtitles. Immutable; shared
// by all channels that play it.
struct Film : Credits {
    struct IframeRates {
        std::uint64_t peak = 0;  // bits a second
        std::uint64_t average = 0;
        std::uint64_t largest = 0;  // bits of one
    };

    std::shared_ptr<const library::PreparedEntry> media;
    std::shared_ptr<const library::SubtitleSet> subtitles;  // null: none
    std::string subtitles_id;
    playout::Segmentation cut;
    std::vector<IframeRates> iframe_rates;  // of media->videos(), in order

    // Segments that can be had: all of the cut, or fewer while the media is being prepared.
    [[nodiscard]] std::int64_t complete_segments() const;

    static std::shared_ptr<const Film> create(std::string entry_id,
                                              std::map<std::string, std::string> titles,
                                              std::string author, std::string country,
                                              std::shared_ptr<const library::PreparedEntry> media,
                                              std::shared_ptr<const library::SubtitleSet> subtitles,
                                              std::string subtitles_id,
                                              std::uint32_t gops_per_segment);
};

// A film whose files cannot be read any more, as far as playlists still have to tell of it: what
// has been listed stays listed, as a gap. Immutable; shared like Film.
struct LostFilm : Credits {
    std::shared_ptr<const library::SubtitleSet> subtitles;  // null: none, or lost as well
    playout::Segmentation cut;
    std::optional<library::Outline> outline;  // unset: nobody knows its init sections
};

// The init sections of all renditions: equal for two films that follow each other without
// EXT-X-DISCONTINUITY on a channel of that ladder.
std::string fingerprint(const Film& film, std::span<const library::Rung> ladder);
std::string fingerprint(const library::Outline& outline, std::span<const library::Rung> ladder);

// A subtitle rendition: a language, what for, and which of several.
struct SubtitleChoice {
    std::string language;  // BCP-47
    subtitles::Kind kind = subtitles::Kind::kSubtitles;
    unsigned ordinal = 1;  // of those of the same language and kind
    std::string label;     // what all films of the repertoire call it; else empty

    auto operator<=>(const SubtitleChoice&) const = default;

    // "subtitles-zh", "subtitles-en-sdh", "subtitles-en-2": the rendition's folder.
    [[nodiscard]] std::string rendition() const;
    // "中文", "English (SDH)", "English 2", "English 2 (director)": differs from the
    // others'.
    [[nodiscard]] std::string name() const;
};

// What a client asks of a playlist besides (RFC 8216bis section 6.2.5).
struct DeliveryDirectives {
    std::optional<std::int64_t> media_sequence;  // _HLS_msn: wait until this segment is listed
    bool skip = false;                           // _HLS_skip: a delta update will do

    // kInvalid, for the client, when _HLS_msn is no number or _HLS_skip neither YES nor v2.
    static Result<DeliveryDirectives> parse(const Query& query);
};

// Immutable but for a cache, thread-safe.
class Presentation {
  public:
    struct Settings {
        std::string id;
        std::string title;
        Instant epoch{};                      // of tick zero
        std::optional<playout::Window> live;  // unset: VOD
        // Of VOD: which part of the rundown, in whole segments; unset: all of it.
        std::optional<std::pair<Ticks, Ticks>> part;
        bool dated = false;                 // of VOD: with dates and titles, as live
        std::vector<library::Rung> ladder;  // the video renditions, largest first
        std::chrono::seconds target_duration{6};
        // Which airings are encrypted, and with what; without a cipher none is.
        std::vector<playout::EncryptionChange> encryption;
        std::shared_ptr<SegmentCipher> cipher;
        // Told of media whose files cannot be read although they should; on the thread of whoever
        // asked, as often as they ask. May be empty.
        std::function<void(const std::string& media_id)> on_unreadable;
        // Of VOD: what stood at these addresses before, newest first. Who has its lists still gets
        // what they name.
        std::vector<std::shared_ptr<const Presentation>> former;
    };

    // `airings` continue one another, `films` has one for each. `repertoire`: all films that may
    // come by; their languages and bit rates are declared from the start, so that the
    // multivariant playlist does not change with every airing.
    //
    // Media that is still being prepared is listed as far as it exists. An entry is an EVENT
    // playlist then; a channel's window waits, so whoever makes rundowns must see to it that it
    // never has to (playout/growth.h).
    //
    // Where `films` is null the airing's media is lost, and `lost` has what is left of it, by the
    // same index: its segments are listed with EXT-X-GAP, and cannot be had.
    static Result<std::shared_ptr<const Presentation>> create(
        Settings settings, std::vector<playout::Airing> airings,
        std::vector<std::shared_ptr<const Film>> films,
        std::vector<std::shared_ptr<const Film>> repertoire,
        std::map<std::size_t, std::shared_ptr<const LostFilm>> lost = {});

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const playout::Rundown& rundown() const { return rundown_; }
    // Null when the airing's media is lost, as an entry's never is.
    [[nodiscard]] const Film* film(std::size_t airing) const { return films_[airing].get(); }
    // The same, for who keeps it longer than this presentation.
    [[nodiscard]] const std::shared_ptr<const Film>& shared_film(std::size_t airing) const {
        return films_[airing];
    }
    // Also of what is lost.
    [[nodiscard]] const Credits& credits(std::size_t airing) const;
    [[nodiscard]] const std::vector<SubtitleChoice>& subtitles() const { return subtitles_; }
    [[nodiscard]] Ticks ticks_at(Instant now) const {
        return playout::ticks_since(settings_.epoch, now);
    }

    // Segments of the airing that can be had: fewer than it has while its media is being prepared.
    [[nodiscard]] std::int64_t complete_segments(std::size_t airing) const;

    // The airing whose media is not prepared as far as playlists would list it at `now`.
    [[nodiscard]] std::optional<std::size_t> waiting_airing(Instant now) const;

    // GET <base>/master.m3u8
    [[nodiscard]] Response multivariant() const;

    // GET <base>/RENDITION/RESOURCE: a media playlist, an init section, a key or a segment. 404 for
    // what does not exist, no longer or not yet, and for a gap; 503 for a channel with nothing on,
    // and for a segment whose file turns out not to be readable. What only Settings::former has is
    // answered by it.
    //
    // `directives` are those of a playlist (RFC 8216bis section 6.2.5); other resources have none.
    [[nodiscard]] Response resource(std::string_view rendition, std::string_view name, Instant now,
                                    const DeliveryDirectives& directives = {}) const;

  private:
    struct Rendition {
        hls::RenditionKind kind = hls::RenditionKind::kVideo;
        const library::Rung* rung = nullptr;        // of video
        const SubtitleChoice* subtitles = nullptr;  // of subtitles
    };
    struct CachedPlaylist {
        playout::SequenceRange range;
        std::shared_ptr<const std::string> text;
        Body gzip;
    };

    using FilmPtr = std::shared_ptr<const Film>;
    using LostFilms = std::map<std::size_t, std::shared_ptr<const LostFilm>>;

    Presentation(Settings settings, playout::Rundown rundown, std::vector<FilmPtr> films,
                 std::vector<FilmPtr> repertoire, LostFilms lost);

    [[nodiscard]] Response own_resource(std::string_view rendition, std::string_view name,
                                        Instant now, const DeliveryDirectives& directives) const;
    [[nodiscard]] std::optional<Rendition> find_rendition(std::string_view name) const;
    static const library::PreparedEntry::Track& track(const Film& film, const Rendition& rendition);
    static const library::Outline::Track& track(const library::Outline& outline,
                                                const Rendition& rendition);
    // What playlists list, and whether they would list more if it existed.
    struct Listed {
        playout::SequenceRange range;
        bool held = false;
    };
    [[nodiscard]] Listed listed(Instant now) const;
    [[nodiscard]] Response playlist(std::string_view rendition_name, Rendition rendition,
                                    Instant now, const DeliveryDirectives& directives) const;
    [[nodiscard]] std::chrono::milliseconds time_until_listed(std::int64_t sequence,
                                                              Instant now) const;
    [[nodiscard]] std::string_view init_id(std::size_t airing, const Rendition& rendition) const;
    [[nodiscard]] Response init(const Rendition& rendition, std::string_view id) const;
    // What names an airing to whoever derives keys.
    [[nodiscard]] std::string key_identity(std::size_t airing) const;
    [[nodiscard]] auth::SegmentKey key_of(std::size_t airing, const Rendition& rendition) const;
    [[nodiscard]] Response key(const Rendition& rendition, const hls::ResourceName& name,
                               Instant now) const;
    // The segment of that name, if it is to be had; else what is to be answered.
    [[nodiscard]] std::variant<playout::Segment, Response> find_segment(
        const hls::ResourceName& name, Instant now) const;
    [[nodiscard]] Response segment(const Rendition& rendition, const hls::ResourceName& name,
                                   Instant now) const;
    [[nodiscard]] Response lost(std::size_t airing) const;
    [[nodiscard]] Response unreadable(const Film& film) const;
    [[nodiscard]] std::string render_multivariant() const;

    Settings settings_;
    playout::Rundown rundown_;
    std::vector<FilmPtr> films_;             // one an airing; null: lost
    LostFilms lost_;                         // by airing: those without film
    std::vector<FilmPtr> repertoire_;        // each once
    std::vector<hls::AiringLabel> labels_;   // one an airing; views of films_ and lost_
    std::vector<SubtitleChoice> subtitles_;  // of the repertoire, and what is lost, sorted
    std::shared_ptr<const std::string> multivariant_;
    std::int64_t complete_end_ = 0;  // from this number on, segments are not prepared yet

    mutable std::mutex cache_mutex_;
    mutable std::map<std::string, CachedPlaylist, std::less<>> cache_;  // by rendition and kind
};

// What is there to be asked for, by identifier. Implementations are thread-safe and do not block.
class OnAir {
  public:
    virtual ~OnAir() = default;

    // Null when there is no such channel.
    [[nodiscard]] virtual std::shared_ptr<const Presentation> channel(
        std::string_view id) const = 0;

    // By identifier.
    [[nodiscard]] virtual std::vector<std::shared_ptr<const Presentation>> channels() const = 0;

    // An entry as VOD; null when there is none, or none that is ready.
    [[nodiscard]] virtual std::shared_ptr<const Presentation> entry(std::string_view id) const = 0;

    // What is on all channels for the next two days; never null.
    [[nodiscard]] virtual std::shared_ptr<const Guide> guide() const = 0;
};

}  // namespace matinee::http
