// Sound for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace matinee::prepare {

// Stereo in which every sample has the same value.
inline std::vector<float> constant(std::int64_t samples, float value = 1) {
    return std::vector<float>(static_cast<std::size_t>(2 * samples), value);
}

}  // namespace matinee::prepare
