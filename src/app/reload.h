// What a changed configuration changes while the server runs.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace matinee::app {

struct Reload {
    Config config;                     // what is in force from now on
    std::vector<std::string> changed;  // sections and keys that have taken effect
    std::vector<std::string> restart;  // those that wait for a restart
};

// Follows from what is in force and from what the file says now.
//
// Whatever playlists and segments follow from waits for a restart: what viewers may have fetched
// never changes under them, and a shorter hold-back or a longer window would list segments again
// that had gone, or take back some that were listed. So does what threads and sockets are made of,
// and what uploads and imports read while they work.
Reload plan_reload(const Config& running, const Config& wanted);

}  // namespace matinee::app
