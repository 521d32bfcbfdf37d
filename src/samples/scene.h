// The pictures of the sample entries, painted frame by frame.
//
// Each scene is a small moving picture with its own colours, so that a viewer (and a tester)
// sees at once which entry is on. Pure and deterministic; every function is reentrant.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace matinee::samples {

struct Color {
    float red = 0;  // 0 to 1
    float green = 0;
    float blue = 0;
};

// A picture being painted: 4 bytes a pixel in memory order B, G, R, unused; rows without padding.
struct Canvas {
    std::span<std::uint8_t> pixels;
    int width = 0;   // pixels
    int height = 0;  // pixels
    double pixel_aspect = 1;

    // Shape as displayed: width over height.
    [[nodiscard]] double aspect() const { return width * pixel_aspect / height; }
};

// One thing in a scene. Lengths are in picture heights, speeds in picture heights per second.
struct Layer {
    enum class Kind : std::uint8_t {
        kHills,    // a ridge from `level` down, `size` high, passing by at `speed`
        kLights,   // `count` soft discs of radius `size`, rising at `speed` (sinking if negative)
        kRipples,  // rings around the centre, `size` apart, widening at `speed`
        kBeam,     // two beams of light from (centre, level), turning at `speed` rad/s
        kWindows,  // houses of lit windows from `level` down, passing by at `speed`
        kWaves,    // water from `level` down, glittering at `speed`
        kBoats,    // `count` folded boats of length `size` on `level`, sailing at `speed`
    };
    Kind kind;
    Color color;
    double level = 0.5;
    double size = 0.1;
    double speed = 0.1;
    int count = 0;
};

struct Scene {
    std::string_view name;
    Color sky;                  // at the top
    Color horizon;              // at the bottom
    double root;                // Hz, of its chord
    std::vector<Layer> layers;  // back to front
};

// All scenes, in the order of the sample entries.
const std::vector<Scene>& scenes();

// kNotFound, with the names there are, when there is none called `name`.
Result<const Scene*> find_scene(std::string_view name);

// Paints the scene as it is `seconds` into the entry over the whole canvas.
void paint_scene(const Canvas& canvas, const Scene& scene, double seconds);

// Paints the flash patch and the frame code (see marks.h) over what is there.
void paint_marks(const Canvas& canvas, bool flash, std::span<const bool> cells);

}  // namespace matinee::samples
