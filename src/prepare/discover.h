// What is in a source film.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "prepare/source_info.h"
#include "prepare/stop.h"

namespace matinee::prepare {

struct DiscoverOptions {
    // For GStreamer to find out what the streams are.
    std::chrono::seconds timeout{30};
    // For counting frames: past it the nominal rate is believed.
    std::chrono::seconds count_timeout{120};
};

// Opens `path` with GstDiscoverer, then reads it through once without decoding to learn the real
// timestamps: frame rates in headers are often wrong, and durations too.
//
// kInvalid with a reason a producer understands for files that are not films, kUnsupported for
// codecs this machine cannot decode, kCancelled, kExhausted past the timeout, kNotFound. The
// message starts with the file's name. Needs init_gstreamer(). Reentrant.
Result<SourceInfo> discover(const std::string& path, const DiscoverOptions& options,
                            const StopFlag& stop);

}  // namespace matinee::prepare
