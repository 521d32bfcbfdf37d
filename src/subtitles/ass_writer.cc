#include "subtitles/ass_writer.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "subtitles/cue_text.h"
#include "subtitles/text_layout.h"

namespace matinee::subtitles {

namespace {

// In heights of the canvas: what browsers use for one track (5 vh), less for two.
constexpr double kSizeOfOne = 0.05;
constexpr double kSizeOfSeveral = 0.044;
constexpr double kSafe = 0.05;  // title-safe, on each side

// In em.
constexpr double kLinePitch = 1.3;
constexpr double kGapBetweenTracks = 0.2;
constexpr double kOutline = 0.085;
constexpr double kShadow = 0.045;

// Lines longer than this part of the safe width are hard to read at a glance.
constexpr double kLongestLine = 0.94;
// Estimates of widths are off by a few percent.
constexpr double kWidthTolerance = 1.04;

constexpr double kSmallestScale = 0.2;

// ASS counts font sizes by ascent plus descent (as VSFilter did), not by the em.
struct Font {
    std::string_view name;
    double height;  // ascent plus descent, in em
};
constexpr double kNotoSansHeight = 1.362;
constexpr double kNotoCjkHeight = 1.448;

Font font_of(const Track& track) {
    // Also for a track whose language is not known, or is told wrongly.
    const bool is_chinese = std::ranges::any_of(
        track.cues(), [](const Cue& cue) { return has_ideographs(to_code_points(cue.text)); });
    const std::string_view family = font_family(track.language(), is_chinese);
    return {family, family.starts_with("Noto Sans CJK") ? kNotoCjkHeight : kNotoSansHeight};
}

enum Look : std::uint8_t { kPlain = 0, kItalic = 1, kBold = 2, kUnderlined = 4 };

// Cue text without its markup, and how each character looks.
struct StyledText {
    std::u32string text;
    std::vector<std::uint8_t> looks;

    void add(std::u32string_view more, std::uint8_t look) {
        text += more;
        looks.resize(text.size(), look);
    }
};

// Reads cue text in the form normalise_cue_text() gives.
StyledText styled(std::string_view cue_text) {
    StyledText out;
    int italic = 0;
    int bold = 0;
    int underlined = 0;
    const auto look = [&] {
        return static_cast<std::uint8_t>((italic > 0 ? kItalic : kPlain) |
                                         (bold > 0 ? kBold : kPlain) |
                                         (underlined > 0 ? kUnderlined : kPlain));
    };
    while (!cue_text.empty()) {
        if (cue_text.front() == '<') {
            const std::size_t end = std::min(cue_text.find('>'), cue_text.size() - 1);
            std::string_view tag = cue_text.substr(1, end - 1);
            cue_text.remove_prefix(end + 1);
            const bool closes = tag.starts_with('/');
            if (closes) tag.remove_prefix(1);
            const std::string_view name = tag.substr(0, tag.find_first_of(". "));
            const int step = closes ? -1 : 1;
            if (name == "i") italic += step;
            if (name == "b") bold += step;
            if (name == "u") underlined += step;
            if (name == "rt") out.add(closes ? U")" : U"(", look());
            continue;
        }
        std::string plain;
        if (cue_text.front() == '&') {
            const std::size_t length = resolve_reference(cue_text, References::kTerminated, plain);
            if (length == 0) plain = "&";
            cue_text.remove_prefix(std::max<std::size_t>(length, 1));
        } else {
            const std::size_t end = std::min(cue_text.find_first_of("<&"), cue_text.size());
            plain = cue_text.substr(0, end);
            cue_text.remove_prefix(end);
        }
        out.add(to_code_points(plain), look());
    }
    return out;
}

// Where nothing is left to ASS: braces would begin overrides, and some letters after a backslash
// mean something. A word joiner, which shows nothing, keeps them apart.
void append_for_ass(char32_t c, std::string& out) {
    if (c == U'{' || c == U'}') {
        out += '\\';
        out += static_cast<char>(c);
    } else if (c == U'\\') {
        out += "\\\u2060";
    } else if (c < 0x20) {
        out += ' ';
    } else {
        out += to_utf8(std::u32string_view(&c, 1));
    }
}

std::string marked_up(const StyledText& text, const LineRange& line) {
    std::string out;
    std::uint8_t look = kPlain;
    const auto change = [&](std::uint8_t to, std::uint8_t bit, std::string_view name) {
        if ((look & bit) != (to & bit)) {
            out += fmt::format("{{\\{}{}}}", name, (to & bit) != 0 ? 1 : 0);
        }
    };
    for (std::size_t i = line.begin; i < line.end; ++i) {
        const std::uint8_t to = text.looks[i];
        change(to, kItalic, "i");
        change(to, kBold, "b");
        change(to, kUnderlined, "u");
        look = to;
        append_for_ass(text.text[i], out);
    }
    return out;
}

enum class Side : std::uint8_t { kLeft = 1, kCenter = 2, kRight = 3 };  // ASS' \an at the bottom

// A cue with what is needed to place it.
struct Item {
    std::size_t track = 0;  // 0 is the top one
    const Cue* cue = nullptr;
    StyledText text;
    bool has_bold = false;
    std::int64_t first_frame = 0;
    std::int64_t end_frame = 0;

