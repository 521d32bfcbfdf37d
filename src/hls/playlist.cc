#include "hls/playlist.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace matinee::hls {

namespace {

using playout::Airing;
using playout::Rundown;
using playout::Segment;

using Out = std::back_insert_iterator<std::string>;

// What subtitles for the deaf and hard of hearing declare (section 4.4.6.1).
constexpr std::string_view kSdhCharacteristics =
    "CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,"
    "public.accessibility.describes-music-and-sound\",";

// The content of a quoted-string (section 4.2): no quotes, no line breaks, no control characters.
std::string quotable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"') {
            out += '\'';
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += ' ';
        } else {
            out += c;
        }
    }
    return out;
}

// Whole milliseconds, as dates have them: an airing ends exactly where the next begins. How long it
// lasts is said once all of it is listed: until then it may be cut short, and what a date range has
// said must not change (section 4.4.5.1).
void date_range(Out out, const MediaPlaylist& playlist, const Airing& airing,
                const AiringLabel& label) {
    const Instant start = playout::instant_of(playlist.epoch, airing.start);
    fmt::format_to(out, "#EXT-X-DATERANGE:ID=\"{}-{}\",CLASS=\"matinee.airing\",START-DATE=\"{}\"",
                   quotable(playlist.channel_id), airing.ordinal, base::to_rfc3339(start));
    if (airing.end_sequence() <= playlist.range.end) {
        const auto millis = (playout::instant_of(playlist.epoch, airing.end()) - start).count();
        fmt::format_to(out, ",DURATION={}.{:03}", millis / 1000, millis % 1000);
    }
    if (!label.title.empty()) fmt::format_to(out, ",X-TITLE=\"{}\"", quotable(label.title));
    if (!label.author.empty()) fmt::format_to(out, ",X-AUTHOR=\"{}\"", quotable(label.author));
    if (!label.country.empty()) fmt::format_to(out, ",X-COUNTRY=\"{}\"", quotable(label.country));
    fmt::format_to(out, "\n");
}

// Index of the first airing of `range` whose media is lost; nothing when none is.
std::optional<std::size_t> first_gap(const Rundown& rundown, std::span<const AiringLabel> labels,
                                     playout::SequenceRange range) {
    const auto first = rundown.segment(range.first);
    if (!first) return std::nullopt;
    const auto airings = rundown.airings();
    for (std::size_t i = first->airing; i < airings.size() && airings[i].first_sequence < range.end;
         ++i) {
        if (labels[i].gap) return i;
    }
    return std::nullopt;
}

// Section 7: EXT-X-SKIP is of version 9. EXT-X-GAP came with version 8; later drafts ask for no
// version, since those who don't know it find out when they load the segment.
int version_of(const MediaPlaylist& playlist) {
    if (playlist.skipped > 0) return 9;
    return first_gap(playlist.rundown, playlist.labels, playlist.range) ? 8 : 7;
}

void header(Out out, const MediaPlaylist& playlist) {
    fmt::format_to(out, "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n",
                   version_of(playlist), playlist.target_duration.count());
    fmt::format_to(out, "#EXT-X-MEDIA-SEQUENCE:{}\n", playlist.range.first);
    if (playlist.kind == RenditionKind::kIframes) fmt::format_to(out, "#EXT-X-I-FRAMES-ONLY\n");
    switch (playlist.type) {
        case PlaylistType::kLive: {
            const auto millis = playlist.hold_back.count();
            fmt::format_to(out,
                           "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={}.000,"
                           "HOLD-BACK={}.{:03}\n",
                           playlist.can_skip_until.count(), millis / 1000, millis % 1000);
            break;
        }
        case PlaylistType::kEvent:
            fmt::format_to(out, "#EXT-X-PLAYLIST-TYPE:EVENT\n");
            break;
        case PlaylistType::kVod:
            fmt::format_to(out, "#EXT-X-PLAYLIST-TYPE:VOD\n");
            break;
    }
}

// What a segment of this rendition covers: sound stands on the grid of its frames.
struct Span {
    Ticks start;
    Ticks end;
};
Span span_of(RenditionKind kind, const Segment& segment) {
    if (kind != RenditionKind::kAudio) return {segment.start, segment.end()};
    return {media::nearest_audio_frame(segment.start), media::nearest_audio_frame(segment.end())};
}

