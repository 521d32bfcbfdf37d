#include "subtitles/cue_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "subtitles/html_entities.h"
#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

// HTML §13.2.5.80: what the numbers of the C1 controls mean, from 0x80. 0 keeps the number.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

char32_t character_of_number(std::uint32_t number) {
    if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff)) return 0xfffd;
    if (number >= 0x80 && number <= 0x9f && kWindows1252[number - 0x80] != 0) {
        return kWindows1252[number - 0x80];
    }
    return number;
}

std::size_t resolve_number(std::string_view text, References references, std::string& out) {
    // text starts with "&#".
    std::size_t i = 2;
    const bool hexadecimal = i < text.size() && (text[i] == 'x' || text[i] == 'X');
    if (hexadecimal) ++i;
    const std::size_t first_digit = i;
    std::uint32_t number = 0;
    for (; i < text.size(); ++i) {
        const std::optional<std::uint32_t> digit = digit_value(text[i], hexadecimal ? 16 : 10);
        if (!digit) break;
        number = number > 0x10ffff ? number : number * (hexadecimal ? 16 : 10) + *digit;
    }
    if (i == first_digit) return 0;
    const bool terminated = i < text.size() && text[i] == ';';
    if (!terminated && references == References::kTerminated) return 0;
    append_utf8(character_of_number(number), out);
    return terminated ? i + 1 : i;
}

std::size_t resolve_name(std::string_view text, References references, std::string& out) {
    constexpr std::size_t kLongestName = 32;  // "CounterClockwiseContourIntegral;"
    std::size_t end = 1;
    while (end < text.size() && end <= kLongestName && is_ascii_alphanumeric(text[end])) {
        ++end;
    }
    if (end < text.size() && text[end] == ';') ++end;
    // The longest name that matches counts, so "&notit;" is "¬it;".
    const auto entities = html_entities();
    for (; end > 1; --end) {
        const std::string_view name = text.substr(1, end - 1);
        if (references == References::kTerminated && name.back() != ';') return 0;
        const auto found = std::lower_bound(
            entities.begin(), entities.end(), name,
            [](const HtmlEntity& entity, std::string_view wanted) { return entity.name < wanted; });
        if (found != entities.end() && found->name == name) {
            out += found->text;
            return end;
        }
    }
    return 0;
}

// WebVTT §6.4, "WebVTT cue text tokenizer".
struct Token {
    enum class Type : std::uint8_t { kText, kStartTag, kEndTag, kTimestamp };
    Type type = Type::kText;
    std::string value;  // the text, the tag's name, the timestamp
    std::vector<std::string> classes;
    std::string annotation;
};

class Tokenizer {
  public:
    explicit Tokenizer(std::string_view input) : input_(input) {}

    std::optional<Token> next() {
        if (position_ >= input_.size()) return std::nullopt;
        if (input_[position_] != '<') return text();
        ++position_;
        return tag();
    }

  private:
    [[nodiscard]] bool at_tag_end() const {
        return position_ >= input_.size() || input_[position_] == '>';
    }

    void skip_tag_end() {
        if (position_ < input_.size()) ++position_;
    }

    // Appends one character of text, or what a reference stands for.
    void text_character(std::string& out) {
        if (input_[position_] == '&') {
            const std::size_t length =
                resolve_reference(input_.substr(position_), References::kHtml, out);
            if (length != 0) {
                position_ += length;
                return;
            }
        }
        out += input_[position_++];
    }

    Token text() {
        Token token;
        while (position_ < input_.size() && input_[position_] != '<') {
            text_character(token.value);
        }
        return token;
    }

    Token tag() {
        Token token;
        if (!at_tag_end() && input_[position_] == '/') {
            ++position_;
            token.type = Token::Type::kEndTag;
            token.value = until_tag_end();
            return token;
        }
        if (!at_tag_end() && is_ascii_digit(input_[position_])) {
            token.type = Token::Type::kTimestamp;
            token.value = until_tag_end();
            return token;
        }
        token.type = Token::Type::kStartTag;
        while (!at_tag_end() && !is_ascii_space(input_[position_]) && input_[position_] != '.') {
            token.value += input_[position_++];
        }
        while (!at_tag_end() && input_[position_] == '.') {
            ++position_;
            std::string name;
            while (!at_tag_end() && !is_ascii_space(input_[position_]) &&
                   input_[position_] != '.') {
                name += input_[position_++];
            }
            // Empty classes do not count (§6.4, "attach a WebVTT Internal Node Object").
            if (!name.empty()) token.classes.push_back(std::move(name));
        }
        while (!at_tag_end()) {
            text_character(token.annotation);
        }
        token.annotation = collapse_space(token.annotation);
        skip_tag_end();
        return token;
    }

    std::string until_tag_end() {
        const std::size_t end = std::min(input_.find('>', position_), input_.size());
        std::string value(input_.substr(position_, end - position_));
        position_ = end;
        skip_tag_end();
        return value;
    }

    std::string_view input_;
    std::size_t position_ = 0;
};

