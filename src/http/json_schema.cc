#include "http/json_schema.h"

#include <algorithm>
#include <array>
#include <regex>

#include <fmt/ranges.h>

#include "base/clock.h"

namespace matinee::http {

namespace {

using Json = JsonSchemas::Json;
using Value = nlohmann::json;
using Fault = std::optional<SchemaFault>;

constexpr std::string_view kPrefix = "#/components/schemas/";

constexpr std::array kKeywords{
    "type",          "const",         "enum",          "properties", "required",
    "minProperties", "maxProperties", "items",         "minItems",   "maxItems",
    "minimum",       "maximum",       "minLength",     "maxLength",  "additionalProperties",
    "pattern",       "format",        "anyOf",         "allOf",      "exclusiveMinimum",
    "$ref",          "title",         "description",   "default",    "examples",
    "readOnly",      "writeOnly",     "propertyNames", "deprecated"};

// As people write it, and not too much of it.
std::string shown(const Value& value) {
    constexpr std::size_t kMost = 60;
    std::string text = value.dump(-1, ' ', false, Value::error_handler_t::replace);
    if (text.size() > kMost) text = text.substr(0, kMost) + "...";
    return text;
}

bool is_of_type(const Value& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "number") return value.is_number();
    return type == "integer" && value.is_number_integer();
}

std::string with_article(const std::string& type) {
    if (type == "null") return type;
    return (type == "integer" || type == "object" || type == "array" ? "an " : "a ") + type;
}

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string escaped(std::string_view name) {
    std::string result;
    for (const char c : name) {
        if (c == '~') {
            result += "~0";
        } else if (c == '/') {
            result += "~1";
        } else {
            result += c;
        }
    }
    return result;
}

std::string below(const std::string& place, std::string_view name) {
    return place.empty() ? escaped(name) : place + "/" + escaped(name);
}

// One walk through a value along a schema.
class Checker {
  public:
    explicit Checker(const Json& schemas) : schemas_(schemas) {}

    // `place` is where `value` is.
    Fault check(const Json& schema, const Value& value, const std::string& place) const {
        if (const auto reference = schema.find("$ref"); reference != schema.end()) {
            const auto name = reference->get_ref<const std::string&>().substr(kPrefix.size());
            if (auto fault = check(schemas_.at(name), value, place)) return fault;
        }
        if (auto fault = check_type(schema, value, place)) return fault;
        if (auto fault = check_choice(schema, value, place)) return fault;
        if (value.is_string()) {
            if (auto fault = check_text(schema, value, place)) return fault;
        }
        if (value.is_number()) {
            if (auto fault = check_number(schema, value, place)) return fault;
        }
        if (value.is_array()) {
            if (auto fault = check_array(schema, value, place)) return fault;
        }
        if (value.is_object()) return check_object(schema, value, place);
        return std::nullopt;
    }

  private:
    static Fault check_type(const Json& schema, const Value& value, const std::string& place) {
        const auto type = schema.find("type");
        if (type == schema.end()) return std::nullopt;
        std::vector<std::string> names;
        if (type->is_array()) {
            names = type->get<std::vector<std::string>>();
        } else {
            names = {type->get<std::string>()};
        }
        if (std::ranges::any_of(names, [&](const auto& name) { return is_of_type(value, name); })) {
            return std::nullopt;
        }
        for (std::string& name : names)
            name = with_article(name);
        return SchemaFault{
            place, fmt::format("must be {}, not {}", fmt::join(names, " or "), shown(value))};
    }

    Fault check_choice(const Json& schema, const Value& value, const std::string& place) const {
        if (const auto constant = schema.find("const"); constant != schema.end()) {
            if (Value(*constant) != value) {
                return SchemaFault{
                    place, fmt::format("must be {}, not {}", constant->dump(), shown(value))};
            }
        }
        if (const auto values = schema.find("enum"); values != schema.end()) {
            std::vector<std::string> known;
            for (const Json& each : *values) {
                if (Value(each) == value) return std::nullopt;
                known.push_back(each.dump());
            }
            return SchemaFault{
                place, fmt::format("is {}; it can be {}", shown(value), fmt::join(known, ", "))};
        }
        if (const auto all = schema.find("allOf"); all != schema.end()) {
            for (const Json& each : *all) {
                if (auto fault = check(each, value, place)) return fault;
            }
        }
        if (const auto any = schema.find("anyOf"); any != schema.end()) {
            std::vector<std::string> reasons;
            for (const Json& each : *any) {
                const auto fault = check(each, value, place);
                if (!fault) return std::nullopt;
                // What is wrong deeper inside tells more than that another kind was meant.
                if (fault->place != place) return fault;
                reasons.push_back(fault->message);
            }
            return SchemaFault{place, fmt::format("{}", fmt::join(reasons, ", or "))};
        }
        return std::nullopt;
    }

