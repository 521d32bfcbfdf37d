#include "samples/scene.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace matinee::samples {
namespace {

using Kind = Layer::Kind;

constexpr double kTau = 2 * std::numbers::pi;

// Noise without state: the same number for the same arguments, in [0, 1).
double noise(std::uint32_t a, std::uint32_t b = 0) {
    std::uint32_t x = a * 0x9E3779B9U ^ (b + 0x7F4A7C15U) * 0x85EBCA6BU;
    x ^= x >> 16;
    x *= 0x7FEB352DU;
    x ^= x >> 15;
    x *= 0x846CA68BU;
    x ^= x >> 16;
    return x / 4294967296.0;
}

// sin(start), sin(start + step), ... without a sine for each.
class Turning {
  public:
    Turning(double start, double step)
        : sine_(std::sin(start)),
          cosine_(std::cos(start)),
          step_sine_(std::sin(step)),
          step_cosine_(std::cos(step)) {}

    double next() {
        const double value = sine_;
        sine_ = value * step_cosine_ + cosine_ * step_sine_;
        cosine_ = cosine_ * step_cosine_ - value * step_sine_;
        return value;
    }

  private:
    double sine_;
    double cosine_;
    double step_sine_;
    double step_cosine_;
};

double fraction(double value) {
    return value - std::floor(value);
}

// Writes pixels by display coordinates: u from 0 to aspect, v from 0 (top) to 1.
class Brush {
  public:
    explicit Brush(const Canvas& canvas)
        : canvas_(canvas), step_u_(canvas.aspect() / canvas.width), step_v_(1.0 / canvas.height) {}

    [[nodiscard]] double u(int x) const { return (x + 0.5) * step_u_; }
    [[nodiscard]] double v(int y) const { return (y + 0.5) * step_v_; }
    [[nodiscard]] int x(double u) const {
        return std::clamp(static_cast<int>(std::lround(u / step_u_)), 0, canvas_.width);
    }
    [[nodiscard]] int y(double v) const {
        return std::clamp(static_cast<int>(std::lround(v / step_v_)), 0, canvas_.height);
    }
    // How much of a pixel's height lies below `edge`, for soft edges.
    [[nodiscard]] float below(double v, double edge) const {
        return static_cast<float>(std::clamp((v - edge) / step_v_ + 0.5, 0.0, 1.0));
    }

    void set(int x, int y, const Color& color) const { mix(x, y, color, 1); }

    // Lays `color` over the pixel; `cover` from 0 (nothing) to 1 (opaque).
    void mix(int x, int y, const Color& color, float cover) const {
        std::uint8_t* pixel =
            &canvas_.pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(canvas_.width) +
                             static_cast<std::size_t>(x)) *
                            4];
        const auto weight = static_cast<int>(cover * 256);
        const auto blend = [weight](int under, float over) {
            return static_cast<std::uint8_t>(
                under + ((static_cast<int>(over * 255 + 0.5F) - under) * weight >> 8));
        };
        pixel[0] = blend(pixel[0], color.blue);
        pixel[1] = blend(pixel[1], color.green);
        pixel[2] = blend(pixel[2], color.red);
    }

    void rectangle(double u0, double v0, double u1, double v1, const Color& color) const {
        for (int row = y(v0); row < y(v1); ++row) {
            for (int column = x(u0); column < x(u1); ++column)
                set(column, row, color);
        }
    }

    [[nodiscard]] const Canvas& canvas() const { return canvas_; }

  private:
    const Canvas& canvas_;
    double step_u_;
    double step_v_;
};

void paint_sky(const Brush& brush, const Scene& scene) {
    for (int y = 0; y < brush.canvas().height; ++y) {
        const auto down = static_cast<float>(brush.v(y));
        const Color color = {std::lerp(scene.sky.red, scene.horizon.red, down),
                             std::lerp(scene.sky.green, scene.horizon.green, down),
                             std::lerp(scene.sky.blue, scene.horizon.blue, down)};
        for (int x = 0; x < brush.canvas().width; ++x)
            brush.set(x, y, color);
    }
}

void paint_hills(const Brush& brush, const Layer& layer, double seconds) {
    for (int x = 0; x < brush.canvas().width; ++x) {
        const double u = brush.u(x) + layer.speed * seconds;
        const double ridge =
            layer.level - layer.size * (0.5 * std::sin(u * 3.1 + layer.level * 9) +
                                        0.3 * std::sin(u * 7.3) + 0.2 * std::sin(u * 13.7));
        for (int y = brush.y(ridge - 0.01); y < brush.canvas().height; ++y) {
            brush.mix(x, y, layer.color, brush.below(brush.v(y), ridge));
        }
    }
}

