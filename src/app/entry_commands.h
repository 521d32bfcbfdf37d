// matinee entry change|remove|prepare, matinee job ...
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace matinee::app {

// Adds the subcommands that change entries to `entry`, and those of jobs to `cli`. `data` and
// `status` (the exit status) must outlive the parsing.
void add_entry_commands(CLI::App& cli, CLI::App& entry, std::string& data, int& status);

}  // namespace matinee::app
