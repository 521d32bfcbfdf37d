#include "base/result.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace matinee {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return fail(ErrorCode::kInvalid, "{} is odd", number);
    return number / 2;
}

Result<std::string> quarter(int number) {
    const int once = TRY(half(number));
    const int twice = TRY(half(once));
    return std::to_string(twice);
}

TEST(Result, CarriesAValue) {
    EXPECT_TRUE(half(4));
    EXPECT_EQ(*half(4), 2);
}

TEST(Result, TryReturnsTheFirstErrorOfTheChain) {
    EXPECT_EQ(*quarter(8), "2");
    EXPECT_EQ(quarter(6).error().message(), "3 is odd");
    EXPECT_EQ(quarter(5).error().message(), "5 is odd");
}

TEST(Result, HoldsMoveOnlyValues) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    const auto use = [&]() -> Result<int> {
        const std::unique_ptr<int> number = TRY(make());
        return *number;
    };
    EXPECT_EQ(*use(), 7);
}

TEST(Result, VoidSucceedsByDefault) {
    const auto check = [](bool good) -> Result<void> {
        if (!good) return fail(ErrorCode::kNotFound, "nothing");
        return {};
    };
    EXPECT_TRUE(check(true));
    EXPECT_EQ(check(false).error().code(), ErrorCode::kNotFound);
}

TEST(Error, ReadsOutermostFirstAndKeepsTheCode) {
    const Result<int> failed = []() -> Result<int> {
        auto result = half(3);
        if (!result) return fail(std::move(result).error(), "film.mp4: cannot be halved");
        return result;
    }();
    EXPECT_EQ(failed.error().to_string(), "film.mp4: cannot be halved: 3 is odd");
    EXPECT_EQ(failed.error().code(), ErrorCode::kInvalid);
    EXPECT_EQ(to_string(failed.error().code()), "invalid");
}

}  // namespace
}  // namespace matinee
