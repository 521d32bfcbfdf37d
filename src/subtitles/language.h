// Languages: their tags, their names, and what the name of a subtitle file says about both.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "subtitles/cue.h"

namespace matinee::subtitles {

// What a track without a known language has: "und" (ISO 639-2, "undetermined").
inline constexpr std::string_view kUndetermined = "und";

// Whether `tag` is a well-formed language tag by the grammar of BCP-47 (RFC 5646 §2.1 and §2.2.9).
// Does not look up whether its subtags are registered.
bool is_well_formed(std::string_view tag);

// A well-formed tag in the usual letter case (RFC 5646 §2.1.1), its language as short as it can
// be: "ENG-us" is "en-US". Chinese by country is told by script, as viewers choose by that:
// "zh-CN" is "zh-Hans", "zh-TW" is "zh-Hant". A region that says nothing new goes: "ru-RU" is
// "ru". So that one language makes one rendition, however its films spell it.
std::string canonical_tag(std::string_view tag);

// The language that a word of a file name, a title or a container's tag means: a BCP-47 tag
// ("zh-Hant"), an ISO 639-2 code ("rus", "ger", "deu"), what release groups write ("chs"), an
// English name ("Russian") or its own ("Русский"). Ignores case. The canonical tag; unset when it
// is no language known here.
std::optional<std::string> language_of_word(std::string_view word);

// The language somebody asks for in a word as above, or in any tag whose language has two or three
// letters ("zgh"). The canonical tag; unset for what can be none.
std::optional<std::string> asked_language(std::string_view text);

// Whether subtitles in `tag` are what one gets who asks for `range` (RFC 4647 section 3.3.1): "zh"
// has "zh-Hans" in it, but not the reverse. Both canonical.
bool is_in(std::string_view tag, std::string_view range);

// What speakers call it: "中文", "Русский", "Português (Brasil)". A tag not known here gives the
// name of the longest known beginning and the rest of it ("English (NZ)"), or itself.
std::string native_name(std::string_view tag);

// What the name of a subtitle file says.
struct Sidecar {
    std::string language;  // BCP-47; kUndetermined when the name does not say
    Kind kind = Kind::kSubtitles;

    // Words after the language that are no kind: what tells this file from others of the same
    // language and kind ("director" of "film.en.director.srt", "2"); else empty.
    std::string label = {};

    bool operator==(const Sidecar&) const = default;
};

// Whether `subtitle_name` ("film.zh.srt", "film.en.forced.srt", "My.Film.2019.Russian.srt") is
// named after `film_name` ("film.mp4"): the film's name without its last extension, then, each
// after one of ". _-[]()" or a space, words for a language, a kind, or without meaning. What
// follows a language and is none of these is a label. Names without folders. Unset when it is not,
// or when a word before the language means nothing known here: "film 2.srt" is another film's.
std::optional<Sidecar> match_sidecar(std::string_view subtitle_name, std::string_view film_name);

// The same without a film to compare with: "night.train.ru.srt" is Russian, whatever the film is
// called. Says kUndetermined when no word is a language.
Sidecar sidecar_alone(std::string_view subtitle_name);

// The film among `film_names` that `subtitle_name` is named after: the one with the longest name,
// as of "film.mp4" and "film.en.mp4" the second is meant by "film.en.srt".
struct SidecarMatch {
    std::size_t film = 0;  // index in film_names
    Sidecar sidecar;
};
std::optional<SidecarMatch> find_film(std::string_view subtitle_name,
                                      std::span<const std::string> film_names);

}  // namespace matinee::subtitles
