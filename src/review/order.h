// In which order a juror sees the films.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace matinee::review {

// The order of `count` films for the juror of that number (0, 1, 2 ...): a permutation of
// 0 ... count - 1. The same arguments give the same order, on every machine.
//
// What is seen first, last, or after a masterpiece is judged differently. Chance alone spreads that
// unevenly among few jurors, so the orders are rows of a Williams design (E. J. Williams, 1949):
// over `count` consecutive jurors (twice as many when it is odd) every film stands in every place
// equally often, and follows every other film equally often. `seed` decides which film is which
// in the design. With fewer jurors than films, the rows that are used are far apart (they step by
// the golden section), so that a film's places are spread rather than side by side.
std::vector<std::size_t> order_of_films(std::size_t count, std::uint64_t seed, std::size_t juror);

}  // namespace matinee::review
