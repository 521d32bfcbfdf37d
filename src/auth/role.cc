#include "auth/role.h"

namespace matinee::auth {

std::string_view to_string(Role role) {
    switch (role) {
        case Role::kScreen:
            return "screen";
        case Role::kReviewer:
            return "reviewer";
        case Role::kProducer:
            return "producer";
        case Role::kAdmin:
            return "admin";
    }
    return "screen";
}

Result<Role> parse_role(std::string_view name) {
    for (const Role role : kRoles) {
        if (to_string(role) == name) return role;
    }
    return fail(ErrorCode::kInvalid,
                "\"{}\" is no role; there are screen, reviewer, producer and admin", name);
}

}  // namespace matinee::auth