    // Placed:
    std::vector<LineRange> lines;
    double em = 0;
    Side side = Side::kCenter;
    double x = 0;  // where the lines begin, have their middle or end, as `side` says
    double top = 0;
    double bottom = 0;

    [[nodiscard]] bool meets(const Item& other) const {
        return first_frame < other.end_frame && other.first_frame < end_frame;
    }
};

class Layout {
  public:
    Layout(std::span<const Track* const> tracks, const AssCanvas& canvas)
        : tracks_(tracks),
          canvas_(canvas),
          em_(canvas.height * (tracks.size() > 1 ? kSizeOfSeveral : kSizeOfOne)) {}

    std::vector<Item> run() {
        std::vector<Item> items;
        for (std::size_t track = 0; track < tracks_.size(); ++track) {
            for (const Cue& cue : tracks_[track]->cues()) {
                items.push_back(make_item(track, cue));
            }
        }
        // Those of the bottom track first: they get the lowest places.
        std::ranges::stable_sort(
            items, [](const Item& a, const Item& b) { return a.first_frame < b.first_frame; });
        // Cues that are on the screen together, directly or through others, are placed together.
        for (auto first = items.begin(); first != items.end();) {
            std::int64_t end = first->end_frame;
            auto last = std::next(first);
            for (; last != items.end() && last->first_frame < end; ++last) {
                end = std::max(end, last->end_frame);
            }
            place(std::span(first, last));
            first = last;
        }
        return items;
    }

  private:
    [[nodiscard]] double safe_left() const { return canvas_.width * kSafe; }
    [[nodiscard]] double safe_right() const { return canvas_.width * (1 - kSafe); }
    [[nodiscard]] double safe_top() const { return canvas_.height * kSafe; }
    [[nodiscard]] double safe_bottom() const { return canvas_.height * (1 - kSafe); }

    [[nodiscard]] std::int64_t frame_of(Milliseconds time) const {
        return canvas_.frame_rate.nearest_frame(std::chrono::duration_cast<Ticks>(time));
    }

    [[nodiscard]] Item make_item(std::size_t track, const Cue& cue) const {
        Item item;
        item.track = track;
        item.cue = &cue;
        item.text = styled(cue.text);
        item.has_bold = std::ranges::any_of(item.text.looks,
                                            [](std::uint8_t look) { return (look & kBold) != 0; });
        item.first_frame = frame_of(cue.start);
        item.end_frame = std::max(frame_of(cue.end), item.first_frame + 1);
        return item;
    }

    void place(std::span<Item> items) const {
        for (double scale = 1;;) {
            double top = safe_bottom();
            for (std::size_t below = tracks_.size(); below > 0; --below) {
                // Those that say where they stand first: the others keep clear of them.
                for (const bool fixed : {true, false}) {
                    for (std::size_t i = 0; i < items.size(); ++i) {
                        if (items[i].track != below - 1 || is_fixed(items[i]) != fixed) continue;
                        place(items, i, em_ * scale);
                        top = std::min(top, items[i].top);
                    }
                }
            }
            if (top >= safe_top() - 0.5 || scale <= kSmallestScale) return;
            const double room = safe_bottom() - safe_top();
            scale = std::max(kSmallestScale,
                             scale * std::clamp(room / (safe_bottom() - top), 0.5, 0.95));
        }
    }

