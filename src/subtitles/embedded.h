// Text tracks inside films, as demultiplexers hand them out: one piece of text with its time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "subtitles/ass_text.h"
#include "subtitles/cue.h"
#include "subtitles/notes.h"

namespace matinee::subtitles {

// How the text of a track is written.
enum class Dialect : std::uint8_t {
    kPlain,   // text that means itself (GStreamer: text/x-raw, format=utf8)
    kPango,   // Pango markup (text/x-raw, format=pango-markup): also what comes of tx3g and SubRip
    kAss,     // ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text, as Matroska has
              // it (application/x-ass, application/x-ssa); a whole "Dialogue:" line is fine too
    kWebVtt,  // WebVTT cue text (§4.2.2)
};

// Collects the cues of one track. Not thread-safe.
class EmbeddedReader {
  public:
    // `header`: what the container says once for the whole track. ASS: script information and
    // styles (Matroska's CodecPrivate, GStreamer's codec_data); other dialects need none.
    explicit EmbeddedReader(Dialect dialect, std::string_view header = {});

    // One piece of text. Need not be valid UTF-8, and may end with NULs. In problems and as
    // SourceCue::line pieces are counted from 1.
    void add(std::string_view text, Milliseconds start, Milliseconds end);

    // All of them, for tidy() with Overlaps::kExpected. A piece without text is left out silently:
    // containers write them to end the one before.
    [[nodiscard]] Source finish() &&;

  private:
    Dialect dialect_;
    AssScript script_;
    std::size_t count_ = 0;
    Notes notes_;
    Source source_;
};

// One cue on its own, without a track around it.
Cue embedded_cue(Dialect dialect, std::string_view text, Milliseconds start, Milliseconds end);

}  // namespace matinee::subtitles
