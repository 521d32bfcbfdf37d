#include "auth/viewer_slots.h"

#include <algorithm>

namespace matinee::auth {

bool ViewerSlots::admit(std::uint64_t viewer, std::size_t limit, Instant now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(slots_, [now](const Slot& slot) { return now - slot.last >= kIdle; });
    const auto known = std::ranges::find(slots_, viewer, &Slot::viewer);
    if (known != slots_.end()) {
        known->last = now;
        return true;
    }
    if (slots_.size() >= limit) return false;
    slots_.push_back({viewer, now});
    return true;
}

std::size_t ViewerSlots::taken(Instant now) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(slots_, [now](const Slot& slot) { return now - slot.last < kIdle; }));
}

}  // namespace matinee::auth