    [[nodiscard]] bool is_fixed(const Item& item) const {
        return settings_of(item).line.has_value();
    }

    [[nodiscard]] CueSettings settings_of(const Item& item) const {
        const bool counts =
            tracks_.size() == 1 && item.cue->settings.direction == WritingDirection::kHorizontal;
        return counts ? item.cue->settings : CueSettings{};
    }

    // Gives items[at] its place. Those of the tracks below it, and of its own those that are fixed
    // or begin earlier, have theirs.
    void place(std::span<Item> items, std::size_t at, double em) const {
        Item& item = items[at];
        item.em = em;
        const CueSettings settings = settings_of(item);
        const double width = place_horizontally(item, settings);
        item.lines = break_lines(item.text.text, width / (em * kWidthTolerance),
                                 item.has_bold ? Weight::kBold : Weight::kRegular);
        const double height = em * kLinePitch * static_cast<double>(item.lines.size());
        if (settings.line) {
            place_on_line(item, settings, height);
            return;
        }
        double bottom = safe_bottom();
        for (const Item& other : items) {
            if (other.track > item.track && other.meets(item)) {
                bottom = std::min(bottom, other.top - em * kGapBetweenTracks);
            }
        }
        for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t i = 0; i < items.size(); ++i) {
                const Item& other = items[i];
                if (other.track != item.track || !other.meets(item)) continue;
                if (i == at || (i > at && !is_fixed(other))) continue;
                if (other.top < bottom && bottom - height < other.bottom) {
                    bottom = other.top;
                    moved = true;
                }
            }
        }
        item.bottom = bottom;
        item.top = bottom - height;
    }

    // WebVTT §7.2, steps that compute the box, kept inside the safe area. Returns its width.
    double place_horizontally(Item& item, const CueSettings& settings) const {
        const bool to_left =
            settings.align == TextAlign::kStart || settings.align == TextAlign::kLeft;
        const bool to_right =
            settings.align == TextAlign::kEnd || settings.align == TextAlign::kRight;
        item.side = to_left ? Side::kLeft : to_right ? Side::kRight : Side::kCenter;
        const double position = settings.position.value_or(to_left ? 0 : to_right ? 100 : 50);
        PositionAlign anchor = settings.position_align;
        if (anchor == PositionAlign::kAuto) {
            anchor = to_left    ? PositionAlign::kLineLeft
                     : to_right ? PositionAlign::kLineRight
                                : PositionAlign::kCenter;
        }
        const double room = anchor == PositionAlign::kLineLeft ? 100 - position
                            : anchor == PositionAlign::kLineRight
                                ? position
                                : 2 * std::min(position, 100 - position);
        // Never so narrow that there is no room for a few words.
        constexpr double kNarrowest = 20;
        const double size = std::max(std::min(settings.size, room), kNarrowest);
        const double start = anchor == PositionAlign::kLineLeft    ? position
                             : anchor == PositionAlign::kLineRight ? position - size
                                                                   : position - size / 2;
        const double safe_width = safe_right() - safe_left();
        const double least = canvas_.width * kNarrowest / 100;
        const double left =
            std::clamp(canvas_.width * start / 100, safe_left(), safe_right() - least);
        const double width =
            std::clamp(canvas_.width * (start + size) / 100, left + least, safe_right()) - left;
        item.x = to_left ? left : to_right ? left + width : left + width / 2;
        return std::min(width, safe_width * kLongestLine);
    }

    void place_on_line(Item& item, const CueSettings& settings, double height) const {
        const double line = *settings.line;
        double top = 0;
        if (settings.line_unit == LineUnit::kPercent) {
            const double y = canvas_.height * line / 100;
            top = settings.line_align == LineAlign::kStart    ? y
                  : settings.line_align == LineAlign::kCenter ? y - height / 2
                                                              : y - height;
        } else if (line >= 0) {
            top = safe_top() + line * item.em * kLinePitch;
        } else {
            top = safe_bottom() + (line + 1) * item.em * kLinePitch - height;
        }
        item.top = std::max(std::min(top, safe_bottom() - height), safe_top());
        item.bottom = item.top + height;
    }

