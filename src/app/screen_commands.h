// matinee screen, and `channel screens`: the screens of venues.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace matinee::app {

// Adds the commands to `cli`, which has "channel" already. `status` gets the exit status of the
// one that runs, and must outlive the parsing.
void add_screen_commands(CLI::App& cli, int& status);

}  // namespace matinee::app
