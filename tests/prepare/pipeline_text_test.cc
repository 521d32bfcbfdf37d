#include "prepare/pipeline_text.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::prepare {
namespace {

using testing::HasSubstr;

std::string error_of(const Result<std::string>& result) {
    return result ? "no error" : result.error().to_string();
}

TEST(PipelineText, FillsPlaceholders) {
    EXPECT_EQ(*fill_template("t", "a width={width}! b {width}x{height}",
                             {{"width", "320"}, {"height", "180"}}),
              "a width=320! b 320x180");
}

TEST(PipelineText, TakesCommentsOutButKeepsLines) {
    EXPECT_EQ(*fill_template("t", "# {no} placeholder\na ! b\n  # more\nc=#fff", {}),
              "\na ! b\n\nc=#fff");
}

TEST(PipelineText, NamesFileAndLineOfAnUnknownPlaceholder) {
    EXPECT_EQ(error_of(fill_template("rung.gst", "a\nb {widht}", {{"width", "1"}})),
              "rung.gst, line 2: there is no placeholder {widht} here");
}

TEST(PipelineText, MissesAPlaceholderThatWasEditedAway) {
    EXPECT_THAT(error_of(fill_template("rung.gst", "a", {{"width", "1"}})),
                HasSubstr("{width} is missing"));
}

TEST(PipelineText, RefusesStrayBraces) {
    EXPECT_FALSE(fill_template("t", "a {", {}));
    EXPECT_FALSE(fill_template("t", "a }", {}));
    EXPECT_FALSE(fill_template("t", "a {}", {}));
    EXPECT_FALSE(fill_template("t", "a {Width}", {}));
    EXPECT_FALSE(fill_template("t", "a {{width}}", {{"width", "1"}}));
}

TEST(PipelineText, DoesNotFillWhatWasFilledIn) {
    EXPECT_EQ(*fill_template("t", "{a}", {{"a", "{b}"}}), "{b}");
}

TEST(PipelineText, FindsTheShippedDescriptions) {
    EXPECT_TRUE(load_pipeline("count-frames", {}));
    const auto missing = load_pipeline("no-such-pipeline", {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
}

TEST(PipelineText, PrefersTheFolderOfTheEnvironment) {
    ASSERT_EQ(setenv("MATINEE_PIPELINES", "/nonexistent-folder", 1), 0);
    const auto directory = pipelines_directory();
    ASSERT_EQ(setenv("MATINEE_PIPELINES", testing::TempDir().c_str(), 1), 0);
    const auto chosen = pipelines_directory();
    ASSERT_EQ(unsetenv("MATINEE_PIPELINES"), 0);
    ASSERT_FALSE(directory);
    EXPECT_THAT(directory.error().to_string(), HasSubstr("/nonexistent-folder"));
    ASSERT_TRUE(chosen);
    EXPECT_EQ(*chosen, testing::TempDir());
}

}  // namespace
}  // namespace matinee::prepare
