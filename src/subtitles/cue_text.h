// Cue text: the markup between a cue's timing and the next blank line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::subtitles {

// Reads WebVTT cue text by the rules that browsers follow (WebVTT §6.4), whatever is wrong with
// it, and writes what they understood as valid cue text (§4.2.2): unknown tags and stray end tags
// gone, elements closed, character references resolved, `&`, `<` and `>` escaped. Idempotent.
// Expects valid UTF-8. Linear in the length of the text.
std::string normalise_cue_text(std::string_view text);

// Whether cue text shows anything but space.
bool has_visible_text(std::string_view text);

// Which character references count: all that HTML knows, some of them without ";" (as in WebVTT),
// or only those that end with ";" (for formats in which "&" otherwise means itself).
enum class References : std::uint8_t { kHtml, kTerminated };

// Resolves the character reference at the start of `text`, which starts with "&" (HTML §13.2.5.72
// "Character reference state"). Appends what it stands for to `out` and returns its length; 0,
// with `out` untouched, when it is no reference.
std::size_t resolve_reference(std::string_view text, References references, std::string& out);

// Writes cue text that is valid whatever it is told. For the readers of all formats.
class CueTextWriter {
  public:
    // Plain text: escaped here, NULs left out. Line ends become LF; an empty line in the middle
    // gets a no-break space, as an empty line would end the cue (§4.1).
    void text(std::string_view plain);

    // Starts an element. `name` is one of c, i, b, u, ruby, rt, v, lang; each class has neither
    // white space nor "." nor ">"; the annotation is plain text.
    void open(std::string_view name, const std::vector<std::string>& classes = {},
              std::string_view annotation = {});

    // Ends the innermost element; nothing when there is none.
    void close();

    // Ends the innermost element called `name` and starts those inside it again:
    // `<b><i></b></i>` means what its author meant. Nothing when there is none.
    void close(std::string_view name);

    void timestamp(std::string_view formatted);

    // The names of the elements that are open, innermost last.
    [[nodiscard]] const std::vector<std::string>& open_elements() const { return names_; }

    // The cue text, with everything closed.
    [[nodiscard]] std::string finish() &&;

  private:
    std::string out_;
    std::vector<std::string> names_;
    std::vector<std::string> start_tags_;  // parallel to names_
};

}  // namespace matinee::subtitles
