// `matinee backup`, `matinee restore`, and `matinee channel encrypt`.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace matinee::app {

// Adds them to the command line, as add_planning_commands() does.
void add_operation_commands(CLI::App& cli, CLI::App& channel, std::string& data, int& status);

}  // namespace matinee::app
