#include "prepare/picture_check.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace matinee::prepare {

using library::Severity;

void PictureCheck::add(std::int64_t at, const LumaView& luma) {
    if (luma.width == 0 || luma.height == 0) return;
    points_.clear();
    std::size_t dark = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
        const std::size_t y = (2 * row + 1) * luma.height / (2 * kRows);
        for (std::size_t column = 0; column < kColumns; ++column) {
            points_.push_back(luma.at((2 * column + 1) * luma.width / (2 * kColumns), y));
            if (points_.back() <= kBlack) ++dark;
        }
    }
    const bool black = dark * 100 >= points_.size() * 98;
    black_.mark(at, black);

    bool same = still_.size() == points_.size();
    long sum = 0;
    for (std::size_t i = 0; same && i < points_.size(); ++i) {
        const int off = std::abs(int{points_[i]} - int{still_[i]});
        sum += off;
        same = off <= kFrozenPoint;
    }
    same = same && 2 * sum <= static_cast<long>(points_.size());
    if (!same) {
        frozen_.mark(at, false);
        still_ = points_;
    }
    frozen_.mark(at, !black);

    if (!black && at >= next_look_ns_) {
        look_for_bars(luma);
        next_look_ns_ = at + 500'000'000;
    }
}

void PictureCheck::look_for_bars(const LumaView& luma) {
    if (!bars_ || width_ != luma.width || height_ != luma.height) {
        bars_ = Bars{luma.height / 2, luma.height / 2, luma.width / 2, luma.width / 2};
        width_ = luma.width;
        height_ = luma.height;
        looks_ = 0;
    }
    ++looks_;
    // Each only as far as it has been dark so far: soon that is nowhere, and costs nothing.
    const auto dark_rows = [&](std::size_t most, auto row_at) {
        std::size_t count = 0;
        for (; count < most; ++count) {
            const std::size_t y = row_at(count);
            for (std::size_t x = 0; x < luma.width; x += 4) {
                if (luma.at(x, y) > kBar) return count;
            }
        }
        return count;
    };
    const auto dark_columns = [&](std::size_t most, auto column_at) {
        std::size_t count = 0;
        for (; count < most; ++count) {
            const std::size_t x = column_at(count);
            for (std::size_t y = 0; y < luma.height; y += 4) {
                if (luma.at(x, y) > kBar) return count;
            }
        }
        return count;
    };
    bars_->top = dark_rows(bars_->top, [](std::size_t i) { return i; });
    bars_->bottom = dark_rows(bars_->bottom, [&](std::size_t i) { return luma.height - 1 - i; });
    bars_->left = dark_columns(bars_->left, [](std::size_t i) { return i; });
    bars_->right = dark_columns(bars_->right, [&](std::size_t i) { return luma.width - 1 - i; });
}

void PictureCheck::report(std::int64_t end, std::vector<library::Note>& notes) {
    black_.finish(end);
    frozen_.finish(end);
    if (black_.count() > 0) {
        notes.push_back(
            {Severity::kInfo, "black", fmt::format("the picture is black at {}", black_.text())});
    }
    if (frozen_.count() > 0) {
        notes.push_back({Severity::kInfo, "freeze",
                         fmt::format("the picture stands still at {}", frozen_.text())});
    }
    constexpr std::size_t kEnoughLooks = 4;
    if (!bars_ || looks_ < kEnoughLooks) return;
    const auto share = [](std::size_t bars, std::size_t whole) {
        return static_cast<double>(bars) / static_cast<double>(whole);
    };
    const double rows = share(bars_->top + bars_->bottom, height_);
    const double columns = share(bars_->left + bars_->right, width_);
    // Bars come in pairs: one alone is a shadow, or ground.
    const bool above_and_below = rows >= kLeastBars && bars_->top > 0 && bars_->bottom > 0;
    const bool beside = columns >= kLeastBars && bars_->left > 0 && bars_->right > 0;
    if (!above_and_below && !beside) return;
    notes.push_back(
        {Severity::kInfo, "letterboxed",
         fmt::format("black bars are part of the picture ({}{}{}); left as they are: deliver it "
                     "without bars to have it larger",
                     above_and_below ? fmt::format("{:.0f} % of its height", 100 * rows) : "",
                     above_and_below && beside ? ", " : "",
                     beside ? fmt::format("{:.0f} % of its width", 100 * columns) : "")});
}

}  // namespace matinee::prepare
