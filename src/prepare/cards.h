// Cards: pictures with text (titles, slates) drawn from SVG templates and prepared as entries of
// their own. Pure: values in, values out.
//
// A template (pipelines/cards/*.svg) is SVG of 1920x1080 with two things added:
//
//     {name}    a placeholder, name = [a-z][a-z0-9-]*; what has no value is empty
//     <g data-flow="middle" data-y="500" data-height="800"> <text ...>...</text> ... </g>
//               a column of texts. Each is set below the other, and all of them so that their top,
//               middle or bottom ("top", "middle", "bottom") is at data-y, not higher than
//               data-height. Elements are texts only; those whose placeholders are all empty are
//               left out.
//
//     {count}   outside of columns, what is different in each picture: the whole seconds that are
//     {arc}     left of the card ("60", and above 99 "2:05"), and how much is left of it, from 1000
//               to 0. A card with one of them counts down.
//
// A text of a column has x, font-size, and if wanted: data-width (pixels; wider ones are broken
// into lines), data-lines (at most so many, smaller letters if need be), data-gap (pixels above
// it). Its font follows from the language of what is put in; other attributes stay.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "library/house_format.h"
#include "prepare/plan.h"

namespace matinee::prepare {

struct CardText {
    std::string text;
    std::string language;  // BCP-47; empty when it is in none
};

// Placeholder -> text.
using CardValues = std::map<std::string, CardText, std::less<>>;

// `name` is the template's, for messages. kInvalid for a value that no placeholder asks for and for
// a template that breaks the rules above.
Result<std::string> fill_card(std::string_view name, std::string_view svg,
                              const CardValues& values);

// A card as it is stored: drawn already but for the pixels, and {count} and {arc} where it counts
// down. So its content is what it is named by, and a template can be edited without changing the
// cards that were made with it.
struct Card {
    std::chrono::milliseconds duration{0};
    std::string svg;

    bool operator==(const Card&) const = default;
};

inline constexpr std::chrono::milliseconds kShortestCard{2'000};
inline constexpr std::chrono::milliseconds kLongestCard{600'000};

std::string to_json(const Card& card);

// kInvalid when it is no card, or lasts too short or too long.
Result<Card> card_from_json(std::string_view text);

// What is to be done to make an entry of it: 25 frames a second, silent.
Plan plan_card(const Card& card, const library::HouseFormat& house);

// Whether its pictures differ.
bool counts_down(const Card& card);

// The picture of a card that counts down, `at` after its beginning. `svg` is the card's, perhaps
// sized.
std::string picture_at(std::string_view svg, std::chrono::milliseconds duration,
                       std::chrono::nanoseconds at);

// `svg` with another width and height: it is drawn in that size, not scaled.
Result<std::string> sized_svg(std::string_view svg, Size size);

}  // namespace matinee::prepare
