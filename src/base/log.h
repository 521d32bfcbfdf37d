// Structured logs: one JSON object per line on standard error.
//
//     log::info("entry prepared", {{"entry", id}, {"seconds", 12}});
//
// Never log an error and also return it: whoever ends its way logs it.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace matinee::base::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A name and a value; numbers and booleans stay bare in the JSON.
class Field {
  public:
    Field(std::string_view name, std::string_view value);
    Field(std::string_view name, const char* value) : Field(name, std::string_view(value)) {}
    Field(std::string_view name, const std::string& value) : Field(name, std::string_view(value)) {}
    Field(std::string_view name, bool value) : name_(name), json_(value ? "true" : "false") {}
    template <typename T>
    requires std::integral<T> || std::floating_point<T> Field(std::string_view name, T value)
        : name_(name), json_(fmt::format("{}", value)) {}

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] const std::string& json() const { return json_; }

  private:
    std::string_view name_;  // names are literals
    std::string json_;
};

using Fields = std::initializer_list<Field>;

// What is written from now on; kInfo at first. Thread-safe, as is everything here.
void set_level(Level level);
bool enabled(Level level);

void write(Level level, std::string_view message, Fields fields);

inline void debug(std::string_view message, Fields fields = {}) {
    write(Level::kDebug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
    write(Level::kInfo, message, fields);
}
inline void warning(std::string_view message, Fields fields = {}) {
    write(Level::kWarning, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
    write(Level::kError, message, fields);
}

// `text` as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace matinee::base::log

namespace matinee {
namespace log = base::log;
}
