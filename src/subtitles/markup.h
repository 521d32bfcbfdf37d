// Tag soup: text with tags as people and programs write them, for the formats that borrow from
// HTML.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::subtitles {

struct MarkupToken {
    enum class Type : std::uint8_t { kText, kStartTag, kEndTag };
    Type type = Type::kText;
    std::string name;             // of a tag, in lower case
    std::string_view attributes;  // of a start tag, as written
    std::string_view text;        // as written: character references stand
    std::size_t offset = 0;       // in the input
};

// Splits markup into text and tags. Comments, declarations and processing instructions are passed
// over; "<" that starts no tag is text. Never fails; linear.
class MarkupScanner {
  public:
    explicit MarkupScanner(std::string_view input) : input_(input) {}

    std::optional<MarkupToken> next();

    // All up to the next end tag called `name`, which is passed: the inside of elements that hold
    // no markup.
    std::string_view raw_until_end_tag(std::string_view name);

  private:
    std::string_view input_;
    std::size_t at_ = 0;
};

// The value of `name` (lower case) among a start tag's attributes, quoted or not; character
// references stand. Empty when it has none.
std::string_view attribute(std::string_view attributes, std::string_view name);

// `text` with its character references resolved.
std::string resolve_references(std::string_view text);

}  // namespace matinee::subtitles
