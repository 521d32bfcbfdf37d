// `matinee review`: rounds in which jurors judge films.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace matinee::app {

// Adds the command to `cli`. Like all commands it leaves its exit status in `status`; `data` is the
// data folder, and is filled in when the line is parsed. Both must outlive the parsing.
void add_review_commands(CLI::App& cli, std::string& data, int& status);

}  // namespace matinee::app