bool is_element(std::string_view name) {
    return name == "c" || name == "i" || name == "b" || name == "u" || name == "ruby" ||
           name == "rt" || name == "v" || name == "lang";
}

bool takes_annotation(std::string_view name) {
    return name == "v" || name == "lang";
}

void append_escaped(std::string_view plain, std::string& out) {
    for (const char c : plain) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '\0':
                break;  // no WebVTT file can hold one (§6.1)
            default:
                out += c;
        }
    }
}

}  // namespace

std::size_t resolve_reference(std::string_view text, References references, std::string& out) {
    if (text.size() < 2 || text[0] != '&') return 0;
    return text[1] == '#' ? resolve_number(text, references, out)
                          : resolve_name(text, references, out);
}

// WebVTT §6.4, "WebVTT cue text parsing rules". Nesting needs no tree: what is written follows
// from the stack of open elements alone.
std::string normalise_cue_text(std::string_view text) {
    CueTextWriter writer;
    Tokenizer tokenizer(text);
    while (const std::optional<Token> token = tokenizer.next()) {
        const std::string_view current =
            writer.open_elements().empty() ? std::string_view() : writer.open_elements().back();
        switch (token->type) {
            case Token::Type::kText:
                writer.text(token->value);
                break;
            case Token::Type::kStartTag:
                if (is_element(token->value) && (token->value != "rt" || current == "ruby")) {
                    writer.open(token->value, token->classes,
                                takes_annotation(token->value) ? token->annotation : "");
                }
                break;
            case Token::Type::kEndTag:
                if (!current.empty() && current == token->value) {
                    writer.close();
                } else if (token->value == "ruby" && current == "rt") {
                    writer.close();
                    writer.close();
                }
                break;
            case Token::Type::kTimestamp: {
                LineScanner scanner(token->value);
                const std::optional<Milliseconds> time = scanner.webvtt_timestamp();
                if (time && scanner.at_end()) writer.timestamp(format_timestamp(*time));
                break;
            }
        }
    }
    return std::move(writer).finish();
}

bool has_visible_text(std::string_view text) {
    Tokenizer tokenizer(text);
    while (const std::optional<Token> token = tokenizer.next()) {
        if (token->type != Token::Type::kText) continue;
        std::string_view rest = token->value;
        while (!rest.empty()) {
            if (is_ascii_space(rest.front())) {
                rest.remove_prefix(1);
            } else if (rest.starts_with(kNoBreakSpace)) {
                rest.remove_prefix(kNoBreakSpace.size());
            } else {
                return true;
            }
        }
    }
    return false;
}

void CueTextWriter::text(std::string_view plain) {
    while (!plain.empty()) {
        const std::size_t end = std::min(plain.find_first_of("\r\n"), plain.size());
        append_escaped(plain.substr(0, end), out_);
        if (end == plain.size()) return;
        plain.remove_prefix(plain.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
        if (out_.empty()) continue;  // nothing above it that a line could be empty below
        if (out_.back() == '\n') out_ += kNoBreakSpace;
        out_ += '\n';
    }
}

void CueTextWriter::open(std::string_view name, const std::vector<std::string>& classes,
                         std::string_view annotation) {
    std::string tag = "<";
    tag += name;
    for (const std::string& one : classes) {
        tag += '.';
        tag += one;
    }
    if (!annotation.empty()) {
        tag += ' ';
        append_escaped(collapse_space(annotation), tag);
    }
    if (tag.ends_with("--")) tag += ' ';  // or it would read "-->", which is a timing (§4.1)
    tag += '>';
    out_ += tag;
    names_.emplace_back(name);
    start_tags_.push_back(std::move(tag));
}

void CueTextWriter::close() {
    if (names_.empty()) return;
    out_ += fmt::format("</{}>", names_.back());
    names_.pop_back();
    start_tags_.pop_back();
}

void CueTextWriter::close(std::string_view name) {
    const auto last = std::find(names_.rbegin(), names_.rend(), name);
    if (last == names_.rend()) return;
    const auto inside = static_cast<std::size_t>(last - names_.rbegin());
    const std::vector<std::string> names(names_.end() - static_cast<std::ptrdiff_t>(inside),
                                         names_.end());
    const std::vector<std::string> tags(start_tags_.end() - static_cast<std::ptrdiff_t>(inside),
                                        start_tags_.end());
    for (std::size_t i = 0; i <= inside; ++i) {
        close();
    }
    for (std::size_t i = 0; i < inside; ++i) {
        out_ += tags[i];
        names_.push_back(names[i]);
        start_tags_.push_back(tags[i]);
    }
}

void CueTextWriter::timestamp(std::string_view formatted) {
    out_ += fmt::format("<{}>", formatted);
}

std::string CueTextWriter::finish() && {
    while (!names_.empty()) {
        close();
    }
    while (out_.ends_with('\n')) {
        out_.pop_back();
    }
    return std::move(out_);
}

}  // namespace matinee::subtitles
