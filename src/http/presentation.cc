#include "http/presentation.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

#include "hls/segment.h"
#include "http/negotiate.h"
#include "http/problem.h"
#include "playout/as_run.h"
#include "subtitles/language.h"
#include "subtitles/segment.h"

namespace matinee::http {

namespace {

using hls::RenditionKind;
using hls::ResourceName;
using library::PreparedEntry;
using playout::Segment;
using playout::SequenceRange;

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";

// Names are made of content, so what they stand for never changes.
constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";

// How much earlier than its publication a segment is handed out: clocks of servers behind one
// address differ a little.
constexpr Ticks kEarly = std::chrono::seconds(1);

// EXT-X-SERVER-CONTROL's CAN-SKIP-UNTIL: the least that section 4.4.3.8 allows.
constexpr int kCanSkipTargetDurations = 6;

// How soon it is looked again whether a segment that is being prepared has come.
constexpr std::chrono::milliseconds kLookAgain{250};

// Of the first `segments` of a track.
Film::IframeRates iframe_rates(const media::TrackIndex& video, const playout::Segmentation& cut,
                               std::int64_t segments) {
    constexpr std::uint64_t kHeader = 144;
    Film::IframeRates rates;
    std::uint64_t bytes = 0;
    Ticks shown{0};
    for (std::int64_t i = 0; i < segments; ++i) {
        const playout::EntrySegment piece = cut.at(i);
        const media::Chunk& gop = video.chunks[piece.first_gop];
        const std::uint64_t size = video.samples_of(gop).front().size + kHeader;
        const auto ticks = static_cast<std::uint64_t>(piece.duration.count());
        rates.peak = std::max(rates.peak, (size * 8 * media::kVideoTimescale + ticks - 1) / ticks);
        rates.largest = std::max(rates.largest, size * 8);
        bytes += size;
        shown = piece.end();
    }
    rates.average = bytes * 8 * media::kVideoTimescale /
                    static_cast<std::uint64_t>(std::max<std::int64_t>(shown.count(), 1));
    return rates;
}

// Sums what the films of a repertoire need: the largest peak, the mean weighted by duration.
class Rates {
  public:
    void add(std::uint64_t peak, std::uint64_t average, Ticks duration) {
        peak_ = std::max(peak_, peak);
        const auto seconds = static_cast<double>(duration.count()) / media::kVideoTimescale;
        bits_ += static_cast<double>(average) * seconds;
        seconds_ += seconds;
    }
    [[nodiscard]] std::uint64_t peak() const { return peak_; }
    [[nodiscard]] std::uint64_t average() const {
        return seconds_ > 0 ? static_cast<std::uint64_t>(bits_ / seconds_) : 0;
    }