    static Fault check_text(const Json& schema, const Value& value, const std::string& place) {
        const auto& text = value.get_ref<const std::string&>();
        const std::size_t length = characters(text);
        if (const auto least = schema.find("minLength");
            least != schema.end() && length < least->get<std::size_t>()) {
            return SchemaFault{place, length == 0 ? std::string("must not be empty")
                                                  : fmt::format("must have at least {} characters",
                                                                least->get<std::size_t>())};
        }
        if (const auto most = schema.find("maxLength");
            most != schema.end() && length > most->get<std::size_t>()) {
            return SchemaFault{place, fmt::format("has {} characters; there may be {}", length,
                                                  most->get<std::size_t>())};
        }
        if (const auto pattern = schema.find("pattern"); pattern != schema.end()) {
            const std::regex expression(pattern->get<std::string>());
            if (!std::regex_search(text, expression)) {
                const auto said = schema.find("description");
                return SchemaFault{place,
                                   fmt::format("is {}; {}", shown(value),
                                               said == schema.end()
                                                   ? "it must match " + pattern->get<std::string>()
                                                   : "it must be: " + said->get<std::string>())};
            }
        }
        if (schema.contains("format") && !base::parse_rfc3339(text)) {
            return SchemaFault{
                place, fmt::format("is {}; an instant is written 2026-11-23T20:00:00Z, or with an "
                                   "offset as +01:00",
                                   shown(value))};
        }
        return std::nullopt;
    }

    static Fault check_number(const Json& schema, const Value& value, const std::string& place) {
        const double number = value.get<double>();
        if (const auto least = schema.find("minimum");
            least != schema.end() && number < least->get<double>()) {
            return SchemaFault{place,
                               fmt::format("is {}; the least is {}", shown(value), least->dump())};
        }
        if (const auto bound = schema.find("exclusiveMinimum");
            bound != schema.end() && number <= bound->get<double>()) {
            return SchemaFault{
                place, fmt::format("is {}; it must be more than {}", shown(value), bound->dump())};
        }
        if (const auto most = schema.find("maximum");
            most != schema.end() && number > most->get<double>()) {
            return SchemaFault{place,
                               fmt::format("is {}; the most is {}", shown(value), most->dump())};
        }
        return std::nullopt;
    }

    Fault check_array(const Json& schema, const Value& value, const std::string& place) const {
        if (const auto least = schema.find("minItems");
            least != schema.end() && value.size() < least->get<std::size_t>()) {
            return SchemaFault{place, fmt::format("has {} items; there must be at least {}",
                                                  value.size(), least->get<std::size_t>())};
        }
        if (const auto most = schema.find("maxItems");
            most != schema.end() && value.size() > most->get<std::size_t>()) {
            return SchemaFault{place, fmt::format("has {} items; there may be {}", value.size(),
                                                  most->get<std::size_t>())};
        }
        const auto items = schema.find("items");
        if (items == schema.end()) return std::nullopt;
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (auto fault = check(*items, value[i], below(place, std::to_string(i)))) {
                return fault;
            }
        }
        return std::nullopt;
    }

