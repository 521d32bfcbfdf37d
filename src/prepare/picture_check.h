// What is odd about a film's pictures: black, frozen, bars baked in. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "library/manifest.h"
#include "prepare/stretches.h"

namespace matinee::prepare {

// The luma of a picture, limited range, 8 bits.
struct LumaView {
    const std::uint8_t* data;
    std::size_t stride;
    std::size_t width;
    std::size_t height;

    [[nodiscard]] std::uint8_t at(std::size_t x, std::size_t y) const {
        return data[y * stride + x];
    }
};

// Looks at 64 x 36 points of each picture, and once in half a second at its edges: a thousandth of
// what decoding costs. Memory does not grow with the film.
//
// Reentrant.
class PictureCheck {
  public:
    // Black: 98 of 100 points at most this (black is 16), for two seconds.
    static constexpr std::uint8_t kBlack = 32;
    static constexpr std::int64_t kLeastBlackNs = 2'000'000'000;
    // Frozen: no point more than 3 levels from the stretch's first picture, half a level on the
    // average, for ten seconds.
    static constexpr int kFrozenPoint = 3;
    static constexpr std::int64_t kLeastFrozenNs = 10'000'000'000;
    // Bars: rows or columns that never are brighter than this, together 3 % of the picture.
    static constexpr std::uint8_t kBar = 26;
    static constexpr double kLeastBars = 0.03;

    // A picture is shown from `at_ns` of the programme on.
    void add(std::int64_t at_ns, const LumaView& luma);

    // The notes "black", "freeze" and "letterboxed", for a programme that ends at `end_ns`.
    void report(std::int64_t end_ns, std::vector<library::Note>& notes);

  private:
    static constexpr std::size_t kColumns = 64;
    static constexpr std::size_t kRows = 36;

    void look_for_bars(const LumaView& luma);

    Stretches black_{kLeastBlackNs};
    Stretches frozen_{kLeastFrozenNs};
    std::vector<std::uint8_t> points_;
    std::vector<std::uint8_t> still_;  // the first picture of what may be a still

    struct Bars {
        std::size_t top, bottom, left, right;
    };
    std::optional<Bars> bars_;  // the least seen, in pixels
    std::size_t width_ = 0;
    std::size_t height_ = 0;
    std::size_t looks_ = 0;
    std::int64_t next_look_ns_ = 0;
};

}  // namespace matinee::prepare
