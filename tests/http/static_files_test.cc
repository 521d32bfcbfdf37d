#include "http/static_files.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace matinee::http {
namespace {

TEST(StaticFiles, ServesAFileWithItsTypeAndTag) {
    const test::TempFolder folder;
    folder.write("index.html", "<p>hello");
    folder.write("assets/app-4QX7ZK2M.js", std::string(1000, ' '));
    const StaticFiles files(folder.path());
    const auto page = files.find("index.html");
    ASSERT_TRUE(page) << page.error().to_string();
    EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
    EXPECT_EQ(page->cache_control, "no-cache");
    EXPECT_EQ(page->body.to_text(), "<p>hello");
    const auto script = files.find("assets/app-4QX7ZK2M.js");
    ASSERT_TRUE(script);
    EXPECT_THAT(script->cache_control, testing::HasSubstr("immutable"));
    ASSERT_TRUE(script->gzip_body);
    EXPECT_LT(script->gzip_body->size(), 100U);
}

TEST(StaticFiles, NoticesThatAFileChanged) {
    const test::TempFolder folder;
    folder.write("a.css", "one");
    const StaticFiles files(folder.path());
    const auto before = files.find("a.css");
    folder.write("a.css", "three");
    const auto after = files.find("a.css");
    ASSERT_TRUE(before && after);
    EXPECT_EQ(after->body.to_text(), "three");
    EXPECT_NE(before->etag, after->etag);
}

TEST(StaticFiles, ReachesNothingOutsideOfItsFolder) {
    const test::TempFolder outside;
    outside.write("secret.txt", "secret");
    outside.write("pages/page.txt", "page");
    const auto folder = outside.path() / "pages";
    std::filesystem::create_symlink(outside.path() / "secret.txt", folder / "link.txt");
    std::filesystem::create_symlink("page.txt", folder / "inner-link.txt");
    std::filesystem::create_directory_symlink(outside.path(), folder / "up");
    ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
    const StaticFiles files(folder);
    ASSERT_TRUE(files.find("page.txt"));
    const std::string absolute = (outside.path() / "secret.txt").string();
    for (const std::string& path :
         {std::string("../secret.txt"), absolute, std::string("link.txt"),
          std::string("inner-link.txt"), std::string("up/secret.txt"), std::string("fifo"),
          std::string(""), std::string("."), std::string("page.txt\0.png", 13)}) {
        const auto found = files.find(path);
        ASSERT_FALSE(found) << path;
        EXPECT_EQ(found.error().code(), ErrorCode::kNotFound) << path;
    }
}

TEST(StaticFiles, ExplainsAMissingFolder) {
    const test::TempFolder folder;
    const Response missing = StaticFiles(folder.path() / "dist").page("index.html");
    EXPECT_EQ(missing.status, 503);
    EXPECT_THAT(missing.body.to_text(), testing::HasSubstr("npm run build"));
    EXPECT_EQ(StaticFiles(folder.path()).page("index.html").status, 404);
}

TEST(HasContentHash, KnowsBundledNamesFromOthers) {
    EXPECT_TRUE(has_content_hash("studio-4QX7ZK2M.js"));
    EXPECT_TRUE(has_content_hash("assets/x-y-ABCDEFGH.css"));
    EXPECT_FALSE(has_content_hash("studio.js"));
    EXPECT_FALSE(has_content_hash("two-language.js"));
    EXPECT_FALSE(has_content_hash("dir-ABCDEFGH/studio.js"));
}

}  // namespace
}  // namespace matinee::http
