// The part of JSON Schema (2020-12) that the API's document uses, checked by the server itself:
// what the document says of a request is what the server takes. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace matinee::http {

// What is wrong with a value, and where: "items/3/kind", a JSON pointer (RFC 6901) without its
// first slash; empty: the value itself.
struct SchemaFault {
    std::string place;
    std::string message;  // what was found, and what would be right
};

// Schemas by name, which may refer to each other: {"$ref": "#/components/schemas/NAME"}.
//
// Understood are: type, const, enum, properties, required, additionalProperties, minProperties,
// maxProperties, items, minItems, maxItems, minimum, maximum, exclusiveMinimum, minLength,
// maxLength (characters), pattern, format (date-time), propertyNames, anyOf, allOf, $ref.
// Annotations (title, description, default, examples, deprecated, readOnly, writeOnly) mean nothing
// here.
class JsonSchemas {
  public:
    using Json = nlohmann::ordered_json;

    // Adds all members of `schemas`. kInvalid for what is not understood, so that the document
    // cannot say what nobody checks; kConflict for a name that is taken.
    Result<void> add(const Json& schemas);

    // Whether all references lead somewhere, those of `schema` (unless it is null) as well.
    [[nodiscard]] Result<void> check_references(const Json& schema = nullptr) const;

    // The first fault of `value`; nothing when there is none.
    [[nodiscard]] std::optional<SchemaFault> check(const Json& schema,
                                                   const nlohmann::json& value) const;

    [[nodiscard]] const Json& all() const { return schemas_; }

    // {"$ref": ...} to the schema of that name.
    static Json reference(std::string_view name);

    // Whether this class understands a schema; kInvalid names the keyword.
    static Result<void> expect_understood(const Json& schema);

  private:
    Json schemas_ = Json::object();
};

}  // namespace matinee::http
