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

}  // namespace

std::string to_text(const Variant& variant) {
    if (variant.is_plain()) return {};
    json tracks = json::array();
    for (const SubtitleChoice& choice : variant.burn_in.tracks) {
        tracks.push_back({{"language", choice.language}, {"kind", to_string(choice.kind)}});
    }
    const json value = {
        {"burn_in",
         {{"tracks", std::move(tracks)}, {"content", variant.burn_in.content}, {"style", kStyle}}}};
    return value.dump();
}

Result<Variant> variant_from_text(const std::string& text) {
    Variant variant;
    if (text.empty()) return variant;
    try {
        const json value = json::parse(text);
        for (const auto& [key, difference] : value.items()) {
            if (key != "burn_in") {
                return fail(ErrorCode::kUnsupported, "variant: this build does not know \"{}\"",
                            key);
            }
        }
        const json& burn_in = value.at("burn_in");
        if (burn_in.at("style") != kStyle) {
            return fail(ErrorCode::kUnsupported, "variant: this build draws style {}, not {}",
                        kStyle, burn_in.at("style").dump());
        }
        variant.burn_in.content = burn_in.at("content");
        for (const json& track : burn_in.at("tracks")) {
            variant.burn_in.tracks.push_back({
                track.at("language"), TRY(kind_from(track.at("kind").get<std::string>()))
                ,
            });
        }
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "variant: {}: {}", text, error.what());
    }
    if (variant.burn_in.tracks.empty() || variant.burn_in.tracks.size() > kMostTracks) {
        return fail(ErrorCode::kInvalid, "variant: {} tracks to draw, it must be one or two",
                    variant.burn_in.tracks.size());
    }
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
