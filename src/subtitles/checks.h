// What a subtitler would object to: too fast, too long, too short, the wrong characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "subtitles/cue.h"

namespace matinee::subtitles {

enum class Check : std::uint8_t {
    kReadingSpeed,
    kLineLength,
    kLineCount,
    kDuration,
    kGap,
    kOverlap,
    kPastEnd,
    kEmpty,
    kGlyphs,
    kScript,    // letters that do not fit the language
    kMixed,     // letters of two scripts in one word
    kMojibake,  // text that was read in a wrong encoding somewhere on its way
};
// "reading-speed", "line-length" ...
std::string_view to_string(Check check);

enum class Severity : std::uint8_t {
    kNotice,   // against the habits of subtitlers
    kWarning,  // viewers will notice
    kError,    // something is wrong with the text itself
};
std::string_view to_string(Severity severity);

struct Finding {
    Check check = Check::kReadingSpeed;
    Severity severity = Severity::kWarning;
    std::size_t cue = 0;    // counted from 1 in the order of time; 0: the whole track
    Milliseconds start{0};  // of that cue
    Milliseconds end{0};
    std::string message;

    bool operator==(const Finding&) const = default;
};

// What is still well. Widths are in columns: a character of Chinese, Japanese or Korean and a
// full-width sign take two, a combining mark none.
struct CheckLimits {
    double letters_per_second = 21;     // of alphabets; spaces count
    double characters_per_second = 11;  // of Chinese and Japanese
    double syllables_per_second = 14;   // of Korean
    std::size_t columns = 42;
    std::size_t lines = 2;
    Milliseconds shortest{700};
    Milliseconds longest{7000};
    Milliseconds smallest_gap{80};  // between cues that do not touch
};

struct CheckContext {
    std::string language;                  // BCP-47 as declared, or kUndetermined
    std::optional<Milliseconds> duration;  // of the entry, where known

    // Whether some installed font can draw a character. Empty: not checked.
    std::function<bool(char32_t)> has_glyph;

    CheckLimits limits;
};

// All findings, those of the whole track first, then by cue.
std::vector<Finding> check_document(const Document& document, const CheckContext& context);

// How many findings there are of each check.
std::map<Check, std::size_t> count_findings(const std::vector<Finding>& findings);

// The first `most` findings of each check, in the same order.
std::vector<Finding> first_of_each(const std::vector<Finding>& findings, std::size_t most);

}  // namespace matinee::subtitles
