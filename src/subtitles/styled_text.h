// Cue text from runs of characters, each with its style: for formats in which a style is a state
// rather than an element.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "subtitles/cue.h"
#include "subtitles/cue_text.h"

namespace matinee::subtitles {

struct TextStyle {
    bool bold = false;
    bool italic = false;
    bool underline = false;
    std::string colour;    // one of WebVTT's classes (§5.1), or empty
    std::string language;  // BCP-47, where it differs from the document's; else empty

    bool operator==(const TextStyle&) const = default;
};

// The class that means the colour `css` ("red", "#ff0000", "ff0000", "#f00", "#ff0000ff",
// "rgb(255,0,0)", "rgba(255,0,0,255)") in WebVTT §5.1; empty when none does. Ignores case.
std::string_view colour_class(std::string_view css);

class StyledTextWriter {
  public:
    // Plain text, with LF for a line end. Line ends before the first character and after the last
    // are left out.
    void text(std::string_view plain, const TextStyle& style);

    // The next text is the base of a ruby, until begin_ruby_text(); that is the text above it,
    // until end_ruby() or another end_ruby_text(). Calls out of order do nothing.
    void begin_ruby();
    void begin_ruby_text();
    void end_ruby_text();
    void end_ruby();

    [[nodiscard]] std::string finish() &&;

  private:
    enum class Ruby { kNone, kBase, kText };

    void close_styles();
    void change_to(const TextStyle& style);

    CueTextWriter writer_;
    TextStyle current_;
    Ruby ruby_ = Ruby::kNone;
    bool written_ = false;
    std::size_t pending_lines_ = 0;
    std::size_t fixed_elements_ = 0;  // those of the ruby, which outlast a change of style
};

// Where a text stands in the picture, in thirds.
enum class Row { kBottom, kMiddle, kTop };
enum class Column { kLeft, kCenter, kRight };

// Bottom centre is where cues are anyway.
void place(Row row, Column column, CueSettings& settings);

// The text's corner or edge that `row` and `column` name stands at (`x`, `y`), percent of the
// picture. What is near enough to a usual place becomes that, so that players keep cues apart.
void place_at(double x, double y, Row row, Column column, CueSettings& settings);

}  // namespace matinee::subtitles
