#include "subtitles/ass_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

struct ScriptPoint {
    double x = 0;
    double y = 0;
};

const AssStyle& find_style(const AssScript& script, std::string_view name) {
    static const AssStyle kPlain;
    // SSA marks styles it took from elsewhere with "*".
    if (name.starts_with('*')) name.remove_prefix(1);
    auto found = script.styles.find(name);
    if (found == script.styles.end()) found = script.styles.find("Default");
    return found == script.styles.end() ? kPlain : found->second;
}

// "&H0000FF&": blue, green, red. As a WebVTT class; empty when it has none.
std::string colour_of(std::string_view value) {
    std::string digits;
    for (const char c : value) {
        if (digit_value(c, 16)) digits += c;
    }
    while (digits.size() > 6) {
        digits.erase(0, 1);
    }
    digits.insert(0, 6 - digits.size(), '0');
    const std::string rgb = digits.substr(4, 2) + digits.substr(2, 2) + digits.substr(0, 2);
    return std::string(text_colour(rgb));
}

// Whether an alpha ("&HFF&") leaves nothing to see.
bool is_transparent(std::string_view value) {
    return to_ascii_lower(value).find("hff") != std::string::npos;
}

class AssTextReader {
  public:
    AssTextReader(const AssScript& script, std::string_view style_name, std::size_t line,
                  Notes& notes)
        : script_(script), line_(line), notes_(notes), base_(&find_style(script, style_name)) {
        row_ = base_->row;
        column_ = base_->column;
        reset();
    }

    std::string read(std::string_view text, CueSettings& settings) && {
        while (!text.empty()) {
            const std::size_t length = take_special(text);
            if (length == 0) plain_ += text.front();
            text.remove_prefix(std::max<std::size_t>(length, 1));
        }
        flush();
        if (point_) {
            place_at(point_->x / script_.width * 100, point_->y / script_.height * 100, row_,
                     column_, settings);
        } else {
            place(row_, column_, settings);
        }
        return std::move(writer_).finish();
    }

  private:
    // The length of what starts `text` and is no plain character; 0 when it is one.
    std::size_t take_special(std::string_view text) {
        if (text.starts_with("\\N")) {
            plain_ += '\n';
            return 2;
        }
        if (text.starts_with("\\n")) {
            plain_ += breaks_at_small_n_ ? '\n' : ' ';
            return 2;
        }
        if (text.starts_with("\\h")) {
            plain_ += "\xc2\xa0";
            return 2;
        }
        if (text.starts_with("\\{") || text.starts_with("\\}")) {
            plain_ += text[1];
            return 2;
        }
        if (text.front() != '{') return 0;
        const std::size_t end = text.find('}');
        if (end == std::string_view::npos) return 0;
        flush();
        read_block(text.substr(1, end - 1));
        return end + 1;
    }

    void flush() {
        if (!drawing_ && !hidden_) writer_.text(plain_, style_);
        if (drawing_ && !trim(plain_).empty()) {
            notes_.once(line_, "a drawing: dropped, here and below");
        }
        if (hidden_ && !trim(plain_).empty()) {
            notes_.once(line_, "text made invisible: dropped, here and below");
        }
        plain_.clear();
    }

    // What is between braces and no override is a comment of the author's.
    void read_block(std::string_view block) {
        std::size_t at = block.find('\\');
        while (at != std::string_view::npos) {
            std::size_t end = ++at;
            // Tags within parentheses belong to the tag before them (\t).
            int depth = 0;
            while (end < block.size() && (block[end] != '\\' || depth > 0)) {
                if (block[end] == '(') ++depth;
                if (block[end] == ')') depth = std::max(depth - 1, 0);
                ++end;
            }
            read_tag(trim(block.substr(at, end - at)));
            at = end < block.size() ? end : std::string_view::npos;
        }
    }