// The key of the airing in this rendition; empty when it is not encrypted.
std::string key_of(const MediaPlaylist& playlist, const Airing& airing, const AiringLabel& label) {
    if (!label.encrypted || playlist.kind == RenditionKind::kSubtitles) return {};
    return key_name(airing.first_sequence, label.tag, playlist.kind);
}

// What the tags so far say of the segments to come.
struct InForce {
    std::string_view map;  // the init section's identifier
    std::string key;       // its URI; empty: none
    bool told = true;      // false: the client knows it from before a skip
};

void no_key(Out out, InForce& in_force) {
    if (in_force.key.empty()) return;
    fmt::format_to(out, "#EXT-X-KEY:METHOD=NONE\n");
    in_force.key.clear();
}

// Tags and URI of one segment.
void segment_lines(Out out, const MediaPlaylist& playlist, const Segment& segment, bool first,
                   InForce& in_force) {
    const Airing& airing = playlist.rundown.airings()[segment.airing];
    const AiringLabel& label = playlist.labels[segment.airing];
    if (segment.opens_airing() && airing.discontinuity) {
        fmt::format_to(out, "#EXT-X-DISCONTINUITY\n");
    }
    if (playlist.kind != RenditionKind::kSubtitles && (first || segment.opens_airing())) {
        const std::string_view map = playlist.init_id(segment.airing);
        if (!map.empty() && map != in_force.map) {
            no_key(out, in_force);
            fmt::format_to(out, "#EXT-X-MAP:URI=\"{}\"\n", init_name(map));
            in_force.map = map;
        }
    }
    if (first || segment.opens_airing() || !in_force.told) {
        std::string key = key_of(playlist, airing, label);
        if (key.empty()) {
            no_key(out, in_force);
        } else if (key != in_force.key || !in_force.told) {
            fmt::format_to(out, "#EXT-X-KEY:METHOD=AES-128,URI=\"{}\"\n", key);
            in_force.key = std::move(key);
        }
        in_force.told = true;
    }
    const Span span = span_of(playlist.kind, segment);
    if (playlist.dated || playlist.type == PlaylistType::kLive) {
        if (first || segment.opens_airing()) date_range(out, playlist, airing, label);
        fmt::format_to(out, "#EXT-X-PROGRAM-DATE-TIME:{}\n",
                       base::to_rfc3339(playout::instant_of(playlist.epoch, span.start)));
    }
    if (label.gap) fmt::format_to(out, "#EXT-X-GAP\n");
    fmt::format_to(out, "#EXTINF:{},\n{}\n", seconds_text(span.end - span.start),
                   segment_name(segment.sequence, label.tag, playlist.kind));
}