    Fault check_object(const Json& schema, const Value& value, const std::string& place) const {
        if (const auto required = schema.find("required"); required != schema.end()) {
            for (const Json& name : *required) {
                if (!value.contains(name.get_ref<const std::string&>())) {
                    return SchemaFault{below(place, name.get_ref<const std::string&>()),
                                       "is missing"};
                }
            }
        }
        if (const auto least = schema.find("minProperties");
            least != schema.end() && value.size() < least->get<std::size_t>()) {
            return SchemaFault{place, "has no members, so there is nothing to do"};
        }
        if (const auto most = schema.find("maxProperties");
            most != schema.end() && value.size() > most->get<std::size_t>()) {
            return SchemaFault{place, fmt::format("has {} members; there may be {}", value.size(),
                                                  most->get<std::size_t>())};
        }
        const auto properties = schema.find("properties");
        const auto additional = schema.find("additionalProperties");
        const auto names = schema.find("propertyNames");
        for (const auto& [name, member] : value.items()) {
            if (names != schema.end()) {
                if (auto fault = check(*names, Value(name), below(place, name))) return fault;
            }
            if (properties != schema.end()) {
                if (const auto known = properties->find(name); known != properties->end()) {
                    if (auto fault = check(*known, member, below(place, name))) return fault;
                    continue;
                }
            }
            if (additional != schema.end() && additional->is_object()) {
                if (auto fault = check(*additional, member, below(place, name))) return fault;
                continue;
            }
            if (additional == schema.end() || additional->get<bool>()) continue;
            std::vector<std::string> known;
            if (properties != schema.end()) {
                for (const auto& [each, of] : properties->items())
                    known.push_back(each);
            }
            return SchemaFault{below(place, name), fmt::format("is not known here; known are {}",
                                                               fmt::join(known, ", "))};
        }
        return std::nullopt;
    }

    const Json& schemas_;
};

template <typename Visit>
Result<void> for_each_schema(const Json& schema, const Visit& visit) {
    TRY(visit(schema));
    for (const char* one : {"items", "additionalProperties", "propertyNames"}) {
        const auto found = schema.find(one);
        if (found != schema.end() && found->is_object()) TRY(for_each_schema(*found, visit));
    }
    for (const char* several : {"anyOf", "allOf"}) {
        const auto found = schema.find(several);
        if (found == schema.end()) continue;
        for (const Json& each : *found)
            TRY(for_each_schema(each, visit));
    }
    if (const auto found = schema.find("properties"); found != schema.end()) {
        for (const Json& each : *found)
            TRY(for_each_schema(each, visit));
    }
    return {};
}

}  // namespace

Json JsonSchemas::reference(std::string_view name) {
    return {{"$ref", std::string(kPrefix) + std::string(name)}};
}

Result<void> JsonSchemas::expect_understood(const Json& whole) {
    return for_each_schema(whole, [](const Json& schema) -> Result<void> {
        if (!schema.is_object()) {
            return fail(ErrorCode::kInvalid, "a schema is an object, not {}", schema.dump());
        }
        for (const auto& [keyword, value] : schema.items()) {
            if (std::ranges::find(kKeywords, std::string_view(keyword)) == kKeywords.end()) {
                return fail(ErrorCode::kInvalid, "the schema keyword \"{}\" is not checked here",
                            keyword);
            }
        }
        if (const auto format = schema.find("format");
            format != schema.end() && *format != "date-time") {
            return fail(ErrorCode::kInvalid, "the format {} is not checked here", format->dump());
        }
        // Matching takes stack for each character.
        if (schema.contains("pattern") && !schema.contains("maxLength")) {
            return fail(ErrorCode::kInvalid, "a pattern without maxLength: {}", schema.dump());
        }
        if (const auto reference = schema.find("$ref");
            reference != schema.end() &&
            !reference->get_ref<const std::string&>().starts_with(kPrefix)) {
            return fail(ErrorCode::kInvalid, "a reference leads out of the document: {}",
                        reference->dump());
        }
        return {};
    });
}

Result<void> JsonSchemas::add(const Json& schemas) {
    for (const auto& [name, schema] : schemas.items()) {
        if (schemas_.contains(name)) {
            return fail(ErrorCode::kConflict, "there are two schemas called {}", name);
        }
        const auto understood = expect_understood(schema);
        if (!understood) return fail(understood.error(), "schema {}", name);
        schemas_[name] = schema;
    }
    return {};
}

Result<void> JsonSchemas::check_references(const Json& schema) const {
    const auto leads_somewhere = [this](const Json& each) -> Result<void> {
        const auto reference = each.find("$ref");
        if (reference == each.end()) return {};
        const std::string name = reference->get<std::string>().substr(kPrefix.size());
        if (schemas_.contains(name)) return {};
        return fail(ErrorCode::kInvalid, "there is no schema \"{}\"", name);
    };
    if (!schema.is_null()) return for_each_schema(schema, leads_somewhere);
    for (const Json& each : schemas_) {
        TRY(for_each_schema(each, leads_somewhere));
    }
    return {};
}

std::optional<SchemaFault> JsonSchemas::check(const Json& schema, const Value& value) const {
    return Checker(schemas_).check(schema, value, "");
}

}  // namespace matinee::http
