// WebVTT files (https://www.w3.org/TR/webvtt1/): read by the parsing rules of section 6, and
// written. What the rules accept is accepted, what they ignore is ignored, and each thing ignored
// is reported.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// WebVTT §6.1, §6.2, §6.3, §6.4. `text` is valid UTF-8, with or without a byte order mark.
//
// The cues are all that a browser would make of the file, including those it would never show;
// tidy() judges. The language is what a "Language:" line of the header says (a convention; the
// rules skip it).
//
// Fails with kInvalid when the file does not start with "WEBVTT".
Result<Source> parse_webvtt(std::string_view text);

// WebVTT §6.3, "parse the WebVTT cue settings", of what follows a cue's timing. `regions` are
// those defined so far. Settings that are not understood are named in `ignored`, which may be
// null.
CueSettings parse_cue_settings(std::string_view text, const std::vector<Region>& regions,
                               std::vector<std::string>* ignored);

// The settings as they follow a cue's timing, without those that have their default; empty when
// all have.
std::string format_cue_settings(const CueSettings& settings);

// The STYLE and REGION blocks of `document`, each followed by an empty line.
std::string format_definitions(const Document& document);

// Whether a cue is written with its identifier.
enum class Identifiers : std::uint8_t {
    kAll,
    // Not those that a reader less strict than §6.1 takes for a comment ("NOTE", "STYLE x").
    kUnambiguous,
};

// Appends one cue, with an end of its own, without a trailing empty line.
void append_cue(const Cue& cue, Milliseconds end, Identifiers identifiers, std::string& out);

// The whole document as a WebVTT file: parse_webvtt() of it gives the document again.
std::string render_file(const Document& document);

}  // namespace matinee::subtitles
