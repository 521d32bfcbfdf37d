// `matinee playlist`, `matinee schedule`, and the on-air commands of `matinee channel`.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace matinee::app {

// Adds them to the command line: `playlist` and `schedule` to `cli`, the others to its `channel`.
// Like all commands they leave their exit status in `status`; `data` is the data folder, and is
// filled in when the line is parsed. Both must outlive the parsing.
void add_planning_commands(CLI::App& cli, CLI::App& channel, std::string& data, int& status);

}  // namespace matinee::app
