#include "samples/scene.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::samples {
namespace {

struct Picture {
    explicit Picture(int width, int height, double pixel_aspect = 1)
        : bytes(static_cast<std::size_t>(width * height * 4)),
          canvas{bytes, width, height, pixel_aspect} {}

    std::array<int, 3> at(int x, int y) const {
        const auto place = static_cast<std::size_t>((y * canvas.width + x) * 4);
        return {bytes[place], bytes[place + 1], bytes[place + 2]};
    }

    std::vector<std::uint8_t> bytes;
    Canvas canvas;
};

constexpr std::array<int, 3> kWhite = {255, 255, 255};
constexpr std::array<int, 3> kBlack = {0, 0, 0};

TEST(Scenes, MoveAndAreTheSameEveryTime) {
    for (const Scene& scene : scenes()) {
        Picture first(160, 90);
        Picture again(160, 90);
        Picture later(160, 90);
        paint_scene(first.canvas, scene, 1);
        paint_scene(again.canvas, scene, 1);
        paint_scene(later.canvas, scene, 3);
        EXPECT_EQ(first.bytes, again.bytes) << scene.name;
        EXPECT_NE(first.bytes, later.bytes) << scene.name << " stands still";
    }
}

TEST(Scenes, StayInsideCanvasesOfAnyShape) {
    for (const Scene& scene : scenes()) {
        for (const auto& [width, height] : {std::pair{1, 1}, {3, 200}, {200, 3}, {90, 160}}) {
            Picture picture(width, height);  // the sanitizer watches its edges
            paint_scene(picture.canvas, scene, 12.3);
        }
    }
}

TEST(Scenes, AreFoundByName) {
    const auto found = find_scene("snow");
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)->name, "snow");
    const auto missing = find_scene("sand");
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message(), testing::HasSubstr("paper-boats"));
}

TEST(Marks, StandWhereTheirHeaderSays) {
    Picture picture(640, 360);
    const std::array<bool, 4> cells = {true, false, true, false};
    paint_marks(picture.canvas, true, cells);
    EXPECT_EQ(picture.at(0, 359), kWhite);
    EXPECT_EQ(picture.at(79, 280), kWhite);
    EXPECT_EQ(picture.at(80, 359), kBlack);
    EXPECT_EQ(picture.at(0, 279), kBlack);
    for (int cell = 0; cell < 4; ++cell) {
        EXPECT_EQ(picture.at(160 + cell * 20 + 10, 350), cell % 2 == 0 ? kWhite : kBlack) << cell;
    }
}

TEST(Marks, AreSquareAsDisplayed) {
    Picture picture(720, 576, 64.0 / 45);  // 1024 wide as displayed, so the patch is 128
    paint_marks(picture.canvas, true, {});
    EXPECT_EQ(picture.at(89, 576 - 128), kWhite);
    EXPECT_EQ(picture.at(90, 575), kBlack);
    EXPECT_EQ(picture.at(0, 576 - 129), kBlack);
}

}  // namespace
}  // namespace matinee::samples
