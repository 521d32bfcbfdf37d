#include "prepare/downmix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::prepare {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using enum Speaker;

std::vector<float> mix(const std::vector<Speaker>& speakers, const std::vector<float>& input) {
    std::vector<float> stereo;
    mix_to_stereo(input, stereo_gains(speakers), stereo);
    return stereo;
}

TEST(Downmix, LeavesStereoAlone) {
    EXPECT_THAT(mix({kFrontLeft, kFrontRight}, {0.1F, 0.2F, -0.3F, 0.4F}),
                ElementsAre(0.1F, 0.2F, -0.3F, 0.4F));
}

TEST(Downmix, PlaysMonoOnBothSidesAtFullLevel) {
    EXPECT_THAT(mix({kMono}, {0.5F}), ElementsAre(0.5F, 0.5F));
    EXPECT_THAT(mix({kFrontCenter}, {0.5F}), ElementsAre(0.5F, 0.5F));
    EXPECT_THAT(mix({kFrontLeft}, {0.5F}), ElementsAre(0.5F, 0.5F));
}

TEST(Downmix, FollowsBs775ForFiveOne) {
    const auto layout = usual_layout(6);
    ASSERT_THAT(layout, ElementsAre(kFrontLeft, kFrontRight, kFrontCenter, kLowFrequency, kRearLeft,
                                    kRearRight));
    constexpr float kMinus3dB = 0.70710678F;
    EXPECT_THAT(mix(layout, {1, 0, 0, 0, 0, 0}), ElementsAre(FloatEq(1), FloatEq(0)));
    EXPECT_THAT(mix(layout, {0, 1, 0, 0, 0, 0}), ElementsAre(FloatEq(0), FloatEq(1)));
    EXPECT_THAT(mix(layout, {0, 0, 1, 0, 0, 0}),
                ElementsAre(FloatEq(kMinus3dB), FloatEq(kMinus3dB)));
    EXPECT_THAT(mix(layout, {0, 0, 0, 1, 0, 0}), ElementsAre(FloatEq(0), FloatEq(0)));
    EXPECT_THAT(mix(layout, {0, 0, 0, 0, 1, 0}), ElementsAre(FloatEq(kMinus3dB), FloatEq(0)));
    EXPECT_THAT(mix(layout, {0, 0, 0, 0, 0, 1}), ElementsAre(FloatEq(0), FloatEq(kMinus3dB)));
}

TEST(Downmix, GivesEveryUsualLayoutOneSpeakerAChannel) {
    for (std::size_t channels = 0; channels <= 24; ++channels) {
        EXPECT_EQ(usual_layout(channels).size(), channels);
        EXPECT_EQ(stereo_gains(usual_layout(channels)).size(), channels);
    }
}

TEST(Downmix, KeepsLeftAndRightSymmetric) {
    for (std::size_t channels = 2; channels <= 8; ++channels) {
        float left = 0;
        float right = 0;
        for (const StereoGain gain : stereo_gains(usual_layout(channels))) {
            left += gain.left;
            right += gain.right;
        }
        EXPECT_FLOAT_EQ(left, right) << channels;
    }
}

TEST(Downmix, IgnoresAPartialFrameAndAppends) {
    std::vector<float> stereo = {9, 9};
    mix_to_stereo(std::vector<float>{1, 2, 3}, stereo_gains(usual_layout(2)), stereo);
    EXPECT_THAT(stereo, ElementsAre(9, 9, 1, 2));
}

}  // namespace
}  // namespace matinee::prepare
