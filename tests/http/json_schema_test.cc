#include "http/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::http {
namespace {

using Json = JsonSchemas::Json;
using testing::HasSubstr;

// "place: message", or nothing.
std::string fault(std::string_view schema, std::string_view value) {
    JsonSchemas schemas;
    const auto added =
        schemas.add(Json::parse(R"({"Name": {"type": "string", "minLength": 1, "maxLength": 5}})"));
    if (!added) return added.error().to_string();
    const auto found = schemas.check(Json::parse(schema), nlohmann::json::parse(value));
    return found ? found->place + ": " + found->message : std::string();
}

TEST(JsonSchema, TakesWhatFits) {
    EXPECT_EQ(fault(R"({"type": "integer", "minimum": 1, "maximum": 3})", "2"), "");
    EXPECT_EQ(fault(R"({"type": ["string", "null"]})", "null"), "");
    EXPECT_EQ(fault(R"({"$ref": "#/components/schemas/Name"})", "\"纸船河水灯\""), "");
    EXPECT_EQ(fault(R"({"type": "string", "format": "date-time"})", "\"2026-11-23T20:00:00Z\""),
              "");
    EXPECT_EQ(fault(R"({"anyOf": [{"type": "string"}, {"type": "object"}]})", "{}"), "");
    EXPECT_EQ(fault(R"({"type": "object", "properties": {"a": {}}})", R"({"b": 1})"), "");
}

TEST(JsonSchema, SaysWhereAndWhatWouldBeRight) {
    constexpr std::string_view kList =
        R"({"type": "array", "items": {"type": "object", "additionalProperties": false,
            "required": ["kind"], "properties": {"kind": {"enum": ["entry", "card"]}, "a/b": {"type": "integer"}}}})";
    EXPECT_EQ(fault(kList, R"([{"kind": "entry"}, {"kind": "movie"}])"),
              R"(1/kind: is "movie"; it can be "entry", "card")");
    EXPECT_EQ(fault(kList, "[{}]"), "0/kind: is missing");
    EXPECT_EQ(fault(kList, R"([{"kind": "card", "colour": 1}])"),
              "0/colour: is not known here; known are kind, a/b");
    EXPECT_EQ(fault(kList, R"([{"kind": "card", "a/b": 1.5}])"),
              "0/a~1b: must be an integer, not 1.5");
    EXPECT_EQ(fault(kList, "{}"), ": must be an array, not {}");
}

TEST(JsonSchema, KnowsBounds) {
    EXPECT_THAT(fault(R"({"type": "integer", "minimum": 1})", "0"), HasSubstr("the least is 1"));
    EXPECT_THAT(fault(R"({"type": "number", "maximum": 1})", "1.5"), HasSubstr("the most is 1"));
    EXPECT_THAT(fault(R"({"exclusiveMinimum": 0})", "0"), HasSubstr("more than 0"));
    EXPECT_THAT(fault(R"({"$ref": "#/components/schemas/Name"})", "\"\""), HasSubstr("empty"));
    EXPECT_THAT(fault(R"({"$ref": "#/components/schemas/Name"})", "\"kettle\""),
                HasSubstr("has 6 characters; there may be 5"));
    EXPECT_THAT(fault(R"({"minItems": 1})", "[]"), HasSubstr("at least 1"));
    EXPECT_THAT(fault(R"({"maxItems": 1})", "[1, 2]"), HasSubstr("there may be 1"));
    EXPECT_THAT(fault(R"({"minProperties": 1})", "{}"), HasSubstr("nothing to do"));
    EXPECT_THAT(
        fault(
            R"({"type": "string", "maxLength": 9, "pattern": "^[a-z]+$", "description": "letters"})",
            "\"A\""),
        HasSubstr("it must be: letters"));
    EXPECT_THAT(fault(R"({"type": "string", "format": "date-time"})", "\"noon\""),
                HasSubstr("2026-11-23T20:00:00Z"));
    EXPECT_THAT(fault(R"({"additionalProperties": {"type": "string"}})", R"({"x": 1})"),
                HasSubstr("x: must be a string"));
    EXPECT_THAT(fault(R"({"propertyNames": {"type": "string", "minLength": 2}})", R"({"x": 1})"),
                HasSubstr("at least 2"));
}

TEST(JsonSchema, RefusesWhatItWouldNotCheck) {
    JsonSchemas schemas;
    EXPECT_THAT(schemas.add(Json::parse(R"({"A": {"multipleOf": 2}})")).error().to_string(),
                HasSubstr("multipleOf"));
    EXPECT_THAT(schemas.add(Json::parse(R"({"A": {"format": "email"}})")).error().to_string(),
                HasSubstr("email"));
    EXPECT_FALSE(schemas.add(Json::parse(R"({"A": {"pattern": "a+"}})")));
    ASSERT_TRUE(
        schemas.add(Json::parse(R"({"A": {"items": {"$ref": "#/components/schemas/B"}}})")));
    EXPECT_THAT(schemas.check_references().error().to_string(), HasSubstr("\"B\""));
    EXPECT_FALSE(schemas.add(Json::parse(R"({"A": {}})")));
}

}  // namespace
}  // namespace matinee::http