void paint_lights(const Brush& brush, const Layer& layer, double seconds) {
    const double aspect = brush.canvas().aspect();
    const double reach = 1 + 4 * layer.size;
    for (int i = 0; i < layer.count; ++i) {
        const auto seed = static_cast<std::uint32_t>(i);
        const double radius = layer.size * (0.5 + noise(seed, 1));
        const double pace = layer.speed * (0.5 + noise(seed, 2));
        const double v = reach * fraction(noise(seed, 3) - pace * seconds / reach) - 2 * layer.size;
        const double u = noise(seed, 4) * aspect +
                         0.03 * std::sin(seconds * (0.5 + noise(seed, 5)) + noise(seed, 6) * kTau);
        for (int y = brush.y(v - radius); y < brush.y(v + radius); ++y) {
            for (int x = brush.x(u - radius); x < brush.x(u + radius); ++x) {
                const double away = std::hypot(brush.u(x) - u, brush.v(y) - v) / radius;
                if (away < 1) {
                    brush.mix(x, y, layer.color,
                              static_cast<float>(std::min(1.0, 1.6 * (1 - away) * (1 - away))));
                }
            }
        }
    }
}

void paint_ripples(const Brush& brush, const Layer& layer, double seconds) {
    const double center = brush.canvas().aspect() / 2;
    for (int y = 0; y < brush.canvas().height; ++y) {
        for (int x = 0; x < brush.canvas().width; ++x) {
            const double away = std::hypot(brush.u(x) - center, brush.v(y) - layer.level);
            const double phase = fraction((away - layer.speed * seconds) / layer.size);
            const double crest = 4 * phase * (1 - phase);  // 0 at the ring's edges, 1 on its top
            brush.mix(x, y, layer.color, static_cast<float>(crest * crest * 0.5 / (1 + 3 * away)));
        }
    }
}

void paint_beam(const Brush& brush, const Layer& layer, double seconds) {
    const double center = brush.canvas().aspect() / 2;
    const double along_u = std::cos(layer.speed * seconds);
    const double along_v = std::sin(layer.speed * seconds) * 0.35;
    for (int y = 0; y < brush.canvas().height; ++y) {
        for (int x = 0; x < brush.canvas().width; ++x) {
            const double u = brush.u(x) - center;
            const double v = brush.v(y) - layer.level;
            const double along = std::abs(u * along_u + v * along_v);
            const double across = std::abs(u * along_v - v * along_u);
            const double width = 0.015 + layer.size * along;
            if (across < width) {
                brush.mix(x, y, layer.color,
                          static_cast<float>((1 - across / width) * 0.9 / (1 + along)));
            }
        }
    }
}

void paint_windows(const Brush& brush, const Layer& layer, double seconds) {
    constexpr double kHouse = 0.42;
    constexpr double kPane = 0.06;
    const Color wall = {layer.color.red * 0.12F, layer.color.green * 0.12F,
                        layer.color.blue * 0.2F};
    for (int x = 0; x < brush.canvas().width; ++x) {
        const double u = brush.u(x) + layer.speed * seconds;
        const auto house = static_cast<std::uint32_t>(std::floor(u / kHouse));
        const double roof = layer.level - layer.size * noise(house, 11);
        const auto column = static_cast<std::uint32_t>(std::floor(u / kPane));
        const bool pane_u = fraction(u / kPane) > 0.35;
        for (int y = brush.y(roof); y < brush.canvas().height; ++y) {
            const double down = (brush.v(y) - roof) / kPane;
            const auto row = static_cast<std::uint32_t>(down);
            const bool pane = pane_u && fraction(down) > 0.4;
            // Somebody comes home, somebody goes to bed.
            const double mood = noise(column, row) + 0.15 * std::sin(seconds * 0.7 + row + column);
            brush.set(x, y, pane && mood > 0.6 ? layer.color : wall);
        }
    }
}

void paint_waves(const Brush& brush, const Layer& layer, double seconds) {
    for (int y = brush.y(layer.level); y < brush.canvas().height; ++y) {
        const double depth = (brush.v(y) - layer.level) / (1 - layer.level);
        const double density = 60 / (0.3 + depth);
        // Two sines along the row, each by turning a pointer a little further per pixel.
        const double step = brush.u(1) - brush.u(0);
        Turning swell(std::sin(depth * 40 - seconds * 2) + brush.u(0) * density * 0.25,
                      step * density * 0.25);
        Turning glitter(depth * 55 + layer.speed * seconds * kTau + brush.u(0) * 2, step * 2);
        for (int x = 0; x < brush.canvas().width; ++x) {
            const double wave = swell.next() * glitter.next();
            brush.mix(x, y, layer.color, static_cast<float>(0.25 + 0.35 * std::max(0.0, wave)));
        }
    }
}

