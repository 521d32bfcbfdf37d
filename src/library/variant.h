// Variants: other preparations of the same entry, made on request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "library/subtitle_set.h"
#include "media/frame_rate.h"
#include "subtitles/cue.h"

namespace matinee::library {

// A track of an entry's subtitles.
struct SubtitleChoice {
    std::string language;  // BCP-47
    subtitles::Kind kind = subtitles::Kind::kSubtitles;

    bool operator==(const SubtitleChoice&) const = default;
};

// Subtitles drawn into the picture.
struct BurnIn {
    std::vector<SubtitleChoice> tracks;  // from top to bottom
    // The content of these tracks (subtitles_content): correcting a line makes another variant.
    std::string content;

    bool operator==(const BurnIn&) const = default;
};

// A part of the film, in frames of the house format: from the first one to the one before which it
// ends.
struct Trim {
    std::int64_t in = 0;
    std::optional<std::int64_t> out;  // unset: the film's end

    bool operator==(const Trim&) const = default;

    [[nodiscard]] bool is_whole() const { return in == 0 && !out; }
};

// The subtitles of that part of the film.
std::shared_ptr<const SubtitleSet> trimmed(const SubtitleSet& set, const Trim& trim,
                                           media::FrameRate rate);

// What is wrong with in and out points of a film that has so many frames, for a producer; empty
// when nothing is. 0 frames: not known yet.
std::string why_bad(const Trim& trim, std::int64_t frames, media::FrameRate rate);

// In what a preparation differs from the plain one. Each kind of difference is a member of its own,
// so that another is added beside those that are there.
struct Variant {
    BurnIn burn_in;  // no tracks: none
    Trim trim;
    // Over so many last frames before `trim.out` the picture fades to black and the sound to
    // silence; 0: they just end.
    std::int64_t fade_frames = 0;

    bool operator==(const Variant&) const = default;

    [[nodiscard]] bool is_plain() const {
        return burn_in.tracks.empty() && trim.is_whole() && fade_frames == 0;
    }
};

// What a variant becomes that is over, faded out, after `frames` of its frames.
Variant ending_of(const Variant& variant, std::int64_t frames, std::int64_t fade_frames);

// How many of its first frames a variant has from the plain preparation, as they are: the whole
// groups of pictures before its fade. None where it differs in more than its end. It follows from
// the variant alone, so that a media id stands for the same bytes wherever it is made.
std::int64_t shared_frames(const Variant& variant, std::int64_t gop_frames);

// A canonical text (JSON, sorted keys): equal variants give equal text. Empty for the plain one.
// Part of what a variant's media id is the hash of.
std::string to_text(const Variant& variant);

// The inverse; kInvalid names what is wrong, kUnsupported a difference this build does not know.
Result<Variant> variant_from_text(const std::string& text);

// A name of what `choices` of the set say, 32 hexadecimal digits: what a set of just these tracks
// would be called. kNotFound names a track that the set lacks.
Result<std::string> subtitles_content(const SubtitleSet& set,
                                      const std::vector<SubtitleChoice>& choices);

// What a channel asks for: languages from top to bottom. "zh,ru" as a user writes it, each a BCP-47
// tag; ":sdh" or ":forced" behind one asks for that kind. One or two. kInvalid names the mistake.
Result<std::vector<SubtitleChoice>> burn_in_wish(std::string_view text);
std::string to_text(const std::vector<SubtitleChoice>& wish);

// The tracks of `set` that come nearest to a wish, in its order; a language the set lacks is left
// out. "zh" is met by "zh-Hans", "zh-Hans" by "zh" but not by "zh-Hant". The kind that is asked for
// comes first, then dialogue in whichever kind has all of it; forced subtitles, which leave most of
// it out, only stand for themselves.
std::vector<SubtitleChoice> choose_tracks(const SubtitleSet& set,
                                          const std::vector<SubtitleChoice>& wish);

// The variant that has what of a wish the set can meet; the plain one when it has nothing of it.
Result<Variant> burned_in(const SubtitleSet& set, const std::vector<SubtitleChoice>& wish);

}  // namespace matinee::library
