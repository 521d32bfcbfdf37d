#include "prepare/loudness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::prepare {
namespace {

SoundMeasure heard(std::optional<double> lufs, std::optional<double> peak) {
    SoundMeasure measure;
    measure.any = true;
    measure.integrated_lufs = lufs;
    measure.true_peak_dbtp = peak;
    return measure;
}

MATCHER_P(HasNote, code, "") {
    return std::any_of(arg.notes.begin(), arg.notes.end(),
                       [&](const library::Note& note) { return note.code == code; });
}

TEST(Gain, BringsToTheTarget) {
    EXPECT_DOUBLE_EQ(decide_gain(heard(-18.0, -3.0), {}).loudness.gain_db, -5.0);
    EXPECT_DOUBLE_EQ(decide_gain(heard(-30.0, -12.0), {}).loudness.gain_db, 7.0);
}

TEST(Gain, StopsAtTheTruePeakCeiling) {
    const GainDecision decision = decide_gain(heard(-30.0, -4.0), {});
    EXPECT_DOUBLE_EQ(decision.loudness.gain_db, 3.0);
    EXPECT_THAT(decision, HasNote("peak-limited"));
}

TEST(Gain, DoesNotBlowUpNoise) {
    const GainDecision decision = decide_gain(heard(-65.0, -50.0), {});
    EXPECT_DOUBLE_EQ(decision.loudness.gain_db, kMaximumGainDb);
    EXPECT_THAT(decision, HasNote("very-quiet"));
}

TEST(Gain, LeavesSilenceAlone) {
    EXPECT_DOUBLE_EQ(decide_gain(heard({}, {}), {}).loudness.gain_db, 0.0);
    EXPECT_THAT(decide_gain(heard({}, {}), {}), HasNote("silent"));
    EXPECT_DOUBLE_EQ(decide_gain(heard({}, -70.0), {}).loudness.gain_db, 0.0);
    EXPECT_THAT(decide_gain(heard({}, -70.0), {}), HasNote("nearly-silent"));
}

TEST(Gain, OnlyTamesPeaksWhenNoLoudnessIsWanted) {
    library::HouseFormat house;
    house.loudness_lufs.reset();
    EXPECT_DOUBLE_EQ(decide_gain(heard(-10.0, -5.0), house).loudness.gain_db, 0.0);
    EXPECT_DOUBLE_EQ(decide_gain(heard(-10.0, 2.0), house).loudness.gain_db, -3.0);
}

TEST(Gain, TellsOfClippedSources) {
    EXPECT_THAT(decide_gain(heard(-10.0, 1.5), {}), HasNote("clipped"));
}

TEST(Gain, NeverLiftsThePeakAboveTheCeiling) {
    const library::HouseFormat house;
    for (double lufs = -69; lufs < 0; lufs += 1.7) {
        for (double peak = lufs; peak < 6; peak += 1.3) {
            const double gain = decide_gain(heard(lufs, peak), house).loudness.gain_db;
            ASSERT_LE(peak + gain, house.true_peak_dbtp + 1e-9);
            ASSERT_LE(gain, kMaximumGainDb);
            ASSERT_LE(lufs + gain, *house.loudness_lufs + 1e-9);
        }
    }
}

}  // namespace
}  // namespace matinee::prepare
