// How far preparation is, on a terminal or in a log.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <set>
#include <string>

#include "app/stop_signals.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// What became of a batch of jobs.
struct Preparation {
    std::size_t ready = 0;
    std::size_t failed = 0;
    bool stopped = false;  // by a signal, before the end
};

// Shows the way of all queued and running jobs until none is left, or a signal comes: one bar
// that is redrawn where `told` is a terminal, a line an entry elsewhere. Failures are told with
// their reasons. Somebody else must be running the jobs. `meanwhile`, which may be empty, is called
// again and again.
Result<Preparation> show_preparation(store::Store& store, const StopSignals& signals,
                                     std::FILE* told, const std::function<void()>& meanwhile = {});

// "████████░░░░  66 %"; `width` in characters, fraction cut to 0..1. Pure.
std::string bar(double fraction, std::size_t width);

}  // namespace matinee::app