  private:
    std::uint64_t peak_ = 0;
    double bits_ = 0;
    double seconds_ = 0;
};

Response not_found(std::string_view detail) {
    return problem(404, detail);
}

Response off_air(const std::string& title) {
    Response response =
        problem(503, fmt::format("The channel \"{}\" has nothing on. It goes on "
                                 "the air when its playlist has an entry that is ready.",
                                 title));
    response.headers.emplace_back("Retry-After", "5");
    return response;
}

}  // namespace

std::shared_ptr<const Film> Film::create(std::string entry_id,
                                         std::map<std::string, std::string> titles,
                                         std::string author, std::string country,
                                         std::shared_ptr<const PreparedEntry> media,
                                         std::shared_ptr<const library::SubtitleSet> subtitles,
                                         std::string subtitles_id, std::uint32_t gops_per_segment) {
    const library::Manifest& manifest = media->manifest();
    const playout::Segmentation cut(manifest.frame_rate, manifest.frame_count,
                                    manifest.frame_rate.frames_in(manifest.house.gop_seconds),
                                    gops_per_segment);
    // The set is the entry's: of a part of the film its times count from there.
    if (const library::Trim& trim = manifest.variant.trim; subtitles && !trim.is_whole()) {
        subtitles = library::trimmed(*subtitles, trim, manifest.frame_rate);
    }
    std::vector<IframeRates> rates;
    for (const PreparedEntry::Track& video : media->videos()) {
        auto& own = rates.emplace_back(
            http::iframe_rates(video.index, cut, cut.complete_within(media->complete_groups())));
        // What is still to come is bounded by the picture's rate only.
        if (media->growing()) own.peak = std::max(own.peak, video.info.peak_bit_rate);
    }
    return std::make_shared<const Film>(
        Film{{std::move(entry_id), std::move(titles), std::move(author), std::move(country)},
             std::move(media),
             std::move(subtitles),
             std::move(subtitles_id),
             cut,
             std::move(rates)});
}

std::int64_t Film::complete_segments() const {
    return cut.complete_within(media->complete_groups());
}

std::string_view Credits::title() const {
    return playout::title_of(titles, entry_id);
}

namespace {

std::string init_ids(const auto& media, std::span<const library::Rung> ladder) {
    std::string text = media.audio().init_id;
    for (const library::Rung& rung : ladder)
        text += media.video_for(rung).init_id;
    return text;
}

}  // namespace

std::string fingerprint(const Film& film, std::span<const library::Rung> ladder) {
    return init_ids(*film.media, ladder);
}

std::string fingerprint(const library::Outline& outline, std::span<const library::Rung> ladder) {
    return init_ids(outline, ladder);
}

std::string SubtitleChoice::rendition() const {
    std::string name = "subtitles-" + language;
    if (kind != subtitles::Kind::kSubtitles) name += fmt::format("-{}", to_string(kind));
    if (ordinal != 1) name += fmt::format("-{}", ordinal);
    return name;
}

std::string SubtitleChoice::name() const {
    std::string name = subtitles::native_name(language);
    // A rendition's name is its only one in the group (RFC 8216bis section 4.4.6.1.1), also when
    // two have one label.
    if (ordinal != 1) name += fmt::format(" {}", ordinal);
    if (!label.empty()) name += fmt::format(" ({})", label);
    if (kind == subtitles::Kind::kForced) name += " (forced)";
    if (kind == subtitles::Kind::kSdh) name += " (SDH)";
    return name;
}

Result<std::shared_ptr<const Presentation>> Presentation::create(
    Settings settings, std::vector<playout::Airing> airings, std::vector<FilmPtr> films,
    std::vector<FilmPtr> repertoire, LostFilms lost) {
    std::vector<playout::Segmentation> cuts;
    cuts.reserve(films.size());
    for (std::size_t i = 0; i < films.size(); ++i) {
        cuts.push_back(films[i] ? films[i]->cut : lost.at(i)->cut);
    }
    playout::Rundown rundown = TRY(playout::Rundown::create(std::move(airings), std::move(cuts)));
    std::ranges::copy_if(films, std::back_inserter(repertoire),
                         [](const FilmPtr& film) { return film != nullptr; });
    std::ranges::sort(repertoire);
    const auto [first, last] = std::ranges::unique(repertoire);
    repertoire.erase(first, last);
    return std::shared_ptr<const Presentation>(
        new Presentation(std::move(settings), std::move(rundown), std::move(films),
                         std::move(repertoire), std::move(lost)));
}

Presentation::Presentation(Settings settings, playout::Rundown rundown, std::vector<FilmPtr> films,
                           std::vector<FilmPtr> repertoire, LostFilms lost)
    : settings_(std::move(settings)),
      rundown_(std::move(rundown)),
      films_(std::move(films)),
      lost_(std::move(lost)),
      repertoire_(std::move(repertoire)) {
    labels_.reserve(films_.size());
    for (std::size_t i = 0; i < films_.size(); ++i) {
        const playout::Airing& airing = rundown_.airings()[i];
        const Credits& credits = this->credits(i);
        hls::AiringLabel& label = labels_.emplace_back(hls::AiringLabel{
            credits.title(), credits.author, credits.country, hls::airing_tag(airing)});
        label.gap = films_[i] == nullptr;
        label.encrypted =
            settings_.cipher && playout::is_encrypted(settings_.encryption, airing.first_sequence);
        // Other bytes, other names: also when the secret has been replaced.
        if (label.encrypted) label.tag += settings_.cipher->secret().fingerprint(key_identity(i));
    }
    complete_end_ = rundown_.sequences().end;
    for (std::size_t i = 0; i < films_.size(); ++i) {
        const playout::Airing& airing = rundown_.airings()[i];
        const std::int64_t complete = complete_segments(i);
        if (complete >= airing.segment_count) continue;
        complete_end_ = airing.first_sequence + complete;
        break;
    }
    // Choices without label, and the label that all films agree on.
    std::map<SubtitleChoice, std::string> choices;
    const auto add_choices = [&](const library::SubtitleSet* set) {
        if (set == nullptr) return;
        for (const subtitles::Track& subtitle : set->tracks()) {
            const SubtitleChoice choice{
                subtitle.language(), subtitle.kind(), subtitle.ordinal(), {}};
            const auto [place, is_new] = choices.emplace(choice, subtitle.label());
            if (!is_new && place->second != subtitle.label()) place->second.clear();
        }
    };
    for (const auto& film : repertoire_) {
        add_choices(film->subtitles.get());
    }
    // Whoever reads a language that only a lost film has goes on reading its playlist.
    for (const auto& [airing, film] : lost_) {
        add_choices(film->subtitles.get());
    }
    for (const auto& [choice, label] : choices) {
        subtitles_.push_back(choice);
        subtitles_.back().label = label;
    }
    multivariant_ = std::make_shared<const std::string>(render_multivariant());
}

const Credits& Presentation::credits(std::size_t airing) const {
    if (films_[airing]) return *films_[airing];
    return *lost_.at(airing);
}

std::int64_t Presentation::complete_segments(std::size_t airing) const {
    const playout::AiringCut& cut = rundown_.cut(airing);
    if (!films_[airing]) return cut.count();  // nothing more is to come
    const std::int64_t complete =
        cut.cut.complete_within(films_[airing]->media->complete_groups()) - cut.first;
    return std::max<std::int64_t>(complete, 0);
}

std::string Presentation::render_multivariant() const {
    std::vector<hls::Variant> variants;
    hls::AudioRendition audio;
    audio.uri = fmt::format("audio/{}", hls::kMediaPlaylistName);
    audio.name = "Stereo";
    // A channel plays films in many languages (ISO 639-2 "mul"); of one film nobody has told us.
    audio.language = settings_.live || settings_.dated ? "mul" : "und";
    Rates sound;
    for (const auto& film : repertoire_) {
        const library::TrackInfo& info = film->media->audio().info;
        audio.codec = std::max(audio.codec, info.codec);
        sound.add(info.peak_bit_rate, info.average_bit_rate, film->cut.duration());
    }
    audio.peak_bit_rate = sound.peak();
    audio.average_bit_rate = sound.average();

    // A film on a channel may be ended at any picture, in the middle of a group whose largest is its
    // first. The peak is that of any run of segments from half a target duration on (RFC 8216bis
    // section 4.4.6.2), so that is what the surplus is spread over.
    const bool may_cut = settings_.live || settings_.dated;
    const auto shortest_run =
        static_cast<std::uint64_t>(std::max<std::int64_t>(settings_.target_duration.count() / 2, 1));

    for (const library::Rung& rung : settings_.ladder) {
        hls::Variant variant;
        variant.uri = fmt::format("{}/{}", rung.name, hls::kMediaPlaylistName);
        variant.iframes_uri = fmt::format("{}/{}", rung.name, hls::kIframesPlaylistName);
        variant.width = rung.width;
        variant.height = rung.height;
        Rates video;
        Rates iframes;
        for (const auto& film : repertoire_) {
            const PreparedEntry::Track& chosen = film->media->video_for(rung);
            const auto index = static_cast<std::size_t>(&chosen - film->media->videos().data());
            const Ticks duration = film->cut.duration();
            variant.codec = std::max(variant.codec, chosen.info.codec);
            variant.frame_rate =
                std::max(variant.frame_rate, film->media->manifest().frame_rate.as_double());
            const std::uint64_t excess =
                may_cut ? chosen.info.cut_excess_bits.value_or(film->iframe_rates[index].largest)
                        : 0;
            video.add(chosen.info.peak_bit_rate + excess / shortest_run,
                      chosen.info.average_bit_rate, duration);
            iframes.add(film->iframe_rates[index].peak, film->iframe_rates[index].average,
                        duration);
        }
        variant.peak_bit_rate = video.peak();
        variant.average_bit_rate = video.average();
        variant.iframes_peak_bit_rate = iframes.peak();
        variant.iframes_average_bit_rate = iframes.average();
        variants.push_back(std::move(variant));
    }
    std::vector<hls::SubtitleRendition> renditions;
    for (const SubtitleChoice& choice : subtitles_) {
        renditions.push_back({fmt::format("{}/{}", choice.rendition(), hls::kMediaPlaylistName),
                              choice.name(), choice.language,
                              choice.kind == subtitles::Kind::kForced,
                              choice.kind == subtitles::Kind::kSdh});
    }
    return hls::multivariant_playlist(variants, audio, renditions);
}

Response Presentation::multivariant() const {
    if (repertoire_.empty()) return off_air(settings_.title);
    Response response = Response::content(Body::shared(multivariant_), std::string(kPlaylistType));
    response.cache_control = "public, max-age=10";
    return response;
}

std::optional<Presentation::Rendition> Presentation::find_rendition(std::string_view name) const {
    if (name == "audio") return Rendition{RenditionKind::kAudio, nullptr, nullptr};
    for (const library::Rung& rung : settings_.ladder) {
        if (rung.name == name) return Rendition{RenditionKind::kVideo, &rung, nullptr};
    }
    for (const SubtitleChoice& choice : subtitles_) {
        if (choice.rendition() == name) {
            return Rendition{RenditionKind::kSubtitles, nullptr, &choice};
        }
    }
    return std::nullopt;
}

const PreparedEntry::Track& Presentation::track(const Film& film, const Rendition& rendition) {
    return rendition.rung ? film.media->video_for(*rendition.rung) : film.media->audio();
}

const library::Outline::Track& Presentation::track(const library::Outline& outline,
                                                   const Rendition& rendition) {
    return rendition.rung ? outline.video_for(*rendition.rung) : outline.audio();
}

Result<DeliveryDirectives> DeliveryDirectives::parse(const Query& query) {
    DeliveryDirectives directives;
    if (const auto sequence = query.find("_HLS_msn")) {
        std::int64_t number = 0;
        const auto [end, error] =
            std::from_chars(sequence->data(), sequence->data() + sequence->size(), number);
        if (error != std::errc() || end != sequence->data() + sequence->size() || number < 0) {
            return fail(ErrorCode::kInvalid, "_HLS_msn is a media sequence number, not \"{}\"",
                        *sequence);
        }
        directives.media_sequence = number;
    }
    if (const auto skip = query.find("_HLS_skip")) {
        if (*skip != "YES" && *skip != "v2") {
            return fail(ErrorCode::kInvalid, "_HLS_skip is YES or v2, not \"{}\"", *skip);
        }
        directives.skip = true;
    }
    return directives;
}

Response Presentation::resource(std::string_view rendition, std::string_view name, Instant now,
                                const DeliveryDirectives& directives) const {
    Response own = own_resource(rendition, name, now, directives);
    for (auto former = settings_.former.begin();
         own.status == 404 && former != settings_.former.end(); ++former) {
        Response theirs = (*former)->own_resource(rendition, name, now, directives);
        if (theirs.status != 404) return theirs;
    }
    return own;
}

Response Presentation::own_resource(std::string_view rendition_name, std::string_view name,
                                    Instant now, const DeliveryDirectives& directives) const {
    auto rendition = find_rendition(rendition_name);
    const auto resource = hls::parse_resource_name(name);
    if (!rendition || !resource) return not_found("There is no such rendition or resource.");
    const bool is_video = rendition->kind == RenditionKind::kVideo;
    const bool is_text = rendition->kind == RenditionKind::kSubtitles;
    switch (resource->kind) {
        case ResourceName::Kind::kPlaylist:
            return playlist(rendition_name, *rendition, now, directives);
        case ResourceName::Kind::kIframesPlaylist:
            if (!is_video) break;
            rendition->kind = RenditionKind::kIframes;
            return playlist(rendition_name, *rendition, now, directives);
        case ResourceName::Kind::kInit:
            if (is_text) break;
            return init(*rendition, resource->tag);
        case ResourceName::Kind::kIframesKey:
            if (!is_video) break;
            rendition->kind = RenditionKind::kIframes;
            return key(*rendition, *resource, now);
        case ResourceName::Kind::kKey:
            if (is_text) break;
            return key(*rendition, *resource, now);
        case ResourceName::Kind::kIframe:
            if (!is_video) break;
            rendition->kind = RenditionKind::kIframes;
            return segment(*rendition, *resource, now);
        case ResourceName::Kind::kSegment:
            if (is_text) break;
            return segment(*rendition, *resource, now);
        case ResourceName::Kind::kSubtitles:
            if (!is_text) break;
            return segment(*rendition, *resource, now);
    }
    return not_found("The rendition has no such resource.");
}

Presentation::Listed Presentation::listed(Instant now) const {
    Listed listed{settings_.live ? rundown_.window(ticks_at(now), *settings_.live)
                                 : rundown_.sequences()};
    if (settings_.part) {
        const auto& [from, to] = *settings_.part;
        const playout::SequenceRange all = listed.range;
        listed.range.first = rundown_.first_ending_after(from);
        listed.range.end = std::min(rundown_.first_ending_after(to - Ticks(1)) + 1, all.end);
    }
    if (listed.range.end > complete_end_) {
        listed = {{std::min(listed.range.first, complete_end_), complete_end_}, true};
    }
    return listed;
}

std::chrono::milliseconds Presentation::time_until_listed(std::int64_t sequence,
                                                          Instant now) const {
    const auto segment = rundown_.segment(sequence);
    if (!segment) return kLookAgain;
    const Ticks left = segment->end() - settings_.live->ahead - ticks_at(now);
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), kLookAgain);
}

