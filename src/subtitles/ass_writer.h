// Subtitles as an ASS script for libass to draw into the picture ("burned in").
//
// All that libass would decide by itself is decided here, where it can be tested: where lines
// break, where each line stands, on which frames it is shown. It is told to draw single lines at
// given points.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "media/frame_rate.h"
#include "subtitles/cue.h"

namespace matinee::subtitles {

// What is drawn on: pixels and frames of the entry's largest rung.
struct AssCanvas {
    std::uint32_t width = 1920;
    std::uint32_t height = 1080;
    media::FrameRate frame_rate;
};

// One line of text, shown on frames [first_frame, end_frame).
struct AssEvent {
    std::int64_t first_frame = 0;
    std::int64_t end_frame = 0;

    // The same as times for libass: half a frame early, so that no rounding on the way to it can
    // move a line to another frame.
    Milliseconds start{0};
    Milliseconds end{0};

    // As Matroska stores a "Dialogue:" line, without times:
    // "ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text".
    std::string line;

    // Where it stands on the canvas, in pixels: what `line` says, for whoever checks it.
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
};

struct AssDrawing {
    std::string header;            // up to and with the "Format:" of [Events]
    std::vector<AssEvent> events;  // by start
};

// Draws one track, or several stacked: `tracks` from top to bottom. Entry times count from its
// first frame.
//
// Time: a cue is shown from the frame that starts nearest to its start to the one nearest to its
// end, at least one: within half a frame of what a player shows from the soft subtitles.
//
// Place: the bottom of the picture, inside the title-safe area (EBU R 95: 5 % on each side). Cues
// that are on the screen at the same time never overlap, and those of a track stand above all of
// the tracks below it; none moves while it is shown. Where so many lines stand that they would not
// fit, they are drawn smaller. A single track's cues stand where their WebVTT settings say, and
// those without keep clear of them.
//
// Fonts: Noto Sans CJK in the regional form of the language, else Noto Sans; outlined, with
// shadow. Bold, italics and underline are kept; ruby text follows its base in brackets.
AssDrawing ass_script(std::span<const Track* const> tracks, const AssCanvas& canvas);

// The script as a file that players show: for people, and to compare.
std::string to_file(const AssDrawing& script);

}  // namespace matinee::subtitles
