#include "prepare/audio_conformer.h"

#include <cmath>

#include <gtest/gtest.h>

#include "constant.h"

namespace matinee::prepare {
namespace {

constexpr std::int64_t kFade = AudioConformer::kFadeSamples;

// The left channel at `sample`.
float at(const std::vector<float>& stereo, std::int64_t sample) {
    return stereo.at(static_cast<std::size_t>(2 * sample));
}

std::vector<float> whole(AudioConformer& conformer, std::int64_t programme, std::int64_t end) {
    return conformer.finish(programme, end);
}

TEST(AudioConformer, FadesInAndOutAndPadsWithSilence) {
    AudioConformer conformer(1);
    conformer.push(0, constant(10'000));
    const auto sound = whole(conformer, 10'000, 12'000);
    ASSERT_EQ(sound.size(), 24'000U);
    EXPECT_EQ(at(sound, 0), 0);
    EXPECT_FLOAT_EQ(at(sound, kFade / 2), 0.5F);
    EXPECT_EQ(at(sound, kFade), 1);
    EXPECT_EQ(at(sound, 10'000 - kFade), 1);
    EXPECT_FLOAT_EQ(at(sound, 10'000 - kFade / 2), 0.5F);
    EXPECT_EQ(at(sound, 10'000), 0);
    EXPECT_EQ(at(sound, 11'999), 0);
}

TEST(AudioConformer, AppliesTheGain) {
    AudioConformer conformer(0.25F);
    conformer.push(0, constant(5'000));
    EXPECT_FLOAT_EQ(at(whole(conformer, 5'000, 5'000), 2'000), 0.25F);
}

TEST(AudioConformer, StartsLateSoundLate) {
    AudioConformer conformer(1);
    conformer.push(4'800, constant(5'000));
    const auto sound = whole(conformer, 9'800, 9'800);
    EXPECT_EQ(at(sound, 4'799), 0);
    EXPECT_EQ(at(sound, 4'800), 1);
}

TEST(AudioConformer, DropsWhatComesBeforeThePicture) {
    AudioConformer conformer(1);
    std::vector<float> sound = constant(3'000, 0);
    for (std::size_t i = 0; i < sound.size(); ++i)
        sound[i] = static_cast<float>(i / 2);
    conformer.push(-1'000, sound);
    const auto out = whole(conformer, 3'000, 3'000);
    EXPECT_EQ(at(out, 600), 1'600);
    EXPECT_EQ(conformer.dropped_before_start(), 1'000);
    EXPECT_EQ(at(out, 2'500), 0) << "nothing after the sound";
}

TEST(AudioConformer, DropsABlockThatLiesWhollyBeforeThePicture) {
    AudioConformer conformer(1);
    conformer.push(-5'000, constant(1'000));
    conformer.push(-4'000, constant(1'000));
    conformer.push(0, constant(1'000, 0.5F));
    EXPECT_FLOAT_EQ(at(whole(conformer, 2'000, 2'000), 700), 0.5F);
    EXPECT_EQ(conformer.dropped_before_start(), 2'000);
}

TEST(AudioConformer, JoinsWobblingTimestampsWithoutASeam) {
    AudioConformer conformer(1);
    std::int64_t position = 0;
    for (int i = 0; i < 20; ++i) {
        conformer.push(position + (i % 2 == 0 ? 900 : -900), constant(1'024));
        position += 1'024;
    }
    const auto sound = whole(conformer, 20 * 1'024, 20 * 1'024);
    for (std::int64_t i = 1'400; i < 20 * 1'024 - kFade; ++i)
        ASSERT_EQ(at(sound, i), 1) << i;
}

TEST(AudioConformer, FillsHolesWithSilence) {
    AudioConformer conformer(1);
    conformer.push(0, constant(2'000));
    conformer.push(10'000, constant(2'000));
    const auto sound = whole(conformer, 12'000, 12'000);
    EXPECT_EQ(at(sound, 1'999), 1);
    EXPECT_EQ(at(sound, 2'000), 0);
    EXPECT_EQ(at(sound, 9'999), 0);
    EXPECT_EQ(at(sound, 10'000), 1);
}

TEST(AudioConformer, KeepsTheOlderSoundWhereTwoOverlap) {
    AudioConformer conformer(1);
    conformer.push(0, constant(10'000, 0.5F));
    conformer.push(5'000, constant(10'000, 0.25F));
    const auto sound = whole(conformer, 15'000, 15'000);
    EXPECT_FLOAT_EQ(at(sound, 9'999), 0.5F);
    EXPECT_FLOAT_EQ(at(sound, 10'000), 0.25F);
    EXPECT_FLOAT_EQ(at(sound, 14'000), 0.25F);
}

TEST(AudioConformer, CutsSoundThatIsLongerThanThePicture) {
    AudioConformer conformer(1);
    conformer.push(0, constant(50'000));
    const auto sound = whole(conformer, 10'000, 11'024);
    ASSERT_EQ(sound.size(), 2U * 11'024);
    EXPECT_EQ(at(sound, 10'500), 0);
}

TEST(AudioConformer, GivesTheSameHoweverItIsTaken) {
    const auto feed = [](AudioConformer& conformer) {
        conformer.push(100, constant(3'000, 0.5F));
        conformer.push(9'000, constant(3'000, 0.25F));
        conformer.end_input();
    };
    AudioConformer once(1);
    feed(once);
    const auto expected = once.finish(14'000, 16'384);
    AudioConformer often(1);
    feed(often);
    std::vector<float> pieces;
    for (std::int64_t until = 7; until < 14'000 - kFade; until += 331) {
        const auto piece = often.take(until);
        pieces.insert(pieces.end(), piece.begin(), piece.end());
    }
    const auto rest = often.finish(14'000, 16'384);
    pieces.insert(pieces.end(), rest.begin(), rest.end());
    EXPECT_EQ(pieces, expected);
}

TEST(AudioConformer, HandsOutOnlyWhatIsKnown) {
    AudioConformer conformer(1);
    conformer.push(0, constant(1'000));
    EXPECT_EQ(conformer.take(5'000).size(), 2'000U);
    EXPECT_TRUE(conformer.take(5'000).empty());
    conformer.end_input();
    EXPECT_EQ(conformer.take(5'000).size(), 8'000U);
}

}  // namespace
}  // namespace matinee::prepare
