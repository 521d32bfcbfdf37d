#include "prepare/stretches.h"

#include <algorithm>

#include <fmt/format.h>

namespace matinee::prepare {

void Stretches::mark(std::int64_t at, bool holds) {
    if (holds) {
        if (!since_ns_) since_ns_ = at;
        return;
    }
    if (!since_ns_) return;
    const Stretch stretch{*since_ns_, at};
    since_ns_.reset();
    if (stretch.end_ns - stretch.begin_ns < least_ns_) return;
    ++count_;
    total_ns_ += stretch.end_ns - stretch.begin_ns;
    if (told_.size() < kTold) told_.push_back(stretch);
}

std::string Stretches::text(std::int64_t origin) const {
    std::string text;
    for (const Stretch& stretch : told_) {
        if (!text.empty()) text += ", ";
        text += clock_text(stretch.begin_ns - origin) + "-" + clock_text(stretch.end_ns - origin);
    }
    if (count_ > told_.size()) text += fmt::format(" and {} more", count_ - told_.size());
    return text;
}

std::string clock_text(std::int64_t ns) {
    const std::int64_t tenths = std::max<std::int64_t>(ns, 0) / 100'000'000;
    return fmt::format("{}:{:02}:{:02}.{}", tenths / 36'000, tenths / 600 % 60, tenths / 10 % 60,
                       tenths % 10);
}

}  // namespace matinee::prepare
