// HLS playlists as text (RFC 8216bis).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "playout/rundown.h"

namespace matinee::hls {

// One video rendition of a multivariant playlist. URIs are relative to the playlist.
struct Variant {
    std::string uri;
    std::string iframes_uri;          // empty without an I-frame playlist
    std::uint64_t peak_bit_rate = 0;  // bits a second, of the video alone
    std::uint64_t average_bit_rate = 0;
    std::uint64_t iframes_peak_bit_rate = 0;
    std::uint64_t iframes_average_bit_rate = 0;
    std::string codec;  // RFC 6381
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double frame_rate = 0;  // the highest that comes by
};

struct AudioRendition {
    std::string uri;
    std::string name;
    std::string language;  // BCP-47
    std::string codec;
    std::uint64_t peak_bit_rate = 0;
    std::uint64_t average_bit_rate = 0;
    std::uint32_t channels = 2;
};

struct SubtitleRendition {
    std::string uri;
    std::string name;
    std::string language;  // BCP-47
    bool forced = false;
    bool sdh = false;  // for the deaf and hard of hearing
};

// A multivariant playlist (section 4.4.6). BANDWIDTH is that of a variant with the sound, as
// section 4.4.6.2 asks.
std::string multivariant_playlist(std::span<const Variant> variants, const AudioRendition& audio,
                                  std::span<const SubtitleRendition> subtitles);

// What playlists tell of an airing: EXT-X-DATERANGE (section 4.4.5.1). Borrows its texts.
struct AiringLabel {
    std::string_view title;    // UTF-8; what an attribute cannot hold is replaced
    std::string_view author;   // empty: left out, as the country
    std::string_view country;  // ISO 3166-1 alpha-2
    std::string tag;           // airing_tag(): part of segment names
    bool encrypted = false;    // its pictures and sound; subtitles never are
    // Its media cannot be had any more: EXT-X-GAP (section 4.4.4.7) in every rendition.
    bool gap = false;
};

enum class RenditionKind { kVideo, kAudio, kSubtitles, kIframes };

// What may still happen to a playlist (section 4.4.3.5): a sliding window, one that only gains
// segments, or nothing.
enum class PlaylistType { kLive, kEvent, kVod };

// One rendition of a channel, or of an entry as VOD, over a range of its rundown.
struct MediaPlaylist {
    RenditionKind kind = RenditionKind::kVideo;
    const playout::Rundown& rundown;
    playout::SequenceRange range{};  // within rundown.sequences()
    Instant epoch{};                 // of tick zero
    std::chrono::seconds target_duration{6};
    PlaylistType type = PlaylistType::kVod;
    bool dated = false;                     // dates and date ranges also where it is not live
    std::chrono::milliseconds hold_back{};  // of a live one
    std::chrono::seconds can_skip_until{};  // likewise
    // Segments at the beginning of `range` that a delta update leaves out; 0 for a whole playlist.
    std::int64_t skipped = 0;
    std::string_view channel_id{};          // date ranges are called "<channel>-<ordinal>"
    std::span<const AiringLabel> labels{};  // one an airing; only tags matter unless dated or live
    // The init section's identifier for the airing of that index; not used for subtitles. Empty
    // when nobody knows it any more: then the airing has none of its own.
    std::function<std::string_view(std::size_t airing)> init_id{};
};

// How many segments at the beginning of `range` a delta update may leave out: those that end
// further than `can_skip_until` from its end (section 6.2.5.1). None from the first gap on: a
// client that has listed the segment before may not know yet that it is one.
std::int64_t skippable(const playout::Rundown& rundown, std::span<const AiringLabel> labels,
                       playout::SequenceRange range, Ticks can_skip_until);

// A media playlist (section 4.4.3). A live one has dates and date ranges, VOD has EXT-X-ENDLIST.
//
// Segments of airings whose media is lost keep their lines and have EXT-X-GAP besides.
//
// Segment URIs are segment_name(), init sections init_name(), keys key_name(), all next to the
// playlist.
//
// Encrypted airings have EXT-X-KEY with METHOD=AES-128 (section 4.4.4.4) and no IV: that of a
// segment is its media sequence number. Init sections are never encrypted, so no key may be in
// force at an EXT-X-MAP: the key stands after it, and METHOD=NONE before one that changes.
std::string media_playlist(const MediaPlaylist& playlist);

// "1234-5f0c9a2e.m4s". The tag makes a name stand for one sequence of bytes forever: a name that
// the rundown does not confirm is answered with 404, never with something else.
std::string segment_name(std::int64_t sequence, std::string_view tag, RenditionKind kind);

// "1230-5f0c9a2e.key", "1230-5f0c9a2e.iframe.key": the key of an airing in one rendition, by the
// number of its first segment. Subtitles have none.
std::string key_name(std::int64_t first_sequence, std::string_view tag, RenditionKind kind);

// "init-0123456789abcdef.mp4": named by content.
std::string init_name(std::string_view init_id);

// A file name of a rendition's folder, taken apart.
struct ResourceName {
    enum class Kind {
        kPlaylist,
        kIframesPlaylist,
        kInit,
        kSegment,
        kIframe,
        kSubtitles,
        kKey,
        kIframesKey
    };
    Kind kind = Kind::kPlaylist;
    std::int64_t sequence = 0;  // of segments; of a key's airing, the first
    std::string_view tag;       // of the same; the identifier of kInit
};
std::optional<ResourceName> parse_resource_name(std::string_view name);

inline constexpr std::string_view kMediaPlaylistName = "media.m3u8";
inline constexpr std::string_view kIframesPlaylistName = "iframes.m3u8";

// The tag of an airing's segments: eight hexadecimal digits that change with everything a
// segment's bytes follow from (media, what of it, subtitles, place on the timeline, sequence
// numbers). Not with
// its length: an airing that is cut short keeps the segments it had.
std::string airing_tag(const playout::Airing& airing);

// EXTINF's text: seconds with six decimals, rounded from ticks without floating point.
std::string seconds_text(Ticks duration);

}  // namespace matinee::hls
