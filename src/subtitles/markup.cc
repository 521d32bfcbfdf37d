#include "subtitles/markup.h"

#include <algorithm>

#include "subtitles/cue_text.h"
#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

bool is_name_character(char c) {
    return is_ascii_alphanumeric(c) || c == '-' || c == '_' || c == ':';
}

bool starts_tag(std::string_view text) {
    if (text.size() < 2 || text[0] != '<') return false;
    if (text[1] == '!' || text[1] == '?') return true;
    if (text[1] == '/') return text.size() > 2 && is_ascii_alpha(text[2]);
    return is_ascii_alpha(text[1]);
}

// The offset past the ">" that ends the tag at the start of `text`: not one within quotes, unless
// the quotes never end before the next tag.
std::size_t tag_length(std::string_view text) {
    const std::string_view before_next = text.substr(0, text.find('<', 1));
    std::size_t at = 1;
    while (at < text.size() && text[at] != '>') {
        const char c = text[at];
        if ((c == '"' || c == '\'') && text[at - 1] == '=' && at < before_next.size()) {
            const std::size_t end = before_next.find(c, at + 1);
            if (end != std::string_view::npos) at = end;
        }
        ++at;
    }
    return std::min(at + 1, text.size());
}

}  // namespace

std::optional<MarkupToken> MarkupScanner::next() {
    while (at_ < input_.size()) {
        const std::string_view rest = input_.substr(at_);
        MarkupToken token;
        token.offset = at_;
        if (!starts_tag(rest)) {
            std::size_t end = 1;
            while (end < rest.size() && !starts_tag(rest.substr(end))) {
                end = std::min(rest.find('<', end + (rest[end] == '<' ? 1 : 0)), rest.size());
            }
            token.text = rest.substr(0, end);
            at_ += end;
            return token;
        }
        if (rest.starts_with("<!--")) {
            const std::size_t end = rest.find("-->");
            at_ = end == std::string_view::npos ? input_.size() : at_ + end + 3;
            continue;
        }
        const std::size_t length = tag_length(rest);
        at_ += length;
        if (rest[1] == '!' || rest[1] == '?') continue;
        std::string_view inside = rest.substr(1, length - 1);
        if (inside.ends_with('>')) inside.remove_suffix(1);
        token.type = MarkupToken::Type::kStartTag;
        if (inside.starts_with('/')) {
            token.type = MarkupToken::Type::kEndTag;
            inside.remove_prefix(1);
        }
        std::size_t name_end = 0;
        while (name_end < inside.size() && is_name_character(inside[name_end])) {
            ++name_end;
        }
        token.name = to_ascii_lower(inside.substr(0, name_end));
        token.attributes = inside.substr(name_end);
        return token;
    }
    return std::nullopt;
}

std::string_view MarkupScanner::raw_until_end_tag(std::string_view name) {
    const std::size_t start = at_;
    while (at_ < input_.size()) {
        const std::size_t tag = input_.find("</", at_);
        if (tag == std::string_view::npos) break;
        const std::string_view found = input_.substr(tag + 2, name.size());
        at_ = tag + 2;
        if (to_ascii_lower(found) != name) continue;
        at_ = std::min(input_.find('>', at_), input_.size() - 1) + 1;
        return input_.substr(start, tag - start);
    }
    at_ = input_.size();
    return input_.substr(start);
}

std::string_view attribute(std::string_view attributes, std::string_view name) {
    LineScanner scanner(attributes);
    while (!scanner.at_end()) {
        const std::string_view rest = scanner.rest();
        std::size_t end = 0;
        while (end < rest.size() && is_name_character(rest[end])) {
            ++end;
        }
        if (end == 0) {
            scanner.take(rest.substr(0, 1));
            continue;
        }
        scanner.take(rest.substr(0, end));
        scanner.skip_space();
        if (!scanner.take("=")) continue;
        scanner.skip_space();
        std::string_view value = scanner.rest();
        if (value.starts_with('"') || value.starts_with('\'')) {
            const char quote = value.front();
            value.remove_prefix(1);
            value = value.substr(0, value.find(quote));
            scanner.take(scanner.rest().substr(0, value.size() + 2));
        } else {
            std::size_t length = 0;
            while (length < value.size() && !is_ascii_space(value[length])) {
                ++length;
            }
            value = value.substr(0, length);
            scanner.take(value);
        }
        if (to_ascii_lower(rest.substr(0, end)) == name) return trim(value);
    }
    return {};
}

std::string resolve_references(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t plain = std::min(text.find('&'), text.size());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const std::size_t length = resolve_reference(text, References::kTerminated, out);
        if (length == 0) out += '&';
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

}  // namespace matinee::subtitles