// In place of the segments that a delta update leaves out: their date ranges, which stay (section
// 4.4.5.2), and their number. Returns what the client knows from before. The key is said again
// behind it, for not all clients carry one over.
InForce skipped_lines(Out out, const MediaPlaylist& playlist) {
    InForce known;
    known.told = false;
    const std::int64_t end = playlist.range.first + playlist.skipped;
    for (auto segment = playlist.rundown.segment(playlist.range.first);
         segment && segment->sequence < end;) {
        const Airing& airing = playlist.rundown.airings()[segment->airing];
        const AiringLabel& label = playlist.labels[segment->airing];
        date_range(out, playlist, airing, label);
        if (playlist.kind != RenditionKind::kSubtitles) {
            const std::string_view map = playlist.init_id(segment->airing);
            if (!map.empty()) known.map = map;
            known.key = key_of(playlist, airing, label);
        }
        segment = playlist.rundown.segment(airing.end_sequence());
    }
    fmt::format_to(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={}\n", playlist.skipped);
    return known;
}

// EXT-X-DISCONTINUITY-SEQUENCE counts the discontinuities that have left the window, so one
// that stands before the first listed segment does not count yet (section 4.4.3.3).
std::int64_t discontinuity_sequence(const Rundown& rundown, const Segment& first) {
    const Airing& airing = rundown.airings()[first.airing];
    const bool listed = airing.discontinuity && first.opens_airing();
    return airing.discontinuity_sequence - (listed ? 1 : 0);
}

std::string_view extension_of(RenditionKind kind) {
    switch (kind) {
        case RenditionKind::kSubtitles:
            return ".vtt";
        case RenditionKind::kIframes:
            return ".iframe.m4s";
        case RenditionKind::kVideo:
        case RenditionKind::kAudio:
            break;
    }
    return ".m4s";
}

constexpr std::string_view kKeyExtension = ".key";
constexpr std::string_view kIframesKeyExtension = ".iframe.key";

bool is_hex(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

// 64-bit FNV-1a: to tell names apart, not to withstand an adversary (who may request any name,
// and gets 404 unless it is the right one).
class Fingerprint {
  public:
    void add(std::string_view text) {
        for (const char c : text) {
            add_byte(static_cast<std::uint8_t>(c));
        }
        add_byte(0);
    }
    void add(std::int64_t number) {
        for (int shift = 0; shift < 64; shift += 8) {
            add_byte(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift));
        }
    }
    [[nodiscard]] std::uint32_t folded() const {
        return static_cast<std::uint32_t>(hash_ ^ hash_ >> 32);
    }

  private:
    void add_byte(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; }
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::string multivariant_playlist(std::span<const Variant> variants, const AudioRendition& audio,
                                  std::span<const SubtitleRendition> subtitles) {
    std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n";
    const Out out(text);
    fmt::format_to(out,
                   "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"{}\",LANGUAGE=\"{}\","
                   "DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"{}\",URI=\"{}\"\n",
                   quotable(audio.name), quotable(audio.language), audio.channels, audio.uri);
    for (const SubtitleRendition& subtitle : subtitles) {
        fmt::format_to(out,
                       "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=\"{}\","
                       "LANGUAGE=\"{}\",DEFAULT=NO,AUTOSELECT=YES,FORCED={},{}URI=\"{}\"\n",
                       quotable(subtitle.name), quotable(subtitle.language),
                       subtitle.forced ? "YES" : "NO",
                       subtitle.sdh ? kSdhCharacteristics : std::string_view(), subtitle.uri);
    }
    for (const Variant& variant : variants) {
        fmt::format_to(out,
                       "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{},{}\","
                       "RESOLUTION={}x{},FRAME-RATE={:.3f},AUDIO=\"audio\",{}"
                       "CLOSED-CAPTIONS=NONE\n{}\n",
                       variant.peak_bit_rate + audio.peak_bit_rate,
                       variant.average_bit_rate + audio.average_bit_rate, variant.codec,
                       audio.codec, variant.width, variant.height, variant.frame_rate,
                       subtitles.empty() ? "" : "SUBTITLES=\"subtitles\",", variant.uri);
    }
    for (const Variant& variant : variants) {
        if (variant.iframes_uri.empty()) continue;
        fmt::format_to(out,
                       "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{}\","
                       "RESOLUTION={}x{},URI=\"{}\"\n",
                       variant.iframes_peak_bit_rate, variant.iframes_average_bit_rate,
                       variant.codec, variant.width, variant.height, variant.iframes_uri);
    }
    return text;
}

std::int64_t skippable(const Rundown& rundown, std::span<const AiringLabel> labels,
                       playout::SequenceRange range, Ticks can_skip_until) {
    const auto last = rundown.segment(range.end - 1);
    if (!last) return 0;
    std::int64_t kept = rundown.first_ending_after(last->end() - can_skip_until);
    if (const auto gap = first_gap(rundown, labels, range)) {
        kept = std::min(kept, rundown.airings()[*gap].first_sequence);
    }
    return std::clamp<std::int64_t>(kept - range.first, 0, range.size());
}

std::string media_playlist(const MediaPlaylist& playlist) {
    std::string text;
    constexpr std::size_t kBytesPerSegment = 110;
    text.reserve(512 + static_cast<std::size_t>(playlist.range.size()) * kBytesPerSegment);
    const Out out(text);
    header(out, playlist);
    const auto first = playlist.rundown.segment(playlist.range.first);
    if (first) {
        const std::int64_t number = discontinuity_sequence(playlist.rundown, *first);
        if (number > 0) fmt::format_to(out, "#EXT-X-DISCONTINUITY-SEQUENCE:{}\n", number);
    }
    InForce in_force;
    std::int64_t sequence = playlist.range.first;
    if (playlist.skipped > 0) {
        in_force = skipped_lines(out, playlist);
        sequence += playlist.skipped;
    }
    for (; sequence < playlist.range.end; ++sequence) {
        const auto segment = playlist.rundown.segment(sequence);
        if (!segment) break;
        segment_lines(out, playlist, *segment, sequence == playlist.range.first, in_force);
    }
    if (playlist.type == PlaylistType::kVod) text += "#EXT-X-ENDLIST\n";
    return text;
}

std::string segment_name(std::int64_t sequence, std::string_view tag, RenditionKind kind) {
    return fmt::format("{}-{}{}", sequence, tag, extension_of(kind));
}

std::string key_name(std::int64_t first_sequence, std::string_view tag, RenditionKind kind) {
    return fmt::format("{}-{}{}", first_sequence, tag,
                       kind == RenditionKind::kIframes ? kIframesKeyExtension : kKeyExtension);
}

std::string init_name(std::string_view init_id) {
    return fmt::format("init-{}.mp4", init_id);
}

std::optional<ResourceName> parse_resource_name(std::string_view name) {
    using Kind = ResourceName::Kind;
    if (name == kMediaPlaylistName) return ResourceName{};
    if (name == kIframesPlaylistName) return ResourceName{Kind::kIframesPlaylist, 0, {}};
    constexpr std::string_view kInitPrefix = "init-";
    constexpr std::string_view kInitSuffix = ".mp4";
    if (name.starts_with(kInitPrefix) && name.ends_with(kInitSuffix)) {
        const std::string_view id =
            name.substr(kInitPrefix.size(), name.size() - kInitPrefix.size() - kInitSuffix.size());
        if (!is_hex(id)) return std::nullopt;
        return ResourceName{Kind::kInit, 0, id};
    }
    const std::size_t dot = name.find('.');
    const std::size_t dash = name.find('-');
    if (dot == std::string_view::npos || dash >= dot) return std::nullopt;
    ResourceName resource;
    const std::string_view extension = name.substr(dot);
    if (extension == extension_of(RenditionKind::kVideo)) {
        resource.kind = Kind::kSegment;
    } else if (extension == extension_of(RenditionKind::kIframes)) {
        resource.kind = Kind::kIframe;
    } else if (extension == extension_of(RenditionKind::kSubtitles)) {
        resource.kind = Kind::kSubtitles;
    } else if (extension == kKeyExtension) {
        resource.kind = Kind::kKey;
    } else if (extension == kIframesKeyExtension) {
        resource.kind = Kind::kIframesKey;
    } else {
        return std::nullopt;
    }
    const char* const end = name.data() + dash;
    const auto parsed = std::from_chars(name.data(), end, resource.sequence);
    resource.tag = name.substr(dash + 1, dot - dash - 1);
    // One name for each segment: no sign, no leading zero.
    const bool plain = name.front() != '-' && (name.front() != '0' || dash == 1);
    if (parsed.ec != std::errc() || parsed.ptr != end || !plain || !is_hex(resource.tag)) {
        return std::nullopt;
    }
    return resource;
}

std::string airing_tag(const playout::Airing& airing) {
    Fingerprint fingerprint;
    fingerprint.add(airing.media_id);
    fingerprint.add(airing.subtitles_id);
    fingerprint.add(airing.start.count());
    fingerprint.add(airing.first_sequence);
    if (airing.from != Ticks(0) || airing.to != Ticks(0)) {
        fingerprint.add(airing.from.count());
        fingerprint.add(airing.to.count());
    }
    return fmt::format("{:08x}", fingerprint.folded());
}

std::string seconds_text(Ticks duration) {
    // A tick is 100/9 microseconds.
    const std::int64_t micros = (duration.count() * 100 + 4) / 9;
    return fmt::format("{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

}  // namespace matinee::hls