std::optional<std::size_t> Presentation::waiting_airing(Instant now) const {
    if (!listed(now).held) return std::nullopt;
    const auto segment = rundown_.segment(complete_end_);
    if (!segment) return std::nullopt;
    return segment->airing;
}

Response Presentation::playlist(std::string_view rendition_name, Rendition rendition, Instant now,
                                const DeliveryDirectives& directives) const {
    const auto [range, held] = listed(now);
    if (range.empty()) return off_air(settings_.title);
    const bool waits =
        settings_.live && directives.media_sequence && *directives.media_sequence >= range.end;
    // Section 6.2.5.2: what lies further ahead is a mistake of the client's.
    if (waits && *directives.media_sequence > range.end + 1) {
        return problem(400, fmt::format("Segment {} is too far ahead of {}, the newest.",
                                        *directives.media_sequence, range.end - 1));
    }
    const std::int64_t skipped =
        settings_.live && directives.skip
            ? hls::skippable(rundown_, labels_, range,
                             settings_.target_duration * kCanSkipTargetDurations)
            : 0;

    std::string key(rendition_name);
    if (rendition.kind == RenditionKind::kIframes) key += "/i";
    if (skipped > 0) key += "/d";
    Response response = Response::content(Body(), std::string(kPlaylistType));
    if (settings_.live) {
        // A cache may keep it just until the next segment is published.
        const Ticks at = ticks_at(now);
        const auto next = rundown_.next_publication(at, *settings_.live);
        const auto seconds =
            next && !held ? std::chrono::floor<std::chrono::seconds>(*next - at).count() : 0;
        response.cache_control =
            seconds > 0 ? fmt::format("public, max-age={}", seconds) : "no-cache";
    } else {
        response.cache_control = held ? "public, max-age=1" : "public, max-age=60";
    }
    if (waits) response.ask_again_in = time_until_listed(*directives.media_sequence, now);
    {
        const std::lock_guard lock(cache_mutex_);
        const auto cached = cache_.find(key);
        if (cached != cache_.end() && cached->second.range == range) {
            response.body = Body::shared(cached->second.text);
            response.gzip_body = cached->second.gzip;
            return response;
        }
    }
    hls::MediaPlaylist playlist{.rundown = rundown_};
    playlist.kind = rendition.kind;
    playlist.range = range;
    playlist.skipped = skipped;
    playlist.epoch = settings_.epoch;
    playlist.target_duration = settings_.target_duration;
    if (settings_.live) {
        playlist.type = hls::PlaylistType::kLive;
        playlist.hold_back =
            std::chrono::duration_cast<std::chrono::milliseconds>(settings_.live->ahead);
        playlist.can_skip_until = settings_.target_duration * kCanSkipTargetDurations;
    } else if (held) {
        playlist.type = hls::PlaylistType::kEvent;
    }
    playlist.dated = settings_.dated;
    playlist.channel_id = settings_.id;
    playlist.labels = labels_;
    playlist.init_id = [&](std::size_t airing) { return init_id(airing, rendition); };
    CachedPlaylist made;
    made.range = range;
    made.text = std::make_shared<const std::string>(hls::media_playlist(playlist));
    made.gzip = gzip(Body::shared(made.text));
    response.body = Body::shared(made.text);
    response.gzip_body = made.gzip;
    const std::lock_guard lock(cache_mutex_);
    cache_.insert_or_assign(std::move(key), std::move(made));
    return response;
}

