// matinee user, token, link, audit, and `channel access`: who may do and see what.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace matinee::app {

// Adds the commands to `cli`, which has "channel" already. `status` gets the exit status of the
// one that runs, and must outlive the parsing.
void add_people_commands(CLI::App& cli, int& status);

}  // namespace matinee::app
