// The text of one line of (Advanced) SubStation Alpha: override tags and all.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "subtitles/cue.h"
#include "subtitles/notes.h"
#include "subtitles/styled_text.h"

namespace matinee::subtitles {

struct AssStyle {
    bool bold = false;
    bool italic = false;
    bool underline = false;
    Row row = Row::kBottom;
    Column column = Column::kCenter;
};

// What the lines of a script lean on.
struct AssScript {
    std::map<std::string, AssStyle, std::less<>> styles;

    // What \pos counts in.
    double width = 384;
    double height = 288;

    // WrapStyle 2, in which \n is a line end like \N.
    bool breaks_at_small_n = false;
};

// Whether a number is that of SSA (1 to 3 at the bottom, +4 at the top, +8 in the middle) or of
// ASS (as on a keypad).
enum class AssAlignment { kLegacy, kKeypad };

// Sets row and column; leaves them when `number` means nothing.
void apply_alignment(std::size_t number, AssAlignment meaning, Row& row, Column& column);

// Cue text and, in `settings`, the place of `text`, which is in the style called `style_name`
// (an unknown name: in "Default"). Italics, bold, underline, colours that WebVTT has, \N, \n, \h,
// \an, \a, \pos and \move's start are kept; drawings, text made invisible and the author's
// comments go; karaoke, effects, fonts and sizes are dropped. `notes` receives what was dropped, at
// `line`, each kind once.
std::string read_ass_text(std::string_view text, const AssScript& script,
                          std::string_view style_name, std::size_t line, CueSettings& settings,
                          Notes& notes);

}  // namespace matinee::subtitles
