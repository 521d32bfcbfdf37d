#include "prepare/progress.h"

#include <gtest/gtest.h>

namespace matinee::prepare {
namespace {

using std::chrono::milliseconds;

TEST(Progress, WritesJsonLines) {
    EXPECT_EQ(progress_line(Stage::kEncode, 0.25), R"({"stage":"encode","fraction":0.250})");
    EXPECT_EQ(progress_line(Stage::kVerify, 7), R"({"stage":"verify","fraction":1.000})");
    library::Manifest manifest;
    manifest.media_id = "abc";
    manifest.duration = Ticks(90'000 * 2);
    manifest.frame_rate = {25, 1};
    EXPECT_EQ(done_line(manifest, "/a \"b\""),
              R"({"done":{"media_id":"abc","duration_seconds":2.000000,"duration_ticks":180000,)"
              R"("frame_rate":"25/1","directory":"/a \"b\""}})");
    EXPECT_EQ(error_line(Error(ErrorCode::kInvalid, "film.mp4: is \"empty\"")),
              R"({"error":{"code":"invalid","message":"film.mp4: is \"empty\""}})");
}

TEST(Progress, ShowsStagesAtOnceAndFractionsFiveTimesASecond) {
    ProgressFilter filter;
    const ProgressFilter::TimePoint start{};
    EXPECT_EQ(filter.pass(Stage::kEncode, 0, start), 0.0);
    EXPECT_FALSE(filter.pass(Stage::kEncode, 0.1, start + milliseconds(199)));
    EXPECT_EQ(filter.pass(Stage::kEncode, 0.2, start + milliseconds(200)), 0.2);
    EXPECT_EQ(filter.pass(Stage::kFinish, 0, start + milliseconds(201)), 0.0);
}

TEST(Progress, NeverGoesBack) {
    ProgressFilter filter;
    const ProgressFilter::TimePoint start{};
    EXPECT_TRUE(filter.pass(Stage::kEncode, 0.5, start));
    EXPECT_FALSE(filter.pass(Stage::kEncode, 0.4, start + milliseconds(500)));
    EXPECT_FALSE(filter.pass(Stage::kEncode, 0.5, start + milliseconds(900)));
}

}  // namespace
}  // namespace matinee::prepare