Response Presentation::lost(std::size_t airing) const {
    return not_found(fmt::format(
        "The files of \"{}\" are lost, and this segment with them: the playlist marks it as a gap. "
        "Go "
        "on with the segment after the gap; whoever runs the server finds the reason in its log.",
        labels_[airing].title));
}

Response Presentation::unreadable(const Film& film) const {
    if (settings_.on_unreadable) settings_.on_unreadable(film.media->manifest().media_id);
    Response response = problem(503,
                                "The segment cannot be read: the film's file is damaged. Go on "
                                "with the next one.");
    response.headers.emplace_back("Retry-After", "2");
    return response;
}

std::string_view Presentation::init_id(std::size_t airing, const Rendition& rendition) const {
    if (films_[airing]) return track(*films_[airing], rendition).init_id;
    const auto& outline = lost_.at(airing)->outline;
    return outline ? std::string_view(track(*outline, rendition).init_id) : std::string_view();
}

Response Presentation::init(const Rendition& rendition, std::string_view id) const {
    std::shared_ptr<const Bytes> bytes;
    const auto look_at = [&](const auto& candidate) {
        if (!bytes && candidate.init_id == id) bytes = candidate.init;
    };
    for (const auto& film : repertoire_) {
        look_at(track(*film, rendition));
    }
    // Playlists go on naming it.
    for (const auto& [airing, film] : lost_) {
        if (film->outline) look_at(track(*film->outline, rendition));
    }
    if (!bytes) return not_found("There is no such init section. Reload the playlist.");
    Response response =
        Response::content(Body::shared(bytes), rendition.rung ? "video/mp4" : "audio/mp4");
    response.cache_control = kImmutable;
    response.etag = id;
    response.ranges = Ranges::kBytes;
    return response;
}

