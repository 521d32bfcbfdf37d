// Header fields of a request.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.h"

namespace matinee::http {

class Fields final : public HeaderSource {
  public:
    using Values = std::map<std::string, std::string, std::less<>>;

    explicit Fields(Values values) : values_(std::move(values)) {}
    Fields(std::initializer_list<Values::value_type> values) : values_(values) {}

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        const auto found = values_.find(name);
        if (found == values_.end()) return std::nullopt;
        return found->second;
    }

  private:
    Values values_;
};

}  // namespace matinee::http