    std::span<const Track* const> tracks_;
    const AssCanvas& canvas_;
    double em_;
};

std::string style_line(std::size_t track, const Font& font, double em) {
    return fmt::format(
        "Style: Track{},{},{:.2f},&H00FFFFFF,&H00FFFFFF,&H00101010,&H80000000,0,0,0,0,100,100,0,0,"
        "1,{:.2f},{:.2f},2,0,0,0,1\n",
        track, font.name, em * font.height, em * kOutline, em * kShadow);
}

// Between the frame before and this one.
Milliseconds just_before(const media::FrameRate& rate, std::int64_t frame) {
    if (frame <= 0) return Milliseconds(0);
    const Ticks middle = (rate.start_of(frame - 1) + rate.start_of(frame)) / 2;
    return std::chrono::floor<Milliseconds>(middle);
}

std::string ass_time(Milliseconds time) {
    const std::chrono::hh_mm_ss split(time);
    return fmt::format("{}:{:02}:{:02}.{:02}", split.hours().count(), split.minutes().count(),
                       split.seconds().count(), split.subseconds().count() / 10);
}

}  // namespace

AssDrawing ass_script(std::span<const Track* const> tracks, const AssCanvas& canvas) {
    AssDrawing script;
    script.header = fmt::format(
        "[Script Info]\n"
        "ScriptType: v4.00+\n"
        "PlayResX: {}\n"
        "PlayResY: {}\n"
        "WrapStyle: 2\n"
        "ScaledBorderAndShadow: yes\n"
        "YCbCr Matrix: None\n"
        "\n"
        "[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
        "BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, "
        "BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n",
        canvas.width, canvas.height);
    const double em = canvas.height * (tracks.size() > 1 ? kSizeOfSeveral : kSizeOfOne);
    std::vector<Font> fonts;
    for (const Track* track : tracks) {
        script.header += style_line(fonts.size(), font_of(*track), em);
        fonts.push_back(font_of(*track));
    }
    script.header +=
        "\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n";

    for (const Item& item : Layout(tracks, canvas).run()) {
        const double pitch = item.em * kLinePitch;
        for (std::size_t i = 0; i < item.lines.size(); ++i) {
            const LineRange& line = item.lines[i];
            if (line.begin == line.end) continue;
            AssEvent event;
            event.first_frame = item.first_frame;
            event.end_frame = item.end_frame;
            event.start = just_before(canvas.frame_rate, item.first_frame);
            event.end = just_before(canvas.frame_rate, item.end_frame);
            event.top = item.top + pitch * static_cast<double>(i);
            event.bottom = event.top + pitch;
            const double width =
                item.em *
                estimated_width(
                    std::u32string_view(item.text.text).substr(line.begin, line.end - line.begin),
                    item.has_bold ? Weight::kBold : Weight::kRegular);
            event.left = item.side == Side::kLeft    ? item.x
                         : item.side == Side::kRight ? item.x - width
                                                     : item.x - width / 2;
            event.right = event.left + width;
            std::string overrides = fmt::format("\\an{}\\pos({:.1f},{:.1f})",
                                                static_cast<int>(item.side), item.x, event.bottom);
            if (item.em != em) {
                overrides += fmt::format("\\fs{:.2f}\\bord{:.2f}\\shad{:.2f}",
                                         item.em * fonts[item.track].height, item.em * kOutline,
                                         item.em * kShadow);
            }
            event.line = fmt::format("{},{},Track{},,0,0,0,,{{{}}}{}", script.events.size(),
                                     item.track, item.track, overrides, marked_up(item.text, line));
            script.events.push_back(std::move(event));
        }
    }
    return script;
}

std::string to_file(const AssDrawing& script) {
    std::string file = script.header;
    for (const AssEvent& event : script.events) {
        // Without the ReadOrder, with the times after the layer.
        const std::string_view line = std::string_view(event.line).substr(event.line.find(',') + 1);
        const std::size_t layer = line.find(',');
        file += fmt::format("Dialogue: {},{},{}{}\n", line.substr(0, layer), ass_time(event.start),
                            ass_time(event.end), line.substr(layer));
    }
    return file;
}

}  // namespace matinee::subtitles
