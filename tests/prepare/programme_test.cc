#include "prepare/programme.h"

#include <thread>

#include <gtest/gtest.h>

#include "constant.h"

namespace matinee::prepare {
namespace {

constexpr std::int64_t kSpare = 5 * 1024;

// All of the programme's sound, taken in a thread as the encoder does.
class Collector {
  public:
    explicit Collector(Programme& programme)
        : thread_([this, &programme] {
              while (const auto stretch = programme.next_sound()) {
                  sound_.insert(sound_.end(), stretch->begin(), stretch->end());
              }
          }) {}
    std::vector<float> wait() {
        thread_.join();
        return std::move(sound_);
    }

  private:
    std::vector<float> sound_;
    std::thread thread_;
};

TEST(Programme, GivesSilenceForAPictureWithoutSound) {
    Programme programme({25, 1}, kSpare);
    Collector collector(programme);
    programme.end_sound();
    programme.picture_starts(0);
    for (int frame = 1; frame <= 50; ++frame)
        programme.picture_reached(frame);
    programme.picture_ended(50);
    const auto sound = collector.wait();
    // 96000 samples are 93.75 AAC frames.
    EXPECT_EQ(sound.size(), 2U * (94 * 1024 + kSpare));
    EXPECT_EQ(std::count(sound.begin(), sound.end(), 0.0F), std::ssize(sound));
}

TEST(Programme, FadesOutOverItsLastFrames) {
    Programme programme({25, 1}, kSpare, 25);
    Collector collector(programme);
    std::thread decoder([&] {
        programme.push_sound(0, constant(3 * 48'000));
        programme.end_sound();
    });
    programme.picture_starts(0);
    for (int frame = 1; frame <= 75; ++frame)
        programme.picture_reached(frame);
    programme.picture_ended(75);
    decoder.join();
    const auto sound = collector.wait();
    EXPECT_EQ(sound[2 * 95'999], 1.0F);
    for (const std::size_t at : {96'001U, 108'000U, 120'000U, 143'999U}) {
        EXPECT_NEAR(sound[2 * at], static_cast<float>(144'000 - at) / 48'000, 1e-4) << at;
    }
    EXPECT_EQ(sound[2 * 144'000], 0.0F);
}

TEST(Programme, AlignsSoundOnTheFirstPicture) {
    Programme programme({25, 1}, kSpare);
    Collector collector(programme);
    std::thread decoder([&] {
        programme.push_sound(10'500'000'000, constant(48'000));
        programme.end_sound();
    });
    programme.picture_starts(10'000'000'000);
    programme.picture_ended(50);
    decoder.join();
    const auto sound = collector.wait();
    EXPECT_EQ(sound[2 * 23'999], 0.0F);
    EXPECT_EQ(sound[2 * 24'000], 1.0F);
    EXPECT_EQ(sound[2 * 71'999], 1.0F);
    EXPECT_EQ(sound[2 * 72'000], 0.0F);
}

TEST(Programme, HoldsLongSoundBackAndThenCutsIt) {
    Programme programme({25, 1}, kSpare);
    Collector collector(programme);
    std::int64_t pushed = 0;
    std::thread decoder([&] {
        while (programme.push_sound(pushed * 1'000'000'000 / 48'000, constant(4'800))) {
            pushed += 4'800;
        }
    });
    programme.picture_starts(0);
    programme.picture_ended(100);  // 4 s
    const auto sound = collector.wait();
    decoder.join();
    EXPECT_EQ(sound.size(), 2U * (188 * 1024 + kSpare));
    EXPECT_EQ(sound[2 * 100'000], 1.0F);
    EXPECT_EQ(sound[2 * 192'000], 0.0F) << "nothing after the picture";
}

TEST(Programme, CancelWakesEverybody) {
    Programme programme({25, 1}, kSpare);
    Collector collector(programme);
    std::thread decoder([&] { EXPECT_FALSE(programme.push_sound(0, constant(10))); });
    programme.cancel();
    decoder.join();
    EXPECT_TRUE(collector.wait().empty());
}

}  // namespace
}  // namespace matinee::prepare
