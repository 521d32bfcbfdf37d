#include "review/order.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace matinee::review {

namespace {

// SplitMix64 (Steele, Lea, Flood, 2014): the library's engines are the same everywhere, but what
// std::shuffle makes of them is not.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    // Of 0 ... below - 1, all equally likely.
    std::size_t below(std::size_t below) {
        const std::uint64_t bound = below;
        const std::uint64_t unfair = (0 - bound) % bound;  // 2^64 mod bound
        std::uint64_t drawn = next();
        while (drawn < unfair)
            drawn = next();
        return static_cast<std::size_t>(drawn % bound);
    }

  private:
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
};

// The number without a common divisor with `count` that is nearest to its golden section.
std::size_t golden_step(std::size_t count) {
    const auto aim = static_cast<std::size_t>(static_cast<double>(count) * 0.6180339887498949);
    for (std::size_t away = 0; away < count; ++away) {
        for (const std::size_t step : {aim + away, aim - std::min(aim, away)}) {
            if (step > 0 && step < count && std::gcd(step, count) == 1) return step;
        }
    }
    return 1;  // of one film
}

}  // namespace

std::vector<std::size_t> order_of_films(std::size_t count, std::uint64_t seed, std::size_t juror) {
    if (count == 0) return {};
    std::vector<std::size_t> films(count);
    std::iota(films.begin(), films.end(), std::size_t{0});
    Random random(seed);
    for (std::size_t left = count; left > 1; --left) {
        std::swap(films[left - 1], films[random.below(left)]);
    }
    // The first row goes 0, n-1, 1, n-2, 2 ...: its differences are all different, so that those
    // of the rows, each of which adds a constant, have every pair of neighbours once. With an odd
    // number a pair's two directions are equally frequent only with the rows backwards as well.
    const std::size_t row = (juror % count) * golden_step(count) % count;
    const bool backwards = count % 2 == 1 && juror % 2 == 1;
    std::vector<std::size_t> order(count);
    for (std::size_t place = 0; place < count; ++place) {
        const std::size_t zigzag = place % 2 == 0 ? place / 2 : count - 1 - place / 2;
        order[backwards ? count - 1 - place : place] = films[(zigzag + row) % count];
    }
    return order;
}

}  // namespace matinee::review
