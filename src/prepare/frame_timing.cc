#include "prepare/frame_timing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace matinee::prepare {
namespace {

constexpr std::array<Rational, 18> kCommonRates = {{
    {5, 1},
    {6, 1},
    {8, 1},
    {10, 1},
    {12, 1},
    {25, 2},
    {15000, 1001},
    {15, 1},
    {20, 1},
    {24000, 1001},
    {24, 1},
    {25, 1},
    {30000, 1001},
    {30, 1},
    {48, 1},
    {50, 1},
    {60000, 1001},
    {60, 1},
}};

}  // namespace

Rational snap_to_common_rate(Rational rate, double tolerance) {
    if (!rate.known()) return rate;
    Rational best = rate;
    double least = tolerance;
    for (const Rational& common : kCommonRates) {
        const double off = std::abs(rate.value() / common.value() - 1.0);
        if (off <= least) {
            least = off;
            best = common;
        }
    }
    return best;
}

FrameTiming analyse_timing(std::vector<std::int64_t> times) {
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    FrameTiming timing;
    timing.frames = static_cast<std::int64_t>(times.size());
    if (times.empty()) return timing;
    timing.first_ns = times.front();
    timing.end_ns = times.back();
    if (times.size() < 2) return timing;

    std::vector<std::int64_t> gaps;
    gaps.reserve(times.size() - 1);
    for (std::size_t i = 1; i < times.size(); ++i)
        gaps.push_back(times[i] - times[i - 1]);
    timing.longest_gap_ns = *std::max_element(gaps.begin(), gaps.end());
    std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2),
                     gaps.end());
    const std::int64_t median = gaps[gaps.size() / 2];
    // The median is rounded as the container rounds; the mean of the gaps around it is not.
    std::int64_t sum = 0;
    std::int64_t near = 0;
    for (const std::int64_t gap : gaps) {
        if (2 * gap < median || 2 * gap > 3 * median) continue;
        sum += gap;
        ++near;
    }
    const std::int64_t usual = sum / near;
    timing.end_ns += usual;
    const std::int64_t span = times.back() - times.front();
    timing.average = Rational{(timing.frames - 1) * kSecondNs, span}.reduced();
    if (times.size() < 3) return timing;

    // The places on the grid between first and last, going by the usual distance; the grid's
    // exact distance follows from the whole span, which averages rounding out.
    const double places = std::round(static_cast<double>(span) / static_cast<double>(usual));
    const double step = static_cast<double>(span) / places;
    const double allowed = std::max(0.45 * step, 2.5e6);
    bool even = static_cast<double>(times.size() - 1) >= 0.99 * places;
    for (std::size_t i = 0; even && i < times.size(); ++i) {
        const double at = static_cast<double>(times[i] - times.front());
        even = std::abs(at - std::round(at / step) * step) <= std::min(allowed, 0.5 * step);
        // On the grid, but is it a place of its own? Two frames on one place are not even.
        if (even && i > 0) even = times[i] - times[i - 1] > static_cast<std::int64_t>(0.25 * step);
    }
    timing.cadence = even ? Cadence::kConstant : Cadence::kVariable;
    if (even) {
        const Rational measured{static_cast<std::int64_t>(places) * kSecondNs, span};
        // One timestamp's rounding (1 ms) at each end moves the measured rate by this much.
        const double rounding = 1.2e6 / static_cast<double>(span);
        timing.average = snap_to_common_rate(measured.reduced(), std::max(2e-4, rounding));
    }
    return timing;
}

void JumpFinder::add(std::int64_t time) {
    if (last_) {
        const std::int64_t step = time - *last_;
        if (step < -backwards_ns_ || step > kLongestCommonGapNs) {
            jumps_.push_back({*last_, step - usual_step_});
        } else if (step > 0) {
            usual_step_ = step;
        }
    }
    last_ = time;
}

void reconcile_jumps(std::vector<TimeJump>& picture, std::vector<TimeJump>& sound) {
    const auto same = [](const TimeJump& a, const TimeJump& b) {
        constexpr std::int64_t kNear = 1'000'000'000;
        return std::abs(a.delta_ns - b.delta_ns) < kNear;
    };
    const auto keep = [&](const TimeJump& jump, const std::vector<TimeJump>& others) {
        return jump.delta_ns < 0 || jump.delta_ns > kLongestStillNs ||
               std::any_of(others.begin(), others.end(),
                           [&](const TimeJump& other) { return same(jump, other); });
    };
    const std::vector<TimeJump> all = picture;
    std::erase_if(picture, [&](const TimeJump& jump) { return !keep(jump, sound); });
    std::erase_if(sound, [&](const TimeJump& jump) { return !keep(jump, all); });
    if (!std::equal(picture.begin(), picture.end(), sound.begin(), sound.end(), same)) return;
    for (std::size_t i = 0; i < sound.size(); ++i)
        sound[i].delta_ns = picture[i].delta_ns;
}

std::int64_t JumpMender::offset_at(std::int64_t time) {
    if (last_ && next_ < jumps_.size()) {
        const std::int64_t delta = jumps_[next_].delta_ns;
        const std::int64_t step = time - *last_;
        if (delta < 0 ? step < delta / 2 : step > delta / 2) {
            offset_ -= delta;
            ++next_;
        }
    }
    last_ = time;
    return offset_;
}

}  // namespace matinee::prepare