std::string Presentation::key_identity(std::size_t index) const {
    const playout::Airing& airing = rundown_.airings()[index];
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", settings_.id,
                       settings_.epoch.time_since_epoch().count(), airing.start.count(),
                       airing.first_sequence, airing.media_id, airing.from.count(),
                       airing.to.count());
}

// Each rendition has its own, so that no two segments are encrypted with one key and one IV.
auth::SegmentKey Presentation::key_of(std::size_t airing, const Rendition& rendition) const {
    const bool iframes = rendition.kind == RenditionKind::kIframes;
    return settings_.cipher->secret().derive(
        fmt::format("{}\n{}{}", key_identity(airing),
                    rendition.rung ? rendition.rung->name : "audio", iframes ? "\niframes" : ""));
}

Response Presentation::key(const Rendition& rendition, const ResourceName& name,
                           Instant now) const {
    const auto found = find_segment(name, now);
    if (const auto* refusal = std::get_if<Response>(&found)) return *refusal;
    const auto& segment = std::get<Segment>(found);
    if (!labels_[segment.airing].encrypted || !segment.opens_airing()) {
        return not_found("There is no such key (any more). Reload the playlist.");
    }
    const auth::SegmentKey key = key_of(segment.airing, rendition);
    Response response =
        Response::content(Body::bytes(Bytes(key.begin(), key.end())), "application/octet-stream");
    response.cache_control = "no-store";
    return response;
}

