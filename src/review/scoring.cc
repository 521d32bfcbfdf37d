#include "review/scoring.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace matinee::review {

namespace {

constexpr int kLargest = 1000;  // of scales and weights
constexpr std::size_t kMostCriteria = 20;
constexpr double kSeenShare = 0.9;  // few sit through the credits
// Marks that differ by less are the same: what is left over from calculating.
constexpr double kNothing = 1e-9;

bool is_slug(std::string_view id) {
    return !id.empty() && id.size() <= 40 && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool counts(const Criterion& criterion) {
    return criterion.weight > 0;
}

}  // namespace

Result<void> check_criteria(std::span<const Criterion> criteria) {
    if (criteria.empty() || criteria.size() > kMostCriteria) {
        return fail(ErrorCode::kInvalid, "a round has 1 to {} criteria, not {}", kMostCriteria,
                    criteria.size());
    }
    std::set<std::string_view> seen;
    for (const Criterion& criterion : criteria) {
        if (!is_slug(criterion.id)) {
            return fail(ErrorCode::kInvalid,
                        "\"{}\" cannot be a criterion's id: it has a-z, 0-9 and -, 40 at most",
                        criterion.id);
        }
        if (!seen.insert(criterion.id).second) {
            return fail(ErrorCode::kInvalid, "there are two criteria \"{}\"", criterion.id);
        }
        if (criterion.names.empty()) {
            return fail(ErrorCode::kInvalid, "criterion \"{}\" needs a name", criterion.id);
        }
        if (criterion.low < 0 || criterion.high <= criterion.low || criterion.high > kLargest) {
            return fail(ErrorCode::kInvalid,
                        "criterion \"{}\" goes from {} to {}; a scale rises, within 0 to {}",
                        criterion.id, criterion.low, criterion.high, kLargest);
        }
        if (criterion.weight < 0 || criterion.weight > kLargest) {
            return fail(ErrorCode::kInvalid, "criterion \"{}\" weighs {}; 0 to {} will do",
                        criterion.id, criterion.weight, kLargest);
        }
    }
    if (std::ranges::none_of(criteria, counts)) {
        return fail(ErrorCode::kInvalid, "no criterion weighs anything: give one a weight");
    }
    return {};
}

Result<void> check_sheet(Sheet& sheet, std::span<const Criterion> criteria) {
    for (const auto& [id, score] : sheet.scores) {
        const auto criterion = std::ranges::find(criteria, id, &Criterion::id);
        if (criterion == criteria.end()) {
            return fail(ErrorCode::kInvalid, "there is no criterion \"{}\" in this round", id);
        }
        if (score < criterion->low || score > criterion->high) {
            return fail(ErrorCode::kInvalid, "{} for \"{}\": it goes from {} to {}", score, id,
                        criterion->low, criterion->high);
        }
    }
    if (sheet.note.size() > kLongestNote) {
        return fail(ErrorCode::kInvalid, "the note has {} bytes; {} are the most",
                    sheet.note.size(), kLongestNote);
    }
    if (sheet.comments.size() > kMostComments) {
        return fail(ErrorCode::kInvalid, "{} comments on one film; {} are the most",
                    sheet.comments.size(), kMostComments);
    }
    std::set<std::string_view> seen;
    for (const Comment& comment : sheet.comments) {
        if (!is_slug(comment.id) || !seen.insert(comment.id).second) {
            return fail(ErrorCode::kInvalid,
                        "a comment needs an id of its own (a-z, 0-9 and -, 40 at most), not \"{}\"",
                        comment.id);
        }
        if (comment.at < Milliseconds(0)) {
            return fail(ErrorCode::kInvalid, "comment {} is {} ms before the film", comment.id,
                        -comment.at.count());
        }
        if (comment.text.empty() || comment.text.size() > kLongestComment) {
            return fail(ErrorCode::kInvalid, "comment {} has {} bytes; 1 to {} will do", comment.id,
                        comment.text.size(), kLongestComment);
        }
    }
    std::ranges::stable_sort(sheet.comments, {}, &Comment::at);
    return {};
}

std::string_view to_string(SheetState state) {
    switch (state) {
        case SheetState::kNew:
            return "new";
        case SheetState::kBegun:
            return "begun";
        case SheetState::kSeen:
            return "seen";
        case SheetState::kScored:
            return "scored";
    }
    return "new";
}

SheetState state_of(const Sheet& sheet, std::span<const Criterion> criteria,
                    Milliseconds duration) {
    if (mark_of(sheet.scores, criteria)) return SheetState::kScored;
    if (share_of(sheet.seen, duration) >= kSeenShare) return SheetState::kSeen;
    return sheet.seen.empty() && sheet.version == 0 ? SheetState::kNew : SheetState::kBegun;
}

Spread spread_of(std::span<const double> marks) {
    Spread spread;
    spread.count = marks.size();
    if (marks.empty()) return spread;
    const auto n = static_cast<double>(marks.size());
    spread.mean = std::accumulate(marks.begin(), marks.end(), 0.0) / n;
    const auto [lowest, highest] = std::ranges::minmax(marks);
    spread.lowest = lowest;
    spread.highest = highest;
    if (marks.size() > 1) {
        double squares = 0;
        for (const double mark : marks) {
            squares += (mark - spread.mean) * (mark - spread.mean);
        }
        spread.deviation = std::sqrt(squares / (n - 1));
    }
    return spread;
}

std::optional<double> mark_of(const Scores& scores, std::span<const Criterion> criteria) {
    double sum = 0;
    double weights = 0;
    for (const Criterion& criterion : criteria) {
        if (!counts(criterion)) continue;
        const auto score = scores.find(criterion.id);
        if (score == scores.end()) return std::nullopt;
        const double place = static_cast<double>(score->second - criterion.low) /
                             static_cast<double>(criterion.high - criterion.low);
        sum += criterion.weight * place;
        weights += criterion.weight;
    }
    return weights > 0 ? std::optional<double>(100 * sum / weights) : std::nullopt;
}

std::vector<FilmResult> results_of(std::span<const std::vector<Scores>> films,
                                   std::span<const Criterion> criteria) {
    std::vector<FilmResult> results;
    for (const std::vector<Scores>& sheets : films) {
        FilmResult result;
        std::vector<double> marks;
        for (const Scores& scores : sheets) {
            if (const auto mark = mark_of(scores, criteria)) {
                marks.push_back(*mark);
            } else if (!scores.empty()) {
                ++result.incomplete;
            }
        }
        result.marks = spread_of(marks);
        for (const Criterion& criterion : criteria) {
            std::vector<double> given;
            for (const Scores& scores : sheets) {
                const auto score = scores.find(criterion.id);
                if (score != scores.end()) given.push_back(score->second);
            }
            result.by_criterion[criterion.id] = spread_of(given);
        }
        results.push_back(std::move(result));
    }
    for (FilmResult& result : results) {
        if (result.marks.count == 0) continue;
        const auto better = std::ranges::count_if(results, [&](const FilmResult& other) {
            return other.marks.count > 0 && other.marks.mean > result.marks.mean + kNothing;
        });
        result.rank = static_cast<std::size_t>(better) + 1;
    }
    return results;
}

}  // namespace matinee::review
