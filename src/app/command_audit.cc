#include "app/command_audit.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace matinee::app {

std::string command_actor() {
    const passwd* user = ::getpwuid(::getuid());
    return fmt::format("cli:{}", user ? std::string(user->pw_name) : std::to_string(::getuid()));
}

void audit_command(store::Store& store, const std::string& action, const std::string& subject,
                   const nlohmann::json& detail) {
    const auto written = store.audit(
        {.actor = command_actor(), .action = action, .subject = subject, .detail = detail.dump()});
    if (written) return;
    fmt::print(stderr, "matinee: it is done, but the audit log cannot be written: {}\n",
               written.error().to_string());
}

}  // namespace matinee::app
