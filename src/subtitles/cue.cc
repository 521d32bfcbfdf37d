#include "subtitles/cue.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "subtitles/cue_text.h"

namespace matinee::subtitles {
namespace {

bool starts_earlier(const SourceCue& a, const SourceCue& b) {
    return a.cue.start < b.cue.start;
}

// Why nobody could see it; empty when somebody can.
std::string_view why_invisible(const Cue& cue) {
    if (cue.end < cue.start) return "the cue ends before it starts: dropped";
    if (cue.end == cue.start) return "the cue ends when it starts: dropped";
    if (cue.end <= Milliseconds(0)) return "the cue ends before the film starts: dropped";
    if (!has_visible_text(cue.text)) return "the cue has no text: dropped";
    return {};
}

void report_overlaps(const std::vector<SourceCue>& cues, std::vector<Problem>& problems) {
    const SourceCue* latest = nullptr;  // the one that ends last, of those before
    for (const SourceCue& current : cues) {
        if (latest != nullptr && current.cue.start < latest->cue.end) {
            const Milliseconds overlap =
                std::min(latest->cue.end, current.cue.end) - current.cue.start;
            problems.push_back(
                {current.line, fmt::format("the cue overlaps the one of line {} by {} ms: kept, "
                                           "both are shown at once",
                                           latest->line, overlap.count())});
        }
        if (latest == nullptr || current.cue.end > latest->cue.end) latest = &current;
    }
}

}  // namespace

Document tidy(Source source, Overlaps overlaps, std::vector<Problem>& problems) {
    problems.insert(problems.end(), std::make_move_iterator(source.problems.begin()),
                    std::make_move_iterator(source.problems.end()));

    std::vector<SourceCue>& cues = source.cues;
    std::erase_if(cues, [&](const SourceCue& candidate) {
        const std::string_view why = why_invisible(candidate.cue);
        if (!why.empty()) problems.push_back({candidate.line, std::string(why)});
        return !why.empty();
    });
    for (SourceCue& early : cues) {
        if (early.cue.start >= Milliseconds(0)) continue;
        problems.push_back({early.line, "the cue starts before the film: it starts with it now"});
        early.cue.start = Milliseconds(0);
    }
    if (!std::is_sorted(cues.begin(), cues.end(), starts_earlier)) {
        const auto first = std::is_sorted_until(cues.begin(), cues.end(), starts_earlier);
        problems.push_back(
            {first->line, "the cue starts before the one above it: cues sorted by time"});
        std::stable_sort(cues.begin(), cues.end(), starts_earlier);
    }

    // Two cues that say the same at the same time are a mistake of some editor, whatever their
    // settings. The hash only selects candidates; equality decides.
    std::unordered_multimap<std::size_t, std::size_t> kept_by_hash;
    std::vector<SourceCue> kept;
    kept.reserve(cues.size());
    for (SourceCue& current : cues) {
        const std::size_t hash =
            std::hash<std::string>()(current.cue.text) ^
            (static_cast<std::size_t>(current.cue.start.count()) * 0x9e3779b9U);
        const auto [begin, end] = kept_by_hash.equal_range(hash);
        const auto twin = std::find_if(begin, end, [&](const auto& candidate) {
            const Cue& other = kept[candidate.second].cue;
            return std::tie(other.start, other.end, other.text) ==
                   std::tie(current.cue.start, current.cue.end, current.cue.text);
        });
        if (twin != end) {
            problems.push_back(
                {current.line, fmt::format("the cue repeats the one of line {}: dropped",
                                           kept[twin->second].line)});
            continue;
        }
        kept_by_hash.emplace(hash, kept.size());
        kept.push_back(std::move(current));
    }

    if (overlaps == Overlaps::kReported) report_overlaps(kept, problems);
    std::stable_sort(problems.begin(), problems.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });

    Document document;
    document.language = std::move(source.language);
    document.regions = std::move(source.regions);
    document.stylesheets = std::move(source.stylesheets);
    document.cues.reserve(kept.size());
    for (SourceCue& current : kept) {
        document.cues.push_back(std::move(current.cue));
    }
    return document;
}

std::string_view to_string(Kind kind) {
    switch (kind) {
        case Kind::kSubtitles:
            return "subtitles";
        case Kind::kForced:
            return "forced";
        case Kind::kSdh:
            return "sdh";
    }
    return "subtitles";
}

Track::Track(std::string language, Kind kind, Document document, unsigned ordinal,
             std::string label)
    : language_(std::move(language)),
      kind_(kind),
      ordinal_(ordinal),
      label_(std::move(label)),
      document_(std::move(document)) {
    const std::vector<Cue>& cues = document_.cues;
    while (leaf_count_ < cues.size()) {
        leaf_count_ *= 2;
    }
    latest_end_.assign(leaf_count_ * 2, Milliseconds::min());
    for (std::size_t i = 0; i < cues.size(); ++i) {
        latest_end_[leaf_count_ + i] = cues[i].end;
    }
    for (std::size_t node = leaf_count_ - 1; node > 0; --node) {
        latest_end_[node] = std::max(latest_end_[node * 2], latest_end_[node * 2 + 1]);
    }
}

std::size_t Track::next_ending_after(std::size_t from, Milliseconds instant) const {
    const std::size_t none = document_.cues.size();
    if (from >= none) return none;
    std::size_t node = leaf_count_ + from;
    while (latest_end_[node] <= instant) {
        // To the subtree right of this one: up while it is a right child, then across.
        while (node % 2 == 1) {
            node /= 2;
        }
        if (node == 0) return none;
        ++node;
    }
    while (node < leaf_count_) {
        node *= 2;
        if (latest_end_[node] <= instant) ++node;
    }
    return node - leaf_count_;
}

}  // namespace matinee::subtitles