void paint_boats(const Brush& brush, const Layer& layer, double seconds) {
    const double round = brush.canvas().aspect() + 2 * layer.size;
    for (int i = 0; i < layer.count; ++i) {
        const auto seed = static_cast<std::uint32_t>(i);
        const double scale = layer.size * (0.6 + 0.4 * noise(seed, 21));
        const double u =
            round * fraction(i / static_cast<double>(layer.count) + layer.speed * seconds / round) -
            layer.size;
        const double v = layer.level + 0.12 * noise(seed, 22) +
                         0.008 * std::sin(seconds * 2.2 + noise(seed, 23) * kTau);
        for (int y = brush.y(v - scale * 0.5); y < brush.y(v + scale * 0.25); ++y) {
            for (int x = brush.x(u - scale * 0.5); x < brush.x(u + scale * 0.5); ++x) {
                const double across = (brush.u(x) - u) / scale;
                const double down = (brush.v(y) - v) / scale;
                const bool hull = down >= 0 && std::abs(across) < 0.5 - down;
                const bool sail = down < 0 && std::abs(across) < 0.22 * (1 + down * 2);
                if (hull || sail) brush.mix(x, y, layer.color, across > 0 && sail ? 0.75F : 1.0F);
            }
        }
    }
}

void paint_layer(const Brush& brush, const Layer& layer, double seconds) {
    switch (layer.kind) {
        case Kind::kHills:
            return paint_hills(brush, layer, seconds);
        case Kind::kLights:
            return paint_lights(brush, layer, seconds);
        case Kind::kRipples:
            return paint_ripples(brush, layer, seconds);
        case Kind::kBeam:
            return paint_beam(brush, layer, seconds);
        case Kind::kWindows:
            return paint_windows(brush, layer, seconds);
        case Kind::kWaves:
            return paint_waves(brush, layer, seconds);
        case Kind::kBoats:
            return paint_boats(brush, layer, seconds);
    }
}

constexpr Color rgb(std::uint32_t hex) {
    return {static_cast<float>(hex >> 16 & 0xFF) / 255, static_cast<float>(hex >> 8 & 0xFF) / 255,
            static_cast<float>(hex & 0xFF) / 255};
}

}  // namespace

