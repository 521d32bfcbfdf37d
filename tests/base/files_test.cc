#include "base/files.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace matinee::base {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

std::ptrdiff_t files_in(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

TEST(Files, AreReplacedWholeWithTheModeAskedFor) {
    const test::TempFolder folder;
    const fs::path path = folder.path() / "key";
    ASSERT_TRUE(replace_file(path, "one", 0644));
    EXPECT_EQ(mode_of(path), 0644U);
    ASSERT_TRUE(replace_file(path, std::string("t\0wo", 4), 0600));
    EXPECT_EQ(read_file(path).value(), std::string("t\0wo", 4));
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(Files, AreCreatedOnceOnly) {
    const test::TempFolder folder;
    const fs::path path = folder.path() / "key";
    EXPECT_TRUE(create_file(path, "first", 0600).value());
    EXPECT_FALSE(create_file(path, "second", 0600).value());
    EXPECT_EQ(read_file(path).value(), "first");
    EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(Files, ThatCannotBeAreSaidByName) {
    const test::TempFolder folder;
    const fs::path path = folder.path() / "none" / "key";
    const auto refused = replace_file(path, "text", 0600);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kNotFound);
    EXPECT_THAT(refused.error().to_string(), HasSubstr(path.string()));
    EXPECT_EQ(read_file(path).error().code(), ErrorCode::kNotFound);
    // A folder of that name is not replaced, and nothing is left beside it.
    fs::create_directories(folder.path() / "taken" / "inner");
    EXPECT_FALSE(replace_file(folder.path() / "taken", "text", 0600));
    EXPECT_EQ(files_in(folder.path()), 1);
}

}  // namespace
}  // namespace matinee::base
