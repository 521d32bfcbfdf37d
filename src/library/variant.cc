#include "library/variant.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "subtitles/language.h"

namespace matinee::library {

namespace {

using nlohmann::json;
using subtitles::Kind;

// More would cover the picture.
constexpr std::size_t kMostTracks = 2;

// The bytes of drawn text change with this: grows with the layout of subtitles::ass_script.
constexpr int kStyle = 1;

Result<Kind> kind_from(std::string_view name) {
    for (const Kind kind : {Kind::kSubtitles, Kind::kForced, Kind::kSdh}) {
        if (to_string(kind) == name) return kind;
    }
    return fail(ErrorCode::kInvalid,
                "there is no kind of subtitles \"{}\"; there are subtitles, sdh and forced", name);
}

// How well `language` meets `wanted`: 0 exactly, more is worse; nothing when not at all.
std::optional<std::size_t> distance(std::string_view wanted, std::string_view language) {
    if (wanted == language) return 0;
    if (language.starts_with(std::string(wanted) + "-")) return 1;
    // RFC 4647 section 3.4, "lookup": the wish is cut short until something has that name.
    if (wanted.starts_with(std::string(language) + "-")) return 2;
    return std::nullopt;
}

std::optional<std::size_t> distance(Kind wanted, Kind kind) {
    if (wanted == kind) return 0;
    if (wanted == Kind::kForced || kind == Kind::kForced) return std::nullopt;
    return 1;
}

// Throws what nlohmann::json throws.
Result<BurnIn> burn_in_from(const json& value) {
    if (value.at("style") != kStyle) {
        return fail(ErrorCode::kUnsupported, "variant: this build draws style {}, not {}", kStyle,
                    value.at("style").dump());
    }
    BurnIn burn_in;
    burn_in.content = value.at("content");
    for (const json& track : value.at("tracks")) {
        const Kind kind = TRY(kind_from(track.at("kind").get<std::string>()));
        burn_in.tracks.push_back({track.at("language"), kind});
    }
    if (burn_in.tracks.empty() || burn_in.tracks.size() > kMostTracks) {
        return fail(ErrorCode::kInvalid, "variant: {} tracks to draw, it must be one or two",
                    burn_in.tracks.size());
    }
    return burn_in;
}

}  // namespace

std::string to_text(const Variant& variant) {
    if (variant.is_plain()) return {};
    json value = json::object();
    if (!variant.burn_in.tracks.empty()) {
        json tracks = json::array();
        for (const SubtitleChoice& choice : variant.burn_in.tracks) {
            tracks.push_back({{"language", choice.language}, {"kind", to_string(choice.kind)}});
        }
        value["burn_in"] = {
            {"tracks", std::move(tracks)}, {"content", variant.burn_in.content}, {"style", kStyle}};
    }
    if (!variant.trim.is_whole()) {
        value["trim"] = {{"in", variant.trim.in}};
        if (variant.trim.out) value["trim"]["out"] = *variant.trim.out;
    }
    if (variant.fade_frames > 0) value["fade"] = {{"frames", variant.fade_frames}};
    return value.dump();
}

Variant ending_of(const Variant& variant, std::int64_t frames, std::int64_t fade_frames) {
    Variant ending = variant;
    ending.trim.out = variant.trim.in + frames;
    ending.fade_frames = fade_frames;
    return ending;
}

std::int64_t shared_frames(const Variant& variant, std::int64_t gop_frames) {
    if (variant.fade_frames == 0 || !variant.trim.out || variant.trim.in != 0 ||
        !variant.burn_in.tracks.empty()) {
        return 0;
    }
    return (*variant.trim.out - variant.fade_frames) / gop_frames * gop_frames;
}

std::shared_ptr<const SubtitleSet> trimmed(const SubtitleSet& set, const Trim& trim,
                                           media::FrameRate rate) {
    const auto milliseconds = [rate](std::int64_t frame) {
        return std::chrono::round<subtitles::Milliseconds>(rate.start_of(frame));
    };
    return set.trimmed(milliseconds(trim.in),
                       trim.out ? std::optional(milliseconds(*trim.out)) : std::nullopt);
}

std::string why_bad(const Trim& trim, std::int64_t frames, media::FrameRate rate) {
    // What is shorter is no item: preparing would hold its last picture.
    const std::int64_t least = rate.frames_in(2);
    if (trim.in < 0) return fmt::format("its in point is {}", trim.in);
    if (trim.out && *trim.out <= trim.in) {
        return fmt::format("its out point, {}, is not behind its in point, {}", *trim.out, trim.in);
    }
    if (frames > 0 && trim.in >= frames) {
        return fmt::format("its in point, {}, is past its end: it has {} frames", trim.in, frames);
    }
    if (frames > 0 && trim.out && *trim.out > frames) {
        return fmt::format("its out point, {}, is past its end: it has {} frames", *trim.out,
                           frames);
    }
    const std::int64_t out = trim.out.value_or(frames);
    if (!trim.is_whole() && out > 0 && out - trim.in < least) {
        return fmt::format("from {} to {} are {} frames; two seconds ({} frames) are the least",
                           trim.in, out, out - trim.in, least);
    }
    return {};
}

Result<Variant> variant_from_text(const std::string& text) {
    Variant variant;
    if (text.empty()) return variant;
    try {
        const json value = json::parse(text);
        for (const auto& [key, difference] : value.items()) {
            if (key != "burn_in" && key != "trim" && key != "fade") {
                return fail(ErrorCode::kUnsupported, "variant: this build does not know \"{}\"",
                            key);
            }
        }
        if (value.contains("burn_in")) variant.burn_in = TRY(burn_in_from(value.at("burn_in")));
        if (value.contains("trim")) {
            const json& trim = value.at("trim");
            variant.trim.in = trim.at("in");
            if (trim.contains("out")) variant.trim.out = trim.at("out").get<std::int64_t>();
            if (variant.trim.in < 0 || (variant.trim.out && *variant.trim.out <= variant.trim.in)) {
                return fail(ErrorCode::kInvalid, "variant: {} is no part of a film", trim.dump());
            }
        }
        if (value.contains("fade")) {
            variant.fade_frames = value.at("fade").at("frames");
            const auto& [in, out] = variant.trim;
            if (variant.fade_frames < 1 || !out || variant.fade_frames > *out - in) {
                return fail(ErrorCode::kInvalid, "variant: {} does not fade within an out point",
                            text);
            }
        }
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "variant: {}: {}", text, error.what());
    }
    if (variant.is_plain()) return fail(ErrorCode::kInvalid, "variant: {} says nothing", text);
    return variant;
}

