#include "prepare/frame_pacer.h"

#include <algorithm>

namespace matinee::prepare {
namespace {

__extension__ using Wide = __int128;

// The number of output frames whose middle lies before `ns` after the origin.
std::int64_t frames_with_middle_before(std::int64_t ns, Rational rate) {
    // (n + 1/2) / rate < ns  <=>  2n + 1 < 2 * ns * rate; so n < x - 1/2 with x = ns * rate.
    const Wide doubled = Wide(2) * ns * rate.numerator;
    const Wide unit = Wide(kSecondNs) * rate.denominator;
    if (doubled <= unit) return 0;
    // The count of integers n >= 0 with n < (doubled - unit) / (2 * unit), rounded up.
    return static_cast<std::int64_t>((doubled - unit + 2 * unit - 1) / (2 * unit));
}

}  // namespace

FramePacer::FramePacer(Rational rate, std::int64_t minimum_frames)
    : rate_(rate), minimum_frames_(minimum_frames) {}

std::int64_t FramePacer::fill_until(std::int64_t end_ns) {
    const std::int64_t wanted = frames_with_middle_before(end_ns - *origin_, rate_);
    const std::int64_t count = std::max<std::int64_t>(wanted - emitted_, 0);
    emitted_ += count;
    return count;
}

std::int64_t FramePacer::next(std::int64_t start_ns, std::int64_t duration_ns) {
    if (!origin_) {
        origin_ = start_ns;
        last_start_ = start_ns;
        last_duration_ = duration_ns;
        return 0;
    }
    const std::int64_t count = fill_until(start_ns);
    last_start_ = std::max(last_start_, start_ns);
    last_duration_ = duration_ns;
    return count;
}

std::int64_t FramePacer::finish() {
    if (!origin_) return 0;
    const std::int64_t frame = std::max<std::int64_t>(frame_start_ns(1, rate_), 1);
    const std::int64_t last = last_duration_ > 0 ? last_duration_ : frame;
    std::int64_t count = fill_until(last_start_ + last);
    const std::int64_t least = std::max<std::int64_t>(minimum_frames_, 1);
    if (emitted_ < least) {
        count += least - emitted_;
        emitted_ = least;
    }
    return count;
}

std::int64_t frame_start_ns(std::int64_t n, Rational rate) {
    const Wide top = Wide(n) * kSecondNs * rate.denominator;
    return static_cast<std::int64_t>((top + rate.numerator / 2) / rate.numerator);
}

}  // namespace matinee::prepare
