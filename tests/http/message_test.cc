#include "http/message.h"

#include <gtest/gtest.h>

namespace matinee::http {
namespace {

TEST(NormalizedPath, DecodesEscapesAndDropsEmptySegments) {
    EXPECT_EQ(normalized_path("/"), "/");
    EXPECT_EQ(normalized_path("/a//b/./c"), "/a/b/c");
    EXPECT_EQ(normalized_path("/a/"), "/a/");
    EXPECT_EQ(normalized_path("/%E7%94%B5%E5%BD%B1"), "/电影");
    EXPECT_EQ(normalized_path("/a%20b"), "/a b");
}

TEST(NormalizedPath, RefusesWhatNoHonestClientSends) {
    for (const char* path : {"", "a", "/..", "/a/../b", "/%2e%2e/b", "/a/%2E./b", "/a%2fb", "/a%00",
                             "/%ff", "/%", "/%g1"}) {
        EXPECT_EQ(normalized_path(path), std::nullopt) << path;
    }
}

TEST(Query, DecodesNamesAndValuesInOrder) {
    const Query query("a=1&b=x+y%26z&c&=d&a=2&&%");
    EXPECT_EQ(query.find("a"), "1");
    EXPECT_EQ(query.find("b"), "x y&z");
    EXPECT_EQ(query.find("c"), "");
    EXPECT_EQ(query.find("%"), "");
    EXPECT_EQ(query.find("e"), std::nullopt);
    EXPECT_EQ(query.items().size(), 6U);
}

TEST(Body, PartSpansSlicesWithoutCopying) {
    Body body = Body::text("abcd");
    body.append(Body::text("efgh").slices().front());
    body.append({});
    EXPECT_EQ(body.size(), 8U);
    EXPECT_EQ(body.slices().size(), 2U);
    const Body part = body.part({2, 4});
    EXPECT_EQ(part.to_text(), "cdef");
    EXPECT_EQ(part.slices()[0].bytes.data(), body.slices()[0].bytes.data() + 2);
    EXPECT_EQ(body.part({4, 4}).to_text(), "efgh");
    EXPECT_EQ(body.part({0, 0}).to_text(), "");
}

TEST(Body, KeepsItsOwnersAlive) {
    auto text = std::make_shared<const std::string>("held");
    const std::weak_ptr<const std::string> watched = text;
    {
        const Body part = Body::shared(std::move(text)).part({1, 2});
        EXPECT_FALSE(watched.expired());
        EXPECT_EQ(part.to_text(), "el");
    }
    EXPECT_TRUE(watched.expired());
}

TEST(Method, NamesAreCaseSensitive) {
    EXPECT_EQ(method_from("GET"), Method::kGet);
    EXPECT_EQ(method_from("get"), Method::kOther);
    EXPECT_EQ(method_from("OTHER"), Method::kOther);
    EXPECT_EQ(to_string(Method::kDelete), "DELETE");
}

}  // namespace
}  // namespace matinee::http
