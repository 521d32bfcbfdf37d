// What the worker needs of GStreamer, and who ships it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::prepare {

// An element, and the Debian package it is in.
struct Requirement {
    std::string_view element;
    std::string_view package;
};

// Everything the pipelines name, and the decoders without which most films fail.
std::span<const Requirement> requirements();

// {"missing": [{"element": "x264enc", "package": "gstreamer1.0-plugins-ugly"}]}. Initialises
// GStreamer.
std::string missing_elements_json();

}  // namespace matinee::prepare
