// What films are judged by, what a juror says of one, and what comes of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "review/watching.h"

namespace matinee::review {

// BCP-47 language -> text.
using Texts = std::map<std::string, std::string>;

// What films are scored for: whole numbers from `low` to `high`, of which `high` is the best.
struct Criterion {
    std::string id;  // [a-z0-9-]+
    Texts names;
    int low = 1;
    int high = 10;
    int weight = 1;  // against the others'; 0: asked for, and not counted

    bool operator==(const Criterion&) const = default;
};

// kInvalid names what is wrong: none at all, an id twice, a scale without two marks, no weight.
Result<void> check_criteria(std::span<const Criterion> criteria);

// Criterion -> score. One that is not here has not been given.
using Scores = std::map<std::string, int>;

// Something said about a moment of the film.
struct Comment {
    std::string id;  // made by whoever writes it
    Milliseconds at{0};
    std::string text;

    bool operator==(const Comment&) const = default;
};

// One juror's of one film.
struct Sheet {
    std::int64_t version = 0;  // of scores, note and comments: 0 before there are any
    Scores scores = {};
    std::string note = {};
    std::vector<Comment> comments = {};

    std::vector<Stretch> seen = {};
    Milliseconds position{0};  // where they stopped

    bool operator==(const Sheet&) const = default;
};

inline constexpr std::size_t kLongestNote = 80'000;     // bytes
inline constexpr std::size_t kLongestComment = 16'000;  // bytes
inline constexpr std::size_t kMostComments = 500;

// Whether scores, note and comments are such as the criteria ask for; kInvalid names what is not.
// Comments are put in the order of the film.
Result<void> check_sheet(Sheet& sheet, std::span<const Criterion> criteria);

// How far a juror is with a film.
enum class SheetState : std::uint8_t {
    kNew,
    kBegun,   // some of it played
    kSeen,    // nine tenths of it, or more
    kScored,  // every criterion that counts has its score, however much was seen
};

std::string_view to_string(SheetState state);

SheetState state_of(const Sheet& sheet, std::span<const Criterion> criteria, Milliseconds duration);

// The marks of several jurors, as numbers.
struct Spread {
    std::size_t count = 0;
    double mean = 0;       // when there is one mark or more
    double deviation = 0;  // of a sample (n - 1), when there are two or more; else 0
    double lowest = 0;
    double highest = 0;
};

Spread spread_of(std::span<const double> marks);

// A sheet's mark, from 0 to 100: the mean of its scores, each as its place on its scale, by weight.
// Nothing while a score that counts is missing: what a juror has not said is not made up, and a
// film is not ranked by its easier half.
std::optional<double> mark_of(const Scores& scores, std::span<const Criterion> criteria);

struct FilmResult {
    std::map<std::string, Spread> by_criterion;  // on its own scale; also of incomplete sheets
    Spread marks;                                // of complete sheets
    std::size_t incomplete = 0;                  // sheets with some scores, but not all
    std::optional<std::size_t> rank;             // 1 is the best; equals share one
};

// Of each film, in the order of `films`, from the scores of those who judged it.
std::vector<FilmResult> results_of(std::span<const std::vector<Scores>> films,
                                   std::span<const Criterion> criteria);

}  // namespace matinee::review
