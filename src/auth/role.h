// What an account may do.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace matinee::auth {

// Each may do what those before it may.
enum class Role : std::uint8_t {
    kScreen,    // a venue's screen: watches channels that are not public
    kReviewer,  // watches entries as well, on the air or not
    kProducer,  // changes what is on the air
    kAdmin,     // accounts, tokens, the audit log
};

inline constexpr std::array kRoles{Role::kScreen, Role::kReviewer, Role::kProducer, Role::kAdmin};

// "screen", "reviewer", "producer", "admin"
std::string_view to_string(Role role);

// kInvalid for another word.
Result<Role> parse_role(std::string_view name);

}  // namespace matinee::auth