const std::vector<Scene>& scenes() {
    static const std::vector<Scene> all = {
        {"paper-boats",
         rgb(0xF2C6A0),
         rgb(0x4A7C8C),
         220.0,
         {{Kind::kHills, rgb(0x7A8F8A), 0.45, 0.12, 0.01},
          {Kind::kWaves, rgb(0xBFE3E0), 0.5, 0.1, 0.4},
          {Kind::kBoats, rgb(0xFFF8EC), 0.62, 0.22, 0.09, 5}}},
        {"night-train",
         rgb(0x0B1030),
         rgb(0x3A2A5E),
         146.8,
         {{Kind::kLights, rgb(0xFFFFFF), 0.5, 0.008, 0.004, 60},
          {Kind::kHills, rgb(0x201A45), 0.6, 0.2, 0.08},
          {Kind::kHills, rgb(0x15112F), 0.72, 0.15, 0.3},
          {Kind::kHills, rgb(0x08060F), 0.88, 0.06, 1.2}}},
        {"rooftop-tea",
         rgb(0xFFB37A),
         rgb(0xB5446E),
         261.6,
         {{Kind::kLights, rgb(0xFFF1C9), 0.5, 0.14, 0.0, 1},
          {Kind::kWindows, rgb(0xFFD98A), 0.62, 0.22, 0.0},
          {Kind::kLights, rgb(0xFFEFE0), 0.5, 0.05, 0.12, 9}}},
        {"window",
         rgb(0x1D4E5F),
         rgb(0x0E2430),
         174.6,
         {{Kind::kRipples, rgb(0xA8E6DF), 0.5, 0.16, 0.11}}},
        {"orchard",
         rgb(0xBFE2F5),
         rgb(0xF6F0C4),
         196.0,
         {{Kind::kHills, rgb(0xA6C66B), 0.6, 0.1, 0.02},
          {Kind::kHills, rgb(0x6C9A3B), 0.76, 0.12, 0.05},
          {Kind::kLights, rgb(0xD8402F), 0.5, 0.045, -0.16, 16}}},
        {"lighthouse",
         rgb(0x102A43),
         rgb(0x27567A),
         164.8,
         {{Kind::kBeam, rgb(0xFFF4C2), 0.36, 0.16, 0.9},
          {Kind::kHills, rgb(0x0B1B2B), 0.7, 0.16, 0.0},
          {Kind::kWaves, rgb(0x5FA3C7), 0.78, 0.1, 0.3}}},
        {"wide-steppe",
         rgb(0xF7D070),
         rgb(0xD2692B),
         130.8,
         {{Kind::kLights, rgb(0xFFFBEA), 0.5, 0.16, 0.0, 1},
          {Kind::kHills, rgb(0xA4521F), 0.62, 0.06, 0.1},
          {Kind::kHills, rgb(0x6E3213), 0.78, 0.1, 0.25},
          {Kind::kHills, rgb(0x3B1A0A), 0.92, 0.05, 0.7}}},
        {"tram",
         rgb(0x2B2D42),
         rgb(0x8D5B7C),
         233.1,
         {{Kind::kWindows, rgb(0xFFE08A), 0.6, 0.3, 0.12},
          {Kind::kWindows, rgb(0x9BE7FF), 0.82, 0.2, 0.55}}},
        {"lantern-river",
         rgb(0x1A0B2E),
         rgb(0x4B1D3F),
         207.7,
         {{Kind::kWaves, rgb(0x6A2C59), 0.68, 0.1, 0.2},
          {Kind::kLights, rgb(0xFFA93A), 0.5, 0.07, 0.11, 22}}},
        {"skaters",
         rgb(0xDDEBF5),
         rgb(0x9DB9CF),
         293.7,
         {{Kind::kHills, rgb(0x6F8FAA), 0.4, 0.1, 0.05},
          {Kind::kBoats, rgb(0xC0392B), 0.66, 0.16, 0.55, 3},
          {Kind::kBoats, rgb(0x1F4E79), 0.76, 0.2, 0.8, 2},
          {Kind::kLights, rgb(0xFFFFFF), 0.5, 0.015, -0.3, 90}}},
        {"pocket-film",
         rgb(0x2D6A4F),
         rgb(0xB7E4C7),
         246.9,
         {{Kind::kRipples, rgb(0xFFFFFF), 0.3, 0.3, 0.25},
          {Kind::kHills, rgb(0x1B4332), 0.72, 0.14, 0.45},
          {Kind::kLights, rgb(0xFFE66D), 0.5, 0.05, 0.3, 12}}},
        {"snow",
         rgb(0x8FA3B5),
         rgb(0xE9EEF2),
         0.0,
         {{Kind::kHills, rgb(0xC9D4DD), 0.66, 0.12, 0.0},
          {Kind::kHills, rgb(0xF4F7F9), 0.8, 0.08, 0.0},
          {Kind::kLights, rgb(0xFFFFFF), 0.5, 0.018, -0.12, 120}}},
        {"northern-lights",
         rgb(0x03121C),
         rgb(0x0E5A50),
         155.6,
         {{Kind::kBeam, rgb(0x6DFFB8), 0.95, 0.5, 0.35},
          {Kind::kLights, rgb(0xFFFFFF), 0.5, 0.006, 0.003, 90},
          {Kind::kHills, rgb(0x020A0F), 0.84, 0.1, 0.0}}},
    };
    return all;
}

Result<const Scene*> find_scene(std::string_view name) {
    std::string known;
    for (const Scene& scene : scenes()) {
        if (scene.name == name) return &scene;
        known += known.empty() ? "" : ", ";
        known += scene.name;
    }
    return fail(ErrorCode::kNotFound, "there is no scene '{}': choose one of {}", name, known);
}

void paint_scene(const Canvas& canvas, const Scene& scene, double seconds) {
    const Brush brush(canvas);
    paint_sky(brush, scene);
    for (const Layer& layer : scene.layers)
        paint_layer(brush, layer, seconds);
}

void paint_marks(const Canvas& canvas, bool flash, std::span<const bool> cells) {
    constexpr Color kBlack = {0, 0, 0};
    constexpr Color kWhite = {1, 1, 1};
    const Brush brush(canvas);
    const double width = canvas.aspect();
    brush.rectangle(0, 1 - width / 8, width / 8, 1, flash ? kWhite : kBlack);
    const double side = width / 32;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const double left = width / 4 + static_cast<double>(i) * side;
        brush.rectangle(left, 1 - side, left + side, 1, cells[i] ? kWhite : kBlack);
    }
}

}  // namespace matinee::samples
