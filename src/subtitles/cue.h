// What every subtitle format becomes: cues in WebVTT's terms, on the entry's own clock.
//
// The way of a file:
//
//     bytes --parse.h--> Source (one per format, as found) --tidy()--> Document --> Track
//
// "WebVTT §" is the W3C Candidate Recommendation of 4 April 2019, https://www.w3.org/TR/webvtt1/.
//
// All types are values; const access from several threads is safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::subtitles {

// Time since the entry's first frame. Every text format counts in thousandths at the finest.
using Milliseconds = std::chrono::milliseconds;

// WebVTT §3.1, "writing direction".
enum class WritingDirection : std::uint8_t { kHorizontal, kGrowingLeft, kGrowingRight };

// Whether a cue's line is a number of text lines (negative: from the bottom) or a percentage of
// the picture (WebVTT §3.1, "snap-to-lines flag").
enum class LineUnit : std::uint8_t { kLines, kPercent };

enum class LineAlign : std::uint8_t { kStart, kCenter, kEnd };
enum class PositionAlign : std::uint8_t { kAuto, kLineLeft, kCenter, kLineRight };
enum class TextAlign : std::uint8_t { kStart, kCenter, kEnd, kLeft, kRight };

// How a cue is placed (WebVTT §3.1 and §4.4). The defaults are what a cue without settings has.
struct CueSettings {
    std::string region;  // the identifier of a region of the same document; empty: none
    WritingDirection direction = WritingDirection::kHorizontal;
    std::optional<double> line;  // unset: automatic
    LineUnit line_unit = LineUnit::kLines;
    LineAlign line_align = LineAlign::kStart;
    std::optional<double> position;  // percent, 0 to 100; unset: automatic
    PositionAlign position_align = PositionAlign::kAuto;
    double size = 100;  // percent, 0 to 100
    TextAlign align = TextAlign::kCenter;

    bool operator==(const CueSettings&) const = default;
};

// A text and the time it is shown, [start, end).
struct Cue {
    std::string id;  // one line without "-->", or empty; stylesheets may refer to it
    Milliseconds start{0};
    Milliseconds end{0};
    CueSettings settings;

    // WebVTT cue text (§4.2.2) in the form normalise_cue_text() gives: valid, escaped, every
    // element closed, lines separated by LF, no empty line, no "-->".
    std::string text;

    bool operator==(const Cue&) const = default;
};

// A part of the picture that cues may be shown in (WebVTT §3.3 and §4.3).
struct Region {
    std::string id;
    double width_percent = 100;
    double lines = 3;  // a count, but of any size (WebVTT §6.2)
    double anchor_x_percent = 0;
    double anchor_y_percent = 100;
    double viewport_anchor_x_percent = 0;
    double viewport_anchor_y_percent = 100;
    bool scroll_up = false;

    bool operator==(const Region&) const = default;
};

// Something that was dropped or repaired, for the person who delivered the file.
struct Problem {
    std::size_t line = 0;  // in the source file, counted from 1; 0 when it concerns the whole
    std::string message;

    bool operator==(const Problem&) const = default;
};

// A cue and where it stood.
struct SourceCue {
    Cue cue;
    std::size_t line = 0;  // of its timing, counted from 1
};

// How long a text is shown whose end neither its file nor a text after it gives.
inline constexpr Milliseconds kUnendedLasts{5000};

// What a format's reader found, in the order of the file; nothing judged yet.
struct Source {
    std::string language;  // BCP-47, where the content says; else empty
    std::vector<SourceCue> cues;
    std::vector<Region> regions;
    std::vector<std::string> stylesheets;  // CSS; no empty line, no "-->"
    std::vector<Problem> problems;
};

// Cues that can be shown. Made by tidy().
struct Document {
    std::string language;   // BCP-47, where the content says; else empty
    std::vector<Cue> cues;  // by start, from 0; each ends later, shows something, is unique
    std::vector<Region> regions;
    std::vector<std::string> stylesheets;

    bool operator==(const Document&) const = default;
};

// Whether cues that overlap in time are worth a problem. WebVTT and ASS overlap on purpose; in
// SRT it is nearly always a mistake.
enum class Overlaps : std::uint8_t { kExpected, kReported };

// Sorts the cues of `source` and drops those that nobody could see: ending before they start or
// before the film does, without text, or said twice. Each is added to `problems`, which also
// receives the source's own, and ends up in the order of lines.
Document tidy(Source source, Overlaps overlaps, std::vector<Problem>& problems);

// What a track is for.
enum class Kind : std::uint8_t {
    kSubtitles,  // the dialogue
    kForced,     // only what the film itself leaves untranslated: signs, other languages
    kSdh,        // for the deaf and hard of hearing: dialogue, speakers, sounds
};
std::string_view to_string(Kind kind);

// One language of one entry: a document with an index by time. Immutable.
class Track {
  public:
    Track(std::string language, Kind kind, Document document, unsigned ordinal = 1,
          std::string label = {});

    [[nodiscard]] const std::string& language() const { return language_; }  // BCP-47
    [[nodiscard]] Kind kind() const { return kind_; }
    // 1 for the first track of its language and kind, 2 for the second ...
    [[nodiscard]] unsigned ordinal() const { return ordinal_; }
    // What tells it from the others, in the producer's words ("director"); may be empty.
    [[nodiscard]] const std::string& label() const { return label_; }
    [[nodiscard]] const Document& document() const { return document_; }
    [[nodiscard]] const std::vector<Cue>& cues() const { return document_.cues; }

    // The first cue at or after index `from` that ends after `instant`; cues().size() when there
    // is none. Logarithmic, also when one cue lasts the whole film.
    [[nodiscard]] std::size_t next_ending_after(std::size_t from, Milliseconds instant) const;

  private:
    std::string language_;
    Kind kind_;
    unsigned ordinal_;
    std::string label_;
    Document document_;

    // A binary tree in an array: node i has children 2i and 2i+1, leaves start at leaf_count_.
    // Each node holds the latest end of the cues below it.
    std::size_t leaf_count_ = 1;
    std::vector<Milliseconds> latest_end_;
};

}  // namespace matinee::subtitles
