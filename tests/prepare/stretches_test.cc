#include "prepare/stretches.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prepare/picture_check.h"
#include "prepare/sound_check.h"

namespace matinee::prepare {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool has(const std::vector<library::Note>& notes, const std::string& code,
         const std::string& text = "") {
    return std::ranges::any_of(notes, [&](const library::Note& note) {
        return note.code == code && note.message.find(text) != note.message.npos;
    });
}

TEST(Stretches, CountsWhatIsLongEnough) {
    Stretches stretches(2 * kSecond);
    stretches.mark(0, true);
    stretches.mark(1 * kSecond, false);  // too short
    stretches.mark(3 * kSecond, true);
    stretches.mark(4 * kSecond, true);
    stretches.mark(6 * kSecond, false);
    stretches.mark(3661 * kSecond, true);
    stretches.finish(3665 * kSecond + kSecond / 2);
    EXPECT_EQ(stretches.count(), 2U);
    EXPECT_EQ(stretches.total_ns(), 7 * kSecond + kSecond / 2);
    EXPECT_EQ(stretches.text(), "0:00:03.0-0:00:06.0, 1:01:01.0-1:01:05.5");
    EXPECT_EQ(stretches.text(kSecond), "0:00:02.0-0:00:05.0, 1:01:00.0-1:01:04.5");
}

TEST(Stretches, TellsTheFirstFew) {
    Stretches stretches(1);
    for (std::int64_t i = 0; i < 100'000; ++i)
        stretches.mark(i * kSecond, i % 2 == 0);
    stretches.finish(100'000 * kSecond);
    EXPECT_EQ(stretches.count(), 50'000U);
    EXPECT_LT(stretches.text().size(), 150U);
    EXPECT_THAT(stretches.text(), testing::EndsWith(" and 49995 more"));
}

// A picture of 64 x 64 with a brightness for each pixel.
class Picture {
  public:
    template <typename Brightness>
    explicit Picture(Brightness brightness) : luma_(64 * 64) {
        for (std::size_t i = 0; i < luma_.size(); ++i)
            luma_[i] = static_cast<std::uint8_t>(brightness(i % 64, i / 64));
    }
    [[nodiscard]] LumaView view() const { return {luma_.data(), 64, 64, 64}; }

  private:
    std::vector<std::uint8_t> luma_;
};

std::vector<library::Note> notes_of(PictureCheck& check, std::int64_t seconds) {
    std::vector<library::Note> notes;
    check.report(seconds * kSecond, notes);
    return notes;
}

TEST(PictureCheck, FindsBlackAndStills) {
    const Picture black([](auto, auto) { return 17; });
    const Picture still([](auto x, auto) { return 40 + 2 * x; });
    PictureCheck check;
    for (int second = 0; second < 60; ++second) {
        if (second >= 10 && second < 13) {
            check.add(second * kSecond, black.view());
        } else if (second >= 20 && second < 35) {
            check.add(second * kSecond, still.view());
        } else {
            const Picture moving([&](auto x, auto y) { return 60 + (x + y + 7 * second) % 100; });
            check.add(second * kSecond, moving.view());
        }
    }
    const auto notes = notes_of(check, 60);
    EXPECT_TRUE(has(notes, "black", "0:00:10.0-0:00:13.0"));
    EXPECT_TRUE(has(notes, "freeze", "0:00:20.0-0:00:35.0"));
    EXPECT_FALSE(has(notes, "letterboxed"));
}

TEST(PictureCheck, TakesASlowFadeForNoStill) {
    PictureCheck check;
    for (int second = 0; second < 100; ++second) {
        const Picture fading([&](auto x, auto) { return 40 + x + second / 2; });
        check.add(second * kSecond, fading.view());
    }
    EXPECT_FALSE(has(notes_of(check, 100), "freeze"));
}

TEST(PictureCheck, FindsBarsThatAreAlwaysThere) {
    PictureCheck check;
    PictureCheck once;
    for (int second = 0; second < 10; ++second) {
        const Picture barred(
            [&](auto x, auto y) { return y < 8 || y >= 56 ? 16 : 60 + (x + 3 * second) % 100; });
        check.add(second * kSecond, barred.view());
        const Picture whole([&](auto x, auto) { return 60 + (x + 3 * second) % 100; });
        once.add(second * kSecond, second == 5 ? whole.view() : barred.view());
    }
    EXPECT_TRUE(has(notes_of(check, 10), "letterboxed", "25 % of its height"));
    EXPECT_FALSE(has(notes_of(once, 10), "letterboxed"));
}

// A second of sound from two functions of the sample's number.
template <typename Left, typename Right>
std::vector<float> second_of(Left left, Right right) {
    std::vector<float> stereo;
    for (int i = 0; i < 48'000; ++i) {
        stereo.push_back(static_cast<float>(left(i)));
        stereo.push_back(static_cast<float>(right(i)));
    }
    return stereo;
}

double sine(int i) {
    return 0.5 * std::sin(i * 0.06);
}

std::vector<library::Note> notes_of(SoundCheck& check) {
    std::vector<library::Note> notes;
    check.report(kSecond, 5.0, notes);
    return notes;
}

TEST(SoundCheck, FindsSilenceCountedFromTheProgramme) {
    SoundCheck check;
    const auto tone = second_of(sine, [](int i) { return sine(2 * i); });
    const auto nothing = second_of([](int) { return 0; }, [](int) { return 0; });
    for (int second = 0; second < 20; ++second)
        check.add(second * kSecond, second >= 5 && second < 10 ? nothing : tone);
    const auto notes = notes_of(check);
    EXPECT_TRUE(has(notes, "silence", "0:00:04.0-0:00:09.0"));
    EXPECT_EQ(notes.size(), 1U) << "nothing else is wrong with it";
}

TEST(SoundCheck, TakesAHoleForSilence) {
    SoundCheck check;
    const auto tone = second_of(sine, sine);
    check.add(0, tone);
    check.add(8 * kSecond, tone);
    EXPECT_TRUE(has(notes_of(check), "silence", "0:00:00.0-0:00:07.0"));
}

TEST(SoundCheck, FindsWhatIsClippedOneSidedAndInverted) {
    SoundCheck clipped;
    SoundCheck one_sided;
    SoundCheck inverted;
    const auto cut = [](int i) { return std::clamp(4 * sine(i), -1.0, 1.0); };
    for (int second = 0; second < 5; ++second) {
        clipped.add(second * kSecond, second_of(cut, cut));
        one_sided.add(second * kSecond, second_of(sine, [](int) { return 0; }));
        inverted.add(second * kSecond, second_of(sine, [](int i) { return -0.8 * sine(i); }));
    }
    EXPECT_TRUE(has(notes_of(clipped), "clipping"));
    EXPECT_FALSE(has(notes_of(clipped), "phase-inverted"));
    EXPECT_TRUE(has(notes_of(one_sided), "one-sided", "left"));
    EXPECT_TRUE(has(notes_of(inverted), "phase-inverted"));
    EXPECT_FALSE(has(notes_of(inverted), "clipping"));
}

}  // namespace
}  // namespace matinee::prepare
