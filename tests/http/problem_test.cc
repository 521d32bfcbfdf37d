#include "http/problem.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace matinee::http {
namespace {

TEST(Problem, SaysWhatHappened) {
    const Response response = problem(Error(ErrorCode::kNotFound, "no channel \"x\"")
                                          .because_of({ErrorCode::kInvalid, "deeper"}));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.content_type, "application/problem+json");
    const auto said = nlohmann::json::parse(response.body.to_text());
    EXPECT_EQ(said["title"], "Not Found");
    EXPECT_EQ(said["status"], 404);
    EXPECT_EQ(said["code"], "not-found");
    EXPECT_EQ(said["detail"], "no channel \"x\": deeper");
}

TEST(Problem, KeepsInternalMessagesToTheLog) {
    testing::internal::CaptureStderr();
    const Response response = problem(Error(ErrorCode::kInternal, "secret place"));
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_EQ(response.status, 500);
    const auto said = nlohmann::json::parse(response.body.to_text());
    const std::string detail = said["detail"];
    EXPECT_EQ(detail.find("secret"), std::string::npos);
    const std::string incident = nlohmann::json::parse(logged)["incident"];
    EXPECT_NE(detail.find(incident), std::string::npos);
    EXPECT_NE(logged.find("secret place"), std::string::npos);
}

TEST(Problem, EveryCodeHasAStatusWithAName) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
        const int status = status_of(static_cast<ErrorCode>(code));
        EXPECT_GE(status, 400);
        EXPECT_NE(reason_of(status), "Error") << status;
    }
}

}  // namespace
}  // namespace matinee::http