Result<std::string> subtitles_content(const SubtitleSet& set,
                                      const std::vector<SubtitleChoice>& choices) {
    std::vector<subtitles::Track> tracks;
    for (const SubtitleChoice& choice : choices) {
        const subtitles::Track* track = set.find(choice.language, choice.kind);
        if (track == nullptr) {
            return fail(ErrorCode::kNotFound, "there are no {} in {}", to_string(choice.kind),
                        subtitles::native_name(choice.language));
        }
        tracks.push_back(*track);
    }
    return SubtitleSet::name_of(tracks);
}

Result<std::vector<SubtitleChoice>> burn_in_wish(std::string_view text) {
    std::vector<SubtitleChoice> wish;
    while (true) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view item = text.substr(0, comma);
        const std::size_t colon = std::min(item.find(':'), item.size());
        const std::string_view language = item.substr(0, colon);
        if (!subtitles::is_well_formed(language)) {
            return fail(ErrorCode::kInvalid,
                        "\"{}\" is no language tag: write one or two, the upper first, as in zh,ru",
                        language);
        }
        SubtitleChoice choice{subtitles::canonical_tag(language), Kind::kSubtitles};
        if (colon < item.size()) choice.kind = TRY(kind_from(item.substr(colon + 1)));
        if (std::ranges::find(wish, choice) != wish.end()) {
            return fail(ErrorCode::kInvalid, "{} is named twice", item);
        }
        wish.push_back(std::move(choice));
        if (comma == text.size()) break;
        text.remove_prefix(comma + 1);
    }
    if (wish.size() > kMostTracks) {
        return fail(ErrorCode::kInvalid, "{} languages are too many: the picture has room for {}",
                    wish.size(), kMostTracks);
    }
    return wish;
}

std::string to_text(const std::vector<SubtitleChoice>& wish) {
    std::string text;
    for (const SubtitleChoice& choice : wish) {
        if (!text.empty()) text += ',';
        text += choice.language;
        if (choice.kind != Kind::kSubtitles) text += fmt::format(":{}", to_string(choice.kind));
    }
    return text;
}

std::vector<SubtitleChoice> choose_tracks(const SubtitleSet& set,
                                          const std::vector<SubtitleChoice>& wish) {
    std::vector<SubtitleChoice> chosen;
    for (const SubtitleChoice& wanted : wish) {
        std::optional<SubtitleChoice> best;
        std::pair<std::size_t, std::size_t> best_distance;
        for (const subtitles::Track& track : set.tracks()) {
            const auto by_language = distance(wanted.language, track.language());
            const auto by_kind = distance(wanted.kind, track.kind());
            if (!by_language || !by_kind) continue;
            const std::pair here(*by_language, *by_kind);
            if (best && here >= best_distance) continue;
            best = SubtitleChoice{track.language(), track.kind()};
            best_distance = here;
        }
        if (best && std::ranges::find(chosen, *best) == chosen.end()) chosen.push_back(*best);
    }
    return chosen;
}

Result<Variant> burned_in(const SubtitleSet& set, const std::vector<SubtitleChoice>& wish) {
    Variant variant;
    variant.burn_in.tracks = choose_tracks(set, wish);
    if (variant.is_plain()) return variant;
    variant.burn_in.content = TRY(subtitles_content(set, variant.burn_in.tracks));
    return variant;
}

}  // namespace matinee::library
