#include "subtitles/embedded.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "subtitles/ass.h"
#include "subtitles/cue_text.h"
#include "subtitles/markup.h"
#include "subtitles/scan.h"
#include "subtitles/styled_text.h"

namespace matinee::subtitles {
namespace {

// Line ends become LF, those at the ends go, and so do NULs.
std::string clean(std::string_view text) {
    std::string out;
    for (const std::string_view line : split_lines(text)) {
        if (!out.empty()) out += '\n';
        out += line;
    }
    std::erase(out, '\0');
    return std::string(trim(out));
}

std::string read_plain(std::string_view text) {
    StyledTextWriter writer;
    writer.text(text, {});
    return std::move(writer).finish();
}

// https://docs.gtk.org/Pango/pango_markup.html; GStreamer writes <span>, <i>, <b> and <u>.
std::string read_pango(std::string_view text) {
    StyledTextWriter writer;
    std::vector<std::pair<std::string, TextStyle>> open;  // the element, the style around it
    TextStyle style;
    MarkupScanner scanner(text);
    while (const std::optional<MarkupToken> token = scanner.next()) {
        if (token->type == MarkupToken::Type::kText) {
            writer.text(resolve_references(token->text), style);
            continue;
        }
        if (token->type == MarkupToken::Type::kEndTag) {
            const auto last = std::find_if(open.rbegin(), open.rend(), [&](const auto& candidate) {
                return candidate.first == token->name;
            });
            if (last == open.rend()) continue;
            style = last->second;
            open.erase(last.base() - 1, open.end());
            continue;
        }
        open.emplace_back(token->name, style);
        if (token->name == "i") style.italic = true;
        if (token->name == "b") style.bold = true;
        if (token->name == "u") style.underline = true;
        if (token->name != "span") continue;
        for (const char* name : {"foreground", "fgcolor", "color"}) {
            const std::string_view colour = colour_class(attribute(token->attributes, name));
            if (!colour.empty() && colour != "white") style.colour = colour;
        }
        for (const char* name : {"style", "font_style"}) {
            const std::string_view value = attribute(token->attributes, name);
            if (value == "italic" || value == "oblique") style.italic = true;
        }
        for (const char* name : {"weight", "font_weight"}) {
            const std::string_view value = attribute(token->attributes, name);
            if (value == "bold" || value == "ultrabold" || value == "heavy" || value == "700") {
                style.bold = true;
            }
        }
        const std::string_view underline = attribute(token->attributes, "underline");
        if (!underline.empty() && underline != "none") style.underline = true;
    }
    return std::move(writer).finish();
}

std::string read_ass(std::string_view text, const AssScript& script, std::size_t line,
                     CueSettings& settings, Notes& notes) {
    // A line of a file has layer, start and end where the container has order and layer.
    const bool whole_line = text.starts_with("Dialogue:");
    std::size_t skipped = whole_line ? 3 : 2;
    constexpr std::size_t kBetweenStyleAndText = 6;  // style, name, three margins, effect
    std::string_view rest = text;
    std::string_view style;
    for (std::size_t i = 0; i < skipped + kBetweenStyleAndText; ++i) {
        const std::size_t comma = rest.find(',');
        if (comma == std::string_view::npos) {
            notes.once(line, "the line has too few fields: dropped, here and below");
            return {};
        }
        if (i == skipped) style = trim(rest.substr(0, comma));
        rest.remove_prefix(comma + 1);
    }
    return read_ass_text(rest, script, style, line, settings, notes);
}

}  // namespace

EmbeddedReader::EmbeddedReader(Dialect dialect, std::string_view header) : dialect_(dialect) {
    if (dialect == Dialect::kAss) script_ = parse_ass_header(clean(base::to_valid_utf8(header)));
}

void EmbeddedReader::add(std::string_view text, Milliseconds start, Milliseconds end) {
    ++count_;
    if (!base::is_valid_utf8(text)) {
        notes_.once(count_, "the text is not UTF-8: what is not is replaced, here and below");
    }
    const std::string piece = clean(base::to_valid_utf8(text));
    SourceCue found;
    found.line = count_;
    found.cue.start = start;
    found.cue.end = end;
    switch (dialect_) {
        case Dialect::kPlain:
            found.cue.text = read_plain(piece);
            break;
        case Dialect::kPango:
            found.cue.text = read_pango(piece);
            break;
        case Dialect::kAss:
            found.cue.text = read_ass(piece, script_, count_, found.cue.settings, notes_);
            break;
        case Dialect::kWebVtt:
            found.cue.text = normalise_cue_text(piece);
            break;
    }
    if (has_visible_text(found.cue.text)) source_.cues.push_back(std::move(found));
}

Source EmbeddedReader::finish() && {
    source_.problems = std::move(notes_).take();
    return std::move(source_);
}

Cue embedded_cue(Dialect dialect, std::string_view text, Milliseconds start, Milliseconds end) {
    EmbeddedReader reader(dialect);
    reader.add(text, start, end);
    Source source = std::move(reader).finish();
    if (!source.cues.empty()) return std::move(source.cues.front().cue);
    Cue cue;
    cue.start = start;
    cue.end = end;
    return cue;
}

}  // namespace matinee::subtitles