std::variant<Segment, Response> Presentation::find_segment(const ResourceName& name,
                                                           Instant now) const {
    const auto segment = rundown_.segment(name.sequence);
    if (!segment || labels_[segment->airing].tag != name.tag) {
        return not_found("There is no such segment (any more). Reload the playlist.");
    }
    if (segment->sequence >= complete_end_) {
        return not_found("The segment is not prepared yet. Reload the playlist.");
    }
    if (settings_.live && segment->end() > ticks_at(now) + settings_.live->ahead + kEarly) {
        return not_found("The segment is not published yet. Reload the playlist.");
    }
    return *segment;
}

Response Presentation::segment(const Rendition& rendition, const ResourceName& name,
                               Instant now) const {
    const auto found = find_segment(name, now);
    if (const auto* refusal = std::get_if<Response>(&found)) return *refusal;
    const auto* segment = std::get_if<Segment>(&found);
    if (!films_[segment->airing]) return lost(segment->airing);
    const Film& film = *films_[segment->airing];
    const playout::Airing& airing = rundown_.airings()[segment->airing];
    Response response;
    if (rendition.kind == RenditionKind::kSubtitles) {
        const subtitles::Track* subtitle =
            film.subtitles
                ? film.subtitles->find(rendition.subtitles->language, rendition.subtitles->kind,
                                       rendition.subtitles->ordinal)
                : nullptr;
        response = Response::content(
            Body::text(subtitles::render_segment(subtitle, hls::kMediaTimeOrigin + airing.origin(),
                                                 segment->piece.start, segment->duration(),
                                                 rundown_.cut(segment->airing).cut.duration())),
            "text/vtt; charset=utf-8");
    } else {
        const PreparedEntry::Track& source = track(film, rendition);
        hls::SegmentLayout layout;
        if (rendition.kind == RenditionKind::kIframes) {
            layout = hls::iframe_segment(source.index, *segment);
        } else if (rendition.kind == RenditionKind::kAudio) {
            layout = hls::audio_segment(source.index, airing, *segment);
        } else {
            layout = hls::video_segment(source.index, *segment, film.media->manifest().all_intra);
        }
        Body body = Body::bytes(std::move(layout.header));
        for (const ByteRange& range : layout.data) {
            if (!source.file->readable(range)) return unreadable(film);
            body.append({source.file->bytes().subspan(range.offset, range.size), source.file});
        }
        if (labels_[segment->airing].encrypted) {
            body = settings_.cipher->encrypt(body, key_of(segment->airing, rendition),
                                             segment->sequence);
        }
        response = Response::content(std::move(body), rendition.rung ? "video/mp4" : "audio/mp4");
        response.ranges = Ranges::kBytes;
    }
    response.cache_control = kImmutable;
    response.etag = fmt::format("{}-{}", name.sequence, name.tag);
    return response;
}

}  // namespace matinee::http
