// Films for tests, made by GStreamer.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "prepare/pipeline.h"
#include "support/temp_folder.h"

namespace matinee::prepare {

using test::TempFolder;

// Runs `description`, whose last element is `filesink name=file`, into `path`.
inline std::filesystem::path make_film(const std::filesystem::path& path,
                                       const std::string& description) {
    EXPECT_TRUE(init_gstreamer());
    auto pipeline = Pipeline::parse("film", description);
    if (!pipeline) {
        ADD_FAILURE() << pipeline.error().to_string();
        return path;
    }
    const auto file = pipeline->element("file");
    g_object_set(file->get(), "location", path.c_str(), nullptr);
    const StopFlag never;
    const Heartbeat none;
    Pipeline* const pipelines[] = {&*pipeline};
    const auto result = run_all(pipelines, {.stop = never, .heartbeat = none});
    EXPECT_TRUE(result) << result.error().to_string();
    return path;
}

// What comes out of an MP4 file behind qtdemux and `description`, a buffer each.
inline std::vector<std::vector<std::byte>> decode(const std::filesystem::path& file,
                                                  const std::string& description) {
    auto pipeline = Pipeline::parse(
        "look", "filesrc name=file ! qtdemux ! " + description + " ! appsink name=out sync=false");
    EXPECT_TRUE(pipeline) << (pipeline ? "" : pipeline.error().to_string());
    const auto source = pipeline->element("file");
    g_object_set(source->get(), "location", file.c_str(), nullptr);
    const auto sink = pipeline->element("out");
    EXPECT_TRUE(pipeline->play());
    std::vector<std::vector<std::byte>> buffers;
    for (;;) {
        const auto sample = Ref<GstSample>::adopt(
            gst_app_sink_try_pull_sample(GST_APP_SINK(sink->get()), 100 * GST_MSECOND));
        const auto ended = pipeline->poll();
        EXPECT_TRUE(ended) << ended.error().to_string();
        if (!ended || (!sample && gst_app_sink_is_eos(GST_APP_SINK(sink->get())))) break;
        if (!sample) continue;
        const MappedBuffer buffer(gst_sample_get_buffer(sample.get()));
        buffers.emplace_back(buffer.bytes().begin(), buffer.bytes().end());
    }
    return buffers;
}

// `frames` frames of a moving ball at `rate`, H.264 in the muxer called `mux`; further branches
// can be linked to it.
inline std::string ball(const std::string& rate, int frames, const std::string& size = "320x180",
                        const std::string& muxer = "mp4mux") {
    const auto cross = size.find('x');
    return "videotestsrc pattern=ball num-buffers=" + std::to_string(frames) +
           " ! video/x-raw,format=I420,width=" + size.substr(0, cross) +
           ",height=" + size.substr(cross + 1) + ",framerate=" + rate +
           " ! x264enc speed-preset=ultrafast ! h264parse ! queue ! " + muxer +
           " name=mux ! filesink name=file ";
}

}  // namespace matinee::prepare
