// A film as the worker prepares it, fast and small.
#pragma once

#include <filesystem>

#include "library/house_format.h"
#include "prepare/worker.h"

namespace matinee::prepare {

inline library::HouseFormat small_house() {
    library::HouseFormat house;
    house.rungs = {{"180p", 320, 180, 500}, {"90p", 160, 90, 200}};
    house.speed_preset = "ultrafast";
    house.loudness_lufs.reset();
    return house;
}

inline library::HouseFormat tiny_house() {
    library::HouseFormat house;
    house.rungs = {{"90p", 160, 90, 300}};
    house.speed_preset = "ultrafast";
    house.loudness_lufs.reset();
    house.padding = library::Padding::kBlack;
    return house;
}

inline Result<library::Manifest> prepare_film(const std::filesystem::path& source,
                                              const std::filesystem::path& output,
                                              const library::HouseFormat& house = small_house()) {
    WorkerOptions options;
    options.source = source;
    options.output = output;
    options.house = house;
    const StopFlag never;
    ProgressReporter quiet(ProgressStyle::kQuiet);
    return prepare(options, never, quiet);
}

}  // namespace matinee::prepare
