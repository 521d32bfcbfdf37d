// Makes one sample entry: paints its frames, plays its sound, and runs both through a GStreamer
// pipeline that somebody else described.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "samples/marks.h"
#include "samples/scene.h"

namespace matinee::samples {

struct Order {
    // In gst-launch syntax; lines that begin with '#' are comments. It names
    // - an `appsrc name=picture` with caps video/x-raw,format=BGRx and size, rate, pixel aspect,
    // - optionally an `appsrc name=sound` with caps audio/x-raw,format=S16LE, rate and 1, 2 or 6
    //   channels,
    // - optionally a `textoverlay name=counter` right after the picture: its text is set to each
    //   frame's timecode and number,
    // - a `filesink name=out`.
    std::string pipeline;
    const Scene* scene = nullptr;  // not null
    std::chrono::seconds length{};
    Timing timing = Timing::kConstant;
    // Samples the encoder will put before the sound without saying so (an AAC or MP2 encoder's
    // delay in a container that cannot tell): left out at the beginning, so that sound and picture
    // are in step for whoever decodes the file.
    int encoder_delay = 0;
    // The pipeline writes the picture turned a quarter to the left, and the (QuickTime or MP4) file
    // shall say that it is to be shown turned to the right.
    bool turned = false;
    // Written next to it first, then renamed: either absent or whole.
    std::filesystem::path out;
};

// Blocks until the file is there. GStreamer must be initialised. Thread-safe.
// kInvalid when the pipeline does not parse or lacks a named part, kUnsupported when this
// machine lacks an element, kInternal when the pipeline fails.
Result<void> make_sample(const Order& order);

}  // namespace matinee::samples