    void read_tag(std::string_view tag) {
        const std::size_t name_end = std::min(
            tag.find_first_of("0123456789.-+&(", starts_with_digit(tag) ? 1 : 0), tag.size());
        const std::string_view name = tag.substr(0, name_end);
        const std::string_view value = tag.substr(name_end);
        if (name == "i") {
            style_.italic = flag(value, base_->italic);
        } else if (name == "u") {
            style_.underline = flag(value, base_->underline);
        } else if (name == "b") {
            // 1, or a weight as fonts have them.
            const std::int64_t weight = saturating_number(LineScanner(value).digits(), 1000);
            style_.bold = value.empty() ? base_->bold : weight == 1 || weight >= 600;
        } else if (name == "an" || name == "a") {
            align(value, name == "an" ? AssAlignment::kKeypad : AssAlignment::kLegacy);
        } else if (name == "pos" || name == "move") {
            move(value);
        } else if (name == "p") {
            drawing_ = saturating_number(LineScanner(value).digits(), 100) > 0;
        } else if (name == "c" || name == "1c") {
            style_.colour = value.empty() ? std::string() : colour_of(value);
        } else if (name == "alpha" || name == "1a") {
            hidden_ = is_transparent(value);
        } else if (name == "q") {
            breaks_at_small_n_ = value == "2" || (value.empty() && script_.breaks_at_small_n);
        } else if (name.starts_with('r') && name != "rnd") {
            const std::string_view style_name = tag.substr(1);
            if (!style_name.empty()) base_ = &find_style(script_, style_name);
            reset();
        } else if (name == "k" || name == "K" || name == "kf" || name == "ko" || name == "kt") {
            notes_.once(line_, "karaoke: shown as ordinary text, here and below");
        } else {
            notes_.once(line_, fmt::format("\\{} has no place in WebVTT: dropped, here and below",
                                           name.empty() ? tag : name));
        }
    }

    static bool starts_with_digit(std::string_view tag) {
        return !tag.empty() && is_ascii_digit(tag.front());
    }

    static bool flag(std::string_view value, bool otherwise) {
        return value.empty() ? otherwise : value.front() == '1' || value.front() == '-';
    }

    void align(std::string_view value, AssAlignment meaning) {
        if (aligned_) return;  // the first counts
        aligned_ = true;
        apply_alignment(
            static_cast<std::size_t>(saturating_number(LineScanner(value).digits(), 99)), meaning,
            row_, column_);
    }

    void move(std::string_view value) {
        if (point_ || !value.starts_with('(')) return;
        value.remove_prefix(1);
        const std::size_t comma = value.find(',');
        if (comma == std::string_view::npos) return;
        const std::optional<double> x = parse_decimal(trim(value.substr(0, comma)));
        value.remove_prefix(comma + 1);
        const std::optional<double> y =
            parse_decimal(trim(value.substr(0, value.find_first_of(",)"))));
        if (x && y) point_ = ScriptPoint{*x, *y};
    }

    void reset() {
        style_ = {};
        style_.bold = base_->bold;
        style_.italic = base_->italic;
        style_.underline = base_->underline;
        hidden_ = false;
    }

    const AssScript& script_;
    std::size_t line_;
    Notes& notes_;
    const AssStyle* base_;
    StyledTextWriter writer_;
    std::string plain_;  // not yet given to the writer
    TextStyle style_;
    Row row_ = Row::kBottom;
    Column column_ = Column::kCenter;
    std::optional<ScriptPoint> point_;
    bool aligned_ = false;
    bool drawing_ = false;
    bool hidden_ = false;
    bool breaks_at_small_n_ = script_.breaks_at_small_n;
};

}  // namespace

void apply_alignment(std::size_t number, AssAlignment meaning, Row& row, Column& column) {
    constexpr std::array kColumns = {Column::kLeft, Column::kCenter, Column::kRight};
    if (meaning == AssAlignment::kKeypad) {
        constexpr std::array kRows = {Row::kBottom, Row::kMiddle, Row::kTop};
        if (number < 1 || number > 9) return;
        row = kRows[(number - 1) / 3];
        column = kColumns[(number - 1) % 3];
    } else {
        constexpr std::array kRows = {Row::kBottom, Row::kTop, Row::kMiddle};
        if (number < 1 || number > 11 || number % 4 == 0) return;
        row = kRows[number / 4];
        column = kColumns[number % 4 - 1];
    }
}

std::string read_ass_text(std::string_view text, const AssScript& script,
                          std::string_view style_name, std::size_t line, CueSettings& settings,
                          Notes& notes) {
    return AssTextReader(script, style_name, line, notes).read(text, settings);
}

}  // namespace matinee::subtitles
