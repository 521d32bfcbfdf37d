#include "review/watching.h"

#include <algorithm>

namespace matinee::review {

Result<std::vector<Stretch>> with_stretches(std::span<const Stretch> seen,
                                            std::span<const Stretch> added, Milliseconds duration) {
    std::vector<Stretch> all(seen.begin(), seen.end());
    for (const Stretch& stretch : added) {
        if (stretch.start < Milliseconds(0) || stretch.end < stretch.start) {
            return fail(ErrorCode::kInvalid,
                        "{} to {} ms is no part of a film: it starts at 0 or later, and ends after "
                        "it starts",
                        stretch.start.count(), stretch.end.count());
        }
        const Stretch within{stretch.start, std::min(stretch.end, duration)};
        if (within.start < within.end) all.push_back(within);
    }
    std::ranges::sort(all, {}, &Stretch::start);
    std::vector<Stretch> joined;
    for (const Stretch& stretch : all) {
        if (!joined.empty() && stretch.start <= joined.back().end) {
            joined.back().end = std::max(joined.back().end, stretch.end);
        } else {
            joined.push_back(stretch);
        }
    }
    if (joined.size() > kMostStretches) {
        std::ranges::sort(joined, std::ranges::greater(),
                          [](const Stretch& stretch) { return stretch.end - stretch.start; });
        joined.resize(kMostStretches);
        std::ranges::sort(joined, {}, &Stretch::start);
    }
    return joined;
}

double share_of(std::span<const Stretch> seen, Milliseconds duration) {
    if (duration <= Milliseconds(0)) return 0;
    Milliseconds total(0);
    for (const Stretch& stretch : seen) {
        total += std::min(stretch.end, duration) - std::min(stretch.start, duration);
    }
    return static_cast<double>(total.count()) / static_cast<double>(duration.count());
}

}  // namespace matinee::review
