#include "http/api.h"

#include <cctype>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace matinee::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Operation upload() {
    return {.method = Method::kPatch,
            .path = "/films/{film}",
            .id = "sendFilm",
            .tag = "Films",
            .summary = "Send a film",
            .headers = {{"Upload-Offset", "Where it belongs.", {{"type", "integer"}}},
                        {"Upload-Checksum", "Of the content.", {{"type", "string"}}, false}},
            .body_type = "video/mp4",
            .answers = {{.status = 204, .headers = {{"Upload-Offset", "How much there is."}}}},
            .problems = {{460, "It is damaged.", {{"Upload-Offset", "Where to go on."}}}, {507}}};
}

json described(Operation operation) {
    const std::string path = operation.path;
    std::string method(to_string(operation.method));
    for (char& c : method)
        c = static_cast<char>(std::tolower(c));
    Api api;
    api.describe(std::move(operation));
    EXPECT_TRUE(api.check()) << api.check().error().to_string();
    return json(api.document())["paths"][path][method];
}

TEST(ApiDocument, TellsOfTheFieldsOfRequestsAndAnswers) {
    const json told = described(upload());
    EXPECT_EQ(told["parameters"][1], json::parse(R"({"name": "Upload-Offset", "in": "header",
        "required": true, "description": "Where it belongs.", "schema": {"type": "integer"}})"));
    EXPECT_EQ(told["parameters"][2]["required"], false);
    EXPECT_EQ(told["responses"]["204"]["headers"], json::parse(R"({"Upload-Offset": {
        "description": "How much there is.", "required": true, "schema": {"type": "string"}}})"));
    EXPECT_FALSE(told["responses"]["204"].contains("content"));
}

TEST(ApiDocument, TellsOfContentThatIsNoJson) {
    EXPECT_EQ(described(upload())["requestBody"],
              json::parse(R"({"required": true, "content": {"video/mp4": {}}})"));
    Operation both = upload();
    both.body = "Problem";
    Api api;
    api.describe(both);
    ASSERT_FALSE(api.check());
    EXPECT_THAT(api.check().error().to_string(), HasSubstr("cannot be JSON and something else"));
}

TEST(ApiDocument, TellsWhatAnErrorMeansHere) {
    const json told = described(upload())["responses"];
    EXPECT_EQ(told["460"]["description"], "It is damaged.");
    EXPECT_EQ(told["460"]["content"]["application/problem+json"]["schema"]["$ref"],
              "#/components/schemas/Problem");
    EXPECT_EQ(told["460"]["headers"]["Upload-Offset"]["description"], "Where to go on.");
    EXPECT_EQ(told["507"]["$ref"], "#/components/responses/Full");
    EXPECT_EQ(told["404"]["$ref"], "#/components/responses/NotFound") << "from its path";
}

TEST(ApiDocument, SaysThatAnAnswerHasNoContent) {
    const json told = described({.method = Method::kHead,
                                 .path = "/films",
                                 .id = "askForFilms",
                                 .tag = "Films",
                                 .summary = "Are there films?",
                                 .access = Access::kPublic,
                                 .answers = {{.status = 200, .content_type = ""}}});
    EXPECT_FALSE(told["responses"]["200"].contains("content"));
    EXPECT_FALSE(told["responses"].contains("403")) << "other sites' pages may ask";
}

TEST(Api, TellsSomebodyElsesChangeFromOtherErrors) {
    const Error error(ErrorCode::kConflict, "it is on the air");
    EXPECT_EQ(or_overtaken(error, "3", "3").status, 409);
    const Response overtaken = or_overtaken(error, "3", "4");
    EXPECT_EQ(overtaken.status, 412);
    EXPECT_EQ(overtaken.etag, "4");
}

}  // namespace
}  // namespace matinee::http
