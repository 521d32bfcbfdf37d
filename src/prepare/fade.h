// Fading a picture to black.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "prepare/pipeline.h"
#include "prepare/rational.h"

namespace matinee::prepare {

// How much of frame `frame` (from 0) is to be seen where the last `fade` of `frames` frames fade
// to black, of kWholeLevel: evenly less, and nothing of the last one.
inline constexpr std::int64_t kWholeLevel = 1024;
constexpr std::int64_t fade_level(std::int64_t frame, std::int64_t frames, std::int64_t fade) {
    const std::int64_t left = frames - 1 - frame;
    if (left >= fade) return kWholeLevel;
    return left <= 0 ? 0 : left * kWholeLevel / fade;
}

// Which frames fade.
struct PictureFade {
    std::int64_t frames = 0;  // there are
    std::int64_t fade = 0;    // of them, at the end; 0: none
    Rational rate;
};

// Darkens what passes the sink pad of `element` (I420 with 8 bits, in its true times). `fade` must
// outlive the pipeline. Before it plays.
Result<void> fade_to_black(const Pipeline& pipeline, const char* element, const PictureFade& fade);

}  // namespace matinee::prepare
