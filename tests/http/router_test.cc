#include "http/router.h"

#include <gtest/gtest.h>

namespace matinee::http {
namespace {

Handler says(std::string text) {
    return [text = std::move(text)](const Request&) { return Response::text(text); };
}

void add(Router& router, Method method, std::string pattern) {
    const auto added = router.add({method, pattern, "label", Access::kMedia}, says(pattern));
    ASSERT_TRUE(added) << added.error().to_string();
}

std::string pattern_of(const Router& router, Method method, std::string_view path) {
    PathParameters parameters;
    const auto match = router.find(method, path, parameters);
    return match.route ? match.route->spec.pattern : "allow: " + match.allow;
}

TEST(Router, PrefersLiteralsAndFallsBackToNames) {
    Router router;
    add(router, Method::kGet, "/");
    add(router, Method::kGet, "/channels/{channel}/master.m3u8");
    add(router, Method::kGet, "/channels/{channel}/{rung}/{segment}");
    add(router, Method::kGet, "/channels/main/{rung}/special");
    add(router, Method::kGet, "/assets/{path*}");
    EXPECT_EQ(pattern_of(router, Method::kGet, "/"), "/");
    EXPECT_EQ(pattern_of(router, Method::kGet, "/channels/main/master.m3u8"),
              "/channels/{channel}/master.m3u8");
    EXPECT_EQ(pattern_of(router, Method::kGet, "/channels/main/720p/special"),
              "/channels/main/{rung}/special");
    EXPECT_EQ(pattern_of(router, Method::kGet, "/channels/main/720p/12.m4s"),
              "/channels/{channel}/{rung}/{segment}");
    EXPECT_EQ(pattern_of(router, Method::kGet, "/assets/a/b.js"), "/assets/{path*}");
    EXPECT_EQ(pattern_of(router, Method::kGet, "/channels"), "allow: ");
    EXPECT_EQ(pattern_of(router, Method::kGet, "/channels/a/b/c/d"), "allow: ");
    EXPECT_EQ(pattern_of(router, Method::kGet, ""), "allow: ");
}

TEST(Router, NamesTheValuesOfTheMatchedPattern) {
    Router router;
    add(router, Method::kGet, "/t/{token}/channels/{channel}/{rest*}");
    add(router, Method::kGet, "/t/{other}/x/{y}");
    PathParameters parameters;
    ASSERT_NE(router.find(Method::kGet, "/t/abc/channels/main/1/2", parameters).route, nullptr);
    EXPECT_EQ(parameters["token"], "abc");
    EXPECT_EQ(parameters["channel"], "main");
    EXPECT_EQ(parameters["rest"], "1/2");
    EXPECT_EQ(parameters["other"], "");
    ASSERT_NE(router.find(Method::kGet, "/t/abc/x/z", parameters).route, nullptr);
    EXPECT_EQ(parameters["other"], "abc");
    EXPECT_EQ(parameters.size(), 2U);
}

TEST(Router, AnswersHeadFromGetAndListsWhatIsAllowed) {
    Router router;
    add(router, Method::kGet, "/entries/{id}");
    add(router, Method::kDelete, "/entries/{id}");
    EXPECT_EQ(pattern_of(router, Method::kHead, "/entries/1"), "/entries/{id}");
    EXPECT_EQ(pattern_of(router, Method::kPost, "/entries/1"), "allow: GET, HEAD, DELETE, OPTIONS");
    PathParameters parameters;
    EXPECT_EQ(router.find(Method::kPost, "/entries/1", parameters).access, Access::kMedia);
}

TEST(Router, RefusesPatternsThatCannotBeMeant) {
    Router router;
    const auto code = [&router](std::string pattern) {
        const auto added =
            router.add({Method::kGet, std::move(pattern), "x", Access::kPublic}, says("x"));
        return added ? std::optional<ErrorCode>() : added.error().code();
    };
    EXPECT_EQ(code("no-slash"), ErrorCode::kInvalid);
    EXPECT_EQ(code("/{open"), ErrorCode::kInvalid);
    EXPECT_EQ(code("/{tail*}/more"), ErrorCode::kInvalid);
    EXPECT_EQ(code("/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}"), ErrorCode::kInvalid);
    EXPECT_EQ(code("/a/{b}"), std::nullopt);
    EXPECT_EQ(code("/a/{b}"), ErrorCode::kConflict);
}

}  // namespace
}  // namespace matinee::http
