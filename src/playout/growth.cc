#include "playout/growth.h"

#include <algorithm>

namespace matinee::playout {

bool keeps_ahead(const Growth& growth, Ticks until_start, Ticks ahead) {
    using std::chrono::milliseconds;
    if (growth.complete >= growth.promised) return true;
    if (growth.watched < kLeastWatched) return false;
    // What is wanted grows with the clock until it is all of the media; what there is grows at its
    // own speed. Both are straight lines, so it is enough to compare their ends.
    const Ticks reserve = ahead + kGrowthReserve;
    const Ticks wanted_now = std::clamp(reserve - until_start, Ticks(0), growth.promised);
    if (growth.complete < wanted_now) return false;
    const Ticks wanted_whole_in = until_start + growth.promised - reserve;
    if (wanted_whole_in <= Ticks(0)) return growth.complete >= growth.promised;
    const auto grown = std::chrono::floor<milliseconds>(growth.complete - growth.complete_before);
    const auto left = std::chrono::ceil<milliseconds>(growth.promised - growth.complete);
    const auto time = std::chrono::floor<milliseconds>(wanted_whole_in);
    // left <= time * (grown / watched) * 3/4, in whole milliseconds: below 2^63 for days of each.
    return left.count() * growth.watched.count() * 4 <= time.count() * grown.count() * 3;
}

}  // namespace matinee::playout
