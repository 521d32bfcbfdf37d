// Films for tests, made by GStreamer.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "prepare/pipeline.h"

namespace matinee::prepare {

// A folder of its own for a test, gone afterwards.
class TestFolder {
  public:
    TestFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "matinee-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    ~TestFolder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
        return path_ / name;
    }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path_), {}));
    }

  private:
    std::filesystem::path path_;
};

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
